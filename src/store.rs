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
mod error;
pub mod figures;
pub mod find;
mod form;
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
mod writing;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

pub use self::aside::{own_file, sweep};
use self::backup::{Watch, unwatched};
pub use self::error::{Result, StoreError};
use self::form::Head;
use self::same::Place;
pub use self::writing::Tx;
use self::writing::Waiting;
use crate::desk::kinds::Kinds;
use crate::text::sought::Names;

/// Statements that a connection keeps ready: those of a save, and one for each set of columns that entries change.
const STATEMENTS: usize = 256;

/// Pages that the log holds before [`Store::settle_log`] brings them into the file.
const LOG_LONG: i64 = 1_000;

/// Pages that the log holds before a save does so itself, because nobody else did (32 MiB).
const LOG_TOO_LONG: i64 = 8_000;

/// How long a writer waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Steps of SQLite's machine between two questions whether to break off: far below a millisecond.
const STEPS_BETWEEN: i32 = 500;

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

impl Store {
    /// The file's name within a data directory.
    pub const FILE: &'static str = "qiantai.db";

    /// Opens the book in a data directory, making both if they are not there.
    pub fn open(directory: &Path, kinds: Kinds) -> Result<Self> {
        Self::open_watched(directory, kinds, &unwatched())
    }

    /// Opens the book in a data directory as [`Store::open`] does. `watch` hears how far the file is brought to
    /// the present form where an older program wrote it, and may break that off.
    pub fn open_watched(directory: &Path, kinds: Kinds, watch: &Watch) -> Result<Self> {
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
        Self::prepare(connection, Some(path), kinds, watch)
    }

    /// Whether a data directory holds a book.
    #[must_use]
    pub fn exists(directory: &Path) -> bool {
        directory.join(Self::FILE).exists()
    }

    /// A book in memory, for tests of screens.
    pub fn in_memory(kinds: Kinds) -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?, None, kinds, &unwatched())
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
        let connection = Connection::open_with_flags(path, flags)?;
        Self::prepare(connection, Some(path.to_owned()), kinds, &unwatched())
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

    fn prepare(
        mut connection: Connection,
        path: Option<PathBuf>,
        kinds: Kinds,
        watch: &Watch,
    ) -> Result<Self> {
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
        if head.version < form::VERSION {
            form::bring_up(&mut connection, path.as_deref(), kinds, watch)?;
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

/// An instant as the file keeps it.
pub(crate) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
