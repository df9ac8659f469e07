//! The SQLite file: the only room with SQL.
//!
//! One [`Store`] is one connection. Reading takes `&Store`; writing goes through [`Store::write`],
//! one immediate transaction that is acknowledged only after it lies on the disk.

mod aside;
pub mod backup;
pub mod cases;
pub mod chain;
pub mod check;
pub mod claims;
pub mod codes;
pub mod copies;
pub mod days;
pub mod directory;
pub mod drafts;
pub mod due;
pub mod figures;
pub mod find;
pub mod making;
pub mod operators;
pub mod owed;
pub mod past;
#[cfg(test)]
mod plans;
pub mod references;
pub mod retention;
mod same;
pub mod sealed;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod totals;
mod views;

use std::cell::{OnceCell, RefCell};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use self::aside::{own_file, sweep};
use self::same::Place;
use crate::desk::kinds::Kinds;
use crate::desk::settings::Settings;
use crate::text::sought::Names;

/// Marks the file as ours (`PRAGMA application_id`): the bytes `QnTi`.
const APPLICATION_ID: i32 = 0x516e_5469;

/// The steps that bring a file to the present form, oldest first; `PRAGMA user_version` counts them.
///
/// A list of steps instead of a migration crate: the kept ones do not take this version of `rusqlite` yet.
const STEPS: &[Step] = &[
    // Cases, entries, promises, callbacks, operators, settings, drafts, signed days.
    Step::Sql(include_str!("../assets/schema/001-book.sql")),
    // Households and residents.
    Step::Sql(include_str!("../assets/schema/002-directory.sql")),
    // What cases hold of limited things, warnings before the clock ends a case.
    Step::Sql(include_str!("../assets/schema/003-claims.sql")),
    // Which cases name which.
    Step::Sql(include_str!("../assets/schema/004-references.sql")),
    // What the desk should know of a household.
    Step::Sql(include_str!("../assets/schema/005-note.sql")),
    // Where a household's papers lie, what it owes charge by charge.
    Step::Sql(include_str!("../assets/schema/006-file.sql")),
    // Check codes of passes.
    Step::Sql(include_str!("../assets/schema/007-codes.sql")),
    // Recovery codes, what operators were refused.
    Step::Sql(include_str!("../assets/schema/008-operators.sql")),
    // Which copies of the book were made.
    Step::Sql(include_str!("../assets/schema/009-copies.sql")),
    // On which day things fell; the totals of the days.
    Step::Sql(include_str!("../assets/schema/010-days.sql")),
    Step::Fill(totals::fill_days),
    Step::Sql(include_str!("../assets/schema/011-totals.sql")),
    // What long closed cases lost.
    Step::Sql(include_str!("../assets/schema/012-retention.sql")),
    // Texts by pieces that also find a single character.
    Step::Sql(include_str!("../assets/schema/013-find.sql")),
    Step::Fill(find::fill),
    // How often each case is named by others.
    Step::Sql(include_str!("../assets/schema/014-used.sql")),
    // Totals that are touched only where a write changes what they count.
    Step::Sql(include_str!("../assets/schema/015-kept.sql")),
    // Without the indexes that nothing reads.
    Step::Sql(include_str!("../assets/schema/016-unread.sql")),
    // Without the index over the keys of a household, which are known.
    Step::Sql(include_str!("../assets/schema/017-keys.sql")),
];

