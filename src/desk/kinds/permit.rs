//! Permit 证件 (ZJ): worker's pass, vehicle pass and monthly parking card
//! (source §一(二)8, §三(三)3(12) and (15)).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::validity::{self, Renewal};
use super::{checks, renovation};
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::others::Other;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};

/// The id of the kind, for kinds whose permits end with them.
pub const ID: &str = "permit";
/// The action by which a permit ends with its renovation or with the household's move-out.
pub const END: &str = "end";

/// What is permitted.
pub const SORTS: &[&str] = &["worker", "vehicle", "parking"];
const WORKER: &[&str] = &["worker"];
const WITH_COMPANY: &[&str] = &["worker", "vehicle"];
const WITH_PLATE: &[&str] = &["vehicle", "parking"];

/// How many minutes before its end a permit is flagged: a week.
const WARNING: u32 = 7 * 24 * 60;

/// The fields of a permit beside the header's; `contact` is the holder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permit {
    /// One of [`SORTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The renovation that a worker's pass hangs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renovation: Option<String>,
    /// The holder's identity number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Whom the holder works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The vehicle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// Whether a photo is on file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<bool>,
    /// The number on the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_number: Option<String>,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// The end of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Deposit taken, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit: Option<i64>,
    /// Fee taken, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
    /// Receipt of deposit and fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// What of the deposit the office still holds, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_held: Option<i64>,
    /// The renewals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renewals: Vec<Renewal>,
    /// When it ended before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// When the card came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<DateTime<Utc>>,
    /// When the card was reported lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<DateTime<Utc>>,
    /// What of the deposit was given back, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_back: Option<i64>,
    /// What the lost card cost, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_fee: Option<i64>,
}

/// The renovation that a worker's pass hangs on: the one that is named, else the only one of the
/// household that takes workers.
fn renovation_of<'a>(s: &Situation<'a>, named: Option<&str>) -> Option<&'a Other> {
    let mut fitting = s.others.iter().filter(|other| other.kind == renovation::ID);
    if let Some(number) = named {
        return fitting.find(|other| other.number == number);
    }
    let mut open = fitting.filter(|other| other.same_unit && renovation::works_until(other).is_some());
    open.next().filter(|_| open.next().is_none())
}

/// A worker comes for a renovation that has its permit, and not for longer.
fn within_renovation(s: &Situation) -> Result<(), Why> {
    let permit: Permit = s.detail();
    if permit.sort.as_deref() != Some("worker") {
        return Ok(());
    }
    let Some(other) = renovation_of(s, permit.renovation.as_deref()) else {
        return Err(Why::new("permit.why.no_renovation").about("renovation"));
    };
    let Some(until) = renovation::works_until(other) else {
        return Err(Why::new("permit.why.renovation_without_permit")
            .with("number", Arg::Text(other.number.clone()))
            .about("renovation"));
    };
    if permit.valid_until.is_some_and(|day| day > until) {
        return Err(Why::new("permit.why.outlasts_renovation")
            .with("number", Arg::Text(other.number.clone()))
            .with("day", Arg::Day(until))
            .about("valid_until"));
    }
    Ok(())
}

/// No more is given back than was taken.
fn no_more_than_held(s: &Situation) -> Result<(), Why> {
    let permit: Permit = s.detail();
    let held = permit.deposit_held.unwrap_or_default();
    if permit.deposit_back.unwrap_or_default() > held {
        return Err(Why::new("permit.why.more_than_held").with("amount", Arg::Money(held)).about("deposit_back"));
    }
    Ok(())
}

fn issued(s: &Situation, values: &mut Values) -> Result<(), Why> {
    validity::dated(s, values)?;
    let permit: Permit = s.detail();
    values.insert("deposit_held".into(), permit.deposit.unwrap_or_default().into());
    if permit.sort.as_deref() == Some("worker")
        && let Some(other) = renovation_of(s, permit.renovation.as_deref())
    {
        values.insert("renovation".into(), other.number.clone().into());
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn ended(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.entry("ended_at").or_insert(instant(s.now));
    Ok(())
}

/// What is not given back is kept: the office owes nothing any more.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn deposit_settled(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("deposit_held".into(), 0.into());
    Ok(())
}

/// One card for a vehicle, and one holder for a card.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    if !["issued", "expired"].contains(&case.state.as_str()) {
        return Vec::new();
    }
    let one = |field: &'static str| {
        Some(Claim::sole(format!("permit-{field}:{}", case.text(field)?), case.opened_at, field))
    };
    ["plate", "card_number"].into_iter().filter_map(one).collect()
}

fn happened<const RETURNED: bool>(s: &Situation) -> Result<(), Why> {
    checks::happened(s, if RETURNED { "returned_at" } else { "lost_at" })
}

