//! A supervisor's word at the receptionist's screen, and who is shut out while at work.

use crate::office::{BOSS, DESK, Office, PIN, Speaks, text};
use crate::terminal::until;

#[test]
fn a_supervisor_gives_her_word_at_the_receptionists_screen() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let number =
            office.open(&["call", "--contact", "张三", "--set", "about=enquiry", "--set", "content=减免"]);
        office.desk(&["act", &number, "escalate", "--set", "reason=原则问题"]);
        let actions = office.case(&number)["actions"].as_array().expect("actions").clone();
        // The menu has what is allowed first.
        let allowed = actions.iter().filter(|action| action["allowed"] == true).count();
        let refused = actions.iter().filter(|action| action["allowed"] == false);
        let place = refused.into_iter().position(|action| action["action"] == "instruct").expect("refused");
        let mut terminal = office.at_work(DESK);
        terminal.press(&["1", "Enter"]);
        terminal.sees(&number);
        terminal.press(&["F12"]);
        terminal.sees(speaks.of("可办事项", "What can be done"));
        terminal.rest();
        for _ in 0..allowed + place {
            terminal.press(&["Down"]);
        }
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("批示  LD-", "Instruct  LD-"));
        terminal.rest();
        terminal.types("照章办理");
        terminal.press(&["Ctrl+S"]);
        terminal.sees(speaks.of("请主管同意", "A supervisor's word"));
        terminal.sees(BOSS);
        terminal.types("802615");
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("口令不对", "PIN is wrong"));
        terminal.sees_no("802615");
        terminal.types(PIN);
        terminal.press(&["Enter"]);
        terminal.sees(speaks.of("李娜 · 王敏 同意", "of 王敏"));
        let case = office.case(&number);
        let last = case["timeline"].as_array().expect("a timeline").last().expect("an entry").clone();
        assert_eq!((text(&last["by"]), text(&last["with"])), (DESK.to_owned(), BOSS.to_owned()));
        terminal.press(&["Ctrl+Q"]);
        assert!(terminal.wait().success());
    }
}

#[test]
fn who_is_disabled_elsewhere_is_shut_out_and_what_was_typed_waits() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    terminal.press(&["F2"]);
    terminal.sees("新来电");
    terminal.types("zjg");
    terminal.rest();
    office.by(BOSS, &["operator", "disable", DESK]);
    terminal.sees("屏幕已锁,刚才是 李娜");
    terminal.sees_no("zjg");
    office.by(BOSS, &["operator", "enable", DESK]);
    until("she is let in again", || {
        office.by(BOSS, &["operator", "list"])["operators"].to_string().contains("\"disabled\":false")
    });
    terminal.press(&["Ctrl+Q"]);
    assert!(terminal.wait().success());
}
