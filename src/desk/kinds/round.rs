//! Round of visits 走访计划 (ZF): which households are asked for their opinion, by when and by whom
//! (source §三(三)1(3), §三(三)2(6)). Each of them is a visit of its own ([`super::home_visit`]).

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{checks, home_visit, parts};
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{Action, Around, Effect, From, Guard, Kind, Phase, Severity, Situation, Spawn, State, To, shape};
use crate::desk::others::{Along, Other, Reach};
use crate::desk::parts::Parts;
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};
use crate::desk::workflow::DECLARE_VOID;

/// How often it comes round.
pub const EVERY: &[&str] = &["once", "month", "quarter", "half-year", "year"];
/// Most visits that are made at once.
const VISITS_MAX: usize = 300;
/// Single households: of the round, and those that come to it later.
const HOUSEHOLDS: [&str; 2] = ["households", "more"];
/// Whole buildings, likewise.
const BUILDINGS: [&str; 2] = ["buildings", "more_buildings"];
const DUE: &str = "round.due";
/// How many turns a round that is closed late may have missed.
const TURNS_MAX: u32 = 120;

/// A household to be visited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The household.
    pub unit: String,
    /// Whom to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Why them, and what to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// The fields of a round.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Round {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Who goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Its first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// The end of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// One of [`EVERY`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// Buildings and entrances of which every occupied flat is visited, as `3-2, 5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buildings: Option<String>,
    /// Single households.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<Stop>,
    /// What the office makes of what was heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Why some were not visited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// The visits that are asked for now: the single households, then those of the buildings.
fn stops(s: &Situation) -> Vec<Value> {
    let mut stops = HOUSEHOLDS.map(|key| parts::lines(s.inputs, key)).concat();
    for household in s.covered {
        if stops.iter().all(|stop| stop["unit"] != household.unit.as_str()) {
            let mut stop = json!({ "unit": household.unit });
            if let Some(resident) = household.residents.first() {
                stop["contact"] = resident.name.as_str().into();
                stop["phone"] = resident.phones.first().cloned().into();
            }
            stops.push(stop);
        }
    }
    stops
}

/// Somebody is to be visited, each once, and not more than can be.
fn somebody(s: &Situation) -> Result<(), Why> {
    let stops = stops(s);
    if stops.is_empty() {
        let named = BUILDINGS.iter().find(|key| s.input(key).is_some());
        return Err(named.map_or_else(
            || Why::new("round.why.nobody"),
            |field| Why::new("round.why.nobody_there").about(field),
        ));
    }
    if stops.len() > VISITS_MAX {
        return Err(Why::new("round.why.too_many")
            .with("count", Arg::Number(stops.len() as i64))
            .with("max", Arg::Number(VISITS_MAX as i64)));
    }
    let twice = |(at, stop): (usize, &Value)| stops[..at].iter().any(|before| before["unit"] == stop["unit"]);
    match stops.iter().enumerate().find(|stop| twice(*stop)) {
        Some((_, stop)) => Err(Why::new("round.why.twice")
            .with("unit", Arg::Text(stop["unit"].as_str().unwrap_or_default().to_owned()))),
        None => Ok(()),
    }
}

fn visits(s: &Situation) -> Vec<Spawn> {
    let round: Round = s.detail();
    let mut carried = Values::new();
    for (key, value) in [("round", &round.title), ("who", &round.who), ("about", &round.about)] {
        carried.extend(value.clone().map(|value| (key.to_owned(), value.into())));
    }
    parts::each(home_visit::ID, &stops(s), &carried)
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn dated(s: &Situation, values: &mut Values) -> Result<(), Why> {
    parts::end_of_day(s, values, "until", "due_at");
    Ok(())
}

/// What is added now is visited the next time too.
#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn added(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let round: Round = s.detail();
    let new = |stop: &Value| round.households.iter().all(|known| stop["unit"] != known.unit.as_str());
    checks::append(values, HOUSEHOLDS[0], parts::lines(s.inputs, HOUSEHOLDS[1]).into_iter().filter(new));
    let buildings = [round.buildings.as_deref(), s.input(BUILDINGS[1])];
    let buildings: Vec<&str> = buildings.into_iter().flatten().collect();
    if !buildings.is_empty() {
        values.insert(BUILDINGS[0].into(), buildings.join(", ").into());
    }
    Ok(())
}

fn none_forgotten(s: &Situation) -> Result<(), Why> {
    let planned = |visit: &Other| visit.state == "planned";
    parts::accounted(s, home_visit::ID, planned, ("round.why.visits_left", "left_out"))
}

fn comes_again(s: &Situation) -> bool {
    months(&s.detail()).is_some()
}

