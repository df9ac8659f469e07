//! What stands on the forms: the data that templates are given. `docs/forms.md` describes it for who edits one.
//!
//! It is the same structure for every kind (labels in the reader's language, values as text, tables), so a new
//! kind prints with one template. Telephone numbers are masked; identity numbers are kept masked already.

pub mod day;
pub mod file;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::PaperError;
use crate::counter::{CounterError, Session, passes};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType};
use crate::desk::form::Form;
use crate::desk::kind::Kind;
use crate::desk::kinds::permit;
use crate::desk::settings::{CHARGES, Settings};
use crate::desk::timeline::Entry;
use crate::desk::why::Why;
use crate::store::cases::Query;
use crate::store::{Store, StoreError};
use crate::text::lang::{Lang, t};
use crate::text::say::{money, stamp, word};
use crate::text::show::mask_phone;
use crate::text::shown::{Reader, reading};
use crate::text::spelled::spelled;

/// Most workers' passes that are printed at once.
const CARDS: usize = 200;

/// Who prints, when, in which language, from which book.
#[derive(Clone, Copy)]
pub struct Clerk<'a> {
    /// The book.
    pub store: &'a Store,
    /// Its settings.
    pub settings: &'a Settings,
    /// Who prints.
    pub session: &'a Session,
    /// When.
    pub now: DateTime<Utc>,
    /// The language of the paper.
    pub lang: Lang,
}

