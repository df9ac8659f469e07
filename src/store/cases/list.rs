//! Lists of cases: which, in which order, and from where on.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::params_from_iter;
use rusqlite::types::Value as Sql;

use super::{COLUMNS, Row, case_from};
use crate::store::{Result, Store};

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
    /// The other way round: from the end of the order on, towards its begin.
    pub backwards: bool,
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

impl Store {
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
pub(in crate::store) fn list_sql(query: &Query) -> (String, Vec<Sql>) {
    let (condition, values) = conditions(query);
    let order = match (query.order, query.backwards) {
        (Order::Newest, false) | (Order::Oldest, true) => "c.id DESC",
        (Order::Newest, true) | (Order::Oldest, false) => "c.id",
        (Order::Queue, false) => "c.front DESC, c.id DESC",
        (Order::Queue, true) => "c.front, c.id",
    };
    let source = source(query);
    (format!("SELECT {COLUMNS} FROM {source} WHERE {condition} ORDER BY {order} LIMIT ?"), values)
}

/// Days up to which a list of what was opened within them goes along the days; a longer one is as well
/// walked through in the order of the list.
const FEW_DAYS: i64 = 62;

/// The table of a list, with the index named where the planner, which does not know how few cases are
/// open, would rather walk through all of a kind or through the whole book in the order of the list.
fn source(query: &Query) -> &'static str {
    match query {
        Query { inside: true, .. } => "cases c INDEXED BY cases_inside",
        Query { escalated: true, .. } => "cases c INDEXED BY cases_escalated",
        Query { unit: Some(_), open: Some(true), .. } => "cases c INDEXED BY cases_unit_open",
        Query { unit: Some(_), .. } => "cases c INDEXED BY cases_unit",
        Query { kind: Some(_), order: Order::Oldest, .. } => "cases c INDEXED BY cases_newest",
        Query { overdue_at: None, kind: Some(_), open: Some(true), order: Order::Newest, .. } => {
            "cases c INDEXED BY cases_open"
        }
        Query { overdue_at: None, kind: Some(_), open: Some(true), order: Order::Queue, .. } => {
            "cases c INDEXED BY cases_queue"
        }
        Query { overdue_at: None, owner: Some(_), open: Some(true), .. } => "cases c INDEXED BY cases_owned",
        Query { overdue_at: None, open: Some(true), .. } => "cases c INDEXED BY cases_open",
        Query { overdue_at: None, from: Some(from), to, .. }
            if to.is_some_and(|to| (to - *from).num_days() <= FEW_DAYS) =>
        {
            "cases c INDEXED BY cases_day"
        }
        Query { overdue_at: None, kind: Some(_), .. } => "cases c INDEXED BY cases_newest",
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
        let beyond = if query.backwards == (query.order == Order::Oldest) { '<' } else { '>' };
        match query.order {
            Order::Newest | Order::Oldest => {
                parts.push(format!("c.id {beyond} ?"));
                values.push(Sql::Integer(id));
            }
            Order::Queue => {
                parts.push(format!("(c.front, c.id) {beyond} (?, ?)"));
                values.push(Sql::Integer(front.into()));
                values.push(Sql::Integer(id));
            }
        }
    }
    (parts.join(" AND "), values)
}
