//! The real program under a clock that is wrong: set back by a day, set forward by a year, and right again.
//!
//! The program has no door for that. A small library between it and the system moves the wall clock; the
//! clock that measures sleeps goes on as it does when somebody sets the time of a computer.

use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tempfile::TempDir;

use crate::office::{BOSS, DESK, Office, Speaks, begin_call, text};

const DAY: i64 = 24;
const YEAR: i64 = 365 * DAY;

/// A wall clock that is moved while programs run.
struct Clock {
    directory: TempDir,
}

impl Clock {
    /// One that is right.
    fn new() -> Self {
        let clock = Self { directory: tempfile::tempdir().expect("a directory") };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/moved.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o"])
            .args([clock.file("moved.so").as_os_str(), source.as_ref()])
            .status();
        assert!(built.expect("the compiler that SQLite is built with").success());
        clock.moves(0);
        clock
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Sets it so many hours ahead of the right time, or back.
    fn moves(&self, hours: i64) {
        // Nobody reads half of it.
        std::fs::write(self.file("next"), format!("{}\n", hours * 3_600)).expect("a file");
        std::fs::rename(self.file("next"), self.file("moved")).expect("a file");
    }

    /// What a program needs in its environment to go by it.
    fn environment(&self) -> [(&'static str, String); 2] {
        let name = |name: &str| self.file(name).to_str().expect("a plain path").to_owned();
        [("LD_PRELOAD", name("moved.so")), ("MOVED_CLOCK", name("moved"))]
    }

    /// A command under this clock, which must do what it is asked for.
    #[track_caller]
    fn by(&self, office: &Office, operator: &str, arguments: &[&str]) -> Value {
        let output = office.command(operator, arguments).envs(self.environment()).output();
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("a document")
    }
}

/// No number twice, and nothing at fault by the right clock.
fn assert_sound(office: &Office, mut numbers: Vec<String>) {
    let given = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), given, "{numbers:?}");
    let mut listed = office.numbers("call");
    listed.sort();
    assert_eq!(listed, numbers);
    let doctor = office.by(BOSS, &["doctor"]);
    assert_eq!(doctor["ok"], true, "{doctor}");
}

#[test]
fn commands_under_a_wrong_clock_give_no_number_twice_and_lose_nothing() {
    let (office, clock) = (Office::new(Speaks::Chinese), Clock::new());
    let call = ["open", "call", "--contact", "李梅", "--set", "about=enquiry", "--set", "content=问车位"];
    let mut numbers = Vec::new();
    for hours in [0, -DAY, 1 - DAY, YEAR, YEAR + 1, 1, -30 * DAY, 0] {
        clock.moves(hours);
        for _ in 0..2 {
            let case = clock.by(&office, DESK, &call);
            let opened: DateTime<Utc> = text(&case["opened_at"]).parse().expect("an instant");
            let off = opened - (Utc::now() + TimeDelta::hours(hours));
            assert!(off.abs() < TimeDelta::minutes(30), "the clock is not the one that was set: {off}");
            numbers.push(text(&case["number"]));
        }
        // What is due and the end of day are asked for by the wrong clock, too.
        clock.by(&office, DESK, &["callbacks", "--overdue"]);
        clock.by(&office, BOSS, &["review"]);
        clock.by(&office, BOSS, &["backup"]);
        let case = clock.by(&office, DESK, &["show", &numbers[0]]);
        assert_eq!(case["timeline"].as_array().map(Vec::len), Some(1));
    }
    assert_sound(&office, numbers);
}

#[test]
fn a_desk_goes_on_when_its_clock_is_set_and_nothing_typed_is_lost() {
    let (office, clock) = (Office::new(Speaks::Chinese), Clock::new());
    let environment = clock.environment();
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut terminal = office.screen_of(120, 36, &environment);
    office.log_in(&mut terminal, DESK);
    // Set back in the middle of a form: the call rang tomorrow, which is said and can be put right.
    begin_call(&mut terminal, "水管爆裂");
    clock.moves(-DAY);
    terminal.types("还在漏");
    terminal.sees("水管爆裂还在漏");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("还没到,请填实际发生的时间");
    terminal.press(&vec!["Backspace"; 16]);
    terminal.types("今天 00:00");
    terminal.press(&["Ctrl+S"]);
    terminal.sees_no("水管爆裂还在漏");
    // Set forward: nobody has touched the screen for a year. It is locked, and what was typed is kept.
    begin_call(&mut terminal, "门打不开");
    clock.moves(YEAR);
    terminal.press(&["Tab"]);
    terminal.sees("刚才是 李娜");
    terminal.sees_no("门打不开");
    office.log_in(&mut terminal, DESK);
    terminal.press(&["F4"]);
    terminal.sees("门打不开");
    terminal.press(&["Ctrl+S"]);
    terminal.sees_no("门打不开");
    // Right again: who is at work stays at work.
    clock.moves(0);
    begin_call(&mut terminal, "问停车");
    terminal.press(&["Ctrl+S"]);
    terminal.sees_no("问停车");
    terminal.press(&["Ctrl+Q"]);
    assert!(terminal.wait().success());
    let days: Vec<String> = office.numbers("call").iter().map(|number| number[3..11].to_owned()).collect();
    assert_eq!(days.len(), 3);
    assert!(days.iter().all(|day| days.iter().filter(|other| *other == day).count() == 1), "{days:?}");
    assert_sound(&office, office.numbers("call"));
}
