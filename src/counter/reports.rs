//! Reports of a day, month, quarter, year or any period, made from the kept totals.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::authority::at_work;
use super::{Result, Session, outcome, settings_of};
use crate::desk::figures::Ratio;
use crate::desk::kind::Kind;
use crate::desk::kinds::training::{self, Training};
use crate::desk::kinds::{repair, survey};
use crate::desk::people::Role;
use crate::desk::report::{
    self, Behind, CALLERS, CALLERS_MOST, CALLS_LEAST, Counted, Duties, Material, Period, PeriodSort, Report,
    TREND_DAYS,
};
use crate::desk::settings::Settings;
use crate::desk::totals::{Sort, Span};
use crate::desk::why::{Arg, Why};
use crate::store::Store;
use crate::store::cases::{Query, Row};
use crate::store::totals::Step;

/// What is counted over a whole period.
const WHOLE: [Sort; 8] = [
    Sort::Opened,
    Sort::Closed,
    Sort::Rings,
    Sort::Done,
    Sort::Due,
    Sort::CallDue,
    Sort::UrgentDue,
    Sort::Called,
];

/// What of a period is compared with the next one.
const COMPARED: [Sort; 6] =
    [Sort::Opened, Sort::Rings, Sort::Due, Sort::CallDue, Sort::UrgentDue, Sort::Called];

/// Most surveys, and most courses of a year, that are looked at.
const DUTIES_MOST: usize = 1_000;

/// The report of a period, as it stands now. `progress` hears how many of how many parts are done and
/// may break off; there is no report then.
///
/// Everybody who works here may see the numbers. How many callbacks a colleague made is a supervisor's
/// to see: a receptionist finds herself there, and the sum.
///
/// # Errors
/// Nobody is at work, the period has not begun, or the file can't be read.
pub fn report(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
    period: Period,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Option<Report>> {
    let operator = at_work(store, session)?;
    let settings = settings_of(store)?;
    let today = settings.calendar.day_of(now);
    if period.first() > today {
        return Err(Why::new("counter.why.period_not_come").with("day", Arg::Day(period.first())).into());
    }
    store.snapshot(|store| {
        let span = |period: &Period| Span { from: period.first(), to: period.last(), today, now };
        let began = store.first_day()?;
        let mut before = Vec::new();
        let mut earlier = period.before();
        while before.len() < period.sort().compared() && began.is_some_and(|day| earlier.last() >= day) {
            before.push(earlier);
            earlier = earlier.before();
        }
        let all = WHOLE.len() + COMPARED.len() * before.len() + 1;
        let mut done = 0;
        let mut count = |period: Period, sorts: &[Sort]| -> Result<Option<Counted>> {
            let (whole, span) = (began.is_some_and(|day| day <= period.first()), span(&period));
            let took = store.minutes(repair::KIND.id, &span)?;
            let mut counted = Counted { period, span, whole, totals: BTreeMap::new(), took };
            for &sort in sorts {
                if progress(done, all).is_break() {
                    return Ok(None);
                }
                counted.totals.insert(sort, store.totals(sort, &counted.span, Step::Whole)?);
                done += 1;
            }
            Ok(Some(counted))
        };
        let Some(current) = count(period, &WHOLE)? else { return Ok(None) };
        let mut compared = Vec::new();
        for period in before {
            let Some(counted) = count(period, &COMPARED)? else { return Ok(None) };
            compared.push(counted);
        }
        let span = current.span;
        let step = if period.days() <= TREND_DAYS { Step::Day } else { Step::Month };
        let material = Material {
            settings: &settings,
            kinds: store.kinds(),
            at: now,
            now: current,
            before: compared,
            hours: store.totals(Sort::Hour, &span, Step::Weekday)?,
            course: store.totals(Sort::Opened, &span, step)?,
            open: store.open_at(span.to)?,
            callers: store.repeat_callers(&span, CALLERS, CALLS_LEAST, CALLERS_MOST)?,
            duties: (period.sort() == PeriodSort::Year)
                .then(|| duties(store, &settings, &period))
                .transpose()?,
            only: (operator.role < Role::Supervisor).then(|| operator.name.clone()),
        };
        let report = report::build(&material);
        Ok(progress(all, all).is_continue().then_some(report))
    })
}

/// What the survey and the training of a year came to: the surveys that are of it, and the courses that
/// were entered in it.
fn duties(store: &Store, settings: &Settings, period: &Period) -> Result<Duties> {
    let cases = |kind: &Kind, from: Option<NaiveDate>| -> Result<Vec<Row>> {
        let kind = Some(kind.id.to_owned());
        let to = Some(period.last());
        Ok(store.list(&Query { kind, from, to, limit: DUTIES_MOST, ..Query::default() })?.rows)
    };
    let add = |sum: &mut Ratio, one: Ratio| {
        sum.part += one.part;
        sum.of += one.of;
    };
    let mut duties = Duties::default();
    // A survey may be begun in the year before.
    for row in cases(&survey::KIND, None)? {
        if row.case.get("year").as_i64() != Some(i64::from(period.first().year())) {
            continue;
        }
        let Some(outcome) = outcome::outcome(store, settings, &row.case)? else { continue };
        let overall = outcome.overall;
        if let Some(of) = outcome.handed_out {
            add(&mut duties.answered, Ratio { part: outcome.answers(), of });
        }
        add(&mut duties.satisfied, Ratio { part: overall.satisfied, of: overall.count });
    }
    for row in cases(&training::KIND, Some(period.first()))? {
        let Ok(training) = row.case.typed::<Training>() else { continue };
        if !training.attended.is_empty() {
            add(&mut duties.trained, training.trained(false));
            add(&mut duties.newcomers_trained, training.trained(true));
        }
        if !training.results.is_empty() {
            add(&mut duties.passed, training.passed_of(false));
            add(&mut duties.newcomers_passed, training.passed_of(true));
        }
    }
    Ok(duties)
}

/// The cases behind a number of a report, the newest first.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn behind(store: &Store, session: &Session, number: &Behind, limit: usize) -> Result<Vec<Row>> {
    at_work(store, session)?;
    Ok(store.behind(number, limit)?)
}
