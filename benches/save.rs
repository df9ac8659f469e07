//! Saving, acknowledged with `synchronous=FULL`: beside one bare row and its commit on the same file with the
//! same pragmas, in the same run; on the small book and on the large one.
//!
//! Beside both stand the rows that the save leaves, written bare in one transaction: cases with their indexes and
//! totals, entries, their words in the index of texts. What they take no program can save that keeps them.
//!
//! `cargo bench --bench save`

mod measure;

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{Session, operators};
use qiantai::desk::field::Values;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};

use measure::book::Book;
use measure::{Samples, end, said};

/// A save may take so many times what a bare row and its commit take.
const BESIDE_BARE: f64 = 1.5;
/// At a million cases it may take so many times what it takes at ten thousand.
const BESIDE_SMALL: f64 = 1.2;
const SAMPLES: usize = 400;

/// What somebody does at the desk.
struct Operation {
    name: &'static str,
    work: fn(&mut Desk),
    /// What it leaves.
    left: Left,
}

/// How many rows of each sort are written.
#[derive(Clone, Copy)]
struct Left {
    cases: u32,
    changed: u32,
    entries: u32,
}

/// What was measured of one operation on one file.
#[derive(Default)]
struct Found {
    ours: Samples,
    bare: Samples,
    rows: Samples,
}

fn main() -> ExitCode {
    let mut missed = Vec::new();
    let mut desks = Book::both().map(Desk::at);
    let operation = |name, work, [cases, changed, entries]: [u32; 3]| Operation {
        name,
        work,
        left: Left { cases, changed, entries },
    };
    let operations = [
        operation("open a call", Desk::open, [1, 0, 1]),
        operation("answer it", Desk::answer, [0, 1, 1]),
        operation("open an answered call", Desk::open_answered, [1, 1, 2]),
        operation("open a call that becomes a repair", Desk::turn, [2, 1, 3]),
    ];
    println!(
        "\n| save | cases | samples | p50 | p99 | max | bare p50 | bare p99 | ratio p50 | ratio p99 | its rows bare p50 | p99 | ratio p50 | ratio p99 |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut grown = Vec::new();
    for operation in operations {
        let found = measured(&operation, &mut desks);
        for (found, desk) in found.iter().zip(&desks) {
            found.say(operation.name, desk.book.cases, &mut missed);
        }
        let [few, many] = &found;
        for percent in [50, 99] {
            let ratio = ratio(&many.ours, &few.ours, percent);
            let word = format!("{}, p{percent}: {ratio:.2} times what the small book takes", operation.name);
            if ratio > BESIDE_SMALL {
                missed.push(word.clone());
            }
            grown.push(word);
        }
    }
    println!();
    for word in grown {
        println!("- {word}");
    }
    end(&missed)
}

fn ratio(one: &Samples, other: &Samples, percent: usize) -> f64 {
    one.at(percent).as_secs_f64() / other.at(percent).as_secs_f64().max(f64::EPSILON)
}

fn values(value: &Value) -> Values {
    value.as_object().cloned().unwrap_or_default()
}

fn timed(samples: &mut Samples, work: impl FnOnce()) {
    let started = Instant::now();
    work();
    samples.add(started.elapsed());
}

/// Saves by turns with bare rows and on both books, so that all meet the same disk.
fn measured(operation: &Operation, desks: &mut [Desk; 2]) -> [Found; 2] {
    let mut found = [Found::default(), Found::default()];
    for n in 0..SAMPLES {
        for (found, desk) in found.iter_mut().zip(desks.iter_mut()) {
            timed(&mut found.ours, || (operation.work)(desk));
            timed(&mut found.bare, || row(&desk.bare, n));
            let name = format!("{} {n}", operation.name);
            timed(&mut found.rows, || rows(&desk.bare, &name, operation.left));
        }
    }
    found
}

impl Found {
    fn say(&self, name: &str, cases: u32, missed: &mut Vec<String>) {
        let Self { ours, bare, rows } = self;
        let [half, most, longest] = [50, 99, 100].map(|percent| said(ours.at(percent)));
        let [bare_half, bare_most] = [50, 99].map(|percent| said(bare.at(percent)));
        let [by_half, by_most] = [50, 99].map(|percent| ratio(ours, bare, percent));
        let [rows_half, rows_most] = [50, 99].map(|percent| said(rows.at(percent)));
        let [rows_by_half, rows_by_most] = [50, 99].map(|percent| ratio(ours, rows, percent));
        println!(
            "| {name} | {cases} | {SAMPLES} | {half} | {most} | {longest} | {bare_half} | {bare_most} | {by_half:.2} | {by_most:.2} | {rows_half} | {rows_most} | {rows_by_half:.2} | {rows_by_most:.2} |"
        );
        for (percent, by_row, by_rows) in [(50, by_half, rows_by_half), (99, by_most, rows_by_most)] {
            // Where the rows alone take longer than the limit allows, it is they that are stood beside.
            if by_row.min(by_rows) > BESIDE_BARE {
                missed.push(format!(
                    "{name} at {cases} cases, p{percent}: {by_row:.2} times a bare row, {by_rows:.2} times the rows"
                ));
            }
        }
    }
}

/// Somebody at the desk.
struct Desk {
    book: Book,
    store: Store,
    session: Session,
    now: DateTime<Utc>,
    /// Calls that are not answered yet.
    waiting: Vec<String>,
    /// Another connection to the same file.
    bare: Connection,
    _settling: Settling,
}

impl Desk {
    fn at(book: Book) -> Self {
        let now = book.now;
        let mut store = Store::open(book.path(), STANDARD).expect("the book");
        let session = operators::login(&mut store, "李娜", "246810", now).expect("a login");
        let (bare, settling) = (bare(book.path()), Settling::start(&store));
        Self { book, store, session, now, waiting: Vec::new(), bare, _settling: settling }
    }

    fn call(&mut self, at_once: Option<(&str, Value)>) -> String {
        let values = values(&json!({
            "unit": "3-2-1501", "contact": "张建国", "phone": "13800005678", "about": "enquiry",
            "content": "垃圾什么时候收", "rings": 2
        }));
        let at_once = at_once.map(|(action, inputs)| (action.to_owned(), crate::values(&inputs)));
        let new = NewCase { kind: "call".into(), values, at_once, ..NewCase::default() };
        cases::open(&mut self.store, &self.session, self.now, &new).expect("a call").case.number
    }

    fn open(&mut self) {
        let number = self.call(None);
        self.waiting.push(number);
    }

    fn answer(&mut self) {
        let number = self.waiting.pop().expect("a call that waits");
        let inputs = values(&json!({ "answer": "早上七点和晚上七点" }));
        cases::act(&mut self.store, &self.session, self.now, &number, "answered", &inputs, None)
            .expect("an answer");
    }

    fn open_answered(&mut self) {
        self.call(Some(("answered", json!({ "answer": "早上七点和晚上七点" }))));
    }

    fn turn(&mut self) {
        let inputs = json!({ "into": "repair", "urgency": "urgent", "content": "厨房水管爆裂" });
        self.call(Some(("turn-into", inputs)));
    }
}

/// A connection to the same file as the store's own is.
fn bare(directory: &Path) -> Connection {
    let connection = Connection::open(directory.join(Store::FILE)).expect("the file");
    connection.busy_timeout(Duration::from_secs(20)).expect("a timeout");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA wal_autocheckpoint = 8000;
             CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, number TEXT, body TEXT)",
        )
        .expect("a table");
    connection
}

