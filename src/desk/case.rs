//! A case 事项: anything that somebody brings to the counter.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::callback::Callback;
use super::field::{self, Values};
use super::promise::Promise;
use super::timeline::{Change, Entry, Event, Link};

/// Fields that every kind may use and that are indexed columns; everything else is the kind's detail.
pub const HEADER_FIELDS: [&str; 8] =
    ["unit", "contact", "phone", "summary", "category", "urgency", "owner", "escalated"];

/// The fields in which kinds count how often a matter had to be done over: such a one goes first.
pub const DONE_OVER: [&str; 2] = ["rework", "further"];

/// One matter: number, owner, timeline, from opening to closing.
///
/// Changed by [`Case::apply`] alone, so the present state always follows from the entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Case {
    /// Number, never used twice.
    pub number: String,
    /// Kind id, e.g. `repair`.
    pub kind: String,
    /// State id of the kind.
    pub state: String,
    /// Unit of the household, or a public place.
    pub unit: Option<String>,
    /// The person at the other end.
    pub contact: Option<String>,
    /// Telephone, plain.
    pub phone: Option<String>,
    /// One line of what it is about.
    pub summary: String,
    /// Category code.
    pub category: Option<String>,
    /// `urgent` or `normal`.
    pub urgency: Option<String>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// By whom.
    pub opened_by: String,
    /// First-contact owner 首问责任人 (source §二(一)1).
    pub owner: String,
    /// Why it was put before a superior who has not decided yet (source §三(三)2(3)).
    pub escalated: Option<String>,
    /// When it came to an end; `None` while it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// Number of entries.
    pub revision: u32,
    /// The kind's own fields.
    pub detail: Values,
    /// All promises, oldest first.
    pub promises: Vec<Promise>,
    /// All callbacks, oldest first.
    pub callbacks: Vec<Callback>,
    /// Pointers to other cases.
    pub links: Vec<Link>,
}

