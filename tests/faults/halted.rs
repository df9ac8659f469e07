//! A process that is stopped for a while, while others go on.

use std::path::Path;
use std::time::{Duration, Instant};

use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;

use crate::office::{BOSS, DESK, Office, PIN, Speaks, begin_call};
use crate::terminal::{Terminal, until};
use crate::worker::{Ledger, Worker};

/// How long the desk stands still.
const HALT: Duration = Duration::from_secs(10);

#[test]
fn a_desk_that_stood_still_goes_on_with_what_others_wrote() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "水管爆裂");
    terminal.signal("STOP");
    let stopped = Instant::now();
    let repair = [
        "repair",
        "--contact",
        "李梅",
        "--set",
        "category=water",
        "--set",
        "content=漏水",
        "--set",
        "place=厨房",
    ];
    let first = office.open(&repair);
    while stopped.elapsed() < HALT {
        office.open(&repair);
        std::thread::sleep(Duration::from_millis(400));
    }
    terminal.signal("CONT");
    // What was under way is still there, and saves.
    terminal.types("还在漏");
    terminal.sees("水管爆裂还在漏");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    assert_eq!(office.numbers("call").len(), 1);
    terminal.press(&["3"]);
    terminal.sees(&first[3 + 4..]);
    assert_eq!(office.by(BOSS, &["doctor"])["ok"], true);
}

#[test]
fn who_stands_still_in_the_middle_of_a_save_holds_others_up_but_loses_nothing() {
    let office = Office::new(Speaks::Chinese);
    let data = office.data();
    let mut ledger = Ledger::new();
    for round in 0..6 {
        let worker = Worker::start(Path::new(&data), BOSS);
        worker.begins(&mut ledger);
        std::thread::sleep(Duration::from_millis(37 * round));
        worker.signal("STOP");
        // The stopped one may hold the only pen. Who waits for it is told so in the end, in words.
        let began = Instant::now();
        let output = office.call(DESK, &["open", "call", "--contact", "李梅", "--set", "content=问车位"]);
        let took = began.elapsed();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(!said.contains("locked") && !said.contains("panicked"), "{said}");
            assert!(said.trim().chars().count() > 8, "a sentence says what to do: {said:?}");
        }
        assert!(took < Duration::from_secs(40), "nobody waits for ever: {took:?}");
        worker.signal("CONT");
        worker.kill(&mut ledger);
    }
    let store = Store::open(Path::new(&data), STANDARD).expect("the book opens");
    for (number, revision) in &ledger {
        let case = store.case(number).expect("a book").expect("what was acknowledged is there");
        assert!(case.revision >= *revision);
    }
    assert_eq!(store.verify_chain().expect("a chain").broken, None);
}

/// Another desk that holds the only pen for a while.
fn holds_the_pen(data: &str) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(Path::new(data).join(Store::FILE)).expect("the file opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    other
}

#[test]
fn a_save_that_waits_for_another_desk_keeps_the_screen_alive() {
    for (speaks, waits, matter) in [
        (Speaks::Chinese, "另一台正在保存, 已等", "水管爆裂"),
        (Speaks::English, "Another desk is saving; waiting for it:", "a pipe burst"),
    ] {
        let office = Office::new(speaks);
        let data = office.data();
        let mut terminal = office.at_work(DESK);
        begin_call(&mut terminal, "");
        let other = holds_the_pen(&data);
        // Typing does not wait: only its draft does.
        terminal.types(matter);
        terminal.wait_within(Duration::from_secs(5), "what is typed", |screen| screen.contains(matter));
        terminal.press(&["Ctrl+S"]);
        let began = Instant::now();
        for seconds in ["0 ", "1 ", "2 "] {
            // The form stands there all the while, and the seconds go on.
            terminal.wait_for(seconds, |screen| {
                screen.contains(&format!("{waits} {seconds}")) && screen.contains(matter)
            });
        }
        assert!(began.elapsed() >= Duration::from_secs(2));
        // What is pressed now is refused, with the bell: nobody knows yet what it would do.
        let before = terminal.written();
        terminal.press(&["Ctrl+L"]);
        until("the bell", || terminal.raw()[before..].contains(&7));
        other.execute_batch("ROLLBACK").expect("it lets go");
        terminal.sees("LD-");
        terminal.sees_no(waits);
        assert_eq!(office.numbers("call").len(), 1, "saved once");
        assert!(terminal.screen().contains(DESK), "still at work");
    }
}

#[test]
fn who_does_not_want_to_wait_for_another_desk_loses_nothing() {
    let office = Office::new(Speaks::Chinese);
    let data = office.data();
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "");
    let other = holds_the_pen(&data);
    terminal.types("楼道灯不亮");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("另一台正在保存, 已等 1 秒");
    let pressed = Instant::now();
    terminal.press(&["Esc"]);
    terminal.sees("没有改动任何内容");
    assert!(pressed.elapsed() < Duration::from_secs(5), "it does not wait out its time");
    terminal.sees("楼道灯不亮");
    assert_eq!(office_numbers(&other), 0, "nothing was saved");
    other.execute_batch("ROLLBACK").expect("it lets go");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    assert_eq!(office.case(&number)["detail"]["content"], "楼道灯不亮");
}

#[test]
fn a_command_that_waits_for_another_desk_says_so() {
    for (speaks, waits) in [(Speaks::Chinese, "另一台正在保存"), (Speaks::English, "Another desk is saving")]
    {
        let office = Office::new(speaks);
        let data = office.data();
        let call = ["--data", &data, "--lang", speaks.tag(), "open", "call", "--contact", "李梅"];
        let call = [&call[..], &["--set", "content=问车位"]].concat();
        let who = [("QIANTAI_OPERATOR", DESK), ("QIANTAI_PIN", PIN), ("QIANTAI_CONFIG", &data)];
        let other = holds_the_pen(&data);
        let mut terminal = Terminal::start(&call, &who, 120, 36);
        terminal.sees(waits);
        other.execute_batch("ROLLBACK").expect("it lets go");
        terminal.sees("LD-");
        // Nothing of the waiting is left over between what it prints.
        terminal.sees_no(waits);
        assert!(terminal.wait().success());
    }
}

/// How many cases the book has, asked by who holds the pen.
fn office_numbers(other: &rusqlite::Connection) -> i64 {
    other.query_row("SELECT count(*) FROM cases", [], |row| row.get(0)).expect("a book")
}
