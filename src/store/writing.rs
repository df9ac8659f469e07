//! Writing: one immediate transaction after another, waited for where another process writes.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::same::Place;
use super::{Result, Store, StoreError, find, making, settings};
use crate::desk::kinds::Kinds;
use crate::desk::settings::Settings;

/// How long a writer waits before it says so.
const SILENCE: Duration = Duration::from_millis(300);

/// How long it waits from then on between two words about it.
const STEP: Duration = Duration::from_millis(50);

/// Memory for pages of the file, in KiB: what SQLite takes by itself, and what work with very many rows gets.
const ROOM_USUALLY: i64 = 2_000;
const ROOM: i64 = 128 * 1024;

/// What is called while a writer has to wait for another process: with how long it has waited. It may
/// give the waiting up.
type Tell = Box<dyn Fn(Duration) -> ControlFlow<()> + Send>;

/// Whom to tell that it is waited.
#[derive(Default)]
pub(super) struct Waiting(Option<Tell>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Waiting").field(&self.0.is_some()).finish()
    }
}

impl Store {
    /// Begins to write; waits for another process that writes. When that takes longer it is said again and
    /// again, and whoever hears it may give up.
    fn begin<'a, T>(&'a self, start: impl Fn(&'a Connection) -> rusqlite::Result<T>) -> Result<T> {
        let Some(tell) = self.waiting.0.as_ref().filter(|_| self.patience > SILENCE) else {
            return Ok(start(&self.connection)?);
        };
        let since = Instant::now();
        self.set_timeout(SILENCE)?;
        let begun = loop {
            let begun = start(&self.connection).map_err(StoreError::from);
            if !matches!(begun, Err(StoreError::Busy)) || since.elapsed() >= self.patience {
                break begun;
            }
            if tell(since.elapsed()).is_break() {
                break Err(StoreError::Stopped);
            }
            self.set_timeout(STEP)?;
        };
        self.set_timeout(self.patience)?;
        begun
    }

    /// Runs one writing transaction. What `work` did is kept, on the disk, when this returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`, whose changes are then undone, and those of the file.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let guard = if let Some(tail) = &self.tail {
            Guard::Step(making::Step::begin(&self.connection, tail)?)
        } else if self.batch {
            Guard::Part(Part::begin(&self.connection)?)
        } else {
            self.follow()?;
            let immediate = TransactionBehavior::Immediate;
            Guard::Whole(self.begin(|connection| Transaction::new_unchecked(connection, immediate))?)
        };
        let tx = Tx {
            guard,
            kinds: self.kinds,
            read_settings: &self.read_settings,
            settings: RefCell::default(),
            texts: find::Pending::default(),
            waiting: &self.texts,
            ahead: self.tail.as_ref().map(making::Ahead::new),
        };
        let ended = work(&tx).and_then(|done| Ok((done, tx.commit(self.place.as_ref())?)));
        self.read_settings.settle();
        let (done, left) = ended?;
        self.texts.take_over(left);
        if self.texts.len() >= find::AT_ONCE {
            self.texts.write(&self.connection)?;
        }
        Ok(done)
    }

    /// Runs many writing transactions as one: all of what they did is on the disk when this returns
    /// `Ok`, and nothing of it otherwise.
    ///
    /// Within it [`Store::write`] keeps its promise towards its caller: what fails is undone alone and
    /// what follows sees what was done. Other processes can't write meanwhile. For work that is worth
    /// nothing by halves and that no person waits for in between: an import, a demonstration.
    ///
    /// # Errors
    /// Those of `work`, and those of the file.
    pub fn batch<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if self.batch {
            return work(self);
        }
        self.follow()?;
        self.begin(|connection| connection.execute_batch("BEGIN IMMEDIATE"))?;
        self.batch = true;
        let done = work(self).and_then(|done| {
            self.texts.write(&self.connection)?;
            self.is_current()?;
            Ok(done)
        });
        self.batch = false;
        self.texts.clear();
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.connection.execute_batch(end).map_err(StoreError::from);
        // What was read within it may have been undone.
        self.read_settings.forget();
        self.open.forget();
        if ended.is_err() && !self.connection.is_autocommit() {
            // A commit that failed leaves the transaction open; the next write must find none.
            self.connection.execute_batch("ROLLBACK").map_err(StoreError::from)?;
        }
        // What `work` refused tells more than a failure to undo it.
        let done = done?;
        ended?;
        Ok(done)
    }

    /// Gives work that writes a great many rows in one transaction the memory for them: otherwise pages go out
    /// into the log and come back again and again.
    ///
    /// # Errors
    /// Those of `work`, and those of the file.
    pub fn with_room<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let set = |store: &Self, kib: i64| store.connection.pragma_update(None, "cache_size", -kib);
        set(self, ROOM).map_err(StoreError::from)?;
        let done = work(self);
        // Smaller again, what is too much is given back. What was done is done also where that fails.
        if let Err(error) = set(self, ROOM_USUALLY) {
            tracing::warn!(%error, "the memory for pages was not given back");
        }
        done
    }

    /// How long this connection waits for another process that writes before it gives up as busy.
    pub fn set_patience(&mut self, patience: Duration) -> Result<()> {
        self.patience = patience;
        self.set_timeout(patience)
    }

    /// How long that is.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// Has somebody told while this connection has to wait for another process that writes: from 0.3 s on,
    /// every few hundredths of a second, for how long it has waited. What is written then is given up as
    /// [`StoreError::Stopped`] when that breaks it off.
    pub fn on_waiting(&mut self, tell: impl Fn(Duration) -> ControlFlow<()> + Send + 'static) {
        self.waiting = Waiting(Some(Box::new(tell)));
    }
}

