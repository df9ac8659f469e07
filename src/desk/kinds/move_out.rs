//! Move-out 搬离 (BL): what is settled, given back and cancelled before a household leaves its flat
//! (source §一(二)5).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::steps::{
    self, AMOUNTS, Amount, COPY, COUNTED, Checklist, Counted, DOCUMENT, DONE_AT, HAPPENED, Steps,
    all_others_done, not_done, tick,
};
use super::{checks, permit, release_pass, renovation};
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::form::Form;
use crate::desk::household::{HouseholdChange, Occupancy, Relation};
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State, To, shape,
};
use crate::desk::others::{Along, Other, Reach};
use crate::desk::people::Role;
use crate::desk::why::{Arg, Why};

/// The id of the kind.
pub const ID: &str = "move-out";

/// The steps; each is an action of that id.
pub const STEPS: &[&str] = &[
    "settle-charges",
    "read-meters",
    "return-keys",
    "cancel-permits",
    "return-deposits",
    "link-pass",
    "leave",
];

const SETTLE_CHARGES: usize = 0;
const READ_METERS: usize = 1;
const RETURN_KEYS: usize = 2;
const CANCEL_PERMITS: usize = 3;
const RETURN_DEPOSITS: usize = 4;
const LINK_PASS: usize = 5;
const LEAVE: usize = 6;

/// Who moves out.
pub const WHO: &[&str] = &["owner", "tenant"];
/// What is metered.
pub const METERS: &[&str] = &["water", "electricity", "gas", "heating", "other"];

/// Kinds whose things and hours a household gives back before it leaves, where they are kept.
const LOAN: &str = "loan";
const BOOKING: &str = "booking";

/// What a meter showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterReading {
    /// One of [`METERS`].
    pub meter: String,
    /// The meter's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter_number: Option<String>,
    /// What it showed, in thousandths.
    pub reading: i64,
}

/// Somebody who stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stays {
    /// Name as the directory has it.
    pub name: String,
}

/// The fields of a move-out beside the header's; `contact` is who gives notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoveOut {
    /// The steps that are done.
    #[serde(skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
    /// One of [`WHO`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Whether the owner gives the flat up altogether.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sold: Option<bool>,
    /// The planned day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaving_on: Option<NaiveDate>,
    /// The last charges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Amount>,
    /// Their sum in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charges_total: Option<i64>,
    /// What the household still owed when its charges were settled, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrears: Option<i64>,
    /// The meters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<MeterReading>,
    /// Keys and cards that came back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Counted>,
    /// Deposits that were given back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<Amount>,
    /// Their sum in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposits_total: Option<i64>,
    /// The release pass for the household's things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    /// Who of the household stays in the flat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staying: Vec<Stays>,
    /// Where letters are sent on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_address: Option<String>,
    /// Under which number the household is reached from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_phone: Option<String>,
}

impl Checklist for MoveOut {
    const STEPS: &'static [&'static str] = STEPS;
}

/// What the household still has open of a kind, by the sentence that says so.
fn none_open(s: &Situation, why: &str, wrong: impl Fn(&Other) -> bool) -> Result<(), Why> {
    match s.others.iter().find(|other| other.same_unit && wrong(other)) {
        Some(other) => Err(Why::new(why)
            .with("number", Arg::Text(other.number.clone()))
            .with("summary", Arg::Text(other.summary.clone()))),
        None => Ok(()),
    }
}

/// A household leaves once at a time.
fn only_one(s: &Situation) -> Result<(), Why> {
    none_open(s, "move-out.why.open_already", |other| other.kind == ID).map_err(|why| why.about("unit"))
}

/// Whoever moves out is in the directory. What stands there of the flat itself may be late: a flat is
/// often let again before anybody tells the desk.
fn known(s: &Situation) -> Result<(), Why> {
    if s.household.is_some() { Ok(()) } else { Err(Why::new("move-out.why.no_household").about("unit")) }
}

/// A household that owes something needs a supervisor's word.
fn arrears(s: &Situation) -> Result<(), Why> {
    let owed = checks::owed(s);
    if owed > 0 && s.role < Role::Supervisor {
        return Err(Why::new("move-out.why.arrears").with("amount", Arg::Money(owed)).needing(Role::Supervisor));
    }
    Ok(())
}

