//! What the clock does by itself: passes that expire.

use chrono::{DateTime, Utc};

use super::Result;
use super::cases::Writer;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::people::{CLOCK, Role};
use crate::store::Store;

/// Most cases that one transaction ends; the rest comes with the next one.
const AT_ONCE: usize = 1_000;

/// Ends everything whose end by the clock has come, and returns it.
///
/// Any process may do this at any time: what another has ended already is left alone.
///
/// # Errors
/// The file can't be read or written.
pub fn sweep(store: &mut Store, now: DateTime<Utc>) -> Result<Vec<Case>> {
    let expired = store.expired(now, AT_ONCE)?;
    if expired.is_empty() {
        return Ok(Vec::new());
    }
    let Some(settings) = store.settings()? else { return Ok(Vec::new()) };
    store.write(|tx| {
        let writer = Writer { tx, settings: &settings, by: CLOCK, role: Role::Receptionist, with: None, now };
        let mut ended = Vec::new();
        for number in &expired {
            let case = writer.case(number)?;
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
