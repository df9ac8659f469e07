//! What a case that is long closed loses: the personal fields, and what stays.
//!
//! The yardstick is China's Personal Information Protection Law (2021), art. 19 and 47: no longer than what it
//! was collected for needs. What was chosen from a list, counted, measured or dated stays, and so do the unit
//! and the names of those who work here: they say what was done and by whom. What was typed freely goes,
//! because a name or a number may stand in it.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::callback::{Attempt, Callback};
use super::field::{Field, FieldType, Personal, Values, as_instant};
use super::household::HouseholdChange;
use super::kind::Kind;
use super::promise::Basis;
use super::timeline::{Entry, Event};

/// What stands in the place of what was taken out. A sign of its own, the same in every language.
pub const GONE: &str = "***";

/// Years after which a closed case loses its personal fields where the office says nothing: the three years in
/// which a claim can be brought (Civil Code, art. 188), and the five of the guarantee on waterproofing
/// (Regulation on Quality Management of Construction Projects, art. 40), whichever is longer.
pub const YEARS: u32 = 5;

/// The years that can be set.
pub const YEARS_RANGE: std::ops::RangeInclusive<u32> = 1..=50;

/// The day before which a case must have been closed.
#[must_use]
pub fn before(today: NaiveDate, years: u32) -> NaiveDate {
    today.checked_sub_months(Months::new(years.saturating_mul(12))).unwrap_or(NaiveDate::MIN)
}

/// How much longer than that a case may be closed before the end of day says so: every day some case comes of
/// age, and whoever has them taken out once a month is not to be reminded in between.
pub const GRACE: Months = Months::new(1);

/// The day before which a case must have been closed for the end of day to say that a run is due.
#[must_use]
pub fn due_before(today: NaiveDate, years: u32) -> NaiveDate {
    before(today, years).checked_sub_months(GRACE).unwrap_or(NaiveDate::MIN)
}

/// The day from which on a case closed on a day should have lost its personal fields.
#[must_use]
pub fn lapses_on(closed: NaiveDate, years: u32) -> NaiveDate {
    let lapsed = closed.checked_add_months(Months::new(years.saturating_mul(12)));
    lapsed.and_then(|day| day.succ_opt()).unwrap_or(NaiveDate::MAX)
}

/// What was taken out by one step of a run, as its entry in the chain says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Of cases closed, and of entries made, before this day.
    pub before: NaiveDate,
    /// The years that were asked for.
    pub years: u32,
    /// How many cases.
    pub cases: u64,
}

/// Whether the values of a field may say who somebody is.
///
/// A field that nobody declares (an older program wrote it) may.
fn is_personal(field: Option<&Field>) -> bool {
    field.is_none_or(|field| match (field.ty, field.personal) {
        (FieldType::Phone | FieldType::Plate | FieldType::MaskedId, _) | (_, Personal::Always) => true,
        (FieldType::Text | FieldType::LongText, personal) => personal == Personal::ByType,
        _ => false,
    })
}

/// A text without what is personal in it. An instant that stands alone says nothing of anybody.
fn text(value: &mut Value) {
    let is_text = value.as_str().is_some_and(|text| !text.is_empty());
    if is_text && as_instant(value).is_none() {
        *value = GONE.into();
    }
}

/// Takes the texts out of a value that nothing is known of.
fn all_texts(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(all_texts),
        Value::Object(fields) => fields.values_mut().for_each(all_texts),
        value => text(value),
    }
}

/// Takes what is personal out of the value of a field.
fn clear(field: Option<&Field>, value: &mut Value) {
    match field.map(|field| field.ty) {
        Some(FieldType::Lines(columns)) => {
            let rows = value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
            for (key, value) in rows.flatten() {
                clear(columns.iter().find(|column| column.key == key.as_str()), value);
            }
        }
        // Beside a step stand who ticked it off, and when; the rest is typed.
        Some(FieldType::Checklist(_)) => {
            let steps = value.as_object_mut().into_iter().flat_map(|steps| steps.values_mut());
            for (key, value) in steps.filter_map(Value::as_object_mut).flatten() {
                if key != "by" {
                    all_texts(value);
                }
            }
        }
        None => all_texts(value),
        Some(_) if field.is_some_and(|field| field.personal == Personal::Always) => *value = Value::Null,
        Some(_) if is_personal(field) => text(value),
        Some(_) => {}
    }
}

