//! Certificates and CVs of the staff.

use chrono::{DateTime, Days, TimeDelta, Utc};
use qiantai::counter::clock;
use qiantai::timer;
use serde_json::{Value, json};

use super::desk::{Boss, Counter, Desk, nothing};

fn electrician(c: &Counter, valid_for: i64) -> Value {
    json!({
        "holder": "孙伟", "sort": "electrician", "certificate": "低压电工证", "certificate_number": "T-0488",
        "issuer": "市应急管理局", "issued_on": "2023-03-15", "valid_until": c.day(valid_for), "copy": true
    })
}

#[test]
fn a_certificate_is_flagged_before_it_expires_and_found_until_it_is_renewed() {
    let mut c = Counter::new();
    let given = electrician(&c, 61);
    let number = c.open_as_boss("certificate", given).number;
    assert!(c.findings(&number).is_empty());
    let expiring = |c: &Counter| timer::board(&c.store, &c.settings, c.now).unwrap().expiring;
    assert_eq!(expiring(&c), 0);
    c.wait(3 * 24 * 60);
    assert_eq!((c.findings(&number), expiring(&c)), (vec!["certificate-expiring".into()], 1));
    // On its last day it is valid, the day after it is not.
    let until = c.case(&number).text("valid_until").unwrap();
    let end = c.settings.calendar.next_day_start(until.parse().unwrap());
    c.now = end - TimeDelta::seconds(1);
    assert!(clock::sweep(&mut c.store, c.now).unwrap().is_empty());
    c.now = end;
    assert_eq!(clock::sweep(&mut c.store, c.now).unwrap()[0].state, "expired");
    c.wait(10);
    assert_eq!(c.findings(&number), ["certificate-expired"]);
    let shorter = json!({ "valid_until": until });
    assert_eq!(c.refused(Boss, &number, "renew", shorter), "desk.why.day_gone_by");
    let longer = json!({ "valid_until": c.day(1_000), "amount": 30_000, "document": "FS-1" });
    assert_eq!(c.refused(Desk, &number, "renew", longer.clone()), "desk.why.needs_role");
    let renewed = c.done(Boss, &number, "renew", longer.clone());
    assert_eq!(
        (renewed.state.as_str(), renewed.get("renewals")[0]["amount"].as_i64()),
        ("valid", Some(30_000))
    );
    assert!(c.findings(&number).is_empty());
    assert_eq!(c.refused(Boss, &number, "renew", longer), "desk.why.not_longer");
}

#[test]
fn a_certificate_without_an_end_is_valid_for_good_and_one_without_a_copy_is_found() {
    let mut c = Counter::new();
    let given = json!({
        "holder": "李娜", "certificate": "岗位证书", "certificate_number": "BM-1", "issued_on": "2021-06-08"
    });
    let number = c.open_as_boss("certificate", given.clone()).number;
    c.now = c.now + Days::new(4_000);
    assert!(clock::sweep(&mut c.store, c.now).unwrap().is_empty());
    assert_eq!(c.findings(&number), ["certificate-no-copy"]);
    // A receptionist files a copy, and writes nothing else.
    c.done(Desk, &number, "file-copy", json!({ "copy_at": "人事柜2号盒" }));
    assert!(c.findings(&number).is_empty());
    let amended = json!({ "issuer": "协会", "reason": "补录" });
    assert_eq!(c.refused(Desk, &number, "amend", amended.clone()), "desk.why.needs_role");
    c.done(Boss, &number, "amend", amended);
    // The same paper twice is one of them by mistake, until it no longer counts.
    assert_eq!(c.try_open_as_boss("certificate", given.clone()).unwrap_err(), "desk.why.taken");
    let ahead = json!({ "ended_why": "replaced", "ended_on": c.day(1) });
    assert_eq!(c.refused(Boss, &number, "end", ahead), "desk.why.day_not_yet");
    assert_eq!(c.done(Boss, &number, "end", json!({ "ended_why": "replaced" })).state, "ended");
    c.open_as_boss("certificate", given);
}

