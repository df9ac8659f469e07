//! Move-in 入伙 (RH): the eleven steps by which a household takes its flat over (source §五 一).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{account, checks};
use super::steps::{
    self, AMOUNTS, Amount, COPY, COPY_IF_ANY, COUNTED, Checklist, Counted, DOCUMENT, DONE_AT, HAPPENED, Steps, all_others_done,
    confirmed, needs, not_done, tick,
};
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::form::Form;
use crate::desk::household::{HouseholdChange, Occupancy, Relation, Resident};
use crate::desk::kind::{
    Action, Around, Effect, FindingRule, From, Guard, Kind, Phase, Severity, Situation, Spawn, State, To,
    shape,
};
use crate::desk::others::Other;
use crate::desk::why::{Arg, Why};

/// The steps in the order of the source; each is an action of that id.
pub const STEPS: &[&str] = &[
    "notify",
    "check-notice",
    "sign-covenant",
    "fill-form",
    "hand-out",
    "offer-renovation",
    "sign-receipt",
    "pay-charges",
    "inspect",
    "hand-keys",
    "file-papers",
];

const NOTIFY: usize = 0;
const CHECK_NOTICE: usize = 1;
const SIGN_COVENANT: usize = 2;
const FILL_FORM: usize = 3;
const HAND_OUT: usize = 4;
const OFFER_RENOVATION: usize = 5;
const SIGN_RECEIPT: usize = 6;
const PAY_CHARGES: usize = 7;
const INSPECT: usize = 8;
const HAND_KEYS: usize = 9;
const FILE_PAPERS: usize = 10;

/// How the household was told.
pub const NOTICE_WAYS: &[&str] = &["phone", "letter", "message", "in-person"];
/// What the household says to the renovation formalities.
pub const RENOVATION: &[&str] = &["wanted", "undecided", "not-wanted"];
/// What older records list as opened; since then each is a case of its own ([`account`]).
pub const ACCOUNTS: &[&str] = &["water-electricity", "gas", "cable-tv", "bank-mandate"];
/// What an account is to the move-in that it was applied for with.
pub const ACCOUNT_LINK: &str = "account";
const RELATIONS: &[&str] = &["owner", "tenant", "family"];

/// A person of the household form 《住户情况登记表》.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Owner, tenant or family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Identity number, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
}

/// A defect found in the flat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What is wrong.
    pub what: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Code of the repair categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// Something opened for the household, as older records list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// One of [`ACCOUNTS`].
    pub account: String,
    /// The day it was opened.
    pub day: NaiveDate,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
}

/// The fields of a move-in beside the header's; `contact` is the owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MoveIn {
    /// The steps that are done.
    #[serde(skip_serializing_if = "Steps::is_empty")]
    pub steps: Steps,
    /// How the household was told: one of [`NOTICE_WAYS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_way: Option<String>,
    /// Number of the move-in notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The people of the household form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub residents: Vec<Person>,
    /// Whom to ring in an emergency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_contact: Option<String>,
    /// Under which number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_phone: Option<String>,
    /// The household's vehicle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate: Option<String>,
    /// One of [`RENOVATION`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renovation: Option<String>,
    /// What was handed over and signed for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Counted>,
    /// The move-in charges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Amount>,
    /// Their sum in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charges_total: Option<i64>,
    /// Who looked at the flat with the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspected_with: Option<String>,
    /// Water meter, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub water: Option<i64>,
    /// Electricity meter, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub electricity: Option<i64>,
    /// Gas meter, in thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gas: Option<i64>,
    /// The defects found, each a repair of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// The keys handed over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Counted>,
    /// What was opened for the household before accounts were cases of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
    /// Where the office keeps its papers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_file: Option<String>,
    /// Where the household's own file lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household_file: Option<String>,
}

impl Checklist for MoveIn {
    const STEPS: &'static [&'static str] = STEPS;
}

/// No keys before the charges are paid, the covenant signed and the flat inspected.
fn keys_are_due(s: &Situation) -> Result<(), Why> {
    needs::<MoveIn>(s, &[SIGN_COVENANT, PAY_CHARGES, INSPECT])
}

fn was_inspected(s: &Situation) -> Result<(), Why> {
    needs::<MoveIn>(s, &[INSPECT])
}

