//! Repairs, told from their opening to their end.

use chrono::TimeDelta;
use qiantai::desk::promise::Basis;
use qiantai::store::cases::{Order, Query};
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing, why_of};

fn lines(price: i64) -> Value {
    json!([{ "what": "角阀", "count": 2, "price": price }])
}

fn given(urgency: &str, chargeable: bool) -> Value {
    json!({
        "unit": "3-2-1501", "contact": "单雄", "phone": "13800005678", "category": "water",
        "urgency": urgency, "content": "角阀漏水", "chargeable": chargeable
    })
}

fn engineer(c: &Counter) -> Value {
    json!({ "engineer": c.settings.staff[0].name })
}

/// A repair with the engineer at the door.
fn on_site(c: &mut Counter, chargeable: bool) -> String {
    let number = c.open("repair", given("normal", chargeable)).number;
    let engineer = engineer(c);
    assert_eq!(c.steps(&number, &[("dispatch", engineer), ("arrive", nothing())]), ["dispatched", "on-site"]);
    number
}

#[test]
fn chargeable_work_from_the_first_word_to_the_last() {
    let mut c = Counter::new();
    let number = on_site(&mut c, true);
    let steps = [
        ("quote", json!({ "quote": lines(1_500) })),
        ("agree", json!({ "agreed_how": "signed" })),
        ("start", nothing()),
        ("finish", json!({ "site_cleared": true, "labour": 0 })),
        ("confirm", nothing()),
        ("pay", json!({ "receipt": "SJ-0031" })),
        ("callback-satisfied", json!({ "score": 5 })),
        ("close", nothing()),
    ];
    let states = c.steps(&number, &steps);
    let want = ["quoted", "agreed", "working", "finished", "to-pay", "to-call", "called-back", "closed"];
    assert_eq!(states, want);
    let case = c.case(&number);
    for (key, value) in [
        ("quote_total", json!(3_000)),
        ("agreed_total", json!(3_000)),
        ("agreed_by", json!("单雄")),
        ("amount", json!(3_000)),
        ("paid", json!(3_000)),
        ("receipt", json!("SJ-0031")),
        ("confirmed_by", json!("单雄")),
    ] {
        assert_eq!(case.get(key), value, "{key}");
    }
    for key in
        ["dispatched_at", "arrived_at", "quoted_at", "agreed_at", "started_at", "finished_at", "paid_at"]
    {
        assert!(case.has(key), "{key}");
    }
}

#[test]
fn no_chargeable_work_before_the_agreement() {
    let mut c = Counter::new();
    let number = on_site(&mut c, true);
    assert_eq!(c.refused(Desk, &number, "start", nothing()), "repair.why.not_quoted");
    c.done(Desk, &number, "quote", json!({ "quote": lines(1_500) }));
    assert_eq!(c.refused(Desk, &number, "start", nothing()), "repair.why.not_agreed");
    assert_eq!(c.refused(Boss, &number, "start", nothing()), "repair.why.not_agreed", "nobody is above that");
    c.done(Desk, &number, "decline", json!({ "declined": "太贵" }));
    assert_eq!(c.refused(Desk, &number, "start", nothing()), "repair.why.not_agreed");
    // Waiting for parts is no way round.
    let waiting = on_site(&mut c, true);
    c.done(Desk, &waiting, "wait-parts", json!({ "parts": "角阀" }));
    assert_eq!(c.done(Desk, &waiting, "resume", nothing()).state, "on-site");
    // A declined quote leaves nothing to pay and nobody to ring.
    assert_eq!(c.done(Desk, &number, "close", nothing()).state, "closed");
}

#[test]
fn a_bill_above_the_quote_needs_a_new_agreement() {
    let mut c = Counter::new();
    let number = on_site(&mut c, true);
    c.steps(
        &number,
        &[("quote", json!({ "quote": lines(1_500) })), ("agree", nothing()), ("start", nothing())],
    );
    let bill = json!({ "site_cleared": true, "materials": lines(1_500), "labour": 1 });
    assert_eq!(c.refused(Desk, &number, "finish", bill.clone()), "repair.why.above_quote");
    let uncleared = json!({ "site_cleared": false, "materials": lines(1_500) });
    assert_eq!(c.refused(Desk, &number, "finish", uncleared), "repair.why.site_not_cleared");
    assert_eq!(
        c.refused(
            Desk,
            &number,
            "finish",
            json!({ "site_cleared": true, "materials": [{ "what": "角阀", "count": 1 }] })
        ),
        "desk.why.line_without_price"
    );
    let quoted = c.done(Desk, &number, "quote", json!({ "quote": lines(1_600) }));
    assert_eq!((quoted.state.as_str(), quoted.get("agreed_total")), ("quoted", Value::Null));
    c.steps(&number, &[("agree", nothing()), ("start", nothing())]);
    assert_eq!(c.done(Desk, &number, "finish", bill).get("amount"), json!(3_001));
}