#[test]
fn what_is_no_certificate_is_refused() {
    let mut c = Counter::new();
    let given = electrician(&c, 10);
    assert_eq!(c.try_open("certificate", given.clone(), None).unwrap_err(), "desk.why.needs_role");
    for (change, why) in [
        (json!({ "holder": null }), "desk.why.required"),
        (json!({ "certificate_number": null }), "desk.why.required"),
        (json!({ "issued_on": c.day(1) }), "desk.why.day_not_yet"),
        (json!({ "valid_until": "2023-03-14" }), "desk.why.day_before"),
        (json!({ "sort": "cook" }), "desk.why.not_option"),
    ] {
        let mut given = given.clone();
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open_as_boss("certificate", given).unwrap_err(), why, "{change}");
    }
    let number = c.open_as_boss("certificate", given).number;
    assert_eq!(c.refused(Boss, &number, "expire", nothing()), "desk.why.by_clock");
}

fn manager() -> Value {
    json!({
        "person": "李娜", "born": 1990, "post": "客服领班", "degree": "college", "specialty": "物业管理",
        "working_since": 2012, "manager_since": 2018,
        "projects": [{ "project": "翠湖花园", "builder": "宏远地产", "size": 186_000, "standard": "市优" }]
    })
}

#[test]
fn a_cv_holds_what_the_forms_of_the_source_ask_for() {
    let mut c = Counter::new();
    assert_eq!(c.try_open("resume", manager(), None).unwrap_err(), "desk.why.needs_role");
    for (change, why) in [
        (json!({ "person": null }), "desk.why.required"),
        (json!({ "post": null }), "desk.why.required"),
        (json!({ "working_since": 2005 }), "resume.why.year"),
        (json!({ "manager_since": 2011 }), "resume.why.year"),
        (json!({ "manager_since": 2027 }), "resume.why.year"),
        (json!({ "degree": "school" }), "desk.why.not_option"),
        (json!({ "projects": [{ "builder": "宏远地产" }] }), "desk.why.required"),
    ] {
        let mut given = manager();
        given.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(c.try_open_as_boss("resume", given).unwrap_err(), why, "{change}");
    }
    let case = c.open_as_boss("resume", manager());
    assert_eq!((case.summary.as_str(), case.text("form").as_deref()), ("李娜 客服领班", Some("manager")));
    assert_eq!(c.try_open_as_boss("resume", manager()).unwrap_err(), "desk.why.taken", "one CV a person");
}

#[test]
fn a_cv_that_nobody_went_through_for_a_year_is_found() {
    let mut c = Counter::new();
    let number = c.open_as_boss("resume", manager()).number;
    let due: DateTime<Utc> = c.case(&number).due_at().unwrap();
    assert_eq!(due, c.now + Days::new(365));
    c.now = due + TimeDelta::minutes(1);
    assert_eq!(c.findings(&number), ["resume-aged"]);
    assert_eq!(c.refused(Desk, &number, "review", nothing()), "desk.why.needs_role");
    let early = json!({ "working_since": 1999 });
    assert_eq!(c.refused(Boss, &number, "review", early), "resume.why.year");
    let reviewed = c.done(Boss, &number, "review", json!({ "title": "物业管理师" }));
    assert_eq!(
        (reviewed.text("title").as_deref(), reviewed.get("projects")[0]["size"].as_i64()),
        (Some("物业管理师"), Some(186_000))
    );
    assert!(c.findings(&number).is_empty());
    assert_eq!(c.done(Boss, &number, "retire", json!({ "reason": "离职" })).state, "retired");
    // Somebody who comes back has it again, unless a new one was written meanwhile.
    let again = c.open_as_boss("resume", manager()).number;
    assert_eq!(c.refused(Boss, &number, "restore", nothing()), "desk.why.taken");
    c.done(Boss, &again, "retire", json!({ "reason": "重复" }));
    assert_eq!(c.done(Boss, &number, "restore", nothing()).state, "current");
}
