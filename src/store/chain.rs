//! The hash chain over all entries: a later change from outside is found.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::backup::{self, Stage, Watch};
use super::{Result, Store, StoreError, Tx, retention};
use crate::desk::kind::Kind;
use crate::desk::timeline::Entry;

/// One row of the chain: an entry of a case, of the settings, of an operator or of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its place in the chain.
    pub seq: i64,
    /// A case number, or `settings`, `operator:NAME`, `day:DAY`, `directory`.
    pub subject: String,
    /// Its place among the subject's entries, from 1.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// The community's day of that instant.
    pub day: String,
    /// By whom.
    pub by: String,
    /// What.
    pub action: String,
    /// The entry as JSON.
    pub body: String,
}

impl Record {
    /// A record that has no place and no body yet.
    fn new(subject: &str, revision: u32, stamp: &Stamp, action: &str) -> Self {
        Self {
            seq: 0,
            subject: subject.to_owned(),
            revision,
            at: stamp.at,
            day: stamp.day.to_string(),
            by: stamp.by.to_owned(),
            action: action.to_owned(),
            body: String::new(),
        }
    }

    /// The hash of this record after the one before. Lengths stand before texts, so that no two
    /// records can be written so that they hash the same bytes.
    pub(super) fn hash(&self, before: &[u8]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(before);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.revision.to_be_bytes());
        hasher.update(self.at.timestamp().to_be_bytes());
        for text in [&self.subject, &self.day, &self.by, &self.action, &self.body] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_vec()
    }

    pub(super) fn from_row(row: &rusqlite::Row) -> rusqlite::Result<(Self, Vec<u8>)> {
        let at: i64 = row.get(3)?;
        let record = Self {
            seq: row.get(0)?,
            subject: row.get(1)?,
            revision: row.get(2)?,
            at: super::instant(at),
            day: row.get(4)?,
            by: row.get(5)?,
            action: row.get(6)?,
            body: row.get(7)?,
        };
        Ok((record, row.get(8)?))
    }
}

/// Who writes, when, and which day of the community that is.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The community's day of that instant.
    pub day: NaiveDate,
    /// The operator's name.
    pub by: &'a str,
}

pub(super) const COLUMNS: &str = "seq, subject, revision, at, day, by, action, body, hash";

/// The last entry's place and hash; `(0, empty)` for an empty book.
pub(super) fn head(connection: &Connection) -> Result<(i64, Vec<u8>)> {
    let head = connection
        .prepare_cached("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(head.unwrap_or_default())
}

/// Appends a record to a chain that ends with the hash `before`; gives its own.
pub(super) fn insert(connection: &Connection, record: &Record, before: &[u8]) -> Result<Vec<u8>> {
    let hash = record.hash(before);
    connection
        .prepare_cached(
            "INSERT INTO entry (seq, subject, revision, at, day, by, action, body, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            record.seq,
            record.subject,
            record.revision,
            record.at.timestamp(),
            record.day,
            record.by,
            record.action,
            record.body,
            hash
        ])?;
    Ok(hash)
}

impl Tx<'_> {
    /// The last entry's place and hash, as this transaction sees it; of a book that is being made the
    /// hash is not known yet.
    pub(super) fn chain_head(&self) -> Result<(i64, Vec<u8>)> {
        match &self.ahead {
            Some(ahead) => Ok((ahead.last(), Vec::new())),
            None => head(self.connection()),
        }
    }

    /// Appends an entry of a case to the chain, with its words in the search index, and returns its place.
    pub(super) fn chain_entry(&self, day: NaiveDate, case: i64, kind: &Kind, entry: Entry) -> Result<i64> {
        let stamp = Stamp { at: entry.at, day, by: &entry.by };
        let mut record = Record::new(&entry.number, entry.revision, &stamp, &entry.action);
        if let Some(ahead) = &self.ahead {
            return Ok(ahead.add(record, Some((case, kind.id, entry))));
        }
        let (last, before) = head(self.connection())?;
        record.seq = last + 1;
        record.body = serde_json::to_string(&entry)?;
        insert(self.connection(), &record, &before)?;
        self.texts.note(case, kind.id, &entry);
        Ok(record.seq)
    }

    /// Appends an entry about something that is no case: `settings`, `operator:NAME`, `directory` …
    pub fn journal<T: Serialize>(&self, subject: &str, stamp: &Stamp, action: &str, body: &T) -> Result<i64> {
        let last: Option<u32> = self
            .connection()
            .prepare_cached("SELECT max(revision) FROM entry WHERE subject = ?1")?
            .query_row([subject], |row| row.get(0))?;
        let (place, before) = self.chain_head()?;
        let mut record = Record::new(subject, last.unwrap_or(0) + 1, stamp, action);
        record.seq = place + 1;
        record.body = serde_json::to_string(body)?;
        // Also where the book is being made: the rules may ask for what was entered about such things.
        insert(self.connection(), &record, &before)?;
        Ok(self.ahead.as_ref().map_or(record.seq, |ahead| ahead.add(record.clone(), None)))
    }
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Entries read.
    pub entries: i64,
    /// The first entry that does not follow from the one before, with what is wrong.
    pub broken: Option<(i64, ChainFault)>,
}

