//! What is due now: a pure function of the file, the settings and now.

use chrono::{DateTime, Days, SubsecRound, TimeDelta, Utc};

use super::{Duty, Flag};
use crate::counter::backup::{self, Standing};
use crate::counter::shifts::{self, OnDuty};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::settings::Settings;
use crate::store::due::{Due, DueKind};
use crate::store::{Result, Store};

/// How many days without service in a row are looked across for a closing time.
const DAYS: u64 = 30;

/// Most duties of one sort that are looked at for ringing.
const LIMIT: usize = 2_000;

/// What is due, for the top line of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// Callbacks whose time has passed: due before now.
    pub overdue_callbacks: u32,
    /// Promises whose time has passed: due before now.
    pub overdue_promises: u32,
    /// Callbacks and promises due within the settings' minutes.
    pub due_soon: u32,
    /// Visitors who are inside.
    pub inside: u32,
    /// Visitors among them who are still inside at or after closing time.
    pub inside_late: u32,
    /// Passes that expire within the settings' minutes.
    pub expiring: u32,
    /// The callback or promise that is overdue the longest.
    pub worst: Option<Worst>,
    /// Whose shifts are under way.
    pub on_duty: Vec<OnDuty>,
    /// Nobody's is, although the counter is open and the office keeps its shifts.
    pub unattended: bool,
    /// How it stands with the copies of the book.
    pub copies: Standing,
    /// The instant this was computed for, whole seconds.
    pub at: DateTime<Utc>,
}

/// What is overdue the longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worst {
    /// The case's number.
    pub number: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Which duty.
    pub duty: Duty,
}

/// What is due at `now`.
///
/// # Errors
/// The file can't be read.
pub fn board(store: &Store, settings: &Settings, now: DateTime<Utc>) -> Result<Board> {
    let now = now.trunc_subsecs(0);
    store.snapshot(|store| {
        let glance = store.glance(now, lead(settings))?;
        let worst = match store.overdue(now, false, 1)?.into_iter().next() {
            Some(due) => Some(Worst { duty: duty(&due), number: due.number, since: due.at }),
            None => None,
        };
        let on_duty = shifts::on_duty(store)?;
        let unattended = on_duty.is_empty() && settings.calendar.is_open(now) && shifts::are_kept(store)?;
        Ok(Board {
            overdue_callbacks: glance.overdue_callbacks,
            overdue_promises: glance.overdue_promises,
            due_soon: glance.due_soon,
            inside: glance.inside,
            inside_late: late(store, settings, now)?.len() as u32,
            expiring: glance.expiring,
            worst,
            on_duty,
            unattended,
            copies: backup::standing(store, settings, now)?,
            at: now,
        })
    })
}

/// All duties that are overdue at `now`; of very many, those that became so last.
pub(super) fn flags(store: &Store, settings: &Settings, now: DateTime<Utc>) -> Result<Vec<Flag>> {
    let now = now.trunc_subsecs(0);
    let mut flags: Vec<Flag> = store
        .overdue(now, true, LIMIT)?
        .into_iter()
        .map(|due| Flag { duty: duty(&due), due: due.at, number: due.number })
        .collect();
    flags.extend(late(store, settings, now)?);
    flags.sort();
    Ok(flags)
}

/// The next instant after `now` at which the board changes by itself.
pub(super) fn next(store: &Store, settings: &Settings, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let now = now.trunc_subsecs(0);
    let calendar = &settings.calendar;
    let day = calendar.day_of(now);
    let midnight = calendar.next_day_start(day);
    let missed = backup::next_standing(settings, now);
    let instants =
        [store.next_change(now, lead(settings))?, closings(calendar, now).1, Some(missed), Some(midnight)];
    Ok(instants.into_iter().flatten().min().unwrap_or(midnight))
}

/// How long before its instant something counts as due soon.
fn lead(settings: &Settings) -> TimeDelta {
    TimeDelta::minutes(i64::from(settings.soon_minutes))
}

const fn duty(due: &Due) -> Duty {
    match due.kind {
        DueKind::Callback => Duty::Callback,
        DueKind::Promise => Duty::Promise,
    }
}

/// The last closing time not after `now`, and the first one after it.
fn closings(
    calendar: &ServiceCalendar,
    now: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let today = calendar.day_of(now);
    // A midnight across which somebody works is no closing.
    let closing = |day| calendar.closing(day).filter(|closing| !calendar.is_open(*closing));
    let back = (0..DAYS).filter_map(|n| today.checked_sub_days(Days::new(n)));
    let on = (0..DAYS).filter_map(|n| today.checked_add_days(Days::new(n)));
    (
        back.filter_map(closing).find(|closing| *closing <= now),
        on.filter_map(closing).find(|closing| *closing > now),
    )
}

/// Visitors who are inside although the counter closed since they came, or is closed for today.
fn late(store: &Store, settings: &Settings, now: DateTime<Utc>) -> Result<Vec<Flag>> {
    let calendar = &settings.calendar;
    let Some(closed) = closings(calendar, now).0 else { return Ok(Vec::new()) };
    let over = calendar.closing(calendar.day_of(now)) == Some(closed);
    let before = if over { now + TimeDelta::seconds(1) } else { closed };
    let flag = |(number, _)| Flag { due: closed, duty: Duty::Inside, number };
    Ok(store.inside_since(before, LIMIT)?.into_iter().map(flag).collect())
}
