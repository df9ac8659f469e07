//! A case's row: the copy of it that lists, the timer and the totals read.
//!
//! Only what an entry changes is written. Most entries move a state and a due time; the dozen indexes over
//! everything else are left alone then, and so are the totals that it counts for.

use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::NaiveDate;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::desk::calendar::ServiceCalendar;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::case::{Case, DONE_OVER};
use crate::desk::kind::{Kind, Phase};
use crate::store::{Result, StoreError};

/// The urgency that goes first.
pub(super) const URGENT: &str = "urgent";

/// How many columns an entry may change.
const MANY: usize = 25;
/// The columns that an entry may change, in the order of [`Fresh::values`].
const CHANGING: [&str; MANY] = [
    "state",
    "open",
    "front",
    "unit",
    "contact",
    "phone",
    "summary",
    "category",
    "urgency",
    "owner",
    "escalated",
    "closed_at",
    "closed_day",
    "due_at",
    "callback_at",
    "inside",
    "expires_at",
    "warn_at",
    "department",
    "rings",
    "done_day",
    "done_minutes",
    "detail",
    "cleared_day",
    "revision",
];
/// The columns that stay what they were at the opening.
const STAYING: &str = "number, kind, opened_at, opened_by, day, hour";

static STORED: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {}, id FROM cases WHERE number = ?1", CHANGING.join(", ")));
static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places = vec!["?"; MANY + STAYING.split(',').count()].join(", ");
    format!("INSERT INTO cases ({STAYING}, {}) VALUES ({places})", CHANGING.join(", "))
});

/// Which day a case ended on; kept from its first end on, until it is opened again.
const CLOSED_DAY: usize = 12;
const REVISION: usize = MANY - 1;

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
        let done = kind.done_at.and_then(|field| case.instant(field));
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
pub(super) fn is_front(case: &Case) -> bool {
    let dissatisfied = |callback: &Callback| callback.outcome() == Some(Outcome::Dissatisfied);
    let again = DONE_OVER.iter().any(|key| case.get(key).as_u64().is_some_and(|times| times > 0));
    let rework = again || case.callbacks.iter().any(dissatisfied);
    case.urgency.as_deref() == Some(URGENT) || rework
}

/// What of a row is worked out from its case.
struct Fresh<'a> {
    kind: &'a Kind,
    case: &'a Case,
    counted: Counted,
    detail: String,
    /// The day of the entry.
    day: String,
}

const fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}

fn text_if(value: Option<&str>) -> ValueRef<'_> {
    value.map_or(ValueRef::Null, text)
}

fn number_if(value: Option<i64>) -> ValueRef<'static> {
    value.map_or(ValueRef::Null, ValueRef::Integer)
}

impl Fresh<'_> {
    fn values(&self) -> [ValueRef<'_>; MANY] {
        let Self { kind, case, counted, .. } = self;
        let open = !kind.ends(&case.state);
        let expires = (kind.expires)(case).map(|(at, _)| at.timestamp());
        let warn = expires.filter(|_| kind.warning > 0).map(|at| at - i64::from(kind.warning) * 60);
        [
            text(&case.state),
            ValueRef::Integer(open.into()),
            ValueRef::Integer((open && is_front(case)).into()),
            text_if(case.unit.as_deref()),
            text_if(case.contact.as_deref()),
            text_if(case.phone.as_deref()),
            text(&case.summary),
            text_if(case.category.as_deref()),
            text_if(case.urgency.as_deref()),
            text(&case.owner),
            text_if(case.escalated.as_deref()),
            number_if(case.closed_at.map(|at| at.timestamp())),
            text_if(case.closed_at.map(|_| self.day.as_str())),
            number_if(case.due_at().map(|at| at.timestamp())),
            number_if(case.open_callback().map(|callback| callback.next_at().timestamp())),
            ValueRef::Integer((kind.inside)(case).into()),
            number_if(expires),
            number_if(warn),
            text_if(counted.department.as_deref()),
            number_if(counted.rings),
            text_if(counted.done_day.as_deref()),
            number_if(counted.done_minutes),
            text(&self.detail),
            // Something was written again: its personal fields lapse anew.
            ValueRef::Null,
            ValueRef::Integer(case.revision.into()),
        ]
    }
}

