//! Printing: from the key to a release pass on the disk, the first of a process and those after it, each
//! recorded in the timeline; beside it laying out alone. In the process, and at the screen of the program itself.
//!
//! `cargo bench --bench paper`

mod measure;
#[path = "../tests/e2e/terminal.rs"]
#[allow(dead_code)] // the bench uses a part of it
mod terminal;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::Utc;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::paper::engine::Engine;
use qiantai::paper::job::{Job, Way, What};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::json;

use measure::{SIZE, Samples, demonstration, end, head};
use terminal::Terminal;

/// The longest wait for the first sheet of a process.
const FIRST: Duration = Duration::from_millis(300);
/// The longest wait for those after it.
const AFTER: Duration = Duration::from_millis(100);
/// Passes that are printed.
const PASSES: usize = 100;
/// Starts of the program, and sheets of each.
const STARTS: usize = 10;
const SHEETS: usize = 5;

fn main() -> ExitCode {
    let directory = tempfile::tempdir().expect("a directory");
    // The program at the end reads the clock: a pass of another day would have lapsed.
    let now = Utc::now();
    demonstration(directory.path(), now);
    let mut store = Store::open(directory.path(), STANDARD).expect("the book");
    let session = operators::login(&mut store, "王敏", "246810", now).expect("a login");
    let numbers: Vec<String> = (0..=PASSES)
        .map(|n| {
            let values = json!({
                "unit": "3-2-1501", "contact": "张建国", "applicant_role": "owner", "purpose": "moving",
                "lines": [{ "name": format!("第{n}件 沙发"), "count": 1 }, { "name": "纸箱", "count": 12 }],
                "valid_until": now + chrono::TimeDelta::hours(9),
            });
            let values = values.as_object().cloned().expect("an object");
            let at_once = Some(("approve".to_owned(), serde_json::Map::new()));
            let new = NewCase { kind: "release-pass".into(), values, at_once, ..NewCase::default() };
            cases::open(&mut store, &session, now, &new).expect("a pass").case.number
        })
        .collect();
    let mut missed = Vec::new();
    head();
    let engine = Engine::new(None);
    let path = directory.path().join("pass.pdf");
    let (mut first, mut sent, mut laid_out) = (Samples::default(), Samples::default(), Samples::default());
    for (n, number) in numbers.iter().enumerate() {
        let job = Job {
            what: What::Case { number: number.clone(), form: None },
            session: session.clone(),
            now,
            lang: Lang::ZhCn,
        };
        let begin = Instant::now();
        job.send(&engine, &mut store, &Way::Save(path.clone())).expect("a sheet");
        let taken = begin.elapsed();
        if n == 0 {
            first.add(taken);
            continue;
        }
        sent.add(taken);
        let begin = Instant::now();
        job.sheet(&engine, &store).expect("a sheet");
        laid_out.add(begin.elapsed());
    }
    for (samples, name, limit) in [
        (&first, "release pass on the disk, the first", FIRST),
        (&sent, "release pass on the disk, after it", AFTER),
    ] {
        samples.row(name);
        samples.holds(99, limit, &mut missed, name);
    }
    laid_out.row("the same laid out as a copy, not written");
    drop(store);
    let (mut first, mut after) = (Samples::default(), Samples::default());
    for _ in 0..STARTS {
        at_the_screen(directory.path(), &mut first, &mut after);
    }
    for (samples, name, limit) in [
        (&first, "key at the screen to the file, the first", FIRST),
        (&after, "key at the screen to the file, after it", AFTER),
    ] {
        samples.row(name);
        samples.holds(99, limit, &mut missed, name);
    }
    end(&missed)
}

/// Prints the newest pass a few times, as somebody at the screen does.
fn at_the_screen(data: &Path, first: &mut Samples, after: &mut Samples) {
    let home = tempfile::tempdir().expect("a directory");
    let at = home.path().to_str().expect("a path");
    let config = home.path().join("config");
    let environment = [("QIANTAI_CONFIG", config.to_str().expect("a path")), ("HOME", at)];
    let data = data.to_str().expect("a path");
    let mut terminal = Terminal::start(&["--data", data, "--lang", "zh-CN"], &environment, SIZE.0, SIZE.1);
    terminal.sees("王敏");
    terminal.press(&["2"]);
    terminal.rest();
    terminal.types("246810");
    terminal.press(&["Enter"]);
    terminal.sees("0日结");
    terminal.press(&["Esc"]);
    terminal.rest();
    terminal.press(&["6"]);
    terminal.rest();
    for n in 0..SHEETS {
        terminal.press(&["Ctrl+P"]);
        terminal.sees("存为文件:");
        terminal.rest();
        let path = home.path().join(format!("{n}.pdf"));
        terminal.types(path.to_str().expect("a path"));
        terminal.rest();
        let begin = Instant::now();
        terminal.press(&["F5"]);
        while !path.exists() {
            assert!(begin.elapsed() < Duration::from_secs(20), "{}", terminal.screen());
            std::thread::sleep(Duration::from_micros(200));
        }
        let samples = if n == 0 { &mut *first } else { &mut *after };
        samples.add(begin.elapsed());
        terminal.sees_no("存为文件:");
    }
    terminal.press(&["Ctrl+Q"]);
}
