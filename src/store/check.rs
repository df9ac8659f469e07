//! Checking the file itself: what SQLite finds, and whether signed days still stand on the entries they covered.

use rusqlite::OptionalExtension;

use super::chain::Record;
use super::{Result, Store, StoreError};

/// Most faults that are listed.
const LIMIT: usize = 20;

impl Store {
    /// What SQLite finds wrong with the file; empty when it is sound.
    ///
    /// # Errors
    /// The file can't be read at all.
    pub fn faults(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        let mut statement = self.read().prepare(&format!("PRAGMA integrity_check({LIMIT})"))?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?;
        for fault in found {
            let fault = fault?;
            if fault != "ok" {
                faults.push(fault);
            }
        }
        let mut statement = self.read().prepare("PRAGMA foreign_key_check")?;
        let orphans = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, String>(2)?))
        })?;
        for orphan in orphans.take(LIMIT) {
            let (table, row, parent) = orphan?;
            faults.push(format!("{table} {}: {parent}?", row.unwrap_or_default()));
        }
        Ok(faults)
    }

    /// Days whose signature covers an entry that is no longer what it was.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn unsound_signatures(&self) -> Result<Vec<String>> {
        let mut statement = self.read().prepare(
            "SELECT s.day FROM day_sheet s LEFT JOIN entry e ON e.seq = s.head
             WHERE e.hash IS NOT s.head_hash ORDER BY s.day",
        )?;
        let days = statement.query_map([], |row| row.get(0))?;
        days.map(|day| day.map_err(StoreError::from)).collect()
    }

    /// The record at a place of the chain.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn record(&self, seq: i64) -> Result<Option<Record>> {
        let subject: Option<String> = self
            .read()
            .prepare_cached("SELECT subject FROM entry WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()?;
        let Some(subject) = subject else { return Ok(None) };
        Ok(self.records(&subject)?.into_iter().find(|record| record.seq == seq))
    }
}
