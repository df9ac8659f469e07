//! Calls and visits, told from their opening to their end.

use chrono::TimeDelta;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::cases::Query;
use serde_json::json;

use super::desk::{Boss, Counter, Desk, nothing, pointer};

#[test]
fn a_call_is_stamped_with_the_moment_of_its_key_not_of_its_saving() {
    let mut c = Counter::new();
    let rang = c.at(0);
    c.wait(4);
    let case = c.open("call", json!({ "about": "enquiry", "rang_at": rang, "rings": 2 }));
    assert_eq!((case.get("rang_at"), case.opened_at), (rang, c.now));
    let ahead = json!({ "about": "enquiry", "rang_at": c.at(10) });
    assert_eq!(c.try_open("call", ahead, None).unwrap_err(), "desk.why.not_yet");
}

#[test]
fn every_outcome_of_a_call() {
    let mut c = Counter::new();
    // Answered with the same save.
    let answered = c.try_open(
        "call",
        json!({ "content": "物业费怎么收" }),
        Some(("answered", json!({ "answer": "按季" }))),
    );
    assert_eq!(answered.unwrap().case.state, "answered");

    // An answer promised: a callback at that very time, and its outcome ends the call.
    let by = c.at(120);
    let call = c.open("call", json!({ "content": "何时供暖" }));
    assert_eq!(
        c.refused(Desk, &call.number, "promise-answer", json!({ "answer_by": c.at(-1) })),
        "desk.why.in_the_past"
    );
    let promised = c.done(Desk, &call.number, "promise-answer", json!({ "answer_by": by }));
    assert_eq!(promised.open_callback().unwrap().due, c.now + TimeDelta::minutes(120));
    assert_eq!(c.done(Desk, &call.number, "callback-satisfied", json!({ "score": 5 })).state, "answered");

    // A message: open and promised until it was passed on, to whom and when.
    let call = c.open("call", json!({ "about": "message" }));
    c.wait(5);
    let left = c.done(Desk, &call.number, "take-message", json!({ "for_whom": "张师傅" }));
    assert!(left.closed_at.is_none() && left.due_at().is_some());
    c.wait(5);
    let early = json!({ "passed_to": "张师傅", "passed_at": c.at(-30) });
    assert_eq!(c.refused(Desk, &call.number, "pass-on", early), "desk.why.before_earlier");
    let passed = c.done(Desk, &call.number, "pass-on", nothing());
    assert_eq!((passed.state.as_str(), passed.get("passed_to")), ("passed-on", json!("张师傅")));
    assert_eq!((passed.get("passed_at"), passed.due_at()), (c.at(0), None));
    assert_eq!(passed.promises[0].kept_at, Some(c.now));
}

#[test]
fn a_call_turns_into_any_other_kind_and_both_point_at_each_other() {
    let mut c = Counter::new();
    for kind in STANDARD.iter().filter(|kind| kind.id != "call") {
        let given =
            json!({ "unit": "3-2-1501", "contact": "单雄", "phone": "13800005678", "content": "厨房漏水" });
        let call = c.open("call", given);
        let more = match kind.id {
            "complaint" => json!({ "into": kind.id, "category": "noise.neighbours" }),
            "release-pass" => json!({ "into": kind.id, "lines": [{ "name": "沙发", "count": 1 }] }),
            _ => json!({ "into": kind.id }),
        };
        let done = match c.act(Desk, &call.number, "turn-into", more) {
            Ok(done) => done,
            // A kind with further required fields asks for them.
            Err(why) => {
                assert_eq!(why, "desk.why.required", "{}", kind.id);
                continue;
            }
        };
        let (call, new) = (done.case, &done.also[0]);
        assert_eq!((new.kind.as_str(), call.state.as_str()), (kind.id, "turned"));
        assert!(call.closed_at.is_some());
        assert_eq!(pointer(&call, new), Some("turned-into"), "{}", kind.id);
        assert_eq!(pointer(new, &call), Some("came-from"), "{}", kind.id);
        for key in ["unit", "contact", "phone"] {
            assert_eq!(new.get(key), call.get(key), "{} {key}", kind.id);
        }
        if kind.field("content").is_some() {
            assert_eq!(new.text("content").as_deref(), Some("厨房漏水"), "{}", kind.id);
        }
    }
    // Turning takes a waiting callback and a promise along to nowhere: the new case has its own.
    let call = c.open("call", json!({ "content": "门锁坏了" }));
    c.done(Desk, &call.number, "promise-answer", json!({ "answer_by": c.at(60) }));
    let turned = c.done(Desk, &call.number, "turn-into", json!({ "into": "repair" }));
    assert_eq!((turned.open_callback(), turned.due_at()), (None, None));
}

