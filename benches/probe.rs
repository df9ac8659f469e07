//! The program itself in a pseudo-terminal, on a small and on a large book: from its start to the first useful
//! frame, from a key to the changed screen, as somebody before it sees them; then its memory, and what it
//! does while nobody does anything.
//!
//! `cargo bench --bench probe`; see `docs/performance.md`. `QIANTAI_BENCH_MINUTES` keeps the session on the large
//! book going for so long before the memory is looked at, at the pace of somebody who types.

mod measure;
#[path = "../tests/e2e/terminal.rs"]
#[allow(dead_code)] // the probe uses a part of it
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use measure::book::{Book, SMALL};
use measure::table::{self, Limit, Measured};
use measure::{SIZE, Samples, end, keys, said};
use rusqlite::Connection;
use terminal::{Terminal, directory};

/// The longest way from a start to the first useful frame.
const FIRST_FRAME: Duration = Duration::from_millis(60);
/// The longest wait for a changed screen after a key.
const KEY: Duration = Duration::from_millis(16);
/// How long a key may show nothing before it counts as one that changes nothing.
const PATIENCE: Duration = Duration::from_millis(150);
/// The most memory that is resident after the session, in KiB.
const MEMORY: u64 = 64 * 1024;
/// How long the copy of the day may take.
const COPIED: Duration = Duration::from_mins(15);
/// How long nobody does anything.
const IDLE: Duration = Duration::from_mins(1);
/// What may be counted as written meanwhile: the page of shared memory in which SQLite notes that somebody reads.
const NOTED: u64 = 4096;
/// How long somebody who types rests between two keys, and how often the memory is told meanwhile.
const PACE: Duration = Duration::from_millis(200);
const TOLD_EVERY: Duration = Duration::from_mins(5);
/// Bare rows after each round, and how long it is from one to the next.
const COMMITS: usize = 50;
const REST: Duration = Duration::from_millis(50);
const STARTS: usize = 20;
const ROUNDS: usize = 3;

fn main() -> ExitCode {
    let home = tempfile::tempdir().expect("a directory");
    let config = directory(&home, "config");
    let mut missed = Vec::new();
    let books = Book::both();
    let [small, large] = books.each_ref().map(|book| probed(book, &config, &mut missed));
    table::print(books.each_ref().map(|book| book.cases), &small, &large, &mut missed);
    end(&missed)
}

fn probed(book: &Book, config: &str, missed: &mut Vec<String>) -> Vec<Measured> {
    let data = book.path().display().to_string();
    let environment = [("QIANTAI_CONFIG", config), ("COLORTERM", "truecolor")];
    let start = || Terminal::start(&["--data", &data, "--lang", "zh-CN"], &environment, SIZE.0, SIZE.1);

    // The copy of the day is due at the first start, and for a large book it keeps a core and the disk busy.
    let bare = book.bare();
    let mut terminal = start();
    wait_for_copy(&bare);
    terminal.press(&["Ctrl+Q"]);
    drop(terminal);

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
    terminal.press(&["1"]);
    terminal.rest();
    terminal.types("246810");
    terminal.rest();
    let login = terminal.changes("Enter", Duration::from_secs(5)).expect("somebody is logged in");
    terminal.rest();
    terminal.press(&["Esc"]);
    terminal.rest();
    let keys = keys();
    // What each key took in each round; nothing where the screen stayed as it was.
    let mut took: Vec<[Option<Duration>; ROUNDS]> = vec![[None; ROUNDS]; keys.len()];
    let mut disk = Samples::default();
    for round in 0..ROUNDS {
        for (key, took) in keys.iter().zip(&mut took) {
            took[round] = terminal.changes(key, PATIENCE);
            // The next key comes when this one has been painted whole, as from a person.
            terminal.rest();
        }
        commit(&bare, &mut disk);
        terminal.rest();
    }
    // A key that changes nothing in one round has nothing to wait for in another: what is painted after it there
    // is the clock's or the timer's.
    let idle = took.iter().flatten().filter(|took| took.is_none()).count();
    let seen: Vec<(&String, Vec<Duration>)> = keys
        .iter()
        .zip(&took)
        .filter_map(|(key, took)| Some((key, took.iter().copied().collect::<Option<Vec<_>>>()?)))
        .collect();
    let (mut pressed, mut best) = (Samples::default(), Samples::default());
    for (_, took) in &seen {
        for took in took {
            pressed.add(*took);
        }
        // The quickest of the rounds: what the program needs, without what else the machine did.
        best.add(took.iter().min().copied().unwrap_or_default());
    }
    let mut all: Vec<(Duration, &String)> =
        seen.iter().flat_map(|(key, took)| took.iter().map(move |took| (*took, *key))).collect();
    all.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    let slowest: Vec<String> =
        all.iter().take(10).map(|(took, key)| format!("{key} {}", said(*took))).collect();
    println!(
        "<!-- {} cases: {idle} keys changed nothing; the slowest: {} -->",
        book.cases,
        slowest.join(", ")
    );
    if idle * 5 > keys.len() * ROUNDS {
        missed.push(format!("{idle} keys changed nothing: the session does not fit the screens"));
    }
    if let Some(process) = Process::of(&data) {
        go_on(book, &mut terminal, &keys, &process);
        rest(book, &process, missed);
    }
    let mut logins = Samples::default();
    logins.add(login);
    vec![
        Measured::new("start to first useful frame", first, None, Limit::At(99, FIRST_FRAME)),
        Measured::new("key to changed screen, the session", pressed, None, Limit::At(99, KEY)),
        Measured::new("the same, the quickest of three rounds", best, None, Limit::At(99, KEY)),
        Measured::new("one bare row and its commit, between the rounds", disk, None, Limit::None),
        Measured::new("PIN to desk (argon2, slow on purpose)", logins, None, Limit::None),
    ]
}

