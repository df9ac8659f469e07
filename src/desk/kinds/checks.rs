//! Conditions and small changes that several kinds share.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde_json::Value;

use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::desk::kind::{FindingRule, Severity, Situation};
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
    let before: Option<DateTime<Utc>> = s.case.instant(earlier);
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
    match day(s.inputs, key) {
        Some(day) if day > s.settings.calendar.day_of(s.now) => {
            Err(Why::new("desk.why.day_not_yet").with("day", Arg::Day(day)).about(key))
        }
        _ => Ok(()),
    }
}

/// The day of an input or field.
pub fn day(values: &Values, key: &str) -> Option<NaiveDate> {
    values.get(key)?.as_str()?.parse().ok()
}

/// Since when a day is over: a finding knows no time zone, so it is the midnight of Greenwich.
pub fn over(day: NaiveDate, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let over = day.succ_opt()?.and_time(NaiveTime::MIN).and_utc();
    (over < now).then_some(over)
}

/// Since when the day of a field is over.
pub fn day_over(case: &Case, key: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    over(case.text(key)?.parse().ok()?, now)
}

/// Since when something has waited for longer than it may.
pub fn waits(since: DateTime<Utc>, may: TimeDelta, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(since + may).filter(|end| *end <= now)
}

/// Since when a case that is only to be closed could have been: a day after the last of these instants and
/// of the tries to call back. One that is still to be called back has more to come.
pub fn to_close(case: &Case, keys: &[&str], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if case.open_callback().is_some() {
        return None;
    }
    let tries = case.callbacks.iter().flat_map(|callback| &callback.attempts).map(|attempt| attempt.at);
    let last = keys.iter().filter_map(|key| case.instant(key)).chain(tries).max();
    waits(last.unwrap_or(case.opened_at), TimeDelta::days(1), now)
}

/// What has everything done but its closing.
pub const fn to_be_closed(
    states: &'static [&'static str],
    since: fn(&Case, DateTime<Utc>) -> Option<DateTime<Utc>>,
) -> FindingRule {
    FindingRule { id: "to-be-closed", states, severity: Severity::Notice, since }
}

/// Refuses a day of an input that has gone by.
pub fn not_gone_by(s: &Situation, key: &str) -> Result<(), Why> {
    match day(s.inputs, key) {
        Some(day) if day < s.settings.calendar.day_of(s.now) => {
            Err(Why::new("desk.why.day_gone_by").with("day", Arg::Day(day)).about(key))
        }
        _ => Ok(()),
    }
}

/// Refuses a day of an input that lies before the day of another.
pub fn in_order(s: &Situation, first: &str, last: &str) -> Result<(), Why> {
    match (day(s.inputs, first), day(s.inputs, last)) {
        (Some(from), Some(until)) if until < from => {
            Err(Why::new("desk.why.day_before").with("day", Arg::Day(from)).about(last))
        }
        _ => Ok(()),
    }
}

/// Adds rows to a list of lines.
pub fn append(values: &mut Values, key: &str, more: impl IntoIterator<Item = Value>) {
    let list = values.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.extend(more);
    }
}

/// A row of a list of lines, made of inputs: column and input.
pub fn row(s: &Situation, columns: &[(&str, &str)]) -> Value {
    columns
        .iter()
        .filter_map(|(column, input)| Some(((*column).to_owned(), s.inputs.get(*input)?.clone())))
        .collect::<Values>()
        .into()
}

/// What the household of the case owes, in fen.
pub fn owed(s: &Situation) -> i64 {
    s.household.map_or(0, |household| household.arrears)
}

/// When the open promise was due, if it is of this stage and its time has passed.
pub fn overdue(case: &Case, stage: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    case.promise().filter(|promise| promise.stage == stage && promise.due < now).map(|promise| promise.due)
}
