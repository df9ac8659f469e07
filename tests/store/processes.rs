//! Several processes at one book.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{CounterError, operators};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::number;
use qiantai::store::cases::Query;
use qiantai::store::{Store, settings as stored};
use qiantai::timer::{HandClock, Notice, Timer};
use serde_json::json;

use crate::toy::{KINDS, PIN, morning, open, second, set_up, set_up_with, values};

/// The test that is a process of the tests here.
pub const CHILD: &str = "processes::child";

pub const DIRECTORY: &str = "QIANTAI_TEST_DIRECTORY";
const TASK: &str = "QIANTAI_TEST_TASK";
pub const SECONDS: &str = "QIANTAI_TEST_SECONDS";

/// How long two processes write at the same time; `.ci/run` makes it longer.
pub fn hammer_seconds() -> u64 {
    std::env::var("QIANTAI_HAMMER_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// Starts this very test binary again, as a process of its own that runs the test `child`.
pub fn spawn(directory: &Path, child: &str, task: &str, seconds: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(TASK, task)
        .env(SECONDS, seconds.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The numbers that a child acknowledged: whole lines only.
fn acknowledged(line: &str) -> Option<&str> {
    line.strip_suffix('\n').and_then(|line| line.strip_prefix("acknowledged "))
}

/// What a child process does; does nothing by itself.
#[test]
#[ignore = "is the child process of other tests"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let end = Instant::now() + Duration::from_secs(std::env::var(SECONDS).unwrap().parse().unwrap());
    let mut out = std::io::stdout();
    let task = std::env::var(TASK).unwrap();
    if task == "make" {
        let go = directory.join("go");
        while !go.exists() && Instant::now() < end {
            std::hint::spin_loop();
        }
        drop(Store::open(&directory.join("data"), KINDS).unwrap());
        return;
    }
    // The test's harness leaves its own line open.
    out.write_all(b"\n").unwrap();
    if let Some(campaign) = task.strip_prefix("answer ") {
        for number in answers(&directory, campaign, end) {
            out.write_all(format!("acknowledged {number}\n").as_bytes()).unwrap();
        }
        return;
    }
    let (mut store, session) = second(&directory);
    let mut turns = 0;
    // A slow machine gives both less to do; whoever had its turns goes on until the other had them too.
    let goes_on = || task == TAKE_TURNS && Instant::now() < end + MOST_WAITING && !both_had_turns(&directory);
    while Instant::now() < end || goes_on() {
        turns += 1;
        if turns == TURNS {
            std::fs::write(directory.join(format!("{HAD_TURNS}{}", std::process::id())), "").unwrap();
        }
        let case = open(&mut store, &session, morning(), json!({}));
        out.write_all(format!("acknowledged {}\n", case.number).as_bytes()).unwrap();
        out.flush().unwrap();
        if task == "once" {
            return;
        }
    }
}

/// The task of a process that writes until another one, too, had its turns.
const TAKE_TURNS: &str = "take turns";
/// How much longer it goes on for that, at most.
const MOST_WAITING: Duration = Duration::from_mins(3);
/// How often each of two processes that write at the same time gets its turn at least.
const TURNS: usize = 20;
/// Begin of the name of a file by which a process says that it had its turns.
const HAD_TURNS: &str = "had-turns-";

fn both_had_turns(directory: &Path) -> bool {
    let files = std::fs::read_dir(directory).unwrap();
    let had =
        files.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with(HAD_TURNS));
    had.count() >= 2
}

/// All cases of the book by their serials, which must run from 1 without a gap.
fn serials(store: &Store) -> Vec<u32> {
    let all = store.list(&Query { limit: 1_000_000, ..Query::default() }).unwrap();
    assert!(!all.more);
    let mut serials: Vec<u32> =
        all.rows.iter().map(|row| number::parse(&row.case.number).unwrap().2).collect();
    serials.sort_unstable();
    serials
}

#[test]
fn two_processes_open_cases_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = set_up(directory.path());
    let children: Vec<Child> =
        (0..2).map(|_| spawn(directory.path(), CHILD, TAKE_TURNS, hammer_seconds())).collect();
    let mut numbers = BTreeSet::new();
    let mut count = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "nobody is told that the file is busy: {text}");
        let own: Vec<&str> = text.split_inclusive('\n').filter_map(acknowledged).collect();
        assert!(own.len() >= TURNS, "each of them gets its turn: {}", own.len());
        count += own.len();
        numbers.extend(own.into_iter().map(str::to_owned));
    }
    assert_eq!(numbers.len(), count, "no number was given twice");
    let serials = serials(&store);
    assert_eq!(serials, (1..=count as u32).collect::<Vec<_>>(), "no case is lost and none is there unasked");
    for number in &numbers {
        assert!(store.case(number).unwrap().is_some(), "{number} is there");
    }
    let chain = store.verify_chain().unwrap();
    assert_eq!((chain.broken, chain.entries), (None, count as i64));
}