#[test]
fn free_work_needs_no_quote_and_no_payment() {
    let mut c = Counter::new();
    let number = on_site(&mut c, false);
    let steps = [
        ("start", nothing()),
        ("finish", json!({ "site_cleared": true, "materials": lines(900) })),
        ("confirm", nothing()),
        ("callback-satisfied", json!({ "score": 4 })),
        ("close", nothing()),
    ];
    assert_eq!(c.steps(&number, &steps), ["working", "finished", "to-call", "called-back", "closed"]);
    assert_eq!(c.case(&number).get("amount"), json!(0));
}

#[test]
fn what_a_supervisor_makes_free_is_not_paid_for() {
    for after in ["quote", "finish", "confirm"] {
        let mut c = Counter::new();
        let number = on_site(&mut c, true);
        let steps = [
            ("quote", json!({ "quote": lines(1_500) })),
            ("agree", nothing()),
            ("start", nothing()),
            ("finish", json!({ "site_cleared": true })),
            ("confirm", nothing()),
        ];
        let until = steps.iter().position(|(action, _)| *action == after).unwrap() + 1;
        c.steps(&number, &steps[..until]);
        let reason = json!({ "reason": "保修期内" });
        let action = if after == "confirm" { "waive" } else { "make-free" };
        assert_eq!(c.refused(Desk, &number, action, reason.clone()), "desk.why.needs_role");
        let free = c.done(Boss, &number, action, reason);
        assert_eq!(free.get("chargeable"), json!(false));
        assert!(!free.has("amount") || free.get("amount") == json!(0), "after {after}");
        assert_ne!(free.state, "to-pay", "after {after}: there is nothing to pay");
        assert!(!c.allowed(Desk, &number).contains(&"pay"));
    }
}

#[test]
fn a_promise_taken_away_by_a_declined_quote_comes_back_with_the_next_agreement() {
    let mut c = Counter::new();
    let number = on_site(&mut c, true);
    let quote = json!({ "quote": lines(1_500) });
    c.steps(&number, &[("quote", quote.clone()), ("decline", json!({ "declined": "太贵" }))]);
    assert_eq!(c.case(&number).due_at(), None);
    c.steps(&number, &[("quote", quote), ("agree", nothing())]);
    let promise = c.case(&number).promise().cloned().expect("somebody is to do the work by some time");
    assert_eq!(promise.stage, "repair.finish");
    // Agreeing does not put off what is under way.
    let number = on_site(&mut c, true);
    let due = c.case(&number).due_at();
    c.steps(
        &number,
        &[("quote", json!({ "quote": lines(1_500) })), ("agree", nothing()), ("start", nothing())],
    );
    assert_eq!(c.case(&number).due_at(), due);
}

#[test]
fn an_urgent_repair_is_called_back_within_a_day_and_stands_at_the_front() {
    let mut c = Counter::new();
    let urgent = c.open("repair", given("urgent", false)).number;
    for _ in 0..3 {
        c.open("repair", given("normal", false));
    }
    let queue = |c: &Counter| {
        let query = Query {
            kind: Some("repair".into()),
            order: Order::Queue,
            open: Some(true),
            limit: 9,
            ..Query::default()
        };
        c.store.list(&query).unwrap().rows.into_iter().map(|row| row.case.number).collect::<Vec<_>>()
    };
    assert_eq!(queue(&c)[0], urgent);
    let promise = c.case(&urgent).promise().cloned().unwrap();
    assert_eq!(promise.due, c.now + TimeDelta::minutes(30));
    assert!(matches!(&promise.basis, Basis::Rule(rule) if rule.urgency.as_deref() == Some("urgent")));
    let engineer = engineer(&c);
    let finish = json!({ "site_cleared": true });
    c.steps(
        &urgent,
        &[("dispatch", engineer), ("arrive", nothing()), ("start", nothing()), ("finish", finish)],
    );
    let callback = c.case(&urgent).open_callback().cloned().unwrap();
    assert_eq!(callback.due, c.now + TimeDelta::hours(24));
}

#[test]
fn not_satisfied_means_rework_on_the_same_number_at_the_front_of_the_queue() {
    // By the callback, and by the resident who rings before it.
    for (action, said) in
        [("callback-dissatisfied", json!({ "note": "还在漏" })), ("rework", json!({ "reason": "还在漏" }))]
    {
        let mut c = Counter::new();
        let number = on_site(&mut c, true);
        let finish = ("finish", json!({ "site_cleared": true }));
        let agreed =
            [("quote", json!({ "quote": lines(1_500) })), ("agree", nothing()), ("start", nothing())];
        c.steps(&number, &agreed);
        c.steps(&number, &[finish.clone(), ("confirm", nothing()), ("pay", json!({ "receipt": "1" }))]);
        c.open("repair", given("normal", false));
        let again = c.done(Desk, &number, action, said);
        assert_eq!((again.state.as_str(), again.get("rework")), ("rework", json!(1)), "{action}");
        assert_eq!(again.open_callback(), None, "{action}");
        assert_eq!(again.promise().unwrap().stage, "repair.arrive", "{action}");
        assert!(c.store.row(&number).unwrap().unwrap().front, "{action}: first in the queue");
        // It is done over for what was paid, called back anew, and only then closed.
        let engineer = engineer(&c);
        c.steps(&number, &[("dispatch", engineer), ("arrive", nothing()), ("start", nothing()), finish]);
        assert_eq!(c.done(Desk, &number, "confirm", nothing()).state, "to-call", "{action}");
        assert_eq!(c.refused(Desk, &number, "close", nothing()), "repair.why.not_called_back", "{action}");
        c.steps(&number, &[("callback-satisfied", json!({ "score": 5 })), ("close", nothing())]);
    }
}

