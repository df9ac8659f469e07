//! Copies of the file: made while others write, proved before they get their name.

use std::cell::Cell;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempPath;

use super::aside::Aside;
use super::chain::ChainReport;
use super::same::beside;
use super::sealed::{self, Key, Needs, Seal};
use super::{Head, PATIENCE, Result, Store, StoreError, chain, check};
use crate::desk::kinds::Kinds;

/// Pages copied between two words about the progress: about a megabyte.
const PAGES: i32 = 256;

/// After so many bytes what was copied is brought to the disk: gigabytes that the system has yet to write would
/// make every save wait for them.
pub(super) const SETTLED: u64 = 16 * 1024 * 1024;

/// What is being done with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pages are copied.
    Copy,
    /// SQLite checks the file; how far it is nobody knows.
    Check,
    /// The chain of entries is walked along.
    Chain,
    /// Cases are made anew from their entries.
    Rules,
    /// What is long over is counted; how far it is nobody knows.
    Count,
    /// Personal fields are taken out of what is long over.
    Clear,
    /// The file is written anew without what was taken out.
    Scour,
    /// The copy is encrypted.
    Seal,
    /// An encrypted copy is decrypted.
    Open,
    /// The file is brought to the present form, step by step.
    Form,
    /// The texts of its cases are indexed anew.
    Index,
}

impl Stage {
    /// The name under which its words stand.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Check => "check",
            Self::Chain => "chain",
            Self::Rules => "rules",
            Self::Count => "count",
            Self::Clear => "clear",
            Self::Scour => "scour",
            Self::Seal => "seal",
            Self::Open => "open",
            Self::Form => "form",
            Self::Index => "index",
        }
    }
}

/// Hears how much of how much is done, and may break the work off.
pub type Watch = Arc<dyn Fn(Stage, u64, u64) -> ControlFlow<()> + Send + Sync>;

/// A watch that looks on.
#[must_use]
pub fn unwatched() -> Watch {
    Arc::new(|_, _, _| ControlFlow::Continue(()))
}

/// What was found true of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Entries in its chain, each of which follows from the one before.
    pub entries: i64,
    /// The place of the last one.
    pub head: i64,
    /// The hash of the last one; empty in a book without entries.
    pub hash: Vec<u8>,
    /// Size of the file.
    pub bytes: u64,
    /// The form of the file, as the number of steps that led to it.
    pub form: u32,
}

/// How far a copy is to be trusted before it gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Only what was proved gets the name.
    Proved,
    /// What can be copied gets the name: a book that is about to be replaced, whatever is wrong with it.
    AsItIs,
}

impl Store {
    /// Writes a copy of the book as it stands now to `target`, which must not be there yet.
    ///
    /// The copy is taken within one snapshot: writers neither wait for it nor begin it anew. It lies
    /// under a name of its own until everything about it was proved and it is on the disk, so that
    /// what has the name is whole, whenever the process ends.
    ///
    /// With a `seal` it is encrypted after the proof: nothing that can be read by others is ever written
    /// where the target is, only beside the book.
    ///
    /// # Errors
    /// The target is there already or can't be written, the copy is not sound, or `watch` broke it off.
    pub fn copy_to(&self, target: &Path, trust: Trust, seal: Option<&Seal>, watch: &Watch) -> Result<Proof> {
        let data = self.path().and_then(Path::parent).unwrap_or_else(|| directory_of(target));
        copy(self.read(), &Way { data, target, trust, seal }, watch)
    }

    /// Puts a staged book in the place of this one, in one transaction: other processes see the old book
    /// or the new one. `false`, and nothing was done, where the book has come further than `head`.
    ///
    /// # Errors
    /// One of the files can't be read or written; the book is then what it was.
    pub fn replace_by(&mut self, staged: &Staged, head: i64, watch: &Watch) -> Result<bool> {
        self.is_current()?;
        let reader = self.again().transpose()?;
        let from = read_only(&staged.aside.file())?;
        let backup = Backup::new(&from, &mut self.connection)?;
        let telling = |stage, done, all| step(watch, stage, done, all);
        // A step of no pages takes the lock: from here on nobody else writes.
        run(&backup, 0, &telling)?;
        if reader.is_some_and(|reader| reader.head().is_ok_and(|now| now > head)) {
            return Ok(false);
        }
        run(&backup, -1, &telling)?;
        Ok(true)
    }
}

/// A copy of a file that is made ready to take the place of the book.
#[derive(Debug)]
pub struct Staged {
    aside: Aside,
    proof: Proof,
}

