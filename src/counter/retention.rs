//! Personal fields of cases that are long closed are taken out, by a supervisor who saw before of how many.
//!
//! What goes is [`crate::desk::retention`]'s to say. With the cases go what the directory still says of households
//! that moved out so long ago, what its and the signed days' entries of that time hold of people, and forms that
//! nobody wrote in since. It can't be undone.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::authority::{self, Deed};
use super::{Result, Session, directory, settings_of};
use crate::desk::case::Case;
use crate::desk::household::{Household, Relation};
use crate::desk::people::Role;
use crate::desk::retention::{self, Run, YEARS_RANGE, cleared, cleared_record};
use crate::desk::settings::Settings;
use crate::desk::timeline::Entry;
use crate::desk::why::{Arg, Why};
use crate::store::backup::{Stage, Watch};
use crate::store::retention::{After, Kept, Lapsed, Loses};
use crate::store::{Store, StoreError, Tx};

/// Cases of one transaction: others wait for no longer than for a long save.
const PART: usize = 50;
/// Entries of the directory and of signed days that are looked at in one.
const RECORDS: usize = 200;

/// What a run would take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Of what was closed, or entered, before this day.
    pub before: NaiveDate,
    /// The years that were asked for.
    pub years: u32,
    /// The cases.
    pub cases: Lapsed,
    /// Entries of the directory and of signed days.
    pub records: u64,
    /// Households that moved out and still say who else than the owner lived there.
    pub households: u64,
    /// Forms that nobody wrote in since.
    pub drafts: u64,
}

impl Plan {
    /// How many cases, of all kinds.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cases.kinds.iter().map(|(_, count)| count).sum()
    }

    /// What goes beside the cases and what is held back, each by the name of its words.
    #[must_use]
    pub const fn beside(&self) -> [(&'static str, u64); 4] {
        [
            ("records", self.records),
            ("households", self.households),
            ("drafts", self.drafts),
            ("held", self.cases.held),
        ]
    }

    /// Whether there is nothing to be taken out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() + self.records + self.households + self.drafts == 0
    }
}

/// What a run took out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Of what was closed, or entered, before this day.
    pub before: NaiveDate,
    /// How many cases.
    pub cases: u64,
    /// How many entries of them, of the directory and of signed days.
    pub entries: u64,
    /// How many households that moved out.
    pub households: u64,
    /// Forms that nobody wrote in since.
    pub drafts: u64,
    /// It was broken off; what is said here was done, the rest is left for the next run.
    pub stopped: bool,
    /// Nothing of it is left in the file and its log.
    pub scoured: bool,
}

/// That a run is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The day on which the first of the cases was closed.
    pub closed: NaiveDate,
    /// Since when it should have lost its personal fields.
    pub since: NaiveDate,
}

/// Whether cases are closed for longer than the office keeps personal fields, and a month more.
///
/// # Errors
/// The file can't be read.
pub fn due(store: &Store, settings: &Settings, day: NaiveDate) -> crate::store::Result<Option<Due>> {
    let years = settings.retention_years;
    let closed = store.first_lapsed(retention::due_before(day, years), &kinds(store))?;
    Ok(closed.map(|closed| Due { closed, since: retention::lapses_on(closed, years) }))
}

fn deed() -> Deed {
    Deed::of(Role::Supervisor, "retention", "book")
}

/// The kinds whose cases have something to lose.
fn kinds(store: &Store) -> Vec<&'static str> {
    store.kinds().iter().filter(|kind| retention::is_taken(kind)).map(|kind| kind.id).collect()
}

/// The years asked for, else those of the settings.
fn years(settings: &Settings, asked: Option<u32>) -> Result<u32> {
    let years = asked.unwrap_or(settings.retention_years);
    if YEARS_RANGE.contains(&years) {
        return Ok(years);
    }
    let (min, max) = (i64::from(*YEARS_RANGE.start()), i64::from(*YEARS_RANGE.end()));
    let why = Why::new("desk.why.out_of_range").with("min", Arg::Number(min)).with("max", Arg::Number(max));
    Err(why.about("retention_years").into())
}

/// Refuses whoever may not take personal fields out, before anything is counted; the refusal is on record.
///
/// # Errors
/// The role refuses.
pub fn may_run(store: &mut Store, session: &Session, now: DateTime<Utc>) -> Result<()> {
    authority::may(store, session, now, &deed())
}

/// What a run would take out now.
///
/// # Errors
/// The role refuses, the years are none that can be asked for, or the file can't be read.
pub fn plan(store: &mut Store, session: &Session, now: DateTime<Utc>, asked: Option<u32>) -> Result<Plan> {
    authority::may(store, session, now, &deed())?;
    let settings = settings_of(store)?;
    let years = years(&settings, asked)?;
    let before = retention::before(settings.calendar.day_of(now), years);
    let cases = store.lapsed(before, &kinds(store))?;
    let (mut records, mut after) = (0, After::default());
    loop {
        let page = store.old_records(before, &after, RECORDS)?;
        let Some(last) = page.last() else { break };
        after = last.after.clone();
        records += losing(page)?.len() as u64;
    }
    let drafts = store.old_drafts(settings.calendar.day_start(before))?;
    let households = store.left_households(before)?;
    Ok(Plan { before, years, cases, records, households, drafts })
}

