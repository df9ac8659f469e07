//! Taking cases that were exported from another book, or from an older one.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::cases::Writer;
use super::directory::{ImportReport, Problem, Reason};
use super::{CounterError, Result, Session, settings};
use crate::desk::case::Case;
use crate::desk::kind::Kind;
use crate::desk::number;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;
use crate::store::{Store, Tx};

/// The subject of the journal under which imports of cases stand.
const SUBJECT: &str = "import";

/// A case as a row of the file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// The row as the spreadsheet counts; of a document the place in its list.
    pub row: u32,
    /// The case as it stood where it came from.
    pub case: Case,
}

/// The cases of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseList {
    /// The file's name.
    pub file: String,
    /// Rows read.
    pub read: u32,
    /// Rows that are fit, in the order of the file.
    pub rows: Vec<CaseRow>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Takes the cases in as they stood, with their numbers: all of them, or nothing if anything is wrong
/// with one. Each gets one entry that says where it came from. A case that is here already as the file
/// has it stays as it is; one of the same number that differs is a problem.
///
/// `progress` hears how many of how many cases are done; when it breaks off, nothing is kept. With
/// `dry_run` nothing is kept either, and the report says what would be done.
///
/// # Errors
/// The role refuses, the work was broken off, or the file refuses. Nothing is written then.
pub fn import(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    list: &CaseList,
    dry_run: bool,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<ImportReport> {
    let deed = Deed::of(Role::Supervisor, "import-cases", SUBJECT);
    // What would be done, or what is wrong with the rows: nothing of it is kept.
    let mut undone = None;
    let done = store.with_room(|store| {
        authority::write(store, session, now, &deed, |tx, hand| {
            let settings = settings(tx)?;
            let writer = Writer::of(tx, &settings, hand, now);
            let mut report =
                ImportReport { read: list.read, problems: list.problems.clone(), ..ImportReport::default() };
            for (done, row) in list.rows.iter().enumerate() {
                step(progress(done, list.rows.len()))?;
                match take(&writer, row, &list.file)? {
                    Ok(true) => report.added += 1,
                    Ok(false) => report.unchanged += 1,
                    Err((column, why)) => {
                        report.problems.push(Problem { row: row.row, column, reason: Reason::Rule(why) });
                    }
                }
            }
            step(progress(list.rows.len(), list.rows.len()))?;
            report.problems.sort_by_key(|problem| problem.row);
            report.refused = report.read - report.added - report.unchanged;
            if dry_run || report.refused > 0 {
                undone = Some(report);
                return Err(stopped());
            }
            let counts = json!({ "read": report.read, "added": report.added, "unchanged": report.unchanged });
            tx.journal(SUBJECT, &hand.stamp(tx, now)?, "cases", &counts)?;
            Ok(report)
        })
    });
    undone.map_or(done, Ok)
}

fn stopped() -> CounterError {
    Why::new("counter.why.cases_cancelled").into()
}

fn step(flow: ControlFlow<()>) -> Result<()> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(stopped()),
    }
}

/// Takes one case; whether it is new, or what is wrong with which column of it.
fn take(writer: &Writer, row: &CaseRow, file: &str) -> Result<std::result::Result<bool, (String, Why)>> {
    let (tx, case) = (writer.tx, &row.case);
    let wrong = |column: &str, key: &str| {
        let why = Why::new(key).with("number", Arg::Text(case.number.clone()));
        Ok(Err((column.to_owned(), why)))
    };
    if let Some(known) = tx.case(&case.number)? {
        let same = Case { revision: known.revision, ..case.clone() } == known;
        return if same { Ok(Ok(false)) } else { wrong("number", "counter.why.number_taken") };
    }
    let parsed = number::parse(&case.number);
    let Some((prefix, day, serial)) =
        parsed.filter(|(prefix, ..)| kind(tx, case).is_some_and(|k| k.prefix == *prefix))
    else {
        return wrong("number", "counter.why.not_a_number");
    };
    let Some(kind) = kind(tx, case) else { return wrong("number", "counter.why.not_a_number") };
    let mut planned = workflow::imported(kind, case, file, writer.by, writer.now);
    planned.entry.with = writer.with.map(str::to_owned);
    if planned.case != (Case { revision: 1, ..case.clone() }) {
        // Promises that can't have followed each other like this.
        return wrong("promises", "counter.why.not_rebuilt");
    }
    tx.keep_number(prefix, day, serial)?;
    let calendar = &writer.settings.calendar;
    tx.append(kind, &planned.case, planned.entry, calendar)?;
    let closed = case.closed_at.map(|at| calendar.day_of(at));
    tx.put_days(&case.number, calendar.day_of(case.opened_at), closed)?;
    tx.put_references(&case.number, &kind.named_by(case))?;
    match writer.claims(kind, case) {
        Ok(claims) => {
            claims.map_or(Ok(()), |claims| tx.put_claims(&case.number, &claims))?;
            Ok(Ok(true))
        }
        Err(CounterError::Refused(why)) => Ok(Err(("number".to_owned(), why))),
        Err(error) => Err(error),
    }
}

fn kind(tx: &Tx, case: &Case) -> Option<&'static Kind> {
    tx.kinds().get(&case.kind)
}