/// The value of a field as it stands in its case; none where it has none.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen<'a> {
    /// Of the header.
    Header(Option<&'a str>),
    /// Of the kind's own fields.
    Detail(Option<&'a Value>),
}

impl Case {
    /// The present value of a field, header or detail; `null` if there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> Value {
        match self.seen(key) {
            Seen::Header(text) => text.map_or(Value::Null, Value::from),
            Seen::Detail(value) => value.cloned().unwrap_or(Value::Null),
        }
    }

    /// The text of a field, if it has one.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        match self.seen(key) {
            Seen::Header(text) => text.map(str::to_owned),
            Seen::Detail(value) => value.and_then(Value::as_str).map(str::to_owned),
        }
    }

    /// The instant that a field holds, if it holds one.
    #[must_use]
    pub fn instant(&self, key: &str) -> Option<DateTime<Utc>> {
        match self.seen(key) {
            Seen::Header(_) => None,
            Seen::Detail(value) => value.and_then(field::as_instant),
        }
    }

    /// The present value of a field where it stands.
    fn seen(&self, key: &str) -> Seen<'_> {
        let header = match key {
            "unit" => self.unit.as_deref(),
            "contact" => self.contact.as_deref(),
            "phone" => self.phone.as_deref(),
            "summary" => Some(self.summary.as_str()).filter(|summary| !summary.is_empty()),
            "category" => self.category.as_deref(),
            "urgency" => self.urgency.as_deref(),
            "owner" => Some(self.owner.as_str()),
            "number" => Some(self.number.as_str()),
            "escalated" => self.escalated.as_deref(),
            _ => return Seen::Detail(self.detail.get(key).filter(|value| !value.is_null())),
        };
        Seen::Header(header)
    }

    /// The kind's own fields as its typed struct.
    ///
    /// # Errors
    /// The detail does not have the struct's shape.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.detail)
    }

    /// The promise under way.
    #[must_use]
    pub fn promise(&self) -> Option<&Promise> {
        self.promises.iter().rev().find(|promise| promise.is_open())
    }

    /// When the desk promised the next thing, if it did.
    #[must_use]
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.promise().map(|promise| promise.due)
    }

    /// The callback that waits, the earliest first.
    #[must_use]
    pub fn open_callback(&self) -> Option<&Callback> {
        self.callbacks.iter().filter(|callback| callback.is_open()).min_by_key(|callback| callback.next_at())
    }

    /// All fields as one set of values, header included; what a form for changing them starts from.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = self.detail.clone();
        for key in HEADER_FIELDS {
            let value = self.get(key);
            if !value.is_null() {
                values.insert(key.to_owned(), value);
            }
        }
        values
    }

    /// The same with these values in the place of what it has under their keys.
    #[must_use]
    pub fn with(mut self, values: &Values) -> Self {
        values.iter().for_each(|(key, value)| self.put(key, value));
        self
    }

    /// Puts a value; only [`Case::apply`] and the planning of an entry use it.
    pub(super) fn put(&mut self, key: &str, value: &Value) {
        let text = || value.as_str().map(str::to_owned);
        match key {
            "unit" => self.unit = text(),
            "contact" => self.contact = text(),
            "phone" => self.phone = text(),
            "summary" => self.summary = text().unwrap_or_default(),
            "category" => self.category = text(),
            "urgency" => self.urgency = text(),
            "owner" => self.owner = text().unwrap_or_default(),
            "escalated" => self.escalated = text(),
            _ if value.is_null() => drop(self.detail.remove(key)),
            _ => drop(self.detail.insert(key.to_owned(), value.clone())),
        }
    }

    /// Whether a field has another value than in `before`.
    pub(super) fn differs(&self, before: &Self, key: &str) -> bool {
        self.seen(key) != before.seen(key)
    }

    /// The fields in which `self` differs from `before`.
    pub(super) fn changes_since(&self, before: &Self) -> Vec<Change> {
        // Few of many fields differ: only those are put in order.
        let other = |(key, value): &(&String, &Value)| before.detail.get(*key) != Some(*value);
        let changed = self.detail.iter().filter(other).map(|(key, _)| key);
        let gone = before.detail.keys().filter(|key| !self.detail.contains_key(*key));
        let mut keys: Vec<&str> = changed.chain(gone).map(String::as_str).collect();
        keys.sort_unstable();
        HEADER_FIELDS
            .into_iter()
            .chain(keys)
            .filter(|key| self.differs(before, key))
            .map(|key| Change { field: key.to_owned(), before: before.get(key), after: self.get(key) })
            .collect()
    }

    /// Takes an entry into the state.
    ///
    /// `ends` says whether the entry's new state is an end of the kind's workflow.
    pub fn apply(&mut self, entry: &Entry, ends: bool) {
        if entry.from.is_none() {
            self.number.clone_from(&entry.number);
            self.opened_at = entry.at;
            self.opened_by.clone_from(&entry.by);
        }
        for change in &entry.changes {
            self.put(&change.field, &change.after);
        }
        self.state.clone_from(&entry.to);
        self.revision = entry.revision;
        self.closed_at = ends.then(|| self.closed_at.unwrap_or(entry.at));
        for event in &entry.events {
            self.take(event, entry.at);
        }
    }

    /// Takes an event of an entry into the state; only the planning of that entry uses it by itself.
    pub(super) fn take(&mut self, event: &Event, at: DateTime<Utc>) {
        match event {
            Event::Promised(promise) => {
                self.end_promise(|open| open.withdrawn_at = Some(at));
                self.promises.push(promise.clone());
            }
            Event::PromiseKept => self.end_promise(|open| open.kept_at = Some(at)),
            Event::PromiseWithdrawn => self.end_promise(|open| open.withdrawn_at = Some(at)),
            Event::CallbackDue(callback) => self.callbacks.push(callback.clone()),
            Event::CallbackTried { id, attempt } => {
                if let Some(callback) = self.callbacks.iter_mut().find(|callback| callback.id == *id) {
                    callback.attempts.push(attempt.clone());
                }
            }
            Event::CallbackCancelled { id } => {
                if let Some(callback) = self.callbacks.iter_mut().find(|callback| callback.id == *id) {
                    callback.cancelled_at = Some(at);
                }
            }
            Event::Linked(link) => self.links.push(link.clone()),
            Event::Imported(origin) => {
                self.opened_at = origin.opened_at;
                self.opened_by.clone_from(&origin.opened_by);
                self.closed_at = origin.closed_at;
            }
            Event::Household(_) => {}
        }
    }

    fn end_promise(&mut self, end: impl Fn(&mut Promise)) {
        self.promises.iter_mut().filter(|promise| promise.is_open()).for_each(end);
    }

    /// Rebuilds a case from its timeline. `ends` says which states are ends.
    #[must_use]
    pub fn rebuild(kind: &str, entries: &[Entry], ends: impl Fn(&str) -> bool) -> Self {
        let mut case = Self { kind: kind.to_owned(), ..Self::default() };
        for entry in entries {
            case.apply(entry, ends(&entry.to));
        }
        case
    }

    /// Whether a value of the case is given.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        !field::is_blank(&self.get(key))
    }
}
