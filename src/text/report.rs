//! A report in words: its title, headings, names, numbers and sentences, for every form of it.

use chrono::Datelike as _;

use super::lang::{Lang, t, try_t};
use super::plain::harmless;
use super::say::{kind_name, stamp};
use super::show::{show_day, show_span, show_weekday};
use super::shown::Reader;
use crate::desk::report::{Label, Period, PeriodSort, Report, Row, Said, Section, Sentence, Value};

/// The name of a period: `2026年11月`, `November 2026`, `2026-11-24 周二`.
#[must_use]
pub fn period(period: &Period, lang: Lang) -> String {
    let first = period.first();
    let (year, month) = (first.year().to_string(), first.month());
    let numbers = [
        ("year", year.as_str()),
        ("month", &month.to_string()),
        ("quarter", &(first.month0() / 3 + 1).to_string()),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let numbers = numbers.each_ref().map(|(name, value)| (*name, value.as_str()));
    match period.sort() {
        PeriodSort::Day => show_day(first, lang),
        PeriodSort::Month => t(lang, &format!("report.month.{month}"), &numbers),
        PeriodSort::Quarter => t(lang, "report.quarter", &numbers),
        PeriodSort::Year => t(lang, "report.year", &numbers),
        PeriodSort::Free => {
            t(lang, "report.span", &[("from", &first.to_string()), ("to", &period.last().to_string())])
        }
    }
}

/// The title of a report: whose, what sort, of when.
#[must_use]
pub fn title(report: &Report, lang: Lang) -> String {
    let sort = t(lang, &format!("report.sort.{}", report.period.sort().id()), &[]);
    let when = period(&report.period, lang);
    t(
        lang,
        "report.title",
        &[("community", &harmless(&report.community)), ("sort", &sort), ("period", &when)],
    )
}

/// As of when it stands, and whether its time still runs.
#[must_use]
pub fn as_of(report: &Report, reader: &Reader) -> String {
    let at = stamp(report.at, reader.settings.calendar.tz());
    t(reader.lang, if report.running { "report.running" } else { "report.as_of" }, &[("at", &at)])
}

/// The title of a section.
#[must_use]
pub fn section(section: &Section, lang: Lang) -> String {
    t(lang, &format!("report.section.{}", section.id), &[])
}

/// What a row or column is about.
#[must_use]
pub fn label(label: &Label, reader: &Reader) -> String {
    let lang = reader.lang;
    match label {
        Label::Word(id) => t(lang, &format!("report.word.{id}"), &[]),
        Label::Kind(kind) => kind_name(lang, kind),
        Label::Code(catalogue, code) if code.is_empty() => {
            t(lang, &format!("report.no_code.{catalogue}"), &[])
        }
        Label::Code(catalogue, code) => harmless(&reader.code(catalogue, code)).into_owned(),
        Label::Stage(stage) => {
            try_t(lang, &format!("stage.{stage}"), &[]).unwrap_or_else(|| harmless(stage).into_owned())
        }
        Label::Weekday(day) => {
            // Sunday is 0 here and the last day of chrono's week.
            let day = chrono::Weekday::try_from((day + 6) % 7).unwrap_or(chrono::Weekday::Mon);
            show_weekday(day, lang)
        }
        Label::Hour(hour) => format!("{hour:02}"),
        Label::Day(day) => day.format("%m-%d").to_string(),
        Label::Month(day) => day.format("%Y-%m").to_string(),
        Label::Period(when) => when.name(),
        Label::Name(name) => harmless(name).into_owned(),
    }
}

/// The names of the columns, that of the names first.
#[must_use]
pub fn headings(section: &Section, reader: &Reader) -> Vec<String> {
    let first = t(reader.lang, &format!("report.first.{}", section.id), &[]);
    std::iter::once(first).chain(section.columns.iter().map(|column| label(column, reader))).collect()
}

/// The name of a row, set in where it is a part of the one above it.
#[must_use]
pub fn row_name(row: &Row, reader: &Reader) -> String {
    format!("{}{}", "  ".repeat(usize::from(row.depth)), label(&row.label, reader))
}

/// A value as people read it; "none" where there was nothing to count.
#[must_use]
pub fn value(value: Value, lang: Lang) -> String {
    match value {
        Value::Nothing => t(lang, "ui.none", &[]),
        Value::Count(n) => n.to_string(),
        Value::Percent(ratio) => {
            ratio.percent().map_or_else(|| t(lang, "ui.none", &[]), |percent| format!("{percent}%"))
        }
        Value::Target(percent) => format!("{percent}%"),
        Value::Minutes(minutes) => show_span(i64::from(minutes), lang),
        Value::Hundredths(n) => format!("{}.{:02}", n / 100, n % 100),
        Value::Change(0) | Value::Points(0) | Value::Longer(0) => "0".to_owned(),
        Value::Longer(n) if n > 0 => format!("+{}", show_span(n, lang)),
        Value::Longer(n) => show_span(n, lang),
        Value::Change(n) => format!("{n:+}"),
        Value::Points(n) => t(lang, "report.points", &[("n", &format!("{n:+}"))]),
        Value::Verdict(met) => t(lang, if met { "report.met" } else { "report.missed" }, &[]),
    }
}

/// A sentence of the summary. A share says out of how many.
#[must_use]
pub fn sentence(sentence: &Sentence, reader: &Reader) -> String {
    let said = |said: &Said| match said {
        Said::Label(about) => label(about, reader),
        Said::Value(Value::Percent(ratio)) => {
            format!("{} ({}/{})", value(Value::Percent(*ratio), reader.lang), ratio.part, ratio.of)
        }
        Said::Value(number) => value(*number, reader.lang),
    };
    let values: Vec<(&str, String)> = sentence.values.iter().map(|(name, one)| (*name, said(one))).collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, one)| (*name, one.as_str())).collect();
    t(reader.lang, &format!("report.said.{}", sentence.rule), &values)
}
