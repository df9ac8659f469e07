//! Complaints, told from their registration to their end.

use chrono::TimeDelta;
use qiantai::store::cases::Query;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing};

fn open(c: &mut Counter) -> String {
    let given = json!({
        "unit": "3-2-1501", "contact": "单雄", "phone": "13800005678",
        "category": "noise.renovation", "content": "夜里施工", "way": "written"
    });
    c.open("complaint", given).number
}

fn ordinary(c: &Counter) -> Value {
    json!({ "verdict": "ordinary", "department": "security", "deadline": c.at(24 * 60) })
}

fn reply() -> Value {
    json!({ "reply": "已制止, 今后按时段施工", "reply_way": "in-person" })
}

const MEASURES: &str = "责令停工整改";

#[test]
fn it_is_registered_with_everything_that_the_source_asks_for() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let case = c.case(&number);
    assert_eq!(case.get("date"), json!("2026-11-24"));
    assert_eq!((case.get("received_by"), case.get("recorded_by")), (json!("李娜"), json!("李娜")));
    assert_eq!((case.category.as_deref(), case.state.as_str()), (Some("noise.renovation"), "registered"));
    assert_eq!(case.promise().unwrap().stage, "complaint.reply");
    for (key, value, why) in [
        ("category", json!("noise.aliens"), "desk.why.not_in_catalogue"),
        ("content", json!(" "), "desk.why.required"),
        ("way", json!("pigeon"), "desk.why.not_option"),
    ] {
        let mut given = json!({ "category": "noise.renovation", "content": "吵" });
        given[key] = value;
        assert_eq!(c.try_open("complaint", given, None).unwrap_err(), why, "{key}");
    }
}

#[test]
fn each_verdict_goes_its_way() {
    let mut c = Counter::new();
    // Unjustified: explained, then called back.
    let number = open(&mut c);
    let explain = json!({ "reply": "属合理施工时段", "reply_way": "written" });
    let steps = [
        ("judge", json!({ "verdict": "unjustified" })),
        ("explain", explain),
        ("callback-satisfied", json!({ "score": 3 })),
        ("close", json!({ "file": "投诉-11" })),
    ];
    assert_eq!(c.steps(&number, &steps), ["explaining", "replied", "satisfied", "closed"]);

    // Single or ordinary: to a department with a deadline.
    let number = open(&mut c);
    let late = json!({ "verdict": "ordinary", "department": "security", "deadline": c.at(-1) });
    assert_eq!(c.refused(Desk, &number, "judge", late), "desk.why.in_the_past");
    let without = json!({ "verdict": "ordinary", "department": "security" });
    assert_eq!(c.refused(Desk, &number, "judge", without), "desk.why.required");
    let judge = ordinary(&c);
    let steps = [
        ("judge", judge),
        ("handle", json!({ "measures": MEASURES })),
        ("reply", reply()),
        ("callback-satisfied", json!({ "score": 5 })),
        ("close", nothing()),
    ];
    assert_eq!(c.steps(&number, &steps), ["with-department", "handled", "replied", "satisfied", "closed"]);
    assert!(c.case(&number).has("sent_at") && c.case(&number).has("handled_at"));

    // Multiple or complex: a superior's instruction comes first, and only a superior closes it.
    let number = open(&mut c);
    let complex = json!({ "verdict": "complex", "reason": "涉及多户" });
    assert_eq!(c.steps(&number, &[("judge", complex)]), ["referred"]);
    assert_eq!(c.refused(Desk, &number, "instruct", json!({ "instruction": "去办" })), "desk.why.needs_role");
    assert_eq!(c.refused(Desk, &number, "handle", json!({ "measures": MEASURES })), "desk.why.not_in_state");
    assert_eq!(c.done(Boss, &number, "instruct", json!({ "instruction": "约谈施工方" })).state, "handling");
    let steps = [
        ("handle", json!({ "measures": MEASURES })),
        ("reply", reply()),
        ("callback-satisfied", json!({ "score": 5 })),
    ];
    assert_eq!(c.steps(&number, &steps), ["handled", "replied", "satisfied"]);
    assert_eq!(c.refused(Desk, &number, "close", nothing()), "complaint.why.superior_closes");
    assert_eq!(c.done(Boss, &number, "close", nothing()).state, "closed");
}

