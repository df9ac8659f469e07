//! Counting: the day's figures and the trend of the days before.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use super::totals::Step;
use super::{Result, Store, StoreError};
use crate::desk::figures::Figures;
use crate::desk::report;
use crate::desk::totals::{Sort, Span};

/// The statement of [`Store::counts_of`].
pub(super) const OF_UNIT: &str = "SELECT kind, open, count(*), sum(day >= ?2)
     FROM cases INDEXED BY cases_unit WHERE unit = ?1 GROUP BY kind, open";

/// How many cases a unit has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitCounts {
    /// Open ones.
    pub open: u64,
    /// Ended ones.
    pub ended: u64,
    /// Lately opened ones by kind; a kind without any is missing.
    pub lately: BTreeMap<String, u64>,
}

impl Store {
    /// The figures of a day, whose instants lie from `start` until before `end`, as they stand at `now`.
    pub fn figures(
        &self,
        day: NaiveDate,
        (_, end): (DateTime<Utc>, DateTime<Utc>),
        now: DateTime<Utc>,
    ) -> Result<Figures> {
        let today = if now < end { day } else { day.succ_opt().unwrap_or(day) };
        let span = Span { from: day, to: day, today, now };
        let mut totals = Vec::new();
        for sort in
            [Sort::Opened, Sort::Closed, Sort::Rings, Sort::Due, Sort::CallDue, Sort::UrgentDue, Sort::Called]
        {
            totals.extend(self.totals(sort, &span, Step::Whole)?);
        }
        let by_kind = |sort: Sort| {
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for total in totals.iter().filter(|total| total.sort == sort) {
                *counts.entry(total.kind.clone()).or_default() += total.n;
            }
            counts
        };
        let ratio = |id: &str| report::figure(id, span, &totals);
        Ok(Figures {
            opened: by_kind(Sort::Opened),
            closed: by_kind(Sort::Closed),
            open: self.open_at(day)?,
            complaints_handled: ratio("complaints-handled"),
            callbacks_made: ratio("callbacks-made"),
            urgent_called_back: ratio("urgent-called-back"),
            satisfied: ratio("satisfied"),
            answered_in_time: ratio("answered-in-time"),
            promises_kept: ratio("promises-kept"),
        })
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

    /// How many cases a unit has: open, ended, and of each kind those opened from a day on.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn counts_of(&self, unit: &str, from: NaiveDate) -> Result<UnitCounts> {
        let mut statement = self.read().prepare_cached(OF_UNIT)?;
        let mut rows = statement.query([unit, &from.to_string()])?;
        let mut counts = UnitCounts::default();
        while let Some(row) = rows.next()? {
            let (open, all, lately): (bool, u64, u64) =
                (row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned(), row.get::<_, i64>(3)?.cast_unsigned());
            *if open { &mut counts.open } else { &mut counts.ended } += all;
            if lately > 0 {
                *counts.lately.entry(row.get(0)?).or_default() += lately;
            }
        }
        Ok(counts)
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
            "SELECT day, sum(n) FROM total WHERE sort = 'opened' AND day BETWEEN ?1 AND ?2 AND kind = ?3 GROUP BY day",
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
