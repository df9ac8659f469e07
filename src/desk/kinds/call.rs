//! Call 来电 (LD): somebody rings the counter (source §四(二)1①).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{checks, talk};
use crate::desk::callback::Outcome;
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, State, To,
    shape,
};
use crate::desk::workflow::TURN_INTO;

/// What a call can be about.
pub const ABOUT: &[&str] = &["enquiry", "repair", "complaint", "message", "suggestion", "praise", "other"];

/// The fields of a call beside the header's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Call {
    /// One of [`ABOUT`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// When it rang: the moment at which the form was called up, not that of its saving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rang_at: Option<DateTime<Utc>>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// After how many rings it was answered; three are the limit (source §三(三)3(6)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rings: Option<u8>,
    /// The number of the answer that was read out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_used: Option<String>,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// By when an answer was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<DateTime<Utc>>,
    /// For whom a message was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_whom: Option<String>,
    /// To whom it was passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_to: Option<String>,
    /// When it was passed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_at: Option<DateTime<Utc>>,
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: "call",
    prefix: "LD",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("rang_at", FieldType::Instant).preset(Preset::Now).fixed(),
        Field::required("about", FieldType::Choice(ABOUT)).preset(Preset::Text("enquiry")),
        Field::new("content", FieldType::LongText),
        talk::KNOWN,
        Field::new("rings", FieldType::Count { min: 1, max: 99 }),
    ],
    fields: &talk::FIELDS,
    states: &[
        State::new("open", Phase::Todo),
        State::new("to-answer", Phase::Todo),
        State::new("message", Phase::Todo),
        State::new("answered", Phase::Done),
        State::new("passed-on", Phase::Done),
        State::new("turned", Phase::Done),
    ],
    actions: &[
        Action::new("answered", From::States(&["open"]), To::State("answered")).inputs(talk::ANSWER),
        Action::new("promise-answer", From::States(&["open"]), To::State("to-answer"))
            .inputs(talk::ANSWER_BY)
            .checks(talk::ANSWER_AHEAD)
            .effects(&[Effect::CallbackBy("callback.answer", "answer_by")]),
        Action::new("take-message", From::States(&["open"]), To::State("message"))
            .inputs(talk::MESSAGE)
            .effects(&[Effect::Promise("call.pass-on")]),
        Action::new("pass-on", From::States(&["message"]), To::State("passed-on"))
            .inputs(talk::PASSED)
            .checks(talk::PASSED_ON)
            .effects(&[Effect::PromiseKept]),
        Action {
            to: To::State("turned"),
            effects: &[Effect::TurnInto, Effect::PromiseWithdrawn, Effect::CancelCallbacks],
            ..TURN_INTO
        },
    ],
    at_once: &["answered", "promise-answer", "take-message", "turn-into"],
    suggest: talk::suggest,
    callback_moves: &[
        CallbackMove {
            outcome: Outcome::Satisfied,
            from: &["to-answer"],
            to: To::State("answered"),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Unwanted,
            from: &["to-answer"],
            to: To::State("answered"),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Dissatisfied,
            from: &["to-answer", "answered", "passed-on", "turned"],
            to: To::State("open"),
            effects: &[],
        },
    ],
    on_open: &[],
    open_checks: &[Guard { id: "has-happened", check: |s| checks::happened(s, "rang_at") }],
    summary: &["content"],
    columns: &["about", "contact"],
    findings: &[
        talk::unanswered(&["open"]),
        FindingRule {
            id: "not-passed-on",
            states: &["message"],
            severity: Severity::Warning,
            since: |case, _| Some(case.opened_at),
        },
    ],
    shape: shape::<Call>,
    ..Kind::BASE
};
