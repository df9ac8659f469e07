//! Equipment 物资 (WZ): what the office has, where it is and who keeps it (source §三(一)2).
//!
//! Totals are computed, never typed: the total under the source's own table is wrong.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::checks;
use crate::desk::field::{Field, FieldType, MONEY_MAX, Preset, Values, instant};
use crate::desk::kind::{
    Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::why::Why;
use crate::desk::workflow;

/// Why something is scrapped.
pub const SCRAPPED: &[&str] = &["worn-out", "beyond-repair", "lost", "replaced", "other"];

/// The fields of an entry of the equipment ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Equipment {
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thing: Option<String>,
    /// Brand and model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Counted in (台, 套).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// Price of one, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// Count times price, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keeper: Option<String>,
    /// The day it was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bought_on: Option<NaiveDate>,
    /// Anything else about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Who repairs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repairer: Option<String>,
    /// Since when it is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away_since: Option<DateTime<Utc>>,
    /// How often it was repaired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
    /// What the repairs cost in all, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair_costs: Option<i64>,
    /// How many were found when it was last counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<i64>,
    /// The day of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_on: Option<NaiveDate>,
    /// Whether fewer or more were found than there should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<bool>,
    /// Why it was scrapped: one of [`SCRAPPED`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrapped_why: Option<String>,
    /// The day of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrapped_on: Option<NaiveDate>,
    /// What was got for it, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proceeds: Option<i64>,
}

impl Equipment {
    /// Count times price, in fen.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.count.unwrap_or(0).saturating_mul(self.price.unwrap_or(0))
    }
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn summed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("total".into(), s.detail::<Equipment>().sum().into());
    Ok(())
}

