//! Counting: the day's figures and the trend of the days before.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use super::{Result, Store, StoreError};
use crate::desk::figures::{Figures, RINGS, Ratio};

impl Store {
    /// The figures of a day, whose instants lie from `start` until before `end`, as they stand at `now`.
    pub fn figures(
        &self,
        day: NaiveDate,
        (start, end): (DateTime<Utc>, DateTime<Utc>),
        now: DateTime<Utc>,
    ) -> Result<Figures> {
        let day = day.to_string();
        let until = end.min(now);
        let by_kind = |sql: &str| -> Result<BTreeMap<String, u32>> {
            let mut statement = self.read().prepare_cached(sql)?;
            let rows = statement.query_map([&day], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.map(|row| row.map_err(StoreError::from)).collect()
        };
        let ratio = |sql: &str, from: i64, to: i64| -> Result<Ratio> {
            let mut statement = self.read().prepare_cached(sql)?;
            Ok(statement
                .query_row(params![from, to], |row| Ok(Ratio { part: row.get(0)?, of: row.get(1)? }))?)
        };
        let (from, to) = (start.timestamp(), until.timestamp());
        Ok(Figures {
            opened: by_kind("SELECT kind, count(*) FROM cases WHERE day = ?1 GROUP BY kind")?,
            closed: by_kind("SELECT kind, count(*) FROM cases WHERE closed_day = ?1 GROUP BY kind")?,
            open: by_kind(
                "SELECT kind, count(*) FROM cases WHERE day <= ?1 AND (open = 1 OR closed_day > ?1) GROUP BY kind",
            )?,
            // A complaint counts on the day for which its reply was promised, and as handled when the
            // reply was given by the end of that day.
            complaints_handled: ratio(
                "SELECT count(kept_at) FILTER (WHERE kept_at < ?2), count(*) FROM promise
                 WHERE stage = 'complaint.reply' AND due >= ?1 AND due < ?2 AND withdrawn_at IS NULL",
                from,
                to,
            )?,
            callbacks_made: ratio(
                "SELECT count(*) FILTER (WHERE outcome IS NOT NULL AND ended_at < ?2), count(*) FROM callback
                 WHERE due >= ?1 AND due < ?2 AND cancelled_at IS NULL",
                from,
                to,
            )?,
            urgent_called_back: ratio(
                "SELECT count(*) FILTER (WHERE b.ended_at <= b.due), count(*) FROM callback b
                 JOIN cases c ON c.id = b.case_id
                 WHERE b.due >= ?1 AND b.due < ?2 AND b.cancelled_at IS NULL AND b.stage = 'callback.repair'
                     AND c.urgency = 'urgent'",
                from,
                to,
            )?,
            satisfied: ratio(
                "SELECT count(*) FILTER (WHERE outcome = 'satisfied'), count(*) FROM callback
                 WHERE ended_at >= ?1 AND ended_at < ?2 AND outcome IN ('satisfied', 'dissatisfied')",
                from,
                to,
            )?,
            // Only calls of which somebody noted the rings: nobody counts what nobody heard.
            answered_in_time: self.answered(&day)?,
            promises_kept: ratio(
                "SELECT count(*) FILTER (WHERE kept_at <= due), count(*) FROM promise
                 WHERE due >= ?1 AND due < ?2 AND withdrawn_at IS NULL",
                from,
                to,
            )?,
        })
    }

    /// Calls of a day that were answered within three rings, out of those whose rings were noted.
    fn answered(&self, day: &str) -> Result<Ratio> {
        let mut statement = self.read().prepare_cached(
            "SELECT count(*) FILTER (WHERE rings <= ?2), count(rings) FROM (
                 SELECT json_extract(detail, '$.rings') AS rings FROM cases
                 WHERE day = ?1 AND kind = 'call' AND state <> 'void')",
        )?;
        Ok(statement
            .query_row(params![day, RINGS], |row| Ok(Ratio { part: row.get(0)?, of: row.get(1)? }))?)
    }

    /// Sum and number of the satisfaction scores that a unit's residents gave; `None` if they gave none.
    pub fn scores_of(&self, unit: &str) -> Result<Option<(u32, u32)>> {
        let mut statement = self.read().prepare_cached(
            "SELECT coalesce(sum(b.score), 0), count(b.score) FROM cases c JOIN callback b ON b.case_id = c.id
             WHERE c.unit = ?1",
        )?;
        let (sum, count): (u32, u32) = statement.query_row([unit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((count > 0).then_some((sum, count)))
    }

    /// How many cases of a kind came to their end on a day.
    pub fn closed_on(&self, kind: &str, day: NaiveDate) -> Result<u64> {
        let mut statement =
            self.read().prepare_cached("SELECT count(*) FROM cases WHERE closed_day = ?1 AND kind = ?2")?;
        let count: u32 = statement.query_row([&day.to_string(), kind], |row| row.get(0))?;
        Ok(u64::from(count))
    }

    /// How many cases of a kind were opened on each of the `days` days that end with `last`, oldest first.
    pub fn opened_per_day(&self, kind: &str, last: NaiveDate, days: u32) -> Result<Vec<u32>> {
        let first = last - chrono::Days::new(u64::from(days.saturating_sub(1)));
        let mut statement = self.read().prepare_cached(
            "SELECT day, count(*) FROM cases WHERE day >= ?1 AND day <= ?2 AND kind = ?3 GROUP BY day",
        )?;
        let rows = statement.query_map(params![first.to_string(), last.to_string(), kind], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?))
        })?;
        let counts: BTreeMap<String, u32> =
            rows.map(|row| row.map_err(StoreError::from)).collect::<Result<_>>()?;
        Ok(first
            .iter_days()
            .take(days as usize)
            .map(|day| counts.get(&day.to_string()).copied().unwrap_or(0))
            .collect())
    }
}
