//! Reports of a day, month, quarter, year or any period, made from the kept totals.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::authority::at_work;
use super::{Result, Session, settings_of};
use crate::desk::people::Role;
use crate::desk::report::{
    self, Behind, CALLERS, CALLERS_MOST, CALLS_LEAST, Counted, Material, Period, Report, TREND_DAYS,
};
use crate::desk::totals::{Sort, Span};
use crate::desk::why::{Arg, Why};
use crate::store::Store;
use crate::store::cases::Row;
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
        let all = WHOLE.len() * (before.len() + 1) + 1;
        let mut done = 0;
        let mut count = |period: Period| -> Result<Option<Counted>> {
            let whole = began.is_some_and(|day| day <= period.first());
            let mut counted = Counted { period, span: span(&period), whole, totals: Vec::new() };
            for sort in WHOLE {
                if progress(done, all).is_break() {
                    return Ok(None);
                }
                counted.totals.extend(store.totals(sort, &counted.span, Step::Whole)?);
                done += 1;
            }
            Ok(Some(counted))
        };
        let Some(current) = count(period)? else { return Ok(None) };
        let mut compared = Vec::new();
        for period in before {
            let Some(counted) = count(period)? else { return Ok(None) };
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
            only: (operator.role < Role::Supervisor).then(|| operator.name.clone()),
        };
        let report = report::build(&material);
        Ok(progress(all, all).is_continue().then_some(report))
    })
}

/// The cases behind a number of a report, the newest first.
///
/// # Errors
/// Nobody is at work, or the file can't be read.
pub fn behind(store: &Store, session: &Session, number: &Behind, limit: usize) -> Result<Vec<Row>> {
    at_work(store, session)?;
    Ok(store.behind(number, limit)?)
}
