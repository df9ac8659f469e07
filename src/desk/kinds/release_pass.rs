//! Release pass 物品放行条 (FX): what leaves through the gate (source §一(二)7, §三(三)3(17)).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Effect, Expiry, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To,
    shape,
};
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;

/// What the applicant is to the flat.
pub const ROLES: &[&str] = &["owner", "tenant", "family", "other"];
/// Those who need the owner's consent.
pub const NOT_OWNER: &[&str] = &["tenant", "family", "other"];
/// Why things leave.
pub const PURPOSES: &[&str] = &["moving", "repair", "renovation-material", "gift", "other"];
/// How the owner's consent was got.
pub const CONSENT_WAYS: &[&str] = &["phone", "in-person", "written"];

/// One sort of things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassLine {
    /// What.
    pub name: String,
    /// How many.
    pub count: i64,
    /// Anything else about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// The fields of a pass beside the header's; `contact` is the applicant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReleasePass {
    /// One of [`ROLES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicant_role: Option<String>,
    /// One of [`PURPOSES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Who carries the things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The vehicle's plate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// The things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<PassLine>,
    /// Until when the pass passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// How the owner's consent was got: one of [`CONSENT_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_how: Option<String>,
    /// When it was got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_at: Option<DateTime<Utc>>,
    /// What the household owed when the pass was approved, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrears: Option<i64>,
    /// Who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<DateTime<Utc>>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The guard at the gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// When the things left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_out_at: Option<DateTime<Utc>>,
    /// What was counted at the gate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<PassLine>,
    /// Whether that differed from the pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<bool>,
}

fn sums(lines: &[PassLine]) -> BTreeMap<&str, i64> {
    let mut sums = BTreeMap::new();
    for line in lines.iter().filter(|line| line.count > 0) {
        *sums.entry(line.name.trim()).or_insert(0) += line.count;
    }
    sums
}

/// Whoever is not the owner needs the owner's consent.
fn consented(s: &Situation) -> Result<(), Why> {
    let pass: ReleasePass = s.detail();
    if pass.applicant_role.as_deref() == Some("owner") || pass.consent_how.is_some() {
        return Ok(());
    }
    Err(Why::new("release-pass.why.no_consent").about("consent_how"))
}

/// A household that owes something needs a supervisor's word.
fn arrears(s: &Situation) -> Result<(), Why> {
    let owed = checks::owed(s);
    if owed > 0 && s.role < Role::Supervisor {
        return Err(Why::new("release-pass.why.arrears").with("amount", Arg::Money(owed)).needing(Role::Supervisor));
    }
    Ok(())
}

/// A pass is worth nothing after its date.
fn in_time(s: &Situation) -> Result<(), Why> {
    match s.detail::<ReleasePass>().valid_until {
        Some(until) if s.now > until => {
            Err(Why::new("release-pass.why.expired").with("until", Arg::At(until)).about("valid_until"))
        }
        _ => Ok(()),
    }
}

fn is_past(s: &Situation) -> Result<(), Why> {
    match s.detail::<ReleasePass>().valid_until {
        Some(until) if s.now < until => {
            Err(Why::new("release-pass.why.still_valid").with("until", Arg::At(until)))
        }
        _ => Ok(()),
    }
}

