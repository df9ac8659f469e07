//! The demonstration: the same again, whole, by the rules, and full of what a day brings.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::{CounterError, doctor, review};
use qiantai::demo::{self, DemoError, Stage, Wish};
use qiantai::desk::case::Case;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::CLOCK;
use qiantai::desk::workflow::VOID;
use qiantai::store::backup::unwatched;
use qiantai::store::cases::Query;
use qiantai::store::{Store, StoreError};
use rusqlite::Connection;
use rusqlite::types::Value;

/// A Tuesday, twenty past ten in the morning in Nanjing.
fn now() -> DateTime<Utc> {
    "2026-11-24T02:20:00Z".parse().unwrap()
}

fn go_on(_: Stage, _: usize, _: usize) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn make(now: DateTime<Utc>, wish: Wish) -> Store {
    let mut store = Store::in_memory(STANDARD).unwrap();
    let made = demo::make(&mut store, now, wish).unwrap();
    assert_eq!(made.cases, wish.cases);
    store
}

fn cases(store: &Store) -> Vec<Case> {
    let mut query = Query { limit: 1_000, ..Query::default() };
    let mut cases = Vec::new();
    loop {
        let page = store.list(&query).unwrap();
        query.after = page.rows.last().map(|row| (row.front, row.id));
        cases.extend(page.rows.iter().map(|row| store.case(&row.case.number).unwrap().unwrap()));
        if !page.more {
            return cases;
        }
    }
}

#[test]
fn a_story_may_begin_in_any_year() {
    // A long one reaches back as far: whatever its texts date must have happened by then.
    make("2016-11-24T02:20:00Z".parse().unwrap(), Wish { cases: 800, seed: 1 });
}

#[test]
fn the_same_seed_at_the_same_instant_makes_the_same_book() {
    let wish = Wish { cases: 60, seed: 7 };
    let (one, two) = (make(now(), wish), make(now(), wish));
    let all = cases(&one);
    assert_eq!(all.len(), 60);
    assert_eq!(all, cases(&two));
    for case in &all {
        assert_eq!(one.records(&case.number).unwrap(), two.records(&case.number).unwrap());
    }
    // The whole chain is the same: no salt of a PIN is part of it.
    assert_eq!(one.head().unwrap(), two.head().unwrap());
    let other = make(now(), Wish { cases: 60, seed: 8 });
    assert_ne!(all, cases(&other));
}

#[test]
fn every_rule_held_at_any_hour_of_the_day() {
    for (hours, seed) in [(0, 1), (7, 2), (13, 3), (19, 4)] {
        let now = now() + TimeDelta::hours(hours);
        let store = make(now, Wish { cases: 120, seed });
        assert_eq!(store.verify_chain().unwrap().broken, None);
        let mut last = DateTime::<Utc>::MIN_UTC;
        let mut seqs = Vec::new();
        for case in cases(&store) {
            let kind = STANDARD.get(&case.kind).unwrap();
            let entries = store.timeline(&case.number).unwrap();
            assert_eq!(Case::rebuild(&case.kind, &entries, |state| kind.ends(state)), case);
            let at = entries.iter().map(|entry| entry.at);
            seqs.extend(store.timeline_seqs(&case.number).unwrap().into_iter().zip(at));
        }
        // Written in the order in which it happened, and nothing in the future.
        seqs.sort_unstable();
        for (seq, at) in seqs {
            assert!(at >= last && at <= now, "entry {seq} at {at} after {last}");
            last = at;
        }
    }
}

#[test]
fn the_present_day_is_alive() {
    let store = make(now(), Wish { cases: 400, seed: 1 });
    let soon = now() + TimeDelta::minutes(60);
    let overdue = store.callbacks(Some(now()), 100).unwrap().len();
    assert!(overdue > 0, "a callback is overdue");
    assert!(store.callbacks(Some(soon), 100).unwrap().len() > overdue, "one is due within the hour");
    let today = "2026-11-24".parse().unwrap();
    let review = review::review(&store, now(), today).unwrap();
    assert!(review.signed.is_none() && !review.findings.is_empty());
    assert!(review.figures.opened.len() >= 3, "{:?}", review.figures.opened);
    let waiting = review::days_to_sign(&store, now()).unwrap();
    assert!(waiting.contains(&"2026-11-21".parse().unwrap()), "a day was missed: {waiting:?}");
    assert!(!review::opening_list(&store, today).unwrap().is_empty(), "something was carried over");
}

