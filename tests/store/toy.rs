//! A kind of case made for tests, with everything the store and the timer know of: promise, callback,
//! somebody inside, an end by the clock, lines, a choice. And a book set up for it.

use std::path::Path;

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, Done, NewCase};
use qiantai::counter::{Session, operators};
use qiantai::desk::callback::Outcome;
use qiantai::desk::case::Case;
use qiantai::desk::field::{Field, FieldType, Values, as_instant};
use qiantai::desk::kind::{
    Action, CallbackMove, Effect, Expiry, FindingRule, From, Guard, Kind, Phase, Severity, Situation, State,
    To, no_suggestion, shape,
};
use qiantai::desk::kinds::Kinds;
use qiantai::desk::people::{Operator, Role};
use qiantai::desk::settings::Settings;
use qiantai::desk::why::Why;
use qiantai::store::operators::Account;
use qiantai::store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The list of kinds with the toy in it.
pub const KINDS: Kinds = Kinds(&[&ERRAND]);

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Detail {
    what: Option<String>,
    size: Option<String>,
    things: Vec<Thing>,
    due: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    guest: bool,
    paid: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Thing {
    name: String,
    count: i64,
}

/// The toy: an errand that is run.
pub static ERRAND: Kind = Kind {
    id: "errand",
    prefix: "ER",
    opening: &[
        Field::new("unit", FieldType::Unit),
        Field::new("contact", FieldType::Text),
        Field::required("what", FieldType::Text),
        Field::new("size", FieldType::Choice(&["small", "large"])),
        Field::new(
            "things",
            FieldType::Lines(&[
                Field::required("name", FieldType::Text),
                Field::required("count", FieldType::Count { min: 1, max: 99 }),
            ]),
        ),
        Field::new("due", FieldType::Instant),
        Field::new("until", FieldType::Instant),
        Field::new("guest", FieldType::Flag),
    ],
    fields: &[Field::new("paid", FieldType::Money)],
    states: &[
        State::new("asked", Phase::Todo),
        State::new("running", Phase::Doing),
        State::new("ran", Phase::Done),
        State::new("lapsed", Phase::Void),
    ],
    actions: &[
        Action::new("run", From::States(&["asked"]), To::State("running")),
        Action::new("finish", From::States(&["running"]), To::State("ran"))
            .inputs(&[Field::new("paid", FieldType::Money), Field::new("call_at", FieldType::Instant)])
            .guards(&[Guard { id: "things-named", check: things_named }])
            .effects(&[Effect::PromiseKept, Effect::CallbackBy("callback.errand", "call_at")]),
        Action::new("lapse", From::AnyOpen, To::State("lapsed"))
            .effects(&[Effect::PromiseWithdrawn])
            .by_clock(),
    ],
    at_once: &["run"],
    suggest: no_suggestion,
    callback_moves: &[CallbackMove {
        outcome: Outcome::Dissatisfied,
        from: &["ran"],
        to: To::State("running"),
        effects: &[Effect::Promise("errand.run")],
    }],
    on_open: &[Effect::PromiseBy("errand.run", "due")],
    open_checks: &[],
    summary: &["what"],
    columns: &["size"],
    findings: &[FindingRule {
        id: "errand-unpaid",
        states: &["ran"],
        severity: Severity::Warning,
        since: unpaid_since,
    }],
    inside: is_inside,
    expires: lapses,
    shape: shape::<Detail>,
    ..Kind::BASE
};

fn things_named(s: &Situation) -> Result<(), Why> {
    if s.case.has("things") { Ok(()) } else { Err(Why::new("errand.why.no_things")) }
}

fn unpaid_since(case: &Case, _now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if case.has("paid") { None } else { case.closed_at }
}

fn is_inside(case: &Case) -> bool {
    case.closed_at.is_none() && case.get("guest") == Value::Bool(true)
}

fn lapses(case: &Case) -> Option<Expiry> {
    if case.closed_at.is_some() {
        return None;
    }
    as_instant(&case.get("until")).map(|until| (until, "lapse"))
}

/// An instant written down.
pub fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A busy forenoon in Shanghai.
pub fn morning() -> DateTime<Utc> {
    utc("2026-11-24T10:00:00+08:00")
}

/// Seconds as a span.
pub fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

/// Settings with the service hours of the source and rules for the toy.
pub fn settings() -> Settings {
    serde_json::from_value(json!({
        "community": "蔚蓝新都",
        "calendar": {
            "tz": "Asia/Shanghai",
            "week": vec![vec!["07:00-23:00"]; 7],
            "holidays": [],
            "makeup": {}
        },
        "promises": [
            { "stage": "errand.run", "minutes": 60, "counting": "clock" },
            { "stage": "callback.errand", "minutes": 120, "counting": "clock" },
            { "stage": "callback.retry", "minutes": 30, "counting": "clock" }
        ],
        "catalogues": [], "charges": [], "staff": [], "phrases": [],
        "soon_minutes": 30
    }))
    .unwrap()
}

/// The PIN of everybody.
pub const PIN: &str = "246810";

/// The hash of the PIN of everybody.
pub fn secret() -> String {
    Argon2::default().hash_password(PIN.as_bytes()).unwrap().to_string()
}

/// Sets a book up for the toy and logs a supervisor in.
pub fn set_up(directory: &Path) -> (Store, Session) {
    set_up_with(directory, KINDS, &settings())
}

/// Sets a book up with these kinds and settings and logs a supervisor in.
pub fn set_up_with(directory: &Path, kinds: Kinds, settings: &Settings) -> (Store, Session) {
    let mut store = Store::open(directory, kinds).unwrap();
    let secret = secret();
    store
        .write(|tx| -> Result<(), StoreError> {
            tx.put_settings(settings)?;
            for (name, role) in [("王敏", Role::Supervisor), ("李娜", Role::Receptionist)] {
                tx.put_account(&Account {
                    operator: Operator { name: name.into(), role, disabled: false },
                    secret: secret.clone(),
                    failures: 0,
                    locked_until: None,
                    recovery: None,
                })?;
            }
            Ok(())
        })
        .unwrap();
    let session = operators::login(&mut store, "王敏", PIN, morning()).unwrap();
    (store, session)
}

/// A further connection to the book, as another process would have it.
pub fn second(directory: &Path) -> (Store, Session) {
    let mut store = Store::open(directory, KINDS).unwrap();
    let session = operators::login(&mut store, "王敏", PIN, morning()).unwrap();
    (store, session)
}

/// Values from a JSON object.
pub fn values(value: Value) -> Values {
    match value {
        Value::Object(values) => values,
        other => panic!("{other} is no object"),
    }
}

/// Opens an errand with these values; `what` is added.
pub fn open(store: &mut Store, session: &Session, now: DateTime<Utc>, mut given: Value) -> Case {
    given["what"] = "买一瓶酱油".into();
    let new = NewCase { kind: "errand".into(), values: values(given), ..NewCase::default() };
    cases::open(store, session, now, &new).unwrap().case
}

/// Acts on an errand.
pub fn act(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    number: &str,
    action: &str,
    inputs: Value,
) -> qiantai::counter::Result<Done> {
    cases::act(store, session, now, number, action, &values(inputs), None)
}
