//! What stands in the open cases, kept between one question and the next.
//!
//! There are some hundreds of them, however long the history, and each search has to look at them all: open ones
//! come first. So a connection keeps what it read, for as long as nobody committed anything; after that only
//! cases with a new entry are read again.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use rusqlite::Connection;

use super::grams;
use crate::store::cases::{COLUMNS, Row, case_from};
use crate::store::{Result, Store};
use crate::text::pinyin;
use crate::text::sought::{folded, is_folded};

/// The statement that says which cases are open, and how many entries each has.
pub(in crate::store) const OPEN: &str = "SELECT id, revision FROM cases INDEXED BY cases_open WHERE open = 1";
/// The statement that reads one case.
pub(super) static ONE: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {COLUMNS} FROM cases c WHERE c.id = ?1"));

/// An open case with all by which words find it.
#[derive(Debug)]
pub(super) struct OpenCase {
    pub row: Row,
    /// Its own texts and those noted with its entries, each on a line of its own: as they are, and folded where
    /// that is something else. No word that is looked for holds a line end.
    said: String,
    read: OnceLock<pinyin::Keys>,
}

impl OpenCase {
    fn new(row: Row, notes: &[String]) -> Self {
        let mut said = String::new();
        let add = |text: &str| {
            said.push_str(text);
            said.push('\n');
            if !is_folded(text) {
                said.push_str(&folded(text));
                said.push('\n');
            }
        };
        let own = super::cases::own_texts(&row.case).into_iter();
        own.chain(notes.iter().map(String::as_str)).for_each(add);
        said.shrink_to_fit();
        Self { row, said, read: OnceLock::new() }
    }

    /// Whether every word stands in the case as it is now, in a note, or begins the contact's pinyin.
    pub(super) fn says(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.said.contains(word.as_str()) || word.is_ascii() && self.reads(word))
    }

    fn reads(&self, word: &str) -> bool {
        let Some(contact) = &self.row.case.contact else { return false };
        let keys = self.read.get_or_init(|| pinyin::keys(contact));
        keys.initials.iter().chain(&keys.full).any(|key| key.starts_with(word))
    }
}

/// The open cases by their ids, the newest last.
pub(super) type Known = BTreeMap<i64, Arc<OpenCase>>;

/// The open cases as this connection last read them.
#[derive(Debug, Default)]
pub(in crate::store) struct OpenCases {
    cases: RefCell<Known>,
    /// Up to which commit of another connection (`PRAGMA data_version`) and which row written by this one that
    /// is known to be right.
    version: Cell<Option<(i64, u64)>>,
    /// What any connection of the process to this file last read of each, so that a new one need not read all.
    shared: Arc<Mutex<Known>>,
}

impl OpenCases {
    /// The same for a further connection to the file.
    pub(in crate::store) fn beside(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), ..Self::default() }
    }

    /// What was read does not stand any more: it was undone.
    pub(in crate::store) fn forget(&self) {
        self.version.set(None);
        self.cases.take();
    }

    /// Reads what is new. A case without a new entry is what it was. Broken off, it goes on from there the
    /// next time.
    fn refresh(&self, connection: &Connection, share: bool) -> Result<()> {
        let version: i64 =
            connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let version = (version, connection.total_changes());
        if self.version.get() == Some(version) {
            return Ok(());
        }
        self.version.set(None);
        let mut statement = connection.prepare_cached(OPEN)?;
        let open = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<BTreeMap<i64, u32>>>()?;
        let mut cases = self.cases.borrow_mut();
        cases.retain(|id, case| open.get(id) == Some(&case.row.case.revision));
        // What another one left half done in a panic is whole case by case.
        let shared = || self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if share && cases.len() < open.len() {
            let shared = shared();
            let as_it_is =
                |(id, case): &(&i64, &Arc<OpenCase>)| open.get(id) == Some(&case.row.case.revision);
            cases.extend(shared.iter().filter(as_it_is).map(|(id, case)| (*id, Arc::clone(case))));
        }
        let mut rows = connection.prepare_cached(&ONE)?;
        for id in open.into_keys() {
            if cases.contains_key(&id) {
                continue;
            }
            let mut found = rows.query([id])?;
            if let Some(row) = found.next()? {
                let row = case_from(row)?;
                let notes = grams::notes_of(connection, &row.case.number)?;
                cases.insert(id, Arc::new(OpenCase::new(row, &notes)));
            }
        }
        if share {
            shared().clone_from(&cases);
        }
        self.version.set(Some(version));
        Ok(())
    }
}

impl Store {
    /// The open cases as they are now.
    pub(super) fn open_cases(&self) -> Result<Ref<'_, Known>> {
        // What a batch wrote is nobody else's yet, and may be undone.
        self.open.refresh(self.read(), !self.batch)?;
        Ok(self.open.cases.borrow())
    }

    /// Reads the open cases, so that the first question need not: for a thread that waits for one.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn prepare_to_find(&self) -> Result<()> {
        self.snapshot(|store| store.open_cases().map(drop))
    }
}
