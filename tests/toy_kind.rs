//! Adding a kind costs one declaration: the toy is driven through workflow, counter, store, list,
//! search, view, timer and end of day. None of them knows it, and it has no words of its own.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use qiantai::counter::cases::{self, NewCase, offers};
use qiantai::counter::say::say as say_error;
use qiantai::counter::{CounterError, Session, clock, review};
use qiantai::desk::case::Case;
use qiantai::desk::field::instant;
use qiantai::desk::kind::Phase;
use qiantai::desk::promise::Basis;
use qiantai::store::Store;
use qiantai::store::cases::{Order, Query};
use qiantai::text::lang::Lang;
use qiantai::text::say;
use qiantai::timer::board;
use serde_json::{Value, json};
use toy::{ERRAND, act, morning, seconds, set_up, settings, values};

const TZ: Tz = Tz::Asia__Shanghai;

/// A book with one errand of three things.
fn book() -> (tempfile::TempDir, Store, Session, Case) {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let given = json!({
        "unit": "3-2-1501", "contact": "单田芳", "size": "large",
        "things": [{ "name": "酱油", "count": 2 }, { "name": "醋", "count": 1 }]
    });
    let case = toy::open(&mut store, &session, morning(), given);
    (directory, store, session, case)
}

fn done(result: qiantai::counter::Result<cases::Done>) -> Case {
    result.unwrap().case
}

fn why(result: qiantai::counter::Result<cases::Done>) -> String {
    match result.unwrap_err() {
        CounterError::Refused(why) => why.key,
        CounterError::Store(error) => panic!("{error}"),
    }
}

/// The toy up to its end, with a callback that waits.
fn finished(store: &mut Store, session: &Session, case: &Case, now: DateTime<Utc>) -> Case {
    done(act(store, session, now, &case.number, "run", json!({})));
    done(act(store, session, now + seconds(60), &case.number, "finish", json!({ "paid": 1_250 })))
}

#[test]
fn it_is_opened_with_its_fields_promise_and_number() {
    let (_directory, _, _, case) = book();
    assert_eq!((case.number.as_str(), case.state.as_str()), ("ER-20261124-001", "asked"));
    assert_eq!((case.summary.as_str(), case.owner.as_str()), ("买一瓶酱油", "王敏"));
    assert_eq!(case.detail["things"][1], json!({ "name": "醋", "count": 1 }));
    let promise = case.promise().unwrap();
    assert_eq!(promise.due, morning() + TimeDelta::hours(1));
    assert!(matches!(&promise.basis, Basis::Rule(rule) if rule.stage == "errand.run"));
}

#[test]
fn bad_values_are_refused_at_their_field() {
    let (_directory, mut store, session, _) = book();
    let mut refused = |given: Value| {
        let new = NewCase { kind: "errand".into(), values: values(given), ..NewCase::default() };
        match cases::open(&mut store, &session, morning(), &new).unwrap_err() {
            CounterError::Refused(why) => (why.key, why.field.unwrap_or_default()),
            CounterError::Store(error) => panic!("{error}"),
        }
    };
    let what = |more: Value| {
        let mut given = json!({ "what": "酱油" });
        given.as_object_mut().unwrap().extend(values(more));
        given
    };
    assert_eq!(refused(json!({})), ("desk.why.required".into(), "what".into()));
    assert_eq!(refused(what(json!({ "size": "huge" }))), ("desk.why.not_option".into(), "size".into()));
    assert_eq!(
        refused(what(json!({ "things": [{ "name": "醋", "count": 0 }] }))),
        ("desk.why.out_of_range".into(), "things".into())
    );
    assert_eq!(refused(what(json!({ "colour": "red" }))).0, "desk.why.unknown_field");
    assert_eq!(store.count(&Query::default()).unwrap(), 1);
}

#[test]
fn its_workflow_offers_refuses_and_leads_on() {
    let (_directory, mut store, session, case) = book();
    let offered = |store: &Store, case: &Case| -> Vec<(&str, bool)> {
        let offers = offers(store, &session, morning(), &settings(), case).unwrap();
        offers.iter().filter(|offer| offer.own).map(|offer| (offer.action, offer.why_not.is_none())).collect()
    };
    assert_eq!(offered(&store, &case), [("run", true)]);
    assert_eq!(
        why(act(&mut store, &session, morning(), &case.number, "finish", json!({}))),
        "desk.why.not_in_state"
    );
    let running = done(act(&mut store, &session, morning(), &case.number, "run", json!({})));
    assert_eq!(offered(&store, &running), [("finish", true)]);
    let empty = json!({ "things": [], "reason": "记错了" });
    let emptied = done(act(&mut store, &session, morning(), &case.number, "amend", empty));
    assert_eq!(offered(&store, &emptied), [("finish", false)]);
    assert_eq!(
        why(act(&mut store, &session, morning(), &case.number, "finish", json!({}))),
        "errand.why.no_things"
    );
}