/// The notice's own number is the document of the step that checks it.
fn notice_checked(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let number = s.inputs.get("notice").map(|number| ("document", number.clone()));
    steps::tick_with(s, values, STEPS[CHECK_NOTICE], number)
}

/// The charges are paid: their sum stands beside the step.
fn paid(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let total = steps::total(&s.detail::<MoveIn>().charges);
    values.insert("charges_total".into(), total.into());
    steps::tick_with(s, values, STEPS[PAY_CHARGES], Some(("amount", total.into())))
}

/// No account is applied for while it is under way already, or where an older record says that it was opened.
fn not_under_way(s: &Situation) -> Result<(), Why> {
    let wanted = s.input("account").unwrap_or_default();
    let same = |other: &&Other| {
        let account = other.detail.get("account").and_then(|account| account.as_str());
        other.kind == account::ID && other.same_unit && account == Some(wanted)
    };
    if let Some(other) = s.others.iter().find(same) {
        let number = Arg::Text(other.number.clone());
        return Err(Why::new("move-in.why.account_under_way").with("number", number).about("account"));
    }
    if s.detail::<MoveIn>().accounts.iter().any(|opened| opened.account == wanted) {
        return Err(Why::new("move-in.why.account_open")
            .with("account", Arg::Term(format!("move-in.option.account.{wanted}")))
            .about("account"));
    }
    Ok(())
}

/// What is applied for is a case of its own: its papers, its number and its outcome stand there alone.
fn account_case(s: &Situation) -> Vec<Spawn> {
    let mut values = of_the_household(s);
    let given = ["account", "applied_on"].into_iter();
    values.extend(given.filter_map(|key| Some((key.to_owned(), s.inputs.get(key)?.clone()))));
    vec![Spawn { kind: account::ID.into(), values, relation: ACCOUNT_LINK, back: "account-of" }]
}

#[allow(clippy::unnecessary_wraps)] // the signature of every change
fn more_defects(s: &Situation, values: &mut Values) -> Result<(), Why> {
    let more = s.inputs.get("more_defects").and_then(|rows| rows.as_array()).cloned().unwrap_or_default();
    checks::append(values, "defects", more);
    Ok(())
}

/// What every case that is opened with a move-in takes over from it.
fn of_the_household(s: &Situation) -> Values {
    let keys = ["unit", "contact", "phone"].into_iter();
    keys.map(|key| (key.to_owned(), s.case.get(key))).filter(|(_, value)| !value.is_null()).collect()
}

/// Each defect becomes a repair of its own. Nobody pays for what was wrong from the beginning.
fn repairs(s: &Situation) -> Vec<Spawn> {
    let rows = ["defects", "more_defects"].into_iter().find_map(|key| s.inputs.get(key)?.as_array());
    rows.into_iter()
        .flatten()
        .filter_map(|row| serde_json::from_value::<Defect>(row.clone()).ok())
        .map(|defect| {
            let mut values = of_the_household(s);
            values.insert("content".into(), defect.what.into());
            values.insert("chargeable".into(), false.into());
            values.extend(defect.place.map(|place| ("place".to_owned(), place.into())));
            values.extend(defect.category.map(|category| ("category".to_owned(), category.into())));
            Spawn { kind: "repair".into(), values, relation: "defect", back: "defect-of" }
        })
        .collect()
}

/// The household has moved in, and its people are in the directory.
fn moved_in(s: &Situation) -> Option<HouseholdChange> {
    let detail: MoveIn = s.detail();
    let residents = detail
        .residents
        .into_iter()
        .map(|person| Resident {
            name: person.name,
            relation: person.relation.unwrap_or_default(),
            phones: person.phone.into_iter().collect(),
        })
        .collect();
    Some(HouseholdChange {
        occupancy: Some(Occupancy::MovedIn),
        moved_in: Some(s.settings.calendar.day_of(s.now)),
        residents,
        ..HouseholdChange::of(s.case.unit.clone()?)
    })
}

/// Who has the keys lives there: the rest is done and filed soon after.
const FILE: &str = "move-in.file";
const NOTE: Field = Field::new("note", FieldType::LongText);
const STARTED: From = From::States(&["started"]);

