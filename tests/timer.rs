//! The background timer on real files: what is flagged, when, and how often.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use qiantai::counter::cases::offers;
use qiantai::counter::clock::sweep;
use qiantai::desk::field::instant;
use qiantai::store::Store;
use qiantai::timer::{Board, Duty, Flag, HandClock, Notice, Timer, TimerHandle, board};
use serde_json::json;
use toy::{KINDS, act, morning, open, second, seconds, set_up, settings, utc};

/// As long as a test waits for what has to come.
const SOON: Duration = Duration::from_secs(20);
/// As long as a test waits for what must not come.
const QUIET: Duration = Duration::from_millis(400);

/// A running timer with the notices it told.
struct Running {
    handle: TimerHandle,
    clock: HandClock,
    told: Receiver<Notice>,
}

impl Running {
    fn start(directory: &Path, now: DateTime<Utc>) -> Self {
        let clock = HandClock::new(now);
        let (tell, told) = channel();
        let handle = Timer::start(directory, KINDS, clock.clone(), move |notice| {
            // The test may have ended.
            let _ = tell.send(notice);
        })
        .unwrap();
        Self { handle, clock, told }
    }

    fn set(&self, now: DateTime<Utc>) {
        self.clock.set(now);
        self.handle.nudge();
    }

    /// Waits for the notice that `wanted` takes something from, passing over others.
    fn wait<T>(&self, wanted: impl Fn(Notice) -> Option<T>) -> T {
        let end = Instant::now() + SOON;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let notice = self.told.recv_timeout(left).expect("the timer tells what is awaited in time");
            if let Some(found) = wanted(notice) {
                return found;
            }
        }
    }

    fn board(&self) -> Board {
        self.wait(|notice| match notice {
            Notice::Board(board) => Some(board),
            _ => None,
        })
    }

    fn rang(&self) -> Vec<Flag> {
        self.wait(|notice| match notice {
            Notice::Rang(flags) => Some(flags),
            _ => None,
        })
    }

    /// Everything that is told until nothing comes any more.
    fn all(&self) -> Vec<Notice> {
        let mut all = Vec::new();
        loop {
            match self.told.recv_timeout(QUIET) {
                Ok(notice) => all.push(notice),
                Err(RecvTimeoutError::Timeout) => return all,
                Err(RecvTimeoutError::Disconnected) => panic!("the timer ended"),
            }
        }
    }

    fn bells(&self) -> Vec<Vec<Flag>> {
        let bell = |notice| match notice {
            Notice::Rang(flags) => Some(flags),
            _ => None,
        };
        self.all().into_iter().filter_map(bell).collect()
    }
}

fn flag(number: &str, duty: Duty, due: DateTime<Utc>) -> Flag {
    Flag { due, duty, number: number.to_owned() }
}

#[test]
fn a_promise_is_flagged_when_its_second_has_passed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let due = morning() + TimeDelta::hours(1);
    let case = open(&mut store, &session, morning(), json!({}));
    assert_eq!(case.due_at(), Some(due));

    let timer = Running::start(directory.path(), morning());
    assert_eq!(timer.board(), Board { at: morning(), ..Board::default() });
    timer.set(due - TimeDelta::minutes(30));
    assert_eq!(timer.board().due_soon, 1);
    timer.set(due);
    assert!(timer.all().is_empty(), "at the due second itself it is not overdue");
    timer.set(due + seconds(1));
    let board = timer.board();
    assert_eq!((board.overdue_promises, board.due_soon), (1, 0));
    let worst = board.worst.unwrap();
    assert_eq!((worst.number.as_str(), worst.since, worst.duty), (case.number.as_str(), due, Duty::Promise));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Promise, due)]);
}

#[test]
fn the_computers_own_clock_flags_without_a_nudge() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let now = Utc::now();
    let due = now + seconds(2);
    let case = open(&mut store, &session, now, json!({ "due": instant(due) }));
    let (tell, told) = channel();
    let _timer = Timer::start(directory.path(), KINDS, qiantai::timer::SystemClock, move |notice| {
        // The test may have ended.
        let _ = tell.send((notice, Utc::now()));
    })
    .unwrap();
    let rang = told.iter().find_map(|(notice, at)| match notice {
        Notice::Rang(flags) => Some((flags, at)),
        _ => None,
    });
    let (flags, at) = rang.unwrap();
    assert_eq!(flags[0].number, case.number);
    assert!(at > flags[0].due, "not before it is due");
    assert!(at < flags[0].due + seconds(5), "and not long after: {at}");
}

