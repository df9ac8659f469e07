//! Making a new book with years of cases in it: by the same rules as any other, but not row by row.
//!
//! Two threads share the work. The rules run on this one, against a book that lies in memory: households,
//! cases, what is due, all by the statements that every save uses. What is only ever added to and
//! hardly read by a rule, the chain of entries and their words in the search index, goes to the other thread,
//! which writes it into the file. At the end the rest is copied into that file table by table, and the indexes
//! and triggers over it are made at once. The file is nobody's until then: whoever gives it a name has it whole.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use rusqlite::{Connection, params};

use super::cases::Row;
use super::chain::{self, Record};
use super::operators::Account;
use super::{Result, Store, StoreError, find, references, totals};
use crate::desk::case::Case;
use crate::desk::household::Household;
use crate::desk::kinds::Kinds;
use crate::desk::timeline::Entry;

/// Entries that are handed on together.
const TOGETHER: usize = 256;
/// How many such bundles may wait for the other thread: as many as come while it puts words into the index.
const WAITING: usize = 256;
/// Memory for pages of the file, in KiB.
const PAGES: i64 = 256 * 1024;
/// Indexes by which only people look for something and no rule does: the book in memory goes without them.
const FOR_PEOPLE: [&str; 8] = [
    "cases_serial",
    "cases_day_serial",
    "cases_unit",
    "cases_inside",
    "cases_done",
    "cases_queue",
    "cases_warn",
    "reference_to",
];

/// Entries whose words are put into the search index together, in its order.
const TEXTS: usize = 50_000;

/// An entry on its way into the file.
#[derive(Debug)]
pub(super) struct Leaf {
    /// Its row; the body is still empty where `entry` has it.
    pub record: Record,
    /// The entry of a case, with the case's id and kind.
    pub entry: Option<(i64, &'static str, Entry)>,
}

/// The end of the chain of a book that is being made.
#[derive(Debug)]
pub(super) struct Tail {
    to: SyncSender<Vec<Leaf>>,
    last: Cell<i64>,
    gathered: RefCell<Vec<Leaf>>,
    known: Known,
    /// The last number given for each prefix and day.
    serials: RefCell<HashMap<(String, NaiveDate), u32, RandomState>>,
    /// The days that are signed.
    signed: RefCell<HashSet<NaiveDate, RandomState>>,
    /// Something was refused when it had written already, and was not undone: nothing can be made of this.
    spoilt: Cell<bool>,
}

/// Things by name.
type ByName<T> = RefCell<HashMap<String, T, RandomState>>;

/// What the rules ask for at every step, as it was written last: nobody else writes, so that it need not be
/// read again.
#[derive(Debug, Default)]
struct Known {
    /// Open cases, all of them, with the ids of their rows.
    open: ByName<(i64, Case)>,
    /// Households that were asked for since they were written.
    households: ByName<Arc<Household>>,
    /// The same of those who log in.
    accounts: ByName<Account>,
}

impl Tail {
    fn new(to: SyncSender<Vec<Leaf>>) -> Self {
        Self {
            to,
            last: Cell::new(0),
            gathered: RefCell::default(),
            known: Known::default(),
            serials: RefCell::default(),
            signed: RefCell::default(),
            spoilt: Cell::new(false),
        }
    }

    /// An open case as it was written last.
    pub(super) fn open_case(&self, number: &str) -> Option<Case> {
        self.known.open.borrow().get(number).map(|(_, case)| case.clone())
    }

    /// Looks at an open case as it was written last; says whether there is one.
    pub(super) fn look_at(&self, number: &str, look: &mut dyn FnMut(&Case)) -> bool {
        let open = self.known.open.borrow();
        open.get(number).map(|(_, case)| look(case)).is_some()
    }

    /// Its row.
    pub(super) fn open_row(&self, number: &str) -> Option<Row> {
        self.known.open.borrow().get(number).map(|(id, case)| Row::of(*id, case.clone()))
    }

    /// Whether a day is signed.
    pub(super) fn is_signed(&self, day: NaiveDate) -> bool {
        self.signed.borrow().contains(&day)
    }

