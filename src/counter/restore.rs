//! Going back to a copy: it is proved first, the book that it replaces is kept, and both are recorded.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::backup::{directory_of, local};
use super::{CounterError, Result, Session, doctor, operators, settings_of};
use crate::desk::kinds::Kinds;
use crate::desk::people::Role;
use crate::desk::why::Why;
use crate::store::backup::{Proof, Staged, Trust, Watch};
use crate::store::chain::Stamp;
use crate::store::copies::{SUBJECT, seal};
use crate::store::sealed::{self, Key};
use crate::store::{Store, StoreError};

/// How often the book is kept anew because somebody saved meanwhile.
const ROUNDS: usize = 5;

/// A copy that was proved and waits to take the place of the book.
#[derive(Debug)]
pub struct Restore {
    staged: Staged,
    file: PathBuf,
    data: PathBuf,
    kinds: Kinds,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was proved of the copy.
    pub proof: Proof,
    /// Where the book that was replaced is kept; `None` where there was none.
    pub kept: Option<PathBuf>,
    /// Entries of the replaced book that the copy does not have; `None` where it could not be read.
    pub undone: Option<i64>,
}

impl Restore {
    /// Proves a copy and makes it ready to take the place of the book of a data directory: that the file is
    /// sound, the chain unbroken, and each case what its entries make of it. Nothing of the book is touched.
    /// `key` opens an encrypted one.
    ///
    /// # Errors
    /// The key is missing or another one's, the copy is not sound, a case of it is not what its entries make,
    /// there is no room, or `watch` broke it off.
    pub fn new(file: &Path, data: &Path, kinds: Kinds, key: Option<&Key>, watch: &Watch) -> Result<Self> {
        let staged = Staged::new(file, data, key, watch)?;
        staged.with(kinds, |copy| match doctor::rules(copy, watch)?.1.into_iter().next() {
            Some(fault) => Err(CounterError::from(Why { key: "counter.why.copy_differs".into(), ..fault })),
            None => Ok(()),
        })?;
        Ok(Self { staged, file: file.to_owned(), data: data.to_owned(), kinds })
    }

    /// Logs an operator of the copy in: where there is no book, or it is damaged and lets nobody in.
    /// Whoever can replace the file may do that anyway; so it is at least on record who did.
    ///
    /// # Errors
    /// As for [`operators::login`].
    pub fn login(&self, name: &str, pin: &str, now: DateTime<Utc>) -> Result<Session> {
        self.staged.with(self.kinds, |copy| operators::login(copy, name, pin, now))
    }

    /// Puts the copy in the place of the book. `book` is the present one, as far as it can be opened.
    ///
    /// # Errors
    /// The role refuses, or a file can't be read or written: the book is then what it was.
    pub fn put(
        self,
        book: Option<Store>,
        session: &Session,
        now: DateTime<Utc>,
        watch: &Watch,
    ) -> Result<Restored> {
        if let Some(mut book) = book {
            match self.replace(&mut book, session, now, watch) {
                Err(CounterError::Store(error)) if is_damage(&error) => {
                    tracing::warn!(%error, "the book is moved aside");
                }
                done => return done,
            }
        }
        // There is no book that could say more of the operator than the copy does.
        if session.role() < Role::Supervisor {
            return Err(Why::needs_role(Role::Supervisor).into());
        }
        self.move_aside(session, now)
    }