fn sum_in_range(s: &Situation) -> Result<(), Why> {
    if s.detail::<Equipment>().sum() <= MONEY_MAX {
        Ok(())
    } else {
        Err(Why::new("desk.why.money_range").about("price"))
    }
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn gone(s: &Situation, values: &mut Values) -> Result<(), Why> {
    values.insert("away_since".into(), instant(s.now));
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn back(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let thing: Equipment = s.detail();
    let cost = s.inputs.get("cost").and_then(serde_json::Value::as_i64).unwrap_or(0);
    values.insert("repairs".into(), (thing.repairs.unwrap_or(0) + 1).into());
    let costs = thing.repair_costs.unwrap_or(0).saturating_add(cost).min(MONEY_MAX);
    values.insert("repair_costs".into(), costs.into());
    for ended in ["fault", "repairer", "away_since"] {
        values.remove(ended);
    }
    Ok(())
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn compared(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let thing: Equipment = s.detail();
    values.insert("difference".into(), (thing.counted != thing.count).into());
    Ok(())
}

/// A difference is explained by correcting the ledger: the count is what is there.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn corrected(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let thing: Equipment = s.detail();
    if thing.counted.is_some() {
        values.insert("difference".into(), (thing.counted != thing.count).into());
    }
    summed(s, values)
}

const COUNT: FieldType = FieldType::Count { min: 1, max: 99_999 };
const REPAIR: &str = "equipment.repair";
const SUM_IN_RANGE: &[Guard] = &[Guard { id: "sum-in-range", check: sum_in_range }];

/// The declaration.
pub static KIND: Kind = Kind {
    id: "equipment",
    prefix: "WZ",
    office: true,
    at_hand: true,
    kept: true,
    opening: &[
        Field::required("thing", FieldType::Text),
        Field::new("model", FieldType::Text),
        Field::required("count", COUNT).preset(Preset::Number(1)).fixed(),
        Field::new("per", FieldType::Text),
        Field::required("price", FieldType::Money).fixed(),
        Field::new("place", FieldType::Text),
        Field::new("keeper", FieldType::Colleague),
        Field::new("bought_on", FieldType::Day),
        Field::new("remark", FieldType::Text),
    ],
    fields: &[
        Field::new("total", FieldType::Money).fixed(),
        Field::new("fault", FieldType::LongText).fixed(),
        Field::new("repairer", FieldType::Text).fixed(),
        Field::new("away_since", FieldType::Instant).fixed(),
        Field::new("repairs", FieldType::Count { min: 0, max: 9_999 }).fixed(),
        Field::new("repair_costs", FieldType::Money).fixed(),
        Field::new("counted", FieldType::Count { min: 0, max: 99_999 }).fixed(),
        Field::new("counted_on", FieldType::Day).fixed(),
        Field::new("difference", FieldType::Flag).fixed(),
        Field::new("scrapped_why", FieldType::Choice(SCRAPPED)).fixed(),
        Field::new("scrapped_on", FieldType::Day).fixed(),
        Field::new("proceeds", FieldType::Money).fixed(),
    ],
    states: &[
        State::new("in-use", Phase::Doing),
        State::new("repair", Phase::Waiting),
        State::new("scrapped", Phase::Done),
    ],
    actions: &[
        Action::new("repair", From::States(&["in-use"]), To::State("repair"))
            .inputs(&[
                Field::required("fault", FieldType::LongText),
                Field::new("repairer", FieldType::Text),
                Field::new("back_by", FieldType::Instant),
            ])
            .checks(&[Guard { id: "in-the-future", check: |s| workflow::in_future(s, "back_by") }])
            .effects(&[Effect::Change(gone), Effect::PromiseBy(REPAIR, "back_by")]),
        Action::new("back", From::States(&["repair"]), To::State("in-use"))
            .inputs(&[Field::new("cost", FieldType::Money), Field::new("note", FieldType::LongText)])
            .effects(&[Effect::Change(back), Effect::PromiseKept]),
        Action::new("move", From::States(&["in-use", "repair"]), To::Stay).inputs(&[
            Field::new("place", FieldType::Text).preset(Preset::Same),
            Field::new("keeper", FieldType::Colleague).preset(Preset::Same),
            Field::new("note", FieldType::LongText),
        ]),
        Action::new("take-stock", From::States(&["in-use"]), To::Stay)
            .inputs(&[
                Field::required("counted", FieldType::Count { min: 0, max: 99_999 })
                    .preset(Preset::Of("count")),
                Field::required("counted_on", FieldType::Day).preset(Preset::Today),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "day-has-come", check: |s| checks::day_came(s, "counted_on") }])
            .effects(&[Effect::Change(compared)]),
        Action::new("correct", From::States(&["in-use", "repair"]), To::Stay)
            .supervisor()
            .inputs(&[
                Field::required("count", COUNT).preset(Preset::Same),
                Field::required("price", FieldType::Money).preset(Preset::Same),
                Field::required("reason", FieldType::LongText),
            ])
            .checks(SUM_IN_RANGE)
            .effects(&[Effect::Change(corrected)]),
        Action::new("scrap", From::States(&["in-use", "repair"]), To::State("scrapped"))
            .supervisor()
            .inputs(&[
                Field::required("scrapped_why", FieldType::Choice(SCRAPPED)),
                Field::required("scrapped_on", FieldType::Day).preset(Preset::Today),
                Field::new("proceeds", FieldType::Money),
                Field::new("note", FieldType::LongText),
            ])
            .checks(&[Guard { id: "day-has-come", check: |s| checks::day_came(s, "scrapped_on") }])
            .effects(&[Effect::PromiseWithdrawn]),
    ],
    on_open: &[Effect::Change(summed)],
    open_checks: SUM_IN_RANGE,
    summary: &["thing", "model", "place"],
    columns: &["count", "price", "total", "place", "keeper"],
    findings: &[FindingRule {
        id: "stock-differs",
        states: &["in-use"],
        severity: Severity::Notice,
        since: |case, _| (case.typed::<Equipment>().ok()?.difference == Some(true)).then_some(case.opened_at),
    }],
    late: ("equipment-not-back", Severity::Notice),
    shape: shape::<Equipment>,
    ..Kind::BASE
};