    /// The place of the last entry.
    pub(super) const fn last(&self) -> i64 {
        self.last.get()
    }

    fn is_sound(&self) -> Result<()> {
        if self.spoilt.get() { Err(StoreError::HalfDone) } else { Ok(()) }
    }

    /// Writes the numbers given last, which nobody asked the file for.
    fn put_serials(&self, connection: &Connection) -> Result<()> {
        let mut put = connection.prepare("INSERT INTO serial (prefix, day, last) VALUES (?1, ?2, ?3)")?;
        for ((prefix, day), last) in &*self.serials.borrow() {
            put.execute(params![prefix, day.to_string(), last])?;
        }
        Ok(())
    }

    fn hand_on(&self, least: usize) -> Result<()> {
        let mut gathered = self.gathered.borrow_mut();
        if gathered.len() < least.max(1) {
            return Ok(());
        }
        // The other thread says itself why it went; see `Maker::finish`.
        self.to.send(std::mem::take(&mut *gathered)).map_err(|_| StoreError::Stopped)
    }
}

/// What one transaction adds to the chain of a book that is being made: nothing until it is kept.
#[derive(Debug)]
pub(super) struct Ahead<'a> {
    tail: &'a Tail,
    last: Cell<i64>,
    leaves: RefCell<Vec<Leaf>>,
    /// Cases that the transaction wrote.
    written: RefCell<Vec<(i64, Case)>>,
    /// It wrote something else that is remembered, and may yet be undone.
    unsettled: Cell<bool>,
    /// Numbers that it took.
    serials: RefCell<Vec<((String, NaiveDate), u32)>>,
    /// Days that it signed.
    signed: RefCell<Vec<NaiveDate>>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(tail: &'a Tail) -> Self {
        let last = Cell::new(tail.last());
        Self {
            tail,
            last,
            leaves: RefCell::default(),
            written: RefCell::default(),
            unsettled: Cell::new(false),
            serials: RefCell::default(),
            signed: RefCell::default(),
        }
    }

    /// The place of the last entry.
    pub(super) const fn last(&self) -> i64 {
        self.last.get()
    }

    /// A case as this transaction wrote it last, or an open one as earlier ones did.
    pub(super) fn case(&self, number: &str) -> Option<Case> {
        let written = self.written.borrow();
        let own = written.iter().rev().find(|(_, case)| case.number == number);
        own.map(|(_, case)| case.clone()).or_else(|| self.tail.open_case(number))
    }

    /// Looks at a case as it was written last and the id of its row, if it was open then.
    pub(super) fn before<T>(&self, number: &str, look: impl FnOnce(Option<(i64, &Case)>) -> T) -> T {
        let (written, open) = (self.written.borrow(), self.tail.known.open.borrow());
        let own = written.iter().rev().find(|(_, case)| case.number == number);
        let last = own.or_else(|| open.get(number)).filter(|(_, case)| case.closed_at.is_none());
        look(last.map(|(id, case)| (*id, case)))
    }

    /// Remembers a case that was written.
    pub(super) fn wrote(&self, id: i64, case: &Case) {
        self.written.borrow_mut().push((id, case.clone()));
    }

    /// A household as it was written last; `read` reads it from the file.
    pub(super) fn household(
        &self,
        unit: &str,
        read: impl FnOnce() -> Result<Option<Arc<Household>>>,
    ) -> Result<Option<Arc<Household>>> {
        self.known(&self.tail.known.households, unit, read)
    }

    /// An account as it was written last; `read` reads it from the file.
    pub(super) fn account(
        &self,
        name: &str,
        read: impl FnOnce() -> Result<Option<Account>>,
    ) -> Result<Option<Account>> {
        self.known(&self.tail.known.accounts, name, read)
    }

    fn known<T: Clone>(
        &self,
        known: &ByName<T>,
        name: &str,
        read: impl FnOnce() -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        if self.unsettled.get() {
            return read();
        }
        if let Some(found) = known.borrow().get(name) {
            return Ok(Some(found.clone()));
        }
        let found = read()?;
        if let Some(found) = &found {
            known.borrow_mut().insert(name.to_owned(), found.clone());
        }
        Ok(found)
    }