/// Waits for the copy of the day. The screen need not say that it is made, where there are more pressing things.
fn wait_for_copy(bare: &Connection) {
    let until = Instant::now() + COPIED;
    let is_made = || -> bool {
        bare.query_row("SELECT count(ended_at) > 0 FROM copy", [], |row| row.get(0)).expect("the copies")
    };
    while !is_made() {
        assert!(Instant::now() < until, "no copy of the day");
        std::thread::sleep(REST);
    }
}

/// Commits bare rows to the same file: what a key that saves has to wait for on this disk.
fn commit(bare: &Connection, disk: &mut Samples) {
    bare.execute_batch("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT)")
        .expect("a table");
    for _ in 0..COMMITS {
        let started = Instant::now();
        bare.execute("INSERT INTO bare (body) VALUES (?1)", ["水管爆裂"]).expect("a row");
        disk.add(started.elapsed());
        // As far from each other as saves are; else one slow moment of the disk meets all of them.
        std::thread::sleep(REST);
    }
}

/// Goes on with the session for as long as is wished, and says now and then how much memory is resident.
fn go_on(book: &Book, terminal: &mut Terminal, keys: &[String], process: &Process) {
    // The small book has nothing to show there.
    let minutes = std::env::var("QIANTAI_BENCH_MINUTES").ok().filter(|_| book.cases > SMALL);
    let end =
        Instant::now() + Duration::from_mins(minutes.and_then(|minutes| minutes.parse().ok()).unwrap_or(0));
    let mut pressed = 0;
    let mut told = Instant::now();
    while Instant::now() < end {
        for key in keys {
            terminal.press(&[key.as_str()]);
            terminal.rest();
            std::thread::sleep(PACE);
            pressed += 1;
        }
        if told.elapsed() > TOLD_EVERY || Instant::now() >= end {
            told = Instant::now();
            println!(
                "<!-- {} cases: {} KiB resident after {pressed} keys -->",
                book.cases,
                process.resident()
            );
        }
    }
}

/// Memory after the session, and what the program does in a minute in which nobody does anything.
fn rest(book: &Book, process: &Process, missed: &mut Vec<String>) {
    let memory = process.resident();
    // What the session left to do is done first.
    std::thread::sleep(IDLE / 6);
    let (ticks, written) = process.spent();
    std::thread::sleep(IDLE);
    let (ticks, written) = (process.spent().0 - ticks, process.spent().1 - written);
    // A hundred ticks make a second.
    let share = ticks as f64 / IDLE.as_secs_f64();
    println!(
        "<!-- {} cases: {memory} KiB resident after the session; idle for {} s: {share:.2} % of a core, {written} bytes written -->",
        book.cases,
        IDLE.as_secs()
    );
    if memory > MEMORY {
        missed.push(format!("memory: {memory} KiB"));
    }
    if share > 0.2 || written > NOTED {
        missed.push(format!("idle: {share:.2} % of a core, {written} bytes written"));
    }
}

/// The program as the system sees it; only where there is a `/proc`.
struct Process(PathBuf);

impl Process {
    /// The one that was started with these data.
    fn of(data: &str) -> Option<Self> {
        let own = std::process::id().to_string();
        let holds = |path: &PathBuf| {
            let line = std::fs::read_to_string(path.join("cmdline")).unwrap_or_default();
            line.split('\0').any(|argument| argument == data) && !path.ends_with(&own)
        };
        std::fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path()).find(holds).map(Self)
    }

    /// Resident memory in KiB.
    fn resident(&self) -> u64 {
        self.number("status", "VmRSS:")
    }

    /// Ticks of the processor used, and bytes written to the disk.
    fn spent(&self) -> (u64, u64) {
        let stat = std::fs::read_to_string(self.0.join("stat")).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum();
        (ticks, self.number("io", "write_bytes:"))
    }

    fn number(&self, file: &str, name: &str) -> u64 {
        let text = std::fs::read_to_string(self.0.join(file)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}
