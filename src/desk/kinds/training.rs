//! Training 培训 (PX): courses, who came, who passed (source §六(一)). Of the new employees all are to
//! be trained and all are to pass.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::figures::Ratio;
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::why::{Arg, Why};

/// What is taught.
pub const SORTS: &[&str] = &["induction", "etiquette", "procedures", "skills", "safety", "other"];

/// Somebody who is to come, or came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// Name.
    pub name: String,
    /// Whether it is a new employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newcomer: Option<bool>,
}

/// What came of it for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    /// Name.
    pub name: String,
    /// Whether the test was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// The score out of a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
}

/// The fields of a course.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// What the course is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<String>,
    /// One of [`SORTS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// How many hours, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<i64>,
    /// Who teaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lecturer: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Who is to come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    /// Who came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attended: Vec<Participant>,
    /// Their results.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Marked>,
    /// How many of those who were to come were trained, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained_rate: Option<u32>,
    /// How many of those who came passed, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_rate: Option<u32>,
    /// The same of new employees alone, absent where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newcomers_trained_rate: Option<u32>,
    /// The same of new employees alone, absent where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newcomers_passed_rate: Option<u32>,
    /// What follows for those who missed it or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makeup: Option<String>,
}

impl Training {
    fn came(&self, name: &str) -> bool {
        self.attended.iter().any(|person| person.name == name)
    }

    fn passed(&self, name: &str) -> bool {
        self.results.iter().any(|marked| marked.name == name && marked.passed == Some(true))
    }

    /// Who was to come: the list, and whoever came without being on it.
    fn all(&self) -> impl Iterator<Item = &Participant> {
        let listed = |name: &str| self.participants.iter().any(|person| person.name == name);
        self.participants.iter().chain(self.attended.iter().filter(move |person| !listed(&person.name)))
    }

    /// Of those who were to come, how many came.
    #[must_use]
    pub fn trained(&self, newcomers_only: bool) -> Ratio {
        let all: Vec<_> = self.all().filter(|person| counts(person, newcomers_only)).collect();
        let part = all.iter().filter(|person| self.came(&person.name)).count();
        Ratio { part: part as u32, of: all.len() as u32 }
    }

    /// Of those who came, how many passed.
    #[must_use]
    pub fn passed_of(&self, newcomers_only: bool) -> Ratio {
        let came = self.all().filter(|person| counts(person, newcomers_only) && self.came(&person.name));
        came.fold(Ratio::default(), |ratio, person| Ratio {
            part: ratio.part + u32::from(self.passed(&person.name)),
            of: ratio.of + 1,
        })
    }
}

fn counts(person: &Participant, newcomers_only: bool) -> bool {
    !newcomers_only || person.newcomer == Some(true)
}

/// Writes the rates that the lists come to; a rate of nobody is none.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn rated(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let training: Training = s.detail();
    let marked = !training.results.is_empty();
    for (key, rate) in [
        ("trained_rate", Some(training.trained(false))),
        ("newcomers_trained_rate", Some(training.trained(true))),
        ("passed_rate", marked.then(|| training.passed_of(false))),
        ("newcomers_passed_rate", marked.then(|| training.passed_of(true))),
    ] {
        match rate.and_then(Ratio::percent) {
            Some(percent) => drop(values.insert(key.into(), percent.into())),
            None => drop(values.remove(key)),
        }
    }
    Ok(())
}

/// Names stand once in a list.
fn named_once<'a>(names: impl Iterator<Item = &'a str>, field: &str) -> Result<(), Why> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Why::new("training.why.twice").with("name", Arg::Text(name.to_owned())).about(field));
        }
    }
    Ok(())
}

fn participants_once(s: &Situation) -> Result<(), Why> {
    named_once(s.detail::<Training>().participants.iter().map(|person| person.name.as_str()), "participants")
}

fn attended_once(s: &Situation) -> Result<(), Why> {
    named_once(s.detail::<Training>().attended.iter().map(|person| person.name.as_str()), "attended")
}

/// Everybody who came has one result, and nobody else has.
fn all_marked(s: &Situation) -> Result<(), Why> {
    let training: Training = s.detail();
    named_once(training.results.iter().map(|marked| marked.name.as_str()), "results")?;
    let about = |key: &str, name: &str| {
        Why::new(key).with("name", Arg::Text(name.to_owned())).about("results")
    };
    if let Some(marked) = training.results.iter().find(|marked| !training.came(&marked.name)) {
        return Err(about("training.why.did_not_come", &marked.name));
    }
    let has_result = |name: &str| training.results.iter().any(|marked| marked.name == name);
    match training.attended.iter().find(|person| !has_result(&person.name)) {
        Some(person) => Err(about("training.why.no_result", &person.name)),
        None => Ok(()),
    }
}

