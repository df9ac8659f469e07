//! The JSON documents: the keys that scripts rely on.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::desk::callback::Callback;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Values, as_instant};
use crate::desk::household::Household;
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::timeline::Entry;
use crate::store::cases::Row;
use crate::text::show::mask_phone;

/// An instant with the community's offset.
pub(super) fn at(at: DateTime<Utc>, tz: Tz) -> String {
    at.with_timezone(&tz).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Values as a document says them: instants with the community's offset, all else as it is kept.
fn values(values: &Values, fields: &[&Field], tz: Tz) -> Values {
    let said = values.iter().map(|(key, value)| {
        let field = fields.iter().find(|field| field.key == key);
        (key.clone(), field.map_or_else(|| value.clone(), |field| self::value(value, field.ty, tz)))
    });
    said.collect()
}

fn value(value: &Value, ty: FieldType, tz: Tz) -> Value {
    match (ty, value) {
        (FieldType::Instant, _) => {
            as_instant(value).map_or_else(|| value.clone(), |kept| at(kept, tz).into())
        }
        (FieldType::Lines(columns), Value::Array(rows)) => {
            let columns: Vec<&Field> = columns.iter().collect();
            let row = |row: &Value| row.as_object().map(|row| values(row, &columns, tz).into());
            rows.iter().map(|cells| row(cells).unwrap_or_else(|| cells.clone())).collect()
        }
        (FieldType::Checklist(_), Value::Object(steps)) => {
            let step =
                |record: &Value| record.as_object().map(|record| values(record, &[&DONE_AT], tz).into());
            let said =
                steps.iter().map(|(id, record)| (id.clone(), step(record).unwrap_or_else(|| record.clone())));
            Value::Object(said.collect())
        }
        _ => value.clone(),
    }
}

/// The instant in the record of a checklist's step.
const DONE_AT: Field = Field::new("at", FieldType::Instant);

/// The fields of a kind, for [`values`]; of an unknown kind none.
fn fields(kind: Option<&'static Kind>) -> Vec<&'static Field> {
    kind.into_iter().flat_map(Kind::all_fields).collect()
}

/// A case; `due_at` is given apart because rows of lists come without their promises.
fn case(case: &Case, due_at: Option<DateTime<Utc>>, kinds: Kinds, tz: Tz) -> Value {
    json!({
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "unit": case.unit,
        "contact": case.contact,
        "phone": case.phone,
        "summary": case.summary,
        "category": case.category,
        "urgency": case.urgency,
        "opened_at": at(case.opened_at, tz),
        "opened_by": case.opened_by,
        "owner": case.owner,
        "due_at": due_at.map(|due| at(due, tz)),
        "closed_at": case.closed_at.map(|closed| at(closed, tz)),
        "detail": values(&case.detail, &fields(kinds.get(&case.kind)), tz),
    })
}

/// A whole case.
pub(super) fn whole(whole: &Case, kinds: Kinds, tz: Tz) -> Value {
    case(whole, whole.due_at(), kinds, tz)
}

/// A case of a list. Telephone numbers are masked in it, unless they are to be seen whole.
pub(super) fn row(row: &Row, kinds: Kinds, tz: Tz, whole: bool) -> Value {
    if whole {
        return case(&row.case, row.due_at, kinds, tz);
    }
    let mut shown = row.case.clone();
    shown.phone = shown.phone.as_deref().map(mask_phone);
    mask(&mut shown.detail, &fields(kinds.get(&shown.kind)));
    case(&shown, row.due_at, kinds, tz)
}

/// Masks the telephone numbers among these values, those in lines too.
fn mask(values: &mut Values, fields: &[&Field]) {
    for field in fields {
        match (field.ty, values.get_mut(field.key)) {
            (FieldType::Phone, Some(Value::String(phone))) => *phone = mask_phone(phone),
            (FieldType::Lines(columns), Some(Value::Array(rows))) => {
                let columns: Vec<&Field> = columns.iter().collect();
                rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| mask(row, &columns));
            }
            _ => {}
        }
    }
}

/// A case that something was just done to, with those that were opened by it.
pub(super) fn done(done: &crate::counter::cases::Done, kinds: Kinds, tz: Tz) -> Value {
    let mut document = whole(&done.case, kinds, tz);
    document["also"] = done.also.iter().map(|case| whole(case, kinds, tz)).collect();
    document
}

/// Under which keys promises, callbacks and events hold an instant.
const INSTANTS: [&str; 7] = ["at", "next", "due", "made_at", "kept_at", "withdrawn_at", "cancelled_at"];

/// A promise or event as it is kept, its instants with the community's offset.
fn timed(kept: Value, tz: Tz) -> Value {
    match kept {
        Value::Object(map) => {
            let said = map.into_iter().map(|(key, one)| {
                let instant = INSTANTS.contains(&key.as_str()).then(|| as_instant(&one)).flatten();
                (key, instant.map_or_else(|| timed(one, tz), |instant| at(instant, tz).into()))
            });
            Value::Object(said.collect())
        }
        Value::Array(rows) => rows.into_iter().map(|row| timed(row, tz)).collect(),
        other => other,
    }
}

/// The promises of a case.
pub(super) fn promises(case: &Case, tz: Tz) -> Value {
    timed(json!(case.promises), tz)
}

/// One entry of a timeline, at its place in the chain.
pub(super) fn entry(seq: i64, entry: &Entry, kind: Option<&'static Kind>, tz: Tz) -> Value {
    let known = fields(kind);
    let changes: Vec<Value> = entry
        .changes
        .iter()
        .map(|change| {
            let ty = known.iter().find(|field| field.key == change.field).map(|field| field.ty);
            let said = |kept: &Value| ty.map_or_else(|| kept.clone(), |ty| value(kept, ty, tz));
            json!({ "field": change.field, "before": said(&change.before), "after": said(&change.after) })
        })
        .collect();
    let action = kind.and_then(|kind| kind.action(&entry.action));
    let asked: Vec<&Field> = action.into_iter().flat_map(|action| action.inputs).chain(known).collect();
    json!({
        "seq": seq,
        "revision": entry.revision,
        "at": at(entry.at, tz),
        "by": entry.by,
        "with": entry.with,
        "action": entry.action,
        "from": entry.from,
        "to": entry.to,
        "changes": changes,
        "inputs": values(&entry.inputs, &asked, tz),
        "events": timed(json!(entry.events), tz),
    })
}

/// A callback of a case.
pub(super) fn callback(callback: &Callback, now: DateTime<Utc>, tz: Tz) -> Value {
    let attempts: Vec<Value> = callback
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "at": at(attempt.at, tz),
                "by": attempt.by,
                "outcome": attempt.outcome,
                "score": attempt.score,
                "note": attempt.note,
                "next": attempt.next.map(|next| at(next, tz)),
            })
        })
        .collect();
    json!({
        "id": callback.id,
        "stage": callback.stage,
        "due_at": at(callback.due, tz),
        "next_at": at(callback.next_at(), tz),
        "made_at": at(callback.made_at, tz),
        "basis": callback.basis,
        "open": callback.is_open(),
        "overdue": callback.is_overdue(now),
        "visit": callback.asks_visit(),
        "outcome": callback.outcome(),
        "cancelled_at": callback.cancelled_at.map(|cancelled| at(cancelled, tz)),
        "attempts": attempts,
    })
}

/// A household with its residents.
pub(super) fn household(household: &Household, whole: bool) -> Value {
    let mut residents = household.residents.clone();
    if !whole {
        let phones = residents.iter_mut().flat_map(|resident| &mut resident.phones);
        phones.for_each(|phone| *phone = mask_phone(phone));
    }
    json!({
        "unit": household.unit,
        "area": household.area,
        "occupancy": household.occupancy,
        "moved_in": household.moved_in,
        "arrears": household.arrears,
        "residents": residents,
    })
}