const PEOPLE: &[Field] = &[
    Field::required("name", FieldType::Text),
    Field::new("relation", FieldType::Choice(RELATIONS)),
    Field::new("phone", FieldType::Phone),
    Field::new("id_number", FieldType::MaskedId),
];
const DEFECTS: &[Field] = &[
    Field::required("what", FieldType::Text),
    Field::new("place", FieldType::Text),
    Field::new("category", FieldType::Catalogue("repair-category")),
];
const OPENED: &[Field] = &[
    Field::required("account", FieldType::Choice(ACCOUNTS)),
    Field::required("day", FieldType::Day),
    Field::new("account_number", FieldType::Text),
];

/// An action that ticks a step off.
const fn step(id: &'static str) -> Action {
    Action::new(id, STARTED, To::Stay).checks(&[HAPPENED])
}

/// The declaration.
pub static KIND: Kind = Kind {
    id: "move-in",
    prefix: "RH",
    opening: &[
        Field::required("unit", FieldType::Unit).fixed(),
        Field::required("contact", FieldType::Text),
        Field::new("phone", FieldType::Phone),
    ],
    fields: &[
        Field::new("steps", FieldType::Checklist(STEPS)).fixed(),
        Field::new("notice_way", FieldType::Choice(NOTICE_WAYS)),
        Field::new("notice", FieldType::Text),
        Field::new("residents", FieldType::Lines(PEOPLE)),
        Field::new("emergency_contact", FieldType::Text),
        Field::new("emergency_phone", FieldType::Phone),
        Field::new("plate", FieldType::Plate),
        Field::new("renovation", FieldType::Choice(RENOVATION)),
        Field::new("items", FieldType::Lines(COUNTED)),
        Field::new("charges", FieldType::Lines(AMOUNTS)).fixed(),
        Field::new("charges_total", FieldType::Money).fixed(),
        Field::new("inspected_with", FieldType::Text),
        Field::new("water", FieldType::Reading),
        Field::new("electricity", FieldType::Reading),
        Field::new("gas", FieldType::Reading),
        Field::new("defects", FieldType::Lines(DEFECTS)).fixed(),
        Field::new("keys", FieldType::Lines(COUNTED)).fixed(),
        Field::new("accounts", FieldType::Lines(OPENED)).fixed(),
        Field::new("office_file", FieldType::Text),
        Field::new("household_file", FieldType::Text),
    ],
    states: &[State::new("started", Phase::Doing), State::new("moved-in", Phase::Done)],
    actions: &[
        step("notify")
            .inputs(&[
                Field::required("notice_way", FieldType::Choice(NOTICE_WAYS)).preset(Preset::Text("phone")),
                DOCUMENT,
                DONE_AT,
                COPY_IF_ANY,
                NOTE,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, NOTIFY> }])
            .effects(&[Effect::Change(tick::<MoveIn, NOTIFY>)]),
        step("check-notice")
            .inputs(&[Field::new("notice", FieldType::Text), DONE_AT, COPY])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, CHECK_NOTICE> }])
            .effects(&[Effect::Change(notice_checked)]),
        step("sign-covenant")
            .inputs(&[Field::required("signed_by_both", FieldType::Flag), DOCUMENT, DONE_AT, COPY])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, SIGN_COVENANT> }])
            .checks(&[HAPPENED, Guard { id: "confirmed", check: |s| confirmed(s, "signed_by_both") }])
            .effects(&[Effect::Change(tick::<MoveIn, SIGN_COVENANT>)]),
        step("fill-form")
            .inputs(&[
                Field::required("residents", FieldType::Lines(PEOPLE)),
                Field::required("id_checked", FieldType::Flag),
                Field::new("emergency_contact", FieldType::Text),
                Field::new("emergency_phone", FieldType::Phone),
                Field::new("plate", FieldType::Plate),
                DOCUMENT,
                DONE_AT,
                COPY,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, FILL_FORM> }])
            .checks(&[HAPPENED, Guard { id: "confirmed", check: |s| confirmed(s, "id_checked") }])
            .effects(&[Effect::Change(tick::<MoveIn, FILL_FORM>)]),
        step("hand-out")
            .inputs(&[
                Field::required("handbook", FieldType::Flag).preset(Preset::Yes),
                Field::required("quality_letter", FieldType::Flag).preset(Preset::Yes),
                Field::required("manual", FieldType::Flag).preset(Preset::Yes),
                DOCUMENT,
                DONE_AT,
                COPY_IF_ANY,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, HAND_OUT> }])
            .checks(&[
                HAPPENED,
                Guard { id: "handbook", check: |s| confirmed(s, "handbook") },
                Guard { id: "quality-letter", check: |s| confirmed(s, "quality_letter") },
                Guard { id: "manual", check: |s| confirmed(s, "manual") },
            ])
            .effects(&[Effect::Change(tick::<MoveIn, HAND_OUT>)]),
        step("offer-renovation")
            .inputs(&[
                Field::required("renovation", FieldType::Choice(RENOVATION)).preset(Preset::Text("wanted")),
                DOCUMENT,
                DONE_AT,
                COPY_IF_ANY,
                NOTE,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, OFFER_RENOVATION> }])
            .effects(&[Effect::Change(tick::<MoveIn, OFFER_RENOVATION>)]),
        step("sign-receipt")
            .inputs(&[Field::required("items", FieldType::Lines(COUNTED)), DOCUMENT, DONE_AT, COPY])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, SIGN_RECEIPT> }])
            .effects(&[Effect::Change(tick::<MoveIn, SIGN_RECEIPT>)]),
        step("pay-charges")
            .inputs(&[
                Field::required("charges", FieldType::Lines(AMOUNTS)),
                Field::required("document", FieldType::Text),
                DONE_AT,
                COPY,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, PAY_CHARGES> }])
            .effects(&[Effect::Change(paid)]),
        step("inspect")
            .inputs(&[
                Field::required("inspected_with", FieldType::Text).preset(Preset::Of("contact")),
                Field::required("water", FieldType::Reading),
                Field::required("electricity", FieldType::Reading),
                Field::new("gas", FieldType::Reading),
                Field::new("defects", FieldType::Lines(DEFECTS)),
                DOCUMENT,
                DONE_AT,
                COPY,
            ])
            .guards(&[Guard { id: "not-done-yet", check: not_done::<MoveIn, INSPECT> }])
            .effects(&[Effect::Change(tick::<MoveIn, INSPECT>), Effect::Spawn(repairs)]),
        step("hand-keys")
            .inputs(&[Field::required("keys", FieldType::Lines(COUNTED)), DOCUMENT, DONE_AT, COPY])
            .guards(&[
                Guard { id: "not-done-yet", check: not_done::<MoveIn, HAND_KEYS> },
                Guard { id: "paid-signed-inspected", check: keys_are_due },
            ])
            .effects(&[Effect::Change(tick::<MoveIn, HAND_KEYS>), Effect::Promise(FILE)]),
        Action { to: To::State("moved-in"), ..step("file-papers") }
            .inputs(&[
                Field::required("office_file", FieldType::Text),
                Field::required("household_file", FieldType::Text),
                DONE_AT,
            ])
            .guards(&[Guard { id: "all-steps-done", check: all_others_done::<MoveIn> }])
            .effects(&[
                Effect::Change(tick::<MoveIn, FILE_PAPERS>),
                Effect::Household(moved_in),
                Effect::PromiseKept,
            ]),
        Action::new("open-account", From::States(&["started", "moved-in"]), To::Stay)
            .inputs(&[
                Field::required("account", FieldType::Catalogue(account::ACCOUNTS)),
                Field::required("applied_on", FieldType::Day).preset(Preset::Today),
                NOTE,
            ])
            .checks(&[Guard { id: "not-opened-yet", check: not_under_way }])
            .effects(&[Effect::Spawn(account_case)]),
        Action::new("add-defects", From::States(&["started", "moved-in"]), To::Stay)
            .inputs(&[Field::required("more_defects", FieldType::Lines(DEFECTS))])
            .guards(&[Guard { id: "inspected", check: was_inspected }])
            .effects(&[Effect::Change(more_defects), Effect::Spawn(repairs)]),
    ],
    at_once: &["notify"],
    on_open: &[],
    open_checks: &[],
    summary: &["contact"],
    columns: &["contact", "phone"],
    findings: &[
        FindingRule {
            id: "move-in-unfiled",
            states: &["started"],
            severity: Severity::Warning,
            since: |case, now| checks::overdue(case, FILE, now),
        },
        FindingRule {
            id: "move-in-stalled",
            states: &["started"],
            severity: Severity::Notice,
            since: steps::stalled,
        },
    ],
    forms: &[Form::new("move-in"), Form::new("hand-over-receipt")],
    around: Around::Household,
    shape: shape::<MoveIn>,
    ..Kind::BASE
};
