//! Writing cases: their numbers, their entries, and what lists and the timer read of them.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params;

use super::row::{self, Place, URGENT};
use super::{load, others};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::case::Case;
use crate::desk::kind::{Around, Kind};
use crate::desk::number;
use crate::desk::others::Other;
use crate::desk::promise::Promise;
use crate::desk::timeline::{Entry, Event, Link};
use crate::store::{Result, Tx, codes};

impl Tx<'_> {
    /// Takes the next number of a kind for a day. Two processes never get the same one, and a
    /// number given up with its transaction was never seen by anybody.
    pub fn next_number(&self, kind: &Kind, day: NaiveDate) -> Result<String> {
        if let Some(ahead) = &self.ahead {
            return Ok(number::format(kind.prefix, day, ahead.next_serial(kind.prefix, day)));
        }
        let serial: u32 = self
            .connection()
            .prepare_cached(
                "INSERT INTO serial (prefix, day, last) VALUES (?1, ?2, 1)
                 ON CONFLICT (prefix, day) DO UPDATE SET last = last + 1 RETURNING last",
            )?
            .query_row(params![kind.prefix, day.to_string()], |row| row.get(0))?;
        Ok(number::format(kind.prefix, day, serial))
    }

    /// Keeps a number that was given elsewhere from being given here.
    pub fn keep_number(&self, prefix: &str, day: NaiveDate, serial: u32) -> Result<()> {
        if let Some(ahead) = &self.ahead {
            ahead.keep_serial(prefix, day, serial);
            return Ok(());
        }
        self.connection()
            .prepare_cached(
                "INSERT INTO serial (prefix, day, last) VALUES (?1, ?2, ?3)
                 ON CONFLICT (prefix, day) DO UPDATE SET last = max(last, ?3)",
            )?
            .execute(params![prefix, day.to_string(), serial])?;
        Ok(())
    }

    /// Puts a case that came from elsewhere on the days on which it was opened and ended there.
    pub fn put_days(&self, number: &str, opened: NaiveDate, closed: Option<NaiveDate>) -> Result<()> {
        self.connection()
            .prepare_cached("UPDATE cases SET day = ?2, closed_day = ?3 WHERE number = ?1")?
            .execute(params![number, opened.to_string(), closed.map(|day| day.to_string())])?;
        Ok(())
    }

    /// The case of that number.
    pub fn case(&self, number: &str) -> Result<Option<Case>> {
        if let Some(case) = self.ahead.as_ref().and_then(|ahead| ahead.case(number)) {
            return Ok(Some(case));
        }
        Ok(load(self.connection(), number)?.map(|row| row.case))
    }

    /// The open cases that the rules of a kind look at, for this case and operator.
    pub fn others(&self, around: Around, case: &Case, by: &str) -> Result<Vec<Other>> {
        others(self.connection(), around, case, by)
    }

    /// Appends a planned entry: the chain, the case's row, and what lists and the timer read.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the case has more entries than the plan was made on.
    pub fn append(&self, kind: &Kind, case: &Case, entry: Entry, calendar: &ServiceCalendar) -> Result<i64> {
        let day = calendar.day_of(entry.at);
        let writing = row::Writing { kind, case, calendar, day };
        let Place { id, new } = match &self.ahead {
            Some(ahead) => ahead.before(&case.number, |before| writing.put(self.connection(), before))?,
            None => writing.put(self.connection(), None)?,
        };
        if kind.coded.is_some_and(|coded| coded(case)) {
            codes::give(self.connection(), id, &case.number)?;
        }
        // What an entry makes or changes bears its instant.
        let touched_at = (!new).then_some(entry.at);
        let touched = |wanted: fn(&Event) -> bool| new || entry.events.iter().any(wanted);
        if touched(|e| matches!(e, Event::Promised(_) | Event::PromiseKept | Event::PromiseWithdrawn)) {
            self.put_promises(id, &case.promises, touched_at, calendar)?;
        }
        if touched(|e| {
            matches!(e, Event::CallbackDue(_) | Event::CallbackTried { .. } | Event::CallbackCancelled { .. })
        }) {
            self.put_callbacks(id, case, touched_at, calendar)?;
        }
        if touched(|e| matches!(e, Event::Linked(_))) {
            self.put_links(id, &case.links)?;
        }
        if let Some(ahead) = &self.ahead {
            ahead.wrote(id, case);
        }
        self.chain_entry(day, id, kind, entry)
    }

    /// Writes the promises that were made or ended at an instant, or all of them.
    fn put_promises(
        &self,
        id: i64,
        promises: &[Promise],
        at: Option<DateTime<Utc>>,
        calendar: &ServiceCalendar,
    ) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO promise (case_id, n, stage, due, made_at, basis, kept_at, withdrawn_at, due_day, kept_day)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (case_id, n) DO UPDATE SET kept_at = ?7, withdrawn_at = ?8, kept_day = ?10",
        )?;
        let touched = |(_, promise): &(usize, &Promise)| {
            at.is_none() || at == Some(promise.made_at) || at == promise.kept_at || at == promise.withdrawn_at
        };
        for (n, promise) in promises.iter().enumerate().filter(touched) {
            statement.execute(params![
                id,
                n as i64,
                promise.stage,
                promise.due.timestamp(),
                promise.made_at.timestamp(),
                serde_json::to_string(&promise.basis)?,
                promise.kept_at.map(|at| at.timestamp()),
                promise.withdrawn_at.map(|at| at.timestamp()),
                calendar.day_of(promise.due).to_string(),
                promise.kept_at.map(|at| calendar.day_of(at).to_string()),
            ])?;
        }
        Ok(())
    }

    /// Writes the callbacks that became due, were tried or were cancelled at an instant, or all of them.
    fn put_callbacks(
        &self,
        id: i64,
        case: &Case,
        at: Option<DateTime<Utc>>,
        calendar: &ServiceCalendar,
    ) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO callback (case_id, n, stage, due, next_at, made_at, basis, attempts, open, outcome,
                 ended_at, ended_by, score, cancelled_at, due_day, ended_day, urgent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (case_id, n) DO UPDATE SET next_at = ?5, attempts = ?8, open = ?9, outcome = ?10,
                 ended_at = ?11, ended_by = ?12, score = ?13, cancelled_at = ?14, ended_day = ?16",
        )?;
        let touched = |callback: &&Callback| {
            let tried = callback.attempts.last().map(|attempt| attempt.at);
            at.is_none() || at == Some(callback.made_at) || at == tried || at == callback.cancelled_at
        };
        for callback in case.callbacks.iter().filter(touched) {
            let end = callback.outcome().and_then(|_| callback.attempts.last());
            statement.execute(params![
                id,
                callback.id,
                callback.stage,
                callback.due.timestamp(),
                callback.next_at().timestamp(),
                callback.made_at.timestamp(),
                serde_json::to_string(&callback.basis)?,
                serde_json::to_string(&callback.attempts)?,
                callback.is_open(),
                callback.outcome().map(Outcome::id),
                end.map(|attempt| attempt.at.timestamp()),
                end.map(|attempt| attempt.by.clone()),
                end.and_then(|attempt| attempt.score),
                callback.cancelled_at.map(|at| at.timestamp()),
                calendar.day_of(callback.due).to_string(),
                end.map(|attempt| calendar.day_of(attempt.at).to_string()),
                case.urgency.as_deref() == Some(URGENT),
            ])?;
        }
        Ok(())
    }

    fn put_links(&self, id: i64, links: &[Link]) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO link (case_id, n, number, relation) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (case_id, n) DO NOTHING",
        )?;
        for (n, link) in links.iter().enumerate() {
            statement.execute(params![id, n as i64, link.number, link.relation])?;
        }
        Ok(())
    }
}
