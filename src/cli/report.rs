//! `qiantai report`: a day, month, quarter, year or any days in numbers, for people or as a file.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::{Cx, Desk, Error, Result, args, ask, plain};
use crate::counter::reports;
use crate::desk::report::{Period, PeriodSort, Report};
use crate::exchange::reports as written;
use crate::paper::engine::Engine;
use crate::paper::reports as paper;
use crate::text::lang::Lang;
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
}

/// `-o FILE`.
fn output(lang: Lang) -> Arg {
    args::option(lang, "output", "FILE").short('o').value_parser(value_parser!(PathBuf))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let desk = cx.enter()?;
    let period = period(cx, &desk, matches)?;
    let made = reports::report(&desk.store, &desk.session, cx.now, period, |_, _| ControlFlow::Continue(()))?;
    // Nobody breaks it off here.
    let Some(report) = made else { return Ok(()) };
    let reader = Reader { lang: cx.lang, now: cx.now, settings: &desk.settings };
    if let Some(file) = matches.get_one::<PathBuf>("output") {
        let bytes = bytes(cx, file, &report, &reader)?;
        std::fs::write(file, bytes)?;
        let file = file.display().to_string();
        return cx.say(|| serde_json::json!({ "file": file }), || cx.t("report.saved", &[("file", &file)]));
    }
    cx.say(|| written::document(&report, &reader), || page(&report, &reader))
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

/// The report in the form that the file's ending asks for.
fn bytes(cx: &Cx, file: &Path, report: &Report, reader: &Reader) -> Result<Vec<u8>> {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match ending.as_str() {
        "csv" => Ok(written::csv(report, reader)),
        "json" => {
            let text = serde_json::to_string_pretty(&written::document(report, reader));
            Ok((text.map_err(std::io::Error::from)? + "\n").into_bytes())
        }
        "xlsx" => Ok(written::workbook(report, reader).map_err(std::io::Error::other)?),
        "pdf" => {
            let pdf = paper::report(report, reader, &Engine::new(None));
            Ok(pdf.map_err(|error| Error::Said(error.say(cx.lang, cx.tz.get())))?.bytes)
        }
        _ => Err(Error::Usage(cx.t("cli.report.ending", &[]))),
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
