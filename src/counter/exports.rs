//! Taking data out of the book: who may, and the entry that says who took what.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::{Result, Session};
use crate::desk::kind::Kind;
use crate::desk::people::Role;
use crate::store::Store;

/// The subject of the journal under which exports stand.
pub const SUBJECT: &str = "export";
/// What the records of exports with numbers in full are called.
const UNMASKED: &str = "unmasked";

/// Exporting cases of a kind, or with none the directory. What only some may open leaves by their hand
/// only, and telephone numbers in full leave by a supervisor's.
fn deed(kind: Option<&'static Kind>, unmask: bool) -> Deed {
    let (opens, what) =
        kind.map_or((Role::Receptionist, super::directory::SUBJECT), |kind| (kind.opens, kind.id));
    Deed::of(if unmask { opens.max(Role::Supervisor) } else { opens }, "export", what)
}

/// Refuses whoever may not export, or not with telephone numbers in full; the refusal is on record.
///
/// # Errors
/// The role refuses, or the file does.
pub fn may_export(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    kind: Option<&'static Kind>,
    unmask: bool,
) -> Result<()> {
    authority::may(store, session, now, &deed(kind, unmask))
}

/// What left the book with telephone numbers in full.
#[derive(Debug, Clone, Copy)]
pub struct Unmasked {
    /// The kind; `None` for the directory.
    pub kind: Option<&'static Kind>,
    /// From which day on; `None` for the whole time.
    pub from: Option<NaiveDate>,
    /// Until which day.
    pub to: Option<NaiveDate>,
    /// How many records.
    pub count: u64,
}

/// Records that telephone numbers left the book in full.
///
/// # Errors
/// The role refuses, or the file does.
pub fn record(store: &mut Store, session: &Session, now: DateTime<Utc>, taken: &Unmasked) -> Result<()> {
    let deed = deed(taken.kind, true);
    authority::write(store, session, now, &deed, |tx, hand| {
        let body =
            json!({ "what": deed.subject(), "from": taken.from, "to": taken.to, "count": taken.count });
        tx.journal(SUBJECT, &hand.stamp(tx, now)?, UNMASKED, &body)?;
        Ok(())
    })
}
