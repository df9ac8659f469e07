//! `qiantai print`: the printed form of a case, into a file, to a printer, or as text.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use serde_json::json;

use super::{Cx, Desk, Result, args, ask};
use crate::paper::engine::Engine;
use crate::paper::job::{Job, Way, What, remarks};
use crate::paper::{out, templates};
use crate::text::lang::Lang;
use crate::text::plain::harmless_lines;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "print")
        .arg(args::positional(lang, "number").required(true))
        .arg(output(lang))
        .arg(args::option(lang, "form", "FORM"))
        .arg(
            args::option(lang, "printer", "PRINTER")
                .num_args(0..=1)
                .default_missing_value("")
                .conflicts_with("pdf"),
        )
        .arg(args::flag(lang, "preview").conflicts_with_all(["pdf", "printer"]))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let number = ask::text(matches, "number").trim().to_owned();
    let form = matches.get_one::<String>("form").cloned();
    let what = What::Case { number, form };
    if matches.get_flag("preview") {
        let sheet = job(cx, &desk, what).sheet(&engine(), &desk.store)?;
        warn(cx, &remarks(&sheet.pdf.missing, &sheet.pdf.faults, cx.lang));
        let pages = &sheet.pdf.pages;
        return cx.say(
            || json!({ "name": sheet.name, "pages": pages }),
            || harmless_lines(&pages.join("\n\n")).into_owned(),
        );
    }
    let way = match (matches.get_one::<String>("printer"), wanted(matches)) {
        (Some(printer), _) => Way::Printer(Some(printer.clone()).filter(|name| !name.is_empty())),
        (None, Some(file)) => Way::Save(file),
        // Beside whoever calls, named after what it is.
        (None, None) => {
            let sheet = job(cx, &desk, what.clone()).sheet(&engine(), &desk.store)?;
            Way::Save(PathBuf::from(format!("{}.pdf", out::plain_name(&sheet.name))))
        }
    };
    send(cx, desk, what, &way)
}

/// `-o FILE`, where a command can print what it else shows.
pub(super) fn output(lang: Lang) -> Arg {
    args::option(lang, "pdf", "FILE.pdf")
        .long("output")
        .short('o')
        .action(ArgAction::Set)
        .value_parser(value_parser!(PathBuf))
}

/// The file that `-o` names.
pub(super) fn wanted(matches: &ArgMatches) -> Option<PathBuf> {
    matches.get_one::<PathBuf>("pdf").cloned()
}

/// The engine with the office's own templates.
pub(super) fn engine() -> Engine {
    Engine::new(templates::directory())
}

fn job(cx: &Cx, desk: &Desk, what: What) -> Job {
    Job { what, session: desk.session.clone(), now: cx.now, lang: cx.lang }
}

/// Prints and says where it went.
pub(super) fn send(cx: &Cx, mut desk: Desk, what: What, way: &Way) -> Result {
    let printed = job(cx, &desk, what).send(&engine(), &mut desk.store, way)?;
    let said = remarks(&printed.missing, &printed.faults, cx.lang);
    warn(cx, &said);
    cx.say(
        || {
            json!({
                "form": printed.form,
                "file": printed.path,
                "pages": printed.pages,
                "copy": printed.copies,
                "remarks": said,
            })
        },
        || printed.say(cx.lang),
    )
}

/// Says what else there is to know where it does not get into a document or a pipe.
pub(super) fn warn(cx: &Cx, said: &[String]) {
    if !cx.json {
        // Nobody is left to be told when standard error is gone.
        for line in said {
            drop(writeln!(std::io::stderr(), "{line}"));
        }
    }
}
