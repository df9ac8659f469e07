//! Who is on duty at the counter, and who still has to sign in.

use chrono::{DateTime, TimeDelta, Utc};

use super::Session;
use crate::desk::case::Case;
use crate::desk::kinds::shift::{self, Shift};
use crate::desk::settings::Settings;
use crate::store::cases::Query;
use crate::store::{Result, Store};

/// Running shifts that are looked at: more people than ever sit at one counter.
const LIMIT: usize = 100;

/// Somebody whose shift is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDuty {
    /// Who.
    pub operator: String,
    /// Who sits there instead meanwhile.
    pub cover: Option<String>,
    /// The number of the shift.
    pub number: String,
}

fn running(store: &Store) -> Result<Vec<Case>> {
    let query = Query {
        kind: Some(shift::KIND.id.to_owned()),
        open: Some(true),
        states: vec![shift::ON_DUTY.to_owned(), shift::AWAY.to_owned()],
        limit: LIMIT,
        ..Query::default()
    };
    Ok(store.list(&query)?.rows.into_iter().map(|row| row.case).collect())
}

/// Whose shift is under way, the one who came first in front.
///
/// # Errors
/// The file can't be read.
pub fn on_duty(store: &Store) -> Result<Vec<OnDuty>> {
    let mut found: Vec<OnDuty> = running(store)?
        .into_iter()
        .filter_map(|case| {
            let shift: Shift = case.typed().ok()?;
            let away = case.state == shift::AWAY;
            let cover = shift.absences.last().filter(|_| away).map(|absence| absence.cover.clone());
            Some(OnDuty { operator: shift.operator?, cover, number: case.number })
        })
        .collect();
    found.reverse();
    Ok(found)
}

/// Whether the office keeps its shifts in the book: it has done so at least once.
///
/// # Errors
/// The file can't be read.
pub fn are_kept(store: &Store) -> Result<bool> {
    let any = Query { kind: Some(shift::KIND.id.to_owned()), limit: 1, ..Query::default() };
    Ok(!store.list(&any)?.rows.is_empty())
}

/// The shift under way of whoever is logged in.
///
/// # Errors
/// The file can't be read.
pub fn own(store: &Store, session: &Session) -> Result<Option<OnDuty>> {
    Ok(on_duty(store)?.into_iter().find(|shift| shift.operator == session.name()))
}

/// The shift that somebody who comes now most likely comes for: of those that are not over, the one
/// that begins nearest.
#[must_use]
pub fn suggested(settings: &Settings, now: DateTime<Utc>) -> Option<String> {
    let calendar = &settings.calendar;
    let offered = settings.offered(shift::SHIFTS).into_iter();
    let begins = offered.filter_map(|(code, _)| {
        let hours = settings.hours(shift::SHIFTS, code)?;
        let (begins, ends) = calendar.spans_on(calendar.day_of(now), &[hours]).first().copied()?;
        (now < ends && now >= begins - shift::EARLIEST).then(|| ((begins - now).abs(), code.to_owned()))
    });
    begins.min().map(|(_, code): (TimeDelta, String)| code)
}
