//! Free-loan box 百宝箱 (JY): what the counter lends, free of charge (source §二(一)5).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, Preset, Values, instant};
use crate::desk::form::Form;
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Pool, Severity, Situation, State, To, shape,
};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow;

/// The catalogue of the things that are lent, each with how many there are.
pub const ITEMS: &str = "loan-item";
/// In which condition a thing comes back.
pub const CONDITIONS: &[&str] = &["good", "worn", "damaged"];

/// The fields of a loan beside the header's; `category` is the thing, `contact` the borrower.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Loan {
    /// How many were lent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// When they were handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lent_at: Option<DateTime<Utc>>,
    /// How many came back so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<u32>,
    /// When the last of them came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_at: Option<DateTime<Utc>>,
    /// One of [`CONDITIONS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// How they were lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// What is written on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

impl Loan {
    /// How many are still out.
    #[must_use]
    pub fn out(&self) -> u32 {
        self.count.unwrap_or(1).saturating_sub(self.back.unwrap_or(0))
    }
}

/// What is out, lost or written off is not in the box: only giving back and replacing put it there.
fn claims(case: &Case, settings: &Settings) -> Vec<Claim> {
    let (Some(item), Ok(loan)) = (&case.category, case.typed::<Loan>()) else { return Vec::new() };
    if !["lent", "lost", "written-off"].contains(&case.state.as_str()) {
        return Vec::new();
    }
    let claim = Claim::of(ITEMS, item, settings);
    vec![Claim { from: case.opened_at, count: loan.out(), field: "count", ..claim }]
}

fn not_more_than_out(s: &Situation) -> Result<(), Why> {
    let out = i64::from(s.detail::<Loan>().out());
    match s.inputs.get("returned").and_then(serde_json::Value::as_i64) {
        Some(returned) if returned > out => {
            Err(Why::new("loan.why.more_than_out").with("out", Arg::Number(out)).about("returned"))
        }
        _ => Ok(()),
    }
}

fn returned(s: &Situation) -> u32 {
    let typed = s.inputs.get("returned").and_then(serde_json::Value::as_u64);
    typed.and_then(|count| u32::try_from(count).ok()).unwrap_or_else(|| s.detail::<Loan>().out())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn take_back(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let back = s.detail::<Loan>().back.unwrap_or(0) + returned(s);
    values.insert("back".into(), back.into());
    Ok(())
}

/// Lent goes on while something is still out.
fn after_return(s: &Situation) -> &'static str {
    if returned(s) < s.detail::<Loan>().out() { "lent" } else { "returned" }
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn handed_out(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.entry("lent_at").or_insert(instant(s.now));
    Ok(())
}

const UNTIL_AHEAD: Guard = Guard { id: "in-the-future", check: |s| workflow::in_future(s, "until") };
const MAX: i64 = 999;

/// The declaration.
pub static KIND: Kind = Kind {
    id: "loan",
    prefix: "JY",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::required("contact", FieldType::Text),
        Field::required("phone", FieldType::Phone),
        Field::required("category", FieldType::Catalogue(ITEMS)).fixed(),
        Field::required("count", FieldType::Count { min: 1, max: MAX }).preset(Preset::Number(1)).fixed(),
        Field::required("until", FieldType::Instant).preset(Preset::ClosingToday).fixed(),
        Field::new("remark", FieldType::LongText),
    ],
    fields: &[
        Field::new("lent_at", FieldType::Instant).fixed(),
        Field::new("back", FieldType::Count { min: 0, max: MAX }).fixed(),
        Field::new("back_at", FieldType::Instant).fixed(),
        Field::new("condition", FieldType::Choice(CONDITIONS)).fixed(),
        Field::new("lost", FieldType::LongText).fixed(),
    ],
    states: &[
        State::new("lent", Phase::Waiting),
        State::new("lost", Phase::Todo),
        State::new("returned", Phase::Done),
        State::new("replaced", Phase::Done),
        State::new("written-off", Phase::Done),
    ],
    actions: &[
        Action::new("return", From::States(&["lent", "lost"]), To::OneOf(&["lent", "returned"], after_return))
            .inputs(&[
                Field::new("returned", FieldType::Count { min: 1, max: MAX }),
                Field::required("back_at", FieldType::Instant).preset(Preset::Now),
                Field::required("condition", FieldType::Choice(CONDITIONS)).preset(Preset::Text("good")),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[
                Guard { id: "has-happened", check: |s| checks::happened(s, "back_at") },
                Guard { id: "not-more-than-out", check: not_more_than_out },
            ])
            .effects(&[Effect::Change(take_back)]),
        Action::new("extend", From::States(&["lent"]), To::Stay)
            .inputs(&[
                Field::required("until", FieldType::Instant),
                Field::required("reason", FieldType::LongText),
            ])
            .checks(&[UNTIL_AHEAD])
            .effects(&[Effect::PromiseBy(RETURN, "until")]),
        Action::new("remind", From::States(&["lent"]), To::Stay)
            .inputs(&[Field::required("note", FieldType::LongText)]),
        Action::new("lose", From::States(&["lent"]), To::State("lost"))
            .inputs(&[Field::required("lost", FieldType::LongText)])
            .effects(&[Effect::PromiseWithdrawn]),
        Action::new("replace", From::States(&["lost"]), To::State("replaced"))
            .inputs(&[Field::required("note", FieldType::LongText)]),
        Action::new("write-off", From::States(&["lost"]), To::State("written-off"))
            .supervisor()
            .inputs(&[Field::required("reason", FieldType::LongText)]),
    ],
    on_open: &[Effect::Change(handed_out), Effect::PromiseBy(RETURN, "until")],
    open_checks: &[UNTIL_AHEAD],
    summary: &["category"],
    columns: &["count", "contact", "until"],
    findings: &[FindingRule {
        id: "loan-lost",
        states: &["lost"],
        severity: Severity::Notice,
        since: |case, now| Some(case.opened_at).filter(|at| *at < now),
    }],
    claims: Some(claims),
    pool: Some(Pool::Stock(ITEMS)),
    late: ("loan-overdue", Severity::Warning),
    forms: &[Form::new("loan-slip")],
    shape: shape::<Loan>,
    ..Kind::BASE
};

const RETURN: &str = "loan.return";