impl Staged {
    /// Copies a file into the data directory, decrypted if it is encrypted, and proves the copy.
    ///
    /// # Errors
    /// The key is missing or another one's, the file is no sound book, there is no room, or `watch`
    /// broke it off.
    pub fn new(file: &Path, data: &Path, key: Option<&Key>, watch: &Watch) -> Result<Self> {
        std::fs::create_dir_all(data).map_err(|source| io(data, source))?;
        let opened = opened(file, data, key, watch)?;
        let plain = opened.as_ref().map_or_else(|| file.to_owned(), Aside::file);
        let from = read_only(&plain)?;
        // Whose file it is comes first: nothing is copied of another program's.
        Head::read(&from).map_err(|error| not_a_book(error, file))?.refuse(file)?;
        let aside = Aside::new(data)?;
        let mut copy = pages(&from, &aside.file(), watch)?;
        let proof = prove_open(&mut copy, file, watch)?;
        Ok(Self { aside, proof })
    }

    /// What was proved of it.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }

    /// Works with it as with a book, brought to the present form.
    ///
    /// # Errors
    /// Those of `work`, and those of the file; `watch` broke the bringing to that form off.
    pub fn with<T, E: From<StoreError>>(
        &self,
        kinds: Kinds,
        watch: &Watch,
        work: impl FnOnce(&mut Store) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let connection = Connection::open(self.aside.file()).map_err(StoreError::from)?;
        let mut store = Store::prepare(connection, None, kinds, watch)?;
        let done = work(&mut store)?;
        // One file again, with nothing beside it.
        let connection = store.connection;
        connection.pragma_update(None, "journal_mode", "DELETE").map_err(StoreError::from)?;
        connection.close().map_err(|(_, error)| StoreError::from(error))?;
        Ok(done)
    }

    /// Puts it in the place of a file that can't be used any more, whose parts are moved aside first;
    /// gives the name of the old file, where there was one. Other programs must have closed it.
    ///
    /// # Errors
    /// A file can't be moved; all are then where they were.
    pub fn take_place(self, data: &Path, aside: &str) -> Result<Option<PathBuf>> {
        let book = data.join(Store::FILE);
        let old = data.join(aside);
        let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
        let mut put = || -> std::io::Result<()> {
            // The log first: it must never lie beside a book that it does not belong to.
            for end in ["-wal", "-shm", ""] {
                let (from, to) = (beside(&book, end), beside(&old, end));
                if from.exists() {
                    std::fs::rename(&from, &to)?;
                    moved.push((from, to));
                }
            }
            let staged = self.aside.file();
            File::options().write(true).open(&staged)?.sync_all()?;
            std::fs::rename(&staged, &book)
        };
        if let Err(source) = put() {
            for (from, to) in moved.iter().rev() {
                // What can't be moved back lies under the name that is told.
                if let Err(error) = std::fs::rename(to, from) {
                    tracing::error!(%error, "a part of the book stays aside");
                }
            }
            return Err(io(&book, source));
        }
        sync_directory(data)?;
        Ok((!moved.is_empty()).then_some(old))
    }
}

/// Copies all pages of what a connection reads into another file.
fn pages(from: &Connection, part: &Path, watch: &Watch) -> Result<Connection> {
    let mut copy = Connection::open(part)?;
    // Nothing of it counts before it has its name, so that SQLite need not wait for the disk.
    copy.pragma_update(None, "synchronous", "OFF")?;
    // One snapshot: writers neither wait for it nor begin it anew.
    let snapshot = from.is_autocommit().then(|| from.unchecked_transaction()).transpose()?;
    let page: u64 = from.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0))?.into();
    let backup = Backup::new(from, &mut copy)?;
    let settled = Cell::new(0);
    let file = File::options().write(true).open(part).map_err(|source| io(part, source))?;
    let settling = |stage, done: u64, all| {
        if done.saturating_sub(settled.get()) * page >= SETTLED {
            file.sync_data().map_err(|source| io(part, source))?;
            settled.set(done);
        }
        step(watch, stage, done, all)
    };
    run(&backup, PAGES, &settling)?;
    drop(backup);
    drop(snapshot);
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(copy)
}

/// Where a copy goes, and how.
pub(super) struct Way<'a> {
    /// The data directory, in which the plain bytes of an encrypted copy may lie for a while.
    pub data: &'a Path,
    pub target: &'a Path,
    pub trust: Trust,
    pub seal: Option<&'a Seal>,
}

