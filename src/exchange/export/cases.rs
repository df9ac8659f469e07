//! Cases as rows and documents: the header, all fields that their kind declares, and their duties.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::table::{Cell, Column, masked};
use super::{Record, Records, Task};
use crate::counter::CounterError;
use crate::desk::case::{Case, HEADER_FIELDS};
use crate::desk::field::{Field, FieldType, instant};
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::workflow::VOID;
use crate::store::Store;
use crate::store::cases::{Order, Query};
use crate::text::lang::Lang;
use crate::text::plain::plain;
use crate::text::say::{kind_name, try_word, word};
use crate::text::value::{Typing, typed_value};

/// Cases read at a time.
const PAGE: usize = 500;
/// The column of what a case holds beyond the fields that its kind declares; mostly there is nothing.
pub(in crate::exchange) const EXTRA: &str = "extra";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::exchange) enum Holds {
    /// The state.
    State,
    /// A field of the header or the kind, or a fact beside them of the same form.
    Field(FieldType),
    /// Several things as JSON: promises, callbacks, links, and what is left.
    Json,
}

/// The columns of a kind's cases, in their order: names that stay the same, and what they hold.
pub(in crate::exchange) fn columns(kind: &Kind) -> Vec<(&'static str, Holds)> {
    let text = Holds::Field(FieldType::Text);
    let at = Holds::Field(FieldType::Instant);
    let mut columns = vec![
        ("number", text),
        ("state", Holds::State),
        ("opened_at", at),
        ("opened_by", text),
        ("owner", text),
        ("summary", text),
    ];
    let header = HEADER_FIELDS.into_iter().map(|key| {
        let ty = if key == "phone" { FieldType::Phone } else { FieldType::Text };
        (key, kind.field(key).map_or(ty, |field| field.ty))
    });
    let own = kind.all_fields().map(|field| (field.key, field.ty));
    for (key, ty) in header.chain(own) {
        if !columns.iter().any(|(known, _)| *known == key) {
            columns.push((key, Holds::Field(ty)));
        }
    }
    columns.extend([("due_at", at), ("closed_at", at)]);
    columns.extend(["promises", "callbacks", "links", EXTRA].map(|key| (key, Holds::Json)));
    columns
}

/// What a column of a case holds, as the book keeps it.
fn value(case: &Case, key: &str, known: &[(&str, Holds)]) -> Value {
    let list = |empty: bool, list: Value| if empty { Value::Null } else { list };
    match key {
        "state" => case.state.clone().into(),
        "opened_at" => instant(case.opened_at),
        "opened_by" => case.opened_by.clone().into(),
        "due_at" => case.due_at().map_or(Value::Null, instant),
        "closed_at" => case.closed_at.map_or(Value::Null, instant),
        "promises" => list(case.promises.is_empty(), json!(case.promises)),
        "callbacks" => list(case.callbacks.is_empty(), json!(case.callbacks)),
        "links" => list(case.links.is_empty(), json!(case.links)),
        EXTRA => {
            let left = case.detail.iter().filter(|(key, _)| !known.iter().any(|(column, _)| column == key));
            let left: Map<String, Value> = left.map(|(key, value)| (key.clone(), value.clone())).collect();
            list(left.is_empty(), Value::Object(left))
        }
        _ => case.get(key),
    }
}

/// The state of a kind that a text names, by its id or its word in either language.
pub(in crate::exchange) fn state_of(kind: &Kind, text: &str) -> Option<&'static str> {
    let wanted = plain(text.trim()).to_lowercase();
    let named = |id: &str| {
        Lang::ALL.iter().any(|lang| plain(&word(*lang, kind.id, "state", id)).to_lowercase() == wanted)
    };
    let ids = || kind.states.iter().map(|state| state.id).chain([VOID]);
    ids().find(|id| *id == text.trim()).or_else(|| {
        let mut found = ids().filter(|id| named(id));
        // A word that two states share says nothing.
        found.next().filter(|_| found.next().is_none())
    })
}

/// The cases of a kind.
pub(super) struct Cases<'a> {
    task: &'a Task<'a>,
    kind: &'static Kind,
    kinds: Kinds,
    holds: Vec<(&'static str, Holds)>,
    columns: Vec<Column>,
    query: Query,
    /// The words of states, options and codes, as far as they were met.
    words: HashMap<(usize, String), String>,
}

