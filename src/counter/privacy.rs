//! Telephone numbers and the like are masked wherever they are not needed for the case at work. Who
//! needs one elsewhere sees it by a verb of its own, which is on record: who, whose, when.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::{Result, Session};
use crate::desk::household::Household;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::store::Store;

/// What the record of numbers that were seen in full is called.
pub const REVEAL: &str = "reveal";

/// A household with its telephone numbers in full.
///
/// Whoever sits at the counter may ask for one household at a time: residents have to be rung.
///
/// # Errors
/// Nobody is at work, or there is no such household.
pub fn reveal(store: &mut Store, session: &Session, now: DateTime<Utc>, unit: &str) -> Result<Household> {
    authority::write(store, session, now, &Deed::of(Role::Receptionist, REVEAL, unit), |tx, hand| {
        let household = tx.household(unit)?.ok_or_else(|| {
            Why::new("counter.why.unit_not_in_directory").with("unit", Arg::Text(unit.to_owned()))
        })?;
        let body = json!({ "verb": REVEAL, "subject": unit });
        tx.journal(&authority::subject(hand.by()), &hand.stamp(tx, now)?, REVEAL, &body)?;
        Ok(Arc::unwrap_or_clone(household))
    })
}

/// Lets a whole list be seen with its numbers in full, and puts that on record.
///
/// # Errors
/// The role refuses: what goes out by the hundred a supervisor answers for.
pub fn unmask(store: &mut Store, session: &Session, now: DateTime<Utc>, what: &str) -> Result<()> {
    authority::write(store, session, now, &Deed::of(Role::Supervisor, "unmask", what), |tx, hand| {
        let body = json!({ "verb": "unmask", "subject": what });
        tx.journal(&authority::subject(hand.by()), &hand.stamp(tx, now)?, REVEAL, &body)?;
        Ok(())
    })
}
