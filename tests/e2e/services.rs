//! The further services on tab 8: two keys to each, and everything else as on the first six tabs.

use crate::office::{BOSS, DESK, Office, Speaks, text};
use crate::terminal::{Terminal, until};

const BOTH: [Speaks; 2] = [Speaks::Chinese, Speaks::English];

#[test]
fn a_courier_deposits_a_parcel_in_few_keys_and_it_is_fetched() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        terminal.tap("8");
        terminal.press(&["1"]);
        terminal.sees(speaks.of("这里没有事项", "Nothing here"));
        terminal.press(&["Ctrl+N"]);
        terminal.sees("DS ");
        terminal.press(&["zjg"]);
        terminal.sees("3-2-1501");
        terminal.press(&["Down", "Enter"]);
        terminal.sees("张建国");
        terminal.press(&["Ctrl+S"]);
        terminal.sees("DS-");
        let keys = terminal.keys();
        assert!(keys <= 10, "{keys} keys");
        let mut number = None;
        until("the parcel is held", || {
            number = office.numbers("held").into_iter().next();
            number.is_some()
        });
        let number = number.unwrap_or_default();
        let held = office.case(&number);
        assert_eq!((text(&held["state"]).as_str(), text(&held["contact"]).as_str()), ("held", "张建国"));
        assert_eq!(held["detail"]["sort"], "parcel");
        // Told by a message, as most are: the form says so already.
        terminal.press(&["F6"]);
        terminal.sees(speaks.of("通知方式", "Told how"));
        terminal.press(&["Ctrl+S"]);
        until("the resident is told", || office.case(&number)["state"] == "told");
        terminal.press(&["F5"]);
        terminal.sees(speaks.of("领取人", "Fetched by"));
        terminal.press(&["Ctrl+S"]);
        until("it is fetched", || office.case(&number)["state"] == "collected");
    }
}

#[test]
fn every_service_is_two_keys_away_and_esc_or_8_lead_back() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        office.open(&["letter", "--set", "content=加装遮阳棚"]);
        let mut terminal = office.at_work(DESK);
        let choice = speaks.of("特约服务", "Special service");
        terminal.tap("8");
        terminal.sees(choice);
        let letters = key_of(&terminal, speaks.of("来信", "Letter"));
        let letters = letters.as_str();
        terminal.press(&[letters]);
        terminal.sees("加装遮阳棚");
        terminal.press(&["Esc"]);
        terminal.sees(choice);
        terminal.press(&[letters]);
        terminal.sees("加装遮阳棚");
        terminal.press(&["8"]);
        terminal.sees(choice);
        // Another tab and back: the choice again, whatever was shown last.
        terminal.press(&[letters]);
        terminal.sees("加装遮阳棚");
        terminal.tap("1");
        terminal.tap("8");
        terminal.sees(choice);
        // The place in the choice is kept.
        terminal.press(&["Up", "Down", "Enter"]);
        terminal.sees("加装遮阳棚");
    }
}

/// Each service from its opening to its end through the command line, its words in both languages.
#[test]
fn every_service_goes_from_its_opening_to_its_end() {
    for speaks in BOTH {
        let office = Office::new(speaks);
        let to_the_end = |opening: &[&str], steps: &[&[&str]], last: &str| {
            let number = office.open(opening);
            for step in steps {
                let mut arguments = vec!["act", number.as_str()];
                arguments.extend(*step);
                office.by(crate::office::BOSS, &arguments);
            }
            let case = office.case(&number);
            assert_eq!(text(&case["state"]), last, "{opening:?}");
            let listed = office.numbers(opening[0]);
            assert!(listed.contains(&number));
        };
        let set = "--set";
        to_the_end(
            &["letter", set, "origin=company", set, "content=电梯停运"],
            &[
                &["take"],
                &["result", set, "result=已修好"],
                &["reply", set, "reply=已修好"],
                &["report", set, "reported_to=品质部"],
                &["close"],
            ],
            "closed",
        );
        to_the_end(
            &[
                "account",
                "--unit",
                "3-2-1501",
                "--contact",
                "张建国",
                set,
                "account=gas",
                set,
                r#"papers=[{"paper":"id-card"}]"#,
            ],
            &[&["submit", set, "submitted_to=燃气公司"], &["opened", set, "account_number=32001"], &["tell"]],
            "told",
        );
        to_the_end(
            &["agency", "--contact", "张建国", set, "category=cleaning", set, "content=大扫除"],
            &[
                &["find", set, "provider=安心家政", set, "offer=200"],
                &["agree"],
                &["done"],
                &["callback-satisfied"],
                &["close"],
            ],
            "closed",
        );
        to_the_end(
            &["held", "--unit", "3-2-1501", "--contact", "张建国", set, "courier=sf", set, "shelf=A3"],
            &[&["tell"], &["collect"]],
            "collected",
        );
        to_the_end(
            &[
                "training",
                set,
                "course=礼仪",
                set,
                "hours=1.5",
                set,
                "lecturer=赵立",
                set,
                r#"participants=[{"name":"李娜"}]"#,
            ],
            &[&["hold"], &["assess"], &["close"]],
            "closed",
        );
        to_the_end(
            &["equipment", set, "thing=打印机", set, "count=2", set, "price=1500"],
            &[&["repair", set, "fault=卡纸"], &["back"], &["scrap", set, "scrapped_why=worn-out"]],
            "scrapped",
        );
    }
}

