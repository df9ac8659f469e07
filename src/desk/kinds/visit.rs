//! Visit 来访 (LF): somebody comes to the counter or through the gate (source §四(二)1②).
//!
//! Two things run beside each other: whether the visitor is still inside, and whether the matter
//! is still open. A visit ends when both are over.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{checks, talk};
use crate::desk::callback::Outcome;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State,
    Suggestion, To, shape,
};
use crate::desk::why::Why;
use crate::desk::workflow::{TURN_INTO, VOID};

/// What a visit can be about. The first three need nothing of the counter but signing in and out.
pub const ABOUT: &[&str] = &[
    "visiting",
    "delivery",
    "works",
    "enquiry",
    "repair",
    "complaint",
    "message",
    "suggestion",
    "praise",
    "other",
];

/// How many of [`ABOUT`], from the front, are no matter of the counter.
const PASSING_BY: usize = 3;

/// Sorts of identity documents.
pub const ID_SORTS: &[&str] = &["id-card", "driving-licence", "work-card", "passport", "other"];

/// The fields of a visit beside the header's; `contact` is the visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Visit {
    /// How many people come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u16>,
    /// One of [`ABOUT`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Whom or what they visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whom: Option<String>,
    /// The department they visit, if not a household.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// One of [`ID_SORTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_sort: Option<String>,
    /// The document's number, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// The badge that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// Whether it was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge_back: Option<bool>,
    /// When they came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_in: Option<DateTime<Utc>>,
    /// When they left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_out: Option<DateTime<Utc>>,
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

/// Whether the visitor has not left yet.
#[must_use]
pub fn inside(case: &Case) -> bool {
    case.state != VOID && !case.has("time_out")
}

/// Whether the visit is a matter of the counter at all.
fn is_matter(about: Option<&str>) -> bool {
    about.is_some_and(|about| !ABOUT[..PASSING_BY].contains(&about))
}

const ENDS: &[&str] = &["settled", "closed"];

/// The matter is over: the visit too, unless the visitor is still inside.
fn settled(s: &Situation) -> &'static str {
    if inside(s.case) { "settled" } else { "closed" }
}

/// The matter is open again.
fn reopened(s: &Situation) -> &'static str {
    if inside(s.case) { "inside" } else { "left-open" }
}

/// The visitor leaves: the visit is over, unless its matter is still open.
fn left(s: &Situation) -> &'static str {
    match s.case.state.as_str() {
        "to-answer" => "to-answer",
        "message" => "message",
        "inside" if is_matter(s.case.text("about").as_deref()) => "left-open",
        _ => "closed",
    }
}

fn still_inside(s: &Situation) -> Result<(), Why> {
    if inside(s.case) { Ok(()) } else { Err(Why::new("visit.why.has_left")) }
}

fn leaves_after_coming(s: &Situation) -> Result<(), Why> {
    checks::happened(s, "time_out")?;
    checks::not_before(s, "time_out", "time_in")
}

fn suggest(values: &Values) -> Option<Suggestion> {
    let about = values.get("about").and_then(|about| about.as_str());
    if is_matter(about) { talk::suggest(values) } else { None }
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: "visit",
    prefix: "LF",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("people", FieldType::Count { min: 1, max: 999 }).preset(Preset::Number(1)),
        Field::required("about", FieldType::Choice(ABOUT)).preset(Preset::Text("visiting")),
        Field::new("whom", FieldType::Text),
        Field::new("department", FieldType::Catalogue("department")),
        Field::new("content", FieldType::LongText),
        talk::KNOWN,
        Field::new("id_sort", FieldType::Choice(ID_SORTS)),
        Field::new("id_number", FieldType::MaskedId),
        Field::new("badge", FieldType::Text),
        Field::required("time_in", FieldType::Instant).preset(Preset::Now).fixed(),
    ],
    fields: &[
        Field::new("time_out", FieldType::Instant).fixed(),
        Field::new("badge_back", FieldType::Flag),
        talk::FIELDS[0],
        talk::FIELDS[1],
        talk::FIELDS[2],
        talk::FIELDS[3],
        talk::FIELDS[4],
    ],
    states: &[
        State::new("inside", Phase::Doing),
        State::new("to-answer", Phase::Todo),
        State::new("message", Phase::Todo),
        State::new("settled", Phase::Waiting),
        State::new("left-open", Phase::Todo),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new(
            "leave",
            From::States(&["inside", "to-answer", "message", "settled"]),
            To::OneOf(&["closed", "left-open", "to-answer", "message"], left),
        )
        .inputs(&[
            Field::required("time_out", FieldType::Instant).preset(Preset::Now),
            Field::new("badge_back", FieldType::Flag).preset(Preset::Yes),
        ])
        .guards(&[Guard { id: "inside", check: still_inside }])
        .checks(&[Guard { id: "after-coming", check: leaves_after_coming }]),
        Action::new("answered", From::States(&["inside", "left-open"]), To::OneOf(ENDS, settled))
            .inputs(talk::ANSWER),
        Action::new("promise-answer", From::States(&["inside", "left-open"]), To::State("to-answer"))
            .inputs(talk::ANSWER_BY)
            .checks(talk::ANSWER_AHEAD)
            .effects(&[Effect::CallbackBy("callback.answer", "answer_by")]),
        Action::new("take-message", From::States(&["inside", "left-open"]), To::State("message"))
            .inputs(talk::MESSAGE)
            .effects(&[Effect::Promise("visit.pass-on")]),
        Action::new("pass-on", From::States(&["message"]), To::OneOf(ENDS, settled))
            .inputs(talk::PASSED)
            .checks(talk::PASSED_ON)
            .effects(&[Effect::PromiseKept]),
        Action {
            from: From::States(&["inside", "left-open", "to-answer", "message"]),
            to: To::OneOf(ENDS, settled),
            effects: &[Effect::TurnInto, Effect::PromiseWithdrawn, Effect::CancelCallbacks],
            ..TURN_INTO
        },
    ],
    at_once: &["answered", "promise-answer", "take-message", "turn-into"],
    suggest,
    callback_moves: &[
        CallbackMove {
            outcome: Outcome::Satisfied,
            from: &["to-answer"],
            to: To::OneOf(ENDS, settled),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Unwanted,
            from: &["to-answer"],
            to: To::OneOf(ENDS, settled),
            effects: &[],
        },
        CallbackMove {
            outcome: Outcome::Dissatisfied,
            from: &["to-answer", "settled", "closed"],
            to: To::OneOf(&["inside", "left-open"], reopened),
            effects: &[],
        },
    ],
    on_open: &[],
    open_checks: &[Guard { id: "has-happened", check: |s| checks::happened(s, "time_in") }],
    summary: &["contact", "whom", "content"],
    columns: &["about", "people", "badge", "time_in", "time_out"],
    findings: &[
        talk::unanswered(&["left-open"]),
        FindingRule {
            id: "not-signed-out",
            states: &["inside", "to-answer", "message", "settled"],
            severity: Severity::Warning,
            since: |case, _| inside(case).then(|| case.instant("time_in")).flatten(),
        },
        FindingRule {
            id: "not-passed-on",
            states: &["message"],
            severity: Severity::Warning,
            since: |case, _| Some(case.opened_at),
        },
    ],
    inside,
    shape: shape::<Visit>,
    ..Kind::BASE
};
