//! The directory of households: taking a roster, and changing a household by hand.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::authority::{self, Deed};
use super::{CounterError, Result, Session, settings};
use crate::desk::field::{LONG_TEXT_MAX, TEXT_MAX};
use crate::desk::household::Household;
use crate::desk::people::Role;
use crate::desk::roster::{RosterRow, RowOutcome, merge};
use crate::desk::why::{Arg, Why};
use crate::store::chain::Stamp;
use crate::store::directory::Keys;
use crate::store::{Store, Tx};
use crate::text::lang::Lang;
use crate::text::say::say;
use crate::text::typed::{self, TypedError};

/// The subject of the journal under which changes of the directory stand.
pub const SUBJECT: &str = "directory";

/// Why a cell of a roster is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// What stands there can't be read as what the column holds.
    Typed(TypedError),
    /// A rule of rosters refuses.
    Rule(Why),
}

impl Reason {
    /// The sentence that says what is wrong and what to do.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Typed(error) => error.say(lang),
            // No reason of a roster holds an instant, so the time zone does not matter.
            Self::Rule(why) => say(why, lang, chrono_tz::UTC),
        }
    }
}

/// What is wrong with one cell of a roster. Its row is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The row as the spreadsheet counts, from 1.
    pub row: u32,
    /// The heading of the column; its letter where it has none.
    pub column: String,
    /// Why.
    pub reason: Reason,
}

/// A roster as it was read: what is to be taken and what is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// Rows read; blank ones and repeated headings are not counted.
    pub read: u32,
    /// Rows that are fit, in the order of the file.
    pub rows: Vec<RosterRow>,
    /// What is wrong with the others, in the order of the file; a row may have several faults.
    pub problems: Vec<Problem>,
}

impl Roster {
    /// Rows refused.
    #[must_use]
    pub fn refused(&self) -> u32 {
        self.read.saturating_sub(self.rows.len() as u32)
    }
}

/// What an import did. All counts are of rows, so that they can be held against the file:
/// `read = added + changed + unchanged + refused`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Rows read; blank ones are not counted.
    pub read: u32,
    /// Rows whose household was not in the directory.
    pub added: u32,
    /// Rows that brought something new about a household that was.
    pub changed: u32,
    /// Rows of which everything was known.
    pub unchanged: u32,
    /// Rows refused.
    pub refused: u32,
    /// Households added.
    pub households_added: u32,
    /// Households changed.
    pub households_changed: u32,
    /// What is wrong with the refused rows.
    pub problems: Vec<Problem>,
    /// What a list of charges owed says in all.
    pub owed: Option<OwedReport>,
    /// What the things cost that are new in the ledger of equipment, in fen.
    pub worth: Option<i64>,
}

/// What a list of charges owed says in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwedReport {
    /// Households that owe something.
    pub households: u32,
    /// What they owe together, in fen.
    pub total: i64,
    /// Households that owe nothing any more.
    pub cleared: Vec<String>,
}

impl ImportReport {
    /// The report as the command line prints it, the reasons in this language.
    #[must_use]
    pub fn json(&self, lang: Lang) -> Value {
        let problems: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({ "row": problem.row, "column": problem.column, "reason": problem.reason.say(lang) })
            })
            .collect();
        let mut document = json!({
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "households": { "added": self.households_added, "changed": self.households_changed },
            "problems": problems,
        });
        if let Some(owed) = &self.owed {
            document["owed"] =
                json!({ "households": owed.households, "total": owed.total, "cleared": owed.cleared });
        }
        if let Some(worth) = self.worth {
            document["worth"] = worth.into();
        }
        document
    }
}

/// Refuses whoever may not take a roster in, before a file is chosen; the refusal is on record.
///
/// # Errors
/// The role refuses: a roster changes all households at once, which a supervisor answers for.
pub fn may_import(store: &mut Store, session: &Session, now: DateTime<Utc>) -> Result<()> {
    authority::may(store, session, now, &importing())
}

fn importing() -> Deed {
    Deed::of(Role::Supervisor, "import-roster", SUBJECT)
}

/// Takes a roster into the directory: all of it or nothing, in one transaction.
///
/// `progress` hears how many of how many households are done; when it breaks off, nothing is kept. The
/// journal gets one entry with the counts and no personal data. With `dry_run` nothing is written and
/// the report says what would be done.
///
/// # Errors
/// The role refuses, the work was broken off, or the file refuses. Nothing is written then.
pub fn import(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    roster: &Roster,
    dry_run: bool,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<ImportReport> {
    let deed = importing();
    authority::may(store, session, now, &deed)?;
    let households = by_household(&roster.rows);
    let mut report = ImportReport {
        read: roster.read,
        refused: roster.refused(),
        problems: roster.problems.clone(),
        ..ImportReport::default()
    };
    let total = households.len();
    let mut step = |done: usize| -> Result<()> {
        match progress(done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Why::new("counter.why.import_cancelled").into()),
        }
    };
    if dry_run {
        for (done, (unit, rows)) in households.iter().enumerate() {
            step(done)?;
            let known = store.household(unit)?;
            report.count(&merge(unit, known.as_ref(), rows).1);
        }
        step(total)?;
        return Ok(report);
    }
    store.with_room(|store| {
        authority::write(store, session, now, &deed, |tx, _| {
            let mut keys = Keys::of_many();
            for (done, (unit, rows)) in households.iter().enumerate() {
                step(rows_share(done))?;
                let known = tx.household(unit)?;
                let (household, outcomes) = merge(unit, known.as_deref(), rows);
                if known.as_deref() != Some(&household) {
                    tx.put_without_keys(&household, known.as_deref(), &mut keys)?;
                }
                report.count(&outcomes);
            }
            let rows = rows_share(total);
            tx.put_keys(keys, |done, all| step(rows + (total - rows) * done / all))?;
            step(total)?;
            let counts = json!({
                "read": report.read,
                "added": report.added,
                "changed": report.changed,
                "unchanged": report.unchanged,
                "refused": report.refused,
            });
            record(tx, session, now, "import", &counts)?;
            Ok(report)
        })
    })
}

