//! Copies of the book: made when somebody asks or the schedule says so, proved, kept for a while.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::{Result, Session, say, secrets, settings_of};
use crate::desk::backup::{self, BackupPlan, Past, Reason};
use crate::desk::people::{CLOCK, Role};
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::store::backup::{Proof, Trust, Watch, files, remove};
use crate::store::chain::Stamp;
use crate::store::copies::{Attempt, DIRECTORY, Ended, SUBJECT, seal};
use crate::store::sealed::{self, Seal};
use crate::store::{Store, StoreError, sweep};

/// How long nobody has written to what a torn-off process left, before it is removed.
const REST: Duration = Duration::from_hours(1);

/// Attempts that the list of copies looks through.
pub(super) const ATTEMPTS: usize = 1_000;

/// Where a copy goes that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Into the directory of the copies.
    Kept,
    /// Under this name; encrypted if the copies are.
    File(&'a Path),
    /// Under this name, encrypted with a passphrase of its own.
    Closed(&'a Path, &'a str),
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub file: PathBuf,
    /// What was proved of it.
    pub proof: Proof,
}

/// A copy in the directory of the copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The file.
    pub file: PathBuf,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// It is encrypted, going by its name.
    pub sealed: bool,
    /// When it was begun, by the clock of the community; `None` for copies that are never removed by
    /// themselves: those before a restore or a new form of the file.
    pub begun: Option<NaiveDateTime>,
    /// How it came about, as far as this book knows.
    pub attempt: Option<Attempt>,
}

/// How it stands with the copies of a book.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When the last copy that was proved was begun.
    pub made: Option<DateTime<Utc>>,
    /// When one failed since then.
    pub failed: Option<DateTime<Utc>>,
    /// Since when the book is without the copy that it should have.
    pub stale: Option<DateTime<Utc>>,
}

/// The directory in which copies of a book are kept; `None` for a book in memory.
#[must_use]
pub fn directory(store: &Store, settings: &Settings) -> Option<PathBuf> {
    let data = store.path()?.parent()?;
    Some(directory_of(data, &settings.backup))
}

/// The directory in which copies of the book of a data directory are kept.
#[must_use]
pub fn directory_of(data: &Path, plan: &BackupPlan) -> PathBuf {
    let chosen = plan.directory.trim();
    // A path that is not whole is meant from the data directory on.
    data.join(if chosen.is_empty() { DIRECTORY } else { chosen })
}

/// Makes a copy because somebody asks for it.
///
/// # Errors
/// The file is there already or can't be written, the passphrase is unfit, the copy is not sound, or
/// `watch` broke it off.
pub fn make(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    target: Target,
    watch: &Watch,
) -> Result<Made> {
    let settings = settings_of(store)?;
    let (file, own) = match target {
        Target::Kept => (kept_file(store, &settings, now)?, None),
        Target::File(file) if settings.backup.is_sealed() => (sealed::named(file), None),
        Target::File(file) if sealed::is_named(file) => {
            // Whoever finds it would take it for what it is not.
            return Err(Why::new("counter.why.not_encrypted").into());
        }
        Target::File(file) => (file.to_owned(), None),
        Target::Closed(file, passphrase) => {
            secrets::check_passphrase(passphrase)?;
            (sealed::named(file), Some(Seal::passphrase(passphrase.to_owned())))
        }
    };
    let deed = Deed::of(Role::Receptionist, "backup", file.display().to_string());
    let id = authority::write(store, session, now, &deed, |tx, hand| {
        Ok(tx.begin_copy(Reason::Asked, hand.by(), now)?)
    })?;
    let attempt = Begun { id, reason: Reason::Asked, by: session.name(), now, told: false, own };
    attempt.carry_out(store, &settings, file, matches!(target, Target::Kept), watch)
}

