//! Processes killed at any moment, with others at work on the same book.

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use qiantai::desk::case::Case;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::office::{BOSS, DESK, Office, Speaks, begin_call};
use crate::terminal::{Terminal, until_within};
use crate::worker::{Ledger, Worker};

/// How many kills there are; the drill makes many more.
fn kills() -> u32 {
    std::env::var("QIANTAI_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUND)
}

/// After so many kills the next ones are made at a new book: a drill of any length costs so many times what a
/// round costs, where one book would grow to gigabytes.
const ROUND: u32 = 50;
/// Every how many kills the whole book is looked through. At each the saves since the one before are looked for.
const WHOLE: u32 = 10;
/// A kill at the desk costs seconds of typing: one for so many of the others.
const PER_DESK: u32 = 10;

/// Rounds that are under way at once: most of one is waiting for the disk.
const AT_ONCE: usize = 2;

/// Makes so many kills in rounds, each with a seed of its own and how many it has, and adds up what they give.
fn in_rounds(kills: u32, seed: u64, round: impl Fn(u64, u32) -> usize + Sync) -> usize {
    let of = |n: u32| (seed + u64::from(n), ROUND.min(kills - n * ROUND));
    let rounds = Mutex::new((0..kills.div_ceil(ROUND)).map(of));
    let next = || rounds.lock().expect("no round panics here").next();
    let work = || std::iter::from_fn(next).map(|(seed, kills)| round(seed, kills)).sum::<usize>();
    thread::scope(|scope| {
        let hands: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        hands.into_iter().map(|hand| hand.join().expect("a round holds")).sum()
    })
}

/// Nothing that was acknowledged is lost, and each case is whole.
fn assert_kept(store: &Store, ledger: &Ledger) {
    for (number, revision) in ledger {
        let case = store.case(number).expect("the book can be read");
        let case = case.unwrap_or_else(|| panic!("{number} was acknowledged and is lost"));
        assert!(case.revision >= *revision, "{number}: {} < {revision}", case.revision);
    }
}

/// The file is sound, the chain is whole and every case is what its entries make of it.
fn assert_whole(data: &Path) {
    let store = Store::open(data, STANDARD).expect("the book opens");
    assert_eq!(store.faults().expect("the book can be read"), Vec::<String>::new());
    assert_eq!(store.verify_chain().expect("the chain can be read").broken, None);
    let all = qiantai::store::cases::Query { limit: 1_000_000, ..Default::default() };
    for row in store.list(&all).expect("a list").rows {
        let number = &row.case.number;
        let stored = store.case(number).expect("a case").expect("it is there");
        let kind = store.kinds().get(&stored.kind).expect("its kind");
        let entries = store.timeline(number).expect("its timeline");
        assert_eq!(entries.len(), stored.revision as usize, "{number}");
        assert_eq!(Case::rebuild(&stored.kind, &entries, |state| kind.ends(state)), stored, "{number}");
        for link in &stored.links {
            assert!(store.case(&link.number).expect("a case").is_some(), "{number} → {}", link.number);
        }
    }
}

/// Kills writers of a new book so many times, and gives how many saves were acknowledged.
fn kill_writers(seed: u64, kills: u32) -> usize {
    let office = Office::new(Speaks::Chinese);
    let data = office.path();
    let mut dice = StdRng::seed_from_u64(seed);
    let (mut all, mut fresh) = (Ledger::new(), Ledger::new());
    let mut workers = [Worker::start(data, BOSS), Worker::start(data, DESK)];
    for kill in 1..=kills {
        let victim = dice.random_range(0..2_usize);
        // Some die while they open the book or log in, most of them in the middle of their saves.
        if dice.random_range(0..8) > 0 {
            workers[victim].begins(&mut fresh);
        }
        thread::sleep(Duration::from_micros(dice.random_range(0..60_000)));
        let next = Worker::start(data, if victim == 0 { BOSS } else { DESK });
        std::mem::replace(&mut workers[victim], next).kill(&mut fresh);
        workers[1 - victim].heard(&mut fresh);
        let store = Store::open(data, STANDARD).expect("the book opens beside a writer");
        assert_kept(&store, &fresh);
        all.append(&mut fresh);
        // What was found once is looked for again when everything is.
        if kill % WHOLE == 0 {
            assert_kept(&store, &all);
            assert_whole(data);
        }
    }
    for worker in workers {
        worker.kill(&mut all);
    }
    assert_kept(&Store::open(data, STANDARD).expect("the book opens"), &all);
    assert_whole(data);
    let report = office.by(BOSS, &["doctor"]);
    assert_eq!(report["ok"], true, "{report}");
    all.len()
}

#[test]
fn what_was_acknowledged_outlives_every_kill() {
    let kills = kills();
    let begun = Instant::now();
    let saves = in_rounds(kills, 20_261_124, |seed, kills| {
        let acknowledged = kill_writers(seed, kills);
        assert!(acknowledged > kills as usize, "they worked: {acknowledged} saves");
        acknowledged
    });
    println!("{kills} kills, {saves} cases acknowledged, none lost; {} s", begun.elapsed().as_secs());
}

/// The letters and digits of the form on the left, as they stand one after another over all lines.
fn field(screen: &str) -> String {
    let left = screen.lines().map(|line| line.split("││").next().unwrap_or_default());
    left.flat_map(|line| line.chars().filter(char::is_ascii_alphanumeric)).collect()
}

/// Types numbers into a call until it is killed, and tells when each of them stood on the screen.
fn type_on(terminal: &mut Terminal, end: Instant) -> Vec<(Instant, u32)> {
    let mut shown = Vec::new();
    for number in 1.. {
        if Instant::now() >= end {
            break;
        }
        terminal.types(&format!("n{number}"));
        terminal.wait_for(&format!("n{number}"), |screen| field(screen).contains(&format!("n{number}")));
        shown.push((Instant::now(), number));
    }
    shown
}

/// Kills the screen of a new office so many times while somebody types.
fn kill_desks(seed: u64, kills: u32) {
    let office = Office::new(Speaks::Chinese);
    let mut dice = StdRng::seed_from_u64(seed);
    for _ in 0..kills {
        let mut terminal = office.at_work(DESK);
        begin_call(&mut terminal, "");
        let work = Duration::from_millis(dice.random_range(1_100..2_600));
        let shown = type_on(&mut terminal, Instant::now() + work);
        terminal.kill();
        let killed = Instant::now();
        let store = Store::open(office.path(), STANDARD).expect("the book opens");
        let drafts = store.drafts(Some(DESK)).expect("drafts");
        let draft = drafts.iter().max_by_key(|draft| draft.id).expect("the draft is kept");
        let kept = draft.body.to_string();
        let due = shown.iter().rev().find(|(at, _)| killed.duration_since(*at) > Duration::from_secs(1));
        if let Some((_, number)) = due {
            assert!(kept.contains(&format!("n{number}")), "n{number} was typed in time: {kept}");
        }
        drop(store);
        // The desk is opened again and the typing goes on.
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F4"]);
        terminal.sees("n1n2");
        terminal.press(&["Ctrl+S"]);
        until_within(Duration::from_secs(10), "the call is saved", || {
            let store = Store::open(office.path(), STANDARD).expect("the book opens");
            store.drafts(Some(DESK)).expect("drafts").is_empty()
        });
    }
    assert_whole(office.path());
}

#[test]
fn a_draft_is_at_most_a_second_old_when_the_desk_is_killed() {
    let begun = Instant::now();
    let desks = in_rounds(kills(), 20_261_125, |seed, kills| {
        let desks = (kills / PER_DESK).max(1);
        kill_desks(seed, desks);
        desks as usize
    });
    println!("{desks} desks killed, no draft older than a second; {} s", begun.elapsed().as_secs());
}
