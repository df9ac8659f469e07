//! Release passes, told from the application to the gate.

use chrono::TimeDelta;
use qiantai::counter::passes::{self, Verdict};
use qiantai::counter::{CounterError, clock};
use qiantai::desk::check_code::CheckCode;
use qiantai::desk::why::Why;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing};

fn given(c: &Counter, unit: &str, role: &str) -> Value {
    json!({
        "unit": unit, "contact": "单雄", "applicant_role": role, "purpose": "moving", "carrier": "大众搬家",
        "plate": "粤B12345", "valid_until": c.at(8 * 60),
        "lines": [{ "name": "沙发", "count": 1, "remark": "三人位" }, { "name": "椅子", "count": 4 }]
    })
}

fn open(c: &mut Counter, unit: &str, role: &str) -> String {
    let given = given(c, unit, role);
    c.open("release-pass", given).number
}

fn gate(c: &Counter) -> Value {
    json!({ "guard": c.settings.staff[0].name })
}

#[test]
fn a_pass_passes_once() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1501", "owner");
    let out = gate(&c);
    assert_eq!(c.refused(Desk, &number, "check-out", out.clone()), "desk.why.not_in_state", "not approved");
    let approved = c.done(Desk, &number, "approve", nothing());
    assert_eq!((approved.get("approved_by"), approved.get("arrears")), (json!("李娜"), json!(0)));
    c.wait(30);
    assert_eq!(c.refused(Desk, &number, "check-out", nothing()), "desk.why.required", "by whom");
    let early = json!({ "guard": c.settings.staff[0].name, "checked_out_at": c.at(-40) });
    assert_eq!(c.refused(Desk, &number, "check-out", early), "desk.why.before_earlier");
    let released = c.done(Desk, &number, "check-out", out.clone());
    assert_eq!((released.state.as_str(), released.get("difference")), ("released", json!(false)));
    assert_eq!(released.get("counted"), released.get("lines"));
    assert_eq!(c.refused(Boss, &number, "check-out", out), "desk.why.not_in_state");
    assert_eq!(c.refused(Boss, &number, "approve", nothing()), "desk.why.not_in_state");
}

#[test]
fn whoever_is_not_the_owner_needs_the_owners_consent_how_and_when() {
    for role in ["tenant", "family", "other"] {
        let mut c = Counter::new();
        let number = open(&mut c, "3-2-1501", role);
        assert_eq!(c.refused(Boss, &number, "approve", nothing()), "release-pass.why.no_consent", "{role}");
        let ahead = json!({ "consent_how": "phone", "consent_at": c.at(9) });
        assert_eq!(c.refused(Desk, &number, "consent", ahead), "desk.why.not_yet");
        let consent = c.done(Desk, &number, "consent", json!({ "consent_how": "phone" }));
        assert_eq!((consent.get("consent_how"), consent.get("consent_at")), (json!("phone"), c.at(0)));
        // Other things are another consent.
        let other = json!({ "lines": [{ "name": "钢琴", "count": 1 }] });
        assert_eq!(c.done(Desk, &number, "revise", other).get("consent_how"), Value::Null);
        assert_eq!(c.refused(Boss, &number, "approve", nothing()), "release-pass.why.no_consent", "{role}");
        c.steps(&number, &[("consent", json!({ "consent_how": "written" })), ("approve", nothing())]);
    }
    // Got before the application was written down, it needs no second step.
    let mut c = Counter::new();
    let mut tenant = given(&c, "3-2-1501", "tenant");
    tenant["consent_how"] = json!("in-person");
    let case = c.try_open("release-pass", tenant, Some(("approve", nothing()))).unwrap().case;
    assert_eq!((case.state.as_str(), case.get("consent_at")), ("approved", c.at(0)));
}

#[test]
fn arrears_are_shown_and_need_a_supervisors_word() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1502", "owner");
    assert_eq!(c.refused(Desk, &number, "approve", nothing()), "release-pass.why.arrears");
    let approved = c.done(Boss, &number, "approve", nothing());
    assert_eq!((approved.get("arrears"), approved.get("approved_by")), (json!(50_000), json!("王敏")));
}