/// Makes the copy that the schedule asks for; `None` if none is due, or another process makes it.
///
/// # Errors
/// As for [`make`].
pub fn make_due(store: &mut Store, now: DateTime<Utc>, watch: &Watch) -> Result<Option<Made>> {
    let Some(settings) = store.settings()? else { return Ok(None) };
    if let Some(data) = store.path().and_then(Path::parent) {
        // What a copy that was torn off left in the clear waits for nothing.
        sweep(data)?;
    }
    let due = |past: &Past| {
        let due = settings.backup.due(&settings.calendar, past, now);
        due.filter(|_| BackupPlan::may_try(past, now))
    };
    if due(&store.past_copies(now)?).is_none() {
        return Ok(None);
    }
    let target = kept_file(store, &settings, now)?;
    // Asked again in the transaction that takes it on: another process may have been faster.
    let begun = store.write(|tx| -> std::result::Result<_, StoreError> {
        let past = tx.past_copies(now)?;
        let Some((reason, _)) = due(&past) else { return Ok(None) };
        if tx.is_copied(now)? {
            return Ok(None);
        }
        let id = tx.begin_copy(reason, CLOCK, now)?;
        Ok(Some(Begun { id, reason, by: CLOCK, now, told: past.failed.is_some(), own: None }))
    })?;
    begun.map(|begun| begun.carry_out(store, &settings, target, true, watch)).transpose()
}

/// The file of a copy that is begun now.
fn kept_file(store: &Store, settings: &Settings, now: DateTime<Utc>) -> Result<PathBuf> {
    let directory = directory(store, settings).ok_or(StoreError::ReadOnly)?;
    Ok(directory.join(backup::file_name(local(settings, now), settings.backup.is_sealed())))
}

/// An instant as the clock on the counter's wall shows it.
pub(super) fn local(settings: &Settings, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&settings.calendar.tz()).naive_local()
}

/// An attempt under way.
struct Begun<'a> {
    id: i64,
    reason: Reason,
    by: &'a str,
    now: DateTime<Utc>,
    /// That the schedule's copy fails stands in the chain already.
    told: bool,
    /// What it is closed with, where that is not what the settings say.
    own: Option<Seal>,
}

