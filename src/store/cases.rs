//! Cases: taking a number, appending an entry with all that follows from it, loading and listing.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow, params, params_from_iter};

use super::chain::Stamp;
use super::{Result, Store, StoreError, Tx, codes, find, instant};
use crate::desk::callback::{Callback, Outcome};
use crate::desk::case::{Case, DONE_OVER};
use crate::desk::kind::{Around, Kind};
use crate::desk::kinds::Kinds;
use crate::desk::number;
use crate::desk::others::Other;
use crate::desk::parts::PART;
use crate::desk::promise::Promise;
use crate::desk::timeline::{Entry, Event, Link};
use crate::desk::workflow::Planned;

/// The columns of a case in the order of [`case_from`].
pub(super) const COLUMNS: &str = "c.id, c.number, c.kind, c.state, c.unit, c.contact, c.phone, c.summary, c.category, \
     c.urgency, c.opened_at, c.opened_by, c.owner, c.escalated, c.closed_at, c.revision, c.detail, c.due_at, \
     c.callback_at, c.front";

/// A case as lists need it: its header and detail, without promises, callbacks and links.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place among all cases; the key by which lists continue.
    pub id: i64,
    /// The case; its promises, callbacks and links are empty.
    pub case: Case,
    /// The promise under way.
    pub due_at: Option<DateTime<Utc>>,
    /// The next open callback.
    pub callback_at: Option<DateTime<Utc>>,
    /// At the front of the queue.
    pub front: bool,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Urgent cases and rework first, then newest first.
    Queue,
    /// Oldest first.
    Oldest,
}

/// Which cases to list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of this kind.
    pub kind: Option<String>,
    /// Open ones only, or ended ones only.
    pub open: Option<bool>,
    /// Of this unit.
    pub unit: Option<String>,
    /// Opened on this day or later.
    pub from: Option<NaiveDate>,
    /// Opened on this day or earlier.
    pub to: Option<NaiveDate>,
    /// In one of these states.
    pub states: Vec<String>,
    /// Whose owner this is.
    pub owner: Option<String>,
    /// With a promise or callback that is due before this instant.
    pub overdue_at: Option<DateTime<Utc>>,
    /// Visitors who are still inside.
    pub inside: bool,
    /// Put before a superior who has not decided.
    pub escalated: bool,
    /// The order.
    pub order: Order,
    /// Goes on after this row.
    pub after: Option<(bool, i64)>,
    /// At most this many.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
}

pub(super) fn case_from(row: &SqlRow) -> Result<Row> {
    let seconds = |index: usize| -> rusqlite::Result<Option<DateTime<Utc>>> {
        Ok(row.get::<_, Option<i64>>(index)?.map(instant))
    };
    let detail: String = row.get(16)?;
    Ok(Row {
        id: row.get(0)?,
        case: Case {
            number: row.get(1)?,
            kind: row.get(2)?,
            state: row.get(3)?,
            unit: row.get(4)?,
            contact: row.get(5)?,
            phone: row.get(6)?,
            summary: row.get(7)?,
            category: row.get(8)?,
            urgency: row.get(9)?,
            opened_at: instant(row.get(10)?),
            opened_by: row.get(11)?,
            owner: row.get(12)?,
            escalated: row.get(13)?,
            closed_at: seconds(14)?,
            revision: row.get(15)?,
            detail: serde_json::from_str(&detail)?,
            promises: Vec::new(),
            callbacks: Vec::new(),
            links: Vec::new(),
        },
        due_at: seconds(17)?,
        callback_at: seconds(18)?,
        front: row.get(19)?,
    })
}

fn load(connection: &Connection, number: &str) -> Result<Option<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.number = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut row = case_from(row)?;
    complete(connection, &mut row)?;
    Ok(Some(row))
}

/// Reads what rows of lists come without.
fn complete(connection: &Connection, row: &mut Row) -> Result<()> {
    row.case.promises = promises(connection, row.id)?;
    row.case.callbacks = callbacks(connection, row.id)?;
    row.case.links = links(connection, row.id)?;
    Ok(())
}

