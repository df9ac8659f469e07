//! The program itself in a pseudo-terminal: from its start to the first useful frame, and from a
//! key to the changed screen, as somebody before it sees them.
//!
//! `cargo bench --bench probe`

mod measure;
#[path = "../tests/e2e/terminal.rs"]
#[allow(dead_code)] // the probe uses a part of it
mod terminal;

use std::time::{Duration, Instant};

use chrono::Utc;

use measure::{FIRST_FRAME, KEY, SIZE, Samples, demonstration, end, head, keys, said};
use terminal::{Terminal, directory};

/// How long a key may show nothing before it counts as one that changes nothing.
const PATIENCE: Duration = Duration::from_millis(150);
const STARTS: usize = 20;
const ROUNDS: usize = 3;

fn main() {
    let home = tempfile::tempdir().expect("a directory");
    let data = directory(&home, "data");
    demonstration(data.as_ref(), Utc::now());
    let environment = [("QIANTAI_CONFIG", directory(&home, "config")), ("COLORTERM", "truecolor".to_owned())];
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let start = || Terminal::start(&["--data", &data, "--lang", "zh-CN"], &environment, SIZE.0, SIZE.1);
    let mut missed = Vec::new();

    // The login names everybody who may log in: it can be answered at once.
    let mut first = Samples::default();
    for _ in 0..STARTS {
        let started = Instant::now();
        let mut terminal = start();
        terminal.sees("王敏");
        first.add(started.elapsed());
        terminal.press(&["Ctrl+Q"]);
    }

    let mut terminal = start();
    terminal.sees("王敏");
    terminal.press(&["2"]);
    terminal.rest();
    terminal.types("246810");
    terminal.rest();
    let login = terminal.changes("Enter", Duration::from_secs(5)).expect("somebody is logged in");
    terminal.rest();
    terminal.press(&["Esc"]);
    terminal.rest();
    let keys = keys();
    let (mut pressed, mut idle) = (Samples::default(), 0);
    // The quickest of the rounds for each key: what the program needs, without what else the machine did.
    let mut quickest: Vec<Option<Duration>> = vec![None; keys.len()];
    for _ in 0..ROUNDS {
        for (key, quickest) in keys.iter().zip(&mut quickest) {
            match terminal.changes(key, PATIENCE) {
                Some(took) => {
                    pressed.add(took);
                    *quickest = Some(quickest.map_or(took, |before| before.min(took)));
                }
                None => idle += 1,
            }
            // The next key comes when this one has been painted whole, as from a person.
            terminal.rest();
        }
    }

    head();
    first.row("start to first useful frame");
    pressed.row("key to changed screen, the session");
    let mut logins = Samples::default();
    logins.add(login);
    logins.row("PIN to desk (argon2, slow on purpose)");
    let mut best = Samples::default();
    quickest.iter().flatten().for_each(|took| best.add(*took));
    best.row("the same, the quickest of three rounds for each key");
    let slow = keys.iter().zip(&quickest).filter(|(_, took)| took.is_some_and(|took| took > KEY / 2));
    let slow: Vec<String> =
        slow.map(|(key, took)| format!("{key} {}", said(took.unwrap_or_default()))).collect();
    println!("\n{idle} keys changed nothing. Always above half of the limit: {}.", slow.join(", "));
    first.holds(100, FIRST_FRAME, &mut missed, "first frame");
    pressed.holds(99, KEY, &mut missed, "key to changed screen");
    if idle * 5 > keys.len() * ROUNDS {
        missed.push(format!("{idle} keys changed nothing: the session does not fit the screens"));
    }
    end(&missed);
}