/// One step of the file's form.
enum Step {
    /// Statements.
    Sql(&'static str),
    /// What statements alone can't work out.
    Fill(fn(&Connection, Kinds) -> Result<()>),
}

impl Step {
    fn take(&self, connection: &Connection, kinds: Kinds) -> Result<()> {
        match self {
            Self::Sql(sql) => Ok(connection.execute_batch(sql)?),
            Self::Fill(fill) => fill(connection, kinds),
        }
    }
}

/// The form that this program writes.
const VERSION: u32 = STEPS.len() as u32;

/// Statements that a connection keeps ready: those of a save, and one for each set of columns that entries change.
const STATEMENTS: usize = 256;

/// Pages that the log holds before [`Store::settle_log`] brings them into the file.
const LOG_LONG: i64 = 1_000;

/// Pages that the log holds before a save does so itself, because nobody else did (32 MiB).
const LOG_TOO_LONG: i64 = 8_000;

/// Memory for pages of the file, in KiB: what SQLite takes by itself, and what work with very many rows gets.
const ROOM_USUALLY: i64 = 2_000;
const ROOM: i64 = 128 * 1024;

/// How long a writer waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Steps of SQLite's machine between two questions whether to break off: far below a millisecond.
const STEPS_BETWEEN: i32 = 500;

/// How long a writer waits before it says so.
const SILENCE: Duration = Duration::from_millis(300);

/// How long it waits from then on between two words about it.
const STEP: Duration = Duration::from_millis(50);

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is another program's.
    #[error("{0} is not a Qiantai file")]
    Foreign(PathBuf),
    /// The file was written by a newer version of the program.
    #[error("{path} has form {found}, this program knows {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// Another process kept the file busy for too long.
    #[error("another program keeps the file busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The file or its directory can't be written.
    #[error("the file cannot be written")]
    ReadOnly,
    /// The file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// An entry does not follow from the one before it.
    #[error("entry {seq} does not follow from the one before")]
    Broken {
        /// The entry's place.
        seq: i64,
        /// What is wrong there.
        fault: chain::ChainFault,
    },
    /// The file was removed, moved or replaced while it was open.
    #[error("{0} is gone")]
    Gone(PathBuf),
    /// A file of that name is there, and none is overwritten.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// Somebody broke the work off.
    #[error("broken off")]
    Stopped,
    /// The file is encrypted, and nothing that opens it was given.
    #[error("{0} is encrypted")]
    Sealed(PathBuf),
    /// What was given does not open the file.
    #[error("{0} is not opened by this key")]
    WrongKey(PathBuf),
    /// An encrypted file was cut short or changed.
    #[error("{0} was cut short or changed")]
    Torn(PathBuf),
    /// What is to encrypt copies is no public key.
    #[error("{0} is no public key")]
    NoKey(String),
    /// A record does not have the form it should have. What stands in it is nobody's business here: this goes
    /// into the log.
    #[error("a record is damaged: {:?} at column {}", .0.classify(), .0.column())]
    Record(#[from] serde_json::Error),
    /// The case was changed by somebody else since it was read.
    #[error("{0} was changed meanwhile")]
    Stale(String),
    /// The file or directory can't be reached.
    #[error("{path}: {source}")]
    Io {
        /// What was to be reached.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The computer gives no random numbers.
    #[error("the computer gives no random numbers: {0}")]
    Random(String),
    /// The disk fails, or has no more room for a file of this size.
    #[error("the disk failed: {0}")]
    Disk(String),
    /// Anything else that SQLite says.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy,
            Some(Code::DiskFull) => Self::Full,
            Some(Code::OperationInterrupted) => Self::Stopped,
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => Self::ReadOnly,
            Some(Code::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// Short for a result of this room.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The book of one community: one connection to its file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    /// Where it lies; `None` for a book in memory.
    place: Option<Place>,
    kinds: Kinds,
    /// How long another process that writes is waited for.
    patience: Duration,
    /// Whom to tell that it is waited for.
    waiting: Waiting,
    /// A batch is under way: [`Store::write`] makes a part of it instead of a transaction of its own.
    batch: bool,
    /// The settings as they were last read.
    read_settings: settings::Cache,
    /// What the batch under way has yet to put into the index of texts.
    texts: find::Pending,
    /// By which words a search says which cases it means.
    names: OnceCell<Names>,
    /// The open cases as they were last read for a search.
    open: find::OpenCases,
    /// The end of the chain where the book is only being made, see [`making`].
    tail: Option<making::Tail>,
}

/// What is called while a writer has to wait for another process: with how long it has waited. It may
/// give the waiting up.
type Tell = Box<dyn Fn(Duration) -> ControlFlow<()> + Send>;

/// Whom to tell that it is waited.
#[derive(Default)]
struct Waiting(Option<Tell>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Waiting").field(&self.0.is_some()).finish()
    }
}

impl Store {
    /// The file's name within a data directory.
    pub const FILE: &'static str = "qiantai.db";

    /// Opens the book in a data directory, making both if they are not there.
    pub fn open(directory: &Path, kinds: Kinds) -> Result<Self> {
        std::fs::create_dir_all(directory)
            .map_err(|source| StoreError::Io { path: directory.to_owned(), source })?;
        let path = directory.join(Self::FILE);
        if is_emptied(&path) {
            return Err(StoreError::Damaged("0 B".to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        Self::prepare(connection, Some(path), kinds)
    }

    /// Whether a data directory holds a book.
    #[must_use]
    pub fn exists(directory: &Path) -> bool {
        directory.join(Self::FILE).exists()
    }

    /// A book in memory, for tests of screens.
    pub fn in_memory(kinds: Kinds) -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?, None, kinds)
    }

    /// A further connection to the same file, for another thread. `None` for a book in memory.
    pub fn again(&self) -> Option<Result<Self>> {
        let again = Self::open_present(self.path()?, self.kinds);
        Some(again.map(|again| {
            // What is known of this file says nothing of one that has taken its name.
            let open =
                if self.is_current().is_ok() { self.open.beside() } else { find::OpenCases::default() };
            Self { open, ..again }
        }))
    }

    /// Opens a file that must be there: where one was removed, no empty one is to take its place.
    fn open_present(path: &Path, kinds: Kinds) -> Result<Self> {
        if !path.exists() {
            return Err(StoreError::Gone(path.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::prepare(Connection::open_with_flags(path, flags)?, Some(path.to_owned()), kinds)
    }

    /// The file, unless the book is in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(Place::path)
    }

    /// Refuses to go on with a file that was removed, moved or replaced since it was opened.
    ///
    /// # Errors
    /// The file is no longer the one under its name.
    pub fn is_current(&self) -> Result<()> {
        self.place.as_ref().map_or(Ok(()), Place::is_current)
    }

    /// The kinds of case that this book is opened with.
    #[must_use]
    pub const fn kinds(&self) -> Kinds {
        self.kinds
    }

    fn prepare(mut connection: Connection, path: Option<PathBuf>, kinds: Kinds) -> Result<Self> {
        #[cfg(test)]
        plans::opened(&mut connection, path.as_deref())?;
        connection.busy_timeout(PATIENCE)?;
        let name = path.clone().unwrap_or_default();
        // One transaction, so that a book that another process is making is seen whole or not at all.
        let tx = connection.transaction()?;
        let head = Head::read(&tx)?;
        drop(tx);
        head.refuse(&name)?;
        write_ahead(&connection)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_TOO_LONG)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Without this a statement that a partial index might serve is planned anew for every value it is
        // asked with. What an index is partial by stands in our statements as it is, never as a value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        if head.version < VERSION {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been faster while this one waited for the lock.
            let head = Head::read(&tx)?;
            head.refuse(&name)?;
            if let Some(path) = path.as_ref().filter(|_| head.version > 0 && head.version < VERSION) {
                copies::before_form(path, head.version)?;
            }
            for step in STEPS.iter().skip(head.version as usize) {
                step.take(&tx, kinds)?;
            }
            if head.version > 0 {
                settings::complete(&tx)?;
                codes::complete(&tx, kinds)?;
            }
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", VERSION)?;
            tx.commit()?;
        }
        views::refresh_views(&mut connection, kinds)?;
        Ok(Self {
            connection,
            place: path.map(Place::new),
            kinds,
            patience: PATIENCE,
            waiting: Waiting::default(),
            batch: false,
            read_settings: settings::Cache::default(),
            texts: find::Pending::default(),
            names: OnceCell::new(),
            open: find::OpenCases::default(),
            tail: None,
        })
    }

    /// Goes on with the file that has taken the name of the one that was open: a book that was
    /// restored while the old one was damaged.
    ///
    /// # Errors
    /// The other file can't be opened.
    pub fn follow(&mut self) -> Result<()> {
        let Some(path) = self.place.as_ref().filter(|place| place.is_replaced()).map(Place::path) else {
            return Ok(());
        };
        let fresh = Self::open_present(path, self.kinds)?;
        fresh.set_timeout(self.patience)?;
        self.connection = fresh.connection;
        self.place = fresh.place;
        self.read_settings = fresh.read_settings;
        self.open = fresh.open;
        Ok(())
    }

    fn set_timeout(&self, patience: Duration) -> Result<()> {
        Ok(self.connection.busy_timeout(patience)?)
    }

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

    /// Reads several things as they stood at one instant, whatever others commit meanwhile.
    ///
    /// # Errors
    /// Those of `work`, and those of the file.
    pub fn snapshot<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        // Within a batch or another snapshot everything is one instant already.
        let kept = self.connection.is_autocommit().then(|| self.connection.unchecked_transaction());
        let kept = kept.transpose().map_err(StoreError::from)?;
        let done = work(self);
        drop(kept);
        done
    }

    /// The connection for reading.
    pub(crate) const fn read(&self) -> &Connection {
        &self.connection
    }

    /// Runs one writing transaction. What `work` did is kept, on the disk, when this returns `Ok`.
    ///
    /// # Errors
    /// Those of `work`, whose changes are then undone, and those of the file.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Tx) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let guard = if self.batch {
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

    /// Has reading broken off, as [`StoreError::Stopped`], as soon as `stop` says so. Asked every now and then
    /// while a statement runs.
    ///
    /// # Errors
    /// SQLite refuses.
    pub fn stop_when(&mut self, stop: impl FnMut() -> bool + Send + 'static) -> Result<()> {
        Ok(self.connection.progress_handler(STEPS_BETWEEN, Some(stop))?)
    }

    /// Brings what the log holds into the file once the log is long, without making a reader or a writer
    /// wait: for a thread that nobody waits for, so that no save has to do it.
    ///
    /// # Errors
    /// The file can't be read or written.
    pub fn settle_log(&self) -> Result<()> {
        let left = |mode| -> rusqlite::Result<i64> {
            let sql = format!("PRAGMA wal_checkpoint({mode})");
            self.connection.query_row(&sql, [], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
        };
        if left("NOOP")? >= LOG_LONG {
            left("PASSIVE")?;
        }
        Ok(())
    }

    /// A number that changes when another connection commits (`PRAGMA data_version`).
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }
}

/// Whether the file lost everything beside a log that still holds something. SQLite takes an empty file for a
/// new one and throws the log away, which may be all that is left of the book.
fn is_emptied(file: &Path) -> bool {
    let length = |path: &Path| std::fs::metadata(path).map(|found| found.len()).ok();
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    length(file) == Some(0) && length(Path::new(&log)).is_some_and(|length| length > 0)
}

/// What a file says about itself.
#[derive(Debug)]
struct Head {
    application: i32,
    version: u32,
    empty: bool,
}

impl Head {
    fn read(connection: &Connection) -> Result<Self> {
        let found = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        Ok(Self {
            application: found("application_id")?,
            // A negative version is nobody's; as the greatest one it is refused.
            version: u32::try_from(
                connection.pragma_query_value(None, "user_version", |row| row.get::<_, i32>(0))?,
            )
            .unwrap_or(u32::MAX),
            empty: connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?,
        })
    }

    /// Refuses a file that this program can't work with.
    fn refuse(&self, path: &Path) -> Result<()> {
        if self.is_foreign() {
            return Err(StoreError::Foreign(path.to_owned()));
        }
        if self.version > VERSION {
            return Err(StoreError::Newer { path: path.to_owned(), found: self.version, known: VERSION });
        }
        Ok(())
    }

    /// Another program's file: neither ours nor a file that holds nothing yet.
    const fn is_foreign(&self) -> bool {
        self.application != APPLICATION_ID && (self.application != 0 || self.version != 0 || !self.empty)
    }
}

/// Turns the write-ahead log on.
///
/// Where another process does the same to a new file, SQLite may call that busy at once instead of
/// waiting (each would wait for the other), so it is tried again here.
fn write_ahead(connection: &Connection) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL").map_err(StoreError::from) {
            Err(StoreError::Busy) if Instant::now() < end => std::thread::sleep(Duration::from_millis(5)),
            done => return done,
        }
    }
}

/// A writing transaction.
#[derive(Debug)]
pub struct Tx<'a> {
    guard: Guard<'a>,
    kinds: Kinds,
    read_settings: &'a settings::Cache,
    /// What is to be put into the index of texts before the commit.
    texts: find::Pending,
    /// What earlier parts of the batch have yet to put there.
    waiting: &'a find::Pending,
    /// The settings, once this transaction has read them.
    settings: RefCell<Option<Arc<Settings>>>,
    /// What is added to the chain of a book that is being made.
    ahead: Option<making::Ahead<'a>>,
}

/// What undoes the changes unless they are committed.
#[derive(Debug)]
enum Guard<'a> {
    /// A transaction of its own.
    Whole(Transaction<'a>),
    /// A part of a batch.
    Part(Part<'a>),
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
        }
    }

    /// The kinds of case that the book is opened with.
    #[must_use]
    pub const fn kinds(&self) -> Kinds {
        self.kinds
    }
}

/// An instant as the file keeps it.
pub(crate) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
