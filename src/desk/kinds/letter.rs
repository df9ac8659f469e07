//! Letter 来信 (XF): written opinions and complaints, and what a higher place sends down (source §四(二)1③).
//!
//! A letter of the company or of a leader ends only when its result was reported back in writing.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::callback::{Callback, Outcome};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, CallbackMove, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To,
    shape,
};
use crate::desk::why::Why;
use crate::desk::workflow::{self, TURN_INTO};

/// Where a letter comes from.
pub const ORIGINS: &[&str] = &["resident", "company", "leader"];
/// Those that want a written report back.
pub const FROM_ABOVE: &[&str] = &["company", "leader"];
/// What it is.
pub const ABOUT: &[&str] = &["complaint", "opinion", "suggestion", "request", "praise", "other"];
/// How fast it must go: a leader's letter is urgent.
pub const URGENCY: &[&str] = &["normal", "urgent"];
/// How the writer is answered.
pub const REPLY_WAYS: &[&str] = &["written", "by-phone", "in-person"];

/// The fields of a letter beside the header's; `contact` is the writer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Letter {
    /// One of [`ORIGINS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// One of [`ABOUT`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The day it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_on: Option<NaiveDate>,
    /// The number it bears where it was sent down from above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Whose instruction it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
    /// What the leader wrote on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leader_word: Option<String>,
    /// Until when the report back is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_by: Option<DateTime<Utc>>,
    /// Who looks into it here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// The department it was passed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Who was told there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// Until when the department is to have done it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// How it stands there, as last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Whose matter it is, if not the company's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<String>,
    /// What the writer was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// One of [`REPLY_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_way: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<DateTime<Utc>>,
    /// What was reported back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_to: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<DateTime<Utc>>,
    /// How often it had to be handled further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub further: Option<u32>,
    /// Where it is filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

fn from_above(s: &Situation) -> bool {
    s.case.text("origin").is_some_and(|origin| FROM_ABOVE.contains(&origin.as_str()))
}

fn from_resident(s: &Situation) -> bool {
    !from_above(s)
}

fn from_leader(s: &Situation) -> bool {
    s.case.text("origin").as_deref() == Some("leader")
}