fn promises(connection: &Connection, id: i64) -> Result<Vec<Promise>> {
    let mut statement = connection.prepare_cached(
        "SELECT stage, due, made_at, basis, kept_at, withdrawn_at FROM promise WHERE case_id = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id])?;
    let mut promises = Vec::new();
    while let Some(row) = rows.next()? {
        promises.push(Promise {
            stage: row.get(0)?,
            due: instant(row.get(1)?),
            made_at: instant(row.get(2)?),
            basis: serde_json::from_str(&row.get::<_, String>(3)?)?,
            kept_at: row.get::<_, Option<i64>>(4)?.map(instant),
            withdrawn_at: row.get::<_, Option<i64>>(5)?.map(instant),
        });
    }
    Ok(promises)
}

fn callbacks(connection: &Connection, id: i64) -> Result<Vec<Callback>> {
    let mut statement = connection.prepare_cached(
        "SELECT n, stage, due, made_at, basis, attempts, cancelled_at FROM callback WHERE case_id = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id])?;
    let mut callbacks = Vec::new();
    while let Some(row) = rows.next()? {
        callbacks.push(Callback {
            id: row.get(0)?,
            stage: row.get(1)?,
            due: instant(row.get(2)?),
            made_at: instant(row.get(3)?),
            basis: serde_json::from_str(&row.get::<_, String>(4)?)?,
            attempts: serde_json::from_str(&row.get::<_, String>(5)?)?,
            cancelled_at: row.get::<_, Option<i64>>(6)?.map(instant),
        });
    }
    Ok(callbacks)
}

/// The statement of [`Store::others`].
pub(super) const OTHERS: &str =
    "SELECT number, kind, state, summary, max(linked), max(same_unit), detail FROM (
                 SELECT number, kind, state, summary, 0 AS linked, 1 AS same_unit, detail
                     FROM cases INDEXED BY cases_unit_open WHERE unit = ?1 AND open = 1
                 UNION ALL
                 SELECT c.number, c.kind, c.state, c.summary, 1, c.unit IS ?1, c.detail
                     FROM cases own JOIN link l ON l.case_id = own.id JOIN cases c ON c.number = l.number
                     WHERE own.number = ?2 AND c.open = 1)
             WHERE number != ?2 GROUP BY number ORDER BY number";

/// The statement of [`Store::others`] for what somebody answers for.
pub(super) const OWNED: &str = "SELECT number, kind, state, summary, 0, unit IS ?1, detail
             FROM cases INDEXED BY cases_owned WHERE owner = ?3 AND open = 1 AND number != ?2 ORDER BY id";

fn others(connection: &Connection, around: Around, case: &Case, by: &str) -> Result<Vec<Other>> {
    let mut statement;
    let mut rows = match around {
        Around::Nothing => return Ok(Vec::new()),
        Around::Household => {
            statement = connection.prepare_cached(OTHERS)?;
            statement.query(params![case.unit, case.number])?
        }
        Around::Owner => {
            statement = connection.prepare_cached(OWNED)?;
            let owner = if case.owner.is_empty() { by } else { &case.owner };
            statement.query(params![case.unit, case.number, owner])?
        }
    };
    let mut others = Vec::new();
    while let Some(row) = rows.next()? {
        others.push(Other {
            number: row.get(0)?,
            kind: row.get(1)?,
            state: row.get(2)?,
            summary: row.get(3)?,
            linked: row.get(4)?,
            same_unit: row.get(5)?,
            detail: serde_json::from_str(&row.get::<_, String>(6)?)?,
        });
    }
    Ok(others)
}

fn links(connection: &Connection, id: i64) -> Result<Vec<Link>> {
    let mut statement =
        connection.prepare_cached("SELECT number, relation FROM link WHERE case_id = ?1 ORDER BY n")?;
    let rows = statement.query_map([id], |row| Ok(Link { number: row.get(0)?, relation: row.get(1)? }))?;
    rows.map(|row| row.map_err(StoreError::from)).collect()
}

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
    pub fn append(&self, kind: &Kind, planned: &Planned, day: NaiveDate) -> Result<i64> {
        let (entry, case) = (&planned.entry, &planned.case);
        let stamp = Stamp { at: entry.at, day, by: &entry.by };
        let (id, before) = match self.row_id(&case.number)? {
            Some((_, revision)) if revision + 1 != entry.revision => {
                return Err(StoreError::Stale(case.number.clone()));
            }
            Some((id, _)) => (id, Some(id)),
            None => (self.insert(case, day)?, None),
        };
        self.update(id, kind, case, day)?;
        if kind.coded.is_some_and(|coded| coded(case)) {
            codes::give(self.connection(), id, &case.number)?;
        }
        let touched = |wanted: fn(&Event) -> bool| before.is_none() || entry.events.iter().any(wanted);
        if touched(|e| matches!(e, Event::Promised(_) | Event::PromiseKept | Event::PromiseWithdrawn)) {
            self.put_promises(id, &case.promises)?;
        }
        if touched(|e| {
            matches!(e, Event::CallbackDue(_) | Event::CallbackTried { .. } | Event::CallbackCancelled { .. })
        }) {
            self.put_callbacks(id, &case.callbacks)?;
        }
        if touched(|e| matches!(e, Event::Linked(_))) {
            self.put_links(id, &case.links)?;
        }
        let body = serde_json::to_string(entry)?;
        let seq = self.chain(&case.number, entry.revision, &stamp, &entry.action, body)?;
        find::index_entry(self, seq, entry)?;
        Ok(seq)
    }

    fn row_id(&self, number: &str) -> Result<Option<(i64, u32)>> {
        Ok(self
            .connection()
            .prepare_cached("SELECT id, revision FROM cases WHERE number = ?1")?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?)
    }

    fn insert(&self, case: &Case, day: NaiveDate) -> Result<i64> {
        self.connection()
            .prepare_cached(
                "INSERT INTO cases (number, kind, state, open, summary, opened_at, opened_by, day, owner, revision, detail)
                 VALUES (?1, ?2, '', 1, '', ?3, ?4, ?5, '', 0, '{}')",
            )?
            .execute(params![
                case.number,
                case.kind,
                case.opened_at.timestamp(),
                case.opened_by,
                day.to_string()
            ])?;
        Ok(self.connection().last_insert_rowid())
    }

    fn update(&self, id: i64, kind: &Kind, case: &Case, day: NaiveDate) -> Result<()> {
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
                 warn_at = ?21
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
                warn
            ])?;
        Ok(())
    }

    fn put_promises(&self, id: i64, promises: &[Promise]) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO promise (case_id, n, stage, due, made_at, basis, kept_at, withdrawn_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (case_id, n) DO UPDATE SET kept_at = ?7, withdrawn_at = ?8",
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
            ])?;
        }
        Ok(())
    }

    fn put_callbacks(&self, id: i64, callbacks: &[Callback]) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO callback (case_id, n, stage, due, next_at, made_at, basis, attempts, open, outcome,
                 ended_at, ended_by, score, cancelled_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (case_id, n) DO UPDATE SET next_at = ?5, attempts = ?8, open = ?9, outcome = ?10,
                 ended_at = ?11, ended_by = ?12, score = ?13, cancelled_at = ?14",
        )?;
        for callback in callbacks {
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

/// Urgent matters and rework stand at the front of the queue.
fn is_front(case: &Case) -> bool {
    let dissatisfied = |callback: &Callback| callback.outcome() == Some(Outcome::Dissatisfied);
    let again = DONE_OVER.iter().any(|key| case.get(key).as_u64().is_some_and(|times| times > 0));
    let rework = again || case.callbacks.iter().any(dissatisfied);
    case.urgency.as_deref() == Some("urgent") || rework
}

impl Store {
    /// The case of that number, whole, as it stood at one instant.
    pub fn case(&self, number: &str) -> Result<Option<Case>> {
        self.snapshot(|store| Ok(load(store.read(), number)?.map(|row| row.case)))
    }

    /// The open cases that the rules of a kind look at, for this case and operator.
    pub fn others(&self, around: Around, case: &Case, by: &str) -> Result<Vec<Other>> {
        others(self.read(), around, case, by)
    }

    /// Reads what a row of a list comes without: promises, callbacks and links.
    pub fn complete(&self, row: &mut Row) -> Result<()> {
        complete(self.read(), row)
    }

    /// The case of that number as lists show it.
    pub fn row(&self, number: &str) -> Result<Option<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.number = ?1");
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query([number])?;
        rows.next()?.map(case_from).transpose()
    }

    /// Cases of a kind in one of these states that are open or came to their end on `day`; what the
    /// end of day looks at.
    pub fn cases_in(&self, kind: &str, states: &[&str], day: NaiveDate) -> Result<Vec<Case>> {
        let places = vec!["?"; states.len()].join(", ");
        let sql = format!(
            "SELECT {COLUMNS} FROM cases c WHERE c.kind = ? AND c.open = 1 AND c.state IN ({places})
             UNION ALL
             SELECT {COLUMNS} FROM cases c WHERE c.kind = ? AND c.closed_day = ? AND c.state IN ({places})"
        );
        let mut values: Vec<Sql> = vec![Sql::Text(kind.to_owned())];
        values.extend(states.iter().map(|state| Sql::Text((*state).to_owned())));
        values.push(Sql::Text(kind.to_owned()));
        values.push(Sql::Text(day.to_string()));
        values.extend(states.iter().map(|state| Sql::Text((*state).to_owned())));
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut cases = Vec::new();
        while let Some(row) = rows.next()? {
            let mut row = case_from(row)?;
            row.case.promises = promises(self.read(), row.id)?;
            row.case.callbacks = callbacks(self.read(), row.id)?;
            cases.push(row.case);
        }
        Ok(cases)
    }

    /// State and promised time of each case of a kind that a case was opened as a part of.
    pub fn parts(&self, whole: &str, kind: &Kind) -> Result<Vec<(String, Option<DateTime<Utc>>)>> {
        let mut statement = self.read().prepare_cached(
            "SELECT c.state, c.due_at FROM cases own JOIN link l ON l.case_id = own.id
                 JOIN cases c ON c.number = l.number
                 WHERE own.number = ?1 AND l.relation = ?2 AND c.kind = ?3",
        )?;
        let rows = statement.query_map(params![whole, PART, kind.id], |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.and_then(|at| DateTime::from_timestamp(at, 0))))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// A case's timeline, oldest first.
    pub fn timeline(&self, number: &str) -> Result<Vec<Entry>> {
        let mut statement =
            self.read().prepare_cached("SELECT body FROM entry WHERE subject = ?1 ORDER BY revision")?;
        let mut rows = statement.query([number])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
        }
        Ok(entries)
    }

    /// The place in the chain of a case's entries, oldest first.
    pub fn timeline_seqs(&self, number: &str) -> Result<Vec<i64>> {
        let mut statement =
            self.read().prepare_cached("SELECT seq FROM entry WHERE subject = ?1 ORDER BY revision")?;
        let rows = statement.query_map([number], |row| row.get(0))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Lists cases.
    pub fn list(&self, query: &Query) -> Result<Page> {
        let limit = query.limit.max(1);
        let (sql, mut values) = list_sql(query);
        values.push(Sql::Integer(limit as i64 + 1));
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut page = Page::default();
        while let Some(row) = rows.next()? {
            if page.rows.len() == limit {
                page.more = true;
                break;
            }
            page.rows.push(case_from(row)?);
        }
        Ok(page)
    }

    /// Counts the cases that a list would show without its limit.
    pub fn count(&self, query: &Query) -> Result<u64> {
        let (condition, values) = conditions(&Query { after: None, ..query.clone() });
        let sql = format!("SELECT count(*) FROM {} WHERE {condition}", source(query));
        let mut statement = self.read().prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(values), |row| row.get::<_, i64>(0))? as u64)
    }
}