#[test]
fn what_another_connection_writes_is_seen_within_two_seconds() {
    let directory = tempfile::tempdir().unwrap();
    drop(set_up(directory.path()));
    let timer = Running::start(directory.path(), morning() + TimeDelta::hours(2));
    timer.board();
    let (mut other, session) = second(directory.path());
    timer.all();
    for round in 1..=5 {
        // Opened an hour too late to be kept.
        open(&mut other, &session, morning(), json!({}));
        let committed = Instant::now();
        timer.wait(|notice| matches!(notice, Notice::Changed).then_some(()));
        let board = timer.board();
        let took = committed.elapsed();
        assert!(took < Duration::from_secs(2), "seen after {took:?}");
        assert_eq!(board.overdue_promises, round);
    }
}

#[test]
fn reading_is_no_change() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let case = open(&mut store, &session, morning(), json!({}));
    let timer = Running::start(directory.path(), morning());
    timer.board();
    timer.all();
    let (reader, _) = second(directory.path());
    assert_eq!(reader.case(&case.number).unwrap(), Some(case));
    assert!(timer.all().is_empty());
}

#[test]
fn the_clock_may_be_set_back_and_forth_without_a_second_bell() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let due = morning() + TimeDelta::hours(1);
    let case = open(&mut store, &session, morning(), json!({}));
    let timer = Running::start(directory.path(), morning());
    timer.board();

    timer.set(due + seconds(1));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Promise, due)]);
    // A day back: nothing is overdue.
    timer.set(due - TimeDelta::days(1));
    assert_eq!(timer.board().overdue_promises, 0);
    // A year ahead: overdue since the same instant, and no second bell.
    timer.set(due + TimeDelta::days(365));
    let told = timer.all();
    assert!(!told.iter().any(|notice| matches!(notice, Notice::Rang(_))), "{told:?}");
    let boards: Vec<&Board> =
        told.iter().filter_map(|n| if let Notice::Board(board) = n { Some(board) } else { None }).collect();
    assert_eq!(boards[0].worst.as_ref().unwrap().since, due);
    // A new promise of the same case is a new duty.
    timer.set(due);
    timer.board();
    let again = due + TimeDelta::hours(3);
    let promised = json!({ "due": instant(again), "reason": "材料未到" });
    act(&mut store, &session, due, &case.number, "promise", promised).unwrap();
    timer.set(again + seconds(1));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Promise, again)]);
}

#[test]
fn a_clock_that_jumps_while_nobody_says_so_is_noticed_both_ways() {
    // As after a night's sleep of the computer, or when somebody sets its clock: no nudge.
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let due = morning() + TimeDelta::hours(1);
    let case = open(&mut store, &session, morning(), json!({}));
    let timer = Running::start(directory.path(), morning());
    timer.board();
    timer.clock.set(due + TimeDelta::hours(9));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Promise, due)]);
    timer.clock.set(due - TimeDelta::days(1));
    let back = |notice| matches!(notice, Notice::Board(board) if board.overdue_promises == 0).then_some(());
    timer.wait(back);
}

#[test]
fn what_is_overdue_at_the_start_shows_and_rings_one_bell() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    for _ in 0..3 {
        open(&mut store, &session, morning(), json!({}));
    }
    let tomorrow = morning() + TimeDelta::days(1);
    for _ in 0..2 {
        let timer = Running::start(directory.path(), tomorrow);
        assert_eq!(timer.board().overdue_promises, 3);
        let bells = timer.bells();
        assert_eq!(bells.iter().map(Vec::len).collect::<Vec<_>>(), [3]);
        timer.handle.nudge();
        assert!(timer.bells().is_empty());
    }
}

#[test]
fn callbacks_count_one_by_one_and_end_with_their_outcome() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let case = open(&mut store, &session, morning(), json!({ "things": [{ "name": "酱油", "count": 2 }] }));
    act(&mut store, &session, morning(), &case.number, "run", json!({})).unwrap();
    act(&mut store, &session, morning(), &case.number, "finish", json!({})).unwrap();
    let due = morning() + TimeDelta::hours(2);
    let timer = Running::start(directory.path(), due + seconds(1));
    let board = timer.board();
    assert_eq!((board.overdue_callbacks, board.overdue_promises), (1, 0));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Callback, due)]);
    // Not reached: the next try is a new instant.
    let next = due + TimeDelta::hours(1);
    let tried = json!({ "next": instant(next) });
    act(&mut store, &session, due + seconds(1), &case.number, "callback-unreached", tried).unwrap();
    assert_eq!(timer.board().overdue_callbacks, 0);
    timer.set(next + seconds(1));
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Callback, next)]);
    act(&mut store, &session, next + seconds(2), &case.number, "callback-satisfied", json!({ "score": 5 }))
        .unwrap();
    let settled = timer.wait(|notice| match notice {
        Notice::Board(board) if board.overdue_callbacks == 0 => Some(board),
        _ => None,
    });
    assert_eq!(settled.worst, None);
}

