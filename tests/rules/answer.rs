//! The knowledge base: who may write and retire, what ages, and how its use is counted.

use chrono::TimeDelta;
use qiantai::counter::review;
use qiantai::desk::kind::Severity;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing};

fn known(c: &mut Counter) -> String {
    let given = json!({
        "question": "物业费怎么收", "category": "charges", "keywords": "收费, 标准", "body": "按**建筑面积**"
    });
    c.open("answer", given).number
}

fn enquiry(answer: &str) -> Value {
    json!({ "content": "问物业费", "answer_used": answer })
}

#[test]
fn everybody_writes_and_reviews_and_only_a_supervisor_retires() {
    let mut c = Counter::new();
    let number = known(&mut c);
    assert_eq!(
        (c.case(&number).state.as_str(), c.case(&number).summary.as_str()),
        ("current", "物业费怎么收")
    );
    let reason = json!({ "reason": "改由街道收取" });
    let body = json!({ "body": "按季收取" });
    // (who, action, given, the state after it or the refusal)
    for (who, action, given, then) in [
        (Desk, "retire", reason.clone(), Err("desk.why.needs_role")),
        (Desk, "restore", body.clone(), Err("desk.why.not_in_state")),
        (Desk, "review", json!({ "body": null }), Err("desk.why.required")),
        (Desk, "review", body.clone(), Ok("current")),
        (Boss, "retire", nothing(), Err("desk.why.required")),
        (Boss, "retire", reason, Ok("retired")),
        (Desk, "review", nothing(), Err("desk.why.not_in_state")),
        (Desk, "restore", nothing(), Err("desk.why.needs_role")),
        (Boss, "restore", nothing(), Ok("current")),
    ] {
        c.wait(1);
        let done = c.act(who, &number, action, given).map(|done| done.case.state);
        assert_eq!(done.as_deref().map_err(String::as_str), then, "{action}");
    }
    assert_eq!(c.case(&number).text("body").as_deref(), Some("按季收取"), "reviewing may change it");
    for (change, why) in [
        (json!({ "question": " " }), "desk.why.required"),
        (json!({ "body": null }), "desk.why.required"),
        (json!({ "category": "weather" }), "desk.why.not_in_catalogue"),
    ] {
        let mut given = json!({ "question": "几点关门", "category": "hours", "body": "23 点" });
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open("answer", given, None).unwrap_err(), why, "{change}");
    }
}

#[test]
fn an_answer_that_nobody_looked_at_for_half_a_year_is_found() {
    let mut c = Counter::new();
    let number = known(&mut c);
    let found = |c: &Counter, days: i64| -> Vec<(String, Severity)> {
        let now = c.now + TimeDelta::days(days);
        let day = c.settings.calendar.day_of(now);
        let findings = review::review(&c.store, now, day).unwrap().findings;
        findings.into_iter().filter(|f| f.kind == "answer-aged").map(|f| (f.subject, f.severity)).collect()
    };
    let none = Vec::new();
    assert_eq!(found(&c, 179), none);
    assert_eq!(found(&c, 181), [(number.clone(), Severity::Notice)]);
    c.wait(60 * 24 * 170);
    let reviewed = c.done(Desk, &number, "review", nothing());
    assert_eq!(reviewed.promises.len(), 2);
    assert!(reviewed.promises[0].kept_at.is_some() && reviewed.promises[1].is_open());
    assert_eq!(found(&c, 179), none, "reviewed: the time begins anew");
    assert_eq!(found(&c, 181).len(), 1);
    c.done(Boss, &number, "retire", json!({ "reason": "过时" }));
    assert_eq!(found(&c, 181), none, "what is retired does not age");
}

#[test]
fn calls_and_visits_name_the_answer_that_was_read_out_and_its_use_is_counted() {
    let mut c = Counter::new();
    let number = known(&mut c);
    let other = known(&mut c);
    // Read out and nothing written beside it.
    let call = c.try_open("call", enquiry(&number), Some(("answered", nothing()))).unwrap().case;
    assert_eq!((call.state.as_str(), call.text("answer_used")), ("answered", Some(number.clone())));
    assert!(!call.has("answer"));
    // Chosen only when it is answered.
    let later = c.open("call", json!({ "content": "问物业费" }));
    c.done(Desk, &later.number, "answered", json!({ "answer_used": number }));
    let mut visit = enquiry(&number);
    visit["contact"] = "王女士".into();
    visit["about"] = "enquiry".into();
    c.open("visit", visit);
    assert_eq!(c.store.references_to(&number).unwrap(), 3);
    let kind = c.store.kinds().get("answer").unwrap();
    assert_eq!(c.store.uses(kind).unwrap().into_iter().collect::<Vec<_>>(), [(number.clone(), 3)]);
    // Another one was meant after all.
    c.done(Boss, &call.number, "amend", json!({ "answer_used": other, "reason": "选错" }));
    let uses = c.store.uses(kind).unwrap();
    assert_eq!((uses[&number], uses[&other]), (2, 1));
    // A retired answer is read out no more, and a call is none.
    c.done(Boss, &number, "retire", json!({ "reason": "过时" }));
    for wrong in [number, later.number] {
        assert_eq!(
            c.try_open("call", enquiry(&wrong), None).unwrap_err(),
            "counter.why.no_open_case",
            "{wrong}"
        );
    }
}
