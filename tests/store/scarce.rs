//! Things of which there is only so much, given out by two processes at the same time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{CounterError, Session, operators};
use qiantai::desk::case::Case;
use qiantai::desk::field::{Values, instant};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::{Operator, Role};
use qiantai::desk::timeline::Entry;
use qiantai::store::cases::Query;
use qiantai::store::operators::Account;
use qiantai::store::settings::defaults;
use qiantai::store::{Store, StoreError};
use serde_json::{Value, json};

use crate::processes::{DIRECTORY, SECONDS, hammer_seconds, spawn};
use crate::toy::{PIN, morning, secret, set_up_with, values};

/// Passes that both processes bring to the gate.
const PASSES: usize = 40;
/// Plates that both processes give cards for.
const PLATES: u32 = 30;

/// A source of choices, different in each process.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(n)) as u32
    }
}

fn open(store: &mut Store, session: &Session, now: DateTime<Utc>, kind: &str, given: Value) -> Option<Case> {
    let new = NewCase { kind: kind.into(), values: values(given), ..NewCase::default() };
    settled(cases::open(store, session, now, &new)).map(|done| done.case)
}

fn act(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    number: &str,
    action: &str,
    given: Value,
) -> bool {
    settled(cases::act(store, session, now, number, action, &values(given), None)).is_some()
}