/// Types the answers of household after household into a campaign; gives those that were taken.
fn answers(directory: &Path, campaign: &str, end: Instant) -> Vec<String> {
    let mut store = Store::open(directory, STANDARD).unwrap();
    let session = operators::login(&mut store, "李娜", PIN, morning()).unwrap();
    let mut taken = Vec::new();
    for unit in 0..HOUSEHOLDS {
        if Instant::now() >= end {
            break;
        }
        let given = json!({ "campaign": campaign, "unit": format!("1-1-{unit}"), "overall": 4 });
        let new = NewCase { kind: "survey-answer".into(), values: values(given), ..NewCase::default() };
        match cases::open(&mut store, &session, morning(), &new) {
            Ok(done) => taken.push(done.case.number),
            Err(CounterError::Refused(why)) => assert_eq!(why.key, "desk.why.taken"),
            Err(error) => panic!("{error}"),
        }
    }
    taken
}

/// Households whose forms two people type in at the same time.
const HOUSEHOLDS: usize = 300;

#[test]
fn two_processes_never_take_two_answers_of_one_household() {
    let directory = tempfile::tempdir().unwrap();
    let settings = stored::defaults("蔚蓝新都").unwrap();
    let (mut store, session) = set_up_with(directory.path(), STANDARD, &settings);
    let given = values(json!({ "title": "年度调查", "until": "2026-12-31" }));
    let new = NewCase { kind: "survey".into(), values: given, ..NewCase::default() };
    let campaign = cases::open(&mut store, &session, morning(), &new).unwrap().case.number;
    let task = format!("answer {campaign}");
    let children: Vec<Child> = (0..2).map(|_| spawn(directory.path(), CHILD, &task, 120)).collect();
    let mut told = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        told += text.split_inclusive('\n').filter_map(acknowledged).count();
    }
    let of_kind = Query { kind: Some("survey-answer".into()), limit: 10_000, ..Query::default() };
    let rows = store.list(&of_kind).unwrap().rows;
    let units: BTreeSet<_> = rows.iter().filter_map(|row| row.case.unit.clone()).collect();
    assert_eq!((rows.len(), units.len(), told), (HOUSEHOLDS, HOUSEHOLDS, HOUSEHOLDS));
    assert_eq!(store.references_to(&campaign).unwrap(), HOUSEHOLDS as u64);
}

#[test]
fn many_threads_with_connections_of_their_own_lose_nothing() {
    const THREADS: usize = 4;
    const CASES: usize = 25;
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = set_up(directory.path());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let (mut store, session) = second(directory.path());
                for _ in 0..CASES {
                    open(&mut store, &session, morning(), json!({}));
                }
            });
        }
    });
    assert_eq!(serials(&store), (1..=(THREADS * CASES) as u32).collect::<Vec<_>>());
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn a_killed_process_leaves_everything_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    drop(set_up(directory.path()));
    let mut known = Vec::new();
    for round in 1..=5 {
        let mut child = spawn(directory.path(), CHILD, "write", 60);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let mut own = 0;
        while lines.read_line(&mut line).unwrap() > 0 {
            if let Some(number) = acknowledged(&line) {
                known.push(number.to_owned());
                own += 1;
                if own == 3 * round {
                    // SIGKILL on Unix: nothing of the process runs any more.
                    child.kill().unwrap();
                }
            }
            line.clear();
        }
        assert!(own >= 3 * round, "the child worked");
        child.wait().unwrap();
        let store = Store::open(directory.path(), KINDS).unwrap();
        for number in &known {
            let case = store.case(number).unwrap().expect("what was acknowledged is there");
            assert_eq!(store.timeline(number).unwrap().len(), case.revision as usize);
        }
        let serials = serials(&store);
        assert_eq!(serials, (1..=serials.len() as u32).collect::<Vec<_>>());
        assert!(serials.len() - known.len() <= round, "at most the one in hand was not yet acknowledged");
        known = serials
            .iter()
            .map(|serial| number::format("ER", "2026-11-24".parse().unwrap(), *serial))
            .collect();
        let chain = store.verify_chain().unwrap();
        assert_eq!((chain.broken, chain.entries), (None, serials.len() as i64));
    }
}