fn renovation_closed(s: &Situation) -> Result<(), Why> {
    none_open(s, "move-out.why.renovation_open", |other| other.kind == renovation::ID)
}

fn nothing_lent(s: &Situation) -> Result<(), Why> {
    none_open(s, "move-out.why.loan_open", |other| other.kind == LOAN)
}

fn nothing_booked(s: &Situation) -> Result<(), Why> {
    none_open(s, "move-out.why.booking_open", |other| other.kind == BOOKING)
}

/// Deposits go back when the cards are back.
fn cards_back(s: &Situation) -> Result<(), Why> {
    none_open(s, "move-out.why.card_out", |other| other.kind == permit::ID)
}

/// What leaves the flat leaves with a pass, or there is nothing to carry out.
fn pass_named(s: &Situation) -> Result<(), Why> {
    match s.input("pass") {
        Some(number) if !number.starts_with(release_pass::KIND.prefix) => {
            Err(Why::new("move-out.why.not_a_pass").with("number", Arg::Text(number.to_owned())).about("pass"))
        }
        None if !s.input_flag("nothing_to_carry") => Err(Why::new("move-out.why.no_pass").about("pass")),
        _ => Ok(()),
    }
}

fn settled(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let total = steps::total(&s.detail::<MoveOut>().charges);
    values.insert("charges_total".into(), total.into());
    values.insert("arrears".into(), checks::owed(s).into());
    steps::tick_with(s, values, STEPS[SETTLE_CHARGES], Some(("amount", total.into())))
}

fn deposits_returned(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let total = steps::total(&s.detail::<MoveOut>().deposits);
    values.insert("deposits_total".into(), total.into());
    steps::tick_with(s, values, STEPS[RETURN_DEPOSITS], Some(("amount", total.into())))
}

/// A tenant leaves with those who live there; an owner who keeps the flat stays its owner.
fn moved_out(s: &Situation) -> Option<HouseholdChange> {
    let detail: MoveOut = s.detail();
    let gives_up = detail.who.as_deref() == Some("owner") && detail.sold == Some(true);
    let stays = |name: &str| detail.staying.iter().any(|staying| staying.name.trim() == name);
    let leaving = s
        .household?
        .residents
        .iter()
        .filter(|resident| !stays(&resident.name) && (gives_up || resident.relation != Relation::Owner))
        .map(|resident| resident.name.clone())
        .collect();
    // Where somebody stays the flat is lived in.
    let occupancy = detail.staying.is_empty().then_some(Occupancy::MovedOut);
    Some(HouseholdChange { occupancy, leaving, ..HouseholdChange::of(s.case.unit.clone()?) })
}

const NOTE: Field = Field::new("note", FieldType::LongText);
const RECEIPT: Field = Field::required("document", FieldType::Text);
const READINGS: &[Field] = &[
    Field::required("meter", FieldType::Choice(METERS)),
    Field::new("meter_number", FieldType::Text),
    Field::required("reading", FieldType::Reading),
];
const NAMES: &[Field] = &[Field::required("name", FieldType::Text)];
const RENOVATION_CLOSED: Guard = Guard { id: "renovation-closed", check: renovation_closed };

/// An action that ticks a step off.
const fn step(id: &'static str) -> Action {
    Action::new(id, From::States(&["started"]), To::Stay).checks(&[HAPPENED])
}

