//! Renovation 装修 (ZX): from the application to the deposit's return (source §一(二)6, §三(三)3(15), §五 二).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

mod rules;

use self::rules::{
    after_patrol, agreed, applied, begins_late, deposit_given_back, deposit_paid, failed, fine_is_just,
    given_back, has_permit, is_accepted, lifted, lives_again, may_refuse, no_open_notice, no_open_violation,
    not_put_right, not_stopped, notified, only_one, patrolled, permit_ending, permit_valid, permits_ended,
    permitted, put_right, renovating, says_what, stopped,
};
use super::two_sides::{
    after_approval, after_signature, another_person, approved, both_approved, not_approved_yet,
    not_signed_yet, seen,
};
use super::{checks, permit};
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, State, To, shape,
};
use crate::desk::others::{Along, Other, Reach};
use crate::desk::workflow;

/// The id of the kind, for kinds that look at renovations.
pub const ID: &str = "renovation";

/// What a patrol found.
pub const FOUND: &[&str] = &["ok", "note", "violation"];
/// Who refuses.
pub const SIDES: &[&str] = &["owner", "company"];
/// What a look at the works found: a patrol, a second look at a notice, the final acceptance.
pub const RESULTS: &[&str] = &["ok", "note", "violation", "put-right", "not-put-right", "failed"];

const DECIDE: &str = "renovation.decide";
const PATROL: &str = "renovation.patrol";
const RECHECK: &str = "renovation.recheck";
const ACCEPT: &str = "renovation.accept";
const DEPOSIT_BACK: &str = "renovation.deposit-back";

/// States before the works, in which the papers are put together.
const BEFORE: From = From::States(&["applied", "approved", "permitted"]);
/// States in which patrols look at the works; a notice is followed by a second look instead.
const PATROLLED: &[&str] = &["works", "violation", "stopped"];
/// States in which work is done or could be.
const AT_WORK: &[&str] = &["works", "violation", "rectify", "stopped"];

/// One look at the works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patrol {
    /// When.
    pub at: DateTime<Utc>,
    /// Who looked.
    pub who: String,
    /// One of [`RESULTS`].
    pub result: String,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// A notice to rectify 整改通知单.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// When it was issued.
    pub at: DateTime<Utc>,
    /// What is to be put right.
    pub what: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// The fields of a renovation beside the header's; `contact` is the applicant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Renovation {
    /// What is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contractor: Option<String>,
    /// The contractor's licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Who answers for the works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreman: Option<String>,
    /// Under which number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreman_phone: Option<String>,
    /// Planned first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_from: Option<NaiveDate>,
    /// Planned last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_until: Option<NaiveDate>,
    /// Whether the drawings are on file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawings: Option<bool>,
    /// What the household owed at the application, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrears: Option<i64>,
    /// Who signed for the owner's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_signed: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_signed_at: Option<DateTime<Utc>>,
    /// The operator who saw the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_seen_by: Option<String>,
    /// Who approved for the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<DateTime<Utc>>,
    /// On which conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// Which side refused: one of [`SIDES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Number of the agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// When both signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement_at: Option<DateTime<Utc>>,
    /// Deposit taken, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit: Option<i64>,
    /// Its receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_receipt: Option<String>,
    /// Number of the permit 装修许可证.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit_number: Option<String>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit_until: Option<NaiveDate>,
    /// The end of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit_ends_at: Option<DateTime<Utc>>,
    /// When the works began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// The patrols.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patrols: Vec<Patrol>,
    /// The notices to rectify.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Until when the open notice is to be met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rectify_by: Option<DateTime<Utc>>,
    /// Why the works were stopped, while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// When the works were done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// Who accepted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
    /// What was kept of the deposit, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fine: Option<i64>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fine_reason: Option<String>,
    /// What was given back, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_back: Option<i64>,
    /// The receipt for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_receipt: Option<String>,
}

/// Until which day a renovation takes workers; `None` where it takes none.
#[must_use]
pub fn works_until(other: &Other) -> Option<NaiveDate> {
    let takes = other.state == "permitted" || AT_WORK.contains(&other.state.as_str());
    other.day("permit_until").filter(|_| takes)
}

const NOTE: Field = Field::new("note", FieldType::LongText);
const AT: Field = Field::required("at", FieldType::Instant).preset(Preset::Now);
const WHO: Field = Field::required("who", FieldType::Colleague).preset(Preset::Me);
const REMARK: Field = Field::new("remark", FieldType::LongText);
const RECTIFY_BY: Field = Field::required("rectify_by", FieldType::Instant);
const SEEN: Field = Field::required("remark", FieldType::LongText);
const PERMIT_UNTIL: Field = Field::required("permit_until", FieldType::Day);