#[test]
fn nothing_is_closed_unpaid_or_without_its_callback() {
    let mut c = Counter::new();
    let number = on_site(&mut c, true);
    let steps = [
        ("quote", json!({ "quote": lines(1_500) })),
        ("agree", nothing()),
        ("start", nothing()),
        ("finish", json!({ "site_cleared": true })),
        ("confirm", nothing()),
    ];
    c.steps(&number, &steps);
    assert_eq!(c.refused(Desk, &number, "close", nothing()), "repair.why.not_paid");
    c.done(Desk, &number, "pay", json!({ "receipt": "1" }));
    assert_eq!(c.refused(Desk, &number, "close", nothing()), "repair.why.not_called_back");
    // Three times nobody: the resident is to be visited.
    for attempt in 1..=3 {
        c.wait(30);
        let tried = c.done(Desk, &number, "callback-unreached", nothing());
        assert_eq!(tried.open_callback().unwrap().asks_visit(), attempt == 3);
    }
    assert_eq!(c.done(Desk, &number, "callback-unwanted", nothing()).state, "called-back");
    c.done(Desk, &number, "close", nothing());
}

#[test]
fn waiting_for_parts_moves_the_promise_with_its_reason() {
    let mut c = Counter::new();
    let number = on_site(&mut c, false);
    assert_eq!(
        c.refused(Desk, &number, "wait-parts", json!({ "parts": "水泵", "parts_until": c.at(-5) })),
        "desk.why.in_the_past"
    );
    let until = c.at(3 * 24 * 60);
    let waits = c.done(Desk, &number, "wait-parts", json!({ "parts": "水泵", "parts_until": until }));
    assert_eq!(waits.due_at(), Some(c.now + TimeDelta::days(3)));
    assert_eq!(c.done(Desk, &number, "resume", nothing()).state, "working");
}

#[test]
fn the_engineer_is_promised_for_the_hour_that_the_resident_wishes() {
    let mut c = Counter::new();
    let mut wished = given("normal", false);
    wished["appointment"] = c.at(-5);
    assert_eq!(why_of(&mut c, "repair", wished.clone()).key, "desk.why.in_the_past");
    wished["appointment"] = c.at(26 * 60);
    let case = c.open("repair", wished);
    assert_eq!(case.due_at(), Some(c.now + TimeDelta::hours(26)));
    assert!(matches!(case.promise().unwrap().basis, Basis::Hand { .. }));
}

#[test]
fn a_changed_setting_touches_new_promises_only() {
    let mut c = Counter::new();
    let old = c.open("repair", given("urgent", false));
    let mut after = c.settings.clone();
    let rule = after
        .promises
        .iter_mut()
        .find(|rule| rule.stage == "repair.arrive" && rule.urgency.is_some())
        .unwrap();
    rule.minutes = 15;
    let (boss, before) = (c.boss.clone(), c.settings.clone());
    qiantai::counter::community::change_settings(&mut c.store, &boss, c.now, &before, &after).unwrap();
    let new = c.open("repair", given("urgent", false));
    assert_eq!(c.case(&old.number), old, "what was promised keeps its rule");
    let minutes = |case: &qiantai::desk::case::Case| match &case.promise().unwrap().basis {
        Basis::Rule(rule) => rule.minutes,
        Basis::Hand { .. } => 0,
    };
    assert_eq!((minutes(&old), minutes(&new)), (30, 15));
    assert_eq!(new.due_at(), Some(c.now + TimeDelta::minutes(15)));
    // By hand it takes a reason, and says so ever after.
    assert_eq!(c.refused(Desk, &old.number, "promise", json!({ "due": c.at(90) })), "desk.why.required");
    let by_hand = c.done(Desk, &old.number, "promise", json!({ "due": c.at(90), "reason": "住户外出" }));
    let promise = by_hand.promise().unwrap();
    assert_eq!(promise.basis, Basis::Hand { reason: Some("住户外出".into()) });
    assert_eq!((promise.stage.as_str(), by_hand.promises[0].withdrawn_at), ("repair.arrive", Some(c.now)));
}
