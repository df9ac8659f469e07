//! Conditions that several kinds share.

use chrono::{DateTime, Utc};

use crate::desk::field::as_instant;
use crate::desk::kind::Situation;
use crate::desk::why::{Arg, Why};

/// Refuses an instant of an input that has not come yet: what is recorded has happened.
pub fn happened(s: &Situation, key: &str) -> Result<(), Why> {
    match s.input_instant(key) {
        Some(at) if at > s.now => Err(Why::new("desk.why.not_yet").with("at", Arg::At(at)).about(key)),
        _ => Ok(()),
    }
}

/// Refuses an instant of an input that lies before the instant in the field `earlier`.
pub fn not_before(s: &Situation, key: &str, earlier: &str) -> Result<(), Why> {
    let before: Option<DateTime<Utc>> = as_instant(&s.case.get(earlier));
    before.map_or(Ok(()), |before| not_before_instant(s, key, before))
}

/// Refuses an instant of an input that lies before the case was opened.
pub fn not_before_opening(s: &Situation, key: &str) -> Result<(), Why> {
    not_before_instant(s, key, s.case.opened_at)
}

/// People type whole minutes: one that began before `before` and holds it is not before it.
fn not_before_instant(s: &Situation, key: &str, before: DateTime<Utc>) -> Result<(), Why> {
    match s.input_instant(key) {
        Some(at) if at.timestamp().div_euclid(60) < before.timestamp().div_euclid(60) => {
            Err(Why::new("desk.why.before_earlier").with("at", Arg::At(before)).about(key))
        }
        _ => Ok(()),
    }
}

/// Refuses a day of an input that has not come yet.
pub fn day_came(s: &Situation, key: &str) -> Result<(), Why> {
    let today = s.settings.calendar.day_of(s.now);
    match s.input(key).and_then(|day| day.parse().ok()) {
        Some(day) if day > today => {
            Err(Why::new("desk.why.day_not_yet").with("day", Arg::Day(day)).about(key))
        }
        _ => Ok(()),
    }
}
