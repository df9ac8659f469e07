//! A report on paper: the words and numbers of `report.typ`, which draws its charts from them.

use serde_json::{Value as Json, json};

use super::PaperError;
use super::engine::{Engine, Pdf};
use crate::desk::report::{Chart, Label, Report, Row, Section, Value};
use crate::text::lang::t;
use crate::text::report as words;
use crate::text::shown::Reader;

/// Lays a report out.
///
/// # Errors
/// As [`Engine::render`].
pub fn report(report: &Report, reader: &Reader, engine: &Engine) -> Result<Pdf, PaperError> {
    engine.render("report", &data(report, reader), reader.lang)
}

/// What the template gets: every number in words as everywhere, and beside it as a share of the greatest
/// one where it is drawn.
#[must_use]
pub fn data(report: &Report, reader: &Reader) -> Json {
    let lang = reader.lang;
    let summary = report
        .summary
        .iter()
        .map(|said| json!({ "worse": said.worse, "text": words::sentence(said, reader) }));
    json!({
        "title": words::title(report, lang),
        "as_of": words::as_of(report, reader),
        "printed": words::as_of(report, reader),
        "summary_title": t(lang, "report.summary", &[]),
        "summary": summary.collect::<Vec<_>>(),
        "nothing": t(lang, "report.nothing", &[]),
        "parts": report.sections.iter().map(|section| part(section, reader)).collect::<Vec<_>>(),
    })
}

fn part(section: &Section, reader: &Reader) -> Json {
    let heat = section.chart == Chart::Heat;
    let shares = match section.chart {
        Chart::Bars(column) => Some(column),
        _ => None,
    };
    let greatest = greatest(section, shares);
    let row = |row: &Row| {
        let cells = row.cells.iter().map(|cell| words::value(cell.value, reader.lang));
        let drawn = |value: Value| value.number().map(|number| number / greatest);
        json!({
            "name": words::label(&row.label, reader),
            "depth": row.depth,
            "sums": row.sums,
            "missed": row.cells.iter().any(|cell| cell.value == Value::Verdict(false)),
            "cells": cells.collect::<Vec<_>>(),
            "share": shares.filter(|_| !row.sums).and_then(|at| drawn(row.cells.get(at)?.value)),
            "shares": if heat && !row.sums {
                row.cells.iter().map(|cell| drawn(cell.value)).collect()
            } else {
                Vec::new()
            },
        })
    };
    let (ticks, lines) = lines(section, reader);
    json!({
        "title": words::section(section, reader.lang),
        "head": words::headings(section, reader),
        "rows": section.rows.iter().map(row).collect::<Vec<_>>(),
        "bars": shares.is_some() && section.columns.len() <= 6,
        "heat": heat,
        "least": least(section),
        "ticks": ticks,
        "lines": lines,
    })
}

/// The greatest number that is drawn: of one column, or of all but the last, sums left out; never 0.
fn greatest(section: &Section, column: Option<usize>) -> f64 {
    let along = section.columns.len().saturating_sub(1);
    let rows = section.rows.iter().filter(|row| !row.sums);
    let numbers = rows.flat_map(|row| match column {
        Some(column) => row.cells.get(column..=column).unwrap_or_default(),
        None => row.cells.get(..along).unwrap_or_default(),
    });
    numbers.filter_map(|cell| cell.value.number()).fold(1.0, f64::max)
}

/// Where the axis of the numbers begins: shares lie close together near a hundred.
fn least(section: &Section) -> f64 {
    if section.chart != Chart::Across {
        return 0.0;
    }
    let shares = section.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell.value {
        Value::Percent(_) => cell.value.number(),
        _ => None,
    });
    ((shares.fold(100.0, f64::min) - 5.0) / 10.0).floor().max(0.0) * 10.0
}

/// What stands along the time of a chart of lines, and the lines: each with its name and numbers.
fn lines(section: &Section, reader: &Reader) -> (Vec<String>, Vec<Json>) {
    match section.chart {
        Chart::Lines(count) => {
            let ticks = section.rows.iter().map(|row| words::label(&row.label, reader)).collect();
            let line = |(at, column): (usize, &Label)| {
                let cells = section.rows.iter().filter_map(|row| row.cells.get(at));
                let points: Vec<Option<f64>> = cells.map(|cell| cell.value.number()).collect();
                json!({ "name": words::label(column, reader), "points": points })
            };
            (ticks, section.columns.iter().take(count).enumerate().map(line).collect())
        }
        Chart::Across => {
            let along = section.columns.len().saturating_sub(1);
            let ticks = section.columns.iter().take(along).map(|column| words::label(column, reader));
            let shares = section
                .rows
                .iter()
                .filter(|row| row.cells.iter().any(|cell| matches!(cell.value, Value::Percent(_))));
            let line = |row: &Row| {
                let points: Vec<Option<f64>> =
                    row.cells.iter().take(along).map(|cell| cell.value.number()).collect();
                json!({ "name": words::label(&row.label, reader), "points": points })
            };
            (ticks.collect(), shares.map(line).collect())
        }
        Chart::None | Chart::Bars(_) | Chart::Heat => (Vec::new(), Vec::new()),
    }
}
