//! Shifts: signed in to, left with cover, handed over with the open matters, and never a lonely counter.

use chrono::TimeDelta;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{review, shifts};
use qiantai::desk::case::Case;
use qiantai::desk::kinds::shift::KIND;
use qiantai::desk::workflow::{self, Context};
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, Who, nothing};
use crate::toy::values;

/// A counter at half past six of that morning, before anybody came.
fn early() -> Counter {
    let mut counter = Counter::new();
    counter.now = "2026-11-23T22:30:00Z".parse().unwrap();
    counter
}

fn sign_in(counter: &mut Counter, who: Who, given: Value) -> Result<Case, String> {
    let session = counter.session(who);
    let new = NewCase { kind: "shift".into(), values: values(given), ..NewCase::default() };
    let opened = cases::open(&mut counter.store, &session, counter.now, &new);
    opened.map(|done| done.case).map_err(|error| match error {
        qiantai::counter::CounterError::Refused(why) => why.key,
        qiantai::counter::CounterError::Store(error) => panic!("{error}"),
    })
}

/// From and until when nobody sat at the counter on that day, by the clock on its wall.
fn gaps(counter: &Counter) -> Vec<String> {
    let day = counter.settings.calendar.day_of(counter.now);
    let found = review::review(&counter.store, counter.now, day).unwrap().findings;
    found.into_iter().filter(|finding| finding.kind == "unattended").map(|finding| finding.summary).collect()
}

fn findings(counter: &Counter, number: &str) -> Vec<String> {
    let day = counter.settings.calendar.day_of(counter.now);
    let found = review::review(&counter.store, counter.now, day).unwrap().findings;
    found.into_iter().filter(|finding| finding.subject == number).map(|finding| finding.kind).collect()
}

#[test]
fn who_comes_later_than_ten_minutes_before_the_shift_is_late() {
    // When, and how many minutes late.
    for (minutes, late) in [(0, 0), (19, 0), (20, 0), (21, 1), (30, 10), (200, 180)] {
        let mut counter = early();
        let shift = sign_in(counter.wait(minutes), Desk, json!({ "category": "early" })).unwrap();
        assert_eq!((shift.state.as_str(), shift.get("late")), ("on-duty", late.into()), "{minutes}");
        assert_eq!(shift.get("operator"), "李娜");
        assert_eq!(shift.due_at().unwrap().to_rfc3339(), "2026-11-24T07:00:00+00:00", "until three");
        let found = findings(&counter, &shift.number);
        assert_eq!(found.contains(&"shift-late".to_owned()), late > 0, "{minutes}: {found:?}");
    }
}

#[test]
fn a_shift_is_signed_in_to_near_its_hours_and_at_once() {
    let mut counter = early();
    assert_eq!(sign_in(&mut counter, Desk, json!({ "category": "late" })), Err("shift.why.too_early".into()));
    counter.wait(8 * 60 + 31);
    assert_eq!(sign_in(&mut counter, Desk, json!({ "category": "early" })), Err("shift.why.over".into()));
    let long_ago = json!({ "category": "late", "signed_in": counter.at(-31) });
    assert_eq!(sign_in(&mut counter, Desk, long_ago.clone()), Err("shift.why.long_ago".into()));
    let later = json!({ "category": "late", "signed_in": counter.at(1) });
    assert_eq!(sign_in(&mut counter, Desk, later), Err("desk.why.not_yet".into()));
    assert_eq!(sign_in(&mut counter, Boss, long_ago).unwrap().get("late"), 0);
    let shortly = json!({ "category": "late", "signed_in": counter.at(-10) });
    assert_eq!(sign_in(&mut counter, Desk, shortly).unwrap().get("late"), 1);
}

#[test]
fn nobody_is_on_duty_twice_at_once() {
    let mut counter = early();
    let first = sign_in(&mut counter, Desk, json!({ "category": "early" })).unwrap();
    counter.wait(30);
    assert_eq!(sign_in(&mut counter, Desk, json!({ "category": "early" })), Err("desk.why.taken".into()));
    sign_in(&mut counter, Boss, json!({ "category": "early" })).unwrap();
    counter.wait(60);
    let note = json!({ "handed_to": "王敏", "handover": "无" });
    assert_eq!(counter.done(Desk, &first.number, "hand-over", note).state, "handed-over");
    assert!(sign_in(&mut counter, Desk, json!({ "category": "early" })).is_ok(), "she came again");
}

#[test]
fn the_counter_is_never_left_alone() {
    let mut counter = early();
    let shift = sign_in(&mut counter, Desk, json!({ "category": "early" })).unwrap();
    let number = shift.number.as_str();
    // Ten in the forenoon.
    counter.wait(210);
    assert!(gaps(&counter).is_empty());
    let until = counter.at(30);
    let away = |cover: &str| json!({ "cover": cover, "away_for": "送资料到总部", "until": until });
    assert_eq!(
        counter.refused(Desk, number, "leave", json!({ "away_for": "午饭", "until": until })),
        "desk.why.required"
    );
    assert_eq!(counter.refused(Desk, number, "leave", away("李娜")), "shift.why.herself");
    let past = json!({ "cover": "王敏", "away_for": "午饭", "until": counter.at(-1) });
    assert_eq!(counter.refused(Desk, number, "leave", past), "desk.why.in_the_past");
    assert_eq!(counter.done(Desk, number, "leave", away("王敏")).state, "away");
    let on_duty = shifts::on_duty(&counter.store).unwrap();
    assert_eq!((on_duty[0].operator.as_str(), on_duty[0].cover.as_deref()), ("李娜", Some("王敏")));

    // Covered until half past ten; nobody sat there for the quarter of an hour after it.
    counter.wait(30);
    assert!(gaps(&counter).is_empty() && findings(&counter, number).is_empty());
    counter.wait(15);
    assert_eq!(gaps(&counter), ["10:30 - 10:45"]);
    assert_eq!(findings(&counter, number), ["shift-not-back"]);
    let before = json!({ "back_at": counter.at(-60) });
    assert_eq!(counter.refused(Desk, number, "return", before), "desk.why.before_earlier");
    assert_eq!(counter.done(Desk, number, "return", nothing()).state, "on-duty");
    counter.wait(60);
    assert_eq!(gaps(&counter), ["10:30 - 10:45"], "the gap stays, and nothing comes to it");
    assert!(findings(&counter, number).is_empty());
}