#[test]
fn no_pass_is_released_after_its_date_and_the_clock_ends_it() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1501", "owner");
    c.done(Desk, &number, "approve", nothing());
    let until = c.now + TimeDelta::hours(8);
    assert_eq!(c.refused(Boss, &number, "expire", nothing()), "desk.why.by_clock", "not by hand");
    assert!(clock::sweep(&mut c.store, until - TimeDelta::seconds(1)).unwrap().is_empty());
    c.now = until + TimeDelta::seconds(1);
    // Whether or not the clock has come round to it.
    let out = gate(&c);
    assert_eq!(c.refused(Boss, &number, "check-out", out.clone()), "release-pass.why.expired");
    // Nor is a late one written down as an earlier one.
    let mut earlier = out.clone();
    earlier["checked_out_at"] = c.at(-10);
    assert_eq!(c.refused(Boss, &number, "check-out", earlier), "release-pass.why.expired");
    let ended = clock::sweep(&mut c.store, c.now).unwrap();
    assert_eq!(ended.iter().map(|case| case.state.as_str()).collect::<Vec<_>>(), ["expired"]);
    assert_eq!(c.refused(Boss, &number, "check-out", out), "desk.why.not_in_state");
    // Nor is one made that is past its date from the beginning.
    let mut past = given(&c, "3-2-1501", "owner");
    past["valid_until"] = c.at(-1);
    assert_eq!(c.try_open("release-pass", past, None).unwrap_err(), "desk.why.in_the_past");
}

#[test]
fn what_differs_at_the_gate_is_recorded_and_flagged() {
    for (counted, differs) in [
        (json!([{ "name": "椅子", "count": 4 }, { "name": "沙发", "count": 1 }]), false),
        (
            json!([{ "name": "椅子", "count": 2 }, { "name": "椅子", "count": 2 }, { "name": "沙发", "count": 1 }]),
            false,
        ),
        (json!([{ "name": "椅子", "count": 3 }, { "name": "沙发", "count": 1 }]), true),
        (json!([{ "name": "椅子", "count": 4 }, { "name": "沙发", "count": 0 }]), true),
        (json!([{ "name": "椅子", "count": 4 }]), true),
        (
            json!([{ "name": "椅子", "count": 4 }, { "name": "沙发", "count": 1 }, { "name": "电视", "count": 1 }]),
            true,
        ),
    ] {
        let mut c = Counter::new();
        let number = open(&mut c, "3-2-1501", "owner");
        c.done(Desk, &number, "approve", nothing());
        let mut out = gate(&c);
        out["counted"] = counted.clone();
        let released = c.done(Desk, &number, "check-out", out);
        assert_eq!(released.get("difference"), json!(differs), "{counted}");
        assert_eq!(released.get("counted"), counted);
        assert_eq!(released.get("lines")[1]["count"], json!(4), "what was applied for stays");
    }
}

#[test]
fn it_is_refused_with_a_reason_or_void() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1501", "owner");
    assert_eq!(c.refused(Desk, &number, "refuse", nothing()), "desk.why.required");
    let refused = c.done(Desk, &number, "refuse", json!({ "refused": "业主不同意" }));
    assert_eq!((refused.state.as_str(), refused.closed_at), ("refused", Some(c.now)));
    let number = open(&mut c, "3-2-1501", "owner");
    c.done(Desk, &number, "approve", nothing());
    c.done(Desk, &number, "void", json!({ "reason": "不搬了" }));
    let out = gate(&c);
    assert_eq!(c.refused(Boss, &number, "check-out", out), "desk.why.not_in_state");
}

fn code(c: &Counter, number: &str) -> Option<CheckCode> {
    passes::code_of(&c.store, &c.desk, number).unwrap()
}

/// What the gate is told about a code.
fn verify(c: &mut Counter, typed: &str) -> Result<Verdict, Why> {
    let session = c.session(Desk);
    passes::verify(&mut c.store, &session, c.now, typed).map_err(|error| match error {
        CounterError::Refused(why) => why,
        CounterError::Store(error) => panic!("{error}"),
    })
}

/// Why nothing may leave.
#[track_caller]
fn held_back(c: &mut Counter, typed: &str) -> String {
    verify(c, typed).unwrap().why_not.expect("it is valid").key
}

