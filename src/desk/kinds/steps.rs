//! Checklists: steps that are ticked off one by one, each by an action of its own, with who, when,
//! document or amount, and copy on file.
//!
//! Their records stand in the field `steps` of the kind, the name of each under `<kind>.step.<id>`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checks;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values, as_instant, instant};
use crate::desk::kind::{Guard, Situation};
use crate::desk::why::{Arg, Why};

/// A kind that is a checklist.
pub trait Checklist {
    /// Its steps in their order; each is an action of that id.
    const STEPS: &'static [&'static str];
}

/// The steps that are done, each with what stands beside it.
pub type Steps = BTreeMap<String, Step>;

/// What stands beside a step that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// The document or its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The amount in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Whether a copy is on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<bool>,
}

/// Something counted: a key, a card, a thing handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// What.
    pub what: String,
    /// How many.
    pub count: i64,
}

/// The columns of what is counted.
pub const COUNTED: &[Field] = &[
    Field::required("what", FieldType::Text),
    Field::required("count", FieldType::Count { min: 1, max: 999 }).preset(Preset::Number(1)),
];

/// An amount for something: a charge that is paid, a deposit that is given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// What for.
    pub what: String,
    /// How much, in fen.
    pub amount: i64,
}

/// The columns of amounts.
pub const AMOUNTS: &[Field] =
    &[Field::required("what", FieldType::Text), Field::required("amount", FieldType::Money)];

/// The sum of amounts in fen.
pub fn total(amounts: &[Amount]) -> i64 {
    amounts.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount))
}

/// When a step was done.
pub const DONE_AT: Field = Field::required("done_at", FieldType::Instant).preset(Preset::Now);
/// Whether a copy is on file.
pub const COPY: Field = Field::new("copy", FieldType::Flag).preset(Preset::Yes);
/// The same where the step mostly leaves no paper.
pub const COPY_IF_ANY: Field = Field::new("copy", FieldType::Flag);
/// The document of a step, or its number.
pub const DOCUMENT: Field = Field::new("document", FieldType::Text);
/// A step was done in the past.
pub const HAPPENED: Guard = Guard { id: "has-happened", check: happened };

fn happened(s: &Situation) -> Result<(), Why> {
    checks::happened(s, "done_at")
}

fn is_done(s: &Situation, step: &str) -> bool {
    s.case.detail.get("steps").and_then(|steps| steps.get(step)).is_some()
}

fn refusal(s: &Situation, why: &str, step: &str) -> Why {
    let kind = &s.case.kind;
    Why::new(format!("{kind}.why.{why}")).with("step", Arg::Term(format!("{kind}.step.{step}")))
}

/// A step is done once.
pub fn not_done<K: Checklist, const STEP: usize>(s: &Situation) -> Result<(), Why> {
    let step = K::STEPS[STEP];
    if is_done(s, step) { Err(refusal(s, "done_already", step)) } else { Ok(()) }
}

/// These steps are done.
pub fn needs<K: Checklist>(s: &Situation, steps: &[usize]) -> Result<(), Why> {
    match steps.iter().map(|step| K::STEPS[*step]).find(|step| !is_done(s, step)) {
        Some(missing) => Err(refusal(s, "step_missing", missing)),
        None => Ok(()),
    }
}

/// All steps before the last are done.
pub fn all_others_done<K: Checklist>(s: &Situation) -> Result<(), Why> {
    let others: Vec<usize> = (0..K::STEPS.len() - 1).collect();
    needs::<K>(s, &others)
}

/// Refuses while a flag that a step stands for is not confirmed.
pub fn confirmed(s: &Situation, flag: &'static str) -> Result<(), Why> {
    if s.input_flag(flag) {
        return Ok(());
    }
    let kind = &s.case.kind;
    Err(Why::new(format!("{kind}.why.not_confirmed"))
        .with("what", Arg::Term(format!("{kind}.field.{flag}")))
        .about(flag))
}

/// After so long without a step a checklist is looked at.
const STALLED: TimeDelta = TimeDelta::days(14);

/// Since when no step has been done for too long.
pub fn stalled(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let steps = case.detail.get("steps").and_then(Value::as_object);
    let done = steps.into_iter().flat_map(|steps| steps.values());
    let last = done.filter_map(|step| as_instant(step.get("at")?)).max();
    checks::waits(last.unwrap_or(case.opened_at).max(case.opened_at), STALLED, now)
}

/// Ticks a step off with what was given beside it.
pub fn tick<K: Checklist, const STEP: usize>(s: &Situation, values: &mut Values) -> Result<(), Why> {
    tick_with(s, values, K::STEPS[STEP], None)
}

/// Ticks a step off with something more beside it than was given.
pub fn tick_with(
    s: &Situation,
    values: &mut Values,
    step: &str,
    more: Option<(&str, Value)>,
) -> Result<(), Why> {
    let given = |key: &str| s.inputs.get(key).cloned();
    let mut record = Values::new();
    record.insert("at".into(), given("done_at").unwrap_or_else(|| instant(s.now)));
    record.insert("by".into(), s.by.into());
    for key in ["document", "copy"] {
        if let Some(value) = given(key) {
            record.insert(key.into(), value);
        }
    }
    record.extend(more.map(|(key, value)| (key.to_owned(), value)));
    let steps = values.entry("steps").or_insert_with(|| Values::new().into());
    steps
        .as_object_mut()
        .ok_or_else(|| Why::new("desk.why.not_lines").about("steps"))?
        .insert(step.to_owned(), record.into());
    Ok(())
}