#[test]
fn many_make_the_same_new_book_at_once() {
    for _ in 0..30 {
        let directory = tempfile::tempdir().unwrap();
        let ready = Arc::new(Barrier::new(6));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    ready.wait();
                    Store::open(&directory.path().join("data"), KINDS).map(drop).unwrap();
                });
            }
        });
        let store = Store::open(&directory.path().join("data"), KINDS).unwrap();
        assert_eq!(store.verify_chain().unwrap().entries, 0);
    }
}

#[test]
fn processes_make_the_same_new_book_at_once() {
    for _ in 0..3 {
        let directory = tempfile::tempdir().unwrap();
        let children: Vec<Child> = (0..3).map(|_| spawn(directory.path(), CHILD, "make", 20)).collect();
        std::thread::sleep(Duration::from_millis(150));
        std::fs::write(directory.path().join("go"), "").unwrap();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        let data = directory.path().join("data");
        drop(Store::open(&data, KINDS).unwrap());
        let mode: String = rusqlite::Connection::open(data.join(Store::FILE))
            .unwrap()
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
    }
}

#[test]
fn the_timer_sees_what_another_process_commits_within_two_seconds() {
    let directory = tempfile::tempdir().unwrap();
    drop(set_up(directory.path()));
    let (tell, told) = channel();
    let late = morning() + TimeDelta::hours(2);
    let _timer = Timer::start(directory.path(), KINDS, HandClock::new(late), move |notice| {
        // The test may have ended.
        let _ = tell.send(notice);
    })
    .unwrap();
    let wait = |count: u32| {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if let Notice::Board(board) = told.recv_timeout(left).expect("the board is told")
                && board.overdue_promises >= count
            {
                return;
            }
        }
    };
    wait(0);
    for round in 1..=3 {
        let mut child = spawn(directory.path(), CHILD, "once", 20);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while acknowledged(&line).is_none() {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the child worked");
        }
        let committed = Instant::now();
        wait(round);
        let took = committed.elapsed();
        assert!(took < Duration::from_secs(2), "seen after {took:?}");
        child.wait().unwrap();
    }
}

#[test]
fn a_stale_revision_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let (mut other, other_session) = second(directory.path());
    let case = open(&mut store, &session, morning(), json!({}));
    let note = crate::toy::values(json!({ "note": "已联系" }));
    let act = |store: &mut Store, session, revision| {
        qiantai::counter::cases::act(store, session, morning(), &case.number, "note", &note, Some(revision))
    };
    act(&mut other, &other_session, 1).unwrap();
    let refused = act(&mut store, &session, 1).unwrap_err();
    assert_eq!(refused.to_string(), "counter.why.changed_meanwhile");
    act(&mut store, &session, 2).unwrap();
    assert_eq!(store.timeline(&case.number).unwrap().len(), 3);
}

#[test]
fn a_snapshot_stands_still_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = set_up(directory.path());
    let (mut other, session) = second(directory.path());
    store
        .snapshot(|store| {
            assert_eq!(serials(store).len(), 0);
            open(&mut other, &session, morning(), json!({}));
            assert_eq!(serials(store).len(), 0);
            Ok::<_, qiantai::store::StoreError>(())
        })
        .unwrap();
    assert_eq!(serials(&store).len(), 1);
}
