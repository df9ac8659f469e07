//! The further services on tab 8: two keys to each, and everything else as on the first six tabs.

use crate::office::{DESK, Office, Speaks, text};
use crate::terminal::until;

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
        terminal.press(&["2"]);
        terminal.sees("加装遮阳棚");
        terminal.press(&["Esc"]);
        terminal.sees(choice);
        terminal.press(&["2"]);
        terminal.sees("加装遮阳棚");
        terminal.press(&["8"]);
        terminal.sees(choice);
        // Another tab and back: the choice again, whatever was shown last.
        terminal.press(&["2"]);
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
