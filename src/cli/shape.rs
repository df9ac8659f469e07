//! The JSON documents: the keys that scripts rely on.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::desk::callback::Callback;
use crate::desk::case::Case;
use crate::desk::household::Household;
use crate::desk::timeline::Entry;
use crate::store::cases::Row;

/// An instant with the community's offset.
pub(super) fn at(at: DateTime<Utc>, tz: Tz) -> String {
    at.with_timezone(&tz).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A case; `due_at` is given apart because rows of lists come without their promises.
pub(super) fn case(case: &Case, due_at: Option<DateTime<Utc>>, tz: Tz) -> Value {
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
        "detail": case.detail,
    })
}

/// A whole case.
pub(super) fn whole(whole: &Case, tz: Tz) -> Value {
    case(whole, whole.due_at(), tz)
}

/// A case of a list.
pub(super) fn row(row: &Row, tz: Tz) -> Value {
    case(&row.case, row.due_at, tz)
}

/// A case that something was just done to, with those that were opened by it.
pub(super) fn done(done: &crate::counter::cases::Done, tz: Tz) -> Value {
    let mut document = whole(&done.case, tz);
    document["also"] = done.also.iter().map(|case| whole(case, tz)).collect();
    document
}

/// One entry of a timeline, at its place in the chain.
pub(super) fn entry(seq: i64, entry: &Entry, tz: Tz) -> Value {
    json!({
        "seq": seq,
        "revision": entry.revision,
        "at": at(entry.at, tz),
        "by": entry.by,
        "action": entry.action,
        "from": entry.from,
        "to": entry.to,
        "changes": entry.changes,
        "inputs": entry.inputs,
        "events": entry.events,
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
pub(super) fn household(household: &Household) -> Value {
    json!({
        "unit": household.unit,
        "area": household.area,
        "occupancy": household.occupancy,
        "moved_in": household.moved_in,
        "arrears": household.arrears,
        "residents": household.residents,
    })
}
