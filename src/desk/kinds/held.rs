//! Held for residents 代收 (DS): parcels, papers and letters that the counter keeps until they are
//! fetched (source §三(三)2(7)).
//!
//! Large things are taken in only after the resident was rung and agreed, and who agreed when is kept.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::why::Why;

/// How the resident is told.
pub const TOLD_WAYS: &[&str] = &["message", "phone", "in-person", "slip"];
/// How it is made sure that the right person fetches it.
pub const CHECKED: &[&str] = &["known", "code", "id-card", "phone-of-owner"];
/// Why something goes back.
pub const RETURNS: &[&str] = &["not-fetched", "refused", "wrong-address", "courier-asked", "other"];

/// The code of things that are not taken in without being asked for.
const LARGE: &str = "large";

/// The fields of a held thing beside the header's; `contact` is whom it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Held {
    /// Code of the `held-sort` catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// How many pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Code of the `courier` catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier: Option<String>,
    /// The courier's number for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// Where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shelf: Option<String>,
    /// What can be seen of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Who agreed on the telephone that a large thing is taken in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<DateTime<Utc>>,
    /// How the resident was told: one of [`TOLD_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_how: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<DateTime<Utc>>,
    /// Who fetched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_by: Option<String>,
    /// How that was made sure of: one of [`CHECKED`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked_how: Option<String>,
    /// The identity document's number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<DateTime<Utc>>,
    /// Why it went back: one of [`RETURNS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_why: Option<String>,
    /// Who took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_to: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_at: Option<DateTime<Utc>>,
}

/// Large things need the resident's word beforehand.
fn agreed_before(s: &Situation) -> Result<(), Why> {
    let held: Held = s.detail();
    if held.sort.as_deref() != Some(LARGE) {
        return Ok(());
    }
    if held.agreed_by.is_none() {
        return Err(Why::new("held.why.not_agreed").about("agreed_by"));
    }
    if held.agreed_at.is_none() {
        return Err(Why::new("held.why.not_agreed").about("agreed_at"));
    }
    Ok(())
}

/// Whoever shows an identity card has its number written down.
fn card_noted(s: &Situation) -> Result<(), Why> {
    if s.input("checked_how") == Some("id-card") && s.input("id_number").is_none() {
        return Err(Why::new("held.why.no_card").about("id_number"));
    }
    Ok(())
}

const TELL: &str = "held.tell";
const COLLECT: &str = "held.collect";

/// The declaration.
pub static KIND: Kind = Kind {
    id: "held",
    prefix: "DS",
    opening: &[
        Field::required("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("sort", FieldType::Catalogue("held-sort")).preset(Preset::Text("parcel")).fixed(),
        Field::new("agreed_by", FieldType::Text).when("sort", &[LARGE]).fixed(),
        Field::new("agreed_at", FieldType::Instant).when("sort", &[LARGE]).fixed(),
        Field::new("courier", FieldType::Catalogue("courier")),
        Field::new("tracking", FieldType::Text),
        Field::new("shelf", FieldType::Text).kept(),
        Field::required("count", FieldType::Count { min: 1, max: 999 }).preset(Preset::Number(1)),
        Field::new("remark", FieldType::Text),
    ],
    fields: &[
        Field::new("told_how", FieldType::Choice(TOLD_WAYS)).fixed(),
        Field::new("told_at", FieldType::Instant).fixed(),
        Field::new("collected_by", FieldType::Text).fixed(),
        Field::new("checked_how", FieldType::Choice(CHECKED)).fixed(),
        Field::new("id_number", FieldType::MaskedId).fixed(),
        Field::new("collected_at", FieldType::Instant).fixed(),
        Field::new("returned_why", FieldType::Choice(RETURNS)).fixed(),
        Field::new("returned_to", FieldType::Text).fixed(),
        Field::new("returned_at", FieldType::Instant).fixed(),
    ],
    states: &[
        State::new("held", Phase::Todo),
        State::new("told", Phase::Waiting),
        State::new("collected", Phase::Done),
        State::new("returned", Phase::Done),
    ],
    actions: &[
        Action::new("collect", From::States(&["held", "told"]), To::State("collected"))
            .inputs(&[
                Field::required("collected_by", FieldType::Text).preset(Preset::Of("contact")),
                Field::required("checked_how", FieldType::Choice(CHECKED)).preset(Preset::Text("known")),
                Field::new("id_number", FieldType::MaskedId).when("checked_how", &["id-card"]),
                Field::required("collected_at", FieldType::Instant).preset(Preset::Now),
            ])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "collected_at") },
                Guard { id: "card-noted", check: card_noted },
            ])
            .effects(&[Effect::PromiseKept]),
        Action::new("tell", From::States(&["held", "told"]), To::State("told"))
            .inputs(&[
                Field::required("told_how", FieldType::Choice(TOLD_WAYS)).preset(Preset::Text("message")),
                Field::required("told_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "told_at") }])
            .effects(&[Effect::PromiseNext(TELL, COLLECT)]),
        Action::new("return", From::States(&["held", "told"]), To::State("returned"))
            .inputs(&[
                Field::required("returned_why", FieldType::Choice(RETURNS)),
                Field::required("returned_to", FieldType::Text),
                Field::required("returned_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "returned_at") }])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new("shelve", From::States(&["held", "told"]), To::Stay)
            .inputs(&[Field::required("shelf", FieldType::Text).kept().preset(Preset::Same)]),
    ],
    at_once: &["tell"],
    on_open: &[Effect::Promise(TELL)],
    open_checks: &[
        Guard { id: "agreed-before", check: agreed_before },
        Guard { id: "has-happened", check: |s| checks::happened(s, "agreed_at") },
    ],
    summary: &["sort", "courier", "tracking", "shelf", "remark"],
    columns: &["sort", "courier", "tracking", "shelf", "count"],
    findings: &[
        FindingRule {
            id: "held-not-told",
            states: &["held"],
            severity: Severity::Warning,
            since: |case, now| checks::overdue(case, TELL, now),
        },
        FindingRule {
            id: "held-not-fetched",
            states: &["held", "told"],
            severity: Severity::Notice,
            since: |case, now| checks::overdue(case, COLLECT, now),
        },
        FindingRule {
            id: "not-on-shelf",
            states: &["held", "told"],
            severity: Severity::Notice,
            since: |case, _| (!case.has("shelf")).then_some(case.opened_at),
        },
    ],
    forms: &[Form::new("parcel-slip")],
    shape: shape::<Held>,
    ..Kind::BASE
};
