//! A process that works at the book without a pause and says each save that was acknowledged to it, so that
//! it can be killed or stopped at any moment and its word be held against the file.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{self, CounterError, Session, operators};
use qiantai::desk::case::Case;
use qiantai::desk::field::Values;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::cases::Query;
use qiantai::store::{Store, StoreError};
use serde_json::{Value, json};

use crate::office::PIN;

const DIRECTORY: &str = "QIANTAI_TEST_DIRECTORY";
const WHO: &str = "QIANTAI_TEST_WHO";

/// What was acknowledged: the revision of each case.
pub type Ledger = BTreeMap<String, u32>;

/// The instant at which the workers work; each save is a second later.
pub fn begin() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T10:00:00+08:00").expect("an instant").to_utc()
}

/// Values of a form.
pub fn values(given: Value) -> Values {
    match given {
        Value::Object(values) => values,
        other => panic!("{other} is no form"),
    }
}

/// A worker and what it says.
pub struct Worker {
    child: Child,
    lines: Receiver<(String, u32)>,
}

impl Worker {
    /// Starts this very test binary again, as a worker at the book of that directory.
    pub fn start(directory: &Path, who: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", "worker::child", "--ignored", "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, directory)
            .env(WHO, who)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("a process");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let (tell, lines) = channel();
        // The pipe never fills up, so the worker is never held back by who listens.
        thread::spawn(move || {
            for line in out.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                let Some((number, revision)) =
                    line.strip_prefix("saved ").and_then(|rest| rest.split_once(' '))
                else {
                    continue;
                };
                // A line that was torn off by the kill has no end mark.
                let Some(revision) = revision.strip_suffix('.').and_then(|revision| revision.parse().ok())
                else {
                    continue;
                };
                if tell.send((number.to_owned(), revision)).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// Has one work alone until it said so many saves, kills it, and gives what it said.
    pub fn until(directory: &Path, who: &str, saves: usize) -> Ledger {
        let mut ledger = Ledger::new();
        let worker = Self::start(directory, who);
        while ledger.len() < saves {
            worker.begins(&mut ledger);
        }
        worker.kill(&mut ledger);
        ledger
    }

    /// Waits for the first save. The other one writes without a pause, so this one may have to wait for it, and
    /// after twenty seconds begins to wait anew.
    pub fn begins(&self, ledger: &mut Ledger) {
        let patience = 6 * crate::terminal::PATIENCE;
        let (number, revision) = self.lines.recv_timeout(patience).expect("the worker works");
        ledger.insert(number, revision);
    }

    /// Takes down what it said so far.
    pub fn heard(&self, ledger: &mut Ledger) -> usize {
        let before = ledger.len();
        for (number, revision) in self.lines.try_iter() {
            let known = ledger.entry(number).or_default();
            *known = revision.max(*known);
        }
        ledger.len() - before
    }

    /// SIGKILL: nothing of the process runs any more. Takes down the rest of what it had said.
    pub fn kill(mut self, ledger: &mut Ledger) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it is gone");
        for (number, revision) in &self.lines {
            let known = ledger.entry(number).or_default();
            *known = revision.max(*known);
        }
    }

    /// Sends a signal by its name: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(sent.expect("a program that sends signals").success(), "{name}");
    }
}

/// Works until it is killed.
#[test]
#[ignore = "is the process that other tests kill"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let who = std::env::var(WHO).expect("a name");
    let mut store =
        again(|| Store::open(&directory, STANDARD).map_err(CounterError::from)).expect("the book opens");
    let session = again(|| operators::login(&mut store, &who, PIN, begin())).expect("a login");
    let mut out = std::io::stdout();
    // The harness leaves its own line open.
    out.write_all(b"\n").expect("somebody listens");
    for round in 0_u32.. {
        let case = work(&mut store, &session, round);
        out.write_all(format!("saved {} {}.\n", case.number, case.revision).as_bytes()).expect("a listener");
        out.flush().expect("a listener");
    }
}

/// Does something, and once more where the book was busy for too long: nothing was saved then, and nothing is
/// acknowledged.
fn again<T>(mut work: impl FnMut() -> counter::Result<T>) -> counter::Result<T> {
    loop {
        match work() {
            Err(CounterError::Store(StoreError::Busy)) => {}
            done => return done,
        }
    }
}

/// One save: a call, a repair with what hangs on it, a note, a call that is turned into a repair.
fn work(store: &mut Store, session: &Session, round: u32) -> Case {
    let now = begin() + TimeDelta::seconds(i64::from(round));
    let mut open = |kind: &str, given: Value, at_once: Option<(&str, Value)>| {
        let at_once = at_once.map(|(action, inputs)| (action.to_owned(), values(inputs)));
        let new = NewCase { kind: kind.to_owned(), values: values(given), at_once, ..NewCase::default() };
        again(|| cases::open(store, session, now, &new)).expect("it opens").case
    };
    let repair = json!({ "contact": "张建国", "category": "water", "content": "水管爆裂".repeat(20),
        "place": "厨房", "urgency": "urgent" });
    match round % 5 {
        0 | 3 => open("repair", repair, None),
        1 => open(
            "call",
            json!({ "contact": "李梅", "about": "enquiry", "content": "问车位" }),
            Some(("promise-answer", json!({ "answer_by": now + TimeDelta::hours(2) }))),
        ),
        2 => open(
            "call",
            json!({ "contact": "李梅", "about": "repair", "content": "灯不亮" }),
            Some(("turn-into", json!({ "into": "repair", "category": "other" }))),
        ),
        _ => {
            let newest = Query { kind: Some("repair".to_owned()), limit: 1, ..Query::default() };
            let row = store.list(&newest).expect("a list").rows.pop().expect("a repair");
            let note = values(json!({ "note": "已联系住户" }));
            let number = &row.case.number;
            again(|| cases::act(store, session, now, number, "note", &note, None)).expect("a note").case
        }
    }
}