/// A refusal is an answer; that the file is busy or damaged is none.
fn settled<T>(done: Result<T, CounterError>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(CounterError::Refused(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What each process does; does nothing by itself.
#[test]
#[ignore = "is the child process of the test below"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let end = Instant::now() + Duration::from_secs(std::env::var(SECONDS).unwrap().parse().unwrap());
    let mut store = Store::open(&directory, STANDARD).unwrap();
    let session = operators::login(&mut store, "王敏", PIN, morning()).unwrap();
    let mut dice = Dice(u64::from(std::process::id()));
    let passes = numbers(&store, "release-pass");
    let now = morning();
    while Instant::now() < end {
        match dice.below(5) {
            0 => {
                let from = now + TimeDelta::minutes(30 * i64::from(dice.below(40)));
                let until = from + TimeDelta::minutes(30 * i64::from(1 + dice.below(4)));
                let facility = ["badminton", "tennis", "chess-room"][dice.below(3) as usize];
                let given = json!({
                    "contact": "张建国", "category": facility, "from": instant(from), "until": instant(until),
                });
                if let Some(case) = open(&mut store, &session, now, "booking", given)
                    && dice.below(2) == 0
                {
                    act(&mut store, &session, now, &case.number, "cancel", json!({"reason": "不来了"}));
                }
            }
            1 => {
                let given = json!({
                    "contact": "张建国", "phone": "13800005678", "category": "umbrella",
                    "count": 1 + dice.below(4), "until": instant(now + TimeDelta::hours(3)),
                });
                open(&mut store, &session, now, "loan", given);
            }
            2 => {
                let lent = numbers_in(&store, "loan", "lent");
                if let Some(number) = lent.get(dice.below(lent.len().max(1) as u32) as usize) {
                    let what = if dice.below(4) == 0 { json!({"returned": 1}) } else { json!({}) };
                    act(&mut store, &session, now, number, "return", what);
                }
            }
            3 => {
                let plate = format!("粤B{:05}", dice.below(PLATES));
                let given = json!({
                    "sort": "parking", "contact": "张建国", "plate": plate,
                    "card_number": format!("YK{:06}", dice.below(900_000)),
                    "valid_until": (now + TimeDelta::days(30)).date_naive().to_string(),
                });
                open(&mut store, &session, now, "permit", given);
            }
            _ => {
                let number = &passes[dice.below(passes.len() as u32) as usize];
                let counted = json!([{"name": "沙发", "count": 1}]);
                act(
                    &mut store,
                    &session,
                    now,
                    number,
                    "check-out",
                    json!({"guard": "周国强", "counted": counted}),
                );
            }
        }
    }
}

fn numbers(store: &Store, kind: &str) -> Vec<String> {
    all(store, kind).into_iter().map(|case| case.number).collect()
}

fn numbers_in(store: &Store, kind: &str, state: &str) -> Vec<String> {
    let query = Query {
        kind: Some(kind.into()),
        open: Some(true),
        states: vec![state.into()],
        limit: 50,
        ..Query::default()
    };
    store.list(&query).unwrap().rows.into_iter().map(|row| row.case.number).collect()
}

fn all(store: &Store, kind: &str) -> Vec<Case> {
    let query = Query { kind: Some(kind.into()), limit: 1_000_000, ..Query::default() };
    store.list(&query).unwrap().rows.into_iter().map(|row| row.case).collect()
}

/// Counted from the cases themselves, minute by minute, without the table of claims.
#[test]
fn two_processes_never_give_the_same_thing_away_twice() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = defaults("蔚蓝新都").unwrap();
    settings.staff.push(serde_json::from_value(json!({"name": "周国强", "department": "security"})).unwrap());
    let (mut store, session) = set_up_with(directory.path(), STANDARD, &settings);
    for _ in 0..PASSES {
        let given = json!({
            "unit": "3-2-1501", "contact": "张建国", "lines": [{"name": "沙发", "count": 1}],
            "valid_until": instant(morning() + TimeDelta::hours(5)),
        });
        let pass = open(&mut store, &session, morning(), "release-pass", given).expect("a pass is asked for");
        assert!(act(&mut store, &session, morning(), &pass.number, "approve", Value::Object(Values::new())));
    }
    let children: Vec<_> =
        (0..2).map(|_| spawn(directory.path(), "scarce::child", "", hammer_seconds())).collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }

    let bookings: Vec<Case> =
        all(&store, "booking").into_iter().filter(|case| case.state == "booked").collect();
    assert!(bookings.len() > 20, "they came to booking at all: {}", bookings.len());
    let mut taken: BTreeMap<(String, i64), u32> = BTreeMap::new();
    for case in &bookings {
        let at = |key: &str| qiantai::desk::field::as_instant(&case.get(key)).unwrap().timestamp() / 60;
        for minute in at("from")..at("until") {
            *taken.entry((case.category.clone().unwrap(), minute)).or_default() += 1;
        }
    }
    for ((facility, minute), count) in taken {
        assert!(count <= settings.stock("facility", &facility), "{facility} at {minute}: {count}");
    }

    let count = |case: &Case, key: &str| case.get(key).as_u64().unwrap_or(0);
    let loans = all(&store, "loan");
    let out: u64 = loans
        .iter()
        .filter(|case| case.state == "lent")
        .map(|case| count(case, "count") - count(case, "back"))
        .sum();
    assert!(loans.len() > 20 && out <= u64::from(settings.stock("loan-item", "umbrella")), "{out} are out");

    let mut plates: BTreeMap<String, u32> = BTreeMap::new();
    for case in all(&store, "permit").iter().filter(|case| case.closed_at.is_none()) {
        *plates.entry(case.text("plate").unwrap()).or_default() += 1;
    }
    assert!(!plates.is_empty() && plates.values().all(|count| *count == 1), "{plates:?}");

    let mut released = 0;
    for number in numbers(&store, "release-pass") {
        let passed = store.timeline(&number).unwrap();
        let passed = passed.iter().filter(|entry| entry.action == "check-out").count();
        assert!(passed <= 1, "{number} passed {passed} times");
        released += passed;
    }
    assert!(released > PASSES / 2, "{released} passes passed");
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

/// Who sits at the counter in turns, beside those of the book.
const COLLEAGUES: [&str; 2] = ["陈静", "赵敏"];
/// Everybody who does.
const AT_THE_COUNTER: [&str; 4] = ["王敏", "李娜", COLLEAGUES[0], COLLEAGUES[1]];

/// What each process does with the shifts of everybody: signs in, leaves with somebody's cover, comes
/// back, hands over; does nothing by itself.
#[test]
#[ignore = "is the child process of the test below"]
fn shift_child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let end = Instant::now() + Duration::from_secs(std::env::var(SECONDS).unwrap().parse().unwrap());
    let mut store = Store::open(&directory, STANDARD).unwrap();
    let sessions = AT_THE_COUNTER.map(|name| operators::login(&mut store, name, PIN, morning()).unwrap());
    let mut dice = Dice(u64::from(std::process::id()));
    let mut among = |n: usize| dice.below(n as u32) as usize;
    let now = morning();
    while Instant::now() < end {
        let me = among(AT_THE_COUNTER.len());
        let other = (me + 1 + among(AT_THE_COUNTER.len() - 1)) % AT_THE_COUNTER.len();
        let (session, cover) = (&sessions[me], AT_THE_COUNTER[other]);
        let open_shifts =
            Query { kind: Some("shift".into()), open: Some(true), limit: 50, ..Query::default() };
        let shifts = store.list(&open_shifts).unwrap().rows;
        let mine = |row: &&qiantai::store::cases::Row| {
            row.case.text("operator").as_deref() == Some(session.name()) && row.case.state != "handed-over"
        };
        // Now and then one signs in who is there already, or leaves who is away.
        let Some(shift) = shifts.iter().find(mine).filter(|_| among(6) > 0) else {
            open(&mut store, session, now, "shift", json!({ "category": "early" }));
            continue;
        };
        let number = &shift.case.number;
        let until = instant(now + TimeDelta::minutes(30));
        match among(5) {
            0..3 => {
                let given = json!({ "cover": cover, "until": until, "away_for": "送文件" });
                act(&mut store, session, now, number, "leave", given);
            }
            3 => {
                act(&mut store, session, now, number, "return", json!({}));
            }
            _ => {
                let given = json!({ "handed_to": cover, "handover": "无" });
                if act(&mut store, session, now, number, "hand-over", given) {
                    act(&mut store, &sessions[other], now, number, "receive", json!({}));
                }
            }
        }
    }
}