#[test]
fn a_visitor_is_inside_until_signed_out() {
    let mut c = Counter::new();
    let given = json!({
        "contact": "曾国", "people": 3, "unit": "3-2-1501", "whom": "仇建国", "department": "engineering",
        "id_sort": "id-card", "id_number": "440301199001011234", "badge": "7"
    });
    let visit = c.open("visit", given);
    assert_eq!(visit.text("id_number").as_deref(), Some("440***********1234"), "kept masked");
    assert_eq!((visit.get("people"), visit.get("time_in")), (json!(3), c.at(0)));
    let inside = |c: &Counter| c.store.count(&Query { inside: true, limit: 9, ..Query::default() }).unwrap();
    assert_eq!(inside(&c), 1);
    c.wait(30);
    assert_eq!(
        c.refused(Desk, &visit.number, "leave", json!({ "time_out": c.at(-45) })),
        "desk.why.before_earlier"
    );
    assert_eq!(c.refused(Desk, &visit.number, "leave", json!({ "time_out": c.at(5) })), "desk.why.not_yet");
    let left = c.done(Desk, &visit.number, "leave", nothing());
    assert_eq!((left.state.as_str(), left.get("badge_back")), ("closed", json!(true)));
    assert_eq!(inside(&c), 0);
    assert_eq!(c.refused(Desk, &visit.number, "leave", nothing()), "desk.why.not_in_state");
}

#[test]
fn a_visitor_may_leave_before_or_after_the_matter_is_over() {
    let mut c = Counter::new();
    let matter = |c: &mut Counter| c.open("visit", json!({ "contact": "曾国", "about": "enquiry" })).number;
    for (steps, states) in [
        (vec![("answered", nothing()), ("leave", nothing())], vec!["settled", "closed"]),
        (vec![("leave", nothing()), ("answered", nothing())], vec!["left-open", "closed"]),
        (
            vec![
                ("take-message", json!({ "for_whom": "张师傅" })),
                ("leave", nothing()),
                ("pass-on", nothing()),
            ],
            vec!["message", "message", "closed"],
        ),
        (
            vec![("leave", nothing()), ("turn-into", json!({ "into": "repair", "content": "灯不亮" }))],
            vec!["left-open", "closed"],
        ),
        (
            vec![("turn-into", json!({ "into": "repair", "content": "灯不亮" })), ("leave", nothing())],
            vec!["settled", "closed"],
        ),
    ] {
        let number = matter(&mut c);
        assert_eq!(c.steps(&number, &steps), states);
    }
}

#[test]
fn a_minute_that_was_typed_is_not_before_its_own_seconds() {
    let mut c = Counter::new();
    c.now += TimeDelta::seconds(40);
    let visit = c.open("visit", json!({ "contact": "曾国" }));
    let minute = qiantai::desk::field::instant(c.now - TimeDelta::seconds(40));
    assert_eq!(c.done(Desk, &visit.number, "leave", json!({ "time_out": minute })).state, "closed");
}

#[test]
fn what_is_put_before_a_superior_ends_by_the_superiors_word() {
    let mut c = Counter::new();
    let call = c.open("call", json!({ "content": "要求减免物业费" }));
    c.done(Desk, &call.number, "escalate", json!({ "reason": "原则问题" }));
    assert_eq!(
        c.refused(Desk, &call.number, "escalate", json!({ "reason": "再报" })),
        "desk.why.already_escalated"
    );
    assert_eq!(c.refused(Desk, &call.number, "answered", nothing()), "desk.why.undecided");
    assert_eq!(c.refused(Desk, &call.number, "void", json!({ "reason": "错" })), "desk.why.undecided");
    assert!(!c.allowed(Desk, &call.number).contains(&"answered"), "told beforehand");
    let order = json!({ "instruction": "不予减免, 做好解释" });
    assert_eq!(c.refused(Desk, &call.number, "instruct", order.clone()), "desk.why.needs_role");
    let decided = c.done(Boss, &call.number, "instruct", order);
    assert_eq!(decided.escalated, None);
    assert_eq!(c.done(Desk, &call.number, "answered", nothing()).state, "answered");

    // A superior who ends it herself has decided; an outcome that a function chooses is no way round.
    let call = c.open("call", nothing());
    c.done(Desk, &call.number, "escalate", json!({ "reason": "原则问题" }));
    assert_eq!(c.done(Boss, &call.number, "answered", nothing()).escalated, None);
    let visit = c.open("visit", json!({ "contact": "曾国", "about": "enquiry" }));
    c.done(Desk, &visit.number, "escalate", json!({ "reason": "原则问题" }));
    c.done(Desk, &visit.number, "leave", nothing());
    assert_eq!(c.refused(Desk, &visit.number, "answered", nothing()), "desk.why.undecided");
}

#[test]
fn void_needs_a_reason_and_beyond_ones_own_of_today_a_supervisor() {
    let mut c = Counter::new();
    let call = c.open("call", nothing());
    c.done(Desk, &call.number, "take-message", json!({ "for_whom": "张师傅" }));
    assert_eq!(c.refused(Desk, &call.number, "void", nothing()), "desk.why.required");
    c.wait(24 * 60);
    let reason = json!({ "reason": "重复登记" });
    assert_eq!(c.refused(Desk, &call.number, "void", reason.clone()), "desk.why.void_needs_supervisor");
    let void = c.done(Boss, &call.number, "void", reason.clone());
    assert_eq!((void.state.as_str(), void.due_at()), ("void", None));
    assert!(void.promises[0].withdrawn_at.is_some(), "withdrawn, not kept");
    assert_eq!(c.refused(Boss, &call.number, "void", reason), "desk.why.not_in_state");
    let note = c.done(Desk, &call.number, "note", json!({ "note": "见另一件" }));
    assert_eq!(note.state, "void", "a mistake is amended by a further entry");
}