impl Clerk<'_> {
    fn reader(&self) -> Reader<'_> {
        Reader::on_paper(self.lang, self.settings)
    }

    fn t(&self, key: &str, values: &[(&str, &str)]) -> String {
        t(self.lang, key, values)
    }

    fn stamp(&self, at: DateTime<Utc>) -> String {
        stamp(at, self.settings.calendar.tz())
    }

    /// What every sheet says of itself.
    fn sheet(&self, title: &str) -> Map<String, Value> {
        let settings = self.settings;
        let community = settings.community.as_str();
        let office = match settings.company.trim() {
            "" => self.t("paper.office", &[("community", community)]),
            company => self.t("paper.office_of", &[("community", community), ("company", company)]),
        };
        let telephone = match settings.telephone.trim() {
            "" => String::new(),
            number => self.t("paper.telephone", &[("number", number)]),
        };
        let at = self.stamp(self.now);
        let printed = self.t("paper.printed", &[("at", &at), ("by", self.session.name())]);
        let sheet = json!({
            "title": title,
            "office": office,
            "community": community,
            "company": settings.company,
            "telephone": telephone,
            "printed": printed,
            "today": settings.calendar.day_of(self.now).to_string(),
            "copy": null,
        });
        match sheet {
            Value::Object(sheet) => sheet,
            _ => Map::new(),
        }
    }

    /// The data of a form of a case, printed `copies` times before.
    ///
    /// # Errors
    /// The book can't be read.
    pub fn of_case(&self, case: &Case, form: &Form, copies: u32) -> Result<Value, PaperError> {
        let entries = self.store.timeline(&case.number).map_err(CounterError::from)?;
        let Some(kind) = self.store.kinds().get(&case.kind) else {
            return Err(PaperError::NoTemplate(form.id.to_owned()));
        };
        let mut sheet = self.sheet(&self.t(&format!("paper.form.{}", form.id), &[]));
        sheet.extend(self.record(kind, case, &entries));
        if copies > 0 {
            sheet.insert("copy".into(), self.t("paper.copy", &[("n", &copies.to_string())]).into());
        }
        if let Some(scored) = kind.scored_by {
            let offered = self.settings.offered(scored.items.1);
            let questions: Vec<&str> = offered.iter().map(|(_, name)| self.lang.of(name)).collect();
            sheet.insert("questions".into(), questions.into());
        }
        let code = passes::code_of(self.store, self.session, &case.number)?;
        sheet.insert("code".into(), code.as_ref().map(ToString::to_string).into());
        sheet.insert("code_said".into(), code.as_ref().map(|code| spelled(code, self.lang)).into());
        sheet.insert("square".into(), code.map(|code| square(&code.to_string())).into());
        let cards = self.cards(kind, case, form)?;
        if cards.is_empty() {
            return Err(CounterError::from(Why::new("paper.why.no_cards")).into());
        }
        sheet.insert("cards".into(), cards.into());
        Ok(sheet.into())
    }

    /// The case itself: fields, tables, checklists, what was done.
    fn record(&self, kind: &Kind, case: &Case, entries: &[Entry]) -> Map<String, Value> {
        let (mut fields, mut facts, mut tables, mut steps) = (Map::new(), Vec::new(), Map::new(), Vec::new());
        let mut lines = Vec::new();
        for field in kind.all_fields() {
            let value = case.get(field.key);
            let label = self.reader().label(kind.id, field.key);
            match field.ty {
                FieldType::Lines(columns) => {
                    let table = self.table(kind, &label, columns, &value);
                    lines.extend(value.as_array().filter(|rows| !rows.is_empty()).map(|_| table.clone()));
                    tables.insert(field.key.to_owned(), table);
                }
                FieldType::Checklist(all) => steps = self.steps(kind, all, &value),
                _ => {
                    let shown = self.value(kind, field, &value);
                    if !shown.is_empty() {
                        let wide = field.ty == FieldType::LongText || shown.chars().count() > 40;
                        facts.push(json!({ "label": label, "value": shown, "wide": wide }));
                    }
                    fields.insert(field.key.to_owned(), json!({ "label": label, "value": shown }));
                }
            }
        }
        let mut header = |key: &str, value: String| {
            let label = self.reader().label(kind.id, key);
            fields.insert(key.to_owned(), json!({ "label": label, "value": value }));
        };
        let at = |at: Option<DateTime<Utc>>| at.map(|at| self.stamp(at)).unwrap_or_default();
        header("number", case.number.clone());
        header("state", word(self.lang, kind.id, "state", &case.state));
        header("summary", self.reader().summary(self.store.kinds(), case));
        header("owner", case.owner.clone());
        header("opened_at", at(Some(case.opened_at)));
        header("opened_by", case.opened_by.clone());
        header("closed_at", at(case.closed_at));
        header("due", at(case.due_at()));
        let mut record = Map::new();
        record.insert("number".into(), case.number.clone().into());
        record.insert("kind".into(), kind.id.into());
        record.insert("state".into(), case.state.clone().into());
        record.insert("fields".into(), fields.into());
        record.insert("facts".into(), facts.into());
        record.insert("tables".into(), tables.into());
        record.insert("lines".into(), lines.into());
        record.insert("steps".into(), steps.into());
        record.insert("timeline".into(), self.timeline(kind, entries).into());
        record.insert("callbacks".into(), self.callbacks(kind, case).into());
        record.insert("links".into(), case.links.iter().map(|link| &*link.number).collect::<Vec<_>>().into());
        record
    }

    /// A value as text of one or more lines, telephone numbers masked.
    fn value(&self, kind: &Kind, field: &Field, value: &Value) -> String {
        match (field.ty, value) {
            (_, Value::Null) => String::new(),
            (FieldType::Phone, Value::String(phone)) => mask_phone(phone),
            _ => self.reader().lines(kind.id, field, value).join("\n"),
        }
    }

    /// A list of lines as a table. Lines with prices get their sums; a code and its free text share a column.
    fn table(&self, kind: &Kind, label: &str, columns: &[Field], value: &Value) -> Value {
        let priced = columns.iter().any(|column| column.ty == FieldType::Catalogue(CHARGES));
        let shown = |column: &&Field| !(priced && column.key == "code");
        let mut head: Vec<String> =
            columns.iter().filter(shown).map(|column| self.reader().label(kind.id, column.key)).collect();
        let numeric = |column: &Field| {
            matches!(column.ty, FieldType::Count { .. } | FieldType::Money | FieldType::Reading)
        };
        let mut numbers: Vec<usize> =
            columns.iter().filter(shown).enumerate().filter(|(_, c)| numeric(c)).map(|(n, _)| n).collect();
        if priced {
            numbers.push(head.len());
            head.push(self.reader().label(kind.id, "amount"));
        }
        let mut total = 0;
        let row = |row: &Value| -> Vec<String> {
            let cell = |key: &str| row.get(key).cloned().unwrap_or_default();
            let price = || {
                cell("price").as_i64().or_else(|| Some(self.settings.charge(cell("code").as_str()?)?.price))
            };
            let mut cells: Vec<String> = columns
                .iter()
                .filter(shown)
                .map(|column| match column.key {
                    "what" if priced => {
                        let code = cell("code").as_str().map(|code| self.reader().code(CHARGES, code));
                        let what = cell("what").as_str().map(str::to_owned);
                        [code, what].into_iter().flatten().collect::<Vec<_>>().join("  ")
                    }
                    "price" if priced => price().map(money).unwrap_or_default(),
                    key => self.value(kind, column, &cell(key)),
                })
                .collect();
            if priced {
                let sum =
                    price().zip(cell("count").as_i64()).map(|(price, count)| price.saturating_mul(count));
                total += sum.unwrap_or(0);
                cells.push(sum.map(money).unwrap_or_default());
            }
            cells
        };
        let rows: Vec<Vec<String>> = value.as_array().into_iter().flatten().map(row).collect();
        let total = (priced && !rows.is_empty()).then(|| money(total));
        json!({ "label": label, "head": head, "numeric": numbers, "rows": rows, "total": total })
    }

    fn steps(&self, kind: &Kind, all: &[&str], done: &Value) -> Vec<Value> {
        let step = |step: &&str| {
            let record = done.get(*step);
            let text =
                |key: &str| record.and_then(|r| r.get(key)).and_then(Value::as_str).unwrap_or_default();
            let at = record.and_then(|r| r.get("at")).and_then(crate::desk::field::as_instant);
            let amount = record.and_then(|r| r.get("amount")).and_then(Value::as_i64).map(money);
            let copy = record.and_then(|r| r.get("copy")).and_then(Value::as_bool) == Some(true);
            let document = [text("document").to_owned(), amount.unwrap_or_default()].join(" ");
            json!({
                "key": step,
                "label": word(self.lang, kind.id, "step", step),
                "done": record.is_some(),
                "at": at.map(|at| self.stamp(at)),
                "by": text("by"),
                "document": document.trim(),
                "copy": copy,
            })
        };
        all.iter().map(step).collect()
    }

    fn timeline(&self, kind: &Kind, entries: &[Entry]) -> Vec<[String; 4]> {
        let row = |entry: &Entry| {
            let form = entry.inputs.get("form").and_then(Value::as_str);
            let form = form.map(|form| self.t(&format!("paper.form.{form}"), &[]));
            [
                self.stamp(entry.at),
                entry.by.clone(),
                word(self.lang, kind.id, "done", &entry.action),
                entry.note().map(str::to_owned).or(form).unwrap_or_default(),
            ]
        };
        entries.iter().map(row).collect()
    }

    fn callbacks(&self, kind: &Kind, case: &Case) -> Vec<[String; 4]> {
        let mut rows = Vec::new();
        for attempt in case.callbacks.iter().flat_map(|callback| &callback.attempts) {
            let outcome = word(self.lang, kind.id, "done", attempt.outcome.action());
            let score = attempt.score.map(|score| format!("  {score}/5")).unwrap_or_default();
            let note = attempt.note.clone().unwrap_or_default();
            rows.push([self.stamp(attempt.at), attempt.by.clone(), format!("{outcome}{score}"), note]);
        }
        rows
    }

    /// What is cut out as cards: the case itself, or the workers' passes of a renovation.
    fn cards(&self, kind: &Kind, case: &Case, form: &Form) -> Result<Vec<Value>, PaperError> {
        if form.id != "worker-passes" {
            return Ok(vec![self.record(kind, case, &[]).into()]);
        }
        let query = Query {
            kind: Some(permit::KIND.id.to_owned()),
            unit: case.unit.clone(),
            states: vec!["issued".to_owned()],
            limit: CARDS,
            ..Query::default()
        };
        let page = self.store.list(&query).map_err(CounterError::from)?;
        let own = page.rows.into_iter().map(|row| row.case).filter(|permit| {
            permit.text("renovation").as_deref() == Some(&case.number)
                && permit.text("sort").as_deref() == Some("worker")
        });
        let mut cards: Vec<Case> = own.collect();
        cards.sort_by(|a, b| a.number.cmp(&b.number));
        Ok(cards.iter().map(|permit| Value::Object(self.record(&permit::KIND, permit, &[]))).collect())
    }
}

/// A text as a square code, row by row: `1` is dark.
#[cfg(feature = "print")]
fn square(text: &str) -> Option<Vec<String>> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
    let dark = |color: &qrcode::Color| if *color == qrcode::Color::Dark { '1' } else { '0' };
    Some(code.to_colors().chunks(code.width()).map(|row| row.iter().map(dark).collect()).collect())
}

#[cfg(not(feature = "print"))]
fn square(_: &str) -> Option<Vec<String>> {
    None
}

/// An area kept in hundredths of a square metre.
fn area(hundredths: i64) -> String {
    reading(hundredths * 10)
}

impl From<StoreError> for PaperError {
    fn from(error: StoreError) -> Self {
        Self::Counter(error.into())
    }
}
