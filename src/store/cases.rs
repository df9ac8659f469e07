//! Cases: loading them with what belongs to them; lists and writing stand below.

mod list;
mod row;
mod write;

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row as SqlRow, params, params_from_iter};

#[cfg(test)]
pub(super) use self::list::list_sql;
pub use self::list::{Order, Page, Query};
pub(super) use self::row::Counted;
use super::{Result, Store, StoreError, instant};
use crate::desk::callback::Callback;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::{Around, Kind};
use crate::desk::others::Other;
use crate::desk::parts::PART;
use crate::desk::promise::Promise;
use crate::desk::timeline::{Entry, Link};

/// The columns of a case in the order of [`case_from`].
pub(super) const COLUMNS: &str = "c.id, c.number, c.kind, c.state, c.unit, c.contact, c.phone, c.summary, c.category, \
     c.urgency, c.opened_at, c.opened_by, c.owner, c.escalated, c.closed_at, c.revision, c.detail, c.due_at, \
     c.callback_at, c.front";

/// A case as lists need it: its header and detail.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place among all cases; the key by which lists continue.
    pub id: i64,
    /// The case; its promises, callbacks and links are not read with it.
    pub case: Case,
    /// The promise under way.
    pub due_at: Option<DateTime<Utc>>,
    /// The next open callback.
    pub callback_at: Option<DateTime<Utc>>,
    /// At the front of the queue.
    pub front: bool,
}

impl Row {
    /// The row of a whole case.
    pub(super) fn of(id: i64, case: Case) -> Self {
        let callback_at = case.open_callback().map(Callback::next_at);
        Self { id, due_at: case.due_at(), callback_at, front: row::is_front(&case), case }
    }
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
            // Those that somebody answers for are only listed.
            detail: match around {
                Around::Household => {
                    serde_json::from_str(row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?)?
                }
                Around::Owner | Around::Nothing => Values::new(),
            },
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

impl Store {
    /// The case of that number, whole, as it stood at one instant.
    pub fn case(&self, number: &str) -> Result<Option<Case>> {
        if let Some(case) = self.tail.as_ref().and_then(|tail| tail.open_case(number)) {
            return Ok(Some(case));
        }
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
        if let Some(row) = self.tail.as_ref().and_then(|tail| tail.open_row(number)) {
            return Ok(Some(row));
        }
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.number = ?1");
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query([number])?;
        rows.next()?.map(case_from).transpose()
    }

    /// Looks at each case of a kind in one of these states that is open or came to its end on `day`; what the
    /// end of day is made of.
    pub fn each_in(
        &self,
        kind: &str,
        states: &[&str],
        day: NaiveDate,
        look: &mut dyn FnMut(&Case),
    ) -> Result<()> {
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
        while let Some(row) = rows.next()? {
            let number = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            if self.tail.as_ref().is_some_and(|tail| tail.look_at(number, look)) {
                continue;
            }
            let mut row = case_from(row)?;
            row.case.promises = promises(self.read(), row.id)?;
            row.case.callbacks = callbacks(self.read(), row.id)?;
            look(&row.case);
        }
        Ok(())
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
}
