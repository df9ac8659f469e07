//! A directory beside the book for what must lie nowhere else: a staged book, and the plain bytes of an
//! encrypted copy.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::backup::io;
use super::{Result, Store};

/// How the names of such directories go on, behind that of the book.
const ASIDE: &str = ".aside-";

/// The file whose lock tells that somebody works there.
const LOCK: &str = "lock";

/// The file that is worked with.
const FILE: &str = "copy.db";

/// The directory, gone again with everything in it when this is. Nobody else may look into it.
///
/// What a process that was killed left there is known by its lock, which nobody holds any more: it
/// goes when the next one looks, however short a time ago that was.
#[derive(Debug)]
pub(super) struct Aside {
    // Closed before the directory is removed: some systems keep a directory with an open file in it.
    _lock: File,
    directory: TempDir,
}

impl Aside {
    /// Makes one in a data directory, with an empty file in it.
    ///
    /// # Errors
    /// The data directory can't be written.
    pub(super) fn new(data: &Path) -> Result<Self> {
        sweep(data)?;
        let made = || -> std::io::Result<Self> {
            let prefix = format!("{}{ASIDE}", Store::FILE);
            let mut builder = tempfile::Builder::new();
            builder.prefix(&prefix);
            let directory = own(&mut builder).tempdir_in(data)?;
            let lock = own_file(&directory.path().join(LOCK))?;
            // Where the disk knows no locks nobody else can tell; it is left to whoever cleans up by hand.
            if let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock() {
                return Err(std::io::ErrorKind::ResourceBusy.into());
            }
            own_file(&directory.path().join(FILE))?;
            Ok(Self { _lock: lock, directory })
        };
        made().map_err(|source| io(data, source))
    }

    /// The file to work with.
    pub(super) fn file(&self) -> PathBuf {
        self.directory.path().join(FILE)
    }
}

/// Has the directory be its owner's alone.
#[cfg(unix)]
fn own<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(std::fs::Permissions::from_mode(0o700))
}

/// The directory gets the rights of the data directory.
#[cfg(not(unix))]
fn own<'a, 'b>(builder: &'a mut tempfile::Builder<'b, 'b>) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}

/// A new file that only its owner may read, as far as the system knows of that.
///
/// # Errors
/// It is there already, or can't be written.
pub fn own_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Removes what processes that were killed left beside the book.
///
/// # Errors
/// The data directory can't be read.
pub fn sweep(data: &Path) -> Result<()> {
    let prefix = format!("{}{ASIDE}", Store::FILE);
    let read = std::fs::read_dir(data).map_err(|source| io(data, source))?;
    for entry in read.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)) {
        // One without a lock is being made, or has nothing in it.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            drop(lock);
            if let Err(error) = std::fs::remove_dir_all(entry.path()) {
                tracing::warn!(%error, "what was left of a copy stays");
            }
        }
    }
    Ok(())
}
