//! The lock of a screen that nobody touches, and a supervisor's word at the receptionist's screen.

use qiantai::counter::{Session, cases, copy_key, operators, settings_of};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::lang::{Lang, t};
use qiantai::timer::Notice;
use qiantai::ui::cx::Message;
use serde_json::json;

use crate::office::{BOSS, DESK, Office, now};
use crate::pictures::picture;
use crate::stage::Stage;

const WIDE: (u16, u16) = (120, 36);
const SMALL: (u16, u16) = (80, 24);

#[test]
fn a_screen_that_nobody_touches_is_locked_and_nothing_typed_is_lost() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.press("F2");
    stage.type_text("zjg");
    stage.press("Enter");
    let typed = stage.text(WIDE);
    assert!(typed.contains("郑建刚"), "{typed}");
    stage.wait_seconds(9 * 60 + 31);
    assert!(stage.text(WIDE).contains("马上锁屏"), "{}", stage.text(WIDE));
    // A key is enough; what it does is not its matter.
    stage.press("Tab");
    stage.wait_seconds(60);
    assert!(!stage.text(WIDE).contains("马上锁屏"));
    stage.wait_seconds(9 * 60);
    for size in [WIDE, SMALL] {
        let locked = stage.text(size);
        assert!(locked.contains("刚才是 李娜") && locked.contains("回访逾期"), "{locked}");
        // Whoever passes by sees nobody's name, number or matter.
        for private in ["郑建刚", "13800005678", "138****", "3-2-1501", "来电登记"] {
            assert!(!locked.contains(private), "{private} in {locked}");
        }
    }
    stage.enter(BOSS);
    stage.press("Esc");
    assert!(stage.text(WIDE).contains("王敏"));
    stage.press("Ctrl+L");
    stage.enter(DESK);
    stage.press("Esc F4");
    assert!(stage.text(WIDE).contains("郑建刚"), "{}", stage.text(WIDE));
}

#[test]
fn a_key_that_comes_after_the_lock_does_nothing() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    // The loop slept past the instant: the computer was shut and opened again.
    stage.now += chrono::TimeDelta::hours(8);
    stage.press("F2");
    let locked = stage.text(WIDE);
    assert!(locked.contains("刚才是 李娜") && !locked.contains("新来电"), "{locked}");
}

#[test]
fn who_is_disabled_by_another_process_is_locked_out_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let office = Office::over(Store::open(directory.path(), STANDARD).unwrap());
    let boss = office.boss.clone();
    let mut stage = Stage::receptionist(office, Lang::ZhCn);
    stage.press("F2 Tab");
    stage.type_text("李四");
    let mut other = Store::open(directory.path(), STANDARD).unwrap();
    operators::disable(&mut other, &boss, stage.now, DESK, true).unwrap();
    stage.app.notice(Notice::Changed, stage.now);
    let locked = stage.text(WIDE);
    assert!(locked.contains("请选择操作员") && !locked.contains("李四"), "{locked}");
    assert_eq!(stage.app.store().drafts(Some(DESK)).unwrap().len(), 1);
}

/// Chooses an action in the menu of the case that is shown, where refused ones stand last.
fn choose(stage: &mut Stage, desk: &Session, number: &str, action: &str) {
    let store = stage.app.store();
    let (case, settings) = (store.case(number).unwrap().unwrap(), settings_of(store).unwrap());
    let mut offers = cases::offers(store, desk, stage.now, &settings, &case).unwrap();
    offers.sort_by_key(|offer| offer.why_not.is_some());
    let place = offers.iter().position(|offer| offer.action == action).unwrap();
    assert!(offers[place].why_not.as_ref().is_some_and(|why| why.needs.is_some()), "{action}");
    stage.press("F12");
    stage.press(&"Down ".repeat(place));
    stage.press("Enter");
}

#[test]
fn copies_say_to_whom_they_are_encrypted() {
    const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let to = |lang| {
        let mut office = Office::standard();
        copy_key::use_key(&mut office.store, &office.boss, now(), KEY).unwrap();
        let mut stage = Stage::supervisor(office, lang);
        stage.press("Ctrl+X");
        stage
    };
    picture("copies-encrypted", to);
    picture("copies-new-key", |lang| {
        let mut stage = to(lang);
        stage.press("F9");
        stage
    });
}

/// A call of eight years ago that was declared void then.
fn old_call(office: &mut Office) -> String {
    let given = json!({ "contact": "周建", "phone": "13912345678", "about": "enquiry", "content": "问车位" });
    let number = office.open("2018-05-02 09:30", "call", given);
    office.act("2018-05-02 09:31", &number, "void", json!({ "reason": "打错了" }));
    number
}

