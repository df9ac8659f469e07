//! The kept totals: read for reports, checked against a recount, and filled in for an older book.
//!
//! What is counted is said once, by the views of the schema step that made the totals; triggers keep
//! the numbers in the transaction that writes a case.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike as _, NaiveDate};
use foldhash::fast::RandomState;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};

use super::backup::Watch;
use super::cases::{COLUMNS, Counted, Row, case_from};
use super::{Result, Store, StoreError, instant, settings};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::report::{self, Behind};
use crate::desk::totals::{Is, Match, Sort, Span, Total};

/// Most faults that are named.
const LIMIT: usize = 20;

/// The parts into which the time of totals is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One part.
    Whole,
    /// Days: `2026-11-24`.
    Day,
    /// Months: `2026-11`.
    Month,
    /// Days of the week, from Sunday: `0` to `6`.
    Weekday,
}

impl Step {
    /// Which part a day belongs to.
    fn of(self, day: &str) -> &str {
        const DAYS: [&str; 7] = ["0", "1", "2", "3", "4", "5", "6"];
        match self {
            Self::Whole => "",
            Self::Day => day,
            Self::Month => day.get(..7).unwrap_or(day),
            Self::Weekday => day
                .parse::<NaiveDate>()
                .ok()
                .and_then(|day| DAYS.get(day.weekday().num_days_from_sunday() as usize))
                .unwrap_or(&""),
        }
    }
}

/// The view in which a sort is counted.
const fn view(sort: Sort) -> &'static str {
    match sort {
        Sort::Opened | Sort::Closed | Sort::Hour | Sort::Rings | Sort::Done => "counted_case",
        Sort::Due => "counted_promise",
        Sort::CallDue | Sort::UrgentDue | Sort::Called => "counted_callback",
    }
}

/// Whether something of today counts by now: what is owed at this very second does not yet.
const fn by_now(sort: Sort) -> &'static str {
    if sort.is_owed() { "<" } else { "<=" }
}

/// The statement of [`Store::totals`], out of totals or what stands for them. Today is counted afresh: part of
/// it lies ahead. It is summed up here and not by SQLite, which would sort the rows for that.
pub(super) fn totals_sql(sort: Sort, total: &str) -> String {
    let (id, view, by) = (sort.id(), view(sort), by_now(sort));
    format!(
        "SELECT kind, a, b, c, n, day FROM {total} WHERE sort = '{id}' AND day BETWEEN ?1 AND ?2
         UNION ALL
         SELECT kind, a, b, c, 1, day FROM {view} WHERE sort = '{id}' AND day = ?3 AND at {by} ?4"
    )
}

/// The statement of [`Store::minutes`].
pub(super) const MINUTES: &str =
    "SELECT b, n FROM total WHERE sort = 'done' AND day BETWEEN ?1 AND ?2 AND kind = ?5
     UNION ALL
     SELECT b, 1 FROM counted_case WHERE sort = 'done' AND day = ?3 AND at <= ?4 AND kind = ?5";

/// The first and the last day of a span that are over, today where it lies within the span, and now.
fn days(span: &Span) -> (String, String, Option<String>, i64) {
    let yesterday = span.today.pred_opt().unwrap_or(span.today);
    let holds_today = span.from <= span.today && span.today <= span.to;
    let today = holds_today.then(|| span.today.to_string());
    (span.from.to_string(), span.to.min(yesterday).to_string(), today, span.now.timestamp())
}

