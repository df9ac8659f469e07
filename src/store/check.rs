//! Checking the file itself: what SQLite finds, and whether signed days still stand on the entries they covered.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::backup::{Stage, Watch};
use super::chain::Record;
use super::{Result, Store, StoreError};

/// Most faults that are listed.
const LIMIT: usize = 20;

/// Steps of SQLite's machine between two words about the progress.
pub(super) const OPS: i32 = 100_000;

/// What SQLite finds wrong with a file; empty when it is sound.
pub(super) fn faults(connection: &Connection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({LIMIT})"))?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?;
    for fault in found {
        let fault = fault?;
        if fault != "ok" {
            faults.push(fault);
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, String>(2)?))
    })?;
    for orphan in orphans.take(LIMIT) {
        let (table, row, parent) = orphan?;
        faults.push(format!("{table} {}: {parent}?", row.unwrap_or_default()));
    }
    Ok(faults)
}

/// Does one long thing with a connection, which a watch hears of and may break off.
pub(super) fn watched<T>(
    connection: &mut Connection,
    watch: &Watch,
    work: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let own = Arc::clone(watch);
    connection.progress_handler(OPS, Some(move || own(Stage::Check, 0, 0).is_break()))?;
    let done = work(connection);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    done
}

impl Store {
    /// What SQLite finds wrong with the file; empty when it is sound.
    ///
    /// # Errors
    /// The file can't be read at all.
    pub fn faults(&self) -> Result<Vec<String>> {
        faults(self.read())
    }

    /// The same, which `watch` hears of and may break off.
    ///
    /// # Errors
    /// The file can't be read at all, or `watch` broke it off.
    pub fn find_faults(&mut self, watch: &Watch) -> Result<Vec<String>> {
        watched(&mut self.connection, watch, faults)
    }

    /// Numbers of cases of which there are entries and no row: somebody took it out from outside. At most so
    /// many of them.
    ///
    /// # Errors
    /// The file can't be read, or `watch` broke it off.
    pub fn lost_cases(&mut self, most: usize, watch: &Watch) -> Result<Vec<String>> {
        watched(&mut self.connection, watch, |connection| {
            let mut statement = connection.prepare(
                "SELECT e.subject FROM entry e
                 WHERE e.revision = 1
                   AND e.subject GLOB '?*-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9]*'
                   AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.number = e.subject)
                 LIMIT ?1",
            )?;
            let numbers = statement.query_map([most as i64], |row| row.get(0))?;
            numbers.map(|number| number.map_err(StoreError::from)).collect()
        })
    }

    /// Days whose signature covers an entry that is no longer what it was, whose sheet is not the one
    /// that was signed, or whose sheet is gone.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn unsound_signatures(&self) -> Result<Vec<String>> {
        let mut statement = self.read().prepare(
            "SELECT s.day AS day FROM day_sheet s LEFT JOIN entry e ON e.seq = s.head
             WHERE e.hash IS NOT s.head_hash
                OR NOT EXISTS (SELECT 1 FROM entry o WHERE o.subject = 'day:' || s.day
                               AND o.action = 'sign-off' AND o.body = s.body)
             UNION
             SELECT substr(o.subject, 5) FROM entry o
             WHERE o.subject > 'day:' AND o.subject < 'day;' AND o.action = 'sign-off'
               AND NOT EXISTS (SELECT 1 FROM day_sheet s WHERE s.day = substr(o.subject, 5))
             ORDER BY day",
        )?;
        let days = statement.query_map([], |row| row.get(0))?;
        days.map(|day| day.map_err(StoreError::from)).collect()
    }

    /// Operators whose role, or whether they may log in, is not what the entries say.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn unsound_operators(&self) -> Result<Vec<String>> {
        let mut statement = self.read().prepare(
            "SELECT o.name FROM operator o
             WHERE NOT EXISTS (
                 SELECT 1 FROM entry e
                 WHERE e.subject = 'operator:' || o.name
                   AND e.revision = (SELECT max(l.revision) FROM entry l WHERE l.subject = e.subject
                                     AND json_extract(l.body, '$.role') IS NOT NULL)
                   AND json_extract(e.body, '$.role') = o.role
                   AND json_extract(e.body, '$.disabled') = o.disabled)
             ORDER BY o.name",
        )?;
        let names = statement.query_map([], |row| row.get(0))?;
        names.map(|name| name.map_err(StoreError::from)).collect()
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