const HAPPENED: Guard = Guard { id: "has-happened", check: |s| checks::happened(s, "at") };
const IN_FUTURE: Guard = Guard { id: "in-the-future", check: |s| workflow::in_future(s, "rectify_by") };
const NOT_GONE_BY: Guard = Guard { id: "not-gone-by", check: |s| checks::not_gone_by(s, "permit_until") };
const BOTH_APPROVED: Guard = Guard { id: "both-approved", check: both_approved::<Renovation> };
const AGREED: Guard = Guard { id: "agreement-signed", check: agreed };
const DEPOSIT_PAID: Guard = Guard { id: "deposit-paid", check: deposit_paid };
const ANOTHER_PERSON: Guard = Guard { id: "another-person", check: another_person::<Renovation> };

/// The workers' passes end with the renovation.
const PASSES_END: Effect = Effect::Along(Along { reach: Reach::Linked, kind: permit::ID, action: permit::END });

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "ZX",
    opening: &[
        Field::required("unit", FieldType::Unit).fixed(),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("scope", FieldType::LongText),
        Field::required("contractor", FieldType::Text),
        Field::new("licence", FieldType::Text),
        Field::required("foreman", FieldType::Text),
        Field::new("foreman_phone", FieldType::Phone),
        Field::required("planned_from", FieldType::Day).preset(Preset::Today),
        Field::new("planned_until", FieldType::Day),
        Field::new("drawings", FieldType::Flag),
        Field::new("deposit", FieldType::Money).fixed(),
        Field::new("deposit_receipt", FieldType::Text).fixed(),
    ],
    fields: &[
        Field::new("arrears", FieldType::Money).fixed(),
        Field::new("owner_signed", FieldType::Text).fixed(),
        Field::new("owner_signed_at", FieldType::Instant).fixed(),
        Field::new("signature_seen_by", FieldType::Operator).fixed(),
        Field::new("approved_by", FieldType::Operator).fixed(),
        Field::new("approved_at", FieldType::Instant).fixed(),
        Field::new("conditions", FieldType::LongText).fixed(),
        Field::new("refused_by", FieldType::Choice(SIDES)).fixed(),
        Field::new("refused", FieldType::LongText).fixed(),
        Field::new("agreement", FieldType::Text),
        Field::new("agreement_at", FieldType::Instant).fixed(),
        Field::new("permit_number", FieldType::Text).fixed(),
        PERMIT_UNTIL.fixed(),
        Field::new("permit_ends_at", FieldType::Instant).fixed(),
        Field::new("started_at", FieldType::Instant).fixed(),
        Field::new(
            "patrols",
            FieldType::Lines(&[
                AT,
                WHO,
                Field::required("result", FieldType::Choice(RESULTS)),
                REMARK,
            ]),
        )
        .fixed(),
        Field::new(
            "notices",
            FieldType::Lines(&[AT, Field::required("what", FieldType::LongText), Field::required("until", FieldType::Instant)]),
        )
        .fixed(),
        Field::new("rectify_by", FieldType::Instant).fixed(),
        Field::new("stopped", FieldType::LongText).fixed(),
        Field::new("finished_at", FieldType::Instant).fixed(),
        Field::new("accepted_by", FieldType::Colleague).fixed(),
        Field::new("accepted_at", FieldType::Instant).fixed(),
        Field::new("fine", FieldType::Money).fixed(),
        Field::new("fine_reason", FieldType::LongText).fixed(),
        Field::new("deposit_back", FieldType::Money).fixed(),
        Field::new("back_receipt", FieldType::Text),
    ],
    states: &[
        State::new("applied", Phase::Todo),
        State::new("approved", Phase::Todo),
        State::new("permitted", Phase::Waiting),
        State::new("works", Phase::Doing),
        State::new("violation", Phase::Todo),
        State::new("rectify", Phase::Waiting),
        State::new("stopped", Phase::Waiting),
        State::new("acceptance", Phase::Todo),
        State::new("accepted", Phase::Todo),
        State::new("closed", Phase::Done),
        State::new("refused", Phase::Done),
    ],
    actions: &[
        Action::new("owner-sign", From::States(&["applied"]), To::OneOf(&["applied", "approved"], after_signature::<Renovation>))
            .inputs(&[
                Field::required("owner_signed", FieldType::Text).preset(Preset::Of("contact")),
                Field::required("owner_signed_at", FieldType::Instant).preset(Preset::Now),
                NOTE,
            ])
            .guards(&[Guard { id: "not-signed-yet", check: not_signed_yet::<Renovation> }, ANOTHER_PERSON])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "owner_signed_at") }])
            .effects(&[Effect::Change(seen::<Renovation>)]),
        Action::new("approve", From::States(&["applied"]), To::OneOf(&["applied", "approved"], after_approval::<Renovation>))
            .supervisor()
            .inputs(&[Field::new("conditions", FieldType::LongText)])
            .guards(&[Guard { id: "not-approved-yet", check: not_approved_yet::<Renovation> }, ANOTHER_PERSON])
            .effects(&[Effect::Change(approved::<Renovation>), Effect::PromiseKept]),
        Action::new("sign-agreement", From::States(&["applied", "approved"]), To::Stay)
            .inputs(&[
                Field::new("agreement", FieldType::Text),
                Field::required("agreement_at", FieldType::Instant).preset(Preset::Now),
                NOTE,
            ])
            .guards(&[BOTH_APPROVED])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "agreement_at") }]),
        Action::new("take-deposit", BEFORE, To::Stay).inputs(&[
            Field::required("deposit", FieldType::Money).preset(Preset::Same),
            Field::required("deposit_receipt", FieldType::Text).preset(Preset::Same),
            NOTE,
        ]),
        Action::new("issue-permit", From::States(&["applied", "approved"]), To::State("permitted"))
            .inputs(&[
                Field::required("permit_number", FieldType::Text),
                PERMIT_UNTIL.preset(Preset::Of("planned_until")),
                NOTE,
            ])
            .guards(&[BOTH_APPROVED, AGREED, DEPOSIT_PAID])
            .checks(&[NOT_GONE_BY])
            .effects(&[Effect::Change(permitted)]),
        Action::new("start", BEFORE, To::State("works"))
            .inputs(&[Field::required("started_at", FieldType::Instant).preset(Preset::Now), NOTE])
            .guards(&[
                BOTH_APPROVED,
                AGREED,
                DEPOSIT_PAID,
                Guard { id: "permit-issued", check: has_permit },
                Guard { id: "permit-valid", check: permit_valid },
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "started_at") }])
            .effects(&[Effect::Household(renovating), Effect::Promise(PATROL)]),
        Action::new("refuse", From::States(&["applied"]), To::State("refused"))
            .inputs(&[
                Field::required("refused_by", FieldType::Choice(SIDES)).preset(Preset::Text("company")),
                Field::required("refused", FieldType::LongText),
                Field::new("back_receipt", FieldType::Text),
            ])
            .checks(&[
                Guard { id: "company-by-supervisor", check: may_refuse },
                Guard { id: "deposit-given-back", check: deposit_given_back },
            ])
            .effects(&[Effect::PromiseKept]),
        Action::new("patrol", From::States(PATROLLED), To::OneOf(PATROLLED, after_patrol))
            .inputs(&[
                Field::required("result", FieldType::Choice(FOUND)).preset(Preset::Text("ok")),
                REMARK,
                WHO,
                AT,
                Field::new("next_patrol", FieldType::Instant),
            ])
            .checks(&[
                HAPPENED,
                Guard { id: "says-what", check: says_what },
                Guard { id: "in-the-future", check: |s| workflow::in_future(s, "next_patrol") },
            ])
            .effects(&[
                Effect::Change(patrolled),
                Effect::PromiseKept,
                Effect::PromiseBy(PATROL, "next_patrol"),
            ]),
        Action::new("notify", From::States(&["works", "violation"]), To::State("rectify"))
            .inputs(&[SEEN, RECTIFY_BY])
            .checks(&[IN_FUTURE])
            .effects(&[
                Effect::Change(notified),
                Effect::PromiseKept,
                Effect::PromiseBy(RECHECK, "rectify_by"),
            ]),
        Action::new("put-right", From::States(&["rectify"]), To::State("works"))
            .inputs(&[WHO, AT, REMARK])
            .checks(&[HAPPENED])
            .effects(&[Effect::Change(put_right), Effect::PromiseKept, Effect::Promise(PATROL)]),
        Action::new("not-put-right", From::States(&["rectify"]), To::Stay)
            .inputs(&[SEEN, RECTIFY_BY, WHO, AT])
            .checks(&[HAPPENED, IN_FUTURE])
            .effects(&[
                Effect::Change(not_put_right),
                Effect::PromiseKept,
                Effect::PromiseBy(RECHECK, "rectify_by"),
            ]),
        Action::new("stop", From::States(&["works", "violation", "rectify"]), To::State("stopped"))
            .supervisor()
            .inputs(&[Field::required("stopped", FieldType::LongText)])
            .effects(&[Effect::Change(stopped), Effect::PromiseKept, Effect::Promise(PATROL)]),
        Action::new("lift", From::States(&["stopped"]), To::State("works"))
            .supervisor()
            .inputs(&[Field::required("note", FieldType::LongText)])
            .effects(&[Effect::Change(lifted), Effect::PromiseKept, Effect::Promise(PATROL)]),
        Action::new("extend", From::States(&["permitted", "works", "violation", "rectify", "stopped"]), To::Stay)
            .supervisor()
            .inputs(&[PERMIT_UNTIL.preset(Preset::Same), NOTE])
            .checks(&[NOT_GONE_BY])
            .effects(&[Effect::Change(permitted)]),
        Action::new("request-acceptance", From::States(AT_WORK), To::State("acceptance"))
            .inputs(&[Field::required("finished_at", FieldType::Instant).preset(Preset::Now), NOTE])
            .guards(&[
                Guard { id: "no-open-violation", check: no_open_violation },
                Guard { id: "no-open-notice", check: no_open_notice },
                Guard { id: "not-stopped", check: not_stopped },
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "finished_at") }])
            .effects(&[Effect::PromiseKept, Effect::Promise(ACCEPT)]),
        Action::new("pass", From::States(&["acceptance"]), To::State("accepted"))
            .inputs(&[
                Field::required("accepted_by", FieldType::Colleague).preset(Preset::Me),
                Field::required("accepted_at", FieldType::Instant).preset(Preset::Now),
                NOTE,
            ])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "accepted_at") }])
            .effects(&[
                Effect::Household(lives_again),
                PASSES_END,
                Effect::PromiseKept,
                Effect::Promise(DEPOSIT_BACK),
            ]),
        Action::new("fail", From::States(&["acceptance"]), To::State("rectify"))
            .inputs(&[SEEN, RECTIFY_BY, WHO, AT])
            .checks(&[HAPPENED, IN_FUTURE])
            .effects(&[
                Effect::Change(failed),
                Effect::PromiseKept,
                Effect::PromiseBy(RECHECK, "rectify_by"),
            ]),
        Action::new(
            "return-deposit",
            From::States(&["works", "violation", "rectify", "stopped", "acceptance", "accepted"]),
            To::State("closed"),
        )
        .inputs(&[
            Field::new("fine", FieldType::Money),
            Field::new("fine_reason", FieldType::LongText),
            Field::required("back_receipt", FieldType::Text),
            NOTE,
        ])
        .guards(&[
            Guard { id: "accepted", check: is_accepted },
            Guard { id: "permits-ended", check: permits_ended },
        ])
        .checks(&[Guard { id: "fine-is-just", check: fine_is_just }])
        .effects(&[Effect::Change(given_back)]),
        Action {
            effects: &[
                Effect::PromiseWithdrawn,
                Effect::CancelCallbacks,
                Effect::Household(lives_again),
                PASSES_END,
            ],
            ..workflow::DECLARE_VOID
        },
    ],
    on_open: &[Effect::Change(applied), Effect::Promise(DECIDE)],
    open_checks: &[
        Guard { id: "dates-in-order", check: |s| checks::in_order(s, "planned_from", "planned_until") },
        Guard { id: "only-one", check: only_one },
    ],
    summary: &["scope", "contractor"],
    columns: &["contractor", "foreman", "permit_until", "rectify_by"],
    findings: &[
        FindingRule {
            id: "works-not-begun",
            states: &["applied", "approved", "permitted"],
            severity: Severity::Notice,
            since: begins_late,
        },
        FindingRule {
            id: "works-permit-ending",
            states: &["permitted", "works", "violation", "rectify", "stopped"],
            severity: Severity::Notice,
            since: permit_ending,
        },
        FindingRule {
            id: "patrol-overdue",
            states: PATROLLED,
            severity: Severity::Serious,
            since: |case, now| checks::overdue(case, PATROL, now),
        },
        FindingRule {
            id: "notice-overdue",
            states: &["rectify"],
            severity: Severity::Serious,
            since: |case, now| checks::overdue(case, RECHECK, now),
        },
        FindingRule {
            id: "violation-unanswered",
            states: &["violation"],
            severity: Severity::Warning,
            since: |case, _| case.typed::<Renovation>().ok()?.patrols.last().map(|patrol| patrol.at),
        },
        FindingRule {
            id: "works-without-permit",
            states: AT_WORK,
            severity: Severity::Warning,
            since: |case, now| case.instant("permit_ends_at").filter(|end| *end <= now),
        },
        FindingRule {
            id: "deposit-not-returned",
            states: &["accepted"],
            severity: Severity::Serious,
            since: |case, now| checks::overdue(case, DEPOSIT_BACK, now),
        },
    ],
    around: Around::Household,
    forms: &[
        Form::new("renovation-permit").states(&["permitted", "works", "violation", "rectify", "stopped"]),
        Form::new("rectify-notice").states(&["rectify", "stopped"]),
        Form::new("stop-order").states(&["stopped"]),
        Form::new("worker-passes").states(&["permitted", "works", "violation", "rectify"]),
    ],
    shape: shape::<Renovation>,
    ..Kind::BASE
};