/// Writes a copy of what a connection reads.
pub(super) fn copy(from: &Connection, way: &Way, watch: &Watch) -> Result<Proof> {
    let target = way.target;
    let part = part(target)?;
    let aside = way.seal.map(|_| Aside::new(way.data)).transpose()?;
    let plain = aside.as_ref().map_or_else(|| part.to_path_buf(), Aside::file);
    let mut copy = pages(from, &plain, watch)?;
    let proof = match prove_open(&mut copy, target, watch) {
        Err(error) if way.trust == Trust::Proved || matches!(error, StoreError::Stopped) => {
            return Err(error);
        }
        proof => proof.ok(),
    };
    copy.close().map_err(|(_, error)| error)?;
    if let Some(seal) = way.seal {
        sealed::seal(&plain, &part, target, seal, watch)?;
    }
    drop(aside);
    let bytes = keep(part, target)?;
    let unproved = Proof { entries: 0, head: 0, hash: Vec::new(), bytes, form: 0 };
    Ok(Proof { bytes, ..proof.unwrap_or(unproved) })
}

/// Proves a file: that it is a book that this program reads, that SQLite finds nothing wrong with it,
/// and that each entry follows from the one before.
///
/// # Errors
/// What is not so, or `watch` broke it off.
pub fn prove(file: &Path, watch: &Watch) -> Result<Proof> {
    prove_open(&mut read_only(file)?, file, watch)
}

/// Proves a copy like [`prove`], decrypted beside the book of a data directory if it is encrypted.
///
/// # Errors
/// As for [`prove`]; the key is missing or another one's, or the encrypted file is not whole.
pub fn prove_copy(file: &Path, data: &Path, key: Option<&Key>, watch: &Watch) -> Result<Proof> {
    let Some(aside) = opened(file, data, key, watch)? else { return prove(file, watch) };
    prove_open(&mut read_only(&aside.file())?, file, watch)
}

/// The plain bytes of an encrypted file, aside; `None` where it is plain itself.
fn opened(file: &Path, data: &Path, key: Option<&Key>, watch: &Watch) -> Result<Option<Aside>> {
    match (sealed::needs(file)?, key) {
        (Needs::Nothing, _) => Ok(None),
        (_, None) => Err(StoreError::Sealed(file.to_owned())),
        (_, Some(key)) => {
            let aside = Aside::new(data)?;
            sealed::open(file, &aside.file(), key, watch)?;
            Ok(Some(aside))
        }
    }
}

/// The last entry of a file's chain: its place and hash.
///
/// # Errors
/// The file is no book, or can't be read.
pub fn head_of(file: &Path) -> Result<(i64, Vec<u8>)> {
    let connection = read_only(file)?;
    Head::read(&connection)?.refuse(file)?;
    chain::head(&connection)
}

