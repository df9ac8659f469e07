//! CV 人员简历 (JL): the two forms of the source about the head of the project and its managers
//! (source §三(二)2 and 3).
//!
//! Age and years of service are told by the year from which they count: that does not grow old.

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset};
use crate::desk::kind::{Action, Effect, From, Guard, Kind, Phase, Severity, Situation, State, To, shape};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};

/// Which of the two forms it is.
pub const FORMS: &[&str] = &["head", "manager"];
const SEXES: &[&str] = &["female", "male"];
/// How far somebody went to school.
pub const DEGREES: &[&str] = &["secondary", "college", "bachelor", "master", "doctor"];
const REVIEW: &str = "resume.review";
/// Nobody works before that age.
const WORKING_AGE: i64 = 16;

/// A project that somebody was in charge of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// What it is called.
    pub project: String,
    /// Who built it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// Its size in square metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// What quality it was rated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// From when until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
}

/// The fields of a CV.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Resume {
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// One of [`FORMS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// `female` or `male`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// Year of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub born: Option<i64>,
    /// What the person does here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// Professional title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One of [`DEGREES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<String>,
    /// What was studied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialty: Option<String>,
    /// The year of the first employment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_since: Option<i64>,
    /// The year since which projects have been managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_since: Option<i64>,
    /// The projects so far.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// Somebody is born, works, and leads projects, in this order and not in years to come.
fn years_in_order(s: &Situation) -> Result<(), Why> {
    let resume: Resume = s.detail();
    let this_year = i64::from(s.settings.calendar.day_of(s.now).year());
    let mut least = resume.born.map_or(0, |born| born + WORKING_AGE);
    for (field, year) in [("working_since", resume.working_since), ("manager_since", resume.manager_since)] {
        let Some(year) = year else { continue };
        if year < least || year > this_year {
            return Err(Why::new("resume.why.year")
                .with("from", Arg::Text(least.to_string()))
                .with("until", Arg::Text(this_year.to_string()))
                .about(field));
        }
        least = year;
    }
    Ok(())
}

/// A person has one CV.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    let person = case.text("person").filter(|_| case.state == "current");
    person.map(|person| Claim::sole(format!("resume:{person}"), case.opened_at, "person")).into_iter().collect()
}

const YEAR: FieldType = FieldType::Count { min: 1930, max: 2999 };
const PROJECTS: FieldType = FieldType::Lines(&[
    Field::required("project", FieldType::Text),
    Field::new("builder", FieldType::Text),
    Field::new("size", FieldType::Count { min: 1, max: 100_000_000 }),
    Field::new("standard", FieldType::Text),
    Field::new("period", FieldType::Text),
]);
const YEARS_IN_ORDER: &[Guard] = &[Guard { id: "years-in-order", check: years_in_order }];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "resume",
    prefix: "JL",
    opens: Role::Supervisor,
    office: true,
    opening: &[
        Field::required("person", FieldType::Colleague).fixed(),
        Field::required("form", FieldType::Choice(FORMS)).preset(Preset::Text("manager")),
        Field::new("sex", FieldType::Choice(SEXES)).personal(),
        Field::new("born", YEAR).personal().fixed(),
        Field::required("post", FieldType::Text),
        Field::new("title", FieldType::Text),
        Field::new("degree", FieldType::Choice(DEGREES)).personal(),
        Field::new("specialty", FieldType::Text),
        Field::new("working_since", YEAR).personal().fixed(),
        Field::new("manager_since", YEAR).personal().fixed(),
        Field::new("projects", PROJECTS),
        Field::new("remark", FieldType::LongText),
    ],
    states: &[State::new("current", Phase::Doing), State::new("retired", Phase::Done)],
    actions: &[
        Action::new("review", From::States(&["current"]), To::Stay)
            .supervisor()
            .inputs(&[
                Field::required("post", FieldType::Text).preset(Preset::Same),
                Field::new("title", FieldType::Text).preset(Preset::Same),
                Field::new("degree", FieldType::Choice(DEGREES)).personal().preset(Preset::Same),
                Field::new("specialty", FieldType::Text).preset(Preset::Same),
                Field::new("born", YEAR).personal().preset(Preset::Same),
                Field::new("working_since", YEAR).personal().preset(Preset::Same),
                Field::new("manager_since", YEAR).personal().preset(Preset::Same),
                Field::new("projects", PROJECTS).preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .checks(YEARS_IN_ORDER)
            .effects(&[Effect::PromiseKept, Effect::Promise(REVIEW)]),
        Action::new("retire", From::States(&["current"]), To::State("retired"))
            .supervisor()
            .inputs(&[Field::required("reason", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new("restore", From::States(&["retired"]), To::State("current"))
            .supervisor()
            .inputs(&[Field::new("note", FieldType::LongText)])
            .effects(&[Effect::Promise(REVIEW)]),
    ],
    on_open: &[Effect::Promise(REVIEW)],
    open_checks: YEARS_IN_ORDER,
    summary: &["person", "post"],
    columns: &["form", "title", "degree", "manager_since"],
    late: ("resume-aged", Severity::Notice),
    claims: Some(claims),
    shape: shape::<Resume>,
    ..Kind::BASE
};
