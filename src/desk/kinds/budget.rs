//! Budget of income and spending 经费收支预算 (YS): what is planned for a year, what came in and went
//! out so far, and what was exceeded (source §九).
//!
//! Sums are computed, never typed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{checks, parts};
use crate::desk::case::Case;
use crate::desk::claim::Claim;
use crate::desk::field::{Field, FieldType, LINES_MAX, MONEY_MAX, Preset, Values, instant};
use crate::desk::kind::{Action, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};

/// The catalogue of what comes in.
pub const INCOME: &str = "budget-income";
/// The catalogue of what is spent on.
pub const SPENDING: &str = "budget-spending";

/// What is planned for an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Code of the item.
    pub item: String,
    /// How much, in fen.
    pub planned: i64,
    /// How it comes to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// An amount that came in or went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// The day.
    pub day: NaiveDate,
    /// Code of the item.
    pub item: String,
    /// How much, in fen.
    pub amount: i64,
    /// Its voucher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// How an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Code of the item.
    pub item: String,
    /// What is planned, in fen.
    pub planned: i64,
    /// What came in or went out so far, in fen.
    pub actual: i64,
    /// What was spent beyond the plan, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<i64>,
}

/// The fields of a budget; amounts in fen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Of which year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// What is to come in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub income: Vec<Planned>,
    /// What may be spent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spending: Vec<Planned>,
    /// What came in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<Booking>,
    /// What went out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spent: Vec<Booking>,
    /// How the items of income stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub income_stands: Vec<Standing>,
    /// How the items of spending stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spending_stands: Vec<Standing>,
    /// Income planned in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income_planned: Option<i64>,
    /// Income so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income_actual: Option<i64>,
    /// Spending planned in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spending_planned: Option<i64>,
    /// Spending so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spending_actual: Option<i64>,
    /// By how much more came in than went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus: Option<i64>,
    /// By how much more went out than came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deficit: Option<i64>,
    /// What was spent beyond the plan, over all items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<i64>,
    /// Since when something has been spent beyond the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over_since: Option<DateTime<Utc>>,
    /// How the year went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
}