    /// Replaces the content of a book that can be read: other desks go on with the new one.
    fn replace(
        &self,
        book: &mut Store,
        session: &Session,
        now: DateTime<Utc>,
        watch: &Watch,
    ) -> Result<Restored> {
        authority::may(book, session, now, &restoring(&self.file))?;
        let settings = settings_of(book)?;
        let seal = seal(&settings.backup.key)?;
        let directory = directory_of(&self.data, &settings.backup);
        let stamp = local(&settings, now).format("%Y%m%d-%H%M%S");
        for round in 0..ROUNDS {
            let again = if round == 0 { String::new() } else { format!("-{round}") };
            let file = |end: &str| {
                let file = directory.join(format!("before-restore-{stamp}{again}{end}.db"));
                if seal.is_some() { sealed::named(&file) } else { file }
            };
            let mut kept = file("");
            match book.copy_to(&kept, Trust::Proved, seal.as_ref(), watch) {
                Ok(_) => {}
                // Somebody restored within the same second.
                Err(StoreError::Exists(_)) => continue,
                // What is wrong with it is what it is replaced for; it is kept all the same.
                Err(error) if is_damage(&error) => {
                    kept = file("-unsound");
                    book.copy_to(&kept, Trust::AsItIs, seal.as_ref(), watch)?;
                }
                Err(error) => return Err(error.into()),
            }
            let left = book.head()?;
            let common = self.record(Some((book, left)), &kept, session, now)?;
            if book.replace_by(&self.staged, left, watch)? {
                let proof = self.staged.proof().clone();
                return Ok(Restored { undone: Some(left - common), kept: Some(kept), proof });
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Replaces a file that can't be read, or that is not there.
    fn move_aside(self, session: &Session, now: DateTime<Utc>) -> Result<Restored> {
        let zone = self.staged.with(self.kinds, |copy| settings_of(copy))?;
        let aside = format!("damaged-{}.db", local(&zone, now).format("%Y%m%d-%H%M%S"));
        let there = Store::exists(&self.data);
        self.record(None, Path::new(if there { aside.as_str() } else { "" }), session, now)?;
        let proof = self.staged.proof().clone();
        let kept = self.staged.take_place(&self.data, &aside)?;
        Ok(Restored { proof, kept, undone: None })
    }

    /// Writes into the copy what it is to know of its coming back, and takes over from the present book
    /// what must not be lost with it. Gives the last entry that both have.
    fn record(
        &self,
        book: Option<(&Store, i64)>,
        kept: &Path,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let proof = self.staged.proof();
        self.staged.with(self.kinds, |copy| {
            let settings = settings_of(copy)?;
            // A round before this one may have left its entry: it says the same but for the end.
            let stamp = Stamp { at: now, day: settings.calendar.day_of(now), by: session.name() };
            let left = book.map(|(_, left)| left);
            let common = match book {
                Some((book, left)) => common(book, copy, left.min(proof.head))?,
                None => proof.head,
            };
            let body = json!({
                "file": self.file.file_name().map(|name| name.to_string_lossy()),
                "entries": proof.entries, "head": proof.head, "hash": hex::encode(&proof.hash),
                "common": common, "left": left, "kept": kept.file_name().map(|name| name.to_string_lossy()),
            });
            copy.write(|tx| {
                if let Some((book, _)) = book {
                    tx.take_over(book)?;
                }
                tx.journal(SUBJECT, &stamp, "restore", &body)?;
                Ok(common)
            })
        })
    }
}

/// Refuses whoever may not go back to a copy, before it is proved; the refusal is on record.
///
/// # Errors
/// The role refuses.
pub fn may_restore(store: &mut Store, session: &Session, now: DateTime<Utc>, file: &Path) -> Result<()> {
    authority::may(store, session, now, &restoring(file))
}

fn restoring(file: &Path) -> Deed {
    let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Deed::of(Role::Supervisor, "restore", file)
}

/// The last entry, of the first `most`, that two chains have in common: from there on each goes its own
/// way.
fn common(one: &Store, other: &Store, most: i64) -> Result<i64> {
    let (mut same, mut differs) = (0, most + 1);
    while differs - same > 1 {
        let middle = same + (differs - same) / 2;
        if one.hash_at(middle)? == other.hash_at(middle)? { same = middle } else { differs = middle }
    }
    Ok(same)
}

/// Whether a file is so damaged that it can only be kept as it is.
fn is_damage(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Damaged(_) | StoreError::Broken { .. } | StoreError::Record(_) | StoreError::Sqlite(_)
    )
}