/// Whatever hour it is made at, nobody sat at the counter while it was closed; and still something is
/// overdue when it is opened.
#[test]
fn nobody_works_at_night() {
    // Half past midnight, some minutes after opening, and after closing.
    for minutes in [0, 6 * 60 + 31, 6 * 60 + 45, 22 * 60 + 40] {
        let now = "2026-11-23T16:36:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        let store = make(now, Wish { cases: 260, seed: 5 });
        let calendar = &store.settings().unwrap().unwrap().calendar;
        let mut last = DateTime::<Utc>::MIN_UTC;
        for case in cases(&store) {
            for entry in store.timeline(&case.number).unwrap().iter().filter(|entry| entry.by != CLOCK) {
                let at = entry.at;
                assert!(calendar.is_open(at), "{} of {} at {at}, made at {now}", entry.action, case.number);
                last = last.max(at);
            }
        }
        let closed =
            if calendar.is_open(now) { now } else { calendar.closing(calendar.day_of(last)).unwrap() };
        assert!(closed - last < TimeDelta::minutes(45), "the last contact was at {last}, made at {now}");
        assert!(!store.callbacks(Some(now), 100).unwrap().is_empty(), "nothing is overdue at {now}");
        for case in cases(&store) {
            for callback in &case.callbacks {
                let due = callback.due;
                let by_hand = callback.stage == "callback.answer";
                assert!(!by_hand || calendar.is_open(due), "{} is promised for {due}", case.number);
            }
        }
    }
}

#[test]
fn all_states_of_all_kinds_are_reached() {
    let store = make(now(), Wish { cases: 2_000, seed: 1 });
    let mut reached = BTreeSet::new();
    let mut moved = BTreeSet::new();
    for case in cases(&store) {
        for entry in store.timeline(&case.number).unwrap() {
            reached.insert((case.kind.clone(), entry.to));
        }
        if case.kind == "move-in" && case.closed_at.is_none() {
            moved.insert(
                case.detail.get("steps").and_then(|steps| steps.as_object()).map_or(0, serde_json::Map::len),
            );
        }
    }
    let all = STANDARD.iter().flat_map(|kind| kind.states.iter().map(move |state| (kind.id, state.id)));
    let missing: Vec<_> =
        all.filter(|(kind, state)| !reached.contains(&((*kind).to_owned(), (*state).to_owned()))).collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
    assert!(reached.iter().any(|(_, state)| state == VOID));
    assert!(moved.len() >= 4, "move-ins wait at several steps: {moved:?}");
}

/// All rows of a table, in an order of their own: everything but what is drawn anew for each book.
fn rows(book: &Connection, table: &str) -> Vec<Vec<Value>> {
    let drawn = ["secret", "recovery", "key", "code"];
    let mut columns: Vec<String> = Vec::new();
    book.pragma(None, "table_info", table, |row| {
        columns.push(row.get(1)?);
        Ok(())
    })
    .unwrap();
    if ["operator", "check_key", "check_code"].contains(&table) {
        columns.retain(|column| !drawn.contains(&column.as_str()));
    }
    let order: Vec<String> = (1..=columns.len()).map(|place| place.to_string()).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), order.join(", "));
    let mut statement = book.prepare(&sql).unwrap();
    let found = statement
        .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect::<rusqlite::Result<_>>());
    found.unwrap().map(Result::unwrap).collect()
}

/// Names of a sort of thing in the file, each with its statement.
fn things(book: &Connection) -> Vec<(String, String, Option<String>)> {
    let mut statement = book.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").unwrap();
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    found.unwrap().map(Result::unwrap).collect()
}

