//! `qiantai find`: households and cases by whatever is known of them.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, list, plain, shape};
use crate::desk::household::Household;
use crate::text::lang::Lang;
use crate::text::plain::harmless;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "find")
        .arg(args::positional(lang, "text").required(true))
        .arg(args::limit(lang, "20"))
        .arg(args::flag(lang, "unmask"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let whole = list::unmasked(cx, &mut desk, matches, "find")?;
    let text = ask::text(matches, "text");
    let limit = list::limit(matches);
    let households = households(&desk, text, limit)?;
    let today = desk.settings.calendar.day_of(cx.now);
    let cases = desk.store.find_cases(text, today, limit)?;
    cx.say(
        || {
            let found: Vec<Value> = households
                .iter()
                .map(|(household, open)| {
                    let mut document = shape::household(household, whole);
                    document["open"] = json!(open);
                    document
                })
                .collect();
            json!({ "households": found, "cases": list::documents(cx, &desk, &cases, whole) })
        },
        || {
            let mut parts = Vec::new();
            if !households.is_empty() {
                let rows = households.iter().map(|(household, open)| cells(cx, household, *open, whole));
                let headings = cx.headings(&["unit", "residents", "occupancy", "still_open"]);
                parts.push(plain::table(&headings, rows.collect(), &[3]));
            }
            if !cases.is_empty() {
                parts.push(cx.cases(&cases, &desk.settings, whole));
            }
            if parts.is_empty() {
                parts.push(cx.t("cli.find.none", &[("text", &harmless(text))]));
            }
            parts.join("\n\n")
        },
    )
}

/// The households found, the best first, each once, with how many cases of it are open.
fn households(desk: &Desk, text: &str, limit: usize) -> Result<Vec<(Household, u64)>> {
    let mut found: Vec<(Household, u64)> = Vec::new();
    // Several residents of a household may fit.
    for hit in desk.store.find_households(text, limit.saturating_mul(4))? {
        if found.len() == limit {
            break;
        }
        if found.iter().any(|(household, _)| household.unit == hit.unit) {
            continue;
        }
        found.extend(desk.store.household(&hit.unit)?.map(|household| (household, hit.open)));
    }
    Ok(found)
}

fn cells(cx: &Cx, household: &Household, open: u64, whole: bool) -> Vec<String> {
    let residents = household.residents.iter().map(|resident| {
        let relation = cx.t(&format!("household.relation.{}", resident.relation.id()), &[]);
        let phone = resident.phones.first().map(|phone| plain::number(phone, whole)).unwrap_or_default();
        format!("{} {relation} {phone}", resident.name).trim().to_owned()
    });
    vec![
        household.unit.clone(),
        residents.collect::<Vec<_>>().join(", "),
        cx.t(&format!("household.occupancy.{}", household.occupancy.id()), &[]),
        open.to_string(),
    ]
}