const fn open_step<const STEP: usize>() -> Guard {
    Guard { id: "not-done-yet", check: not_done::<MoveOut, STEP> }
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: ID,
    prefix: "BL",
    opening: &[
        Field::required("unit", FieldType::Unit).fixed(),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
        Field::required("who", FieldType::Choice(WHO)).preset(Preset::Text("owner")),
        Field::new("sold", FieldType::Flag).when("who", &["owner"]),
        Field::new("leaving_on", FieldType::Day),
    ],
    fields: &[
        Field::new("steps", FieldType::Checklist(STEPS)).fixed(),
        Field::new("charges", FieldType::Lines(AMOUNTS)).fixed(),
        Field::new("charges_total", FieldType::Money).fixed(),
        Field::new("arrears", FieldType::Money).fixed(),
        Field::new("meters", FieldType::Lines(READINGS)),
        Field::new("keys", FieldType::Lines(COUNTED)).fixed(),
        Field::new("deposits", FieldType::Lines(AMOUNTS)).fixed(),
        Field::new("deposits_total", FieldType::Money).fixed(),
        Field::new("pass", FieldType::CaseNumber).fixed(),
        Field::new("staying", FieldType::Lines(NAMES)).fixed(),
        Field::new("new_address", FieldType::Text),
        Field::new("new_phone", FieldType::Phone),
    ],
    states: &[State::new("started", Phase::Doing), State::new("moved-out", Phase::Done)],
    actions: &[
        step("settle-charges")
            .inputs(&[
                Field::new("charges", FieldType::Lines(AMOUNTS)).preset(Preset::Owed),
                RECEIPT,
                DONE_AT,
                COPY,
            ])
            .guards(&[
                open_step::<SETTLE_CHARGES>(),
                Guard { id: "no-arrears-or-supervisor", check: arrears },
            ])
            .effects(&[Effect::Change(settled)]),
        step("read-meters")
            .inputs(&[Field::required("meters", FieldType::Lines(READINGS)), DONE_AT, NOTE])
            .guards(&[open_step::<READ_METERS>()])
            .effects(&[Effect::Change(tick::<MoveOut, READ_METERS>)]),
        step("return-keys")
            .inputs(&[Field::required("keys", FieldType::Lines(COUNTED)), DOCUMENT, DONE_AT, NOTE])
            .guards(&[open_step::<RETURN_KEYS>()])
            .effects(&[Effect::Change(tick::<MoveOut, RETURN_KEYS>)]),
        step("cancel-permits")
            .inputs(&[DONE_AT, NOTE])
            .guards(&[open_step::<CANCEL_PERMITS>(), RENOVATION_CLOSED])
            .effects(&[
                Effect::Change(tick::<MoveOut, CANCEL_PERMITS>),
                Effect::Along(Along { reach: Reach::Household, kind: permit::ID, action: permit::END }),
            ]),
        step("return-deposits")
            .inputs(&[Field::new("deposits", FieldType::Lines(AMOUNTS)), DOCUMENT, DONE_AT, NOTE])
            .guards(&[
                open_step::<RETURN_DEPOSITS>(),
                RENOVATION_CLOSED,
                Guard { id: "cards-back", check: cards_back },
            ])
            .effects(&[Effect::Change(deposits_returned)]),
        step("link-pass")
            .inputs(&[
                Field::new("pass", FieldType::CaseNumber),
                Field::new("nothing_to_carry", FieldType::Flag),
                DONE_AT,
            ])
            .guards(&[open_step::<LINK_PASS>()])
            .checks(&[HAPPENED, Guard { id: "pass-named", check: pass_named }])
            .effects(&[Effect::Change(tick::<MoveOut, LINK_PASS>), Effect::LinkTo("pass")]),
        Action { to: To::State("moved-out"), ..step("leave") }
            .inputs(&[
                Field::new("staying", FieldType::Lines(NAMES)),
                Field::new("new_address", FieldType::Text),
                Field::new("new_phone", FieldType::Phone),
                DONE_AT,
                NOTE,
            ])
            .guards(&[
                Guard { id: "all-steps-done", check: all_others_done::<MoveOut> },
                RENOVATION_CLOSED,
                Guard { id: "cards-back", check: cards_back },
                Guard { id: "nothing-lent", check: nothing_lent },
                Guard { id: "nothing-booked", check: nothing_booked },
                Guard { id: "no-arrears-or-supervisor", check: arrears },
            ])
            .effects(&[Effect::Change(tick::<MoveOut, LEAVE>), Effect::Household(moved_out)]),
    ],
    open_checks: &[
        Guard { id: "known-household", check: known },
        Guard { id: "only-one", check: only_one },
    ],
    summary: &["contact"],
    columns: &["contact", "phone", "who", "leaving_on"],
    findings: &[
        FindingRule {
            id: "move-out-overdue",
            states: &["started"],
            severity: Severity::Warning,
            since: |case, now| checks::day_over(case, "leaving_on", now),
        },
        FindingRule {
            id: "move-out-stalled",
            states: &["started"],
            severity: Severity::Notice,
            since: |case, now| steps::stalled(case, now).filter(|_| !case.has("leaving_on")),
        },
    ],
    forms: &[Form::new("move-out")],
    around: Around::Household,
    shape: shape::<MoveOut>,
    ..Kind::BASE
};
