//! Task 计划事项 (JHS): a line of a work plan, or one of its own: who does what by when
//! (source §三(三)2(4), §三(三)1(4)).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{checks, parts};
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{Action, Effect, From, Guard, Kind, Phase, Severity, Situation, State, To, shape};
use crate::desk::why::{Arg, Why};

/// The id of the kind, for the plan that it is a part of.
pub const ID: &str = "task";
/// The action by which it goes on where its plan ends.
pub const ROLL_OVER: &str = "roll-over";
const DUE: &str = "task.due";

/// The fields of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Task {
    /// What is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// By when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// The end of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// By what one sees that it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// What the plan is called that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// How often it was carried over to a later day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried: Option<i64>,
    /// The day on which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_on: Option<NaiveDate>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn dated(s: &Situation, values: &mut Values) -> Result<(), Why> {
    parts::end_of_day(s, values, "due_on", "due_at");
    Ok(())
}

/// Its plan ends and it goes on: once it counts as carried over, however many plans it outlives.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn rolled(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("carried".into(), s.detail::<Task>().carried.unwrap_or(0).max(1).into());
    Ok(())
}

fn carried(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("carried".into(), (s.detail::<Task>().carried.unwrap_or(0) + 1).min(CARRIED_MAX).into());
    dated(s, values)
}

/// It is carried over to a later day, not to an earlier one.
fn later(s: &Situation) -> Result<(), Why> {
    checks::not_gone_by(s, "due_on")?;
    let last = s.detail::<Task>().due_at.map(|end| s.settings.calendar.day_of(end));
    match (checks::day(s.inputs, "due_on"), last) {
        (Some(due), Some(last)) if due <= last => {
            Err(Why::new("task.why.not_later").with("day", Arg::Day(last)).about("due_on"))
        }
        _ => Ok(()),
    }
}

const NOTE: Field = Field::new("note", FieldType::LongText);
const CARRIED_MAX: i64 = 999;
const OPEN: From = From::States(&["open"]);

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "JHS",
    office: true,
    kept: true,
    opening: &[
        Field::required("what", FieldType::Text),
        Field::required("who", FieldType::Colleague).preset(Preset::Me).fixed(),
        Field::required("due_on", FieldType::Day).fixed(),
        Field::new("measure", FieldType::Text),
        Field::new("plan", FieldType::Text).fixed(),
    ],
    fields: &[
        Field::new("due_at", FieldType::Instant).fixed(),
        Field::new("carried", FieldType::Count { min: 0, max: CARRIED_MAX }).fixed(),
        Field::new("done_on", FieldType::Day).fixed(),
        Field::new("result", FieldType::LongText),
    ],
    states: &[
        State::new("open", Phase::Doing),
        State::new("done", Phase::Done),
        State::new("cancelled", Phase::Void),
    ],
    actions: &[
        Action::new("done", OPEN, To::State("done"))
            .inputs(&[
                Field::required("done_on", FieldType::Day).preset(Preset::Today),
                Field::required("result", FieldType::LongText),
            ])
            .checks(&[Guard { id: "day-has-come", check: |s| checks::day_came(s, "done_on") }])
            .effects(&[Effect::PromiseKept]),
        Action::new("give", OPEN, To::Stay).inputs(&[Field::required("who", FieldType::Colleague), NOTE]),
        Action::new("carry", OPEN, To::Stay)
            .supervisor()
            .inputs(&[Field::required("due_on", FieldType::Day), Field::required("reason", FieldType::LongText)])
            .checks(&[Guard { id: "later", check: later }])
            .effects(&[Effect::Change(carried), Effect::PromiseAt(DUE, "due_at")]),
        Action::new(ROLL_OVER, OPEN, To::Stay).supervisor().effects(&[Effect::Change(rolled)]),
        Action::new(parts::CANCEL, OPEN, To::State("cancelled"))
            .supervisor()
            .inputs(&[NOTE])
            .effects(&[Effect::PromiseWithdrawn]),
    ],
    on_open: &[Effect::Change(dated), Effect::PromiseAt(DUE, "due_at")],
    summary: &["what"],
    columns: &["who", "due_on", "plan", "carried"],
    late: ("task-overdue", Severity::Warning),
    shape: shape::<Task>,
    ..Kind::BASE
};