/// Takes what is personal out of the value that a case of a kind has under a key.
fn clear_header(kind: &Kind, key: &str, value: &mut Value) {
    match key {
        "unit" | "category" | "urgency" | "owner" => {}
        "contact" | "phone" | "escalated" => text(value),
        // It is made of other fields' texts.
        "summary" => {
            if kind.summary.iter().any(|key| is_personal(kind.field(key))) {
                text(value);
            }
        }
        key => clear(kind.field(key), value),
    }
}

/// Whether cases of a kind have personal fields to lose: all but the ledgers of things and sums.
#[must_use]
pub const fn is_taken(kind: &Kind) -> bool {
    !kind.kept
}

/// An entry of a case without what is personal in it.
#[must_use]
pub fn cleared(kind: &Kind, entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    for change in &mut entry.changes {
        clear_header(kind, &change.field, &mut change.before);
        clear_header(kind, &change.field, &mut change.after);
    }
    clear_inputs(kind, &entry.action, &mut entry.inputs);
    entry.events.iter_mut().for_each(clear_event);
    entry
}

/// What was given with an action: as the action asks for it, else as the kind has it.
fn clear_inputs(kind: &Kind, action: &str, inputs: &mut Values) {
    let asked = kind.action(action).map_or(&[][..], |action| action.inputs);
    for (key, value) in inputs.iter_mut() {
        match asked.iter().find(|field| field.key == key.as_str()) {
            Some(field) if !super::case::HEADER_FIELDS.contains(&field.key) => clear(Some(field), value),
            _ => clear_header(kind, key, value),
        }
    }
}

fn clear_event(event: &mut Event) {
    match event {
        Event::Promised(promise) => clear_basis(&mut promise.basis),
        Event::CallbackDue(Callback { basis, attempts, .. }) => {
            clear_basis(basis);
            attempts.iter_mut().for_each(clear_attempt);
        }
        Event::CallbackTried { attempt, .. } => clear_attempt(attempt),
        Event::Household(change) => clear_change(change),
        Event::PromiseKept
        | Event::PromiseWithdrawn
        | Event::CallbackCancelled { .. }
        | Event::Linked(_)
        | Event::Imported(_) => {}
    }
}

fn clear_basis(basis: &mut Basis) {
    if let Basis::Hand { reason: Some(reason) } = basis {
        GONE.clone_into(reason);
    }
}

fn clear_attempt(attempt: &mut Attempt) {
    if let Some(note) = &mut attempt.note {
        GONE.clone_into(note);
    }
}

fn clear_change(change: &mut HouseholdChange) {
    for resident in &mut change.residents {
        GONE.clone_into(&mut resident.name);
        resident.phones.iter_mut().for_each(|phone| GONE.clone_into(phone));
    }
    change.leaving.iter_mut().for_each(|name| GONE.clone_into(name));
}

/// The keys under which the records of the directory and of signed days hold what is personal: who lives
/// somewhere, notes, and what a case was about.
const PERSONAL_KEYS: [&str; 5] = ["residents", "leaving", "note", "summary", "name"];

/// A record of the directory or of a signed day without what is personal in it.
///
/// A finding names the unit of its case or, where it has none, the contact.
#[must_use]
pub fn cleared_record(mut record: Value) -> Value {
    clear_record(&mut record);
    record
}

fn clear_record(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(clear_record),
        Value::Object(fields) => {
            let is_finding = fields.contains_key("severity");
            // What is found about the book itself is said in figures and days.
            let subject = fields.get("subject").and_then(Value::as_str).unwrap_or_default();
            let of_book = is_finding && subject.contains(':') && !subject.starts_with("draft:");
            for (key, value) in fields.iter_mut() {
                if key == "residents" {
                    residents(value);
                } else if is_finding && key == "said" {
                    // The pieces of its line; those that are codes name nobody.
                    value.as_array_mut().into_iter().flatten().for_each(text);
                } else if PERSONAL_KEYS.contains(&key.as_str()) && !(of_book && key == "summary") {
                    all_texts(value);
                } else if is_finding && key == "unit" && !value.as_str().is_some_and(is_unit) {
                    text(value);
                } else {
                    clear_record(value);
                }
            }
        }
        _ => {}
    }
}

/// Who lives somewhere: what somebody is to the flat stays.
fn residents(value: &mut Value) {
    for (key, value) in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).flatten()
    {
        if key != "relation" {
            all_texts(value);
        }
    }
}

/// Whether a text has the form of a unit (`3-2-1501`): nobody is called so.
fn is_unit(text: &str) -> bool {
    text.contains('-') && text.chars().any(|c| c.is_ascii_digit())
}