/// What is wrong at one place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// The entry was changed, inserted or moved.
    Changed,
    /// An entry before it is missing.
    Missing,
}

/// Entries between two words about the progress.
const TOLD: i64 = 2_000;

/// Walks the whole chain of a file.
///
/// An entry that lost its personal fields keeps the hash that it had, on which the next one stands. What it
/// is now must be what the run that took them out says of it; that run is an entry of the chain as any other.
pub(super) fn verify(connection: &Connection, watch: &Watch) -> Result<ChainReport> {
    let all = head(connection)?.0;
    let attested = retention::attested(connection)?;
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY seq"))?;
    let mut rows = statement.query([])?;
    let mut before: Vec<u8> = Vec::new();
    let mut entries = 0;
    while let Some(row) = rows.next()? {
        let (record, hash) = Record::from_row(row)?;
        entries += 1;
        if record.seq != entries {
            return Ok(ChainReport { entries, broken: Some((record.seq, ChainFault::Missing)) });
        }
        let is = record.hash(&before);
        let should = attested.get(&record.seq).map_or(hash.as_slice(), |form| form.as_slice());
        if is != should {
            return Ok(ChainReport { entries, broken: Some((record.seq, ChainFault::Changed)) });
        }
        before = hash;
        if entries % TOLD == 0 || entries == all {
            backup::step(watch, Stage::Chain, entries.unsigned_abs(), all.unsigned_abs())?;
        }
    }
    Ok(ChainReport { entries, broken: None })
}

impl Store {
    /// Walks the whole chain.
    pub fn verify_chain(&self) -> Result<ChainReport> {
        self.walk_chain(&backup::unwatched())
    }

    /// Walks the whole chain, which `watch` hears of and may break off.
    ///
    /// # Errors
    /// The file can't be read, or `watch` broke it off.
    pub fn walk_chain(&self, watch: &Watch) -> Result<ChainReport> {
        verify(self.read(), watch)
    }

    /// The hash at a place of the chain; `None` where there is no such entry.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn hash_at(&self, seq: i64) -> Result<Option<Vec<u8>>> {
        let mut statement = self.read().prepare_cached("SELECT hash FROM entry WHERE seq = ?1")?;
        Ok(statement.query_row([seq], |row| row.get(0)).optional()?)
    }

    /// Entries about one subject, oldest first.
    pub fn records(&self, subject: &str) -> Result<Vec<Record>> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE subject = ?1 ORDER BY revision");
        let mut statement = self.read().prepare_cached(&sql)?;
        let rows = statement.query_map([subject], |row| Record::from_row(row).map(|(record, _)| record))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// What operators were refused on a day, which PINs were wrong, whose words were given: oldest first.
    pub fn operator_records(&self, day: NaiveDate) -> Result<Vec<Record>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM entry WHERE day = ?1
             AND action IN ('refused', 'wrong-pin', 'vouched', 'recover', 'reveal') ORDER BY seq"
        );
        let mut statement = self.read().prepare_cached(&sql)?;
        let rows =
            statement.query_map([day.to_string()], |row| Record::from_row(row).map(|(record, _)| record))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Entries of a day after a place of the chain: what came late after a signature.
    pub fn records_after(&self, day: NaiveDate, head: i64) -> Result<Vec<Record>> {
        let sql = format!("SELECT {COLUMNS} FROM entry WHERE day = ?1 AND seq > ?2 ORDER BY seq");
        let mut statement = self.read().prepare_cached(&sql)?;
        let rows = statement.query_map(params![day.to_string(), head], |row| {
            Record::from_row(row).map(|(record, _)| record)
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}
