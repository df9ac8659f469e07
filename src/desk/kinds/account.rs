//! Account 开户与托收 (KH): water and electricity, gas, cable television, and the bank mandate for
//! the fees (source §一(二)4, §三(三)3(12)).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::why::Why;

/// The id of the kind.
pub const ID: &str = "account";
/// The catalogue of what can be opened.
pub const ACCOUNTS: &str = "account";
/// Papers that are handed in.
pub const PAPERS: &[&str] = &[
    "id-card",
    "ownership",
    "purchase-contract",
    "move-in-notice",
    "tenancy",
    "bank-card",
    "mandate-form",
    "power-of-attorney",
    "other",
];
/// Why nothing was opened.
pub const FAILURES: &[&str] = &["papers", "arrears", "details", "bank-refused", "not-available", "other"];
/// How the resident is told.
pub const TOLD_WAYS: &[&str] = &["phone", "message", "in-person", "letter"];

/// The code of what is no account but a mandate to a bank.
const MANDATE: &str = "bank-mandate";

/// A paper that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// One of [`PAPERS`].
    pub paper: String,
    /// Whether only a copy was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<bool>,
}

/// The fields of an account beside the header's; `contact` is the applicant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// Code of the `account` catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The day it was applied for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_on: Option<NaiveDate>,
    /// What was handed in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<Paper>,
    /// The bank of the mandate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// Whose card it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Number of the card, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Number of the meter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
    /// What it costs, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
    /// Number of the receipt for the fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// Where it was handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_to: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The number under which it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// The meter's reading at that, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<i64>,
    /// The day it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<NaiveDate>,
    /// Why it was not: one of [`FAILURES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When the office learnt of the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<DateTime<Utc>>,
    /// How the resident was told: one of [`TOLD_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_how: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<DateTime<Utc>>,
}

fn is_mandate(s: &Situation) -> bool {
    s.detail::<Account>().account.as_deref() == Some(MANDATE)
}

fn papers_given(s: &Situation) -> Result<(), Why> {
    if s.case.has("papers") { Ok(()) } else { Err(Why::new("account.why.no_papers").about("papers")) }
}

/// A bank takes no mandate without bank, holder and card.
fn bank_named(s: &Situation) -> Result<(), Why> {
    if !is_mandate(s) {
        return Ok(());
    }
    match ["bank", "holder", "card"].into_iter().find(|key| !s.case.has(key)) {
        Some(missing) => Err(Why::new("account.why.no_bank").about(missing)),
        None => Ok(()),
    }
}

/// What the household pays by has a number; a mandate has the card's.
fn number_given(s: &Situation) -> Result<(), Why> {
    if is_mandate(s) || s.case.has("account_number") {
        return Ok(());
    }
    Err(Why::new("account.why.no_number").about("account_number"))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn settled(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("settled_at".into(), instant(s.now));
    Ok(())
}

/// What failed is tried again: the outcome is open.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn tried_again(_: &Situation, values: &mut Values) -> Result<(), Why> {
    values.remove("failure");
    values.remove("settled_at");
    Ok(())
}

const SUBMIT: &str = "account.submit";
const OPEN: &str = "account.open";
const TELL: &str = "account.tell";

