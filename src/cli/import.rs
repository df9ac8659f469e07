//! `qiantai import`: takes in a roster of households, the list of what they owe, that of what the office has, or
//! exported cases.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};

use super::progress::Progress;
use super::{Cx, Error, Result, args, ask, plain};
use crate::counter::directory::ImportReport;
use crate::counter::imports;
use crate::exchange;
use crate::exchange::cases::Book;
use crate::exchange::headings::{self, List, Mapping};
use crate::exchange::sheet::{self, Sheet};
use crate::text::lang::{Lang, t};
use crate::text::show::show_money;

/// The command that takes exported cases in.
const CASES: &str = "cases";
/// Rows from the top among which headings are looked for.
const HEADING_ROWS: usize = 40;

pub(super) fn command(lang: Lang) -> Command {
    let mut command = args::command(lang, "import").subcommand_required(true);
    for list in List::ALL {
        let words = |of: &str| t(lang, &format!("cli.import.{}.{of}", list.id()), &[]);
        command = command.subcommand(
            Command::new(list.id())
                .about(words("about"))
                .after_help(words("example"))
                .arg(args::positional(lang, "file").required(true).value_parser(value_parser!(PathBuf)))
                .arg(args::options(lang, "map", "COLUMN=FIELD"))
                .arg(args::flag(lang, "dry-run")),
        );
    }
    command.subcommand(
        Command::new(CASES)
            .about(t(lang, "cli.import.cases.about", &[]))
            .after_help(t(lang, "cli.import.cases.example", &[]))
            .arg(args::positional(lang, "file").required(true).value_parser(value_parser!(PathBuf)))
            .arg(args::flag(lang, "dry-run")),
    )
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some((list, matches)) = matches.subcommand() else { return Ok(()) };
    if list == CASES {
        return cases(cx, matches);
    }
    let Some(list) = List::ALL.into_iter().find(|known| known.id() == list) else { return Ok(()) };
    let mut desk = cx.enter()?;
    let Some(path) = matches.get_one::<PathBuf>("file") else { return Ok(()) };
    let sheet = sheet::read_workbook(path, list)?;
    let mapping = mapping(cx, &sheet, list, matches)?;
    let dry_run = matches.get_flag("dry-run");
    let progress = Progress::new();
    let today = desk.settings.calendar.day_of(cx.now);
    let read = exchange::plan(&sheet, &mapping, today, |done, all| {
        progress.counted(cx, "cli.import.rows", done, all)
    });
    let report = read.map_err(Error::from).and_then(|planned| {
        let words =
            if list == List::Equipment { "cli.import.things_done" } else { "cli.import.households_done" };
        let step = |done, all| progress.counted(cx, words, done, all);
        Ok(planned.take(&mut desk.store, &desk.session, cx.now, dry_run, step)?)
    });
    progress.clear();
    let report = report?;
    cx.say(|| report.json(cx.lang), || page(cx, &sheet, &mapping, &report, dry_run))
}

/// Takes exported cases in: all of them, or none.
fn cases(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    let Some(path) = matches.get_one::<PathBuf>("file") else { return Ok(()) };
    let dry_run = matches.get_flag("dry-run");
    let progress = Progress::new();
    let book = Book { kinds: desk.store.kinds(), settings: &desk.settings, now: cx.now };
    let read =
        exchange::cases::read(path, &book, |done, all| progress.counted(cx, "cli.import.rows", done, all));
    let report = read.map_err(Error::from).and_then(|list| {
        let step = |done, all| progress.counted(cx, "cli.import.cases_done", done, all);
        Ok(imports::import(&mut desk.store, &desk.session, cx.now, &list, dry_run, step)?)
    });
    progress.clear();
    let report = report?;
    cx.say(
        || {
            let mut document = report.json(cx.lang);
            // Cases only: of households there is nothing to count.
            document.as_object_mut().and_then(|document| document.remove("households"));
            document
        },
        || {
            let mut parts = vec![counts(cx, &report, dry_run || report.refused > 0)];
            parts.extend(problems(cx, &report));
            parts.join("\n\n")
        },
    )?;
    if report.refused > 0 { Err(Error::Said(cx.t("cli.import.cases.refused", &[]))) } else { Ok(()) }
}

/// What the headings say, and what the person says about columns beside.
fn mapping(cx: &Cx, sheet: &Sheet, list: List, matches: &ArgMatches) -> Result<Mapping> {
    let given = matches.get_many::<String>("map").into_iter().flatten();
    let given = given.map(|given| ask::split(cx, given)).collect::<Result<Vec<_>>>()?;
    let mut mapping = headings::guess(sheet, list).mapping;
    mapping.header_row = mapping.header_row.or_else(|| named_row(sheet, &given));
    for (column, field) in &given {
        let column = headings::column(sheet, mapping.header_row, column)?;
        mapping.set(column, Some(headings::field(list, field)?));
    }
    mapping.check()?;
    Ok(mapping)
}

/// The row that holds a heading which the person names, where no row was understood by itself.
fn named_row(sheet: &Sheet, given: &[(String, String)]) -> Option<usize> {
    let is_letters = |name: &str| headings::column(sheet, None, name).is_ok();
    let names: Vec<&str> =
        given.iter().map(|(name, _)| name.as_str()).filter(|name| !is_letters(name)).collect();
    (0..sheet.rows.len().min(HEADING_ROWS))
        .find(|row| names.iter().any(|name| headings::column(sheet, Some(*row), name).is_ok()))
}

fn page(cx: &Cx, sheet: &Sheet, mapping: &Mapping, report: &ImportReport, dry_run: bool) -> String {
    let columns = mapping.fields().map(|(column, field)| {
        vec![headings::heading(sheet, mapping.header_row, column), field.id().to_owned()]
    });
    let mut parts = vec![plain::table(&cx.headings(&["column", "field"]), columns.collect(), &[])];
    parts.push(counts(cx, report, dry_run));
    if let Some(owed) = &report.owed {
        let (count, cleared) = (owed.households.to_string(), owed.cleared.len().to_string());
        let words = [("count", count.as_str()), ("total", &show_money(owed.total)), ("cleared", &cleared)];
        parts.push(cx.t("exchange.owed", &words));
        if !owed.cleared.is_empty() {
            parts.push(cx.t("exchange.cleared", &[("units", &owed.cleared.join(" "))]));
        }
    }
    if let Some(worth) = report.worth {
        parts.push(cx.t("exchange.worth", &[("total", &show_money(worth))]));
    }
    parts.extend(problems(cx, report));
    parts.join("\n\n")
}

/// The rows read, by what became of them; `would` where nothing was written.
fn counts(cx: &Cx, report: &ImportReport, would: bool) -> String {
    let counts = [
        ("read", report.read),
        ("added", report.added),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
        ("refused", report.refused),
    ];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (*name, count.as_str())).collect();
    cx.t(if would { "cli.import.would" } else { "cli.import.done" }, &counts)
}

/// What is wrong with the refused rows.
fn problems(cx: &Cx, report: &ImportReport) -> Option<String> {
    if report.problems.is_empty() {
        return None;
    }
    let rows = report
        .problems
        .iter()
        .map(|problem| vec![problem.row.to_string(), problem.column.clone(), problem.reason.say(cx.lang)]);
    Some(plain::table(&cx.headings(&["row", "column", "reason"]), rows.collect(), &[0]))
}