#[test]
fn old_personal_data_is_shown_and_asked_about() {
    let to = |lang| {
        let mut office = Office::standard();
        old_call(&mut office);
        let mut stage = Stage::supervisor(office, lang);
        stage.press("Ctrl+E Down Down Down Down Down Down Down");
        stage
    };
    picture("settings-privacy", to);
    let to = |lang| {
        let mut stage = to(lang);
        stage.press("F11");
        stage
    };
    picture("retention", to);
    picture("retention-sure", |lang| {
        let mut stage = to(lang);
        stage.press("F5");
        stage
    });
}

#[test]
fn a_receptionist_does_not_get_at_it() {
    let mut office = Office::standard();
    old_call(&mut office);
    let mut stage = Stage::receptionist(office, Lang::ZhCn);
    stage.press("Ctrl+E Down Down Down Down Down Down Down F11");
    let text = stage.text(WIDE);
    assert!(text.contains("主管") && !text.contains("以前办结"), "{text}");
    let store = stage.app.store();
    let refused = store.records("operator:李娜").unwrap();
    assert!(refused.iter().any(|record| record.action == "refused" && record.body.contains("retention")));
}

#[test]
fn a_new_recovery_code_is_asked_about_first() {
    for lang in Lang::ALL {
        let mut stage = Stage::supervisor(Office::standard(), lang);
        let store = stage.app.store();
        assert_eq!(store.account(BOSS).unwrap().unwrap().recovery, None);
        // The operators stand before the phrases and the etiquette.
        stage.press("Ctrl+E End Up Up Enter");
        let operators = stage.app.store().operators().unwrap();
        let row = operators.iter().position(|operator| operator.name == BOSS).unwrap();
        stage.press(&"Down ".repeat(row));
        stage.press("F10");
        let asked = stage.text(SMALL);
        assert!(asked.contains("Enter") && asked.contains(BOSS), "{asked}");
        assert_eq!(stage.app.store().account(BOSS).unwrap().unwrap().recovery, None, "only asked");
        stage.press("Esc");
        assert_eq!(stage.app.store().account(BOSS).unwrap().unwrap().recovery, None, "Esc makes none");
        stage.press("F10 Enter");
        assert!(stage.app.store().account(BOSS).unwrap().unwrap().recovery.is_some(), "{}", stage.text(WIDE));
    }
}

#[test]
fn what_is_said_of_a_missing_recovery_code_fits_a_small_screen() {
    for (lang, end) in [(Lang::ZhCn, "F10 更换。"), (Lang::En, "operators, F10.")] {
        let mut stage = Stage::new(Office::standard(), lang);
        stage.enter(BOSS);
        let text = stage.text(SMALL);
        let bottom = text.lines().last().unwrap();
        assert!(bottom.contains("Ctrl+E") && bottom.contains(end), "{bottom}");
    }
}

#[test]
fn a_demonstration_does_not_ask_for_one() {
    let mut store = Store::in_memory(STANDARD).unwrap();
    let wish = qiantai::demo::Wish { cases: 20, seed: 1 };
    qiantai::demo::make(&mut store, crate::office::now(), wish).unwrap();
    let mut stage = Stage::over(store, Lang::En, crate::office::now());
    stage.enter(BOSS);
    assert!(!stage.text(WIDE).contains("recovery"), "{}", stage.text(WIDE));
}

fn pass(office: &mut Office) -> String {
    let given = json!({
        "unit": "5-1-1102", "contact": "曾倩", "applicant_role": "owner", "purpose": "moving",
        "carrier": "大众搬家", "plate": "粤B12345", "valid_until": "2026-11-24T10:00:00Z",
        "lines": [{ "name": "沙发", "count": 1 }],
    });
    office.open("2026-11-24 09:30", "release-pass", given)
}

#[test]
fn the_lock_and_the_word_in_pictures() {
    picture("locked", |lang| {
        let mut stage = Stage::receptionist(Office::standard(), lang);
        stage.wait_seconds(10 * 60);
        stage
    });
    picture("vouch", |lang| {
        let mut office = Office::standard();
        let number = pass(&mut office);
        let desk = office.desk.clone();
        let mut stage = Stage::receptionist(office, lang);
        stage.press("6 Enter");
        choose(&mut stage, &desk, &number, "approve");
        stage.press("Ctrl+S");
        stage
    });
}