const PAPER: &[Field] = &[
    Field::required("paper", FieldType::Choice(PAPERS)),
    Field::new("copy", FieldType::Flag).preset(Preset::Yes),
];

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "KH",
    opening: &[
        Field::required("unit", FieldType::Unit),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("account", FieldType::Catalogue(ACCOUNTS)).fixed(),
        Field::new("papers", FieldType::Lines(PAPER)).fixed(),
        Field::new("bank", FieldType::Text).when("account", &[MANDATE]),
        Field::new("holder", FieldType::Text).when("account", &[MANDATE]),
        Field::new("card", FieldType::MaskedId).when("account", &[MANDATE]),
        Field::new("meter", FieldType::Text).when("account", &["water-electricity", "gas"]),
        Field::new("fee", FieldType::Money),
        Field::required("applied_on", FieldType::Day).preset(Preset::Today),
    ],
    fields: &[
        Field::new("submitted_to", FieldType::Text).fixed(),
        Field::new("submitted_at", FieldType::Instant).fixed(),
        Field::new("account_number", FieldType::Text),
        Field::new("reading", FieldType::Reading),
        Field::new("opened_on", FieldType::Day).fixed(),
        Field::new("receipt", FieldType::Text),
        Field::new("failure", FieldType::Choice(FAILURES)).fixed(),
        Field::new("settled_at", FieldType::Instant).fixed(),
        Field::new("told_how", FieldType::Choice(TOLD_WAYS)).fixed(),
        Field::new("told_at", FieldType::Instant).fixed(),
    ],
    states: &[
        State::new("applied", Phase::Todo),
        State::new("submitted", Phase::Waiting),
        State::new("opened", Phase::Todo),
        State::new("failed", Phase::Todo),
        State::new("told", Phase::Done),
        State::new("withdrawn", Phase::Void),
    ],
    actions: &[
        Action::new("submit", From::States(&["applied", "failed"]), To::State("submitted"))
            .inputs(&[
                Field::required("submitted_to", FieldType::Text).preset(Preset::Of("bank")),
                Field::required("submitted_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .guards(&[
                Guard { id: "papers-given", check: papers_given },
                Guard { id: "bank-named", check: bank_named },
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "submitted_at") }])
            .effects(&[Effect::Change(tried_again), Effect::PromiseNext(SUBMIT, OPEN)]),
        Action::new("complete", From::States(&["applied", "failed"]), To::Stay).inputs(&[
            Field::new("papers", FieldType::Lines(PAPER)).preset(Preset::Same),
            Field::new("bank", FieldType::Text).preset(Preset::Same),
            Field::new("holder", FieldType::Text).preset(Preset::Same),
            Field::new("card", FieldType::MaskedId).preset(Preset::Same),
            Field::new("meter", FieldType::Text).preset(Preset::Same),
        ]),
        Action::new("opened", From::States(&["submitted"]), To::State("opened"))
            .inputs(&[
                Field::new("account_number", FieldType::Text).preset(Preset::Same),
                Field::required("opened_on", FieldType::Day).preset(Preset::Today),
                Field::new("meter", FieldType::Text).preset(Preset::Same),
                Field::new("reading", FieldType::Reading),
                Field::new("fee", FieldType::Money).preset(Preset::Same),
                Field::new("receipt", FieldType::Text),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[
                Guard { id: "day-has-come", check: |s| checks::day_came(s, "opened_on") },
                Guard { id: "number-given", check: number_given },
            ])
            .effects(&[Effect::Change(settled), Effect::PromiseNext(OPEN, TELL)]),
        Action::new("fail", From::States(&["submitted"]), To::State("failed"))
            .inputs(&[
                Field::required("failure", FieldType::Choice(FAILURES)),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::Change(settled), Effect::PromiseNext(OPEN, TELL)]),
        Action::new("tell", From::States(&["opened", "failed"]), To::State("told"))
            .inputs(&[
                Field::required("told_how", FieldType::Choice(TOLD_WAYS)).preset(Preset::Text("phone")),
                Field::required("told_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "told_at") }])
            .effects(&[Effect::PromiseKept]),
        Action::new("withdraw", From::States(&["applied", "submitted", "failed"]), To::State("withdrawn"))
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
    ],
    at_once: &["submit"],
    on_open: &[Effect::Promise(SUBMIT)],
    summary: &["account", "submitted_to"],
    columns: &["account", "applied_on", "submitted_to"],
    findings: &[FindingRule {
        id: "not-told",
        states: &["opened", "failed"],
        severity: Severity::Notice,
        since: |case, _| case.instant("settled_at"),
    }],
    shape: shape::<Account>,
    ..Kind::BASE
};