/// The statement that finds what a condition counts, and its values.
pub(super) fn counted_sql(wanted: &Match, columns: &str) -> (String, Vec<Sql>) {
    let Match { sort, span, .. } = wanted;
    let mut parts = vec![
        format!("v.sort = '{}'", sort.id()),
        "v.day BETWEEN ? AND ?".to_owned(),
        format!("(v.day < ? OR v.at {} ?)", by_now(*sort)),
    ];
    let text = |text: &str| Sql::Text(text.to_owned());
    let day = |day: NaiveDate| Sql::Text(day.to_string());
    let mut values = vec![
        day(span.from),
        day(span.to.min(span.today)),
        day(span.today),
        Sql::Integer(span.now.timestamp()),
    ];
    for (name, is) in [("kind", &wanted.kind), ("a", &wanted.a), ("b", &wanted.b), ("c", &wanted.c)] {
        match is {
            Is::Any => {}
            Is::Exactly(word) => {
                parts.push(format!("v.{name} = ?"));
                values.push(text(word));
            }
            Is::OneOf(words) => {
                parts.push(format!("v.{name} IN ({})", vec!["?"; words.len()].join(", ")));
                values.extend(words.iter().map(|word| text(word)));
            }
            Is::Under(code) => {
                parts.push(format!("(v.{name} = ? OR substr(v.{name}, 1, length(?) + 1) = ? || '.')"));
                values.extend([text(code), text(code), text(code)]);
            }
            Is::UpTo(last) => {
                parts.push(format!("v.{name} > '' AND v.{name} <= ?"));
                values.push(text(last));
            }
            Is::NotUpTo(last) => {
                parts.push(format!("(v.{name} = '' OR v.{name} > ?)"));
                values.push(text(last));
            }
        }
    }
    if let Some(weekday) = wanted.weekday {
        parts.push("strftime('%w', v.day) = ?".to_owned());
        values.push(text(&weekday.to_string()));
    }
    if let Some(unit) = &wanted.unit {
        parts.push("c.unit = ?".to_owned());
        values.push(text(unit));
    }
    let sql = format!(
        "SELECT {columns} FROM {} v CROSS JOIN cases c ON c.id = v.case_id WHERE {}",
        view(*sort),
        parts.join(" AND ")
    );
    (sql, values)
}

/// The statement that finds what of a kind was open at the end of a day.
pub(super) fn still_open_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM cases c WHERE c.id IN (
             SELECT id FROM cases INDEXED BY cases_open WHERE kind = ? AND open = 1 AND day <= ?
             UNION ALL SELECT id FROM cases INDEXED BY cases_closed
                 WHERE kind = ? AND closed_day > ? AND day <= ?)
         ORDER BY c.id DESC LIMIT ?"
    )
}

/// The statement of [`Store::repeat_callers`].
pub(super) const REPEAT: &str = "SELECT unit, count(*) FILTER (WHERE kind = ?3) AS often,
         count(*) FILTER (WHERE kind = ?4), count(*) FILTER (WHERE kind = ?5)
     FROM cases INDEXED BY cases_day
     WHERE day BETWEEN ?1 AND ?2 AND kind IN (?3, ?4, ?5) AND unit IS NOT NULL
     GROUP BY unit HAVING often >= ?6 ORDER BY often DESC, unit LIMIT ?7";

/// The table of the totals.
pub(super) const KEPT: &str = "total";

/// Counts everything once and writes the totals of it, where nothing kept them.
pub(super) fn fill(connection: &Connection) -> Result<()> {
    for view in ["counted_case", "counted_promise", "counted_callback"] {
        connection.execute_batch(&format!(
            "INSERT INTO {KEPT} SELECT sort, day, kind, a, b, c, count(*) FROM {view} GROUP BY 1, 2, 3, 4, 5, 6"
        ))?;
    }
    Ok(())
}

