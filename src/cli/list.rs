//! `qiantai list`: cases of a kind, newest first.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Desk, Result, args, ask, open, shape};
use crate::counter::privacy;
use crate::store::cases::{Query, Row};
use crate::text::lang::Lang;
use crate::text::show::show_money;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "list")
        .arg(args::positional(lang, "kind").required(true))
        .arg(args::flag(lang, "open"))
        .arg(args::option(lang, "unit", "UNIT"))
        .arg(args::option(lang, "from", "DAY"))
        .arg(args::option(lang, "to", "DAY"))
        .arg(args::limit(lang, "50"))
        .arg(args::flag(lang, "unmask"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let kind = open::kind(&desk, ask::text(matches, "kind"))?;
    let query = Query {
        kind: Some(kind.id.to_owned()),
        open: matches.get_flag("open").then_some(true),
        unit: matches.get_one::<String>("unit").map(|unit| desk.store.spelled(unit)).transpose()?,
        from: ask::day_of(cx, &desk, matches, "from")?,
        to: ask::day_of(cx, &desk, matches, "to")?,
        limit: limit(matches),
        ..Query::default()
    };
    let whole = unmasked(cx, &mut desk, matches, &format!("list {}", kind.id))?;
    let page = desk.store.list(&query)?;
    cx.say(
        || json!({ "cases": documents(cx, &desk, &page.rows, whole), "more": page.more }),
        || {
            let mut text = cx.cases(&page.rows, &desk.settings, whole);
            if let Some(sum) = kind.sum(page.rows.iter().map(|row| &row.case)) {
                let more = if page.more { "+" } else { "" };
                text.push('\n');
                text.push_str(&cx.t("ui.form.total", &[("amount", &format!("{}{more}", show_money(sum)))]));
            }
            if page.more {
                text.push('\n');
                text.push_str(&cx.t("cli.list.more", &[]));
            }
            text
        },
    )
}

/// Rows as documents.
pub(super) fn documents(cx: &Cx, desk: &Desk, rows: &[Row], whole: bool) -> Vec<Value> {
    rows.iter().map(|row| shape::row(row, desk.store.kinds(), cx.tz.get(), whole)).collect()
}

/// Whether `--unmask` was given; that numbers are seen whole is on record then.
pub(super) fn unmasked(cx: &Cx, desk: &mut Desk, matches: &ArgMatches, what: &str) -> Result<bool> {
    let whole = matches.get_flag("unmask");
    if whole {
        privacy::unmask(&mut desk.store, &desk.session, cx.now, what)?;
    }
    Ok(whole)
}

/// The value of `--limit`.
pub(super) fn limit(matches: &ArgMatches) -> usize {
    matches.get_one::<u32>("limit").map_or(50, |limit| *limit as usize)
}