#[test]
fn an_action_at_once_is_done_with_the_same_save() {
    let (_directory, mut store, session, _) = book();
    let mut new = NewCase {
        kind: "errand".into(),
        values: values(json!({ "what": "寄信" })),
        at_once: Some(("run".into(), values(json!({})))),
        draft: None,
    };
    let opened = cases::open(&mut store, &session, morning(), &new).unwrap().case;
    assert_eq!((opened.state.as_str(), opened.revision), ("running", 2));
    new.at_once = Some(("finish".into(), values(json!({}))));
    assert_eq!(why(cases::open(&mut store, &session, morning(), &new)), "counter.why.not_at_once");
}

#[test]
fn its_callback_waits_is_tried_and_may_reopen_it() {
    let (_directory, mut store, session, case) = book();
    let ended = finished(&mut store, &session, &case, morning());
    assert_eq!(ended.state, "ran");
    assert!(ended.promises[0].kept_at.is_some());
    let due = morning() + seconds(60) + TimeDelta::hours(2);
    assert_eq!(ended.open_callback().unwrap().due, due);
    let waiting = store.callbacks(Some(due + seconds(1)), 10).unwrap();
    assert_eq!(
        waiting.iter().map(|row| row.row.case.number.as_str()).collect::<Vec<_>>(),
        [case.number.as_str()]
    );
    for attempt in 1..=3 {
        let now = due + TimeDelta::hours(attempt);
        let tried = done(act(&mut store, &session, now, &case.number, "callback-unreached", json!({})));
        let callback = tried.open_callback().unwrap();
        assert_eq!(callback.next_at(), now + TimeDelta::minutes(30));
        assert_eq!(callback.asks_visit(), attempt == 3);
    }
    let now = due + TimeDelta::hours(5);
    let note = json!({ "note": "瓶子是空的" });
    let again = done(act(&mut store, &session, now, &case.number, "callback-dissatisfied", note));
    assert_eq!((again.state.as_str(), again.closed_at, again.open_callback()), ("running", None, None));
    assert_eq!(again.promise().unwrap().due, now + TimeDelta::hours(1));
    assert!(store.row(&case.number).unwrap().unwrap().front, "rework goes to the front");
    done(act(&mut store, &session, now, &case.number, "finish", json!({})));
    let satisfied =
        done(act(&mut store, &session, now, &case.number, "callback-satisfied", json!({ "score": 4 })));
    assert_eq!((satisfied.state.as_str(), satisfied.open_callback()), ("ran", None));
    let entries = store.timeline(&case.number).unwrap();
    assert_eq!(Case::rebuild("errand", &entries, |state| ERRAND.ends(state)), satisfied);
}

#[test]
fn lists_counts_and_search_find_it() {
    let (_directory, mut store, session, case) = book();
    let other = toy::open(
        &mut store,
        &session,
        morning(),
        json!({ "unit": "1-1-101", "things": [{ "name": "盐", "count": 1 }] }),
    );
    finished(&mut store, &session, &other, morning());
    let listed = |query: Query| -> Vec<String> {
        let query = Query { kind: Some("errand".into()), limit: 10, ..query };
        assert_eq!(store.count(&query).unwrap() as usize, store.list(&query).unwrap().rows.len());
        store.list(&query).unwrap().rows.into_iter().map(|row| row.case.number).collect()
    };
    assert_eq!(listed(Query::default()), [other.number.as_str(), case.number.as_str()]);
    assert_eq!(
        listed(Query { open: Some(true), order: Order::Queue, ..Query::default() }),
        [case.number.as_str()]
    );
    assert_eq!(listed(Query { open: Some(false), ..Query::default() }), [other.number.as_str()]);
    assert_eq!(listed(Query { unit: Some("3-2-1501".into()), ..Query::default() }), [case.number.as_str()]);
    assert_eq!(listed(Query { states: vec!["ran".into()], ..Query::default() }), [other.number.as_str()]);
    let late = Some(morning() + TimeDelta::hours(2));
    assert_eq!(listed(Query { overdue_at: late, ..Query::default() }), [case.number.as_str()]);
    for text in ["酱油", case.number.as_str(), "单田芳", "3-2-1501"] {
        let found = store.find_cases(text, morning().date_naive(), 10).unwrap();
        assert!(found.iter().any(|row| row.case.number == case.number), "{text}");
    }
}

