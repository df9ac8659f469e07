//! Complaint 投诉 (TS): 《客户投诉处理单》 (source §四(二)4 and §五 三).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::callback::Outcome;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To,
    shape,
};
use crate::desk::people::Role;
use crate::desk::why::Why;
use crate::desk::workflow;

/// How a complaint comes in.
pub const WAYS: &[&str] = &["by-phone", "in-person", "written", "forwarded"];
/// What a complaint is judged to be.
pub const VERDICTS: &[&str] = &["ordinary", "complex", "unjustified"];
/// How the resident is answered.
pub const REPLY_WAYS: &[&str] = &["by-phone", "in-person", "written"];

/// The fields of a complaint beside the header's; `contact` is the complainant, `category` the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Complaint {
    /// The day it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// One of [`WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// What is complained about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Who received it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_by: Option<String>,
    /// Who wrote it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<String>,
    /// One of [`VERDICTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// The department that handles it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Until when the department is to have handled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// When it was sent to the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// Whether it ever went to a superior.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referred: Option<bool>,
    /// What the superior said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// What was done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<String>,
    /// When it had been handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled_at: Option<DateTime<Utc>>,
    /// What the resident was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// One of [`REPLY_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_way: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<DateTime<Utc>>,
    /// How often it had to be handled further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub further: Option<u32>,
    /// Where its papers are filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

fn judged(s: &Situation) -> &'static str {
    match s.input("verdict") {
        Some("unjustified") => "explaining",
        Some("complex") => "referred",
        _ => "with-department",
    }
}

fn judge_change(s: &Situation, values: &mut Values) -> Result<(), Why> {
    match s.input("verdict") {
        Some("complex") => refer_change(s, values),
        Some("ordinary") => sent(s, values),
        _ => Ok(()),
    }
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn sent(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("sent_at".into(), instant(s.now));
    Ok(())
}

/// A superior is asked: what is a matter of principle is not the desk's to promise (source §三(三)2(3)).
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn refer_change(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("referred".into(), true.into());
    values.insert("escalated".into(), s.input("reason").unwrap_or_default().into());
    Ok(())
}

/// Where a superior's instruction leads: to handling, if the case waited for it.
fn instructed(s: &Situation) -> &'static str {
    let now = s.case.state.as_str();
    if now == "referred" {
        return "handling";
    }
    ["registered", "explaining", "with-department", "handling", "handled", "replied", "satisfied"]
        .into_iter()
        .find(|state| *state == now)
        .unwrap_or("handling")
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn handled(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("handled_at".into(), instant(s.now));
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn further(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("further".into(), (s.detail::<Complaint>().further.unwrap_or(0) + 1).into());
    Ok(())
}

fn was_replied(s: &Situation) -> Result<(), Why> {
    match s.case.state.as_str() {
        "replied" | "satisfied" => Ok(()),
        _ => Err(Why::new("complaint.why.no_reply")),
    }
}

/// Only a callback that reached the resident and found him satisfied leads to the state `satisfied`;
/// a callback that is not wanted has reached nobody. One made by hand does not stand in for the one
/// that the reply owes.
fn was_reached(s: &Situation) -> Result<(), Why> {
    let owed = s.case.callbacks.iter().any(|callback| callback.stage == CALLBACK && callback.is_open());
    if s.case.state == "satisfied" && !owed { Ok(()) } else { Err(Why::new("complaint.why.not_reached")) }
}

fn superior_closes(s: &Situation) -> Result<(), Why> {
    if s.detail::<Complaint>().referred == Some(true) && s.role < Role::Supervisor {
        return Err(Why::new("complaint.why.superior_closes").needing(Role::Supervisor));
    }
    Ok(())
}

fn decided(s: &Situation) -> Result<(), Why> {
    if s.case.escalated.is_some() { Err(Why::new("complaint.why.undecided")) } else { Ok(()) }
}

const CALLBACK: &str = "callback.complaint";
/// The promise of a reply.
pub const REPLY_PROMISE: &str = "complaint.reply";
const DECIDED_FIRST: Guard = Guard { id: "decided", check: decided };
const DEADLINE_AHEAD: &[Guard] =
    &[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "deadline") }];

