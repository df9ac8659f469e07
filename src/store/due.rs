//! What is due next: read by the timer, from indexes only.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

use super::cases::Row;
use super::{Result, Store, StoreError, instant};

/// The statement of [`Store::glance`].
pub(super) const GLANCE: &str = "SELECT (SELECT count(*) FROM callback WHERE open = 1 AND next_at < ?1),
                 (SELECT count(*) FROM cases WHERE due_at < ?1),
                 (SELECT count(*) FROM callback WHERE open = 1 AND next_at BETWEEN ?1 AND ?2)
                     + (SELECT count(*) FROM cases WHERE due_at BETWEEN ?1 AND ?2),
                 (SELECT count(*) FROM cases WHERE inside = 1),
                 (SELECT count(*) FROM cases WHERE expires_at > ?1 AND expires_at <= ?2)
                     + (SELECT count(*) FROM cases WHERE warn_at <= ?1 AND expires_at > ?2)";
/// The statement of [`Store::expired`].
pub(super) const EXPIRED: &str =
    "SELECT number FROM cases WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
/// The statement of [`Store::inside_since`].
pub(super) const INSIDE: &str =
    "SELECT number, opened_at FROM cases WHERE inside = 1 AND opened_at < ?1 ORDER BY opened_at LIMIT ?2";
/// The statement of [`Store::next_change`].
pub(super) const NEXT_CHANGE: &str = "SELECT min(at) FROM (
                 SELECT min(next_at) + 1 AS at FROM callback WHERE open = 1 AND next_at >= ?1
                 UNION ALL SELECT min(next_at) - ?2 FROM callback WHERE open = 1 AND next_at > ?1 + ?2
                 UNION ALL SELECT min(due_at) + 1 FROM cases WHERE due_at >= ?1
                 UNION ALL SELECT min(due_at) - ?2 FROM cases WHERE due_at > ?1 + ?2
                 UNION ALL SELECT min(expires_at) FROM cases WHERE expires_at > ?1
                 UNION ALL SELECT min(expires_at) - ?2 FROM cases WHERE expires_at > ?1 + ?2
                 UNION ALL SELECT min(warn_at) FROM cases WHERE warn_at > ?1)";
/// The statement of [`Store::callbacks`].
pub(super) const CALLBACKS: &str =
    "SELECT c.number, b.n, b.stage, b.due, b.next_at, json_array_length(b.attempts)
             FROM callback b JOIN cases c ON c.id = b.case_id
             WHERE b.open = 1 AND b.next_at < ?1 ORDER BY b.next_at, b.case_id LIMIT ?2";

/// The statement of [`Store::overdue`].
pub(super) fn overdue_sql(latest_first: bool) -> String {
    let order = if latest_first { "DESC" } else { "ASC" };
    format!(
        "SELECT * FROM (SELECT 0, c.number, b.next_at AS at FROM callback b JOIN cases c ON c.id = b.case_id
                 WHERE b.open = 1 AND b.next_at < ?1 ORDER BY b.next_at {order} LIMIT ?2)
             UNION ALL
             SELECT * FROM (SELECT 1, number, due_at FROM cases WHERE due_at < ?1 ORDER BY due_at {order} LIMIT ?2)
             ORDER BY 3 {order}, 1, 2"
    )
}

/// Why something is on the list of due things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DueKind {
    /// A callback.
    Callback,
    /// A promise.
    Promise,
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

/// What is due, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Glance {
    /// Callbacks whose time has passed.
    pub overdue_callbacks: u32,
    /// Promises whose time has passed.
    pub overdue_promises: u32,
    /// Callbacks and promises whose time comes soon.
    pub due_soon: u32,
    /// Visitors who are inside.
    pub inside: u32,
    /// Cases that the clock ends soon (passes that expire).
    pub expiring: u32,
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
    /// What is due and overdue at `now`, counted. Something is overdue when `due < now`, soon due when
    /// `now <= due <= now + lead`. All from indexes; the cost does not grow with the number of cases.
    pub fn glance(&self, now: DateTime<Utc>, lead: TimeDelta) -> Result<Glance> {
        let mut statement = self.read().prepare_cached(GLANCE)?;
        let until = now.timestamp().saturating_add(lead.num_seconds());
        Ok(statement.query_row(params![now.timestamp(), until], |row| {
            Ok(Glance {
                overdue_callbacks: row.get(0)?,
                overdue_promises: row.get(1)?,
                due_soon: row.get(2)?,
                inside: row.get(3)?,
                expiring: row.get(4)?,
            })
        })?)
    }

    /// Callbacks and promises that are overdue at `now`, the longest overdue first, or the latest
    /// first; at most `limit` of each.
    pub fn overdue(&self, now: DateTime<Utc>, latest_first: bool, limit: usize) -> Result<Vec<Due>> {
        let mut statement = self.read().prepare_cached(&overdue_sql(latest_first))?;
        let rows = statement.query_map(params![now.timestamp(), limit as i64], |row| {
            let kind = if row.get::<_, i64>(0)? == 0 { DueKind::Callback } else { DueKind::Promise };
            Ok(Due { kind, number: row.get(1)?, at: instant(row.get(2)?) })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Numbers of the cases whose end by the clock has come at `now`, the earliest first.
    pub fn expired(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<String>> {
        let mut statement = self.read().prepare_cached(EXPIRED)?;
        let rows = statement.query_map(params![now.timestamp(), limit as i64], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Visitors who came in before `before` and are still inside, the first to come first: number and
    /// when the case was opened.
    pub fn inside_since(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<(String, DateTime<Utc>)>> {
        let mut statement = self.read().prepare_cached(INSIDE)?;
        let rows = statement.query_map(params![before.timestamp(), limit as i64], |row| {
            Ok((row.get(0)?, instant(row.get(1)?)))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// The next instant after `now` at which [`Store::glance`] or [`Store::expired`] would say
    /// something else, if nobody writes.
    pub fn next_change(&self, now: DateTime<Utc>, lead: TimeDelta) -> Result<Option<DateTime<Utc>>> {
        // Overdue from one second after the due second; soon from `lead` before it.
        let mut statement = self.read().prepare_cached(NEXT_CHANGE)?;
        let at: Option<i64> =
            statement.query_row(params![now.timestamp(), lead.num_seconds()], |row| row.get(0))?;
        Ok(at.map(instant))
    }

    /// Callbacks that wait, the one longest overdue first; with `before`, only those to be made before it.
    pub fn callbacks(&self, before: Option<DateTime<Utc>>, limit: usize) -> Result<Vec<CallbackRow>> {
        let mut statement = self.read().prepare_cached(CALLBACKS)?;
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
