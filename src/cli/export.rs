//! `qiantai export`: cases of a kind, or the directory of households, as a file for other programs.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};
use serde_json::json;

use super::progress::Progress;
use super::{Cx, Desk, Result, args, ask, open};
use crate::exchange::export::{self, Export, HOUSEHOLDS, What};
use crate::text::lang::Lang;
use crate::text::plain::harmless;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "export")
        .arg(args::positional(lang, "what").required(true))
        .arg(args::option(lang, "output", "FILE").short('o').value_parser(value_parser!(PathBuf)))
        .arg(args::option(lang, "from", "DAY"))
        .arg(args::option(lang, "to", "DAY"))
        .arg(args::flag(lang, "unmask"))
        .arg(args::flag(lang, "force"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let what = match ask::text(matches, "what").trim() {
        HOUSEHOLDS => What::Households,
        kind => What::Cases(open::kind(&desk, kind)?),
    };
    let file = matches.get_one::<PathBuf>("output").cloned().unwrap_or_else(|| {
        let day = desk.settings.calendar.day_of(cx.now).format("%Y%m%d");
        PathBuf::from(format!("{}-{day}.xlsx", what.id()))
    });
    let order = Export {
        what,
        from: ask::day_of(cx, &desk, matches, "from")?,
        to: ask::day_of(cx, &desk, matches, "to")?,
        unmask: matches.get_flag("unmask"),
        file: &file,
        replace: matches.get_flag("force"),
        lang: cx.lang,
    };
    let progress = Progress::new();
    let Desk { store, session, .. } = &mut desk;
    let step = |done, all| progress.counted(cx, "cli.export.progress", done, all);
    let count = export::export(store, session, cx.now, &order, step);
    progress.clear();
    let count = count?;
    let name = file.display().to_string();
    cx.say(
        || {
            json!({
                "what": what.id(),
                "file": name,
                "count": count,
                "masked": !order.unmask,
                "from": order.from,
                "to": order.to,
            })
        },
        || {
            let key = if order.unmask { "cli.export.unmasked" } else { "cli.export.masked" };
            cx.t(key, &[("count", &count.to_string()), ("file", &harmless(&name))])
        },
    )
}