#[test]
fn a_supervisors_word_approves_a_pass_at_the_receptionists_screen() {
    let mut office = Office::standard();
    let number = pass(&mut office);
    let desk = office.desk.clone();
    let mut stage = Stage::receptionist(office, Lang::ZhCn);
    stage.press("6 Enter");
    choose(&mut stage, &desk, &number, "approve");
    stage.press("Ctrl+S =802615 Enter");
    assert!(stage.text(WIDE).contains("口令不对"), "{}", stage.text(WIDE));
    stage.press("=246810 Enter");
    let case = stage.app.store().case(&number).unwrap().unwrap();
    assert_eq!(case.state, "approved", "{}", stage.text(WIDE));
    assert!(stage.text(WIDE).contains("李娜 · 王敏 同意"), "{}", stage.text(WIDE));
    // It was for this one thing: she is a receptionist as before.
    stage.press("Esc Ctrl+K");
    stage.press("Esc");
    let entry = stage.app.store().timeline(&number).unwrap().pop().unwrap();
    assert_eq!((entry.by.as_str(), entry.with.as_deref()), (DESK, Some(BOSS)));
}

#[test]
fn a_form_that_is_refused_for_its_role_is_saved_by_the_word() {
    let mut office = Office::standard();
    let given = json!({ "contact": "周建", "about": "enquiry", "content": "问车位" });
    let number = office.open("2026-11-24 09:30", "call", given);
    office.act("2026-11-24 09:31", &number, "escalate", json!({ "reason": "拿不准" }));
    let desk = office.desk.clone();
    let mut stage = Stage::receptionist(office, Lang::ZhCn);
    stage.press("1 Enter");
    choose(&mut stage, &desk, &number, "instruct");
    stage.type_text("照章办理");
    stage.press("Ctrl+S =246810 Enter");
    let case = stage.app.store().case(&number).unwrap().unwrap();
    assert_eq!(case.escalated, None, "{}", stage.text(WIDE));
    let entry = stage.app.store().timeline(&number).unwrap().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.with.as_deref()), ("instruct", Some(BOSS)));
}

/// A certificate, which only supervisors open.
fn certificate(number: &str) -> Message {
    let given = json!({ "holder": DESK, "sort": "post", "certificate": "物业管理员上岗证",
        "certificate_number": number, "issued_on": "2026-01-05" });
    Message::NewCase("certificate".to_owned(), given.as_object().unwrap().clone())
}

#[test]
fn a_supervisors_word_opens_what_only_supervisors_open() {
    for lang in Lang::ALL {
        let asks = t(lang, "ui.vouch.title", &[]);
        let mut stage = Stage::receptionist(Office::standard(), lang);
        stage.app.apply(certificate("7001"));
        let text = stage.text(SMALL);
        assert!(text.contains(&asks) && text.contains(BOSS) && !text.contains("7001"), "{text}");
        stage.press("=802615 Enter");
        assert!(stage.text(SMALL).contains(&asks), "{}", stage.text(SMALL));
        stage.press("=246810 Enter");
        let text = stage.text(SMALL);
        assert!(!text.contains(&asks) && text.contains("7001"), "{text}");
        stage.press("Ctrl+S");
        assert!(!stage.text(SMALL).contains(&asks), "once is enough: {}", stage.text(SMALL));
        let number = "GZ-20261124-001";
        let entry = stage.app.store().timeline(number).unwrap().pop().unwrap();
        assert_eq!((entry.by.as_str(), entry.with.as_deref()), (DESK, Some(BOSS)));
        // It was for this one.
        stage.app.apply(certificate("7002"));
        assert!(stage.text(SMALL).contains(&asks), "{}", stage.text(SMALL));
        stage.press("Esc");
        assert!(!stage.text(SMALL).contains("7002"), "{}", stage.text(SMALL));
        assert_eq!(stage.app.store().case("GZ-20261124-002").unwrap(), None);
    }
}

#[test]
fn a_word_that_lapsed_or_was_put_aside_is_asked_for_once_more() {
    let asks = t(Lang::ZhCn, "ui.vouch.title", &[]);
    for aside in [false, true] {
        let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
        stage.app.apply(certificate("7001"));
        stage.press("=246810 Enter");
        if aside {
            stage.press("=1 Backspace F2 Esc F4");
        } else {
            stage.wait_seconds(5 * 60);
        }
        stage.press("Ctrl+S");
        let text = stage.text(WIDE);
        assert!(text.contains(&asks), "{aside}: {text}");
        assert_eq!(stage.app.store().case("GZ-20261124-001").unwrap(), None);
        stage.press("=246810 Enter");
        let text = stage.text(WIDE);
        assert!(stage.app.store().case("GZ-20261124-001").unwrap().is_some(), "{aside}: {text}");
    }
}

#[test]
fn nobody_else_saves_by_a_word_that_was_given() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.app.apply(certificate("7001"));
    stage.press("=246810 Enter =1 Backspace Ctrl+L");
    stage.enter(DESK);
    stage.press("Esc F4 Ctrl+S");
    let asks = t(Lang::ZhCn, "ui.vouch.title", &[]);
    assert!(stage.text(WIDE).contains(&asks), "{}", stage.text(WIDE));
    assert_eq!(stage.app.store().case("GZ-20261124-001").unwrap(), None);
}