/// The statement of a list, and its values but for the limit.
pub(super) fn list_sql(query: &Query) -> (String, Vec<Sql>) {
    let (condition, values) = conditions(query);
    let order = match query.order {
        Order::Newest => "c.id DESC",
        Order::Queue => "c.front DESC, c.id DESC",
        Order::Oldest => "c.id",
    };
    let source = source(query);
    (format!("SELECT {COLUMNS} FROM {source} WHERE {condition} ORDER BY {order} LIMIT ?"), values)
}

/// The table of a list, with the index named where the planner, which does not know how few cases are
/// open, would rather walk through all of a kind or through the whole book in the order of the list.
const fn source(query: &Query) -> &'static str {
    match query {
        Query { inside: true, .. } => "cases c INDEXED BY cases_inside",
        Query { escalated: true, .. } => "cases c INDEXED BY cases_escalated",
        Query { unit: Some(_), .. } => "cases c INDEXED BY cases_unit",
        Query { kind: Some(_), order: Order::Oldest, .. } => "cases c INDEXED BY cases_newest",
        Query { overdue_at: None, kind: Some(_), open: Some(true), order: Order::Newest, .. } => {
            "cases c INDEXED BY cases_open"
        }
        Query { overdue_at: None, kind: Some(_), open: Some(true), order: Order::Queue, .. } => {
            "cases c INDEXED BY cases_queue"
        }
        _ => "cases c",
    }
}

