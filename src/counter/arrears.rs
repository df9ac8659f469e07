//! Charges owed: the finance office's list, which says the whole of what households owe.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::authority::{self, Deed};
use super::directory::{self, ImportReport, OwedReport, Problem, Reason};
use super::{Result, Session};
use crate::desk::household::Owed;
use crate::desk::people::Role;
use crate::desk::roster::RowOutcome;
use crate::desk::why::{Arg, Why};
use crate::store::{Store, StoreError};

/// A row of the list that is fit to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeRow {
    /// The row as the spreadsheet counts.
    pub row: u32,
    /// The household.
    pub unit: String,
    /// What it owes.
    pub owed: Owed,
}

/// The list as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChargeList {
    /// Rows read; blank ones and repeated headings are not counted.
    pub read: u32,
    /// Rows that are fit, in the order of the file.
    pub rows: Vec<ChargeRow>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
    /// The heading of the column that names the household.
    pub unit_column: String,
}

/// What is known of a household: its charges, and their sum as the directory has it.
type Known = Option<(Vec<Owed>, i64)>;

/// What the list makes of the households, by unit: what they owed and what they owe.
struct Plan {
    report: ImportReport,
    changes: BTreeMap<String, (i64, Vec<Owed>)>,
}

/// Takes the list in the place of what was known: households that it does not name owe nothing any
/// more. All of it or nothing, in one transaction; with `dry_run` nothing is written and the report
/// says what would be done.
///
/// Rows of units that are in no roster are refused. `progress` hears how many of how many households
/// are done; when it breaks off, nothing is kept.
///
/// # Errors
/// The role refuses, the work was broken off, or the file refuses. Nothing is written then.
pub fn import(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    list: &ChargeList,
    dry_run: bool,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<ImportReport> {
    let deed = Deed::of(Role::Supervisor, "import-arrears", directory::SUBJECT);
    authority::may(store, session, now, &deed)?;
    if dry_run {
        let known = |unit: &str| store.owed(unit);
        return Ok(plan(list, &store.owing()?, known, &mut progress)?.report);
    }
    authority::write(store, session, now, &deed, |tx, hand| {
        let plan = plan(list, &tx.owing()?, |unit: &str| tx.owed(unit), &mut progress)?;
        let stamp = hand.stamp(tx, now)?;
        for (unit, (before, charges)) in &plan.changes {
            tx.put_owed(unit, charges)?;
            let after: i64 = charges.iter().map(|owed| owed.amount).sum();
            if *before != after {
                let body = json!({ "unit": unit, "before": before, "after": after });
                tx.journal(directory::SUBJECT, &stamp, "owed", &body)?;
            }
        }
        tx.put_owed_list(stamp.day, &stamp)?;
        let report = &plan.report;
        let counts = json!({
            "read": report.read,
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "refused": report.refused,
            "owing": report.owed.as_ref().map(|owed| owed.households),
            "total": report.owed.as_ref().map(|owed| owed.total),
            "cleared": report.owed.as_ref().map(|owed| &owed.cleared),
        });
        tx.journal(directory::SUBJECT, &stamp, "arrears", &counts)?;
        Ok(plan.report)
    })
}

/// Holds the list against what is known.
fn plan(
    list: &ChargeList,
    owing: &BTreeSet<String>,
    known: impl Fn(&str) -> std::result::Result<Known, StoreError>,
    progress: &mut impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Plan> {
    let mut named: BTreeMap<&str, Vec<&ChargeRow>> = BTreeMap::new();
    for row in &list.rows {
        named.entry(&row.unit).or_default().push(row);
    }
    let gone: Vec<&String> = owing.iter().filter(|unit| !named.contains_key(unit.as_str())).collect();
    let total = named.len() + gone.len();
    let mut step = |done: usize| -> Result<()> {
        match progress(done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Why::new("counter.why.import_cancelled").into()),
        }
    };
    let mut report =
        ImportReport { read: list.read, problems: list.problems.clone(), ..ImportReport::default() };
    let mut owed = OwedReport::default();
    let mut changes = BTreeMap::new();
    for (done, (unit, rows)) in named.iter().enumerate() {
        step(done)?;
        let Some((before, sum)) = known(unit)? else {
            let why =
                Why::new("counter.why.unit_not_in_directory").with("unit", Arg::Text((*unit).to_owned()));
            report.problems.extend(rows.iter().map(|row| Problem {
                row: row.row,
                column: list.unit_column.clone(),
                reason: Reason::Rule(why.clone()),
            }));
            continue;
        };
        let after: Vec<Owed> =
            rows.iter().filter(|row| row.owed.amount > 0).map(|row| row.owed.clone()).collect();
        let outcomes: Vec<RowOutcome> = rows.iter().map(|row| outcome(&row.owed, &before, &after)).collect();
        report.count_rows(&outcomes);
        let now_owes: i64 = after.iter().map(|owed| owed.amount).sum();
        owed.households += u32::from(now_owes > 0);
        owed.total += now_owes;
        if now_owes == 0 && sum > 0 {
            owed.cleared.push((*unit).to_owned());
        }
        report.households_changed += u32::from(now_owes != sum);
        if now_owes != sum || after != before {
            changes.insert((*unit).to_owned(), (sum, after));
        }
    }
    for (done, unit) in gone.into_iter().enumerate() {
        step(named.len() + done)?;
        if let Some((_, sum)) = known(unit)? {
            owed.cleared.push(unit.clone());
            report.households_changed += 1;
            changes.insert(unit.clone(), (sum, Vec::new()));
        }
    }
    step(total)?;
    report.problems.sort_by_key(|problem| problem.row);
    report.refused = report.read - report.added - report.changed - report.unchanged;
    report.owed = Some(owed);
    Ok(Plan { report, changes })
}

/// What a row brings: a charge is known by its item and period.
fn outcome(row: &Owed, before: &[Owed], after: &[Owed]) -> RowOutcome {
    let same = |owed: &&Owed| owed.item == row.item && owed.period == row.period;
    let sum = |charges: &[Owed]| charges.iter().filter(same).map(|owed| owed.amount).sum::<i64>();
    match (before.iter().any(|owed| same(&owed)), sum(before) == sum(after)) {
        (_, true) => RowOutcome::Unchanged,
        (false, false) => RowOutcome::Added,
        (true, false) => RowOutcome::Changed,
    }
}
