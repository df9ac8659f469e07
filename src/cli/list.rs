//! `qiantai list`: cases of a kind, newest first.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, open, shape};
use crate::store::cases::{Query, Row};
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "list")
        .arg(args::positional(lang, "kind").required(true))
        .arg(args::flag(lang, "open"))
        .arg(args::option(lang, "unit", "UNIT"))
        .arg(args::option(lang, "from", "DAY"))
        .arg(args::option(lang, "to", "DAY"))
        .arg(args::limit(lang, "50"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let kind = open::kind(&desk, ask::text(matches, "kind"))?;
    let query = Query {
        kind: Some(kind.id.to_owned()),
        open: matches.get_flag("open").then_some(true),
        unit: matches.get_one::<String>("unit").map(|unit| ask::unit(unit)),
        from: ask::day_of(cx, &desk, matches, "from")?,
        to: ask::day_of(cx, &desk, matches, "to")?,
        limit: limit(matches),
        ..Query::default()
    };
    let page = desk.store.list(&query)?;
    cx.say(
        || json!({ "cases": documents(cx, &desk, &page.rows), "more": page.more }),
        || {
            let mut text = cx.cases(&page.rows);
            if page.more {
                text.push('\n');
                text.push_str(&cx.t("cli.list.more", &[]));
            }
            text
        },
    )
}

/// Rows as documents.
pub(super) fn documents(cx: &Cx, desk: &Desk, rows: &[Row]) -> Vec<Value> {
    rows.iter().map(|row| shape::row(row, desk.store.kinds(), cx.tz.get())).collect()
}

/// The value of `--limit`.
pub(super) fn limit(matches: &ArgMatches) -> usize {
    matches.get_one::<u32>("limit").map_or(50, |limit| *limit as usize)
}
