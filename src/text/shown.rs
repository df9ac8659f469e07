//! Field values as people read them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::lang::{Lang, t};
use super::plain::{harmless, harmless_lines};
use super::say::{kind_name, word};
use super::show::{show_money, show_when};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, as_instant};
use crate::desk::kinds::Kinds;
use crate::desk::review::Finding;
use crate::desk::settings::Settings;
use crate::desk::workflow::{summary_by, summary_with};

/// What showing values needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The language.
    pub lang: Lang,
    /// Now, for instants near it.
    pub now: DateTime<Utc>,
    /// The settings, for codes and the time zone.
    pub settings: &'a Settings,
}

impl<'a> Reader<'a> {
    /// For paper, which is read on another day: every instant stands whole, `2026-11-24 15:30`.
    #[must_use]
    pub fn on_paper(lang: Lang, settings: &'a Settings) -> Self {
        Self { lang, now: DateTime::UNIX_EPOCH, settings }
    }
}

impl Reader<'_> {
    /// The label of a field of a kind.
    #[must_use]
    pub fn label(&self, kind: &str, key: &str) -> String {
        word(self.lang, kind, "field", key)
    }

    /// The items of a catalogue that have a score, each with it.
    fn scored(&self, catalogue: &str, scores: &serde_json::Map<String, Value>) -> Vec<String> {
        let offered = self.settings.catalogue(catalogue).map_or(&[][..], |catalogue| &catalogue.items);
        let said = offered.iter().filter_map(|item| {
            let score = scores.get(&item.code)?.as_i64()?;
            Some(format!("{} {score}", self.code(catalogue, &item.code)))
        });
        said.collect()
    }

    /// The one-line summary of a case, its codes in the reader's language.
    #[must_use]
    pub fn summary(&self, kinds: Kinds, case: &Case) -> String {
        let Some(kind) = kinds.get(&case.kind) else { return case.summary.clone() };
        summary_with(kind, case, &|catalogue, code| self.code(catalogue, code))
    }

    /// What a finding is about, its codes in the reader's language.
    #[must_use]
    pub fn found(&self, finding: &Finding) -> String {
        let said = summary_by(&finding.said, &|catalogue, code| self.code(catalogue, code));
        if said.is_empty() { finding.summary.clone() } else { said }
    }

    /// A value in one line; several lines of a list are counted.
    #[must_use]
    pub fn line(&self, kind: &str, field: &Field, value: &Value) -> String {
        match (&field.ty, value) {
            (FieldType::Lines(_), Value::Array(rows)) => {
                t(self.lang, "text.shown.lines", &[("count", &rows.len().to_string())])
            }
            (FieldType::Checklist(steps), Value::Object(done)) => format!("{}/{}", done.len(), steps.len()),
            (FieldType::Scores(catalogue), Value::Object(scores)) => {
                self.scored(catalogue, scores).join("  ")
            }
            _ => harmless(&self.text(kind, field, value)).into_owned(),
        }
    }

    /// A value in as many lines as it has: a list gives one a row.
    #[must_use]
    pub fn lines(&self, kind: &str, field: &Field, value: &Value) -> Vec<String> {
        match (&field.ty, value) {
            (FieldType::Lines(columns), Value::Array(rows)) => {
                rows.iter().map(|row| self.row(kind, columns, row)).collect()
            }
            (FieldType::Checklist(steps), Value::Object(done)) => steps
                .iter()
                .filter_map(|step| done.get(*step).map(|record| self.step(kind, step, record)))
                .collect(),
            (FieldType::Scores(catalogue), Value::Object(scores)) => self.scored(catalogue, scores),
            _ => harmless_lines(&self.text(kind, field, value)).lines().map(str::to_owned).collect(),
        }
    }

    fn row(&self, kind: &str, columns: &[Field], row: &Value) -> String {
        let cells = columns.iter().filter_map(|column| {
            let value = row.get(column.key).filter(|value| !value.is_null())?;
            let shown = self.line(kind, column, value);
            // A bare yes or no says nothing.
            let flag = column.ty == FieldType::Flag;
            Some(if flag { format!("{}: {shown}", self.label(kind, column.key)) } else { shown })
        });
        cells.collect::<Vec<_>>().join("  ")
    }

    fn step(&self, kind: &str, step: &str, record: &Value) -> String {
        let text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
        let at = record.get("at").and_then(as_instant).map(|at| self.when(at));
        let amount = record.get("amount").and_then(Value::as_i64).map(show_money);
        let parts = [at, text("by"), text("document"), amount, text("note")];
        let rest: Vec<String> = parts.into_iter().flatten().collect();
        harmless(&format!("{}  {}", word(self.lang, kind, "step", step), rest.join("  "))).into_owned()
    }

    /// An instant, short when it is near.
    #[must_use]
    pub fn when(&self, at: DateTime<Utc>) -> String {
        show_when(at, self.now, self.settings.calendar.tz(), self.lang)
    }

    /// The name of a code in the reader's language, the code itself where it is not known.
    #[must_use]
    pub fn code(&self, catalogue: &str, code: &str) -> String {
        let name =
            |code: &str| self.settings.code_name(catalogue, code).map(|name| self.lang.of(name).to_owned());
        let own = name(code).unwrap_or_else(|| code.to_owned());
        // A sub-code says what it belongs to.
        match code.split_once('.').and_then(|(parent, _)| name(parent)) {
            // The names of the standard codes say it already.
            Some(parent) if !own.starts_with(&parent) => format!("{parent}/{own}"),
            _ => own,
        }
    }

    fn text(&self, kind: &str, field: &Field, value: &Value) -> String {
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match field.ty {
            FieldType::Money => value.as_i64().map_or_else(text, show_money),
            FieldType::Reading => value.as_i64().map_or_else(text, reading),
            FieldType::Flag => {
                let key = if value.as_bool() == Some(true) { "text.shown.yes" } else { "text.shown.no" };
                t(self.lang, key, &[])
            }
            FieldType::Instant => as_instant(value).map_or_else(text, |at| self.when(at)),
            FieldType::Choice(_) => word(self.lang, kind, &format!("option.{}", field.key), &text()),
            FieldType::Catalogue(name) => self.code(name, &text()),
            FieldType::Kind => kind_name(self.lang, &text()),
            _ => text(),
        }
    }
}

/// A reading kept in thousandths, without trailing zeros.
#[must_use]
pub fn reading(thousandths: i64) -> String {
    let (whole, rest) = (thousandths / 1000, thousandths.unsigned_abs() % 1000);
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::reading;

    #[test]
    fn readings_lose_trailing_zeros_only() {
        for (value, text) in [(0, "0"), (1_000, "1"), (1_230, "1.23"), (120_005, "120.005"), (10_000, "10")] {
            assert_eq!(reading(value), text);
        }
    }
}
