//! Whether the file that is open is still the one under its name.

use std::path::{Path, PathBuf};

use super::{Result, StoreError};

/// Which file a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id(u64, u64);

impl Id {
    /// Looks at the name alone: to open and close the file would let go of SQLite's locks on it.
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(path).ok().map(|about| Self(about.dev(), about.ino()))
    }

    /// Windows lets nobody remove or rename a file that SQLite holds open: its name stays its own.
    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|_| Self(0, 0))
    }
}

/// The files of a book as they were when it was opened.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    log: PathBuf,
    book: Option<Id>,
    written_ahead: Option<Id>,
}

impl Place {
    /// Takes down which files they are.
    pub(super) fn new(path: PathBuf) -> Self {
        let log = beside(&path, "-wal");
        Self { book: Id::of(&path), written_ahead: Id::of(&log), path, log }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses to go on with a file that nobody finds under its name any more: what is written there
    /// is gone with the process.
    pub(super) fn is_current(&self) -> Result<()> {
        let same = |then: Option<Id>, path: &Path| then.is_none() || then == Id::of(path);
        if same(self.book, &self.path) && same(self.written_ahead, &self.log) {
            return Ok(());
        }
        Err(StoreError::Gone(self.path.clone()))
    }

    /// Whether another file has taken the name.
    pub(super) fn is_replaced(&self) -> bool {
        Id::of(&self.path).is_some_and(|now| self.book.is_some_and(|then| then != now))
    }
}

/// The name of a file that SQLite keeps beside a book.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
