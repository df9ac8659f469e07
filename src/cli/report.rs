//! `qiantai report`: a day, month, quarter, year or any days in numbers, for people or as a file.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::progress::Progress;
use super::{Cx, Desk, Error, Result, args, ask, plain, print};
use crate::counter::reports;
use crate::desk::report::{Period, PeriodSort, Report};
use crate::exchange::reports::{self as written, Format};
use crate::paper::job::remarks;
use crate::paper::{PaperError, reports as paper};
use crate::text::lang::Lang;
use crate::text::plain::harmless;
use crate::text::report as words;
use crate::text::shown::Reader;
use crate::text::typed;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "report")
        .arg(
            args::positional(lang, "sort")
                .required(true)
                .value_parser(PeriodSort::ALL.map(PeriodSort::id).to_vec()),
        )
        .arg(args::positional(lang, "period").required(true))
        .arg(args::positional(lang, "until"))
        .arg(output(lang))
        .arg(args::flag(lang, "force"))
}

/// `-o FILE`.
fn output(lang: Lang) -> Arg {
    args::option(lang, "report", "FILE").long("output").short('o').value_parser(value_parser!(PathBuf))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let period = period(cx, &desk, matches)?;
    let file = matches.get_one::<PathBuf>("report");
    if let Some(file) = file {
        // Before anything is counted.
        Format::of(file)?;
    }
    let progress = Progress::new();
    let step = |done: usize, all: usize| {
        let percent = (done * 100 / all.max(1)).to_string();
        progress.show(&cx.t("report.counting", &[("percent", &percent)]));
        ControlFlow::Continue(())
    };
    let made = reports::report(&desk.store, &desk.session, cx.now, period, step);
    progress.clear();
    // Nobody breaks it off here.
    let Some(report) = made? else { return Ok(()) };
    let reader = Reader { lang: cx.lang, now: cx.now, settings: &desk.settings };
    match file {
        Some(file) => save(cx, &report, &reader, file, matches.get_flag("force")),
        None => cx.say(|| written::document(&report, &reader), || page(&report, &reader)),
    }
}

/// Writes the report and says where it is.
fn save(cx: &Cx, report: &Report, reader: &Reader, file: &Path, replace: bool) -> Result {
    let mut said = Vec::new();
    let pdf = || -> std::result::Result<_, PaperError> {
        let pdf = paper::report(report, reader, &print::engine())?;
        said = remarks(&pdf.missing, &pdf.faults, cx.lang);
        Ok(pdf.bytes)
    };
    written::save(report, reader, file, replace, pdf)?;
    print::warn(cx, &said);
    let name = file.display().to_string();
    cx.say(
        || serde_json::json!({ "file": name, "remarks": said }),
        || cx.t("report.saved", &[("file", &harmless(&name))]),
    )
}

fn period(cx: &Cx, desk: &Desk, matches: &ArgMatches) -> Result<Period> {
    let sort = PeriodSort::from_id(ask::text(matches, "sort")).unwrap_or(PeriodSort::Day);
    let today = desk.settings.calendar.day_of(cx.now);
    let given = ask::text(matches, "period");
    let until = matches.get_one::<String>("until");
    match (sort, until) {
        (PeriodSort::Free, Some(until)) => {
            Ok(Period::between(ask::day(cx, desk, given)?, ask::day(cx, desk, until)?))
        }
        (PeriodSort::Free, None) => Err(Error::Usage(cx.t("cli.report.no_until", &[]))),
        (_, Some(_)) => Err(Error::Usage(cx.t("cli.report.one_period", &[]))),
        (sort, None) => Ok(typed::period(sort, given, today).map_err(|error| error.why())?),
    }
}

/// A report as a page.
fn page(report: &Report, reader: &Reader) -> String {
    let lang = reader.lang;
    let mut parts = vec![format!("{}\n{}", words::title(report, lang), words::as_of(report, reader))];
    let said = report
        .summary
        .iter()
        .map(|said| format!("{} {}", if said.worse { "!" } else { "-" }, words::sentence(said, reader)));
    parts.push(said.collect::<Vec<_>>().join("\n"));
    for section in &report.sections {
        let title = words::section(section, lang);
        if section.rows.is_empty() {
            parts.push(format!("{title}: {}", words::value(crate::desk::report::Value::Nothing, lang)));
            continue;
        }
        let rows = section.rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| words::value(cell.value, lang));
            std::iter::once(words::row_name(row, reader)).chain(cells).collect()
        });
        let numbers: Vec<usize> = (1..=section.columns.len()).collect();
        let table = plain::table(&words::headings(section, reader), rows.collect(), &numbers);
        parts.push(format!("{title}\n{table}"));
    }
    parts.join("\n\n")
}