impl Begun<'_> {
    fn carry_out(
        &self,
        store: &mut Store,
        settings: &Settings,
        file: PathBuf,
        kept: bool,
        watch: &Watch,
    ) -> Result<Made> {
        let started = Instant::now();
        let seal = match &self.own {
            Some(own) => Ok(Some(own.clone())),
            None => seal(&settings.backup.key),
        };
        let copied = seal.and_then(|seal| store.copy_to(&file, Trust::Proved, seal.as_ref(), watch));
        let at = self.now + TimeDelta::from_std(started.elapsed()).unwrap_or_default();
        if matches!(copied, Err(StoreError::Stopped)) {
            store.write(|tx| tx.forget_copy(self.id))?;
        }
        let name = if kept { file.file_name().map_or(file.as_path(), Path::new) } else { &file };
        let name = name.display().to_string();
        let outcome = match &copied {
            Ok(proof) => Ok((name, proof.clone())),
            Err(StoreError::Stopped) => return Err(StoreError::Stopped.into()),
            Err(error) => Err(say::why(error)),
        };
        let ended = Ended { at, outcome };
        let written = store.write(|tx| {
            tx.end_copy(self.id, &ended)?;
            self.record(tx, settings, &ended)
        });
        match (copied, written) {
            (Ok(proof), Ok(())) => {
                if kept && let Err(error) = prune(&file, &settings.backup) {
                    // The copy is there; what is left over is tried again with the next one.
                    tracing::warn!(%error, "copies that are no longer kept were not removed");
                }
                Ok(Made { file, proof })
            }
            (Ok(_), Err(error)) | (Err(error), _) => Err(error.into()),
        }
    }

    /// What a person asked for stands in the chain, and that the schedule's copy begins to fail.
    fn record(&self, tx: &crate::store::Tx, settings: &Settings, ended: &Ended) -> crate::store::Result<()> {
        let stamp = Stamp { at: ended.at, day: settings.calendar.day_of(ended.at), by: self.by };
        match &ended.outcome {
            Ok((file, proof)) if self.reason == Reason::Asked => {
                let body = json!({
                    "file": file, "entries": proof.entries, "head": proof.head, "hash": hex::encode(&proof.hash),
                    "encrypted": sealed::is_named(Path::new(file)),
                });
                tx.journal(SUBJECT, &stamp, "made", &body)?;
            }
            Err(why) if !self.told => {
                tx.journal(SUBJECT, &stamp, "failed", &json!({ "reason": self.reason, "why": why }))?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Removes the copies that are no longer kept, beside the one that was just made.
fn prune(made: &Path, plan: &BackupPlan) -> crate::store::Result<()> {
    let Some(directory) = made.parent() else { return Ok(()) };
    let names: Vec<String> = files(directory)?.into_iter().map(|(name, _)| name).collect();
    let copies: Vec<NaiveDateTime> = names.iter().filter_map(|name| backup::begun(name)).collect();
    let spare = plan.spare(&copies);
    let is_spare = |name: &String| backup::begun(name).is_some_and(|begun| spare.contains(&begun));
    let spare: Vec<String> = names.iter().filter(|name| is_spare(name)).cloned().collect();
    remove(directory, &spare, made, REST)
}

/// The copies that lie in the directory, the latest first; those that are never removed by themselves
/// behind them.
///
/// # Errors
/// The directory or the book can't be read.
pub fn list(store: &Store, settings: &Settings) -> Result<Vec<Copy>> {
    let Some(directory) = directory(store, settings) else { return Ok(Vec::new()) };
    let attempts = store.copies(ATTEMPTS)?;
    let attempt_of = |name: &str| {
        let made = |attempt: &&Attempt| {
            let outcome = attempt.ended.as_ref().map(|ended| &ended.outcome);
            outcome.is_some_and(|outcome| outcome.as_ref().is_ok_and(|(file, _)| file == name))
        };
        attempts.iter().find(made).cloned()
    };
    let mut copies: Vec<Copy> = files(&directory)?
        .into_iter()
        .filter(|(name, _)| is_copy(name))
        .map(|(name, bytes)| Copy {
            file: directory.join(&name),
            bytes,
            sealed: sealed::is_named(Path::new(&name)),
            begun: backup::begun(&name),
            attempt: attempt_of(&name),
            name,
        })
        .collect();
    copies.sort_by(|a, b| b.begun.cmp(&a.begun).then_with(|| b.name.cmp(&a.name)));
    Ok(copies)
}

/// Whether copies lie in a data directory, of a book that need not be there any more. Where they were to lie
/// elsewhere, only that book knew.
#[must_use]
pub fn lie_in(data: &Path) -> bool {
    files(&data.join(DIRECTORY)).is_ok_and(|files| files.iter().any(|(name, _)| is_copy(name)))
}

/// Whether a file of that name can be a copy.
pub(super) fn is_copy(name: &str) -> bool {
    let plain = name.strip_suffix(backup::SEALED).unwrap_or(name);
    Path::new(plain).extension().is_some_and(|end| end == "db")
}

/// How it stands with the copies at `now`.
///
/// # Errors
/// The file can't be read.
pub fn standing(store: &Store, settings: &Settings, now: DateTime<Utc>) -> crate::store::Result<Standing> {
    // A book of which no desk ever made a copy has no schedule yet: the first one that opens it begins.
    if !store.copies_are_made(now)? {
        return Ok(Standing::default());
    }
    let past = store.past_copies(now)?;
    let stale = settings.backup.stale(&settings.calendar, past.made, now);
    // What nobody has changed since is as good as new.
    let stale = match (stale, past.made) {
        (Some(since), Some(made)) => store.entered_between(made, now)?.then_some(since),
        (stale, _) => stale,
    };
    Ok(Standing { made: past.made, failed: past.failed, stale })
}

/// The next instant at which the schedule has something to do.
///
/// # Errors
/// The file can't be read.
pub fn next(store: &Store, settings: &Settings, now: DateTime<Utc>) -> crate::store::Result<DateTime<Utc>> {
    Ok(settings.backup.next(&settings.calendar, &store.past_copies(now)?, now))
}

/// The next instant at which a copy that is not made would be missed.
#[must_use]
pub fn next_standing(settings: &Settings, now: DateTime<Utc>) -> DateTime<Utc> {
    settings.backup.next_stale(&settings.calendar, now)
}
