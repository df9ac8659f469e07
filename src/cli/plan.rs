//! `qiantai plan`: what is free of the things that are booked by the hour, and of those that are lent.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, open, plain, shape};
use crate::counter::plan::{self, Holder, Plan, Thing};
use crate::desk::kind::{Kind, Pool};
use crate::text::lang::Lang;
use crate::text::show::show_day;
use crate::text::shown::Reader;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "plan")
        .arg(args::positional(lang, "kind").required(true))
        .arg(args::option(lang, "day", "DAY"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let kind = open::kind(&desk, ask::text(matches, "kind"))?;
    let today = desk.settings.calendar.day_of(cx.now);
    let day = ask::day_of(cx, &desk, matches, "day")?.unwrap_or(today);
    let plan = plan::plan(&desk.store, &desk.session, &desk.settings, kind, day, cx.now)?;
    cx.say(
        || {
            let things: Vec<Value> = plan.things.iter().map(|thing| document(cx, &plan, thing)).collect();
            json!({ "kind": kind.id, "day": day, "things": things })
        },
        || match plan.pool {
            Pool::Hours(_) => format!("{}\n{}", show_day(day, cx.lang), hours(cx, &desk, &plan)),
            Pool::Stock(_) => stock(cx, &desk, kind, &plan),
        },
    )
}

/// A thing with who has it; of one that is booked, what is taken of it hour by hour.
fn document(cx: &Cx, plan: &Plan, thing: &Thing) -> Value {
    let tz = cx.tz.get();
    let held: Vec<Value> = thing.holders.iter().map(|holder| holds(cx, holder)).collect();
    let hour = |from| json!({ "from": shape::at(from, tz), "taken": thing.taken(plan::hour(from)) });
    let mut thing = match plan.pool {
        Pool::Hours(_) => {
            let hours: Vec<Value> = plan.hours.iter().map(|from| hour(*from)).collect();
            json!({ "code": thing.code, "all": thing.stock, "hours": hours })
        }
        Pool::Stock(_) => {
            let [all, out, gone, left] = counts(cx, thing);
            json!({ "code": thing.code, "all": all, "out": out, "gone": gone, "left": left })
        }
    };
    thing["held"] = held.into();
    thing
}

fn holds(cx: &Cx, holder: &Holder) -> Value {
    let (held, tz) = (&holder.held, cx.tz.get());
    json!({
        "number": held.number,
        "state": holder.case.state,
        "unit": holder.case.unit,
        "contact": holder.case.contact,
        "from": shape::at(held.from, tz),
        "until": held.until.map(|until| shape::at(until, tz)),
        "count": held.count,
    })
}

/// How many there are, are out and come back, do not come back, and are left.
fn counts(cx: &Cx, thing: &Thing) -> [u32; 4] {
    let now = plan::moment(cx.now);
    let gone = thing.gone();
    [thing.stock, thing.taken(now).saturating_sub(gone), gone, thing.left(now)]
}

fn name(cx: &Cx, desk: &Desk, plan: &Plan, thing: &Thing) -> String {
    Reader { lang: cx.lang, now: cx.now, settings: &desk.settings }.code(plan.pool.catalogue(), &thing.code)
}

/// Things by hours: how many of each are taken, of how many.
fn hours(cx: &Cx, desk: &Desk, plan: &Plan) -> String {
    let tz = cx.tz.get();
    let clock = |from: &chrono::DateTime<chrono::Utc>| from.with_timezone(&tz).format("%H:%M").to_string();
    let headings: Vec<String> = std::iter::once(String::new()).chain(plan.hours.iter().map(clock)).collect();
    let rows = plan.things.iter().map(|thing| {
        let cell = |from: &chrono::DateTime<chrono::Utc>| match thing.taken(plan::hour(*from)) {
            0 => "-".to_owned(),
            taken => format!("{taken}/{}", thing.stock),
        };
        std::iter::once(name(cx, desk, plan, thing)).chain(plan.hours.iter().map(cell)).collect()
    });
    plain::table(&headings, rows.collect(), &[])
}

/// What is in stock, and below it who has the rest.
fn stock(cx: &Cx, desk: &Desk, kind: &Kind, plan: &Plan) -> String {
    let words = ["all", "out", "gone", "left"].map(|id| cx.t(&format!("ui.plan.{id}"), &[]));
    let headings: Vec<String> = std::iter::once(String::new()).chain(words).collect();
    let rows = plan.things.iter().map(|thing| {
        let counts = counts(cx, thing).map(|count| count.to_string());
        std::iter::once(name(cx, desk, plan, thing)).chain(counts).collect()
    });
    let table = plain::table(&headings, rows.collect(), &[1, 2, 3, 4]);
    let holders =
        plan.things.iter().flat_map(|thing| thing.holders.iter().map(move |holder| (thing, holder)));
    let holders: Vec<Vec<String>> = holders
        .map(|(thing, Holder { held, case, .. })| {
            vec![
                held.number.clone(),
                name(cx, desk, plan, thing),
                held.count.to_string(),
                case.unit.clone().unwrap_or_default(),
                case.contact.clone().unwrap_or_default(),
                cx.state(case),
                cx.when(held.from),
            ]
        })
        .collect();
    if holders.is_empty() {
        return table;
    }
    let mut headings = cx.headings(&["number"]);
    headings.extend(["category", "count"].map(|key| cx.field_name(kind.id, key)));
    headings.extend(cx.headings(&["unit", "contact", "state", "opened"]));
    format!("{table}\n\n{}", plain::table(&headings, holders, &[2]))
}