/// A writing transaction.
#[derive(Debug)]
pub struct Tx<'a> {
    guard: Guard<'a>,
    kinds: Kinds,
    pub(super) read_settings: &'a settings::Cache,
    /// What is to be put into the index of texts before the commit.
    pub(super) texts: find::Pending,
    /// What earlier parts of the batch have yet to put there.
    pub(super) waiting: &'a find::Pending,
    /// The settings, once this transaction has read them.
    pub(super) settings: RefCell<Option<Arc<Settings>>>,
    /// What is added to the chain of a book that is being made.
    pub(super) ahead: Option<making::Ahead<'a>>,
}

/// What undoes the changes unless they are committed.
#[derive(Debug)]
enum Guard<'a> {
    /// A transaction of its own.
    Whole(Transaction<'a>),
    /// A part of a batch.
    Part(Part<'a>),
    /// A part of the making of a book.
    Step(making::Step<'a>),
}

/// A part of a batch: undone alone unless it is kept. There may be millions of them, so that its
/// statements are kept ready, too.
#[derive(Debug)]
struct Part<'a> {
    connection: &'a Connection,
    kept: bool,
}

impl<'a> Part<'a> {
    fn begin(connection: &'a Connection) -> Result<Self> {
        connection.prepare_cached("SAVEPOINT part")?.execute([])?;
        Ok(Self { connection, kept: false })
    }

    fn keep(mut self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("RELEASE part")?.execute([])?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // Where SQLite can't undo a part it undoes the whole batch.
            let undone = self.connection.execute_batch("ROLLBACK TO part; RELEASE part");
            if let Err(error) = undone {
                tracing::error!(%error, "a part of a batch was not undone");
            }
        }
    }
}

impl Tx<'_> {
    /// Keeps what was done; gives back what a batch has yet to put into the index of texts.
    fn commit(self, place: Option<&Place>) -> Result<find::Pending> {
        match self.guard {
            Guard::Whole(transaction) => {
                self.texts.write(&transaction)?;
                place.map_or(Ok(()), Place::is_current)?;
                transaction.commit()?;
                Ok(find::Pending::default())
            }
            Guard::Part(part) => {
                part.keep()?;
                Ok(self.texts)
            }
            Guard::Step(step) => {
                step.keep()?;
                self.ahead.map_or(Ok(()), making::Ahead::keep)?;
                Ok(self.texts)
            }
        }
    }

    /// The connection of the transaction.
    pub(crate) fn connection(&self) -> &Connection {
        match &self.guard {
            Guard::Whole(transaction) => transaction,
            Guard::Part(part) => part.connection,
            Guard::Step(step) => step.connection(),
        }
    }

    /// Says, before anything is written, that it may yet be refused. That is undone in any case, but for the
    /// making of a book, where of millions of parts hardly one is refused: see [`making::Step`].
    ///
    /// # Errors
    /// SQLite refuses.
    pub fn undoable(&self) -> Result<()> {
        match &self.guard {
            Guard::Step(step) => step.undoable(),
            Guard::Whole(_) | Guard::Part(_) => Ok(()),
        }
    }

    /// The kinds of case that the book is opened with.
    #[must_use]
    pub const fn kinds(&self) -> Kinds {
        self.kinds
    }
}