/// The conditions of a list and their values, in the order of their places.
fn conditions(query: &Query) -> (String, Vec<Sql>) {
    let mut parts: Vec<String> = vec!["1".to_owned()];
    let mut values: Vec<Sql> = Vec::new();
    let mut add = |part: &str, value: Option<Sql>| {
        parts.push(part.to_owned());
        values.extend(value);
    };
    if let Some(kind) = &query.kind {
        add("c.kind = ?", Some(Sql::Text(kind.clone())));
    }
    match query.open {
        Some(true) => add("c.open = 1", None),
        Some(false) => add("c.open = 0", None),
        None => {}
    }
    if let Some(unit) = &query.unit {
        add("c.unit = ?", Some(Sql::Text(unit.clone())));
    }
    if let Some(from) = query.from {
        add("c.day >= ?", Some(Sql::Text(from.to_string())));
    }
    if let Some(to) = query.to {
        add("c.day <= ?", Some(Sql::Text(to.to_string())));
    }
    if let Some(owner) = &query.owner {
        add("c.owner = ?", Some(Sql::Text(owner.clone())));
    }
    if query.inside {
        add("c.inside = 1", None);
    }
    if query.escalated {
        add("c.open = 1 AND c.escalated IS NOT NULL", None);
    }
    if let Some(at) = query.overdue_at {
        let late = "c.id IN (SELECT id FROM cases WHERE due_at < ? UNION ALL SELECT id FROM cases WHERE callback_at < ?)";
        add(late, Some(Sql::Integer(at.timestamp())));
        values.push(Sql::Integer(at.timestamp()));
    }
    if !query.states.is_empty() {
        parts.push(format!("c.state IN ({})", vec!["?"; query.states.len()].join(", ")));
        values.extend(query.states.iter().map(|state| Sql::Text(state.clone())));
    }
    if let Some((front, id)) = query.after {
        match query.order {
            Order::Newest => {
                parts.push("c.id < ?".to_owned());
                values.push(Sql::Integer(id));
            }
            Order::Oldest => {
                parts.push("c.id > ?".to_owned());
                values.push(Sql::Integer(id));
            }
            Order::Queue => {
                parts.push("(c.front, c.id) < (?, ?)".to_owned());
                values.push(Sql::Integer(front.into()));
                values.push(Sql::Integer(id));
            }
        }
    }
    (parts.join(" AND "), values)
}

