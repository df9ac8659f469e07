//! What an action or an opening asks for, and what its form starts from.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Context;
use super::common::REASON;
use crate::desk::case::Case;
use crate::desk::field::{self, Field, FieldType, Preset, Shown, Values};
use crate::desk::household::Owed;
use crate::desk::kind::{Action, Kind};
use crate::desk::kinds::Kinds;
use crate::desk::others::Other;

/// The inputs that an action asks for, with what is special to the case: amending offers every
/// field, turning into another kind offers that kind's opening fields.
#[must_use]
pub fn inputs_of(kind: &Kind, action: &Action, kinds: Kinds, into: Option<&str>) -> Vec<Field> {
    if action.id == "amend" {
        let editable = kind.all_fields().filter(|f| !f.fixed && !matches!(f.ty, FieldType::Checklist(_)));
        return editable
            .map(|field| Field { preset: Preset::Same, required: false, shown: Shown::Always, ..*field })
            .chain([REASON])
            .collect();
    }
    let mut inputs = action.inputs.to_vec();
    if action.opens_another()
        && let Some(target) = into.and_then(|id| kinds.get(id))
    {
        inputs.extend(target.opening.iter().map(|field| match kind.field(field.key) {
            _ if field.ty == FieldType::CaseOf(kind.id) => Field { preset: Preset::Of("number"), ..*field },
            Some(own) if own.ty == field.ty => Field { preset: Preset::Same, ..*field },
            _ => *field,
        }));
    }
    inputs
}

/// The values that a form for these fields starts from.
#[must_use]
pub fn presets(fields: &[Field], case: Option<&Case>, cx: &Context) -> Values {
    fields
        .iter()
        .filter_map(|field| {
            let value = preset(field, case, cx);
            (!value.is_null()).then(|| (field.key.to_owned(), value))
        })
        .collect()
}

fn preset(field: &Field, case: Option<&Case>, cx: &Context) -> Value {
    match field.preset {
        Preset::None => Value::Null,
        Preset::Now => field::instant(cx.now),
        Preset::Today => cx.settings.calendar.day_of(cx.now).to_string().into(),
        Preset::ThisYear => cx.settings.calendar.day_of(cx.now).year().into(),
        Preset::Me => cx.by.into(),
        Preset::Text(text) => text.into(),
        Preset::Number(number) => number.into(),
        Preset::Yes => true.into(),
        Preset::Same => case.map_or(Value::Null, |case| case.get(field.key)),
        Preset::Of(key) => case.map_or(Value::Null, |case| fitted(field, case.get(key))),
        Preset::EndOfToday => field::instant(end_of_today(cx)),
        Preset::ClosingToday => {
            let calendar = &cx.settings.calendar;
            let closing = calendar.closing(calendar.day_of(cx.now)).filter(|closing| *closing > cx.now);
            field::instant(closing.unwrap_or_else(|| end_of_today(cx)))
        }
        Preset::Others => others_listed(cx.others).into(),
        Preset::Owed => owed_lines(cx.owed),
    }
}

/// What is owed, a line each; nothing where nothing is.
fn owed_lines(owed: &[Owed]) -> Value {
    let line = |owed: &Owed| {
        let what = [owed.item.trim(), owed.period.trim()].join(" ");
        json!({ "what": what.trim(), "amount": owed.amount })
    };
    if owed.is_empty() { Value::Null } else { owed.iter().map(line).collect() }
}

/// The last minute of the day.
fn end_of_today(cx: &Context) -> DateTime<Utc> {
    let calendar = &cx.settings.calendar;
    calendar.next_day_start(calendar.day_of(cx.now)) - TimeDelta::minutes(1)
}

/// The cases beside the one at hand, one a line; as many as a long text takes.
fn others_listed(others: &[Other]) -> String {
    let mut text = String::new();
    for other in others {
        let line = format!("{} {}\n", other.number, other.summary);
        if text.chars().count() + line.chars().count() > field::LONG_TEXT_MAX {
            break;
        }
        text.push_str(&line);
    }
    text
}

/// Another field's lines with the columns of this one; what must be given starts from its preset.
fn fitted(field: &Field, value: Value) -> Value {
    let (FieldType::Lines(columns), Value::Array(rows)) = (field.ty, &value) else { return value };
    let cell = |row: &Value, column: &Field| {
        let given = row.get(column.key).filter(|value| !value.is_null()).cloned();
        given.or_else(|| column.required.then(|| column.fixed_preset()))
    };
    let fit = |row: &Value| -> Value {
        let cells = columns.iter().filter_map(|column| Some((column.key.to_owned(), cell(row, column)?)));
        Value::Object(cells.filter(|(_, value)| !value.is_null()).collect())
    };
    Value::Array(rows.iter().map(fit).collect())
}

/// What was given, completed by presets where nothing at all was said about a field.
pub(super) fn complete(fields: &[Field], given: &Values, case: Option<&Case>, cx: &Context) -> Values {
    let mut all = given.clone();
    for field in fields.iter().filter(|field| !given.contains_key(field.key)) {
        let value = preset(field, case, cx);
        if !value.is_null() {
            all.insert(field.key.to_owned(), value);
        }
    }
    all
}

/// Whether one of these fields starts from a list of the other cases, where nothing is said about it.
#[must_use]
pub fn lists_others(fields: &[Field], given: &Values) -> bool {
    fields.iter().any(|field| field.preset == Preset::Others && !given.contains_key(field.key))
}

/// Whether one of these fields starts from what the household owes, where nothing is said about it.
#[must_use]
pub fn asks_owed(fields: &[Field], given: &Values) -> bool {
    fields.iter().any(|field| field.preset == Preset::Owed && !given.contains_key(field.key))
}
