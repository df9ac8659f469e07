//! Work plan of a department 工作计划 (JH), of a year or a month (source §三(三)2(4)). Each line
//! becomes a task with somebody who answers for it and a day ([`super::task`]).

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{checks, parts, task};
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, Spawn, State, To, shape,
};
use crate::desk::others::{Along, Other, Reach};
use crate::desk::parts::Parts;
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::desk::workflow::DECLARE_VOID;

/// For how long a plan is.
pub const PERIODS: &[&str] = &["month", "year"];

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What is to be done.
    pub what: String,
    /// Who answers for it.
    pub who: String,
    /// By when.
    pub due_on: NaiveDate,
    /// By what one sees that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
}

/// The fields of a plan; its first lines and those that came to it later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkPlan {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One of [`PERIODS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Of which year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Of which month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// Of which department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Its lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Line>,
    /// How it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Why some of it was not done, and how it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_over: Option<String>,
}

impl WorkPlan {
    /// Its first day.
    fn begins(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month.unwrap_or(1), 1)
    }

    /// Its last day.
    fn ends(&self) -> Option<NaiveDate> {
        let begins = self.begins()?;
        let months = if self.month.is_some() { 1 } else { 12 };
        begins.checked_add_months(Months::new(months))?.pred_opt()
    }
}

fn plan(case: &Case) -> Option<WorkPlan> {
    case.typed().ok()
}

fn tasks_of(s: &Situation, lines: &[Value]) -> Vec<Spawn> {
    let title = s.detail::<WorkPlan>().title;
    let carried: Values = title.map(|title| ("plan".to_owned(), title.into())).into_iter().collect();
    parts::each(task::ID, lines, &carried)
}

fn all_tasks(s: &Situation) -> Vec<Spawn> {
    tasks_of(s, &parts::lines(&s.case.detail, "tasks"))
}

fn further_tasks(s: &Situation) -> Vec<Spawn> {
    tasks_of(s, &parts::lines(s.inputs, "more"))
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn added(s: &Situation, values: &mut Values) -> Result<(), Why> {
    checks::append(values, "tasks", parts::lines(s.inputs, "more"));
    Ok(())
}

/// What is neither done nor carried over to a later day.
fn none_forgotten(s: &Situation) -> Result<(), Why> {
    let left = |task: &Other| task.number_in("carried") == 0;
    parts::accounted(s, task::ID, left, ("work-plan.why.tasks_left", "left_over"))
}

/// A department has one plan for a month, and one for a year.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    let Some(plan) = plan(case).filter(|_| ["drafted", "running"].contains(&case.state.as_str())) else {
        return Vec::new();
    };
    let Some(year) = plan.year else { return Vec::new() };
    let department = plan.department.unwrap_or_default();
    let month = plan.month.unwrap_or_default();
    vec![Claim::sole(format!("work-plan:{department}:{year}:{month}"), case.opened_at, "period")]
}

const LINES: FieldType = FieldType::Lines(&[
    Field::required("what", FieldType::Text),
    Field::required("who", FieldType::Colleague),
    Field::required("due_on", FieldType::Day),
    Field::new("measure", FieldType::Text),
]);
const TASKS_ROLL: Along = Along { reach: Reach::Linked, kind: task::ID, action: task::ROLL_OVER };
const TASKS_END: Along = Along { reach: Reach::Linked, kind: task::ID, action: parts::CANCEL };

/// The declaration.
pub static KIND: Kind = Kind {
    id: "work-plan",
    prefix: "JH",
    opens: Role::Supervisor,
    office: true,
    kept: true,
    opening: &[
        Field::required("title", FieldType::Text),
        Field::required("period", FieldType::Choice(PERIODS)).preset(Preset::Text("month")).fixed(),
        Field::required("year", FieldType::Count { min: 2000, max: 2999 }).preset(Preset::ThisYear).fixed(),
        Field::required("month", FieldType::Count { min: 1, max: 12 }).when("period", &["month"]).fixed(),
        Field::new("department", FieldType::Catalogue("department")).fixed(),
        Field::required("tasks", LINES).fixed(),
    ],
    fields: &[Field::new("conclusion", FieldType::LongText), Field::new("left_over", FieldType::LongText)],
    states: &[
        State::new("drafted", Phase::Todo),
        State::new("running", Phase::Doing),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new("start", From::States(&["drafted"]), To::State("running"))
            .supervisor()
            .inputs(&[Field::required("tasks", LINES).preset(Preset::Same)])
            .effects(&[Effect::Spawn(all_tasks)]),
        Action::new("revise", From::States(&["drafted"]), To::Stay)
            .supervisor()
            .inputs(&[Field::required("tasks", LINES).preset(Preset::Same)]),
        Action::new("add", From::States(&["running"]), To::Stay)
            .supervisor()
            .inputs(&[Field::required("more", LINES)])
            .effects(&[Effect::Change(added), Effect::Spawn(further_tasks)]),
        Action::new("close", From::States(&["running"]), To::State("closed"))
            .supervisor()
            .inputs(&[
                Field::required("conclusion", FieldType::LongText),
                Field::new("left_over", FieldType::LongText),
            ])
            .checks(&[Guard { id: "none-forgotten", check: none_forgotten }])
            .effects(&[Effect::Along(TASKS_ROLL)]),
        Action { effects: &[Effect::PromiseWithdrawn, Effect::CancelCallbacks, Effect::Along(TASKS_END)], ..DECLARE_VOID },
    ],
    summary: &["title"],
    columns: &["period", "year", "month", "department"],
    findings: &[
        FindingRule {
            id: "plan-not-started",
            states: &["drafted"],
            severity: Severity::Notice,
            since: |case, now| checks::over(plan(case)?.begins()?, now),
        },
        FindingRule {
            id: "plan-not-closed",
            states: &["running"],
            severity: Severity::Notice,
            since: |case, now| checks::over(plan(case)?.ends()?, now),
        },
    ],
    claims: Some(claims),
    around: Around::Household,
    parts: Some(Parts { kind: task::ID, done: &["done"] }),
    shape: shape::<WorkPlan>,
    ..Kind::BASE
};