#[test]
fn visitors_inside_are_counted_and_flagged_at_closing() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let far = instant(morning() + TimeDelta::days(30));
    let case = open(&mut store, &session, morning(), json!({ "guest": true, "due": far }));
    let closing = utc("2026-11-24T23:00:00+08:00");
    let timer = Running::start(directory.path(), closing - seconds(1));
    let board = timer.board();
    assert_eq!((board.inside, board.inside_late), (1, 0));
    timer.set(closing);
    assert_eq!(timer.board().inside_late, 1);
    assert_eq!(timer.rang(), vec![flag(&case.number, Duty::Inside, closing)]);
    // The next morning the same visitor is still flagged, by the same closing.
    timer.set(utc("2026-11-25T08:00:00+08:00"));
    assert!(timer.all().is_empty());
    act(&mut store, &session, closing, &case.number, "run", json!({})).unwrap();
    act(&mut store, &session, closing, &case.number, "amend", json!({ "guest": false, "reason": "已离开" }))
        .unwrap();
    assert_eq!(timer.wait(|n| if let Notice::Board(b) = n { Some(b.inside) } else { None }), 0);
}

#[test]
fn closing_at_midnight_is_a_closing_and_working_through_it_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    open(&mut store, &session, morning(), json!({ "guest": true }));
    let hours = |hours: &str| {
        let mut settings = serde_json::to_value(settings()).unwrap();
        settings["calendar"]["week"] = json!(vec![vec![hours]; 7]);
        serde_json::from_value(settings).unwrap()
    };
    let after = utc("2026-11-25T00:10:00+08:00");
    assert_eq!(board(&store, &hours("08:00-24:00"), after).unwrap().inside_late, 1);
    assert_eq!(board(&store, &hours("08:00-24:00"), morning()).unwrap().inside_late, 0);
    assert_eq!(board(&store, &hours("00:00-24:00"), after).unwrap().inside_late, 0);
}

#[test]
fn passes_expire_by_themselves_and_two_timers_do_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let until = morning() + TimeDelta::hours(5);
    let numbers: Vec<String> = (0..20)
        .map(|_| open(&mut store, &session, morning(), json!({ "until": instant(until) })).number)
        .collect();
    let timers: Vec<Running> = (0..2).map(|_| Running::start(directory.path(), morning())).collect();
    for timer in &timers {
        timer.board();
        timer.set(until - TimeDelta::minutes(10));
    }
    for timer in &timers {
        timer.wait(|notice| match notice {
            Notice::Board(board) if board.expiring == 20 => Some(()),
            _ => None,
        });
    }
    for timer in &timers {
        timer.set(until);
    }
    for timer in &timers {
        timer.wait(|notice| match notice {
            Notice::Board(board) if board.expiring == 0 => Some(()),
            Notice::Fault(error) => panic!("{error}"),
            _ => None,
        });
    }
    assert!(sweep(&mut store, until).unwrap().is_empty());
    for number in numbers {
        let case = store.case(&number).unwrap().unwrap();
        assert_eq!((case.state.as_str(), case.revision), ("lapsed", 2));
        assert_eq!(store.timeline(&number).unwrap()[1].by, qiantai::desk::people::CLOCK);
        assert!(
            offers(&store, &session, until, &settings(), &case)
                .unwrap()
                .iter()
                .all(|offer| offer.action != "lapse")
        );
    }
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn an_idle_timer_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    open(&mut store, &session, morning(), json!({}));
    let timer = Running::start(directory.path(), morning());
    timer.board();
    let version = store.data_version().unwrap();
    let log = directory.path().join("qiantai.db-wal");
    let length = std::fs::metadata(&log).unwrap().len();
    for minutes in [1, 2, 70, 600, 20_000] {
        timer.set(morning() + TimeDelta::minutes(minutes));
        timer.all();
    }
    assert_eq!(store.data_version().unwrap(), version);
    assert_eq!(std::fs::metadata(&log).unwrap().len(), length);
}