const NOTE: Field = Field::new("note", FieldType::LongText);
const UNTIL: Field = Field::required("valid_until", FieldType::Day);
const HELD: From = From::States(&["issued", "expired", "ended"]);
const WITHIN_RENOVATION: Guard = Guard { id: "within-renovation", check: within_renovation };
const NO_MORE_THAN_HELD: Guard = Guard { id: "no-more-than-held", check: no_more_than_held };

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "ZJ",
    opening: &[
        Field::required("sort", FieldType::Choice(SORTS)).preset(Preset::Text("worker")).fixed(),
        Field::new("unit", FieldType::Unit).fixed(),
        Field::new("renovation", FieldType::CaseOf(renovation::ID)).when("sort", WORKER).fixed(),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("id_number", FieldType::MaskedId).when("sort", WORKER),
        Field::new("company", FieldType::Text).when("sort", WITH_COMPANY),
        Field::required("plate", FieldType::Plate).when("sort", WITH_PLATE),
        Field::new("photo", FieldType::Flag).when("sort", WORKER),
        Field::required("card_number", FieldType::Text),
        Field::required("valid_from", FieldType::Day).preset(Preset::Today).fixed(),
        UNTIL.fixed(),
        Field::new("deposit", FieldType::Money).fixed(),
        Field::new("fee", FieldType::Money),
        Field::new("receipt", FieldType::Text),
    ],
    fields: &[
        Field::new("expires_at", FieldType::Instant).fixed(),
        Field::new("deposit_held", FieldType::Money).fixed(),
        Field::new("renewals", validity::RENEWALS).fixed(),
        Field::new("ended_at", FieldType::Instant).fixed(),
        Field::new("returned_at", FieldType::Instant).fixed(),
        Field::new("lost_at", FieldType::Instant).fixed(),
        Field::new("deposit_back", FieldType::Money).fixed(),
        Field::new("loss_fee", FieldType::Money).fixed(),
    ],
    states: &[
        State::new("issued", Phase::Doing),
        State::new("expired", Phase::Todo),
        State::new("ended", Phase::Todo),
        State::new("returned", Phase::Done),
        State::new("lost", Phase::Done),
    ],
    actions: &[
        Action::new("renew", From::States(&["issued", "expired"]), To::State("issued"))
            .inputs(&[
                UNTIL,
                Field::new("amount", FieldType::Money).preset(Preset::Of("fee")),
                Field::new("document", FieldType::Text),
                NOTE,
            ])
            .checks(&[Guard { id: "longer", check: validity::longer }, WITHIN_RENOVATION])
            .effects(&[Effect::Change(validity::renewed)]),
        Action::new("return", HELD, To::State("returned"))
            .inputs(&[
                Field::required("returned_at", FieldType::Instant).preset(Preset::Now),
                Field::new("deposit_back", FieldType::Money).preset(Preset::Of("deposit_held")),
                Field::new("document", FieldType::Text),
                NOTE,
            ])
            .checks(&[Guard { id: "has-happened", check: happened::<true> }, NO_MORE_THAN_HELD])
            .effects(&[Effect::Change(deposit_settled)]),
        Action::new("lose", HELD, To::State("lost"))
            .inputs(&[
                Field::required("lost_at", FieldType::Instant).preset(Preset::Now),
                Field::new("deposit_back", FieldType::Money),
                Field::new("loss_fee", FieldType::Money),
                Field::new("document", FieldType::Text),
                NOTE,
            ])
            .checks(&[Guard { id: "has-happened", check: happened::<false> }, NO_MORE_THAN_HELD])
            .effects(&[Effect::Change(deposit_settled)]),
        Action::new(END, From::States(&["issued", "expired"]), To::State("ended"))
            .inputs(&[NOTE])
            .effects(&[Effect::Change(ended)]),
        Action::new("expire", From::States(&["issued"]), To::State("expired"))
            .guards(&[Guard { id: "past-its-date", check: validity::is_past }])
            .by_clock(),
    ],
    on_open: &[Effect::Change(issued), Effect::LinkTo("renovation")],
    open_checks: &[
        Guard { id: "dates-in-order", check: |s| checks::in_order(s, "valid_from", "valid_until") },
        Guard { id: "not-gone-by", check: |s| checks::not_gone_by(s, "valid_until") },
        WITHIN_RENOVATION,
    ],
    summary: &["contact", "company", "plate"],
    columns: &["sort", "card_number", "valid_until", "deposit_held"],
    findings: &[
        FindingRule {
            id: "permit-expiring",
            states: &["issued"],
            severity: Severity::Notice,
            since: |case, now| validity::expiring(case, WARNING, now),
        },
        FindingRule {
            id: "permit-unreturned",
            states: &["expired", "ended"],
            severity: Severity::Warning,
            since: |case, now| {
                let permit: Permit = case.typed().ok()?;
                permit.ended_at.or(permit.expires_at).filter(|since| *since <= now)
            },
        },
    ],
    expires: |case| validity::expires(case, "issued"),
    warning: WARNING,
    claims: Some(claims),
    around: Around::Household,
    forms: &[
        Form::new("worker-pass").states(&["issued"]).when("sort", WORKER),
        Form::new("vehicle-pass").states(&["issued"]).when("sort", WITH_PLATE),
    ],
    shape: shape::<Permit>,
    ..Kind::BASE
};