const REPLY: &[Field] = &[
    Field::required("reply", FieldType::LongText),
    Field::required("reply_way", FieldType::Choice(REPLY_WAYS)).preset(Preset::Text("by-phone")),
    Field::required("replied_at", FieldType::Instant).preset(Preset::Now),
];
const REPLY_CHECKS: &[Guard] = &[Guard { id: "has-happened", check: |s| checks::happened(s, "replied_at") }];
const REPLY_EFFECTS: &[Effect] =
    &[Effect::PromiseKept, Effect::CancelCallbacks, Effect::Callback(CALLBACK)];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "complaint",
    prefix: "TS",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("category", FieldType::Catalogue("complaint-code")),
        Field::required("content", FieldType::LongText),
        Field::required("way", FieldType::Choice(WAYS)).preset(Preset::Text("by-phone")),
        Field::required("date", FieldType::Day).preset(Preset::Today),
        Field::required("received_by", FieldType::Operator).preset(Preset::Me),
        Field::required("recorded_by", FieldType::Operator).preset(Preset::Me),
    ],
    fields: &[
        Field::new("verdict", FieldType::Choice(VERDICTS)).fixed(),
        Field::new("department", FieldType::Catalogue("department")).fixed(),
        Field::new("deadline", FieldType::Instant).fixed(),
        Field::new("sent_at", FieldType::Instant).fixed(),
        Field::new("referred", FieldType::Flag).fixed(),
        Field::new("instruction", FieldType::LongText).fixed(),
        Field::new("measures", FieldType::LongText).fixed(),
        Field::new("handled_at", FieldType::Instant).fixed(),
        Field::new("reply", FieldType::LongText).fixed(),
        Field::new("reply_way", FieldType::Choice(REPLY_WAYS)).fixed(),
        Field::new("replied_at", FieldType::Instant).fixed(),
        Field::new("further", FieldType::Count { min: 0, max: 9_999 }).fixed(),
        Field::new("file", FieldType::Text),
    ],
    states: &[
        State::new("registered", Phase::Todo),
        State::new("explaining", Phase::Todo),
        State::new("with-department", Phase::Doing),
        State::new("referred", Phase::Waiting),
        State::new("handling", Phase::Doing),
        State::new("handled", Phase::Todo),
        State::new("replied", Phase::Todo),
        State::new("satisfied", Phase::Todo),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new(
            "judge",
            From::States(&["registered"]),
            To::OneOf(&["explaining", "with-department", "referred"], judged),
        )
        .inputs(&[
            Field::required("verdict", FieldType::Choice(VERDICTS)).preset(Preset::Text("ordinary")),
            Field::required("department", FieldType::Catalogue("department")).when("verdict", &["ordinary"]),
            Field::required("deadline", FieldType::Instant).when("verdict", &["ordinary"]),
            Field::required("reason", FieldType::LongText).when("verdict", &["complex"]),
            Field::new("note", FieldType::LongText),
        ])
        .guards(&[DECIDED_FIRST])
        .checks(DEADLINE_AHEAD)
        .effects(&[Effect::Change(judge_change)]),
        Action::new("explain", From::States(&["explaining"]), To::State("replied"))
            .inputs(REPLY)
            .guards(&[DECIDED_FIRST])
            .checks(REPLY_CHECKS)
            .effects(REPLY_EFFECTS),
        Action::new("handle", From::States(&["with-department", "handling"]), To::State("handled"))
            .inputs(&[Field::required("measures", FieldType::LongText)])
            .guards(&[DECIDED_FIRST])
            .effects(&[Effect::Change(handled)]),
        Action::new("reply", From::States(&["handled"]), To::State("replied"))
            .inputs(REPLY)
            .guards(&[DECIDED_FIRST])
            .checks(REPLY_CHECKS)
            .effects(REPLY_EFFECTS),
        Action::new("close", From::States(&["handled", "replied", "satisfied"]), To::State("closed"))
            .inputs(&[Field::new("file", FieldType::Text), Field::new("note", FieldType::LongText)])
            .guards(&[
                Guard { id: "replied", check: was_replied },
                Guard { id: "reached", check: was_reached },
                Guard { id: "superior-closes", check: superior_closes },
            ]),
        Action::new(
            "send",
            From::States(&["explaining", "with-department", "handling"]),
            To::State("with-department"),
        )
        .inputs(&[
            Field::required("department", FieldType::Catalogue("department")).preset(Preset::Same),
            Field::required("deadline", FieldType::Instant),
            Field::new("note", FieldType::LongText),
        ])
        .guards(&[DECIDED_FIRST])
        .checks(DEADLINE_AHEAD)
        .effects(&[Effect::Change(sent)]),
        Action::new(
            "refer",
            From::States(&["explaining", "with-department", "handling", "handled"]),
            To::State("referred"),
        )
        .inputs(&[Field::required("reason", FieldType::LongText)])
        .guards(&[workflow::NOT_ESCALATED])
        .effects(&[Effect::Change(refer_change)]),
        Action::new(
            "instruct",
            From::AnyOpen,
            To::OneOf(
                &[
                    "handling",
                    "registered",
                    "explaining",
                    "with-department",
                    "handled",
                    "replied",
                    "satisfied",
                ],
                instructed,
            ),
        )
        .supervisor()
        .inputs(&[Field::required("instruction", FieldType::LongText)])
        .guards(&[workflow::ESCALATED])
        .effects(&[workflow::DECIDED]),
        Action::new("further", From::States(&["replied", "satisfied", "closed"]), To::State("handling"))
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::Change(further), Effect::CancelCallbacks, Effect::Promise(REPLY_PROMISE)]),
        Action::new("escalate", From::AnyOpen, To::Stay)
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .guards(&[workflow::NOT_ESCALATED])
            .effects(&[Effect::Change(refer_change)]),
    ],
    at_once: &["judge"],
    callback_moves: &[
        CallbackMove {
            outcome: Outcome::Satisfied,
            from: &["replied"],
            to: To::State("satisfied"),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Dissatisfied,
            from: &["replied", "satisfied", "closed"],
            to: To::State("handling"),
            effects: &[Effect::Change(further), Effect::Promise(REPLY_PROMISE)],
        },
    ],
    on_open: &[Effect::Promise(REPLY_PROMISE)],
    open_checks: &[],
    summary: &["content"],
    columns: &["category", "way", "department"],
    findings: &[
        FindingRule {
            id: "no-reply",
            states: &["registered", "explaining", "with-department", "referred", "handling", "handled"],
            severity: Severity::Serious,
            since: |case, _| Some(case.opened_at),
        },
        FindingRule {
            id: "department-late",
            states: &["with-department"],
            severity: Severity::Warning,
            since: |case, now| case.instant("deadline").filter(|deadline| *deadline < now),
        },
        checks::to_be_closed(&["satisfied"], |case, now| checks::to_close(case, &["replied_at"], now)),
    ],
    forms: &[Form::new("complaint")],
    done_at: Some("handled_at"),
    shape: shape::<Complaint>,
    ..Kind::BASE
};
