//! What an entry of a timeline changed, as people read it: what stood there before, and what stands there now.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::lang::t;
use super::show::mask_phone;
use super::shown::Reader;
use crate::desk::case::HEADER_FIELDS;
use crate::desk::field::as_instant;
use crate::desk::kind::Kind;
use crate::desk::timeline::Entry;

/// Each change in a line of its own. What a case was opened with stands in the case itself; of an amendment
/// everything is said. Telephone numbers are masked unless they are shown `whole`.
#[must_use]
pub fn changes(reader: &Reader, kind: &Kind, entry: &Entry, whole: bool) -> Vec<String> {
    let amended = entry.action == "amend";
    if entry.from.is_none() {
        return Vec::new();
    }
    let lines = entry.changes.iter().filter_map(|change| {
        let field = kind.field(&change.field)?;
        if HEADER_FIELDS.contains(&change.field.as_str()) && !amended {
            return None;
        }
        // When a step was done stands in front of it already.
        if !amended && as_instant(&change.after).is_some_and(|at| same_minute(at, entry.at)) {
            return None;
        }
        let masked = !whole && field.key == "phone";
        let show = |value: &Value| {
            if value.is_null() {
                return t(reader.lang, "ui.none", &[]);
            }
            let text = reader.line(kind.id, field, value);
            if masked { mask_phone(&text) } else { text }
        };
        let label = reader.label(kind.id, &change.field);
        Some(if change.before.is_null() && !amended {
            format!("{label}: {}", show(&change.after))
        } else {
            format!("{label}: {} -> {}", show(&change.before), show(&change.after))
        })
    });
    lines.collect()
}

/// Whether two instants are told by the same minute.
#[must_use]
pub fn same_minute(a: DateTime<Utc>, b: DateTime<Utc>) -> bool {
    a.timestamp().div_euclid(60) == b.timestamp().div_euclid(60)
}