#[test]
fn the_check_code_of_a_pass_says_what_may_leave_and_passes_once() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1501", "owner");
    assert_eq!(code(&c, &number), None, "not approved");
    c.done(Desk, &number, "approve", nothing());
    let own = code(&c, &number).unwrap();
    let other = open(&mut c, "3-2-1501", "owner");
    c.done(Desk, &other, "approve", nothing());
    assert_ne!(code(&c, &other).unwrap(), own);
    let full_width: String = own
        .to_string()
        .to_lowercase()
        .chars()
        .map(|sign| if sign == '-' { '　' } else { char::from_u32(sign as u32 + 0xfee0).unwrap() })
        .collect();
    for typed in [own.to_string(), own.signs().to_lowercase(), format!(" {own} "), full_width] {
        let verdict = verify(&mut c, &typed).unwrap();
        assert_eq!((verdict.case.number.as_str(), verdict.why_not), (number.as_str(), None), "{typed}");
        assert_eq!((verdict.pass.lines[0].name.as_str(), verdict.pass.lines[1].count), ("沙发", 4));
        assert_eq!(verdict.pass.plate.as_deref(), Some("粤B12345"));
    }
    c.wait(5);
    let amended = json!({ "carrier": "蚂蚁搬家", "reason": "换了车队" });
    c.done(Desk, &number, "amend", amended);
    assert_eq!(code(&c, &number).unwrap(), own, "what is printed stays");
    assert_eq!(verify(&mut c, own.signs()).unwrap().pass.carrier.as_deref(), Some("蚂蚁搬家"));
    let out = gate(&c);
    c.done(Desk, &number, "check-out", out);
    let why = verify(&mut c, own.signs()).unwrap().why_not.unwrap();
    assert_eq!(why.key, "release-pass.why.already_passed");
    assert!(why.args.iter().any(|(name, _)| name == "at"));
}

#[test]
fn an_ended_pass_says_so_at_the_gate() {
    let mut c = Counter::new();
    let [void, late] = [(); 2].map(|()| {
        let number = open(&mut c, "3-2-1501", "owner");
        c.done(Desk, &number, "approve", nothing());
        number
    });
    let [void_code, late_code] = [&void, &late].map(|number| code(&c, number).unwrap().to_string());
    c.done(Boss, &void, "void", json!({ "reason": "不搬了" }));
    assert_eq!(held_back(&mut c, &void_code), "release-pass.why.was_voided");
    c.wait(8 * 60);
    assert_eq!(verify(&mut c, &late_code).unwrap().why_not, None, "until the very minute");
    c.wait(1);
    assert_eq!(held_back(&mut c, &late_code), "release-pass.why.expired", "the clock has not come by yet");
    clock::sweep(&mut c.store, c.now).unwrap();
    assert_eq!(c.case(&late).state, "expired");
    assert_eq!(held_back(&mut c, &late_code), "release-pass.why.expired");
}

#[test]
fn codes_are_not_guessed_and_every_guess_is_on_record() {
    let mut c = Counter::new();
    let number = open(&mut c, "3-2-1501", "owner");
    c.done(Desk, &number, "approve", nothing());
    let own = code(&c, &number).unwrap();
    let mut swapped: Vec<char> = own.signs().chars().collect();
    let other = (1..8).find(|at| swapped[*at] != swapped[0]).unwrap();
    swapped.swap(0, other);
    for _ in 0..9 {
        let mistyped: String = swapped.iter().collect();
        assert_eq!(verify(&mut c, &mistyped).unwrap_err().key, "desk.why.code_mistyped");
    }
    let strange = |guess: u64| Some(CheckCode::of(guess)).filter(|code| *code != own).unwrap();
    for guess in 0..5 {
        assert_eq!(verify(&mut c, &strange(guess).to_string()).unwrap_err().key, "counter.why.no_such_code");
        c.wait(1);
    }
    assert_eq!(verify(&mut c, &strange(9).to_string()).unwrap_err().key, "counter.why.codes_closed");
    assert_eq!(verify(&mut c, own.signs()).unwrap_err().key, "counter.why.codes_closed", "the right one too");
    let wrong = c.store.records("check-code").unwrap();
    assert_eq!(wrong.len(), 5);
    assert!(wrong.iter().all(|record| record.by == "李娜" && record.action == "wrong"));
    assert!(wrong.iter().all(|record| !record.body.contains(strange(0).signs())));
    c.wait(5);
    assert_eq!(verify(&mut c, own.signs()).unwrap().why_not, None, "ten minutes after the first");
    assert!(c.store.verify_chain().unwrap().broken.is_none());
}