/// The records that have something to lose.
fn losing(records: Vec<Kept>) -> Result<Vec<Loses<String>>> {
    let mut losing = Vec::new();
    for Kept { seq, body: was, .. } in records {
        let record: Value = serde_json::from_str(&was).map_err(StoreError::from)?;
        let less = cleared_record(record.clone());
        if less != record {
            let is = serde_json::to_string(&less).map_err(StoreError::from)?;
            losing.push(Loses { seq, was, is });
        }
    }
    Ok(losing)
}

/// Takes out what [`plan`] says, part by part. Each part is one transaction with an entry of its own in the
/// chain; when `watch` breaks it off, or the process ends, what is done is whole and the next run goes on.
///
/// # Errors
/// The role refuses, the years are none that can be asked for, or the file refuses.
pub fn run(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    asked: Option<u32>,
    watch: &Watch,
) -> Result<Done> {
    let plan = plan(store, session, now, asked)?;
    let kinds = kinds(store);
    let (all, records) = (plan.count(), plan.records);
    let mut done = Done {
        before: plan.before,
        cases: 0,
        entries: 0,
        households: 0,
        drafts: 0,
        stopped: false,
        scoured: false,
    };
    let mut after = After::default();
    // The cases first: what the run is asked for.
    let stages: [&mut Work; 3] = [
        &mut |tx, step| take_cases(tx, step, &kinds),
        &mut |tx, step| take_households(tx, step),
        &mut |tx, step| take_records(tx, step, &mut after),
    ];
    'run: for stage in stages {
        loop {
            if watch(Stage::Clear, done.cases, all + records).is_break() {
                done.stopped = true;
                break 'run;
            }
            let took = authority::write(store, session, now, &deed(), |tx, hand| {
                let run = Run { before: plan.before, years: plan.years, cases: 0 };
                stage(tx, &Step { run, stamp: hand.stamp(tx, now)? })
            })?;
            done.cases += took.cases;
            done.entries += took.entries;
            done.households += took.households;
            done.drafts += took.drafts;
            if took.is_last {
                break;
            }
        }
    }
    done.scoured = match store.scour(watch) {
        Ok(scoured) => scoured,
        // Somebody writes all the time, or it was broken off: the run is done, the next one scours as well.
        Err(StoreError::Busy | StoreError::Stopped) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(done)
}

/// One part of a run, done again and again until it is the last one.
type Work<'a> = dyn FnMut(&Tx, &Step) -> Result<Part> + 'a;

/// What a part of a run works with.
struct Step<'a> {
    run: Run,
    stamp: crate::store::chain::Stamp<'a>,
}

/// What a part of a run did.
#[derive(Default)]
struct Part {
    cases: u64,
    entries: u64,
    households: u64,
    drafts: u64,
    is_last: bool,
}

fn take_cases(tx: &Tx, step: &Step, kinds: &[&str]) -> Result<Part> {
    let numbers = tx.lapsed(step.run.before, kinds, PART)?;
    if numbers.is_empty() {
        return Ok(Part { is_last: true, ..Part::default() });
    }
    let mut losing = Vec::new();
    for (number, kind) in &numbers {
        // They were asked for by the kinds that there are.
        let Some(kind) = tx.kinds().get(kind) else { continue };
        let timeline = tx.placed_timeline(number)?;
        let is: Vec<Entry> = timeline.iter().map(|(_, entry)| cleared(kind, entry)).collect();
        let case = Case::rebuild(kind.id, &is, |state| kind.ends(state));
        tx.put_cleared(&case, step.stamp.day)?;
        let pairs = timeline.into_iter().zip(is).map(|((seq, was), is)| Loses { seq, was, is });
        losing.extend(pairs.filter(|entry| entry.was != entry.is));
    }
    let cases = numbers.len() as u64;
    let run = Run { cases, ..step.run.clone() };
    tx.clear(&step.stamp, &run, &losing, &[])?;
    Ok(Part { cases, entries: losing.len() as u64, ..Part::default() })
}

/// An owner who keeps the flat stays its owner, however long nobody lives there.
fn take_households(tx: &Tx, step: &Step) -> Result<Part> {
    let units = tx.left_households(step.run.before, PART)?;
    if units.is_empty() {
        return Ok(Part { is_last: true, ..Part::default() });
    }
    tx.clear(&step.stamp, &step.run, &[], &[])?;
    for unit in &units {
        let Some(before) = tx.household(unit)? else { continue };
        let mut after = Household { note: String::new(), ..Household::clone(&before) };
        after.residents.retain(|resident| resident.relation == Relation::Owner);
        tx.put_household(&after)?;
        // What changed is on record, and not whom it was about.
        let record = cleared_record(json!({ "before": &*before, "after": after }));
        tx.journal(directory::SUBJECT, &step.stamp, "clear", &record)?;
    }
    Ok(Part { households: units.len() as u64, ..Part::default() })
}

fn take_records(tx: &Tx, step: &Step, after: &mut After) -> Result<Part> {
    let page = tx.old_records(step.run.before, after, RECORDS)?;
    let Some(last) = page.last().map(|record| record.after.clone()) else {
        // With the last part go the forms and notes that stand in no entry.
        let saved = super::settings(tx)?.calendar.day_start(step.run.before);
        let drafts = tx.drop_old(saved, step.run.before)?;
        return Ok(Part { drafts, is_last: true, ..Part::default() });
    };
    *after = last;
    let losing = losing(page)?;
    if !losing.is_empty() {
        tx.clear(&step.stamp, &step.run, &[], &losing)?;
    }
    Ok(Part { entries: losing.len() as u64, ..Part::default() })
}
