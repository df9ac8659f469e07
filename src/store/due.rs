//! What is due next: read by the timer, from indexes only.

use chrono::{DateTime, Utc};
use rusqlite::params;

use super::cases::Row;
use super::{Result, Store, StoreError, instant};

/// Why something is on the list of due things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueKind {
    /// A callback.
    Callback,
    /// A promise.
    Promise,
    /// The clock ends it (a pass that expires).
    Expiry,
}

/// One due thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// The case's number.
    pub number: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A callback that waits, with its case.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackRow {
    /// The case.
    pub row: Row,
    /// Which of the case's callbacks.
    pub id: u32,
    /// What it is for.
    pub stage: String,
    /// When the duty was due.
    pub due: DateTime<Utc>,
    /// When the desk must act next.
    pub next_at: DateTime<Utc>,
    /// Failed attempts so far.
    pub attempts: u32,
}

impl Store {
    /// Everything whose time comes until `until`, the earliest first, at most `limit`.
    pub fn due_until(&self, until: DateTime<Utc>, limit: usize) -> Result<Vec<Due>> {
        let mut statement = self.read().prepare_cached(
            "SELECT * FROM (SELECT 0, number, callback_at AS at FROM cases WHERE callback_at <= ?1 ORDER BY callback_at LIMIT ?2)
             UNION ALL
             SELECT * FROM (SELECT 1, number, due_at AS at FROM cases WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2)
             UNION ALL
             SELECT * FROM (SELECT 2, number, expires_at AS at FROM cases WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
             ORDER BY 3 LIMIT ?2",
        )?;
        let rows = statement.query_map(params![until.timestamp(), limit as i64], |row| {
            let kind = match row.get::<_, i64>(0)? {
                0 => DueKind::Callback,
                1 => DueKind::Promise,
                _ => DueKind::Expiry,
            };
            Ok(Due { kind, number: row.get(1)?, at: instant(row.get(2)?) })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The next instant after `after` at which something becomes due.
    pub fn next_due(&self, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let mut statement = self.read().prepare_cached(
            "SELECT min(at) FROM (
                 SELECT min(callback_at) AS at FROM cases WHERE callback_at > ?1
                 UNION ALL SELECT min(due_at) FROM cases WHERE due_at > ?1
                 UNION ALL SELECT min(expires_at) FROM cases WHERE expires_at > ?1)",
        )?;
        let at: Option<i64> = statement.query_row([after.timestamp()], |row| row.get(0))?;
        Ok(at.map(instant))
    }

    /// Counts callbacks and promises whose time has passed at `now`.
    pub fn overdue_counts(&self, now: DateTime<Utc>) -> Result<(u32, u32)> {
        let mut statement = self.read().prepare_cached(
            "SELECT (SELECT count(*) FROM cases WHERE callback_at < ?1), (SELECT count(*) FROM cases WHERE due_at < ?1)",
        )?;
        Ok(statement.query_row([now.timestamp()], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Callbacks that wait, the one longest overdue first; with `before`, only those to be made before it.
    pub fn callbacks(&self, before: Option<DateTime<Utc>>, limit: usize) -> Result<Vec<CallbackRow>> {
        let mut statement = self.read().prepare_cached(
            "SELECT c.number, b.n, b.stage, b.due, b.next_at, json_array_length(b.attempts)
             FROM callback b JOIN cases c ON c.id = b.case_id
             WHERE b.open = 1 AND b.next_at < ?1 ORDER BY b.next_at, b.case_id LIMIT ?2",
        )?;
        let before = before.map_or(i64::MAX, |at| at.timestamp());
        let mut rows = statement.query(params![before, limit as i64])?;
        let mut callbacks = Vec::new();
        while let Some(row) = rows.next()? {
            let number: String = row.get(0)?;
            let Some(case) = self.row(&number)? else { continue };
            callbacks.push(CallbackRow {
                row: case,
                id: row.get(1)?,
                stage: row.get(2)?,
                due: instant(row.get(3)?),
                next_at: instant(row.get(4)?),
                attempts: row.get(5)?,
            });
        }
        Ok(callbacks)
    }
}
