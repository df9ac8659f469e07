//! Copies of the book that were made before personal fields were taken out of it: they hold them still.
//!
//! Which they are is said beside every run. A supervisor can have them removed, those that lie in the
//! directory of the copies, once a copy made after the run is proved: nobody is left without any.

use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::backup::{self, Copy};
use super::{Result, Session, settings_of};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::store::Store;
use crate::store::backup::{Proof, Watch, discard, head_of, prove};
use crate::store::copies::SUBJECT;
use crate::store::retention::LastRun;

/// What the record of a removal is called.
pub const REMOVED: &str = "remove";

/// The copies that hold what was taken out of the book.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldCopies {
    /// Those that lie in the directory of the copies.
    pub here: Vec<Copy>,
    /// Files elsewhere, as this book noted them; whether they still lie there it can't know.
    pub elsewhere: Vec<String>,
    /// The directory of the copies can't be read: what lies there is not known.
    pub unread: bool,
}

impl OldCopies {
    /// Whether none is known of.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.here.is_empty() && self.elsewhere.is_empty() && !self.unread
    }
}

fn deed() -> Deed {
    Deed::of(Role::Supervisor, "remove-copies", "book")
}

/// The copies that hold what the last run took out; none where there was no run.
///
/// # Errors
/// The book can't be read.
pub fn find(store: &Store, settings: &Settings) -> Result<OldCopies> {
    let Some(run) = store.last_run()? else { return Ok(OldCopies::default()) };
    let mut old = OldCopies::default();
    match backup::list(store, settings) {
        Ok(copies) => old.here = copies.into_iter().filter(|copy| is_older(copy, &run)).collect(),
        Err(error) => {
            tracing::warn!(%error, "the directory of the copies can't be read");
            old.unread = true;
        }
    }
    for attempt in store.copies(backup::ATTEMPTS)?.into_iter().rev() {
        let Some(Ok((file, proof))) = attempt.ended.map(|ended| ended.outcome) else { continue };
        // Those in the directory of the copies are noted by their name alone.
        let is_path = Path::new(&file).parent().is_some_and(|parent| !parent.as_os_str().is_empty());
        if is_path && came_before(&run, proof.head, attempt.started_at) && !old.elsewhere.contains(&file) {
            old.elsewhere.push(file);
        }
    }
    Ok(old)
}

fn came_before(run: &LastRun, head: i64, begun: DateTime<Utc>) -> bool {
    head < run.seq || begun < run.at
}

/// Whether a copy was made before the last part of a run was written. What nobody knows more of is told by when
/// its file was written.
fn is_older(copy: &Copy, run: &LastRun) -> bool {
    let ended = copy.attempt.as_ref().and_then(|attempt| Some((attempt.started_at, attempt.ended.as_ref()?)));
    if let Some((begun, ended)) = ended
        && let Ok((_, proof)) = &ended.outcome
    {
        return came_before(run, proof.head, begun);
    }
    let written = std::fs::metadata(&copy.file).and_then(|about| about.modified());
    let written = DateTime::<Utc>::from(written.unwrap_or(SystemTime::UNIX_EPOCH));
    // An encrypted one does not tell its head.
    let head = head_of(&copy.file).map_or(i64::MAX, |(head, _)| head);
    came_before(run, head, written)
}

/// What this book noted of a copy, where the file still has the size that it had then.
fn noted(copy: &Copy) -> Option<&Proof> {
    let (_, proof) = copy.attempt.as_ref()?.ended.as_ref()?.outcome.as_ref().ok()?;
    (proof.bytes == copy.bytes).then_some(proof)
}

/// Removes the copies that hold what the last run took out, from the directory of the copies; gives their
/// names. It is on record before the first of them goes.
///
/// # Errors
/// The role refuses, no copy made after the run is proved, `watch` broke it off, or a file can't be removed.
pub fn remove(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    watch: &Watch,
) -> Result<Vec<String>> {
    authority::may(store, session, now, &deed())?;
    let settings = settings_of(store)?;
    let old = find(store, &settings)?.here;
    let Some(directory) = backup::directory(store, &settings).filter(|_| !old.is_empty()) else {
        return Ok(Vec::new());
    };
    let copies = backup::list(store, &settings)?;
    let fresh = copies.iter().find(|copy| noted(copy).is_some() && !old.contains(copy));
    let Some(fresh) = fresh else { return Err(Why::new("counter.why.no_fresh_copy").into()) };
    if !fresh.sealed {
        prove(&fresh.file, watch)?;
    }
    let names: Vec<String> = old.into_iter().map(|copy| copy.name).collect();
    authority::write(store, session, now, &deed(), |tx, hand| {
        tx.journal(SUBJECT, &hand.stamp(tx, now)?, REMOVED, &json!({ "files": names }))?;
        Ok(())
    })?;
    discard(&directory, &names)?;
    Ok(names)
}
