//! Writing cases: their numbers, their entries, and what lists and the timer read of them.

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, params};

use super::{load, others};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::case::{Case, DONE_OVER};
use crate::desk::field::as_instant;
use crate::desk::kind::{Around, Kind, Phase};
use crate::desk::number;
use crate::desk::others::Other;
use crate::desk::promise::Promise;
use crate::desk::timeline::{Event, Link};
use crate::desk::workflow::Planned;
use crate::store::chain::Stamp;
use crate::store::{Result, StoreError, Tx, codes};

impl Tx<'_> {
    /// Takes the next number of a kind for a day. Two processes never get the same one, and a
    /// number given up with its transaction was never seen by anybody.
    pub fn next_number(&self, kind: &Kind, day: NaiveDate) -> Result<String> {
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
    pub fn append(&self, kind: &Kind, planned: &Planned, calendar: &ServiceCalendar) -> Result<i64> {
        let (entry, case) = (&planned.entry, &planned.case);
        let day = calendar.day_of(entry.at);
        let stamp = Stamp { at: entry.at, day, by: &entry.by };
        let (id, before) = match self.row_id(&case.number)? {
            Some((_, revision)) if revision + 1 != entry.revision => {
                return Err(StoreError::Stale(case.number.clone()));
            }
            Some((id, _)) => (id, Some(id)),
            None => (self.insert(case, calendar)?, None),
        };
        self.update(id, kind, case, calendar, day)?;
        if kind.coded.is_some_and(|coded| coded(case)) {
            codes::give(self.connection(), id, &case.number)?;
        }
        let touched = |wanted: fn(&Event) -> bool| before.is_none() || entry.events.iter().any(wanted);
        if touched(|e| matches!(e, Event::Promised(_) | Event::PromiseKept | Event::PromiseWithdrawn)) {
            self.put_promises(id, &case.promises, calendar)?;
        }
        if touched(|e| {
            matches!(e, Event::CallbackDue(_) | Event::CallbackTried { .. } | Event::CallbackCancelled { .. })
        }) {
            self.put_callbacks(id, case, calendar)?;
        }
        if touched(|e| matches!(e, Event::Linked(_))) {
            self.put_links(id, &case.links)?;
        }
        let body = serde_json::to_string(entry)?;
        let seq = self.chain(&case.number, entry.revision, &stamp, &entry.action, body)?;
        self.texts.note(id, kind.id, entry);
        Ok(seq)
    }

    fn row_id(&self, number: &str) -> Result<Option<(i64, u32)>> {
        Ok(self
            .connection()
            .prepare_cached("SELECT id, revision FROM cases WHERE number = ?1")?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    fn insert(&self, case: &Case, calendar: &ServiceCalendar) -> Result<i64> {
        self.connection()
            .prepare_cached(
                "INSERT INTO cases (number, kind, state, open, summary, opened_at, opened_by, day, hour, owner, revision, detail)
                 VALUES (?1, ?2, '', 1, '', ?3, ?4, ?5, ?6, '', 0, '{}')",
            )?
            .execute(params![
                case.number,
                case.kind,
                case.opened_at.timestamp(),
                case.opened_by,
                calendar.day_of(case.opened_at).to_string(),
                calendar.hour_of(case.opened_at)
            ])?;
        Ok(self.connection().last_insert_rowid())
    }

    fn update(
        &self,
        id: i64,
        kind: &Kind,
        case: &Case,
        calendar: &ServiceCalendar,
        day: NaiveDate,
    ) -> Result<()> {
        let counted = Counted::of(kind, case, calendar);
        let open = !kind.ends(&case.state);
        let callback_at = case.open_callback().map(|callback| callback.next_at().timestamp());
        let expires = (kind.expires)(case).map(|(at, _)| at.timestamp());
        let warn = expires.filter(|_| kind.warning > 0).map(|at| at - i64::from(kind.warning) * 60);
        self.connection()
            .prepare_cached(
                "UPDATE cases SET state = ?2, open = ?3, front = ?4, unit = ?5, contact = ?6, phone = ?7,
                 summary = ?8, category = ?9, urgency = ?10, owner = ?11, escalated = ?12, closed_at = ?13,
                 closed_day = CASE WHEN ?13 IS NULL THEN NULL ELSE coalesce(closed_day, ?14) END,
                 due_at = ?15, callback_at = ?16, inside = ?17, expires_at = ?18, revision = ?19, detail = ?20,
                 warn_at = ?21, department = ?22, rings = ?23, done_day = ?24, done_minutes = ?25,
                 cleared_day = NULL
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                case.state,
                open,
                open && is_front(case),
                case.unit,
                case.contact,
                case.phone,
                case.summary,
                case.category,
                case.urgency,
                case.owner,
                case.escalated,
                case.closed_at.map(|at| at.timestamp()),
                day.to_string(),
                case.due_at().map(|at| at.timestamp()),
                callback_at,
                (kind.inside)(case),
                expires,
                case.revision,
                serde_json::to_string(&case.detail)?,
                warn,
                counted.department,
                counted.rings,
                counted.done_day,
                counted.done_minutes
            ])?;
        Ok(())
    }

    fn put_promises(&self, id: i64, promises: &[Promise], calendar: &ServiceCalendar) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO promise (case_id, n, stage, due, made_at, basis, kept_at, withdrawn_at, due_day, kept_day)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (case_id, n) DO UPDATE SET kept_at = ?7, withdrawn_at = ?8, kept_day = ?10",
        )?;
        for (n, promise) in promises.iter().enumerate() {
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

    fn put_callbacks(&self, id: i64, case: &Case, calendar: &ServiceCalendar) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO callback (case_id, n, stage, due, next_at, made_at, basis, attempts, open, outcome,
                 ended_at, ended_by, score, cancelled_at, due_day, ended_day, urgent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (case_id, n) DO UPDATE SET next_at = ?5, attempts = ?8, open = ?9, outcome = ?10,
                 ended_at = ?11, ended_by = ?12, score = ?13, cancelled_at = ?14, ended_day = ?16",
        )?;
        for callback in &case.callbacks {
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

/// The urgency that goes first.
const URGENT: &str = "urgent";

/// What the totals count by beside a case's header.
#[derive(Debug, Default)]
pub(in crate::store) struct Counted {
    pub department: Option<String>,
    pub rings: Option<i64>,
    pub done_day: Option<String>,
    pub done_minutes: Option<i64>,
}

impl Counted {
    pub(in crate::store) fn of(kind: &Kind, case: &Case, calendar: &ServiceCalendar) -> Self {
        let done = kind.done_at.and_then(|field| as_instant(&case.get(field)));
        let void = kind.phase(&case.state) == Phase::Void;
        Self {
            department: case.text("department"),
            rings: case.get("rings").as_i64().filter(|_| !void),
            done_day: done.map(|at| calendar.day_of(at).to_string()),
            done_minutes: done.map(|at| (at - case.opened_at).num_minutes().max(0)),
        }
    }
}

/// Urgent matters and rework stand at the front of the queue.
fn is_front(case: &Case) -> bool {
    let dissatisfied = |callback: &Callback| callback.outcome() == Some(Outcome::Dissatisfied);
    let again = DONE_OVER.iter().any(|key| case.get(key).as_u64().is_some_and(|times| times > 0));
    let rework = again || case.callbacks.iter().any(dissatisfied);
    case.urgency.as_deref() == Some(URGENT) || rework
}