/// Nobody is forgotten: where somebody missed it or failed, what follows is said.
fn makeup_said(s: &Situation) -> Result<(), Why> {
    let training: Training = s.detail();
    let all = |ratio: Ratio| ratio.part == ratio.of;
    if all(training.trained(false)) && all(training.passed_of(false)) || training.makeup.is_some() {
        return Ok(());
    }
    Err(Why::new("training.why.no_makeup").about("makeup"))
}

const PEOPLE: &[Field] =
    &[Field::required("name", FieldType::Colleague), Field::new("newcomer", FieldType::Flag)];
const MARKS: &[Field] = &[
    Field::required("name", FieldType::Colleague),
    Field::required("passed", FieldType::Flag).preset(Preset::Yes),
    Field::new("score", FieldType::Count { min: 0, max: 100 }).personal(),
];
const RATE: FieldType = FieldType::Count { min: 0, max: 100 };
const ALL_MARKED: &[Guard] = &[Guard { id: "all-marked", check: all_marked }];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "training",
    prefix: "PX",
    office: true,
    at_hand: true,
    opening: &[
        Field::required("course", FieldType::Text).kept(),
        Field::required("sort", FieldType::Choice(SORTS)).preset(Preset::Text("procedures")),
        Field::required("date", FieldType::Day).preset(Preset::Today).fixed(),
        Field::required("hours", FieldType::Reading),
        Field::required("lecturer", FieldType::Text),
        Field::new("place", FieldType::Text),
        Field::required("participants", FieldType::Lines(PEOPLE)).fixed(),
    ],
    fields: &[
        Field::new("attended", FieldType::Lines(PEOPLE)).fixed(),
        Field::new("results", FieldType::Lines(MARKS)).fixed(),
        Field::new("trained_rate", RATE).fixed(),
        Field::new("passed_rate", RATE).fixed(),
        Field::new("newcomers_trained_rate", RATE).fixed(),
        Field::new("newcomers_passed_rate", RATE).fixed(),
        Field::new("makeup", FieldType::LongText),
    ],
    states: &[
        State::new("planned", Phase::Waiting),
        State::new("held", Phase::Todo),
        State::new("assessed", Phase::Todo),
        State::new("closed", Phase::Done),
        State::new("cancelled", Phase::Void),
    ],
    actions: &[
        Action::new("hold", From::States(&["planned"]), To::State("held"))
            .inputs(&[
                Field::required("date", FieldType::Day).preset(Preset::Same),
                Field::required("hours", FieldType::Reading).preset(Preset::Same),
                Field::required("attended", FieldType::Lines(PEOPLE)).preset(Preset::Of("participants")),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[
                Guard { id: "day-has-come", check: |s| checks::day_came(s, "date") },
                Guard { id: "named-once", check: attended_once },
            ])
            .effects(&[Effect::Change(rated)]),
        Action::new("assess", From::States(&["held"]), To::State("assessed"))
            .supervisor()
            .inputs(&[
                Field::required("results", FieldType::Lines(MARKS)).preset(Preset::Of("attended")),
                Field::new("note", FieldType::LongText),
            ])
            .checks(ALL_MARKED)
            .effects(&[Effect::Change(rated)]),
        Action::new("close", From::States(&["assessed"]), To::State("closed"))
            .supervisor()
            .inputs(&[Field::new("makeup", FieldType::LongText).preset(Preset::Same)])
            .checks(&[Guard { id: "makeup-said", check: makeup_said }]),
        Action::new("retest", From::States(&["assessed"]), To::Stay)
            .supervisor()
            .inputs(&[
                Field::required("results", FieldType::Lines(MARKS)).preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .checks(ALL_MARKED)
            .effects(&[Effect::Change(rated)]),
        Action::new("replan", From::States(&["planned"]), To::Stay)
            .inputs(&[
                Field::required("date", FieldType::Day).preset(Preset::Same),
                Field::required("participants", FieldType::Lines(PEOPLE)).preset(Preset::Same),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "named-once", check: participants_once }]),
        Action::new("cancel", From::States(&["planned"]), To::State("cancelled"))
            .inputs(&[Field::required("reason", FieldType::LongText)]),
    ],
    open_checks: &[Guard { id: "named-once", check: participants_once }],
    summary: &["course"],
    columns: &["date", "lecturer", "trained_rate", "passed_rate"],
    findings: &[
        FindingRule {
            id: "training-not-held",
            states: &["planned"],
            severity: Severity::Notice,
            since: |case, now| checks::day_over(case, "date", now),
        },
        FindingRule {
            id: "training-not-assessed",
            states: &["held"],
            severity: Severity::Notice,
            since: |case, now| checks::day_over(case, "date", now),
        },
        checks::to_be_closed(&["assessed"], |case, now| checks::day_over(case, "date", now)),
    ],
    forms: &[Form::new("training-sheet")],
    shape: shape::<Training>,
    ..Kind::BASE
};
