//! How far a case is that is made of others, counted from them.

use chrono::{DateTime, Utc};

use super::Result;
use crate::desk::case::Case;
use crate::desk::parts::Progress;
use crate::store::Store;

/// How far a case is; `None` for a kind that is not made of others, and for a case without any yet.
///
/// # Errors
/// The file can't be read.
pub fn progress(store: &Store, now: DateTime<Utc>, case: &Case) -> Result<Option<Progress>> {
    let Some(parts) = store.kinds().get(&case.kind).and_then(|kind| kind.parts) else { return Ok(None) };
    let Some(kind) = store.kinds().get(parts.kind) else { return Ok(None) };
    let found = store.parts(&case.number, kind)?;
    Ok((!found.is_empty()).then(|| Progress::count(parts, kind, &found, now)))
}