impl Store {
    /// The totals of a sort as a statement names them. A book that is being made keeps none yet: the few
    /// that its rules ask for are counted.
    fn kept_or_counted(&self, sort: Sort) -> Cow<'static, str> {
        if self.tail.is_none() {
            return KEPT.into();
        }
        format!("(SELECT sort, day, kind, a, b, c, 1 AS n FROM {})", view(sort)).into()
    }

    /// The totals of a sort within a span, cut into steps. Of what was owed only whether it was kept by the end
    /// of the span is told apart: the third word is that day then, and empty otherwise.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn totals(&self, sort: Sort, span: &Span, step: Step) -> Result<Vec<Total>> {
        let mut statement = self.read().prepare_cached(&totals_sql(sort, &self.kept_or_counted(sort)))?;
        let (from, last, today, now) = days(span);
        let to = span.to.to_string();
        let mut rows = statement.query(params![from, last, today, now])?;
        let mut totals: Vec<Total> = Vec::new();
        let mut places: HashMap<String, usize, RandomState> = HashMap::default();
        let (mut key, mut day, mut part) = (String::new(), String::new(), String::new());
        while let Some(row) = rows.next()? {
            let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
            if step != Step::Whole {
                // The rows of a day follow each other.
                let its = text(5)?;
                if its != day {
                    its.clone_into(&mut day);
                    step.of(its).clone_into(&mut part);
                }
            }
            let n: u32 = row.get(4)?;
            let mut words = [part.as_str(), text(0)?, text(1)?, text(2)?, text(3)?];
            if sort.is_owed() {
                // Else there would be a total for each day on which something was kept.
                words[4] = if !words[4].is_empty() && words[4] <= to.as_str() { &to } else { "" };
            }
            key.clear();
            // No word of a total holds this character.
            for word in words {
                key.push_str(word);
                key.push('\0');
            }
            if let Some(at) = places.get(&key) {
                totals[*at].n += n;
            } else {
                places.insert(key.clone(), totals.len());
                let [step, kind, a, b, c] = words.map(str::to_owned);
                totals.push(Total { sort, step, kind, a, b, c, n });
            }
        }
        totals.sort_unstable_by(|one, other| words(one).cmp(&words(other)));
        Ok(totals)
    }

    /// How many minutes the work of each case of a kind took that was done within a span, in order, each with how
    /// often.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn minutes(&self, kind: &str, span: &Span) -> Result<Vec<(u32, u32)>> {
        let mut statement = self.read().prepare_cached(MINUTES)?;
        let (from, last, today, now) = days(span);
        let mut rows = statement.query(params![from, last, today, now, kind])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let minutes = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            all.push((minutes.parse().unwrap_or(0), row.get(1)?));
        }
        Ok(report::summed_up(all))
    }

    /// The cases behind a number of a report, the newest first; a case that is counted twice stands
    /// there twice.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn behind(&self, wanted: &Behind, limit: usize) -> Result<Vec<Row>> {
        let (sql, mut values) = match wanted {
            Behind::Counted(by) => {
                let (sql, values) = counted_sql(by, COLUMNS);
                (format!("{sql} ORDER BY v.at DESC, c.id DESC LIMIT ?"), values)
            }
            Behind::Open { kind, day } => {
                let (kind, day) = (Sql::Text(kind.clone()), Sql::Text(day.to_string()));
                (still_open_sql(), vec![kind.clone(), day.clone(), kind, day.clone(), day])
            }
        };
        values.push(Sql::Integer(limit as i64));
        let mut statement = self.read().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(case_from(row)?);
        }
        Ok(found)
    }

    /// How many cases of each kind were open at the end of a day.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn open_at(&self, day: NaiveDate) -> Result<BTreeMap<String, u32>> {
        let (opened, closed) = (self.kept_or_counted(Sort::Opened), self.kept_or_counted(Sort::Closed));
        // From now back: what was opened since was not there yet, what was closed since was open.
        let mut statement = self.read().prepare_cached(&format!(
            "SELECT kind, sum(n) FROM (
                 SELECT kind, count(*) AS n FROM cases INDEXED BY cases_open WHERE open = 1 GROUP BY kind
                 UNION ALL SELECT kind, -sum(n) FROM {opened} WHERE sort = 'opened' AND day > ?1 GROUP BY kind
                 UNION ALL SELECT kind, sum(n) FROM {closed} WHERE sort = 'closed' AND day > ?1 GROUP BY kind)
             GROUP BY kind HAVING sum(n) > 0"
        ))?;
        let rows = statement.query_map([day.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Units with at least so many cases of the first of three kinds, the most first: the unit, and
    /// how many of each of the three.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn repeat_callers(
        &self,
        span: &Span,
        kinds: [&str; 3],
        least: u32,
        limit: usize,
    ) -> Result<Vec<(String, [u32; 3])>> {
        let mut statement = self.read().prepare_cached(REPEAT)?;
        let [first, second, third] = kinds;
        let values = params![
            span.from.to_string(),
            span.to.min(span.today).to_string(),
            first,
            second,
            third,
            least,
            limit as i64
        ];
        let rows =
            statement.query_map(values, |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Totals that differ from a recount, by sort, day and kind; empty when all are right.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn unsound_totals(&self) -> Result<Vec<String>> {
        let recount = ["counted_case", "counted_promise", "counted_callback"]
            .map(|view| {
                format!("SELECT sort, day, kind, a, b, c, count(*) FROM {view} GROUP BY 1, 2, 3, 4, 5, 6")
            })
            .join(" UNION ALL ");
        let mut statement = self.read().prepare(&format!(
            "SELECT DISTINCT sort, day, kind FROM (
                 SELECT * FROM (SELECT * FROM total EXCEPT SELECT * FROM ({recount}))
                 UNION ALL
                 SELECT * FROM (SELECT * FROM ({recount}) EXCEPT SELECT * FROM total))
             ORDER BY 2, 1, 3 LIMIT {LIMIT}"
        ))?;
        let rows = statement.query_map([], |row| {
            let word = |at| row.get::<_, String>(at);
            Ok(format!("{} {} {}", word(1)?, word(0)?, word(2)?))
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }
}

/// What totals are told apart by, in the order in which they are told.
fn words(total: &Total) -> [&str; 5] {
    [&total.step, &total.kind, &total.a, &total.b, &total.c]
}

/// Fills in, for an older book, what the totals count by and only the program can work out.
pub(super) fn fill_days(connection: &Connection, kinds: Kinds, _: &Watch) -> Result<()> {
    let Some(settings) = settings::Cache::default().read(connection)? else { return Ok(()) };
    let calendar = &settings.calendar;
    fill_cases(connection, kinds, calendar)?;
    let day = |at: Option<i64>| at.map(|at| calendar.day_of(instant(at)).to_string());
    for (table, [due, ended], [due_day, ended_day]) in [
        ("promise", ["due", "kept_at"], ["due_day", "kept_day"]),
        ("callback", ["due", "ended_at"], ["due_day", "ended_day"]),
    ] {
        let mut read = connection.prepare(&format!("SELECT case_id, n, {due}, {ended} FROM {table}"))?;
        let mut write = connection.prepare(&format!(
            "UPDATE {table} SET {due_day} = ?3, {ended_day} = ?4 WHERE case_id = ?1 AND n = ?2"
        ))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let key: (i64, i64) = (row.get(0)?, row.get(1)?);
            write.execute(params![key.0, key.1, day(row.get(2)?), day(row.get(3)?)])?;
        }
    }
    connection.execute_batch(
        "UPDATE callback SET urgent =
             coalesce((SELECT c.urgency = 'urgent' FROM cases c WHERE c.id = callback.case_id), 0)",
    )?;
    Ok(())
}

fn fill_cases(connection: &Connection, kinds: Kinds, calendar: &ServiceCalendar) -> Result<()> {
    let mut read = connection.prepare("SELECT id, kind, state, opened_at, detail FROM cases")?;
    let mut write = connection.prepare(
        "UPDATE cases SET hour = ?2, department = ?3, rings = ?4, done_day = ?5, done_minutes = ?6 WHERE id = ?1",
    )?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let kind: String = row.get(1)?;
        let detail: Values = serde_json::from_str(&row.get::<_, String>(4)?)?;
        let case = Case { state: row.get(2)?, opened_at: instant(row.get(3)?), detail, ..Case::default() };
        let counted = Counted::of(kinds.get(&kind).unwrap_or(&Kind::BASE), &case, calendar);
        write.execute(params![
            id,
            calendar.hour_of(case.opened_at),
            counted.department,
            counted.rings,
            counted.done_day,
            counted.done_minutes
        ])?;
    }
    Ok(())
}
