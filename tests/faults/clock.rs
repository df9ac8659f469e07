//! Clocks that are wrong: set back by a day, set forward by a year, and right again.

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{Session, community, operators, review};
use qiantai::desk::case::Case;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::store::Store;
use qiantai::timer::board;
use serde_json::{Value, json};

use crate::office::{BOSS, PIN};
use crate::worker::{begin, values};

fn office() -> (tempfile::TempDir, Store, Session) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut store = Store::open(directory.path(), STANDARD).expect("a book");
    let setup =
        community::Setup { community: "蔚蓝新都", operator: BOSS, role: Role::Supervisor, pin: PIN };
    let session = community::init(&mut store, begin() - TimeDelta::days(2), &setup).expect("a community");
    (directory, store, session)
}

fn settings(store: &Store) -> std::sync::Arc<qiantai::desk::settings::Settings> {
    store.settings().expect("a book").expect("settings")
}

fn open(store: &mut Store, session: &Session, now: DateTime<Utc>, kind: &str, given: Value) -> Case {
    let new = NewCase { kind: kind.to_owned(), values: values(given), ..NewCase::default() };
    cases::open(store, session, now, &new).expect("it opens").case
}

/// Opens a repair and does what can be done with it, and gives its number.
fn busy(store: &mut Store, session: &Session, now: DateTime<Utc>) -> String {
    let given = json!({ "contact": "张建国", "category": "water", "content": "漏水", "place": "厨房",
        "urgency": "urgent" });
    let number = open(store, session, now, "repair", given).number;
    let inputs = values(json!({ "note": "已联系" }));
    cases::act(store, session, now, &number, "note", &inputs, None).expect("a note");
    number
}

#[test]
fn a_clock_that_jumps_gives_no_number_twice_and_loses_nothing() {
    let (_directory, mut store, session) = office();
    let jumps = [0, 0, -24, -23, 0, 365 * 24, 365 * 24 + 1, 1, -24 * 30, 2];
    let mut numbers = Vec::new();
    for hours in jumps {
        let now = begin() + TimeDelta::hours(hours);
        for _ in 0..3 {
            numbers.push(busy(&mut store, &session, now));
        }
        // What is overdue is a matter of due time and now: nothing panics, nothing is counted from before.
        board(&store, &settings(&store), now).expect("a board");
        let day = settings(&store).calendar.day_of(now);
        review::review(&store, now, day).expect("a review");
    }
    let given = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), given, "no number was given twice");
    for number in &numbers {
        let case = store.case(number).expect("a book").expect("it is there");
        let entries = store.timeline(number).expect("its timeline");
        let kind = store.kinds().get(&case.kind).expect("its kind");
        assert_eq!(Case::rebuild(&case.kind, &entries, |state| kind.ends(state)), case);
    }
    assert_eq!(store.verify_chain().expect("a chain").broken, None);
}

#[test]
fn what_was_overdue_in_the_wrong_year_is_not_overdue_in_the_right_one() {
    let (_directory, mut store, session) = office();
    busy(&mut store, &session, begin());
    let overdue = |store: &Store, hours: i64| {
        board(store, &settings(store), begin() + TimeDelta::hours(hours)).expect("a board").overdue_promises
    };
    assert_eq!(overdue(&store, 0), 0);
    assert_eq!(overdue(&store, 365 * 24), 1);
    assert_eq!(overdue(&store, 0), 0, "nothing was remembered of the wrong clock");
    assert_eq!(overdue(&store, -24), 0);
}

#[test]
fn a_clock_set_back_locks_nobody_out() {
    let (_directory, mut store, _) = office();
    let later = begin() + TimeDelta::days(365);
    for _ in 0..12 {
        operators::login(&mut store, BOSS, "000000", later).expect_err("a wrong PIN");
    }
    operators::login(&mut store, BOSS, PIN, begin()).expect_err("the wait begins anew by the right clock");
    operators::login(&mut store, BOSS, PIN, begin() + TimeDelta::minutes(16)).expect("it is over at last");
}
