//! Clubhouse 会所 (HS): a facility booked for some hours (source §一(二)9).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::kind::{
    Action, FindingRule, From, Guard, Kind, Phase, Pool, Severity, Situation, State, To, shape,
};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};

/// The catalogue of the facilities; of some there is more than one (courts, tables).
pub const FACILITIES: &str = "facility";
/// Longest booking, in hours.
const LONGEST: i64 = 12;

/// The fields of a booking beside the header's; `category` is the facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Booking {
    /// From when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// How many people come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u32>,
    /// What it costs, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
    /// What was paid, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<i64>,
    /// Number of the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// When they came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub came_at: Option<DateTime<Utc>>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// A booking holds its hours until it is cancelled or nobody came.
fn claims(case: &Case, settings: &Settings) -> Vec<Claim> {
    let (Some(facility), Ok(booking)) = (&case.category, case.typed::<Booking>()) else { return Vec::new() };
    let (Some(from), Some(until)) = (booking.from, booking.until) else { return Vec::new() };
    if !["booked", "used"].contains(&case.state.as_str()) {
        return Vec::new();
    }
    vec![Claim { from, until: Some(until), field: "from", ..Claim::of(FACILITIES, facility, settings) }]
}

fn hours_in_order(s: &Situation) -> Result<(), Why> {
    let booking: Booking = s.detail();
    let (Some(from), Some(until)) = (booking.from, booking.until) else { return Ok(()) };
    if until <= from {
        return Err(Why::new("booking.why.ends_before").with("from", Arg::At(from)).about("until"));
    }
    if until - from > TimeDelta::hours(LONGEST) {
        return Err(Why::new("booking.why.too_long").with("hours", Arg::Number(LONGEST)).about("until"));
    }
    Ok(())
}

fn still_ahead(s: &Situation) -> Result<(), Why> {
    match s.detail::<Booking>().until {
        Some(until) if until <= s.now => {
            Err(Why::new("desk.why.in_the_past").with("at", Arg::At(until)).about("until"))
        }
        _ => Ok(()),
    }
}

fn has_begun(s: &Situation) -> Result<(), Why> {
    match s.detail::<Booking>().from {
        Some(from) if s.now < from - TimeDelta::hours(1) => {
            Err(Why::new("booking.why.not_begun").with("from", Arg::At(from)))
        }
        _ => Ok(()),
    }
}

/// Nobody came: known when the booked time is running.
fn was_waited_for(s: &Situation) -> Result<(), Why> {
    match s.detail::<Booking>().from {
        Some(from) if s.now < from => Err(Why::new("booking.why.not_begun").with("from", Arg::At(from))),
        _ => Ok(()),
    }
}

fn fee_paid(s: &Situation) -> Result<(), Why> {
    let booking: Booking = s.detail();
    let left = booking.fee.unwrap_or(0) - booking.paid.unwrap_or(0);
    if left > 0 {
        return Err(Why::new("booking.why.not_paid").with("amount", Arg::Money(left)).about("paid"));
    }
    Ok(())
}

const IN_ORDER: Guard = Guard { id: "hours-in-order", check: hours_in_order };
const AHEAD: Guard = Guard { id: "still-ahead", check: still_ahead };

const FROM: Field = Field::required("from", FieldType::Instant);
const UNTIL: Field = Field::required("until", FieldType::Instant);

/// The declaration.
pub static KIND: Kind = Kind {
    id: "booking",
    prefix: "HS",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("category", FieldType::Catalogue(FACILITIES)).fixed(),
        FROM.fixed(),
        UNTIL.fixed(),
        Field::required("people", FieldType::Count { min: 1, max: 999 }).preset(Preset::Number(1)),
        Field::new("fee", FieldType::Money).fixed(),
        Field::new("remark", FieldType::LongText),
    ],
    fields: &[
        Field::new("paid", FieldType::Money).fixed(),
        Field::new("receipt", FieldType::Text),
        Field::new("came_at", FieldType::Instant).fixed(),
    ],
    states: &[
        State::new("booked", Phase::Waiting),
        State::new("used", Phase::Done),
        State::new("cancelled", Phase::Void),
        State::new("not-come", Phase::Done),
    ],
    actions: &[
        Action::new("use", From::States(&["booked"]), To::State("used"))
            .inputs(&[
                Field::required("came_at", FieldType::Instant).preset(Preset::Now),
                Field::new("paid", FieldType::Money).preset(Preset::Of("fee")),
                Field::new("receipt", FieldType::Text),
                Field::new("note", FieldType::LongText),
            ])
            .guards(&[Guard { id: "has-begun", check: has_begun }])
            .checks(&[Guard { id: "fee-paid", check: fee_paid }]),
        Action::new("move", From::States(&["booked"]), To::Stay)
            .inputs(&[
                Field::required("category", FieldType::Catalogue(FACILITIES)).preset(Preset::Same),
                FROM.preset(Preset::Same),
                UNTIL.preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[IN_ORDER, AHEAD]),
        Action::new("cancel", From::States(&["booked"]), To::State("cancelled"))
            .inputs(&[Field::required("reason", FieldType::LongText)]),
        Action::new("not-come", From::States(&["booked"]), To::State("not-come"))
            .inputs(&[Field::new("note", FieldType::LongText)])
            .guards(&[Guard { id: "was-waited-for", check: was_waited_for }]),
    ],
    open_checks: &[IN_ORDER, AHEAD],
    summary: &["category"],
    columns: &["from", "until", "contact", "people"],
    findings: &[FindingRule {
        id: "booking-unsettled",
        states: &["booked"],
        severity: Severity::Notice,
        since: |case, now| case.instant("until").filter(|until| *until < now),
    }],
    claims: Some(claims),
    pool: Some(Pool::Hours(FACILITIES)),
    shape: shape::<Booking>,
    ..Kind::BASE
};