/// An office with one shift that goes round the clock, whenever this test runs.
fn with_a_shift_all_day(speaks: Speaks) -> Office {
    use qiantai::counter::{community, operators};
    use qiantai::desk::kinds::STANDARD;
    use qiantai::desk::kinds::shift::SHIFTS;

    let office = Office::new(speaks);
    let mut store = qiantai::store::Store::open(std::path::Path::new(&office.data()), STANDARD).unwrap();
    let now = chrono::Utc::now();
    let boss = operators::login(&mut store, BOSS, crate::office::PIN, now).unwrap();
    let before = qiantai::counter::settings_of(&store).unwrap();
    let mut after = (*before).clone();
    for shift in &mut after.catalogues.iter_mut().find(|known| known.id == SHIFTS).unwrap().items {
        shift.hours = Some("00:00-24:00".parse().unwrap());
        shift.retired = shift.code != "early";
    }
    community::change_settings(&mut store, &boss, now, &before, &after).unwrap();
    office
}

#[test]
fn a_shift_is_signed_in_to_with_one_key_and_handed_over_with_what_is_open() {
    for speaks in BOTH {
        let office = with_a_shift_all_day(speaks);
        let call = office.open(&["call", "--set", "content=停水通知"]);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["Ctrl+W"]);
        terminal.sees("ZB ");
        terminal.sees(speaks.of("早班", "Early shift"));
        terminal.press(&["Ctrl+S"]);
        terminal.sees(speaks.of("值班 李娜", "On duty: 李娜"));
        let number = office.numbers("shift").remove(0);

        // The same key shows the shift; whoever goes away names who covers.
        terminal.press(&["Ctrl+W"]);
        terminal.sees(&number);
        let until_when = (chrono::Utc::now() + chrono::TimeDelta::minutes(30)).to_rfc3339();
        let refused = office.call(
            DESK,
            &["act", &number, "leave", "--set", "away_for=午饭", "--set", &format!("until={until_when}")],
        );
        assert_eq!(refused.status.code(), Some(1), "nobody covers");
        office.desk(&[
            "act",
            &number,
            "leave",
            "--set",
            "cover=王敏",
            "--set",
            "away_for=午饭",
            "--set",
            &format!("until={until_when}"),
        ]);
        terminal.sees(speaks.of("李娜(王敏顶岗)", "李娜 (王敏 covers)"));
        terminal.press(&["F5"]);
        terminal.sees(speaks.of("返岗时间", "Back at"));
        terminal.press(&["Ctrl+S"]);
        until("she is back", || office.case(&number)["state"] == "on-duty");

        terminal.press(&["F5"]);
        terminal.sees(speaks.of("交接事项", "Hand-over note"));
        terminal.sees(&call);
        terminal.types("王敏");
        terminal.press(&["Ctrl+S"]);
        until("it is handed over", || office.case(&number)["state"] == "handed-over");
        let case = office.case(&number);
        assert_eq!(case["detail"]["handed_to"], BOSS);
        assert!(text(&case["detail"]["handover"]).contains("停水通知"));

        // Whoever comes next is told how to sign in, and receives the note.
        terminal.press(&["Ctrl+L"]);
        office.log_in(&mut terminal, BOSS);
        terminal.sees(speaks.of("您还没有签到值班,按 Ctrl+W 签到", "Ctrl+W signs in"));
        terminal.press(&["Ctrl+F"]);
        terminal.sees("Enter");
        terminal.types(&number);
        terminal.wait_for("the shift is found", |screen| screen.matches(number.as_str()).count() > 1);
        terminal.rest();
        terminal.tap("Enter");
        terminal.sees(speaks.of("已交班", "handed over"));
        terminal.press(&["F5"]);
        terminal.sees(speaks.of("接班时间", "Received at"));
        terminal.press(&["Ctrl+S"]);
        until("it is received", || office.case(&number)["state"] == "closed");
    }
}

/// The key that stands before a service in the choice.
fn key_of(terminal: &Terminal, name: &str) -> String {
    let screen = terminal.screen();
    let words = screen.lines().find_map(|line| {
        let (key, rest) = line.trim_start_matches(['│', ' ']).split_once(' ')?;
        rest.trim_start().starts_with(name).then(|| key.to_owned())
    });
    words.unwrap_or_else(|| panic!("{name} is not offered:\n{screen}"))
}
