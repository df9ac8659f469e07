//! What the clock does by itself: passes that expire.

use chrono::{DateTime, Utc};

use super::Result;
use super::cases::Writer;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::people::{CLOCK, Role};
use crate::store::Store;
use crate::store::due::DueKind;

/// Ends everything whose end by the clock has come, and returns it.
///
/// Any process may do this at any time: what another has ended already is left alone.
///
/// # Errors
/// The file can't be read or written.
pub fn sweep(store: &mut Store, now: DateTime<Utc>) -> Result<Vec<Case>> {
    let due = store.due_until(now, 10_000)?;
    if !due.iter().any(|due| due.kind == DueKind::Expiry) {
        return Ok(Vec::new());
    }
    let Some(settings) = store.settings()? else { return Ok(Vec::new()) };
    store.write(|tx| {
        let writer = Writer { tx, settings: &settings, by: CLOCK, role: Role::Receptionist, now };
        let mut ended = Vec::new();
        for due in due.iter().filter(|due| due.kind == DueKind::Expiry) {
            let case = writer.case(&due.number)?;
            let Some(kind) = tx.kinds().get(&case.kind) else { continue };
            if let Some((at, action)) = (kind.expires)(&case)
                && at <= now
            {
                ended.push(writer.act(&case, action, &Values::new(), &mut Vec::new())?);
            }
        }
        Ok(ended)
    })
}