/// How far the import of so many households is when their rows are written and what they are found by is not: that
/// takes a quarter of the time.
const fn rows_share(households: usize) -> usize {
    households * 3 / 4
}

impl ImportReport {
    fn count(&mut self, outcomes: &[RowOutcome]) {
        self.count_rows(outcomes);
        self.households_added += u32::from(outcomes.contains(&RowOutcome::Added));
        self.households_changed += u32::from(outcomes.contains(&RowOutcome::Changed));
    }

    pub(super) fn count_rows(&mut self, outcomes: &[RowOutcome]) {
        for outcome in outcomes {
            match outcome {
                RowOutcome::Added => self.added += 1,
                RowOutcome::Changed => self.changed += 1,
                RowOutcome::Unchanged => self.unchanged += 1,
            }
        }
    }
}

/// The rows of each household together, in the order of the file.
fn by_household(rows: &[RosterRow]) -> Vec<(&str, Vec<&RosterRow>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut households: Vec<(&str, Vec<&RosterRow>)> = Vec::new();
    for row in rows {
        let place = *places.entry(&row.unit).or_insert_with(|| {
            households.push((&row.unit, Vec::new()));
            households.len() - 1
        });
        households[place].1.push(row);
    }
    households
}

/// Adds a household by hand, or changes one: its area, state, arrears, note and residents.
///
/// `before` is the household as the person saw it, `None` to add one. Units and telephone numbers are
/// brought into their plain forms; what was kept is given back.
///
/// # Errors
/// The role refuses, a value is unfit, the unit exists already, or somebody else was faster.
pub fn save_household(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    before: Option<&Household>,
    after: &Household,
) -> Result<Household> {
    let after = checked(after)?;
    let owed = before.map_or(0, |before| before.arrears);
    authority::write(store, session, now, &saving(&after.unit), |tx, hand| {
        if owed != after.arrears && hand.role() < Role::Supervisor {
            // A release pass is held back by them: whoever issues passes does not write them off.
            let why = Why::new("counter.why.arrears_supervisor").about("arrears");
            return Err(why.needing(Role::Supervisor).into());
        }
        let known = tx.household(&after.unit)?;
        match (before, &known) {
            (None, Some(_)) => {
                return Err(Why::new("counter.why.household_exists")
                    .with("unit", Arg::Text(after.unit.clone()))
                    .about("unit")
                    .into());
            }
            (Some(before), known) if known.as_deref() != Some(before) => {
                return Err(Why::new("counter.why.household_changed_meanwhile")
                    .with("unit", Arg::Text(after.unit.clone()))
                    .into());
            }
            _ => {}
        }
        if known.as_deref() == Some(&after) {
            return Ok(after);
        }
        tx.put_household(&after)?;
        let action = if before.is_none() { "add" } else { "change" };
        record(tx, session, now, action, &json!({ "before": before, "after": after }))?;
        Ok(after)
    })
}

/// Saving a household by hand: a supervisor's word lets what it owes be changed.
#[must_use]
pub fn saving(unit: &str) -> Deed {
    Deed::of(Role::Receptionist, "save-household", unit).by_word()
}

fn record(tx: &Tx, session: &Session, now: DateTime<Utc>, action: &str, body: &Value) -> Result<()> {
    let day = settings(tx)?.calendar.day_of(now);
    tx.journal(SUBJECT, &Stamp { at: now, day, by: session.name() }, action, body)?;
    Ok(())
}

/// The household in its plain form.
fn checked(household: &Household) -> Result<Household> {
    let unfit = |key: &str, field: &str| CounterError::from(Why::new(key).about(field));
    let mut household = household.clone();
    household.unit =
        typed::unit(&household.unit).map_err(|_| unfit("counter.why.household_unit", "unit"))?.label();
    if household.area.is_some_and(|area| area <= 0) {
        return Err(unfit("counter.why.household_area", "area"));
    }
    if household.arrears < 0 {
        return Err(unfit("counter.why.household_arrears", "arrears"));
    }
    household.note = household.note.trim().into();
    if household.note.chars().count() > LONG_TEXT_MAX {
        let max = Arg::Number(LONG_TEXT_MAX as i64);
        return Err(Why::new("desk.why.too_long").with("max", max).about("note").into());
    }
    let papers = &mut household.papers;
    for (text, field) in [(&mut papers.cabinet, "cabinet"), (&mut papers.folder, "box")] {
        *text = text.trim().into();
        if text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
            let max = Arg::Number(TEXT_MAX as i64);
            return Err(Why::new("desk.why.too_long").with("max", max).about(field).into());
        }
    }
    for resident in &mut household.residents {
        resident.name = resident.name.trim().to_owned();
        let length = resident.name.chars().count();
        if !(1..=TEXT_MAX).contains(&length) || resident.name.chars().any(char::is_control) {
            return Err(unfit("counter.why.resident_name", "name"));
        }
        let phones = resident.phones.iter().filter(|phone| !phone.trim().is_empty());
        resident.phones = phones
            .map(|phone| typed::phone(phone).map_err(|_| unfit("desk.why.not_phone", "phone")))
            .collect::<Result<_>>()?;
    }
    let mut names: Vec<&str> = household.residents.iter().map(|resident| resident.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Why::new("counter.why.resident_twice")
            .with("name", Arg::Text(pair[0].to_owned()))
            .about("name")
            .into());
    }
    crate::store::directory::owner_first(&mut household.residents);
    Ok(household)
}