    /// Whether the directory is known to have a household of this very unit.
    pub(super) fn has_household(&self, unit: &str) -> bool {
        !self.unsettled.get() && self.tail.known.households.borrow().contains_key(unit)
    }

    /// Forgets a household that is written, until the transaction is over.
    pub(super) fn forget_household(&self, unit: &str) {
        self.forget(&self.tail.known.households, unit);
    }

    /// Forgets an account that is written, until the transaction is over.
    pub(super) fn forget_account(&self, name: &str) {
        self.forget(&self.tail.known.accounts, name);
    }

    fn forget<T>(&self, known: &ByName<T>, name: &str) {
        self.unsettled.set(true);
        known.borrow_mut().remove(name);
    }

    /// Takes the next number for a prefix and day.
    pub(super) fn next_serial(&self, prefix: &str, day: NaiveDate) -> u32 {
        let key = (prefix.to_owned(), day);
        let next = self.last_serial(&key) + 1;
        self.serials.borrow_mut().push((key, next));
        next
    }

    /// Keeps a number from being given.
    pub(super) fn keep_serial(&self, prefix: &str, day: NaiveDate, serial: u32) {
        let key = (prefix.to_owned(), day);
        let last = self.last_serial(&key).max(serial);
        self.serials.borrow_mut().push((key, last));
    }

    fn last_serial(&self, key: &(String, NaiveDate)) -> u32 {
        let own = self.serials.borrow();
        let own = own.iter().rev().find(|(taken, _)| taken == key).map(|(_, last)| *last);
        own.or_else(|| self.tail.serials.borrow().get(key).copied()).unwrap_or(0)
    }

    /// Whether a day is signed.
    pub(super) fn is_signed(&self, day: NaiveDate) -> bool {
        self.signed.borrow().contains(&day) || self.tail.is_signed(day)
    }

    /// Remembers that a day is signed.
    pub(super) fn sign(&self, day: NaiveDate) {
        self.signed.borrow_mut().push(day);
    }

    /// Adds an entry and returns its place.
    pub(super) fn add(&self, mut record: Record, entry: Option<(i64, &'static str, Entry)>) -> i64 {
        record.seq = self.last() + 1;
        self.last.set(record.seq);
        self.leaves.borrow_mut().push(Leaf { record, entry });
        self.last()
    }

    /// Keeps what was added.
    pub(super) fn keep(self) -> Result<()> {
        self.tail.last.set(self.last());
        let mut open = self.tail.known.open.borrow_mut();
        for (id, case) in self.written.into_inner() {
            if case.closed_at.is_none() {
                open.insert(case.number.clone(), (id, case));
            } else {
                open.remove(&case.number);
            }
        }
        drop(open);
        self.tail.serials.borrow_mut().extend(self.serials.into_inner());
        self.tail.signed.borrow_mut().extend(self.signed.into_inner());
        self.tail.gathered.borrow_mut().extend(self.leaves.into_inner());
        self.tail.hand_on(TOGETHER)
    }
}

/// A part of the making of a book.
///
/// It is undone alone where it said before that this may be needed ([`Step::undoable`]). Of millions of parts hardly
/// one is refused, and nearly every one of those before it wrote anything, while SQLite copies each page that a part
/// is the first to change. One that is refused later than that spoils the book.
#[derive(Debug)]
pub(super) struct Step<'a> {
    connection: &'a Connection,
    tail: &'a Tail,
    /// How many rows had been changed when it began.
    changes: u64,
    undoable: Cell<bool>,
    kept: bool,
}

impl<'a> Step<'a> {
    pub(super) fn begin(connection: &'a Connection, tail: &'a Tail) -> Result<Self> {
        tail.is_sound()?;
        let changes = connection.total_changes();
        Ok(Self { connection, tail, changes, undoable: Cell::new(false), kept: false })
    }