fn left_in_time(s: &Situation) -> Result<(), Why> {
    checks::happened(s, "checked_out_at")?;
    checks::not_before(s, "checked_out_at", "approved_at")
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn note_consent(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if values.contains_key("consent_how") {
        values.entry("consent_at").or_insert(instant(s.now));
    }
    Ok(())
}

/// The owner consented to what was written before: who asks, from which flat, and what leaves.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn consent_is_void(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.remove("consent_how");
    values.remove("consent_at");
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn approved(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("approved_by".into(), s.by.into());
    values.insert("approved_at".into(), instant(s.now));
    if let Some(household) = s.household {
        values.insert("arrears".into(), household.arrears.into());
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn compared(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let pass: ReleasePass = s.detail();
    values.insert("difference".into(), (sums(&pass.lines) != sums(&pass.counted)).into());
    Ok(())
}

fn expires(case: &Case) -> Option<Expiry> {
    if !["applied", "approved"].contains(&case.state.as_str()) {
        return None;
    }
    let until = case.instant("valid_until")?;
    Some((until, "expire"))
}

const MAX: i64 = 99_999;
const NAME: Field = Field::required("name", FieldType::Text);
const REMARK: Field = Field::new("remark", FieldType::Text);
const LINES: &[Field] = &[
    NAME,
    Field::required("count", FieldType::Count { min: 1, max: MAX }).preset(Preset::Number(1)),
    REMARK,
];
/// At the gate a line can turn out to be missing altogether.
const COUNTED: &[Field] = &[NAME, Field::required("count", FieldType::Count { min: 0, max: MAX }), REMARK];

const IN_TIME: Guard = Guard { id: "in-time", check: in_time };
const UNTIL_AHEAD: Guard = Guard { id: "in-the-future", check: |s| workflow::in_future(s, "valid_until") };
const CONSENT_HAPPENED: Guard = Guard { id: "has-happened", check: |s| checks::happened(s, "consent_at") };

/// The declaration.
pub static KIND: Kind = Kind {
    id: "release-pass",
    prefix: "FX",
    opening: &[
        Field::required("unit", FieldType::Unit).fixed(),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("applicant_role", FieldType::Choice(ROLES)).preset(Preset::Text("owner")).fixed(),
        Field::new("consent_how", FieldType::Choice(CONSENT_WAYS)).when("applicant_role", NOT_OWNER).fixed(),
        Field::new("consent_at", FieldType::Instant).when("applicant_role", NOT_OWNER).fixed(),
        Field::required("purpose", FieldType::Choice(PURPOSES)).preset(Preset::Text("moving")),
        Field::required("lines", FieldType::Lines(LINES)).fixed(),
        Field::new("carrier", FieldType::Text),
        Field::new("plate", FieldType::Plate),
        Field::required("valid_until", FieldType::Instant).preset(Preset::EndOfToday).fixed(),
    ],
    fields: &[
        Field::new("arrears", FieldType::Money).fixed(),
        Field::new("approved_by", FieldType::Operator).fixed(),
        Field::new("approved_at", FieldType::Instant).fixed(),
        Field::new("refused", FieldType::LongText).fixed(),
        Field::new("guard", FieldType::Staff).fixed(),
        Field::new("checked_out_at", FieldType::Instant).fixed(),
        Field::new("counted", FieldType::Lines(COUNTED)).fixed(),
        Field::new("difference", FieldType::Flag).fixed(),
    ],
    states: &[
        State::new("applied", Phase::Todo),
        State::new("approved", Phase::Waiting),
        State::new("refused", Phase::Done),
        State::new("released", Phase::Done),
        State::new("expired", Phase::Void),
    ],
    actions: &[
        Action::new("approve", From::States(&["applied"]), To::State("approved"))
            .inputs(&[Field::new("note", FieldType::LongText)])
            .guards(&[
                Guard { id: "owner-consents", check: consented },
                Guard { id: "no-arrears-or-supervisor", check: arrears },
                IN_TIME,
            ])
            .effects(&[Effect::Change(approved)]),
        Action::new("consent", From::States(&["applied"]), To::Stay)
            .inputs(&[
                Field::required("consent_how", FieldType::Choice(CONSENT_WAYS)).preset(Preset::Text("phone")),
                Field::required("consent_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[CONSENT_HAPPENED]),
        Action::new("refuse", From::States(&["applied"]), To::State("refused"))
            .inputs(&[Field::required("refused", FieldType::LongText)]),
        Action::new("check-out", From::States(&["approved"]), To::State("released"))
            .inputs(&[
                Field::required("guard", FieldType::Staff),
                Field::required("checked_out_at", FieldType::Instant).preset(Preset::Now),
                Field::required("counted", FieldType::Lines(COUNTED)).preset(Preset::Of("lines")),
                Field::new("note", FieldType::LongText),
            ])
            .guards(&[IN_TIME])
            .checks(&[Guard { id: "has-happened", check: left_in_time }])
            .effects(&[Effect::Change(compared)]),
        Action::new("revise", From::States(&["applied"]), To::Stay)
            .inputs(&[
                Field::required("unit", FieldType::Unit).preset(Preset::Same),
                Field::required("applicant_role", FieldType::Choice(ROLES)).preset(Preset::Same),
                Field::required("lines", FieldType::Lines(LINES)).preset(Preset::Same),
                Field::required("valid_until", FieldType::Instant).preset(Preset::Same),
            ])
            .checks(&[UNTIL_AHEAD])
            .effects(&[Effect::Change(consent_is_void)]),
        Action::new("expire", From::States(&["applied", "approved"]), To::State("expired"))
            .guards(&[Guard { id: "past-its-date", check: is_past }])
            .by_clock(),
    ],
    at_once: &["approve"],
    on_open: &[Effect::Change(note_consent)],
    open_checks: &[UNTIL_AHEAD, CONSENT_HAPPENED],
    summary: &["lines"],
    columns: &["purpose", "contact", "plate", "valid_until"],
    findings: &[FindingRule {
        id: "difference",
        states: &["released"],
        severity: Severity::Serious,
        since: |case, _| {
            let pass = case.typed::<ReleasePass>().ok()?;
            pass.checked_out_at.filter(|_| pass.difference == Some(true))
        },
    }],
    expires,
    coded: Some(|case| !case.get("approved_at").is_null()),
    forms: &[Form::new("release-pass").states(&["approved"])],
    shape: shape::<ReleasePass>,
    ..Kind::BASE
};