/// A written complaint and a leader's letter are called back.
fn wants_callback(s: &Situation) -> bool {
    from_leader(s) || s.case.text("about").as_deref() == Some("complaint")
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn registered(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let urgency = if from_leader(s) { "urgent" } else { "normal" };
    values.insert("urgency".into(), urgency.into());
    Ok(())
}

fn leader_named(s: &Situation) -> Result<(), Why> {
    if from_leader(s) && !s.case.has("leader") {
        return Err(Why::new("letter.why.no_leader").about("leader"));
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn further(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("further".into(), (s.detail::<Letter>().further.unwrap_or(0) + 1).into());
    // What was reported no longer holds: the new result is reported again.
    for gone in ["result", "report", "reported_to", "reported_at"] {
        values.remove(gone);
    }
    Ok(())
}

/// A resident's letter that becomes another matter is over; one from above is still to be reported on.
fn turned(s: &Situation) -> &'static str {
    if from_above(s) { "ours" } else { "turned" }
}

fn wants_report(s: &Situation) -> Result<(), Why> {
    if from_above(s) { Ok(()) } else { Err(Why::new("letter.why.no_report_due")) }
}

fn was_reported(s: &Situation) -> Result<(), Why> {
    if from_above(s) && s.case.state != "reported" {
        return Err(Why::new("letter.why.not_reported"));
    }
    Ok(())
}

/// No callback waits, and for a leader's letter one has reached the resident and found satisfaction.
fn was_called_back(s: &Situation) -> Result<(), Why> {
    if s.case.open_callback().is_some() {
        return Err(Why::new("letter.why.callback_waits"));
    }
    match s.case.callbacks.iter().rev().find_map(Callback::outcome) {
        Some(Outcome::Satisfied) => Ok(()),
        _ if from_leader(s) => Err(Why::new("letter.why.leader_callback")),
        _ => Ok(()),
    }
}

/// Answered, reported where that is owed, and nothing left but its filing.
fn only_to_close(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // A report that is owed is found by itself.
    let owes = case.promise().is_some();
    checks::to_close(case, &["replied_at", "reported_at"], now).filter(|_| !owes)
}

const CALLBACK: &str = "callback.letter";
const REPLY_PROMISE: &str = "letter.reply";
const REPORT_PROMISE: &str = "letter.report";

const REPLY: [Field; 3] = [
    Field::required("reply", FieldType::LongText),
    Field::required("reply_way", FieldType::Choice(REPLY_WAYS)).preset(Preset::Text("written")),
    Field::required("replied_at", FieldType::Instant).preset(Preset::Now),
];
const REPLY_CHECKS: &[Guard] = &[Guard { id: "has-happened", check: |s| checks::happened(s, "replied_at") }];
const REPLY_EFFECTS: &[Effect] = &[
    Effect::If(from_resident, &[Effect::PromiseKept]),
    Effect::CancelCallbacks,
    Effect::If(wants_callback, &[Effect::Callback(CALLBACK)]),
];
/// What the desk owes from the beginning: an answer, or a report back that an answer alone does not make.
const ANSWER_OWED: Effect = Effect::If(from_resident, &[Effect::Promise(REPLY_PROMISE)]);
const REPORT_OWED: Effect = Effect::If(from_above, &[Effect::PromiseBy(REPORT_PROMISE, "report_by")]);
const AGAIN: &[Effect] = &[Effect::Change(further), ANSWER_OWED, REPORT_OWED];
const DEADLINE_AHEAD: Guard = Guard { id: "in-the-future", check: |s| workflow::in_future(s, "deadline") };

/// The declaration.
pub static KIND: Kind = Kind {
    id: "letter",
    prefix: "XF",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("origin", FieldType::Choice(ORIGINS)).preset(Preset::Text("resident")).fixed(),
        Field::required("about", FieldType::Choice(ABOUT)).preset(Preset::Text("opinion")),
        Field::required("content", FieldType::LongText),
        Field::required("received_on", FieldType::Day).preset(Preset::Today),
        Field::new("reference", FieldType::Text).when("origin", FROM_ABOVE),
        Field::new("leader", FieldType::Text).when("origin", &["leader"]),
        Field::new("leader_word", FieldType::LongText).when("origin", &["leader"]),
        Field::new("report_by", FieldType::Instant).when("origin", FROM_ABOVE).fixed(),
    ],
    fields: &[
        Field::new("urgency", FieldType::Choice(URGENCY)).fixed(),
        Field::new("handler", FieldType::Colleague),
        Field::new("department", FieldType::Catalogue("department")).fixed(),
        Field::new("told", FieldType::Colleague),
        Field::new("deadline", FieldType::Instant).fixed(),
        Field::new("progress", FieldType::LongText),
        Field::new("result", FieldType::LongText).fixed(),
        Field::new("outside", FieldType::Text),
        Field::new("reply", FieldType::LongText).fixed(),
        Field::new("reply_way", FieldType::Choice(REPLY_WAYS)).fixed(),
        Field::new("replied_at", FieldType::Instant).fixed(),
        Field::new("report", FieldType::LongText).fixed(),
        Field::new("reported_to", FieldType::Text).fixed(),
        Field::new("reported_at", FieldType::Instant).fixed(),
        Field::new("further", FieldType::Count { min: 0, max: 9_999 }).fixed(),
        Field::new("file", FieldType::Text),
    ],
    states: &[
        State::new("registered", Phase::Todo),
        State::new("ours", Phase::Doing),
        State::new("with-department", Phase::Waiting),
        State::new("handled", Phase::Todo),
        State::new("replied", Phase::Todo),
        State::new("reported", Phase::Todo),
        State::new("turned", Phase::Done),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new("take", From::States(&["registered", "with-department"]), To::State("ours")).inputs(&[
            Field::required("handler", FieldType::Colleague).preset(Preset::Me),
            Field::new("note", FieldType::LongText),
        ]),
        Action::new(
            "pass",
            From::States(&["registered", "ours", "with-department"]),
            To::State("with-department"),
        )
        .inputs(&[
            Field::required("department", FieldType::Catalogue("department")).preset(Preset::Same),
            Field::new("told", FieldType::Colleague),
            Field::required("deadline", FieldType::Instant),
            Field::new("note", FieldType::LongText),
        ])
        .checks(&[DEADLINE_AHEAD]),
        Action::new("explain", From::States(&["registered", "ours"]), To::State("replied"))
            .inputs(&[
                Field::required("outside", FieldType::Text),
                REPLY[0],
                REPLY[1],
                REPLY[2],
            ])
            .checks(REPLY_CHECKS)
            .effects(REPLY_EFFECTS),
        Action::new("result", From::States(&["ours", "with-department"]), To::State("handled"))
            .inputs(&[Field::required("result", FieldType::LongText)]),
        Action::new("track", From::States(&["with-department"]), To::Stay)
            .inputs(&[
                Field::required("progress", FieldType::LongText),
                Field::new("deadline", FieldType::Instant).preset(Preset::Same),
            ]),
        Action::new("reply", From::States(&["handled"]), To::State("replied"))
            .inputs(&REPLY)
            .checks(REPLY_CHECKS)
            .effects(REPLY_EFFECTS),
        Action::new("report", From::States(&["replied", "reported"]), To::State("reported"))
            .inputs(&[
                Field::required("report", FieldType::LongText).preset(Preset::Of("result")),
                Field::required("reported_to", FieldType::Text).preset(Preset::Of("leader")),
                Field::required("reported_at", FieldType::Instant).preset(Preset::Now),
            ])
            .guards(&[Guard { id: "from-above", check: wants_report }])
            .checks(&[Guard { id: "has-happened", check: |s| checks::happened(s, "reported_at") }])
            .effects(&[Effect::PromiseKept]),
        Action::new("close", From::States(&["replied", "reported"]), To::State("closed"))
            .inputs(&[Field::new("file", FieldType::Text), Field::new("note", FieldType::LongText)])
            .guards(&[
                Guard { id: "reported-back", check: was_reported },
                Guard { id: "called-back", check: was_called_back },
            ]),
        Action {
            from: From::States(&["registered", "ours"]),
            to: To::OneOf(&["turned", "ours"], turned),
            effects: &[Effect::TurnInto, Effect::If(from_resident, &[Effect::PromiseKept])],
            ..TURN_INTO
        },
        Action::new("further", From::States(&["replied", "reported", "closed"]), To::State("ours"))
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::CancelCallbacks, Effect::Change(further), ANSWER_OWED, REPORT_OWED]),
    ],
    at_once: &["take", "pass", "explain", "turn-into"],
    callback_moves: &[CallbackMove {
        outcome: Outcome::Dissatisfied,
        from: &["replied", "reported", "closed"],
        to: To::State("ours"),
        effects: AGAIN,
    }],
    on_open: &[Effect::Change(registered), ANSWER_OWED, REPORT_OWED],
    open_checks: &[
        Guard { id: "leader-named", check: leader_named },
        Guard { id: "in-the-future", check: |s| workflow::in_future(s, "report_by") },
    ],
    summary: &["content"],
    columns: &["origin", "about", "department"],
    findings: &[
        FindingRule {
            id: "no-report",
            states: &["replied"],
            severity: Severity::Warning,
            since: |case: &Case, _| {
                let letter = case.typed::<Letter>().ok()?;
                letter.replied_at.filter(|_| FROM_ABOVE.contains(&letter.origin.as_deref().unwrap_or_default()))
            },
        },
        FindingRule {
            id: "department-late",
            states: &["with-department"],
            severity: Severity::Warning,
            since: |case, now| case.instant("deadline").filter(|deadline| *deadline < now),
        },
        checks::to_be_closed(&["replied", "reported"], only_to_close),
    ],
    forms: &[Form::new("letter-report").states(&["replied", "reported", "closed"]).when("origin", FROM_ABOVE)],
    shape: shape::<Letter>,
    ..Kind::BASE
};