    pub(super) const fn connection(&self) -> &'a Connection {
        self.connection
    }

    fn has_written(&self) -> bool {
        self.connection.total_changes() != self.changes
    }

    /// Has the part undone where it is not kept; too late once it has written something.
    pub(super) fn undoable(&self) -> Result<()> {
        if !self.undoable.get() && !self.has_written() {
            self.connection.prepare_cached("SAVEPOINT step")?.execute([])?;
            self.undoable.set(true);
        }
        Ok(())
    }

    pub(super) fn keep(mut self) -> Result<()> {
        if self.undoable.get() {
            self.connection.prepare_cached("RELEASE step")?.execute([])?;
        }
        self.kept = true;
        Ok(())
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        let undone = if self.undoable.get() {
            self.connection.execute_batch("ROLLBACK TO step; RELEASE step").is_ok()
        } else {
            !self.has_written()
        };
        if !undone {
            tracing::error!("a part of the making of a book was refused when it was half done");
            self.tail.spoilt.set(true);
        }
    }
}

/// Hears how many of how many steps are done, and may break the work off.
pub type Told<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

impl Store {
    /// Makes a new book in a directory that holds none: `work` fills it, and all of what it did is in the file
    /// and on the disk when this returns `Ok`. When it does not, what lies in the directory is of no use.
    ///
    /// `told` hears how far the file is once `work` is done.
    ///
    /// # Errors
    /// Those of `work`, those of the file, or `told` broke it off. [`StoreError::HalfDone`] where `work` went on
    /// after a write was refused that had changed something and had not said so before ([`super::Tx::undoable`]).
    pub fn make<T, E: From<StoreError>>(
        directory: &Path,
        kinds: Kinds,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
        told: Told,
    ) -> std::result::Result<T, E> {
        let (mut store, maker) = Maker::begin(directory, kinds)?;
        let done = store.batch(work);
        match (maker.finish(store, done.is_ok(), told), done) {
            // The other thread says why it went; this one knows only that it is gone.
            (Ok(()) | Err(StoreError::Stopped), Err(error)) => Err(error),
            (Ok(()), Ok(done)) => Ok(done),
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// Who brings the two halves together.
struct Maker {
    file: PathBuf,
    /// The thread that writes the chain into the file.
    other: JoinHandle<Result<()>>,
    /// The statements of indexes and triggers that the file is still without.
    later: Vec<String>,
}

impl Maker {
    /// A file of the present form without the indexes over what comes at the end, and the book in memory.
    fn begin(directory: &Path, kinds: Kinds) -> Result<(Store, Self)> {
        let connection = Store::open(directory, kinds)?.connection;
        let file = directory.join(Store::FILE);
        hasten(&connection)?;
        let later = take_down(&connection, "type IN ('index', 'trigger') AND tbl_name != 'entry'")?;
        let (to, from) = sync_channel(WAITING);
        let other = std::thread::Builder::new()
            .name("chain".to_owned())
            .spawn(move || keep(&connection, &from))
            .map_err(|source| StoreError::Io { path: file.clone(), source })?;
        let mut store = Store::in_memory(kinds)?;
        for index in FOR_PEOPLE {
            store.connection.execute_batch(&format!("DROP INDEX {index}"))?;
        }
        // What the rules ask of the totals they have counted, see `Store::totals`; how often cases are named none
        // asks.
        take_down(&store.connection, "type = 'trigger' AND (name GLOB 'total_*' OR tbl_name = 'reference')")?;
        store.read_settings.is_alone();
        store.tail = Some(Tail::new(to));
        Ok((store, Self { file, other, later }))
    }

    /// Waits for the other thread and, where the work is whole, completes the file.
    fn finish(self, mut store: Store, whole: bool, told: Told) -> Result<()> {
        let Self { file, other, later } = self;
        let handed_on = store.tail.take().map_or(Ok(()), |tail| {
            if whole {
                tail.is_sound()?;
                tail.put_serials(&store.connection)?;
            }
            tail.hand_on(1)
        });
        // The other thread has to bring its index into order meanwhile.
        let counted = if whole {
            totals::fill(&store.connection).and_then(|()| references::fill(&store.connection))
        } else {
            Ok(())
        };
        match other.join() {
            Ok(kept) => kept?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
        handed_on.and(counted)?;
        if !whole {
            return Ok(());
        }
        let tables = tables(&store.connection)?;
        // Besides those: the indexes as one, the disk as another.
        let all = tables.len() + later.len() + 1;
        let mut done = 0;
        let mut step = || {
            done += 1;
            if told(done, all).is_break() { Err(StoreError::Stopped) } else { Ok(()) }
        };
        copy(&store.connection, &file, &tables, &mut step)?;
        drop(store);
        let connection = Connection::open(&file)?;
        hasten(&connection)?;
        // Sorting keeps a second thread busy.
        connection.pragma_update(None, "threads", 2)?;
        connection.execute_batch("BEGIN")?;
        for statement in &later {
            connection.execute_batch(statement)?;
            step()?;
        }
        connection.execute_batch("COMMIT")?;
        connection.pragma_update(None, "locking_mode", "NORMAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.close().map_err(|(_, error)| StoreError::from(error))?;
        let io = |source| StoreError::Io { path: file.clone(), source };
        File::options().write(true).open(&file).and_then(|file| file.sync_all()).map_err(io)?;
        step()
    }
}

/// Copies the tables that lie in memory into the file.
fn copy(
    memory: &Connection,
    file: &Path,
    tables: &[String],
    step: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    memory.pragma_update(None, "foreign_keys", false)?;
    memory.execute("ATTACH ?1 AS file", [file.to_string_lossy()])?;
    memory.pragma_update(Some("file"), "journal_mode", "OFF")?;
    memory.pragma_update(Some("file"), "synchronous", "OFF")?;
    memory.pragma_update(Some("file"), "cache_size", -PAGES)?;
    memory.execute_batch("BEGIN")?;
    for table in tables {
        memory.execute_batch(&format!("INSERT INTO file.\"{table}\" SELECT * FROM main.\"{table}\""))?;
        step()?;
    }
    // What the signatures cover is known in the file alone.
    memory.execute_batch(
        "UPDATE file.day_sheet SET head_hash = (SELECT hash FROM file.entry e WHERE e.seq = head);
         COMMIT; DETACH file",
    )?;
    Ok(())
}

/// Nobody else knows the file, and what is not finished is thrown away: nothing has to be undone or waited for.
fn hasten(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -PAGES)?;
    Ok(connection.pragma_update(None, "temp_store", "MEMORY")?)
}

/// Takes away the indexes and triggers that fulfil a condition; gives their statements.
fn take_down(connection: &Connection, which: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(&format!(
        "SELECT type, name, sql FROM sqlite_schema WHERE {which} AND sql IS NOT NULL ORDER BY rowid"
    ))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found: Vec<(String, String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    for (sort, name, _) in &found {
        connection.execute_batch(&format!("DROP {sort} \"{name}\""))?;
    }
    Ok(found.into_iter().map(|(.., sql)| sql).collect())
}

/// The tables that lie in memory until the end: all but the chain and the search index over it.
fn tables(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'entry' ORDER BY name",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

/// Writes entries into the file as they come, until no more do.
fn keep(connection: &Connection, from: &Receiver<Vec<Leaf>>) -> Result<()> {
    connection.execute_batch("BEGIN")?;
    find::gather(connection, find::GATHERED)?;
    let texts = find::Pending::default();
    let mut hash = Vec::new();
    for leaf in from.iter().flatten() {
        let Leaf { mut record, entry } = leaf;
        if let Some((.., entry)) = &entry {
            record.body = serde_json::to_string(entry)?;
        }
        hash = chain::insert(connection, &record, &hash)?;
        if let Some((case, kind, entry)) = &entry {
            texts.note(*case, kind, entry);
            if texts.len() >= TEXTS {
                texts.write(connection)?;
            }
        }
    }
    texts.write(connection)?;
    find::settle(connection)?;
    Ok(connection.execute_batch("COMMIT")?)
}
