//! What calls and visits have in common: a matter, and what became of it (source §四(二)1).

use chrono::TimeDelta;

use crate::desk::field::{Field, FieldType, Preset, Shown, Values};
use crate::desk::kind::{FindingRule, Guard, Severity, Situation, Suggestion};
use crate::desk::why::Why;
use crate::desk::workflow;

use super::checks;

/// The answer of the knowledge base that was read out, where the matter is a question.
pub const KNOWN: Field = Field::new("answer_used", FieldType::CaseOf("answer")).when("about", QUESTIONS);

/// The matters that the knowledge base may answer.
const QUESTIONS: &[&str] = &["enquiry", "other"];

/// What was answered: read out, in words of one's own, or both.
pub const ANSWER: &[Field] = &[
    Field { shown: Shown::Always, ..KNOWN.preset(Preset::Same) },
    Field::new("answer", FieldType::LongText),
];

/// By when an answer is promised.
pub const ANSWER_BY: &[Field] =
    &[Field::required("answer_by", FieldType::Instant), Field::new("note", FieldType::LongText)];

/// For whom a message is left.
pub const MESSAGE: &[Field] =
    &[Field::required("for_whom", FieldType::Colleague), Field::new("note", FieldType::LongText)];

/// To whom a message was passed on, and when.
pub const PASSED: &[Field] = &[
    Field::required("passed_to", FieldType::Colleague).preset(Preset::Of("for_whom")),
    Field::required("passed_at", FieldType::Instant).preset(Preset::Now),
    Field::new("note", FieldType::LongText),
];

/// The fields that these fill.
pub const FIELDS: [Field; 5] = [
    Field::new("answer", FieldType::LongText),
    Field::new("answer_by", FieldType::Instant).fixed(),
    Field::new("for_whom", FieldType::Colleague),
    Field::new("passed_to", FieldType::Colleague).fixed(),
    Field::new("passed_at", FieldType::Instant).fixed(),
];

/// An answer is promised for a time that is still to come.
pub const ANSWER_AHEAD: &[Guard] =
    &[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "answer_by") }];

/// A message was passed on after it was left, and not in the future.
pub const PASSED_ON: &[Guard] = &[Guard { id: "has-happened", check: passed_on }];

fn passed_on(s: &Situation) -> Result<(), Why> {
    checks::happened(s, "passed_at")?;
    checks::not_before_opening(s, "passed_at")
}

/// What is mostly done about a matter of this sort.
#[allow(clippy::unnecessary_wraps)] // the signature of `Kind::suggest`
pub fn suggest(values: &Values) -> Option<Suggestion> {
    Some(match values.get("about").and_then(|about| about.as_str()) {
        Some("repair") => ("turn-into", Some("repair")),
        Some("complaint") => ("turn-into", Some("complaint")),
        Some("message") => ("take-message", None),
        _ => ("answered", None),
    })
}

/// A matter is answered, promised or passed on while whoever brought it is there, or soon after.
const SOON: TimeDelta = TimeDelta::hours(1);

/// A matter that was written down and nothing more.
pub const fn unanswered(states: &'static [&'static str]) -> FindingRule {
    FindingRule {
        id: "unanswered",
        states,
        severity: Severity::Warning,
        since: |case, now| checks::waits(case.opened_at, SOON, now),
    }
}
