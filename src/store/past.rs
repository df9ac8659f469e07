//! All that ever happened to one household, in the order of the chain.

use chrono::NaiveDate;
use rusqlite::params;

use super::chain::Record;
use super::{Result, Store, StoreError};

/// Entries of all cases of a unit and changes of the directory about it, before a place of the chain
/// and behind another.
const NEWEST: &str =
    "SELECT o.seq, o.subject, o.revision, o.at, o.day, o.by, o.action, o.body, o.hash, c.summary
         FROM cases c INDEXED BY cases_unit CROSS JOIN entry o ON o.subject = c.number
         WHERE c.unit = ?1 AND o.seq < ?2 AND o.seq > ?3 AND o.action != 'linked'
     UNION ALL
     SELECT d.seq, d.subject, d.revision, d.at, d.day, d.by, d.action, d.body, d.hash, NULL
         FROM entry d INDEXED BY entry_household
         WHERE d.subject = 'directory' AND d.seq < ?2 AND d.seq > ?3
         AND coalesce(json_extract(d.body, '$.after.unit'), json_extract(d.body, '$.unit')) = ?1
     ORDER BY 1 DESC LIMIT ?4";

/// One thing that happened to a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastEntry {
    /// The entry.
    pub record: Record,
    /// What its case is about; `None` for a change of the directory.
    pub summary: Option<String>,
}

/// Which part of a household's past is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// The newest, before that place of the chain where one is given, the newest first.
    Before(Option<i64>),
    /// The oldest, behind that place of the chain where one is given, the oldest first.
    After(Option<i64>),
}

impl Store {
    /// A part of what happened to a household; goes on by the place in the chain, so a reader keeps
    /// the place while more is written.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn past(&self, unit: &str, part: Past, limit: usize) -> Result<Vec<PastEntry>> {
        let (sql, before, after) = match part {
            Past::Before(before) => (NEWEST.to_owned(), before.unwrap_or(i64::MAX), 0),
            Past::After(after) => (NEWEST.replace(" DESC", ""), i64::MAX, after.unwrap_or(0)),
        };
        let mut statement = self.read().prepare_cached(&sql)?;
        let rows = statement.query_map(params![unit, before, after, limit.max(1) as i64], |row| {
            Ok(PastEntry { record: Record::from_row(row)?.0, summary: row.get(9)? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Households whose papers were to be kept until a day before that one, with that day.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn papers_past(&self, day: NaiveDate) -> Result<Vec<(String, NaiveDate)>> {
        let mut statement = self.read().prepare_cached(
            "SELECT unit, keep_until FROM household WHERE keep_until < ?1 ORDER BY keep_until, place",
        )?;
        let rows = statement.query_map([day.to_string()], |row| {
            let until: String = row.get(1)?;
            Ok((row.get(0)?, until.parse().unwrap_or_default()))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

#[cfg(test)]
pub(super) const STATEMENT: &str = NEWEST;
