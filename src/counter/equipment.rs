//! What an office has already: its list, taken into the ledger of equipment in one step.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::authority::{self, Deed};
use super::cases::{self, NewCase};
use super::directory::{ImportReport, Problem, Reason};
use super::{Result, Session, settings_of};
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::Kind;
use crate::desk::kinds::equipment::{self, Equipment};
use crate::desk::people::Role;
use crate::desk::roster::RowOutcome;
use crate::desk::why::Why;
use crate::desk::workflow::{self, Context};
use crate::store::Store;
use crate::store::cases::Query;

/// Most entries of the ledger that a list is held against.
const KNOWN_MAX: usize = 100_000;

/// A row of the list that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThingRow {
    /// The row as the spreadsheet counts.
    pub row: u32,
    /// What is written down about the thing.
    pub values: Values,
}

/// The list as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Rows read; blank ones and repeated headings are not counted.
    pub read: u32,
    /// Rows that can be read, in the order of the file.
    pub rows: Vec<ThingRow>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
    /// The heading of the column that names the thing.
    pub thing_column: String,
}

/// Takes the things that the ledger has not yet: all of them or none, in one transaction; with
/// `dry_run` nothing is written and the report says what would be done. A list that is taken twice
/// adds nothing the second time.
///
/// `progress` hears how many of how many things are done; when it breaks off, nothing is kept.
///
/// # Errors
/// The role refuses, the work was broken off, or the file refuses. Nothing is written then.
pub fn import(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    list: &Ledger,
    dry_run: bool,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<ImportReport> {
    let deed = Deed::of(Role::Supervisor, "import-equipment", equipment::KIND.id);
    authority::may(store, session, now, &deed)?;
    if dry_run {
        return Ok(plan(store, session, now, list)?.0);
    }
    store.batch(|store| {
        let (report, new) = plan(store, session, now, list)?;
        for (done, values) in new.iter().enumerate() {
            if progress(done, new.len()).is_break() {
                return Err(Why::new("counter.why.import_cancelled").into());
            }
            let new =
                NewCase { kind: equipment::KIND.id.into(), values: values.clone(), ..NewCase::default() };
            cases::open(store, session, now, &new)?;
        }
        Ok(report)
    })
}

/// Holds the list against the ledger and the rules: what each row does, and what is to be opened.
fn plan(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
    list: &Ledger,
) -> Result<(ImportReport, Vec<Values>)> {
    let kind: &'static Kind = &equipment::KIND;
    let settings = settings_of(store)?;
    let query =
        Query { kind: Some(kind.id.to_owned()), open: Some(true), limit: KNOWN_MAX, ..Query::default() };
    let mut known: Vec<Equipment> =
        store.list(&query)?.rows.iter().filter_map(|row| row.case.typed().ok()).collect();
    let cx = Context {
        by: session.name(),
        role: session.role(),
        now,
        settings: &settings,
        household: None,
        others: &[],
        covered: &[],
        owed: &[],
        kinds: store.kinds(),
    };
    let mut report =
        ImportReport { read: list.read, problems: list.problems.clone(), ..ImportReport::default() };
    let (mut outcomes, mut new, mut worth) = (Vec::new(), Vec::new(), 0_i64);
    for row in &list.rows {
        match workflow::open(kind, "", &row.values, &cx) {
            Ok(planned) => {
                let thing = thing(&planned.case);
                // Each entry of the ledger stands for one row: two like ones are two things.
                if let Some(at) = known.iter().position(|known| is_same(known, &thing)) {
                    known.swap_remove(at);
                    outcomes.push(RowOutcome::Unchanged);
                } else {
                    worth = worth.saturating_add(thing.sum());
                    outcomes.push(RowOutcome::Added);
                    new.push(row.values.clone());
                }
            }
            Err(why) => report.problems.push(Problem {
                row: row.row,
                column: list.thing_column.clone(),
                reason: Reason::Rule(why),
            }),
        }
    }
    report.count_rows(&outcomes);
    report.problems.sort_by_key(|problem| problem.row);
    report.refused = report.read - report.added - report.changed - report.unchanged;
    report.worth = Some(worth);
    Ok((report, new))
}

fn thing(case: &Case) -> Equipment {
    case.typed().unwrap_or_default()
}

fn is_same(known: &Equipment, row: &Equipment) -> bool {
    known.thing == row.thing
        && known.model == row.model
        && known.place == row.place
        && known.count == row.count
        && known.price == row.price
}
