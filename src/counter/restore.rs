//! Going back to a copy: it is proved first, the book that it replaces is kept, and both are recorded.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::backup::{directory_of, local};
use super::{CounterError, Result, Session, doctor, operators, settings_of};
use crate::desk::kinds::Kinds;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::store::backup::{Proof, Staged, Trust, Watch, unwatched};
use crate::store::chain::Stamp;
use crate::store::copies::{SUBJECT, seal};
use crate::store::sealed::{self, Key};
use crate::store::{Store, StoreError};

/// How often the book is kept anew because somebody saved meanwhile.
const ROUNDS: usize = 5;
/// Most cases at fault that are named in a sentence.
const NAMED: usize = 5;
/// Most cases at fault that the record of a restore names.
const RECORDED: usize = 1_000;

/// A copy that was proved and waits to take the place of the book.
#[derive(Debug)]
pub struct Restore {
    staged: Staged,
    file: PathBuf,
    data: PathBuf,
    kinds: Kinds,
    /// The cases that are at fault, where it is taken despite them.
    faulty: Vec<String>,
}

/// A copy whose file is sound and whose chain is unbroken, and what was found of its cases.
#[derive(Debug)]
pub struct Examined {
    restore: Restore,
    faulty: Vec<String>,
}

impl Examined {
    /// The numbers of the cases that are not what their entries make of them.
    #[must_use]
    pub fn faulty(&self) -> &[String] {
        &self.faulty
    }

    /// The copy, as long as nothing is wrong with it.
    ///
    /// # Errors
    /// A case is not what its entries make of it.
    pub fn sound(self) -> Result<Restore> {
        match self.fault() {
            Some(fault) => Err(fault.into()),
            None => Ok(self.restore),
        }
    }

    /// Why it is not gone back to without being asked for; `None` where nothing is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<Why> {
        (!self.faulty.is_empty()).then(|| {
            Why::new("counter.why.copy_differs")
                .with("count", Arg::Number(self.faulty.len() as i64))
                .with("numbers", Arg::Text(named(&self.faulty, NAMED)))
        })
    }

    /// The copy, whatever its cases are like: where no copy is better, a book whose faults are known is better
    /// than none. The restored book has on record which they are.
    #[must_use]
    pub fn despite_faults(mut self) -> Restore {
        self.restore.faulty = self.faulty;
        self.restore
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was proved of the copy.
    pub proof: Proof,
    /// The cases that are not what their entries make of them: it was taken despite them.
    pub faulty: Vec<String>,
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
        Self::examine(file, data, kinds, key, watch)?.sound()
    }

    /// The same, which leaves it to the caller whether a copy is taken whose cases are not what their entries
    /// make of them. One whose file is not sound or whose chain is broken is refused all the same: no copy of
    /// such a book could be proved any more.
    ///
    /// # Errors
    /// The key is missing or another one's, the file is not sound or its chain is broken, there is no room, or
    /// `watch` broke it off.
    pub fn examine(
        file: &Path,
        data: &Path,
        kinds: Kinds,
        key: Option<&Key>,
        watch: &Watch,
    ) -> Result<Examined> {
        let staged = Staged::new(file, data, key, watch)?;
        let (_, found) =
            staged.with(kinds, watch, |copy| doctor::rules(copy, watch).map_err(CounterError::from))?;
        let faulty = found.into_iter().map(number).collect();
        let (file, data) = (file.to_owned(), data.to_owned());
        Ok(Examined { restore: Self { staged, file, data, kinds, faulty: Vec::new() }, faulty })
    }

    /// Logs an operator of the copy in: where there is no book, or it is damaged and lets nobody in.
    /// Whoever can replace the file may do that anyway; so it is at least on record who did.
    ///
    /// # Errors
    /// As for [`operators::login`].
    pub fn login(&self, name: &str, pin: &str, now: DateTime<Utc>) -> Result<Session> {
        self.staged.with(self.kinds, &unwatched(), |copy| operators::login(copy, name, pin, now))
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
                let faulty = self.faulty.clone();
                return Ok(Restored { undone: Some(left - common), kept: Some(kept), proof, faulty });
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Replaces a file that can't be read, or that is not there.
    fn move_aside(self, session: &Session, now: DateTime<Utc>) -> Result<Restored> {
        let zone = self.staged.with(self.kinds, &unwatched(), |copy| settings_of(copy))?;
        let aside = format!("damaged-{}.db", local(&zone, now).format("%Y%m%d-%H%M%S"));
        let there = Store::exists(&self.data);
        self.record(None, Path::new(if there { aside.as_str() } else { "" }), session, now)?;
        let proof = self.staged.proof().clone();
        let kept = self.staged.take_place(&self.data, &aside)?;
        Ok(Restored { proof, kept, undone: None, faulty: self.faulty })
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
        self.staged.with(self.kinds, &unwatched(), |copy| {
            let settings = settings_of(copy)?;
            // A round before this one may have left its entry: it says the same but for the end.
            let stamp = Stamp { at: now, day: settings.calendar.day_of(now), by: session.name() };
            let left = book.map(|(_, left)| left);
            let common = match book {
                Some((book, left)) => common(book, copy, left.min(proof.head))?,
                None => proof.head,
            };
            let mut body = json!({
                "file": self.file.file_name().map(|name| name.to_string_lossy()),
                "entries": proof.entries, "head": proof.head, "hash": hex::encode(&proof.hash),
                "common": common, "left": left, "kept": kept.file_name().map(|name| name.to_string_lossy()),
            });
            if !self.faulty.is_empty() {
                body["faults"] = self.faulty.len().into();
                body["faulty"] = self.faulty.iter().take(RECORDED).cloned().collect();
            }
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

/// The first numbers of many, as a sentence names them.
#[must_use]
pub fn named(numbers: &[String], most: usize) -> String {
    let mut named = numbers.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    if numbers.len() > most {
        named.push_str(" ...");
    }
    named
}

/// The case that a fault is about; a fault that names none is one all the same.
fn number(fault: Why) -> String {
    let number = fault.args.into_iter().find_map(|(name, arg)| match arg {
        Arg::Text(number) if name == "number" => Some(number),
        _ => None,
    });
    number.unwrap_or(fault.key)
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
