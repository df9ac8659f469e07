//! What households owe, charge by charge, as the finance office's last list said.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::chain::Stamp;
use super::{Result, Store, StoreError, Tx, instant};
use crate::desk::household::Owed;

/// When the last list was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedList {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The community's day.
    pub day: NaiveDate,
    /// By whom.
    pub by: String,
}

fn owed(connection: &Connection, unit: &str) -> Result<Option<(Vec<Owed>, i64)>> {
    let household: Option<(i64, i64)> = connection
        .prepare_cached("SELECT id, arrears FROM household WHERE unit = ?1")?
        .query_row([unit], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, arrears)) = household else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT item, period, amount FROM owed WHERE household = ?1 ORDER BY n")?;
    let charges = statement
        .query_map([id], |row| Ok(Owed { item: row.get(0)?, period: row.get(1)?, amount: row.get(2)? }))?;
    Ok(Some((charges.collect::<rusqlite::Result<_>>()?, arrears)))
}

fn owing(connection: &Connection) -> Result<BTreeSet<String>> {
    let mut statement = connection.prepare_cached("SELECT unit FROM household WHERE arrears > 0")?;
    let units = statement.query_map([], |row| row.get(0))?;
    units.map(|unit| unit.map_err(StoreError::from)).collect()
}

impl Store {
    /// The charges of a household and what it owes in all; `None` for a unit that is in no roster.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn owed(&self, unit: &str) -> Result<Option<(Vec<Owed>, i64)>> {
        owed(self.read(), unit)
    }

    /// The households that owe something.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn owing(&self) -> Result<BTreeSet<String>> {
        owing(self.read())
    }

    /// When the last list was taken in, if one ever was.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn owed_list(&self) -> Result<Option<OwedList>> {
        let mut statement = self.read().prepare_cached("SELECT at, day, by FROM owed_list")?;
        let found = statement.query_row([], |row| {
            let day: String = row.get(1)?;
            Ok(OwedList { at: instant(row.get(0)?), day: day.parse().unwrap_or_default(), by: row.get(2)? })
        });
        Ok(found.optional()?)
    }
}

impl Tx<'_> {
    /// As [`Store::owed`].
    ///
    /// # Errors
    /// The file can't be read.
    pub fn owed(&self, unit: &str) -> Result<Option<(Vec<Owed>, i64)>> {
        owed(self.connection(), unit)
    }

    /// As [`Store::owing`].
    ///
    /// # Errors
    /// The file can't be read.
    pub fn owing(&self) -> Result<BTreeSet<String>> {
        owing(self.connection())
    }

    /// Replaces the charges of a household; what it owes is their sum.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn put_owed(&self, unit: &str, charges: &[Owed]) -> Result<()> {
        let sum: i64 = charges.iter().map(|owed| owed.amount).sum();
        if let Some(ahead) = &self.ahead {
            ahead.forget_household(unit);
        }
        let id: i64 = self
            .connection()
            .prepare_cached("UPDATE household SET arrears = ?2 WHERE unit = ?1 RETURNING id")?
            .query_row(params![unit, sum], |row| row.get(0))?;
        self.connection().prepare_cached("DELETE FROM owed WHERE household = ?1")?.execute([id])?;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO owed (household, n, item, period, amount) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (owed, n) in charges.iter().zip(1_i64..) {
            statement.execute(params![id, n, owed.item, owed.period, owed.amount])?;
        }
        Ok(())
    }

    /// Remembers when a list was taken in, and by whom.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn put_owed_list(&self, day: NaiveDate, stamp: &Stamp) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO owed_list (one, at, day, by) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (one) DO UPDATE SET at = ?1, day = ?2, by = ?3",
            )?
            .execute(params![stamp.at.timestamp(), day.to_string(), stamp.by])?;
        Ok(())
    }
}