impl<'a> Cases<'a> {
    pub(super) fn new(kind: &'static Kind, task: &'a Task, kinds: Kinds) -> Self {
        let holds = columns(kind);
        let title = |key: &str| try_word(task.lang, kind.id, "field", key).unwrap_or_else(|| key.to_owned());
        let columns =
            holds.iter().map(|(key, _)| Column { id: (*key).to_owned(), title: title(key) }).collect();
        let query = Query {
            kind: Some(kind.id.to_owned()),
            from: task.from,
            to: task.to,
            order: Order::Oldest,
            limit: PAGE,
            ..Query::default()
        };
        Self { task, kind, kinds, holds, columns, query, words: HashMap::new() }
    }

    /// A code in the reader's word for it, where that word is read back as the same code.
    fn word(&mut self, column: usize, code: &str) -> String {
        if let Some(word) = self.words.get(&(column, code.to_owned())) {
            return word.clone();
        }
        let (key, holds) = self.holds[column];
        let (lang, kind) = (self.task.lang, self.kind);
        let settings = self.task.settings;
        let typing = Typing { kind: kind.id, now: self.task.now, settings, kinds: self.kinds };
        let read = |field: Field, word: &str| {
            typed_value(&field, word, &typing).is_ok_and(|read| read.as_str() == Some(code))
        };
        let said = match holds {
            Holds::State => {
                Some(word(lang, kind.id, "state", code)).filter(|said| state_of(kind, said) == Some(code))
            }
            Holds::Field(ty) => {
                let said = match ty {
                    FieldType::Choice(_) => try_word(lang, kind.id, "option", &format!("{key}.{code}")),
                    FieldType::Catalogue(name) => {
                        settings.code_name(name, code).map(|name| lang.of(name).to_owned())
                    }
                    FieldType::Kind => Some(kind_name(lang, code)),
                    _ => None,
                };
                said.filter(|said| read(Field::new(key, ty), said))
            }
            Holds::Json => None,
        };
        let said = said.unwrap_or_else(|| code.to_owned());
        self.words.insert((column, code.to_owned()), said.clone());
        said
    }

    fn cell(&mut self, column: usize, value: &Value) -> Cell {
        let (_, holds) = self.holds[column];
        let worded = matches!(
            holds,
            Holds::State | Holds::Field(FieldType::Choice(_) | FieldType::Catalogue(_) | FieldType::Kind)
        );
        match (holds, value) {
            (_, Value::Null) => Cell::Nothing,
            (_, Value::String(code)) if worded => Cell::Text(self.word(column, code)),
            (Holds::Field(ty), _) => Cell::of(value, ty, self.task.settings.calendar.tz()),
            _ => Cell::Text(value.to_string()),
        }
    }
}

/// One case, telephone numbers as far as the reader may see them.
struct Written<'a> {
    holds: &'a [(&'static str, Holds)],
    values: Vec<Value>,
    row: Vec<Cell>,
}

impl Record for Written<'_> {
    fn document(&self) -> Value {
        let values =
            self.holds.iter().zip(&self.values).map(|((key, _), value)| ((*key).to_owned(), value.clone()));
        Value::Object(values.collect())
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        vec![self.row.clone()]
    }
}

impl Records for Cases<'_> {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn count(&self, store: &Store) -> Result<u64, CounterError> {
        Ok(store.count(&self.query)?)
    }

    fn page(
        &mut self,
        store: &Store,
        take: &mut dyn FnMut(&dyn Record) -> Result<(), CounterError>,
    ) -> Result<bool, CounterError> {
        let page = store.list(&self.query)?;
        for mut row in page.rows {
            self.query.after = Some((row.front, row.id));
            store.complete(&mut row)?;
            let values: Vec<Value> = self
                .holds
                .iter()
                .map(|(key, holds)| {
                    let value = value(&row.case, key, &self.holds);
                    match holds {
                        Holds::Field(ty) if !self.task.unmask => masked(&value, *ty),
                        _ => value,
                    }
                })
                .collect();
            let cells = values.iter().enumerate().map(|(column, value)| self.cell(column, value)).collect();
            take(&Written { holds: &self.holds, values, row: cells })?;
        }
        Ok(page.more)
    }
}