fn months(round: &Round) -> Option<u32> {
    match round.every.as_deref()? {
        "month" => Some(1),
        "quarter" => Some(3),
        "half-year" => Some(6),
        "year" => Some(12),
        _ => None,
    }
}

/// The same round, so many months later; one that is closed late does not begin in the past.
fn next(s: &Situation) -> Vec<Spawn> {
    let round: Round = s.detail();
    let (Some(months), Some(from), Some(until)) = (months(&round), round.from, round.until) else {
        return Vec::new();
    };
    let today = s.settings.calendar.day_of(s.now);
    let turn = |times: u32| {
        let later = |day: NaiveDate| day.checked_add_months(Months::new(times * months));
        Some((later(from)?, later(until)?)).filter(|(_, until)| *until >= today)
    };
    let Some((from, until)) = (1..=TURNS_MAX).find_map(turn) else { return Vec::new() };
    let mut values = s.case.values();
    values.retain(|key, _| KIND.opening.iter().any(|field| field.key == key));
    values.insert("from".into(), from.to_string().into());
    values.insert("until".into(), until.to_string().into());
    vec![Spawn { kind: ID.into(), values, relation: "next", back: "before" }]
}

fn until_comes(s: &Situation) -> Result<(), Why> {
    checks::in_order(s, "from", "until")?;
    checks::not_gone_by(s, "until")
}

/// The id of the kind.
pub const ID: &str = "round";
const STOPS: FieldType = FieldType::Lines(&[
    Field::required("unit", FieldType::Unit),
    Field::new("contact", FieldType::Text),
    Field::new("about", FieldType::Text),
]);
const VISITS: Parts = Parts { kind: home_visit::ID, done: &["visited", "turned", "closed"] };
const SOMEBODY: Guard = Guard { id: "somebody", check: somebody };
const VISITS_END: Along = Along { reach: Reach::Linked, kind: home_visit::ID, action: parts::CANCEL };

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "ZF",
    opens: Role::Supervisor,
    opening: &[
        Field::required("title", FieldType::Text).kept(),
        Field::new("about", FieldType::Text),
        Field::required("who", FieldType::Colleague).preset(Preset::Me),
        Field::required("from", FieldType::Day).preset(Preset::Today),
        Field::required("until", FieldType::Day).fixed(),
        Field::required("every", FieldType::Choice(EVERY)).preset(Preset::Text("once")),
        Field::new(BUILDINGS[0], FieldType::Text).kept().fixed(),
        Field::new(HOUSEHOLDS[0], STOPS).fixed(),
    ],
    fields: &[
        Field::new("due_at", FieldType::Instant).fixed(),
        Field::new("conclusion", FieldType::LongText),
        Field::new("left_out", FieldType::LongText),
    ],
    states: &[State::new("running", Phase::Doing), State::new("closed", Phase::Done)],
    actions: &[
        Action::new("add", From::States(&["running"]), To::Stay)
            .supervisor()
            .inputs(&[Field::new(BUILDINGS[1], FieldType::Text).kept(), Field::new(HOUSEHOLDS[1], STOPS)])
            .checks(&[SOMEBODY])
            .effects(&[Effect::Change(added), Effect::Spawn(visits)]),
        Action::new("extend", From::States(&["running"]), To::Stay)
            .supervisor()
            .inputs(&[
                Field::required("until", FieldType::Day),
                Field::required("reason", FieldType::LongText),
            ])
            .checks(&[Guard { id: "not-gone-by", check: |s| checks::not_gone_by(s, "until") }])
            .effects(&[Effect::Change(dated), Effect::PromiseAt(DUE, "due_at")]),
        Action::new("close", From::States(&["running"]), To::State("closed"))
            .supervisor()
            .inputs(&[
                Field::required("conclusion", FieldType::LongText),
                Field::new("left_out", FieldType::LongText),
            ])
            .checks(&[Guard { id: "none-forgotten", check: none_forgotten }])
            .effects(&[Effect::Along(VISITS_END), Effect::If(comes_again, &[Effect::Spawn(next)])]),
        Action {
            effects: &[Effect::PromiseWithdrawn, Effect::CancelCallbacks, Effect::Along(VISITS_END)],
            ..DECLARE_VOID
        },
    ],
    on_open: &[Effect::Change(dated), Effect::PromiseAt(DUE, "due_at"), Effect::Spawn(visits)],
    open_checks: &[Guard { id: "days-in-order", check: until_comes }, SOMEBODY],
    summary: &["title"],
    columns: &["who", "from", "until", "every"],
    late: ("round-overdue", Severity::Warning),
    around: Around::Household,
    parts: Some(VISITS),
    covers: &BUILDINGS,
    shape: shape::<Round>,
    ..Kind::BASE
};
