//! Certificate 岗位证书 (GZ): who of the staff may do what, by which paper, and until when
//! (source §一(三)2, §三(二)4).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use super::validity::{self, Renewal};
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::kind::{Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, State, To, shape};
use crate::desk::people::Role;
use crate::desk::settings::Settings;

/// What a certificate is for.
pub const SORTS: &[&str] =
    &["property-manager", "post", "electrician", "lift", "fire", "security", "finance", "other"];
/// Why it no longer counts.
pub const ENDED: &[&str] = &["left", "other-post", "replaced", "revoked", "other"];

/// How many minutes before its end a certificate is flagged: sixty days, as a course must be found first.
const WARNING: u32 = 60 * 24 * 60;

/// The fields of a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Certificate {
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// One of [`SORTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The number on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_number: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The day of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<NaiveDate>,
    /// Its last day; one without is valid for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// The end of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether the office has a copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<bool>,
    /// Where the copy lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_at: Option<String>,
    /// Anything else about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The renewals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renewals: Vec<Renewal>,
    /// Why it no longer counts: one of [`ENDED`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_why: Option<String>,
    /// The day of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
}

/// A certificate stands in the ledger once.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    if !["valid", "expired"].contains(&case.state.as_str()) {
        return Vec::new();
    }
    let (Some(sort), Some(number)) = (case.text("sort"), case.text("certificate_number")) else {
        return Vec::new();
    };
    vec![Claim::sole(format!("certificate:{sort}:{number}"), case.opened_at, "certificate_number")]
}

const NOTE: Field = Field::new("note", FieldType::LongText);
const HELD: From = From::States(&["valid", "expired"]);

/// The declaration.
pub static KIND: Kind = Kind {
    id: "certificate",
    prefix: "GZ",
    opens: Role::Supervisor,
    office: true,
    opening: &[
        Field::required("holder", FieldType::Colleague).fixed(),
        Field::required("sort", FieldType::Choice(SORTS)).preset(Preset::Text("post")).fixed(),
        Field::required("certificate", FieldType::Text).kept(),
        Field::required("certificate_number", FieldType::Text).fixed(),
        Field::new("issuer", FieldType::Text).kept(),
        Field::required("issued_on", FieldType::Day),
        Field::new("valid_until", FieldType::Day).fixed(),
        Field::new("copy", FieldType::Flag),
        Field::new("copy_at", FieldType::Text).when("copy", &["true"]),
        Field::new("remark", FieldType::LongText),
    ],
    fields: &[
        Field::new("expires_at", FieldType::Instant).fixed(),
        Field::new("renewals", validity::RENEWALS).fixed(),
        Field::new("ended_why", FieldType::Choice(ENDED)).fixed(),
        Field::new("ended_on", FieldType::Day).fixed(),
    ],
    states: &[
        State::new("valid", Phase::Doing),
        State::new("expired", Phase::Todo),
        State::new("ended", Phase::Done),
    ],
    actions: &[
        Action::new("renew", HELD, To::State("valid"))
            .supervisor()
            .inputs(&[
                Field::required("valid_until", FieldType::Day),
                Field::required("certificate_number", FieldType::Text).preset(Preset::Same),
                Field::new("copy", FieldType::Flag),
                Field::new("amount", FieldType::Money),
                Field::new("document", FieldType::Text),
                NOTE,
            ])
            .checks(&[Guard { id: "longer", check: validity::longer }])
            .effects(&[Effect::Change(validity::renewed)]),
        Action::new("file-copy", HELD, To::Stay).inputs(&[
            Field::required("copy", FieldType::Flag).preset(Preset::Yes),
            Field::new("copy_at", FieldType::Text).preset(Preset::Same),
            NOTE,
        ]),
        Action::new("end", HELD, To::State("ended"))
            .supervisor()
            .inputs(&[
                Field::required("ended_why", FieldType::Choice(ENDED)),
                Field::required("ended_on", FieldType::Day).preset(Preset::Today),
                NOTE,
            ])
            .checks(&[Guard { id: "day-has-come", check: |s| checks::day_came(s, "ended_on") }]),
        Action::new("expire", From::States(&["valid"]), To::State("expired"))
            .guards(&[Guard { id: "past-its-date", check: validity::is_past }])
            .by_clock(),
    ],
    on_open: &[Effect::Change(validity::dated)],
    open_checks: &[
        Guard { id: "day-has-come", check: |s| checks::day_came(s, "issued_on") },
        Guard { id: "dates-in-order", check: |s| checks::in_order(s, "issued_on", "valid_until") },
    ],
    summary: &["holder", "certificate"],
    columns: &["sort", "certificate_number", "valid_until", "copy"],
    findings: &[
        FindingRule {
            id: "certificate-expiring",
            states: &["valid"],
            severity: Severity::Notice,
            since: |case, now| validity::expiring(case, WARNING, now),
        },
        FindingRule {
            id: "certificate-expired",
            states: &["expired"],
            severity: Severity::Warning,
            since: validity::expired,
        },
        FindingRule {
            id: "certificate-no-copy",
            states: &["valid"],
            severity: Severity::Notice,
            since: |case, _| (case.get("copy") != true).then_some(case.opened_at),
        },
    ],
    expires: |case| validity::expires(case, "valid"),
    warning: WARNING,
    claims: Some(claims),
    shape: shape::<Certificate>,
    ..Kind::BASE
};
