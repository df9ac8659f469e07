//! Agency and special services 中介与特约服务 (ZJF): letting a flat, household help and the like, done
//! by a provider whom the office finds (source §一(二)10, §三(三)3(14)).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To,
    shape,
};
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;

/// How a resident agrees.
pub const WAYS: &[&str] = &["phone", "in-person", "message", "signed"];
/// Why nothing came of it.
pub const ENDS: &[&str] = &["no-provider", "too-dear", "found-elsewhere", "not-needed", "other"];

/// The fields of a special service beside the header's; `category` is the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agency {
    /// What the resident wishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// What the resident would pay at most, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<i64>,
    /// When it is wished for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wished_at: Option<DateTime<Utc>>,
    /// Who would do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The provider's telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_phone: Option<String>,
    /// What the provider asks, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<i64>,
    /// When the provider was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_at: Option<DateTime<Utc>>,
    /// What the resident agreed to pay, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// What the office gets of it, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission: Option<i64>,
    /// Who agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<String>,
    /// How: one of [`WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_how: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<DateTime<Utc>>,
    /// When the provider comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment: Option<DateTime<Utc>>,
    /// What was paid in the end, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<i64>,
    /// Number of the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<DateTime<Utc>>,
    /// Why nothing came of it: one of [`ENDS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Another provider is another price: what was agreed no longer counts.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn found(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("found_at".into(), instant(s.now));
    for gone in ["price", "commission", "agreed_by", "agreed_how", "agreed_at", "appointment"] {
        values.remove(gone);
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn agreed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("agreed_at".into(), instant(s.now));
    Ok(())
}

/// The office never takes more than the service costs.
fn commission_within(s: &Situation) -> Result<(), Why> {
    let agency: Agency = s.detail();
    let (price, commission) = (agency.price.unwrap_or(0), agency.commission.unwrap_or(0));
    if commission <= price {
        return Ok(());
    }
    Err(Why::new("agency.why.commission").with("price", Arg::Money(price)).about("commission"))
}

/// More than the agreed price needs a new agreement.
fn within_price(s: &Situation) -> Result<(), Why> {
    let agency: Agency = s.detail();
    let (paid, price) = (agency.paid.unwrap_or(0), agency.price.unwrap_or(0));
    if paid <= price {
        return Ok(());
    }
    Err(Why::new("agency.why.above_price")
        .with("paid", Arg::Money(paid))
        .with("price", Arg::Money(price))
        .about("paid"))
}

fn called_back(s: &Situation) -> Result<(), Why> {
    let last = s.case.callbacks.iter().rev().find(|callback| callback.stage == CALLBACK);
    match last.and_then(Callback::outcome) {
        Some(Outcome::Satisfied | Outcome::Unwanted) => Ok(()),
        _ => Err(Why::new("agency.why.not_called_back")),
    }
}

const CALLBACK: &str = "callback.agency";
const FIND: &str = "agency.find";
const DONE: &str = "agency.done";

/// The declaration.
pub static KIND: Kind = Kind {
    id: "agency",
    prefix: "ZJF",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("category", FieldType::Catalogue("agency-service")),
        Field::required("content", FieldType::LongText),
        Field::new("budget", FieldType::Money),
        Field::new("wished_at", FieldType::Instant),
    ],
    fields: &[
        Field::new("provider", FieldType::Text).fixed(),
        Field::new("provider_phone", FieldType::Phone),
        Field::new("offer", FieldType::Money).fixed(),
        Field::new("found_at", FieldType::Instant).fixed(),
        Field::new("price", FieldType::Money).fixed(),
        Field::new("commission", FieldType::Money).fixed(),
        Field::new("agreed_by", FieldType::Text).fixed(),
        Field::new("agreed_how", FieldType::Choice(WAYS)).fixed(),
        Field::new("agreed_at", FieldType::Instant).fixed(),
        Field::new("appointment", FieldType::Instant).fixed(),
        Field::new("paid", FieldType::Money).fixed(),
        Field::new("receipt", FieldType::Text),
        Field::new("done_at", FieldType::Instant).fixed(),
        Field::new("ended", FieldType::Choice(ENDS)).fixed(),
    ],
    states: &[
        State::new("asked", Phase::Todo),
        State::new("found", Phase::Waiting),
        State::new("agreed", Phase::Doing),
        State::new("done", Phase::Todo),
        State::new("closed", Phase::Done),
        State::new("ended", Phase::Void),
    ],
    actions: &[
        Action::new("find", From::States(&["asked", "found", "agreed"]), To::State("found"))
            .inputs(&[
                Field::required("provider", FieldType::Text),
                Field::new("provider_phone", FieldType::Phone),
                Field::new("offer", FieldType::Money),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::Change(found), Effect::PromiseKept]),
        Action::new("agree", From::States(&["found", "agreed"]), To::State("agreed"))
            .inputs(&[
                Field::required("price", FieldType::Money).preset(Preset::Of("offer")),
                Field::new("commission", FieldType::Money),
                Field::required("agreed_by", FieldType::Text).preset(Preset::Of("contact")),
                Field::required("agreed_how", FieldType::Choice(WAYS)).preset(Preset::Text("phone")),
                Field::new("appointment", FieldType::Instant).preset(Preset::Of("wished_at")),
            ])
            .checks(&[
                Guard { id: "in-the-future", check: |s| workflow::in_future(s, "appointment") },
                Guard { id: "commission-within", check: commission_within },
            ])
            .effects(&[Effect::Change(agreed), Effect::PromiseBy(DONE, "appointment")]),
        Action::new("done", From::States(&["agreed"]), To::State("done"))
            .inputs(&[
                Field::required("paid", FieldType::Money).preset(Preset::Of("price")),
                Field::new("receipt", FieldType::Text),
                Field::required("done_at", FieldType::Instant).preset(Preset::Now),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "done_at") },
                Guard { id: "within-price", check: within_price },
            ])
            .effects(&[Effect::PromiseKept, Effect::Callback(CALLBACK)]),
        Action::new("close", From::States(&["done"]), To::State("closed"))
            .inputs(&[Field::new("note", FieldType::LongText)])
            .guards(&[Guard { id: "called-back", check: called_back }]),
        Action::new("end", From::States(&["asked", "found", "agreed"]), To::State("ended"))
            .inputs(&[
                Field::required("ended", FieldType::Choice(ENDS)),
                Field::new("note", FieldType::LongText),
            ])
            .effects(&[Effect::PromiseWithdrawn]),
    ],
    at_once: &["find"],
    callback_moves: &[CallbackMove {
        outcome: Outcome::Dissatisfied,
        from: &["done", "closed"],
        to: To::State("agreed"),
        effects: &[Effect::Promise(DONE)],
    }],
    on_open: &[Effect::Promise(FIND)],
    open_checks: &[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "wished_at") }],
    summary: &["category", "content"],
    columns: &["category", "provider", "price"],
    findings: &[FindingRule {
        id: "offer-unanswered",
        states: &["found"],
        severity: Severity::Notice,
        since: |case, _| case.instant("found_at"),
    }],
    shape: shape::<Agency>,
    ..Kind::BASE
};