/// One row of the size of an entry, and its commit.
fn row(connection: &Connection, n: usize) {
    let body = "x".repeat(600);
    connection
        .prepare_cached("INSERT INTO bare (number, body) VALUES (?1, ?2)")
        .and_then(|mut statement| statement.execute(params![n as i64, body]))
        .expect("a row");
}

/// The texts of a call.
const TEXTS: [&str; 4] = ["3-2-1501", "张建国", "13800005678", "垃圾什么时候收"];

/// The rows that a save leaves, and their commit: copies of the newest ones under another number.
fn rows(connection: &Connection, name: &str, left: Left) {
    let written = || -> rusqlite::Result<()> {
        let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        for n in 0..left.cases {
            tx.prepare_cached(
                "INSERT INTO cases (number, kind, opened_at, opened_by, day, hour, state, open, front, unit,
                     contact, phone, summary, category, owner, inside, rings, detail, revision)
                 SELECT ?1, kind, opened_at, opened_by, day, hour, 'open', 1, 0, unit, contact, phone, summary,
                     category, owner, inside, rings, detail, 1
                 FROM cases INDEXED BY cases_newest WHERE kind = 'call' ORDER BY id DESC LIMIT 1",
            )?
            .execute([format!("{name} {n}")])?;
        }
        let newest =
            "SELECT id FROM cases INDEXED BY cases_newest WHERE kind = 'call' ORDER BY id DESC LIMIT 1";
        for _ in 0..left.changed {
            tx.prepare_cached(&format!(
                "UPDATE cases SET state = 'answered', open = 0, closed_at = opened_at, closed_day = day,
                     revision = revision + 1 WHERE id = ({newest})"
            ))?
            .execute([])?;
        }
        for n in 0..left.entries {
            tx.prepare_cached(
                "INSERT INTO entry (seq, subject, revision, at, day, by, action, body, hash)
                 SELECT seq + 1, ?1, ?2, at, day, by, action, body, hash FROM entry ORDER BY seq DESC LIMIT 1",
            )?
            .execute(params![name, n])?;
            tx.prepare_cached("INSERT INTO case_text (rowid, pieces) VALUES (?1, ?2)")?
                .execute(params![(1 << 60) + tx.last_insert_rowid(), pieces()])?;
        }
        tx.commit()
    };
    written().expect("the rows");
}

/// One to three characters beside each other, as the index of texts holds them.
fn pieces() -> String {
    let mut pieces = Vec::new();
    for text in TEXTS {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for length in 1..=3 {
            pieces.extend(starts.windows(length + 1).map(|window| &text[window[0]..window[length]]));
        }
    }
    pieces.join(" ")
}

/// What the timer of the program does beside: it brings a long log into the file, so that no save has to.
struct Settling {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Settling {
    fn start(store: &Store) -> Self {
        let other = store.again().expect("a file").expect("a connection");
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Timeout) {
                other.settle_log().expect("a log");
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        self.stop.send(()).expect("the thread");
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the thread");
        }
    }
}
