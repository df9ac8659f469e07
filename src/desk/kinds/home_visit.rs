//! Visit to a household 走访 (ZFJ): somebody of the office goes there and asks for an opinion
//! (source §二(一)2, §三(三)1(3)). What the resident has on the heart becomes matters of its own.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{checks, parts};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::why::Why;
use crate::desk::workflow::{self, TURN_INTO};

/// The id of the kind, for the round that it is a part of.
pub const ID: &str = "home-visit";
const ANSWER: &str = "home-visit.answer";
const APPOINTMENT: &str = "home-visit.appointment";
const TRIES_MAX: i64 = 999;

/// The fields of a visit beside the header's; `contact` is whom it is made to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HomeVisit {
    /// Who goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// What is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What the round is called that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<String>,
    /// The time that was agreed with the resident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment: Option<DateTime<Utc>>,
    /// How often nobody was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries: Option<i64>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_at: Option<DateTime<Utc>>,
    /// What was said, before or then: it goes along into the matters that come of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How satisfied the resident is, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
    /// Whether something is to be done about what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<bool>,
    /// What was done about it, and what the resident was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

fn has_remarks(s: &Situation) -> bool {
    s.detail::<HomeVisit>().remarks == Some(true)
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn tried(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let tries = s.detail::<HomeVisit>().tries.unwrap_or(0) + 1;
    values.insert("tries".into(), tries.min(TRIES_MAX).into());
    values.remove("appointment");
    Ok(())
}

/// A visit of its own, without an appointment, that nobody made; those of a round are the round's to find.
fn forgotten(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let alone = case.promise().is_none() && !case.has("round");
    checks::waits(case.opened_at, TO_VISIT, now).filter(|_| alone)
}

/// What a visit that was not made is among the findings.
const LATE: &str = "home-visit-late";
/// How long a visit without an appointment may wait.
const TO_VISIT: TimeDelta = TimeDelta::days(7);
const NOTE: Field = Field::new("note", FieldType::LongText);
const PLANNED: From = From::States(&["planned"]);

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "ZFJ",
    opening: &[
        Field::required("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("who", FieldType::Colleague).preset(Preset::Me),
        Field::new("about", FieldType::Text),
        Field::new("round", FieldType::Text).kept().fixed(),
        Field::new("content", FieldType::LongText),
    ],
    fields: &[
        Field::new("appointment", FieldType::Instant).fixed(),
        Field::new("tries", FieldType::Count { min: 0, max: TRIES_MAX }).fixed(),
        Field::new("visited_at", FieldType::Instant).fixed(),
        Field::new("score", FieldType::Count { min: 1, max: 5 }).fixed(),
        Field::new("remarks", FieldType::Flag).fixed(),
        Field::new("answer", FieldType::LongText),
    ],
    states: &[
        State::new("planned", Phase::Todo),
        State::new("visited", Phase::Todo),
        State::new("turned", Phase::Done),
        State::new("closed", Phase::Done),
        State::new("declined", Phase::Void),
        State::new("cancelled", Phase::Void),
    ],
    actions: &[
        Action::new(
            "visited",
            PLANNED,
            To::OneOf(&["visited", "closed"], |s| if has_remarks(s) { "visited" } else { "closed" }),
        )
        .inputs(&[
            Field::required("visited_at", FieldType::Instant).preset(Preset::Now),
            Field::new("contact", FieldType::Text).preset(Preset::Same),
            Field::required("content", FieldType::LongText).preset(Preset::Same),
            Field::new("score", FieldType::Count { min: 1, max: 5 }),
            Field::new("remarks", FieldType::Flag),
        ])
        .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "visited_at") }])
        .effects(&[Effect::PromiseKept, Effect::If(has_remarks, &[Effect::Promise(ANSWER)])]),
        Action { from: From::States(&["visited"]), to: To::State("turned"), ..TURN_INTO },
        Action::new("answer", From::States(&["visited"]), To::State("closed"))
            .inputs(&[Field::required("answer", FieldType::LongText)]),
        Action::new("appoint", PLANNED, To::Stay)
            .inputs(&[Field::required("appointment", FieldType::Instant), NOTE])
            .checks(&[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "appointment") }])
            .effects(&[Effect::PromiseBy(APPOINTMENT, "appointment")]),
        Action::new("not-met", PLANNED, To::Stay)
            .inputs(&[NOTE])
            .effects(&[Effect::Change(tried), Effect::PromiseWithdrawn]),
        Action::new("decline", PLANNED, To::State("declined"))
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new(parts::CANCEL, PLANNED, To::State("cancelled"))
            .supervisor()
            .inputs(&[NOTE])
            .effects(&[Effect::PromiseWithdrawn]),
    ],
    summary: &["contact", "about", "round"],
    columns: &["who", "appointment", "tries", "score"],
    findings: &[FindingRule {
        id: LATE,
        states: &["planned"],
        severity: Severity::Warning,
        since: forgotten,
    }],
    late: (LATE, Severity::Warning),
    shape: shape::<HomeVisit>,
    ..Kind::BASE
};