#[test]
fn it_cannot_close_without_a_reply_and_a_callback_that_reached_the_resident() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let judge = ordinary(&c);
    c.steps(&number, &[("judge", judge), ("handle", json!({ "measures": MEASURES }))]);
    assert_eq!(c.refused(Boss, &number, "close", nothing()), "complaint.why.no_reply");
    c.done(Desk, &number, "reply", reply());
    let callback = c.case(&number).open_callback().cloned().unwrap();
    assert_eq!(callback.due, c.now + TimeDelta::hours(24));
    assert_eq!(c.refused(Boss, &number, "close", nothing()), "complaint.why.not_reached");
    c.done(Desk, &number, "callback-unreached", nothing());
    assert_eq!(c.refused(Boss, &number, "close", nothing()), "complaint.why.not_reached");
    c.done(Desk, &number, "callback-unwanted", nothing());
    assert_eq!(
        c.refused(Boss, &number, "close", nothing()),
        "complaint.why.not_reached",
        "nobody was reached"
    );
    // The resident is rung all the same.
    c.done(Desk, &number, "callback-add", json!({ "due": c.at(10) }));
    c.steps(&number, &[("callback-satisfied", json!({ "score": 4 })), ("close", nothing())]);
}

#[test]
fn a_callback_made_by_hand_does_not_stand_in_for_the_one_that_the_reply_owes() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let judge = ordinary(&c);
    c.steps(&number, &[("judge", judge), ("handle", json!({ "measures": MEASURES })), ("reply", reply())]);
    c.done(Desk, &number, "callback-add", json!({ "due": c.at(10) }));
    // The one by hand is due first, so it is the one that is tried.
    assert_eq!(c.done(Desk, &number, "callback-satisfied", json!({ "score": 5 })).state, "satisfied");
    assert_eq!(c.refused(Boss, &number, "close", nothing()), "complaint.why.not_reached");
    c.done(Desk, &number, "callback-satisfied", json!({ "score": 5 }));
    assert_eq!(c.done(Desk, &number, "close", nothing()).open_callback(), None);
}

#[test]
fn not_satisfied_is_handled_further_as_often_as_needed() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let judge = ordinary(&c);
    c.steps(&number, &[("judge", judge)]);
    for round in 1..=3 {
        c.steps(&number, &[("handle", json!({ "measures": MEASURES })), ("reply", reply())]);
        assert_eq!(c.case(&number).due_at(), None, "the reply keeps the promise");
        c.wait(5);
        let again = c.done(Desk, &number, "callback-dissatisfied", json!({ "note": "又施工了" }));
        assert_eq!((again.state.as_str(), again.get("further")), ("handling", json!(round)));
        assert_eq!(again.promise().unwrap().stage, "complaint.reply", "a reply is owed again");
        assert!(c.store.row(&number).unwrap().unwrap().front);
        assert_eq!(c.refused(Boss, &number, "close", nothing()), "desk.why.not_in_state");
    }
    c.steps(
        &number,
        &[
            ("handle", json!({ "measures": MEASURES })),
            ("reply", reply()),
            ("callback-satisfied", json!({ "score": 4 })),
            ("close", nothing()),
        ],
    );
    // Even when it is closed.
    assert_eq!(c.done(Desk, &number, "further", json!({ "reason": "又来电" })).state, "handling");
    assert_eq!(c.case(&number).closed_at, None);
}

#[test]
fn what_went_to_a_superior_on_the_way_is_the_superiors_to_close() {
    let mut c = Counter::new();
    let number = open(&mut c);
    let judge = ordinary(&c);
    c.steps(&number, &[("judge", judge), ("escalate", json!({ "reason": "要求赔偿" }))]);
    let undecided = Query { escalated: true, limit: 9, ..Query::default() };
    assert_eq!(c.store.count(&undecided).unwrap(), 1);
    assert_eq!(
        c.refused(Desk, &number, "handle", json!({ "measures": MEASURES })),
        "complaint.why.undecided",
        "a promise on principle is not the desk's"
    );
    let decided = c.done(Boss, &number, "instruct", json!({ "instruction": "不赔偿, 解释" }));
    assert_eq!((decided.state.as_str(), decided.escalated), ("with-department", None));
    c.steps(
        &number,
        &[
            ("handle", json!({ "measures": MEASURES })),
            ("reply", reply()),
            ("callback-satisfied", json!({ "score": 4 })),
        ],
    );
    assert_eq!(c.refused(Desk, &number, "close", nothing()), "complaint.why.superior_closes");
    c.done(Boss, &number, "close", nothing());
}