/// How each item stands: those of the plan in its order, then those that nobody planned.
#[must_use]
pub fn standings(planned: &[Planned], booked: &[Booking]) -> Vec<Standing> {
    let mut actual: BTreeMap<&str, i64> = BTreeMap::new();
    for booking in booked {
        let sum = actual.entry(&booking.item).or_default();
        *sum = sum.saturating_add(booking.amount);
    }
    let mut stand = |item: &str, planned: i64| {
        let actual = actual.remove(item).unwrap_or_default();
        Standing { item: item.to_owned(), planned, actual, over: Some(actual - planned).filter(|over| *over > 0) }
    };
    let mut all: Vec<Standing> = planned.iter().map(|line| stand(&line.item, line.planned)).collect();
    let unplanned: Vec<String> = booked
        .iter()
        .map(|booking| booking.item.clone())
        .filter(|item| planned.iter().all(|line| line.item != *item))
        .collect();
    for item in unplanned {
        if all.iter().all(|standing| standing.item != item) {
            all.push(stand(&item, 0));
        }
    }
    all
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

/// Writes what the lines come to.
fn summed(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let budget: Budget = s.detail();
    let of_income: Vec<Standing> = standings(&budget.income, &budget.received)
        .into_iter()
        .map(|standing| Standing { over: None, ..standing })
        .collect();
    let of_spending = standings(&budget.spending, &budget.spent);
    let planned = |all: &[Standing]| sum(all.iter().map(|standing| standing.planned));
    let actual = |all: &[Standing]| sum(all.iter().map(|standing| standing.actual));
    let (came, went) = (actual(&of_income), actual(&of_spending));
    let over = sum(of_spending.iter().filter_map(|standing| standing.over));
    let amounts = [
        ("income_planned", Some(planned(&of_income))),
        ("income_actual", Some(came)),
        ("spending_planned", Some(planned(&of_spending))),
        ("spending_actual", Some(went)),
        ("surplus", Some(came.saturating_sub(went)).filter(|surplus| *surplus > 0)),
        ("deficit", Some(went.saturating_sub(came)).filter(|deficit| *deficit > 0)),
        ("over", Some(over).filter(|over| *over > 0)),
    ];
    if amounts.iter().any(|(_, amount)| amount.is_some_and(|amount| amount > MONEY_MAX)) {
        return Err(Why::new("desk.why.money_range"));
    }
    for (key, amount) in amounts {
        match amount {
            Some(amount) => drop(values.insert(key.into(), amount.into())),
            None => drop(values.remove(key)),
        }
    }
    values.insert("income_stands".into(), json!(of_income));
    values.insert("spending_stands".into(), json!(of_spending));
    if over > 0 {
        values.entry("over_since").or_insert(instant(s.now));
    } else {
        values.remove("over_since");
    }
    Ok(())
}

fn booked<const RECEIVED: bool>(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let (list, item) = if RECEIVED { ("received", "income_item") } else { ("spent", "spending_item") };
    let row = checks::row(
        s,
        &[("day", "day"), ("item", item), ("amount", "amount"), ("document", "document"), ("remark", "remark")],
    );
    if parts::lines(values, list).len() >= LINES_MAX {
        return Err(Why::new("desk.why.too_many_lines").with("max", Arg::Number(LINES_MAX as i64)));
    }
    checks::append(values, list, [row]);
    Ok(())
}

/// Each item stands once in the plan.
fn items_once(s: &Situation) -> Result<(), Why> {
    let budget: Budget = s.detail();
    for (field, lines) in [("income", &budget.income), ("spending", &budget.spending)] {
        for (at, line) in lines.iter().enumerate() {
            if lines[..at].iter().any(|before| before.item == line.item) {
                let row = Arg::Number(at as i64 + 1);
                return Err(Why::new("budget.why.twice").with("row", row).about(field));
            }
        }
    }
    if budget.income.is_empty() && budget.spending.is_empty() {
        return Err(Why::new("budget.why.nothing_planned").about("spending"));
    }
    Ok(())
}

/// A year has one budget.
fn claims(case: &Case, _: &Settings) -> Vec<Claim> {
    let year = case.get("year").as_i64().filter(|_| ["drafted", "approved"].contains(&case.state.as_str()));
    year.map(|year| Claim::sole(format!("budget:{year}"), case.opened_at, "year")).into_iter().collect()
}

fn year_over(case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let year = case.typed::<Budget>().ok()?.year?;
    checks::over(NaiveDate::from_ymd_opt(year, 12, 31)?, now)
}

/// How long a draft may wait for its approval.
const TO_APPROVE: TimeDelta = TimeDelta::days(14);
const INCOME_ITEM: FieldType = FieldType::Catalogue(INCOME);
const SPENDING_ITEM: FieldType = FieldType::Catalogue(SPENDING);
const REMARK: Field = Field::new("remark", FieldType::Text);
const INCOME_PLAN: FieldType = FieldType::Lines(&[
    Field::required("item", INCOME_ITEM),
    Field::required("planned", FieldType::Money),
    REMARK,
]);
const SPENDING_PLAN: FieldType = FieldType::Lines(&[
    Field::required("item", SPENDING_ITEM),
    Field::required("planned", FieldType::Money),
    REMARK,
]);
const RECEIVED: FieldType = FieldType::Lines(&[
    Field::required("day", FieldType::Day),
    Field::required("item", INCOME_ITEM),
    Field::required("amount", FieldType::Money),
    Field::new("document", FieldType::Text),
    REMARK,
]);
const SPENT: FieldType = FieldType::Lines(&[
    Field::required("day", FieldType::Day),
    Field::required("item", SPENDING_ITEM),
    Field::required("amount", FieldType::Money),
    Field::new("document", FieldType::Text),
    REMARK,
]);
const PLAN: [Field; 2] = [
    Field::new("income", INCOME_PLAN).preset(Preset::Same),
    Field::new("spending", SPENDING_PLAN).preset(Preset::Same),
];
const DAY: Field = Field::required("day", FieldType::Day).preset(Preset::Today);
const AMOUNT: Field = Field::required("amount", FieldType::Money);
const DOCUMENT: Field = Field::new("document", FieldType::Text);
const REASON: Field = Field::required("reason", FieldType::LongText);
const ITEMS_ONCE: &[Guard] = &[Guard { id: "items-once", check: items_once }];
const DAY_CAME: &[Guard] = &[Guard { id: "day-has-come", check: |s| checks::day_came(s, "day") }];
const APPROVED: From = From::States(&["approved"]);

/// The declaration.
pub static KIND: Kind = Kind {
    id: "budget",
    prefix: "YS",
    opens: Role::Supervisor,
    office: true,
    kept: true,
    opening: &[
        Field::required("title", FieldType::Text),
        Field::required("year", FieldType::Count { min: 2000, max: 2999 }).preset(Preset::ThisYear).fixed(),
        Field::new("income", INCOME_PLAN).fixed(),
        Field::new("spending", SPENDING_PLAN).fixed(),
    ],
    fields: &[
        Field::new("income_planned", FieldType::Money).fixed(),
        Field::new("income_actual", FieldType::Money).fixed(),
        Field::new("spending_planned", FieldType::Money).fixed(),
        Field::new("spending_actual", FieldType::Money).fixed(),
        Field::new("surplus", FieldType::Money).fixed(),
        Field::new("deficit", FieldType::Money).fixed(),
        Field::new("over", FieldType::Money).fixed(),
        Field::new("over_since", FieldType::Instant).fixed(),
        Field::new(
            "income_stands",
            FieldType::Lines(&[
                Field::required("item", INCOME_ITEM),
                Field::new("planned", FieldType::Money),
                Field::new("actual", FieldType::Money),
            ]),
        )
        .fixed(),
        Field::new(
            "spending_stands",
            FieldType::Lines(&[
                Field::required("item", SPENDING_ITEM),
                Field::new("planned", FieldType::Money),
                Field::new("actual", FieldType::Money),
                Field::new("over", FieldType::Money),
            ]),
        )
        .fixed(),
        Field::new("received", RECEIVED).fixed(),
        Field::new("spent", SPENT).fixed(),
        Field::new("conclusion", FieldType::LongText),
    ],
    states: &[
        State::new("drafted", Phase::Todo),
        State::new("approved", Phase::Doing),
        State::new("closed", Phase::Done),
    ],
    actions: &[
        Action::new("approve", From::States(&["drafted"]), To::State("approved"))
            .supervisor()
            .inputs(&[Field::new("note", FieldType::LongText)]),
        Action::new("revise", From::States(&["drafted"]), To::Stay)
            .supervisor()
            .inputs(&PLAN)
            .checks(ITEMS_ONCE)
            .effects(&[Effect::Change(summed)]),
        Action::new("spend", APPROVED, To::Stay)
            .supervisor()
            .inputs(&[Field::required("spending_item", SPENDING_ITEM), AMOUNT, DAY, DOCUMENT, REMARK])
            .checks(DAY_CAME)
            .effects(&[Effect::Change(booked::<false>), Effect::Change(summed)]),
        Action::new("receive", APPROVED, To::Stay)
            .supervisor()
            .inputs(&[Field::required("income_item", INCOME_ITEM), AMOUNT, DAY, DOCUMENT, REMARK])
            .checks(DAY_CAME)
            .effects(&[Effect::Change(booked::<true>), Effect::Change(summed)]),
        Action::new("adjust", APPROVED, To::Stay)
            .supervisor()
            .inputs(&[PLAN[0], PLAN[1], REASON])
            .checks(ITEMS_ONCE)
            .effects(&[Effect::Change(summed)]),
        Action::new("correct", APPROVED, To::Stay)
            .supervisor()
            .inputs(&[
                Field::new("received", RECEIVED).preset(Preset::Same),
                Field::new("spent", SPENT).preset(Preset::Same),
                REASON,
            ])
            .effects(&[Effect::Change(summed)]),
        Action::new("close", APPROVED, To::State("closed"))
            .supervisor()
            .inputs(&[Field::required("conclusion", FieldType::LongText)]),
    ],
    on_open: &[Effect::Change(summed)],
    open_checks: ITEMS_ONCE,
    summary: &["title"],
    columns: &["year", "spending_planned", "spending_actual", "over"],
    findings: &[
        FindingRule {
            id: "budget-not-approved",
            states: &["drafted"],
            severity: Severity::Notice,
            since: |case, now| checks::waits(case.opened_at, TO_APPROVE, now),
        },
        FindingRule {
            id: "budget-exceeded",
            states: &["approved"],
            severity: Severity::Warning,
            since: |case, _| case.instant("over_since"),
        },
        FindingRule {
            id: "budget-not-closed",
            states: &["approved"],
            severity: Severity::Notice,
            since: year_over,
        },
    ],
    claims: Some(claims),
    shape: shape::<Budget>,
    ..Kind::BASE
};
