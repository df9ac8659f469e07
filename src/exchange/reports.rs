//! Reports as other programs read them: a document, a text with commas, a workbook with charts.

mod workbook;

pub use self::workbook::workbook;

use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value as Json, json};

use super::cells::harmless;
use super::whole::{Whole, unwritable};
use crate::counter::CounterError;
use crate::desk::report::{Cell, Report, Row, Section, Value};
use crate::desk::why::{Arg, Why};
use crate::text::lang::t;
use crate::text::report::{as_of, headings, label, row_name, section, sentence, title};
use crate::text::shown::Reader;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// On paper.
    #[default]
    Pdf,
    /// A workbook.
    Xlsx,
    /// Text with commas.
    Csv,
    /// A document.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Xlsx, Self::Csv, Self::Json];

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format that a file's ending asks for.
    ///
    /// # Errors
    /// The ending is none of those.
    pub fn of(path: &Path) -> Result<Self, Why> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        Self::ALL.into_iter().find(|format| format.ending() == ending).ok_or_else(|| {
            Why::new("exchange.why.report_ending").with("file", Arg::Text(path.display().to_string()))
        })
    }
}

/// Writes a report as a file, in the form that its ending asks for. Paper is laid out by `pdf`, which is
/// asked for nothing else.
///
/// # Errors
/// The ending is unknown, a file is there already and not to be replaced, it can't be written, or the
/// paper can't be laid out.
pub fn save<E: From<CounterError>>(
    report: &Report,
    reader: &Reader,
    file: &Path,
    replace: bool,
    pdf: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let format = Format::of(file).map_err(CounterError::from)?;
    let whole = Whole::begin(file, replace)?;
    let failed = |error: &io::Error| unwritable(file, error);
    let bytes = match format {
        Format::Pdf => pdf()?,
        Format::Xlsx => {
            workbook(report, reader).map_err(|error| failed(&io::Error::other(error.to_string())))?
        }
        Format::Csv => csv(report, reader),
        Format::Json => {
            let text = serde_json::to_string_pretty(&document(report, reader));
            (text.map_err(|error| failed(&error.into()))? + "\n").into_bytes()
        }
    };
    whole.file()?.write_all(&bytes).map_err(|error| failed(&error))?;
    whole.sync()?;
    Ok(whole.keep()?)
}

/// A report as a document: every number as a number, nothing counted as `null`.
#[must_use]
pub fn document(report: &Report, reader: &Reader) -> Json {
    let period = &report.period;
    let sentences = report
        .summary
        .iter()
        .map(|said| json!({ "rule": said.rule, "worse": said.worse, "text": sentence(said, reader) }));
    json!({
        "community": report.community,
        "title": title(report, reader.lang),
        "period": {
            "sort": period.sort().id(),
            "name": period.name(),
            "from": period.first(),
            "to": period.last(),
            "running": report.running,
        },
        "at": report.at.with_timezone(&reader.settings.calendar.tz()).to_rfc3339(),
        "summary": sentences.collect::<Vec<_>>(),
        "sections": report.sections.iter().map(|one| section_document(one, reader)).collect::<Vec<_>>(),
    })
}

fn section_document(one: &Section, reader: &Reader) -> Json {
    let row = |row: &Row| {
        json!({
            "name": label(&row.label, reader),
            "depth": row.depth,
            "sums": row.sums,
            "cells": row.cells.iter().map(cell_document).collect::<Vec<_>>(),
        })
    };
    json!({
        "id": one.id,
        "title": section(one, reader.lang),
        "columns": one.columns.iter().map(|column| label(column, reader)).collect::<Vec<_>>(),
        "rows": one.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// A share says what it was counted from; what counts cases or measures is a plain number.
fn cell_document(cell: &Cell) -> Json {
    match cell.value {
        Value::Percent(ratio) => json!({ "percent": ratio.percent(), "part": ratio.part, "of": ratio.of }),
        Value::Verdict(met) => json!(met),
        Value::Hundredths(n) => json!(f64::from(n) / 100.0),
        Value::Nothing => Json::Null,
        Value::Count(n) | Value::Target(n) | Value::Minutes(n) => json!(n),
        Value::Change(n) | Value::Longer(n) | Value::Points(n) => json!(n),
    }
}

/// The words that a table of numbers needs beside them: minutes are said in the heading, or in the name
/// of the row where only that row counts in minutes.
pub(super) struct Units {
    columns: Vec<bool>,
}

impl Units {
    pub(super) fn of(section: &Section) -> Self {
        let whole = |at: usize| {
            let mut values = section.rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| cell.value);
            let some = values.clone().any(|value| matches!(value, Value::Minutes(_)));
            some && values.all(|value| matches!(value, Value::Minutes(_) | Value::Nothing))
        };
        Self { columns: (0..section.columns.len()).map(whole).collect() }
    }

    pub(super) fn headings(&self, section: &Section, reader: &Reader) -> Vec<String> {
        let mut headings = headings(section, reader);
        for (heading, minutes) in headings.iter_mut().skip(1).zip(&self.columns) {
            if *minutes {
                heading.push_str(&t(reader.lang, "report.minutes", &[]));
            }
        }
        headings
    }

    pub(super) fn row_name(&self, row: &Row, reader: &Reader) -> String {
        let mut name = row_name(row, reader);
        let alone = |(cell, said): (&Cell, &bool)| matches!(cell.value, Value::Minutes(_)) && !said;
        if row.cells.iter().zip(&self.columns).any(alone) {
            name.push_str(&t(reader.lang, "report.minutes", &[]));
        }
        name
    }
}

/// A report as a text with commas, section by section, in UTF-8 with its mark, so that spreadsheets take
/// it for what it is.
#[must_use]
pub fn csv(report: &Report, reader: &Reader) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    // Writing into memory cannot fail.
    let mut line = |cells: Vec<String>| drop(writer.write_record(cells));
    line(vec![harmless(&title(report, reader.lang))]);
    line(vec![as_of(report, reader)]);
    line(vec![String::new()]);
    line(vec![t(reader.lang, "report.summary", &[])]);
    for said in &report.summary {
        line(vec![harmless(&sentence(said, reader))]);
    }
    for one in &report.sections {
        line(vec![String::new()]);
        line(vec![section(one, reader.lang)]);
        if one.rows.is_empty() {
            line(vec![t(reader.lang, "report.nothing", &[])]);
            continue;
        }
        let units = Units::of(one);
        line(units.headings(one, reader).iter().map(|heading| harmless(heading)).collect());
        for row in &one.rows {
            let name = harmless(&units.row_name(row, reader));
            let cells = row.cells.iter().map(|cell| plain(cell.value, reader));
            line(std::iter::once(name).chain(cells).collect());
        }
    }
    writer.into_inner().unwrap_or_default()
}

/// A number that a spreadsheet reads as one.
fn plain(value: Value, reader: &Reader) -> String {
    match value {
        Value::Minutes(n) => n.to_string(),
        Value::Change(n) | Value::Longer(n) | Value::Points(n) => n.to_string(),
        other => crate::text::report::value(other, reader.lang),
    }
}
