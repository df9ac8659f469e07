//! Text for people: tables aligned with wide characters, and a case as a page.

use std::io::IsTerminal as _;

use chrono::{DateTime, Utc};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::{Cx, Desk};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, as_instant};
use crate::desk::kind::Kind;
use crate::desk::kinds::STANDARD;
use crate::desk::settings::Settings;
use crate::store::cases::Row;
use crate::text::lang::Lang;
use crate::text::plain::{harmless, harmless_lines};
use crate::text::say::{kind_name, stamp, try_word, word};
use crate::text::show::{mask_phone, show_money, show_when};
use crate::text::shown::Reader;

/// A table under headings; `right` are the columns of numbers.
pub(super) fn table(headings: &[String], rows: Vec<Vec<String>>, right: &[usize]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(headings.to_vec());
    if std::io::stdout().is_terminal()
        && let Ok((width, _)) = crossterm::terminal::size()
    {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| harmless(cell).into_owned()).collect::<Vec<_>>());
    }
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A telephone number in a list.
pub(super) fn number(phone: &str, whole: bool) -> String {
    if whole { phone.to_owned() } else { mask_phone(phone) }
}

impl Cx {
    /// The words of headings under `cli.column.…`.
    pub(super) fn headings(&self, ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| self.t(&format!("cli.column.{id}"), &[])).collect()
    }

    /// An instant near to now as people say it.
    pub(super) fn when(&self, at: DateTime<Utc>) -> String {
        show_when(at, self.now, self.tz.get(), self.lang)
    }

    /// When something is due, with a mark where that time has passed.
    pub(super) fn due(&self, at: Option<DateTime<Utc>>) -> String {
        at.map_or_else(String::new, |at| {
            let when = self.when(at);
            if at < self.now { self.t("cli.overdue", &[("when", &when)]) } else { when }
        })
    }

    /// The word of a case's state.
    pub(super) fn state(&self, case: &Case) -> String {
        word(self.lang, &case.kind, "state", &case.state)
    }

    /// The one-line summary of a case in the language asked for.
    pub(super) fn summary(&self, settings: &Settings, case: &Case) -> String {
        Reader { lang: self.lang, now: self.now, settings }.summary(STANDARD, case)
    }

    /// A list of cases. Telephone numbers are masked unless they are to be seen whole: lists lie open to
    /// others' eyes.
    pub(super) fn cases(&self, rows: &[Row], settings: &Settings, whole: bool) -> String {
        if rows.is_empty() {
            return self.t("cli.list.none", &[]);
        }
        let cells = rows
            .iter()
            .map(|row| {
                let case = &row.case;
                vec![
                    case.number.clone(),
                    case.unit.clone().unwrap_or_default(),
                    case.contact.clone().unwrap_or_default(),
                    case.phone.as_deref().map(|phone| number(phone, whole)).unwrap_or_default(),
                    self.summary(settings, case),
                    self.state(case),
                    case.owner.clone(),
                    self.when(case.opened_at),
                    self.due(row.due_at.or(row.callback_at)),
                ]
            })
            .collect();
        let headings = ["number", "unit", "contact", "phone", "summary", "state", "owner", "opened", "due"];
        table(&self.headings(&headings), cells, &[])
    }

    /// A case as a page: its header and all its fields, nothing masked.
    pub(super) fn page(&self, desk: &Desk, case: &Case) -> String {
        let kind = desk.store.kinds().get(&case.kind);
        let mut lines =
            vec![format!("{}  {}  {}", case.number, kind_name(self.lang, &case.kind), self.state(case))];
        let tz = self.tz.get();
        let mut line = |key: &str, value: String| {
            if !value.is_empty() {
                let name = match key {
                    "due_at" => self.t("cli.column.due", &[]),
                    _ => self.field_name(&case.kind, key),
                };
                lines.push(format!("  {name}: {}", indented(&harmless_lines(&value))));
            }
        };
        // Mostly one field says the same.
        let said = |field: &Field| case.text(field.key).as_deref() == Some(&case.summary);
        if !kind.into_iter().flat_map(Kind::all_fields).any(said) {
            line("summary", self.summary(&desk.settings, case));
        }
        for field in kind.into_iter().flat_map(Kind::all_fields) {
            line(field.key, self.value(&case.kind, field, &case.get(field.key), &desk.settings));
        }
        for key in ["unit", "contact", "phone"] {
            if kind.is_none_or(|kind| kind.field(key).is_none()) {
                line(key, case.text(key).unwrap_or_default());
            }
        }
        line("owner", case.owner.clone());
        line("escalated", case.escalated.clone().unwrap_or_default());
        line("opened_at", format!("{} {}", stamp(case.opened_at, tz), case.opened_by));
        line("due_at", self.due(case.due_at()));
        line("closed_at", case.closed_at.map(|at| stamp(at, tz)).unwrap_or_default());
        lines.join("\n")
    }

    /// The name of a field in the reader's language.
    pub(super) fn field_name(&self, kind: &str, key: &str) -> String {
        try_word(self.lang, kind, "field", key)
            .or_else(|| try_word(self.lang, kind, "input", key))
            .unwrap_or_else(|| key.to_owned())
    }

    /// A field's value as people read it.
    pub(super) fn value(&self, kind: &str, field: &Field, value: &Value, settings: &Settings) -> String {
        let (lang, tz) = (self.lang, self.tz.get());
        match (field.ty, value) {
            (_, Value::Null) => String::new(),
            (_, Value::Bool(flag)) => self.t(if *flag { "cli.yes" } else { "cli.no" }, &[]),
            (FieldType::Money, Value::Number(fen)) => show_money(fen.as_i64().unwrap_or_default()),
            (FieldType::Reading, Value::Number(reading)) => {
                let thousandths = reading.as_i64().unwrap_or_default();
                format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
            }
            (FieldType::Instant, _) => as_instant(value).map(|at| stamp(at, tz)).unwrap_or_default(),
            (FieldType::Choice(_), Value::String(id)) => {
                try_word(lang, kind, "option", &format!("{}.{id}", field.key)).unwrap_or_else(|| id.clone())
            }
            (FieldType::Catalogue(name), Value::String(code)) => {
                let named = settings.code_name(name, code);
                named.map_or_else(
                    || code.clone(),
                    |name| if lang == Lang::En { name.en.clone() } else { name.zh.clone() },
                )
            }
            (FieldType::Kind, Value::String(id)) => kind_name(lang, id),
            (FieldType::Lines(columns), Value::Array(rows)) => {
                let said = rows.iter().map(|row| {
                    let cells = columns.iter().map(|column| {
                        let value = row.get(column.key).unwrap_or(&Value::Null);
                        self.value(kind, column, value, settings)
                    });
                    cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("  ")
                });
                std::iter::once(String::new()).chain(said).collect::<Vec<_>>().join("\n")
            }
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    }
}

/// The lines after the first stand in under it.
fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n      ")
}