/// A large demonstration is written by two threads and put together at the end, not row by row: the book
/// is the same one, row for row and word for word.
#[test]
fn written_at_once_it_is_the_book_that_row_by_row_makes() {
    let wish = Wish { cases: 700, seed: 11 };
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut store = Store::open(one.path(), STANDARD).unwrap();
    let made = demo::make(&mut store, now(), wish).unwrap();
    drop(store);
    let mut told = Vec::new();
    let at_once = demo::make_in(two.path(), STANDARD, now(), wish, &mut |stage, done, all| {
        told.push((stage, done, all));
        ControlFlow::Continue(())
    });
    assert_eq!(at_once.unwrap(), (made, false));
    assert!(told.iter().all(|(_, done, all)| done <= all), "{told:?}");
    assert!(told.iter().any(|(stage, done, all)| *stage == Stage::File && done == all), "{told:?}");

    let [one_book, two_book] =
        [&one, &two].map(|home| Connection::open(home.path().join(Store::FILE)).unwrap());
    assert_eq!(things(&one_book), things(&two_book));
    let mut compared = 0;
    for (sort, table, _) in things(&one_book) {
        let shadow = table.starts_with("case_text") || table.starts_with("sqlite_");
        if sort == "table" && !shadow {
            let [one_by_one, at_once] = [&one_book, &two_book].map(|book| rows(book, &table));
            assert_eq!(one_by_one.len(), at_once.len(), "{table}");
            for (this, that) in one_by_one.iter().zip(&at_once) {
                assert_eq!(this, that, "{table}");
            }
            compared += one_by_one.len();
        }
    }
    assert!(compared > 5_000, "{compared} rows");
    for book in [&one_book, &two_book] {
        book.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, case_text, instance)")
            .unwrap();
    }
    let words = |book: &Connection| -> Vec<(String, i64)> {
        let mut statement = book.prepare("SELECT term, doc FROM temp.words ORDER BY 1, 2").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let found = words(&one_book);
    assert!(found.len() > 10_000, "{} words", found.len());
    assert!(found == words(&two_book), "the search index differs");
    drop((one_book, two_book));

    for check in doctor::examine(two.path(), STANDARD, &unwatched()).unwrap() {
        assert!(check.ok, "{check:?}");
    }
}

/// Whoever breaks the making off has what was there before, and nothing else.
#[test]
fn a_making_that_is_broken_off_leaves_nothing() {
    let wish = Wish { cases: 400, seed: 1 };
    for stage in [Stage::Cases, Stage::File] {
        let home = tempfile::tempdir().unwrap();
        let broken = demo::make_in(home.path(), STANDARD, now(), wish, &mut |now, done, _| {
            if now == stage && done > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(
            matches!(broken, Err(DemoError::Counter(CounterError::Store(StoreError::Stopped)))),
            "{broken:?}"
        );
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "{stage:?}");
    }
}

#[test]
fn a_real_book_is_left_alone_and_an_earlier_demonstration_replaced() {
    use qiantai::counter::community::{self, Setup};
    use qiantai::desk::people::Role;
    let wish = Wish { cases: 20, seed: 1 };
    let directory = tempfile::tempdir().unwrap();
    let (_, earlier) = demo::make_in(directory.path(), STANDARD, now(), wish, &mut go_on).unwrap();
    assert!(!earlier);
    let (made, earlier) =
        demo::make_in(directory.path(), STANDARD, now(), Wish { seed: 2, ..wish }, &mut go_on).unwrap();
    assert!(earlier && made.cases == 20);
    let store = Store::open(directory.path(), STANDARD).unwrap();
    assert!(demo::is_demo(&store).unwrap());
    assert_eq!(cases(&store).len(), 20);
    drop(store);
    let names: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name.to_string_lossy().starts_with(Store::FILE)), "{names:?}");

    let real = tempfile::tempdir().unwrap();
    let mut store = Store::open(real.path(), STANDARD).unwrap();
    let setup = Setup { community: "真小区", operator: "王敏", role: Role::Supervisor, pin: "135790" };
    community::init(&mut store, now(), &setup).unwrap();
    let refused = demo::make_in(real.path(), STANDARD, now(), wish, &mut go_on);
    assert!(matches!(refused, Err(DemoError::RealBook(_))), "{refused:?}");
    assert!(!demo::is_demo(&store).unwrap());
    assert_eq!(store.settings().unwrap().unwrap().community, "真小区");
}
