//! Which cases name another case in a field, without being linked with it both ways: one that
//! thousands name (a survey, an answer that is given every day) carries none of them.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::{Result, Store, StoreError, Tx};
use crate::desk::kind::Kind;

/// The statement of [`Store::references_to`].
pub(super) const COUNT: &str = "SELECT coalesce((SELECT n FROM used WHERE number = ?1), 0)";
/// The statement of [`Store::uses`].
pub(super) const USES: &str = "SELECT number, n FROM used WHERE number > ?1 AND number < ?2 AND n > 0";
/// The statement of [`Store::scores`].
pub(super) const SCORES: &str = "SELECT coalesce(s.key, ''), count(*), sum(s.value), sum(s.value >= ?3)
             FROM reference r JOIN cases c ON c.id = r.case_id, json_each(c.detail, ?2) s
             WHERE r.number = ?1 AND c.state != 'void' GROUP BY s.key";

/// What was given for one item, over all cases that name the same case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemScore {
    /// The item's code; empty where the field is one score and no table of them.
    pub item: String,
    /// How many gave a score.
    pub count: u32,
    /// The sum of their scores.
    pub sum: i64,
    /// How many of them gave at least the score that counts as satisfied.
    pub satisfied: u32,
}

/// Counts how often each case is named, where nothing counted it.
pub(super) fn fill(connection: &Connection) -> Result<()> {
    Ok(connection.execute_batch("INSERT INTO used SELECT number, count(*) FROM reference GROUP BY number")?)
}

impl Store {
    /// How many cases name that one.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn references_to(&self, number: &str) -> Result<u64> {
        let mut statement = self.read().prepare_cached(COUNT)?;
        Ok(statement.query_row([number], |row| row.get::<_, i64>(0))? as u64)
    }

    /// How many cases name each case of a kind, by its number; those that none names are left out.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn uses(&self, kind: &Kind) -> Result<HashMap<String, u64>> {
        let mut statement = self.read().prepare_cached(USES)?;
        // `.` comes next after the dash that all numbers of a kind have behind their prefix.
        let (from, to) = (format!("{}-", kind.prefix), format!("{}.", kind.prefix));
        let rows = statement
            .query_map([from, to], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The scores that the cases which name that one gave in a field, by item; void ones left out.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn scores(&self, number: &str, field: &str, satisfied: u8) -> Result<Vec<ItemScore>> {
        let mut statement = self.read().prepare_cached(SCORES)?;
        let rows = statement.query_map(params![number, format!("$.{field}"), satisfied], |row| {
            Ok(ItemScore { item: row.get(0)?, count: row.get(1)?, sum: row.get(2)?, satisfied: row.get(3)? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

impl Tx<'_> {
    /// Replaces which cases that one names.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn put_references(&self, number: &str, named: &[String]) -> Result<()> {
        let id: i64 = self
            .connection()
            .prepare_cached("SELECT id FROM cases WHERE number = ?1")?
            .query_row([number], |row| row.get(0))?;
        self.connection().prepare_cached("DELETE FROM reference WHERE case_id = ?1")?.execute([id])?;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO reference (case_id, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?;
        for named in named {
            statement.execute(params![id, named])?;
        }
        Ok(())
    }
}