#[test]
fn who_is_back_early_ends_the_cover_early() {
    let mut counter = early();
    let number = sign_in(&mut counter, Desk, json!({ "category": "early" })).unwrap().number;
    counter.wait(210);
    let away = json!({ "cover": "王敏", "away_for": "午饭", "until": counter.at(60) });
    counter.done(Desk, &number, "leave", away);
    counter.wait(20);
    counter.done(Desk, &number, "return", nothing());
    counter.wait(10);
    let case = counter.done(Desk, &number, "hand-over", json!({ "handed_to": "王敏", "handover": "无" }));
    let spans = (KIND.attends.unwrap())(&case, counter.now + TimeDelta::hours(5));
    let minutes: Vec<i64> = spans.iter().map(|(from, to)| (*to - *from).num_minutes()).collect();
    assert_eq!(minutes, [230, 10], "on duty and then covered, on duty again until handing over");
    counter.wait(30);
    assert_eq!(gaps(&counter), ["10:30 - 11:00"], "nobody came after her");
}

#[test]
fn the_note_begins_with_the_open_matters_and_another_receives_it() {
    let mut counter = early();
    let number = sign_in(&mut counter, Desk, json!({ "category": "early" })).unwrap().number;
    let call = counter.open("call", json!({ "about": "enquiry", "content": "停水通知" }));
    counter.wait(8 * 60);
    let case = counter.case(&number);
    let others = cases::others(&counter.store, &counter.desk, &case).unwrap();
    let context = Context {
        by: "李娜",
        role: counter.desk.role(),
        now: counter.now,
        settings: &counter.settings,
        household: None,
        others: &others,
        covered: &[],
        owed: &[],
        kinds: counter.store.kinds(),
    };
    let note = workflow::presets(KIND.action("hand-over").unwrap().inputs, Some(&case), &context);
    let note = note["handover"].as_str().unwrap();
    assert!(note.contains(&call.number) && note.contains("停水通知"), "{note}");
    assert!(!note.contains(&number), "not the shift itself: {note}");
    // A supervisor who does it for her gets her matters, not his own.
    let by_boss = cases::others(&counter.store, &counter.boss, &case).unwrap();
    assert_eq!(by_boss, others);

    assert_eq!(
        counter.refused(Desk, &number, "hand-over", json!({ "handed_to": "李娜" })),
        "shift.why.herself"
    );
    // Nothing typed: what was filled in is the note.
    let handed = counter.done(Desk, &number, "hand-over", json!({ "handed_to": "王敏" }));
    assert!(handed.text("handover").unwrap().contains(&call.number));
    assert!(handed.promises[0].kept_at.is_some(), "before three");
    assert_eq!(counter.refused(Desk, &number, "receive", nothing()), "shift.why.own_note");
    let closed = counter.done(Boss, &number, "receive", nothing());
    assert_eq!((closed.state.as_str(), closed.get("received_by")), ("closed", "王敏".into()));
    assert!(findings(&counter, &number).is_empty());
}

#[test]
fn a_shift_that_nobody_handed_over_is_found() {
    let mut counter = early();
    let number = sign_in(&mut counter, Boss, json!({ "category": "early" })).unwrap().number;
    assert_eq!(
        counter.refused(Desk, &number, "hand-over", json!({ "handed_to": "李娜" })),
        "shift.why.not_own"
    );
    counter.wait(8 * 60 + 30);
    assert!(findings(&counter, &number).is_empty());
    counter.wait(1);
    assert_eq!(findings(&counter, &number), ["shift-open"]);
}

#[test]
fn the_shift_that_is_meant_is_suggested() {
    let counter = early();
    // The hour of the community's day, and the shift.
    for (hour, wanted) in [
        (3, None),
        (4, Some("early")),
        (7, Some("early")),
        (11, Some("early")),
        (12, Some("late")),
        (15, Some("late")),
        (22, Some("late")),
        (23, None),
    ] {
        let at = counter.settings.calendar.day_start("2026-11-24".parse().unwrap()) + TimeDelta::hours(hour);
        assert_eq!(shifts::suggested(&counter.settings, at).as_deref(), wanted, "{hour}");
    }
}

#[test]
fn who_is_away_covers_for_nobody_and_who_covers_stays() {
    let mut counter = early();
    let mine = sign_in(&mut counter, Desk, json!({ "category": "early" })).unwrap().number;
    let boss = sign_in(&mut counter, Boss, json!({ "category": "early" })).unwrap().number;
    counter.wait(60);
    let leaves = |counter: &Counter, cover: &str| json!({ "cover": cover, "until": counter.at(30), "away_for": "送文件" });
    let given = leaves(&counter, "王敏");
    counter.done(Desk, &mine, "leave", given);
    let given = leaves(&counter, "李娜");
    assert_eq!(counter.refused(Boss, &boss, "leave", given.clone()), "desk.why.taken");
    counter.done(Desk, &mine, "return", nothing());
    counter.done(Boss, &boss, "leave", given);
    let given = leaves(&counter, "王敏");
    assert_eq!(counter.refused(Desk, &mine, "leave", given), "desk.why.taken");
}