#[test]
fn its_plain_view_has_its_fields_as_columns() {
    let (_directory, store, _, case) = book();
    let raw = rusqlite::Connection::open(store.path().unwrap()).unwrap();
    let row: (String, String, String, String) = raw
        .query_row("SELECT number, unit, size, things FROM v_errand", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    assert_eq!((row.0, row.1, row.2), (case.number, "3-2-1501".into(), "large".into()));
    assert_eq!(serde_json::from_str::<Value>(&row.3).unwrap(), case.detail["things"]);
}

#[test]
fn the_end_of_day_finds_what_it_declares_and_what_every_kind_has() {
    let (_directory, mut store, session, case) = book();
    let unpaid =
        toy::open(&mut store, &session, morning(), json!({ "things": [{ "name": "米", "count": 1 }] }));
    done(act(&mut store, &session, morning(), &unpaid.number, "run", json!({})));
    done(act(&mut store, &session, morning(), &unpaid.number, "finish", json!({})));
    let evening = morning() + TimeDelta::hours(12);
    let found = review::review(&store, evening, "2026-11-24".parse().unwrap()).unwrap();
    let mut kinds: Vec<(&str, &str)> =
        found.findings.iter().map(|finding| (finding.kind.as_str(), finding.subject.as_str())).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            ("callback-overdue", unpaid.number.as_str()),
            ("errand-unpaid", unpaid.number.as_str()),
            ("promise-broken", case.number.as_str())
        ]
    );
    assert_eq!((found.figures.opened["errand"], found.figures.closed["errand"]), (2, 1));
}

#[test]
fn the_timer_knows_its_duties_and_ends_it_when_its_time_has_come() {
    let (_directory, mut store, session, _) = book();
    let until = morning() + TimeDelta::minutes(20);
    let given = json!({ "guest": true, "until": instant(until) });
    let guest = toy::open(&mut store, &session, morning(), given);
    let before = board(&store, &settings(), morning()).unwrap();
    assert_eq!((before.inside, before.expiring, before.overdue_promises), (1, 1, 0));
    assert_eq!(clock::sweep(&mut store, until - seconds(1)).unwrap(), vec![]);
    let ended = clock::sweep(&mut store, until).unwrap();
    assert_eq!((ended[0].number.as_str(), ended[0].state.as_str()), (guest.number.as_str(), "lapsed"));
    let after = board(&store, &settings(), morning() + TimeDelta::hours(3)).unwrap();
    assert_eq!((after.inside, after.expiring, after.overdue_promises), (0, 0, 1));
    assert_eq!(ERRAND.phase("lapsed"), Phase::Void);
}

#[test]
fn missing_words_show_as_their_keys() {
    let (_directory, mut store, session, case) = book();
    done(act(&mut store, &session, morning(), &case.number, "run", json!({})));
    let empty = json!({ "things": [], "reason": "记错了" });
    done(act(&mut store, &session, morning(), &case.number, "amend", empty));
    let refused = act(&mut store, &session, morning(), &case.number, "finish", json!({})).unwrap_err();
    let wrong_state = act(&mut store, &session, morning(), &case.number, "run", json!({})).unwrap_err();
    for lang in Lang::ALL {
        assert_eq!(say::word(lang, "errand", "state", "asked"), "errand.state.asked");
        assert_eq!(say::try_word(lang, "errand", "field", "size"), None);
        for state in ERRAND.states {
            assert!(!say::word(lang, ERRAND.id, "state", state.id).is_empty());
        }
        for action in ERRAND.all_actions() {
            assert!(!say::word(lang, ERRAND.id, "action", action.id).is_empty());
        }
        assert!(!say::kind_name(lang, "errand").is_empty());
        assert!(say_error(&refused, lang, TZ).contains("errand.why.no_things"));
        assert!(!say_error(&wrong_state, lang, TZ).is_empty());
    }
}