fn read_only(file: &Path) -> Result<Connection> {
    let there = std::fs::metadata(file).map_err(|source| io(file, source))?;
    if !there.is_file() {
        return Err(StoreError::Foreign(file.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(file, flags)?)
}

fn prove_open(connection: &mut Connection, file: &Path, watch: &Watch) -> Result<Proof> {
    let head = Head::read(connection).map_err(|error| not_a_book(error, file))?;
    head.refuse(file)?;
    if head.application != super::form::APPLICATION_ID {
        // An empty file is no book, although one could become of it.
        return Err(StoreError::Foreign(file.to_owned()));
    }
    let faults = check::watched(connection, watch, check::faults)?;
    if let Some(fault) = faults.first() {
        return Err(StoreError::Damaged(fault.clone()));
    }
    let ChainReport { entries, broken } = chain::verify(connection, watch)?;
    if let Some((seq, fault)) = broken {
        return Err(StoreError::Broken { seq, fault });
    }
    let (last, hash) = chain::head(connection)?;
    let bytes = std::fs::metadata(file).map(|there| there.len()).unwrap_or_default();
    Ok(Proof { entries, head: last, hash, bytes, form: head.version })
}

/// What is no database at all is another program's file.
fn not_a_book(error: StoreError, file: &Path) -> StoreError {
    match error {
        StoreError::Damaged(detail) if detail.contains("not a database") => {
            StoreError::Foreign(file.to_owned())
        }
        other => other,
    }
}

/// Copies to the end, waiting where another process keeps one of the files busy.
fn run(backup: &Backup, pages: i32, step: &dyn Fn(Stage, u64, u64) -> Result<()>) -> Result<()> {
    let mut patience = Instant::now() + PATIENCE;
    loop {
        match backup.step(pages)? {
            StepResult::Done => {
                tell(step, backup)?;
                return Ok(());
            }
            StepResult::Busy | StepResult::Locked if Instant::now() >= patience => {
                return Err(StoreError::Busy);
            }
            StepResult::Busy | StepResult::Locked => std::thread::sleep(Duration::from_millis(20)),
            _ if pages == 0 => return Ok(()),
            _ => patience = Instant::now() + PATIENCE,
        }
        tell(step, backup)?;
    }
}

fn tell(step: &dyn Fn(Stage, u64, u64) -> Result<()>, backup: &Backup) -> Result<()> {
    let progress = backup.progress();
    let all = u64::try_from(progress.pagecount).unwrap_or_default();
    let left = u64::try_from(progress.remaining).unwrap_or_default();
    step(Stage::Copy, all.saturating_sub(left), all)
}

/// Tells how far the work is, and ends it where that is asked for.
pub(super) fn step(watch: &Watch, stage: Stage, done: u64, all: u64) -> Result<()> {
    if watch(stage, done, all).is_break() { Err(StoreError::Stopped) } else { Ok(()) }
}

pub(super) fn io(path: &Path, source: std::io::Error) -> StoreError {
    use std::io::ErrorKind as Kind;
    match source.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => StoreError::Full,
        // What some sticks say to a file that is too large for them.
        Kind::FileTooLarge => StoreError::Disk(source.to_string()),
        _ => StoreError::Io { path: path.to_owned(), source },
    }
}

/// How the names of copies end that are not whole yet.
const PART: &str = ".part";

/// A file of its own beside the target, gone again unless it is kept.
fn part(target: &Path) -> Result<TempPath> {
    if target.exists() {
        return Err(StoreError::Exists(target.to_owned()));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let directory = directory_of(target);
    std::fs::create_dir_all(directory).map_err(|source| io(directory, source))?;
    let file = tempfile::Builder::new().prefix(&format!("{name}.")).suffix(PART).tempfile_in(directory);
    Ok(file.map_err(|source| io(directory, source))?.into_temp_path())
}

/// Gives a copy its name once it lies on the disk; never that of another file.
fn keep(part: TempPath, target: &Path) -> Result<u64> {
    let written = File::options().write(true).open(&part).and_then(|file| {
        file.sync_all()?;
        Ok(file.metadata()?.len())
    });
    let bytes = written.map_err(|source| io(target, source))?;
    part.persist_noclobber(target).map_err(|refused| match refused.error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists(target.to_owned()),
        _ => io(target, refused.error),
    })?;
    sync_directory(directory_of(target))?;
    Ok(bytes)
}

fn directory_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Has the disk remember the names in a directory.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> Result<()> {
    File::open(directory).and_then(|open| open.sync_all()).map_err(|source| io(directory, source))
}

/// Has the disk remember the names in a directory: NTFS keeps a journal of them by itself.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn sync_directory(_: &Path) -> Result<()> {
    Ok(())
}

/// The files of a directory with their sizes, by name; none where it isn't there yet.
///
/// # Errors
/// The directory can't be read.
pub fn files(directory: &Path) -> Result<Vec<(String, u64)>> {
    let read = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|source| io(directory, source))?,
    };
    let mut files = Vec::new();
    for entry in read {
        let entry = entry.map_err(|source| io(directory, source))?;
        if let Ok(about) = entry.metadata()
            && about.is_file()
        {
            files.push((entry.file_name().to_string_lossy().into_owned(), about.len()));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Removes copies that are no longer kept, and what torn-off processes left of theirs: parts that
/// nobody had written to for `rest` when `made` was written.
///
/// # Errors
/// One of them can't be removed.
pub fn remove(directory: &Path, spare: &[String], made: &Path, rest: Duration) -> Result<()> {
    let written = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified());
    // The clock of the disk itself, which need not be this computer's.
    let now = written(made).map_err(|source| io(made, source))?;
    let parts = files(directory)?.into_iter().map(|(name, _)| name).filter(|name| {
        let age = written(&directory.join(name)).ok().and_then(|at| now.duration_since(at).ok());
        age.is_some_and(|age| age >= rest) && [PART, ".part-journal"].iter().any(|end| name.ends_with(end))
    });
    discard(directory, &parts.chain(spare.iter().cloned()).collect::<Vec<_>>())
}

/// Removes files from a directory.
///
/// # Errors
/// One of them can't be removed; those before it are gone.
pub fn discard(directory: &Path, names: &[String]) -> Result<()> {
    for name in names {
        let path: PathBuf = directory.join(name);
        std::fs::remove_file(&path).map_err(|source| io(&path, source))?;
    }
    sync_directory(directory)
}
