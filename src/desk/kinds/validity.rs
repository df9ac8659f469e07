//! What is valid until a day and can be renewed: permits, certificates.
//!
//! The day is the field `valid_until`; its end is kept beside it as the instant `expires_at`, by
//! which the clock goes. Renewals are lines under `renewals`.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Values, instant};
use crate::desk::kind::{Expiry, Situation};
use crate::desk::why::{Arg, Why};

/// A renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// When.
    pub day: NaiveDate,
    /// Until when from then on.
    pub until: NaiveDate,
    /// The fee in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Its receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// The columns of [`Renewal`].
pub const RENEWALS: FieldType = FieldType::Lines(&[
    Field::required("day", FieldType::Day),
    Field::required("until", FieldType::Day),
    Field::new("amount", FieldType::Money),
    Field::new("document", FieldType::Text),
]);

/// When it expires; nothing for what is valid without an end.
fn end(case: &Case) -> Option<DateTime<Utc>> {
    case.instant("expires_at")
}

/// A renewal makes it longer.
pub fn longer(s: &Situation) -> Result<(), Why> {
    checks::not_gone_by(s, "valid_until")?;
    let last = end(s.case).map(|end| s.settings.calendar.day_of(end - TimeDelta::seconds(1)));
    match (checks::day(s.inputs, "valid_until"), last) {
        (Some(until), Some(last)) if until <= last => {
            Err(Why::new("desk.why.not_longer").with("day", Arg::Day(last)).about("valid_until"))
        }
        _ => Ok(()),
    }
}

/// The clock ends nothing before its time.
pub fn is_past(s: &Situation) -> Result<(), Why> {
    match end(s.case) {
        Some(end) if s.now < end => Err(Why::new("desk.why.still_valid").with("until", Arg::At(end))),
        _ => Ok(()),
    }
}

/// Writes the instant at which the last day is over: when the next begins.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
pub fn dated(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if let Some(until) = checks::day(values, "valid_until") {
        values.insert("expires_at".into(), instant(s.settings.calendar.next_day_start(until)));
    }
    Ok(())
}

/// Takes a renewal into the lines and dates it anew.
pub fn renewed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let mut row = checks::row(s, &[("until", "valid_until"), ("amount", "amount"), ("document", "document")]);
    row["day"] = s.settings.calendar.day_of(s.now).to_string().into();
    checks::append(values, "renewals", [row]);
    dated(s, values)
}

/// When the clock ends what is in the state `valid`, by the action `expire`.
pub fn expires(case: &Case, valid: &str) -> Option<Expiry> {
    if case.state != valid {
        return None;
    }
    Some((end(case)?, "expire"))
}

/// Since when it has been about to expire, flagged `minutes` before.
pub fn expiring(case: &Case, minutes: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let flagged = end(case)? - TimeDelta::minutes(i64::from(minutes));
    (flagged <= now).then_some(flagged)
}

/// Since when it has been past its end.
pub fn expired(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    end(case).filter(|end| *end <= now)
}