/// Where a case's row lies.
pub(super) struct Place {
    pub id: i64,
    /// The case was not there before.
    pub new: bool,
}

/// The writing of the row of a case as it is after an entry of `day`.
pub(super) struct Writing<'a> {
    pub kind: &'a Kind,
    pub case: &'a Case,
    pub calendar: &'a ServiceCalendar,
    pub day: NaiveDate,
}

impl Writing<'_> {
    /// Writes the row. `before` is its id and the case that stands there, where that is known and open.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the case has more entries than this one was made on.
    pub(super) fn put(&self, connection: &Connection, before: Option<(i64, &Case)>) -> Result<Place> {
        let same_detail = before.is_some_and(|(_, before)| before.detail == self.case.detail);
        let fresh = self.fresh(self.case, !same_detail)?;
        let values = fresh.values();
        let found = match before {
            Some((id, before)) => Some((id, self.changes_since(before, &values)?)),
            None => changes(connection, self.case, &values)?,
        };
        match found {
            Some((id, changed)) => {
                update(connection, id, &changed, &values)?;
                Ok(Place { id, new: false })
            }
            None => Ok(Place { id: insert(connection, self.case, self.calendar, &values)?, new: true }),
        }
    }

    fn fresh<'c>(&'c self, case: &'c Case, with_detail: bool) -> Result<Fresh<'c>> {
        Ok(Fresh {
            kind: self.kind,
            case,
            counted: Counted::of(self.kind, case, self.calendar),
            detail: if with_detail { serde_json::to_string(&case.detail)? } else { String::new() },
            day: self.day.to_string(),
        })
    }

    /// Which columns are to be changed of an open case that was written last as `before`; its detail where it is
    /// among the values.
    fn changes_since(&self, before: &Case, values: &[ValueRef; MANY]) -> Result<Vec<usize>> {
        if before.revision + 1 != self.case.revision {
            return Err(StoreError::Stale(before.number.clone()));
        }
        let stored = self.fresh(before, false)?;
        let stored = stored.values();
        Ok((0..MANY).filter(|at| stored[*at] != values[*at]).collect())
    }
}

/// The id of the case's row and which of its columns are to be changed; `None` where there is no row yet.
fn changes(
    connection: &Connection,
    case: &Case,
    values: &[ValueRef; MANY],
) -> Result<Option<(i64, Vec<usize>)>> {
    let mut statement = connection.prepare_cached(&STORED)?;
    let mut rows = statement.query([&case.number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    if row.get::<_, u32>(REVISION)? + 1 != case.revision {
        return Err(StoreError::Stale(case.number.clone()));
    }
    let mut changed = Vec::with_capacity(MANY);
    for (at, value) in values.iter().enumerate() {
        let before = row.get_ref(at)?;
        let stays = at == CLOSED_DAY && before != ValueRef::Null && *value != ValueRef::Null;
        if before != *value && !stays {
            changed.push(at);
        }
    }
    Ok(Some((row.get(MANY)?, changed)))
}

fn update(connection: &Connection, id: i64, changed: &[usize], values: &[ValueRef; MANY]) -> Result<()> {
    let mut sql = "UPDATE cases SET ".to_owned();
    for (n, at) in changed.iter().enumerate() {
        let comma = if n == 0 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(sql, "{comma}{} = ?", CHANGING[*at]);
    }
    sql.push_str(" WHERE id = ?");
    let values = changed.iter().map(|at| values[*at]).chain([ValueRef::Integer(id)]);
    connection.prepare_cached(&sql)?.execute(params_from_iter(values.map(ToSqlOutput::Borrowed)))?;
    Ok(())
}

fn insert(
    connection: &Connection,
    case: &Case,
    calendar: &ServiceCalendar,
    values: &[ValueRef; MANY],
) -> Result<i64> {
    let day = calendar.day_of(case.opened_at).to_string();
    let staying = [
        text(&case.number),
        text(&case.kind),
        ValueRef::Integer(case.opened_at.timestamp()),
        text(&case.opened_by),
        text(&day),
        ValueRef::Integer(calendar.hour_of(case.opened_at).into()),
    ];
    let all = staying.into_iter().chain(values.iter().copied());
    connection.prepare_cached(&INSERT)?.execute(params_from_iter(all.map(ToSqlOutput::Borrowed)))?;
    Ok(connection.last_insert_rowid())
}
