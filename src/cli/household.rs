//! `qiantai household`: the file of one household, everything in the order of time.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, plain, print, shape};
use crate::counter::household_file::{self, Cover, Leaf};
use crate::counter::privacy;
use crate::paper::job::{Way, What};
use crate::store::past::Past;
use crate::text::lang::Lang;
use crate::text::plain::harmless;
use crate::text::say::stamp;
use crate::text::show::show_money;

/// Entries read at a time.
const PAGE: usize = 500;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "household")
        .arg(args::positional(lang, "unit").required(true))
        .arg(args::flag(lang, "unmask"))
        .arg(print::output(lang))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    if let Some(file) = print::wanted(matches) {
        let unit = ask::text(matches, "unit").to_owned();
        return print::send(cx, desk, What::Household(unit), &Way::Save(file));
    }
    let mut cover = household_file::cover(&desk.store, &desk.session, ask::text(matches, "unit"))?;
    if matches.get_flag("unmask") {
        let Desk { store, session, .. } = &mut desk;
        cover.household = privacy::reveal(store, session, cx.now, &cover.household.unit)?;
    }
    let mut leaves: Vec<Leaf> = Vec::new();
    loop {
        let part = Past::After(leaves.last().map(|leaf| leaf.seq));
        let read = household_file::leaves(&desk.store, &desk.session, &cover.household.unit, part, PAGE)?;
        let more = read.len() == PAGE;
        leaves.extend(read);
        if !more {
            break;
        }
    }
    cx.say(|| document(cx, &cover, &leaves), || page(cx, &cover, &leaves))
}

fn document(cx: &Cx, cover: &Cover, leaves: &[Leaf]) -> Value {
    let entries: Vec<Value> = leaves
        .iter()
        .map(|leaf| {
            let of = leaf.of.as_ref();
            json!({
                "seq": leaf.seq,
                "at": shape::at(leaf.at, cx.tz.get()),
                "by": leaf.by,
                "number": of.map(|of| &of.number),
                "kind": of.map(|of| &of.kind),
                "action": leaf.action,
                "state": of.map(|of| &of.state),
                "summary": of.map(|of| &of.summary),
                "note": leaf.note,
                "changes": leaf.changes,
            })
        })
        .collect();
    json!({
        "household": shape::household(&cover.household, true),
        "papers": cover.household.papers,
        "owed": cover.owed,
        "owed_on": cover.owed_on,
        "entries": entries,
    })
}

fn page(cx: &Cx, cover: &Cover, leaves: &[Leaf]) -> String {
    let household = &cover.household;
    let mut facts = vec![household.unit.clone()];
    facts.push(cx.t(&format!("household.occupancy.{}", household.occupancy.id()), &[]));
    facts
        .extend((!household.papers.is_unknown()).then(|| household_file::papers(&household.papers, cx.lang)));
    let mut parts = vec![facts.join("  ")];
    let residents = household.residents.iter().map(|resident| {
        let relation = cx.t(&format!("household.relation.{}", resident.relation.id()), &[]);
        format!("{}  {relation}  {}", harmless(&resident.name), resident.phones.join(" "))
    });
    parts.extend(residents);
    if household.arrears > 0 {
        parts.push(cx.t("ui.household.arrears", &[("amount", &show_money(household.arrears))]));
        let owed = cover.owed.iter();
        parts.extend(owed.map(|owed| format!("  {}", household_file::charge(owed))));
        parts.extend(
            cover
                .owed_on
                .filter(|_| !cover.owed.is_empty())
                .map(|day| cx.t("household.owed_on", &[("day", &day.to_string())])),
        );
    }
    let rows = leaves.iter().map(|leaf| {
        vec![stamp(leaf.at, cx.tz.get()), leaf.by.clone(), leaf.title(cx.lang), leaf.text(cx.lang)]
    });
    let table = plain::table(&cx.headings(&["at", "by", "action", "note"]), rows.collect(), &[]);
    format!("{}\n\n{table}", parts.join("\n"))
}