/// Makes one plain view a kind (`v_repair` …), so that a reader with `sqlite3` finds every field as a column.
pub(super) fn refresh_views(connection: &mut Connection, kinds: Kinds) -> Result<()> {
    if stale_views(connection, kinds)?.is_empty() {
        return Ok(());
    }
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have made them while this one waited for the lock.
    for (name, sql) in stale_views(&tx, kinds)? {
        tx.execute_batch(&format!("DROP VIEW IF EXISTS {name}; {sql};"))?;
    }
    Ok(tx.commit()?)
}

/// The views that are missing or differ from what the kinds declare, each with its statement.
fn stale_views(connection: &Connection, kinds: Kinds) -> Result<Vec<(String, String)>> {
    let mut stale = Vec::new();
    for kind in kinds.iter() {
        let name = format!("v_{}", kind.id.replace('-', "_"));
        let fields: Vec<String> = kind
            .all_fields()
            .filter(|field| !crate::desk::case::HEADER_FIELDS.contains(&field.key))
            .map(|field| format!("detail ->> '$.{0}' AS \"{0}\"", field.key))
            .collect();
        let sql = format!(
            "CREATE VIEW {name} AS SELECT number, state, unit, contact, phone, summary, category, urgency, \
             datetime(opened_at, 'unixepoch') AS opened_at, opened_by, owner, \
             datetime(due_at, 'unixepoch') AS due_at, datetime(closed_at, 'unixepoch') AS closed_at{}{} \
             FROM cases WHERE kind = '{}'",
            if fields.is_empty() { "" } else { ", " },
            fields.join(", "),
            kind.id
        );
        let present: Option<String> = connection
            .query_row("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1", [&name], |row| {
                row.get(0)
            })
            .optional()?;
        if present.as_deref() != Some(sql.as_str()) {
            stale.push((name, sql));
        }
    }
    Ok(stale)
}