#[test]
fn the_timer_brings_a_long_log_into_the_file_and_no_save_has_to() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let length = |name| std::fs::metadata(directory.path().join(name)).unwrap().len();
    let before = length("qiantai.db");
    while length("qiantai.db-wal") < 1_200 * 4_096 {
        open(&mut store, &session, morning(), json!({}));
    }
    assert_eq!(length("qiantai.db"), before);
    let _timer = Running::start(directory.path(), morning());
    let end = Instant::now() + SOON;
    while length("qiantai.db") == before {
        assert!(Instant::now() < end, "nobody brought the log into the file");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_once_and_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("data");
    std::fs::write(&inner, "in the way").unwrap();
    let timer = Running::start(&inner, morning());
    timer.wait(|notice| matches!(notice, Notice::Fault(_)).then_some(()));
    std::thread::sleep(Duration::from_millis(1_200));
    assert!(timer.told.try_recv().is_err(), "told once only");
    std::fs::remove_file(&inner).unwrap();
    let (mut store, session) = set_up(&inner);
    open(&mut store, &session, morning() - TimeDelta::hours(2), json!({}));
    assert!(timer.wait(|n| if let Notice::Board(b) = n {
        (b.overdue_promises == 1).then_some(true)
    } else {
        None
    }));
}

#[test]
fn it_stops_within_a_moment() {
    let directory = tempfile::tempdir().unwrap();
    drop(set_up(directory.path()));
    let timer = Running::start(directory.path(), morning());
    timer.board();
    let begun = Instant::now();
    drop(timer);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

/// The definition, told from the whole cases without any index.
fn by_definition(store: &Store, numbers: &[String], now: DateTime<Utc>) -> (u32, u32) {
    let cases: Vec<_> = numbers.iter().map(|number| store.case(number).unwrap().unwrap()).collect();
    let callbacks = cases.iter().flat_map(|case| &case.callbacks).filter(|cb| cb.is_overdue(now)).count();
    let promises = cases.iter().filter(|case| case.due_at().is_some_and(|due| due < now)).count();
    (callbacks as u32, promises as u32)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_board_is_what_is_due_before_now_wherever_the_clock_jumps(
        promises in prop::collection::vec(1_i64..20_000, 1..8),
        callbacks in prop::collection::vec(1_i64..20_000, 0..5),
        jumps in prop::collection::vec((-400_000_i64..400_000, any::<bool>()), 1..8),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let (mut store, session) = set_up(directory.path());
        let mut numbers = Vec::new();
        let mut instants = Vec::new();
        for due in &promises {
            let due = morning() + seconds(*due);
            numbers.push(open(&mut store, &session, morning(), json!({ "due": instant(due) })).number);
            instants.push(due);
        }
        for (number, due) in numbers.clone().iter().zip(&callbacks) {
            let due = morning() + seconds(*due);
            act(&mut store, &session, morning(), number, "callback-add", json!({ "due": instant(due) })).unwrap();
            instants.push(due);
        }
        let settings = settings();
        let mut nows: Vec<_> = jumps.iter().map(|(jump, _)| morning() + seconds(*jump)).collect();
        // And at the edges of every due instant.
        nows.extend(instants.iter().flat_map(|due| [-1, 0, 1].map(|n| *due + seconds(n))));
        for now in &nows {
            let board = board(&store, &settings, *now).unwrap();
            let found = (board.overdue_callbacks, board.overdue_promises);
            prop_assert_eq!(found, by_definition(&store, &numbers, *now));
            prop_assert_eq!(board.worst.is_some(), found != (0, 0));
        }
        // The running timer, wherever the clock jumps: the same board, and never the same bell twice.
        let timer = Running::start(directory.path(), morning());
        let mut told = timer.board();
        let mut rung = std::collections::HashSet::new();
        for now in nows.iter().take(12) {
            let wanted = board(&store, &settings, *now).unwrap();
            timer.set(*now);
            let same = |told: &Board| Board { at: wanted.at, ..told.clone() } == wanted;
            while !same(&told) {
                match timer.told.recv_timeout(SOON).unwrap() {
                    Notice::Board(board) => told = board,
                    Notice::Rang(flags) => {
                        for flag in flags {
                            prop_assert!(rung.insert(flag.clone()), "{:?} rang twice", flag);
                        }
                    }
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }
}