/// Told again from the timelines alone, in the order of the chain.
#[test]
fn two_processes_never_leave_the_counter_to_somebody_who_is_away() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, _) = set_up_with(directory.path(), STANDARD, &defaults("蔚蓝新都").unwrap());
    let secret = secret();
    let joins = |name: &str| Account {
        operator: Operator { name: name.into(), role: Role::Receptionist, disabled: false },
        secret: secret.clone(),
        failures: 0,
        locked_until: None,
        recovery: None,
    };
    store
        .write(|tx| -> Result<(), StoreError> {
            COLLEAGUES.iter().try_for_each(|name| tx.put_account(&joins(name)))
        })
        .unwrap();
    let children: Vec<_> =
        (0..2).map(|_| spawn(directory.path(), "scarce::shift_child", "", hammer_seconds())).collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }

    let mut told: Vec<(i64, Entry)> = Vec::new();
    for number in numbers(&store, "shift") {
        let seqs = store.timeline_seqs(&number).unwrap();
        told.extend(seqs.into_iter().zip(store.timeline(&number).unwrap()));
    }
    told.sort_by_key(|(seq, _)| *seq);
    let mut on_duty: BTreeMap<String, String> = BTreeMap::new();
    let mut covered_by: BTreeMap<String, String> = BTreeMap::new();
    let (mut covers, mut shared) = (0, 0);
    for (_, entry) in told {
        let (who, number) = (entry.by.clone(), entry.number.clone());
        match entry.action.as_str() {
            "open" => {
                assert_eq!(on_duty.insert(who, number.clone()), None, "{number}: on duty twice at once");
            }
            "leave" => {
                let cover = entry.inputs["cover"].as_str().unwrap().to_owned();
                assert!(!covered_by.contains_key(&cover), "{number}: {cover} is away and covers for {who}");
                let counts_on = covered_by.values().any(|covering| *covering == who);
                assert!(!counts_on, "{number}: {who} covers for somebody and goes away");
                shared += usize::from(covered_by.values().any(|covering| *covering == cover));
                covers += 1;
                covered_by.insert(who, cover);
            }
            "return" => drop(covered_by.remove(&who)),
            "hand-over" => drop(on_duty.remove(&who)),
            _ => {}
        }
    }
    assert!(covers > 20 && shared > 0, "{covers} covers, {shared} of them beside another one");
    assert_eq!(store.verify_chain().unwrap().broken, None);
}
