//! Satisfaction survey 满意度调查 (DC): a campaign, at least one a year, whose result is held against
//! the two targets (source §一(三)6, §二(二)2).

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Scored, Severity, Situation, State, To, Yearly, shape,
};
use crate::desk::why::{Arg, Why};

/// The catalogue of what is asked.
pub const ITEMS: &str = "survey-item";
/// Most paper forms of one campaign.
const FORMS_MAX: i64 = 99_999;

/// The fields of a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Survey {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The year that it is the survey of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Its first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// When its last day is over, in the community's own time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_at: Option<DateTime<Utc>>,
    /// How many forms were handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_out: Option<u32>,
    /// What the office makes of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// What is done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

fn days_in_order(s: &Situation) -> Result<(), Why> {
    let survey: Survey = s.detail();
    match (survey.from, survey.until) {
        (Some(from), Some(until)) if until < from => {
            Err(Why::new("survey.why.ends_before").with("day", Arg::Day(from)).about("until"))
        }
        _ => Ok(()),
    }
}

/// How many forms are handed out with those that are given now.
fn handed_out(s: &Situation) -> i64 {
    let more = s.inputs.get("more").and_then(serde_json::Value::as_i64).unwrap_or(0);
    i64::from(s.detail::<Survey>().handed_out.unwrap_or(0)) + more
}

fn not_too_many(s: &Situation) -> Result<(), Why> {
    if handed_out(s) > FORMS_MAX {
        return Err(Why::new("desk.why.out_of_range")
            .with("min", Arg::Number(0))
            .with("max", Arg::Number(FORMS_MAX))
            .about("more"));
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn hand_out(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("handed_out".into(), handed_out(s).into());
    Ok(())
}

/// The end of the last day is an instant only in a time zone, which a finding does not know.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn ends(s: &Situation, values: &mut Values) -> Result<(), Why> {
    if let Some(until) = s.detail::<Survey>().until {
        values.insert("over_at".into(), instant(s.settings.calendar.next_day_start(until)));
    }
    Ok(())
}

/// Its last day is over and it still takes answers. Older campaigns know no instant, and theirs is the
/// midnight of Greenwich.
fn overrun(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let survey = case.typed::<Survey>().ok()?;
    let midnight = |until: NaiveDate| Some((until + Days::new(1)).and_time(NaiveTime::MIN).and_utc());
    let over = survey.over_at.or_else(|| survey.until.and_then(midnight))?;
    Some(over).filter(|over| *over <= now)
}

const IN_ORDER: &[Guard] = &[Guard { id: "days-in-order", check: days_in_order }];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "survey",
    prefix: "DC",
    opening: &[
        Field::required("title", FieldType::Text).kept(),
        Field::required("year", FieldType::Count { min: 2000, max: 2999 }).preset(Preset::ThisYear),
        Field::required("from", FieldType::Day).preset(Preset::Today),
        Field::required("until", FieldType::Day).fixed(),
        Field::new("handed_out", FieldType::Count { min: 0, max: FORMS_MAX }),
        Field::new("remark", FieldType::LongText),
    ],
    fields: &[
        Field::new("over_at", FieldType::Instant).fixed(),
        Field::new("conclusion", FieldType::LongText),
        Field::new("measures", FieldType::LongText),
    ],
    states: &[State::new("open", Phase::Doing), State::new("closed", Phase::Done)],
    actions: &[
        Action::new("hand-out", From::States(&["open"]), To::Stay)
            .inputs(&[
                Field::required("more", FieldType::Count { min: 1, max: FORMS_MAX }),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "not-too-many", check: not_too_many }])
            .effects(&[Effect::Change(hand_out)]),
        Action::new("extend", From::States(&["open"]), To::Stay)
            .inputs(&[
                Field::required("until", FieldType::Day),
                Field::required("reason", FieldType::LongText),
            ])
            .checks(IN_ORDER)
            .effects(&[Effect::Change(ends)]),
        Action::new("close", From::States(&["open"]), To::State("closed")).supervisor().inputs(&[
            Field::required("conclusion", FieldType::LongText),
            Field::new("measures", FieldType::LongText),
        ]),
        Action::new("reopen", From::States(&["closed"]), To::State("open"))
            .supervisor()
            .inputs(&[Field::required("reason", FieldType::LongText)]),
    ],
    on_open: &[Effect::Change(ends)],
    open_checks: IN_ORDER,
    summary: &["title"],
    columns: &["year", "from", "until", "handed_out"],
    findings: &[FindingRule {
        id: "survey-overrun",
        states: &["open"],
        severity: Severity::Notice,
        since: overrun,
    }],
    scored_by: Some(Scored {
        kind: "survey-answer",
        items: ("scores", ITEMS),
        overall: "overall",
        handed_out: "handed_out",
    }),
    yearly: Some(Yearly { finding: "no-survey", year: "year", state: "closed" }),
    forms: &[Form::new("survey-form").states(&["open"])],
    shape: shape::<Survey>,
    ..Kind::BASE
};
