//! Copies made while others write, and going back to one.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qiantai::counter::backup::{self, Target};
use qiantai::counter::restore::Restore;
use qiantai::counter::{CounterError, doctor};
use qiantai::desk::why::Why;
use qiantai::store::backup::{Stage, Trust, Watch, prove, unwatched};
use qiantai::store::drafts::Draft;
use qiantai::store::{Store, StoreError};
use rusqlite::Connection;
use serde_json::json;

use crate::processes::{self, DIRECTORY, SECONDS, hammer_seconds, spawn};
use crate::toy::{KINDS, PIN, act, morning, open, second, seconds, set_up};

/// The test that is a process of the tests here.
const CHILD: &str = "backup::child";

/// A book with so many errands.
pub fn book(errands: usize) -> (tempfile::TempDir, Store, qiantai::counter::Session) {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    for n in 0..errands {
        open(&mut store, &session, morning() + seconds(n as i64), json!({ "contact": "x".repeat(80) }));
    }
    (directory, store, session)
}

pub fn names(directory: &Path) -> Vec<String> {
    let Ok(read) = fs::read_dir(directory) else { return Vec::new() };
    let mut names: Vec<String> =
        read.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Whether a file or directory of that name is what a copy or a restore left over.
pub fn is_left(name: &str) -> bool {
    name.contains(".part") || name.contains(".aside")
}

fn hash_of(path: &Path, seq: i64) -> Vec<u8> {
    let raw = Connection::open(path).unwrap();
    raw.query_row("SELECT hash FROM entry WHERE seq = ?1", [seq], |row| row.get(0)).unwrap()
}

/// What a check of the doctor found, in English.
pub fn examined(directory: &Path, id: &str) -> (bool, String) {
    let checks = doctor::examine(directory, KINDS, &unwatched()).unwrap();
    let check = checks.iter().find(|check| check.id == id).unwrap_or(&checks[0]);
    (check.ok, check.say(qiantai::text::lang::Lang::En))
}

#[test]
fn a_copy_holds_what_the_book_holds_and_overwrites_nothing() {
    let (directory, store, _) = book(30);
    let target = directory.path().join("elsewhere").join("copy.db");
    let proof = store.copy_to(&target, Trust::Proved, None, &unwatched()).unwrap();
    assert_eq!((proof.entries, proof.head), (30, 30));
    assert_eq!(proof.bytes, fs::metadata(&target).unwrap().len());
    assert_eq!(proof.hash, hash_of(&target, 30));
    assert_eq!(prove(&target, &unwatched()).unwrap(), proof);
    assert_eq!(names(target.parent().unwrap()), ["copy.db"], "one file, with nothing beside it");
    let before = fs::read(&target).unwrap();
    let again = store.copy_to(&target, Trust::Proved, None, &unwatched()).unwrap_err();
    assert!(matches!(again, StoreError::Exists(_)), "{again:?}");
    assert_eq!(fs::read(&target).unwrap(), before);
}

#[test]
fn a_copy_that_is_broken_off_leaves_nothing() {
    let (directory, mut store, session) = book(30);
    for end in [Stage::Copy, Stage::Check, Stage::Chain] {
        let watch: Watch =
            Arc::new(
                move |stage, _, _| {
                    if stage == end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
        let stopped = backup::make(&mut store, &session, morning(), Target::Kept, &watch);
        // A small file is checked in less steps than between two words.
        if end != Stage::Check {
            assert!(matches!(stopped, Err(CounterError::Store(StoreError::Stopped))), "{end:?}");
            assert_eq!(names(&directory.path().join("backups")), Vec::<String>::new());
            assert!(store.copies(9).unwrap().is_empty(), "nothing failed");
            continue;
        }
        fs::remove_file(stopped.unwrap().file).unwrap();
        store.write(|tx| tx.forget_copy(1)).unwrap();
    }
}

#[test]
fn what_is_unsound_gets_no_name() {
    let (directory, mut store, session) = book(5);
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    raw.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET by = 'x' WHERE seq = 3;").unwrap();
    let refused = backup::make(&mut store, &session, morning(), Target::Kept, &unwatched()).unwrap_err();
    assert!(matches!(refused, CounterError::Store(StoreError::Broken { seq: 3, .. })), "{refused:?}");
    assert_eq!(names(&directory.path().join("backups")), Vec::<String>::new());
    let attempt = store.copies(1).unwrap().remove(0);
    let why: Why = attempt.ended.unwrap().outcome.unwrap_err();
    assert_eq!(why.key, "store.error.broken");
    assert_eq!(store.records("backup").unwrap()[0].action, "failed");
}

/// What a child process does; does nothing by itself.
#[test]
#[ignore = "is the child process of other tests"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let _ = std::env::var(SECONDS);
    let (mut store, session) = second(&directory);
    let slow: Watch = Arc::new(|_, _, _| {
        std::thread::sleep(Duration::from_millis(100));
        ControlFlow::Continue(())
    });
    println!("\nbegun");
    backup::make(&mut store, &session, morning(), Target::Kept, &slow).unwrap();
}

#[test]
fn copies_made_while_two_processes_write_are_sound_beginnings_of_the_chain() {
    let (directory, store, _) = book(200);
    let target = |n: usize| directory.path().join("copies").join(format!("{n}.db"));
    let children: Vec<_> =
        (0..2).map(|_| spawn(directory.path(), processes::CHILD, "write", hammer_seconds())).collect();
    let mut proofs = Vec::new();
    // A step of a page at a time would never end if a writer began it anew.
    let slow: Watch = Arc::new(|stage, _, _| {
        if stage == Stage::Copy {
            std::thread::sleep(Duration::from_millis(30));
        }
        ControlFlow::Continue(())
    });
    for n in 0..4 {
        std::thread::sleep(Duration::from_millis(100));
        proofs.push(store.copy_to(&target(n), Trust::Proved, None, &slow).unwrap());
    }
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "writers go on: {}", String::from_utf8_lossy(&output.stdout));
    }
    for (n, proof) in proofs.iter().enumerate() {
        assert_eq!(store.hash_at(proof.head).unwrap().as_ref(), Some(&proof.hash), "copy {n}");
    }
    assert!(proofs.windows(2).all(|pair| pair[0].head <= pair[1].head));
    assert!(proofs[3].head > proofs[0].head, "they wrote meanwhile");
}

#[test]
fn a_killed_copy_leaves_no_half_file_under_a_name_and_the_next_one_works() {
    use std::io::{BufRead, BufReader};
    let (directory, mut store, session) = book(100);
    let backups = directory.path().join("backups");
    let mut child = spawn(directory.path(), CHILD, "copy", 60);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while lines.next().unwrap().unwrap() != "begun" {}
    while !names(&backups).iter().any(|name| name.contains(".part")) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = names(&backups);
    assert!(left.iter().all(|name| name.contains(".part")), "{left:?}");
    let made = backup::make(&mut store, &session, morning(), Target::Kept, &unwatched()).unwrap();
    assert_eq!(prove(&made.file, &unwatched()).unwrap(), made.proof);
    // What it left goes when nobody has written to it for an hour.
    for name in left {
        let part = fs::File::options().write(true).open(backups.join(name)).unwrap();
        part.set_modified(std::time::SystemTime::now() - Duration::from_hours(2)).unwrap();
    }
    let later = morning() + seconds(3600);
    backup::make(&mut store, &session, later, Target::Kept, &unwatched()).unwrap();
    assert_eq!(names(&backups), ["qiantai-20261124-100000.db", "qiantai-20261124-110000.db"]);
}

#[test]
fn the_schedule_makes_one_copy_of_many_that_ask() {
    let (directory, _store, _) = book(20);
    let made = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (mut store, _) = second(directory.path());
                if backup::make_due(&mut store, morning(), &unwatched()).unwrap().is_some() {
                    made.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(made.load(Ordering::Relaxed), 1);
    let (mut store, _) = second(directory.path());
    assert_eq!(backup::make_due(&mut store, morning() + seconds(60), &unwatched()).unwrap(), None);
    let next = morning() + seconds(86_400);
    assert!(backup::make_due(&mut store, next, &unwatched()).unwrap().is_some());
    assert_eq!(names(&directory.path().join("backups")).len(), 2);
    // What the schedule did of itself is no entry.
    assert!(store.records("backup").unwrap().is_empty());
}

#[test]
fn a_copy_that_fails_is_noted_and_tried_again_later() {
    let (directory, mut store, _) = book(3);
    fs::write(directory.path().join("backups"), "in the way").unwrap();
    let settings = store.settings().unwrap().unwrap();
    let standing = |store: &Store, now| backup::standing(store, &settings, now).unwrap();
    assert_eq!(standing(&store, morning()), backup::Standing::default());
    assert!(backup::make_due(&mut store, morning(), &unwatched()).is_err());
    assert_eq!(standing(&store, morning()).failed, Some(morning()));
    assert_eq!(backup::make_due(&mut store, morning() + seconds(60), &unwatched()).unwrap(), None);
    assert_eq!(backup::next(&store, &settings, morning()).unwrap(), morning() + seconds(1800));
    assert!(backup::make_due(&mut store, morning() + seconds(1800), &unwatched()).is_err());
    assert_eq!(store.records("backup").unwrap().len(), 1, "that it fails is one entry");
    fs::remove_file(directory.path().join("backups")).unwrap();
    let now = morning() + seconds(3600);
    assert!(backup::make_due(&mut store, now, &unwatched()).unwrap().is_some());
    assert_eq!(standing(&store, now), backup::Standing { made: Some(now), ..backup::Standing::default() });
}

fn restore(
    directory: &Path,
    file: &Path,
    store: Option<Store>,
) -> qiantai::counter::Result<qiantai::counter::restore::Restored> {
    let restore = Restore::new(file, directory, KINDS, None, &unwatched())?;
    let session = restore.login("王敏", PIN, morning())?;
    restore.put(store, &session, morning() + seconds(7200), &unwatched())
}

#[test]
fn a_restored_book_keeps_the_old_one_numbers_and_drafts() {
    let (directory, mut store, session) = book(5);
    let made =
        backup::make(&mut store, &session, morning() + seconds(60), Target::Kept, &unwatched()).unwrap();
    let lost = open(&mut store, &session, morning() + seconds(90), json!({}));
    let draft = Draft {
        id: None,
        operator: "王敏".into(),
        kind: "errand".into(),
        subject: None,
        title: "买盐".into(),
        begun_at: morning(),
        saved_at: morning(),
        parked: true,
        body: json!({ "what": "买盐" }),
    };
    store.put_draft(&draft).unwrap();
    // Another desk that has the book open, and has read from it.
    let (mut other, other_session) = second(directory.path());
    assert!(other.case(&lost.number).unwrap().is_some());
    let seen = other.data_version().unwrap();
    let (book, _) = second(directory.path());
    let restored = restore(directory.path(), &made.file, Some(book)).unwrap();
    assert_eq!(restored.proof.head, made.proof.head);
    assert_eq!(restored.undone, Some(2), "the copy's own entry and the case");
    let kept = restored.kept.unwrap();
    assert_eq!(kept.file_name().unwrap(), "before-restore-20261124-120000.db");
    assert_eq!(prove(&kept, &unwatched()).unwrap().entries, 7);
    // The other desk sees the new content without being asked to, and goes on.
    assert_ne!(other.data_version().unwrap(), seen);
    assert!(other.case(&lost.number).unwrap().is_none());
    let next = open(&mut other, &other_session, morning() + seconds(7300), json!({}));
    assert_eq!(next.number, "ER-20261124-007", "the number that was given is not given again");
    assert_eq!(other.drafts(None).unwrap().len(), 1);
    let chain = other.verify_chain().unwrap();
    assert_eq!((chain.broken, chain.entries), (None, 7));
    let record = other.records("backup").unwrap().remove(0);
    assert_eq!((record.action.as_str(), record.seq), ("restore", 6));
    assert!(examined(directory.path(), "copies").0, "{}", examined(directory.path(), "copies").1);
    assert!(examined(directory.path(), "copies").1.contains("a restore left behind"));
    assert!(names(directory.path()).iter().all(|name| !is_left(name)), "nothing is left over");
}

#[test]
fn a_copy_that_is_not_sound_is_not_restored() {
    let (directory, store, _) = book(40);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    let whole = fs::read(&copy).unwrap();
    let book = fs::read(directory.path().join(Store::FILE)).unwrap();
    let mut refused = 0;
    for n in 0..60 {
        let mut bytes = whole.clone();
        let place = (n * 7919 + 100) % bytes.len();
        bytes[place] ^= 0x55;
        fs::write(&copy, &bytes).unwrap();
        refused += usize::from(Restore::new(&copy, directory.path(), KINDS, None, &unwatched()).is_err());
    }
    // The other bytes lie where nothing is written, or in what can be made anew.
    assert!(refused > 5, "{refused} of 60 changed copies were refused");
    for bytes in [&b""[..], b"no database at all, but a letter", &whole[..whole.len() / 2]] {
        fs::write(&copy, bytes).unwrap();
        Restore::new(&copy, directory.path(), KINDS, None, &unwatched()).unwrap_err();
    }
    assert!(
        Restore::new(&directory.path().join("none.db"), directory.path(), KINDS, None, &unwatched()).is_err()
    );
    assert_eq!(fs::read(directory.path().join(Store::FILE)).unwrap(), book, "the book is not touched");
    let left: Vec<_> = names(directory.path()).into_iter().filter(|name| is_left(name)).collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn a_copy_in_which_a_case_is_not_what_its_entries_make_is_not_gone_back_to() {
    let (directory, store, _) = book(3);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    let raw = Connection::open(&copy).unwrap();
    raw.execute_batch("UPDATE cases SET contact = 'somebody else' WHERE id = 2").unwrap();
    let number: String =
        raw.query_row("SELECT number FROM cases WHERE id = 2", [], |row| row.get(0)).unwrap();
    drop(raw);
    prove(&copy, &unwatched()).expect("file and chain alone say nothing of it");
    let refused = Restore::new(&copy, directory.path(), KINDS, None, &unwatched()).unwrap_err();
    let said = qiantai::counter::say::say(&refused, qiantai::text::lang::Lang::En, chrono_tz::Tz::UTC);
    assert!(said.contains(&number) && said.contains("another copy"), "{said}");
    // Looking through the cases can be broken off, too.
    let heard = |stage: Stage| {
        let stages: Watch =
            Arc::new(
                move |now, _, _| {
                    if now == stage { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            );
        Restore::new(&copy, directory.path(), KINDS, None, &stages).unwrap_err()
    };
    assert!(matches!(heard(Stage::Rules), CounterError::Store(StoreError::Stopped)));
    let left: Vec<_> = names(directory.path()).into_iter().filter(|name| is_left(name)).collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn a_case_whose_row_is_gone_is_named_and_its_copy_not_gone_back_to() {
    let (directory, store, _) = book(3);
    assert!(examined(directory.path(), "rules").0);
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    let number: String =
        raw.query_row("SELECT number FROM cases WHERE id = 2", [], |row| row.get(0)).unwrap();
    raw.execute_batch(
        "DELETE FROM promise WHERE case_id = 2; DELETE FROM callback WHERE case_id = 2;
         DELETE FROM link WHERE case_id = 2; DELETE FROM claim WHERE case_id = 2; DELETE FROM cases WHERE id = 2;",
    )
    .unwrap();
    let (ok, said) = examined(directory.path(), "rules");
    assert!(!ok && said.contains(&number), "{said}");
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    let refused = Restore::new(&copy, directory.path(), KINDS, None, &unwatched()).unwrap_err();
    assert_eq!(refused.to_string(), "counter.why.copy_differs");
}

#[test]
fn a_copy_at_fault_is_taken_where_it_is_asked_for_and_what_is_wrong_is_on_record() {
    let (directory, store, session) = book(12);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    let raw = Connection::open(&copy).unwrap();
    raw.execute_batch("UPDATE cases SET contact = 'somebody else' WHERE id IN (2, 5)").unwrap();
    let mut numbers = raw.prepare("SELECT number FROM cases WHERE id IN (2, 5) ORDER BY number").unwrap();
    let numbers: Vec<String> = numbers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let examine = || Restore::examine(&copy, directory.path(), KINDS, None, &unwatched());
    let mut faulty = examine().unwrap().faulty().to_vec();
    faulty.sort();
    assert_eq!(faulty, numbers);
    assert_eq!(examine().unwrap().sound().unwrap_err().to_string(), "counter.why.copy_differs");
    // Faults or not, it is a supervisor's.
    let desk = examine().unwrap().despite_faults();
    let receptionist = desk.login("李娜", PIN, morning()).unwrap();
    let (book, _) = second(directory.path());
    let refused = desk.put(Some(book), &receptionist, morning(), &unwatched()).unwrap_err();
    assert_eq!(refused.to_string(), "desk.why.needs_role");
    let (book, _) = second(directory.path());
    let now = morning() + seconds(7200);
    let restored = examine().unwrap().despite_faults().put(Some(book), &session, now, &unwatched()).unwrap();
    assert_eq!(restored.faulty.len(), 2);
    let (mut book, boss) = second(directory.path());
    assert_eq!(book.case(&numbers[0]).unwrap().unwrap().contact.as_deref(), Some("somebody else"));
    let record = book.records("backup").unwrap().pop().unwrap();
    assert_eq!(record.action, "restore");
    let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
    assert_eq!(body["faults"], 2, "{body}");
    assert!(numbers.iter().all(|number| body["faulty"].to_string().contains(number)), "{body}");
    assert_eq!(book.verify_chain().unwrap().broken, None);
    let (ok, said) = examined(directory.path(), "rules");
    assert!(!ok && numbers.iter().all(|number| said.contains(number)), "{said}");
    // The desk goes on, and its copies are proved as before.
    open(&mut book, &boss, morning() + seconds(7300), json!({}));
    backup::make(&mut book, &boss, morning() + seconds(7400), Target::Kept, &unwatched()).unwrap();
    // A chain that is broken is another matter: no copy of such a book could be proved.
    raw.execute_batch("DROP TRIGGER entry_stays; UPDATE entry SET by = '别人' WHERE seq = 2;").unwrap();
    assert!(matches!(examine().unwrap_err(), CounterError::Store(StoreError::Broken { seq: 2, .. })));
}

#[test]
fn what_a_sound_copy_leaves_on_record_names_no_fault() {
    let (directory, store, _) = book(3);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    restore(directory.path(), &copy, Some(store)).unwrap();
    let (book, _) = second(directory.path());
    let record = book.records("backup").unwrap().pop().unwrap();
    assert!(!record.body.contains("fault"), "{}", record.body);
}

#[test]
fn a_receptionist_does_not_restore() {
    let (directory, store, _) = book(2);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    let restore = Restore::new(&copy, directory.path(), KINDS, None, &unwatched()).unwrap();
    let session = restore.login("李娜", PIN, morning()).unwrap();
    let refused = restore.put(Some(store), &session, morning(), &unwatched()).unwrap_err();
    assert_eq!(refused.to_string(), "desk.why.needs_role");
}

#[test]
fn a_damaged_book_is_moved_aside() {
    let (directory, store, session) = book(40);
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).unwrap();
    drop((store, session));
    let file = directory.path().join(Store::FILE);
    let damaged = vec![0xa5; 40_000];
    fs::write(&file, &damaged).unwrap();
    assert!(Store::open(directory.path(), KINDS).is_err());
    let restored = restore(directory.path(), &copy, None).unwrap();
    assert_eq!(restored.kept, Some(directory.path().join("damaged-20261124-120000.db")));
    assert_eq!(fs::read(restored.kept.unwrap()).unwrap(), damaged);
    let (store, _) = second(directory.path());
    assert_eq!(store.verify_chain().unwrap().entries, 41);
    assert!(examined(directory.path(), "file").0);
    // And where there is none at all.
    let empty = tempfile::tempdir().unwrap();
    let restored = restore(empty.path(), &copy, None).unwrap();
    assert_eq!(restored.kept, None);
    assert_eq!(second(empty.path()).0.verify_chain().unwrap().entries, 41);
}

#[test]
fn a_chain_that_was_cut_short_or_written_anew_is_found_by_the_copies() {
    let (directory, mut store, session) = book(6);
    backup::make(&mut store, &session, morning() + seconds(60), Target::Kept, &unwatched()).unwrap();
    assert!(examined(directory.path(), "copies").0);
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    raw.execute_batch("DROP TRIGGER entry_kept; DROP TRIGGER entry_stays;").unwrap();
    raw.execute_batch("DELETE FROM entry WHERE seq >= 5;").unwrap();
    assert!(examined(directory.path(), "chain").0, "it follows from itself");
    let (ok, says) = examined(directory.path(), "copies");
    assert!(!ok && says.contains("knows entry 6, but the book ends with 4"), "{says}");
    // Not even without what the book itself noted, and after it went on.
    raw.execute_batch("DELETE FROM copy;").unwrap();
    act(&mut store, &session, morning() + seconds(99), "ER-20261124-001", "run", json!({})).unwrap();
    act(&mut store, &session, morning() + seconds(99), "ER-20261124-002", "run", json!({})).unwrap();
    assert!(examined(directory.path(), "chain").0);
    let (ok, says) = examined(directory.path(), "copies");
    assert!(!ok && says.contains("Entry 6 is not the one that the copy qiantai-2026"), "{says}");
}

/// What an older program would have made of the entries, settings and operators of a book.
pub fn of_an_older_form(newer: &Path) -> tempfile::TempDir {
    const OLDER: [&str; 6] = [
        include_str!("../../assets/schema/001-book.sql"),
        include_str!("../../assets/schema/002-directory.sql"),
        include_str!("../../assets/schema/003-claims.sql"),
        include_str!("../../assets/schema/004-references.sql"),
        include_str!("../../assets/schema/005-note.sql"),
        include_str!("../../assets/schema/006-file.sql"),
    ];
    let directory = tempfile::tempdir().unwrap();
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    for step in OLDER {
        raw.execute_batch(step).unwrap();
    }
    raw.execute("ATTACH ?1 AS newer", [newer.join(Store::FILE).to_str().unwrap()]).unwrap();
    for table in ["entry", "setting", "operator", "cases", "promise", "callback", "link", "claim"] {
        // The columns that there were then.
        let mut columns = raw.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
        let columns: Vec<String> =
            columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = columns.join(", ");
        raw.execute_batch(&format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}"))
            .unwrap();
    }
    raw.execute_batch("DETACH newer; PRAGMA application_id = 1366185065; PRAGMA user_version = 6;").unwrap();
    directory
}

#[test]
fn an_older_book_is_copied_before_it_is_brought_to_the_present_form() {
    let (newer, store, _) = book(9);
    drop(store);
    let directory = of_an_older_form(newer.path());
    // Where it can't be copied it is not touched.
    fs::write(directory.path().join("backups"), "in the way").unwrap();
    Store::open(directory.path(), KINDS).unwrap_err();
    let form = |path: &Path| -> i64 {
        Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    assert_eq!(form(&directory.path().join(Store::FILE)), 6);
    fs::remove_file(directory.path().join("backups")).unwrap();
    let (store, _) = second(directory.path());
    assert_eq!(store.verify_chain().unwrap().entries, 9);
    let copy = directory.path().join("backups").join("before-form-7-9.db");
    assert_eq!(names(copy.parent().unwrap()), ["before-form-7-9.db"]);
    assert_eq!(form(&copy), 6);
    let proof = prove(&copy, &unwatched()).unwrap();
    assert_eq!((proof.entries, proof.form), (9, 6));
    // A copy of an older form can be gone back to.
    drop(store);
    restore(directory.path(), &copy, Some(second(directory.path()).0)).unwrap();
    assert_eq!(second(directory.path()).0.verify_chain().unwrap().entries, 10);
    let again = second(directory.path());
    drop(again);
    assert!(form(&directory.path().join(Store::FILE)) > 6);
}

#[test]
fn bringing_an_older_book_to_the_present_form_says_how_far_it_is_and_can_be_broken_off() {
    let (newer, store, _) = book(3);
    drop(store);
    let directory = of_an_older_form(newer.path());
    let stop: Watch = Arc::new(|stage, _, _| match stage {
        Stage::Index => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    assert!(matches!(Store::open_watched(directory.path(), KINDS, &stop), Err(StoreError::Stopped)));
    let form = || -> i64 {
        let book = Connection::open(directory.path().join(Store::FILE)).unwrap();
        book.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    assert_eq!(form(), 6, "it is as it was");
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let watch: Watch = Arc::new(move |stage, done, all| {
        hears.lock().unwrap().push((stage, done, all));
        ControlFlow::Continue(())
    });
    Store::open_watched(directory.path(), KINDS, &watch).unwrap();
    assert!(form() > 6);
    let told = told.lock().unwrap();
    let steps = told.iter().filter(|(stage, ..)| *stage == Stage::Form);
    assert!(steps.clone().count() > 10);
    assert!(steps.clone().all(|(_, done, all)| done <= all), "{told:?}");
    assert_eq!(told.iter().find(|(stage, ..)| *stage == Stage::Index), Some(&(Stage::Index, 0, 3)));
}

#[cfg(unix)]
#[test]
fn nothing_is_acknowledged_into_a_file_that_is_gone() {
    let (directory, mut store, session) = book(2);
    let file = directory.path().join(Store::FILE);
    let away = directory.path().join("away.db");
    fs::rename(&file, &away).unwrap();
    let gone = |error: &CounterError| matches!(error, CounterError::Store(StoreError::Gone(_)));
    let new = || qiantai::counter::cases::NewCase {
        kind: "errand".into(),
        values: crate::toy::values(json!({ "what": "买盐" })),
        ..Default::default()
    };
    let refused = qiantai::counter::cases::open(&mut store, &session, morning(), &new()).unwrap_err();
    assert!(gone(&refused), "{refused:?}");
    // Put back, it goes on.
    fs::rename(&away, &file).unwrap();
    open(&mut store, &session, morning(), json!({}));
    // Replaced, it goes on with the one that is there now.
    let (other, other_store, _) = book(20);
    drop(other_store);
    for end in ["-wal", "-shm"] {
        fs::remove_file(directory.path().join(format!("{}{end}", Store::FILE))).unwrap();
    }
    fs::rename(other.path().join(Store::FILE), &file).unwrap();
    let next = open(&mut store, &session, morning(), json!({}));
    assert_eq!(next.number, "ER-20261124-021");
    assert_eq!(second(directory.path()).0.verify_chain().unwrap().entries, 21);
}

#[test]
fn a_writer_that_waits_says_so() {
    let (directory, mut store, session) = book(1);
    let said = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tell = Arc::clone(&said);
    store.on_waiting(move |waited| {
        tell.lock().unwrap().push(waited);
        ControlFlow::Continue(())
    });
    open(&mut store, &session, morning(), json!({}));
    assert!(said.lock().unwrap().is_empty(), "nobody waits for nothing");
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(900));
            raw.execute_batch("ROLLBACK").unwrap();
        });
        open(&mut store, &session, morning(), json!({}));
    });
    let said = said.lock().unwrap();
    assert!(said.len() > 1 && said.is_sorted(), "again and again: {said:?}");
    assert!(said[0] >= Duration::from_millis(300), "{said:?}");
}

#[test]
fn a_writer_that_waits_can_give_up() {
    let (directory, mut store, session) = book(1);
    store.on_waiting(|waited| {
        if waited > Duration::from_millis(600) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let new = || qiantai::counter::cases::NewCase {
        kind: "errand".into(),
        values: crate::toy::values(json!({ "what": "asked" })),
        ..Default::default()
    };
    let stopped = qiantai::counter::cases::open(&mut store, &session, morning(), &new()).unwrap_err();
    assert!(matches!(stopped, CounterError::Store(StoreError::Stopped)), "{stopped:?}");
    // A batch as well.
    let stopped = store.batch(|_| Ok::<_, StoreError>(()));
    assert!(matches!(stopped, Err(StoreError::Stopped)), "{stopped:?}");
    raw.execute_batch("ROLLBACK").unwrap();
    open(&mut store, &session, morning(), json!({}));
}

/// A book with a signed day, and a connection that goes behind the program's back.
fn signed() -> (tempfile::TempDir, Connection) {
    let (directory, mut store, session) = book(4);
    qiantai::counter::review::sign_off(
        &mut store,
        &session,
        morning() + seconds(60),
        "2026-11-24".parse().unwrap(),
    )
    .unwrap();
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    assert!(examined(directory.path(), "signatures").0);
    raw.execute_batch(
        "DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; DROP TRIGGER day_sheet_stays; DROP TRIGGER day_sheet_kept;",
    )
    .unwrap();
    (directory, raw)
}

#[test]
fn a_signature_covers_its_sheet_and_its_entries() {
    for tampering in [
        // Another figure on the sheet.
        "UPDATE day_sheet SET body = replace(body, '\"figures\"', '\"Figures\"')",
        // No sheet at all.
        "DELETE FROM day_sheet",
        // The chain cut before the signature, the sheet left.
        "DELETE FROM entry WHERE seq >= 3",
        // The last entry that it covers written anew.
        "UPDATE entry SET hash = zeroblob(32) WHERE seq = 4",
        // The entry of the signature taken away.
        "DELETE FROM entry WHERE action = 'sign-off'",
    ] {
        let (directory, raw) = signed();
        raw.execute_batch(tampering).unwrap();
        let (ok, says) = examined(directory.path(), "signatures");
        assert!(!ok && says.contains("2026-11-24 is not what was signed"), "{tampering}: {says}");
    }
}

#[test]
fn a_copy_that_failed_or_is_missing_is_a_finding_of_the_day() {
    let (directory, mut store, _) = book(3);
    let found = |store: &Store, now| {
        let day = qiantai::counter::settings_of(store).unwrap().calendar.day_of(now);
        let findings = qiantai::counter::review::review(store, now, day).unwrap().findings;
        let own = findings.into_iter().filter(|finding| finding.kind.starts_with("backup"));
        own.map(|finding| finding.kind).collect::<Vec<_>>()
    };
    let hours = |n: i64| morning() + seconds(3600 * n);
    assert_eq!(found(&store, hours(8)), Vec::<String>::new(), "no desk was ever open");
    fs::write(directory.path().join("backups"), "in the way").unwrap();
    backup::make_due(&mut store, morning(), &unwatched()).unwrap_err();
    assert_eq!(found(&store, hours(1)), ["backup-failed"]);
    fs::remove_file(directory.path().join("backups")).unwrap();
    backup::make_due(&mut store, hours(1), &unwatched()).unwrap().unwrap();
    assert_eq!(found(&store, hours(9)), Vec::<String>::new());
    // The next day nobody entered anything: the copy is as good as new.
    assert_eq!(found(&store, hours(26)), Vec::<String>::new());
    let (_, session) = second(directory.path());
    open(&mut store, &session, hours(23), json!({}));
    assert_eq!(found(&store, hours(23)), Vec::<String>::new(), "the desk may just have been opened");
    assert_eq!(found(&store, hours(26)), ["backup-stale"]);
    backup::make_due(&mut store, hours(26), &unwatched()).unwrap().unwrap();
    assert_eq!(found(&store, hours(27)), Vec::<String>::new());
}

#[test]
fn a_desk_makes_the_copies_that_are_due() {
    use qiantai::timer::{Copier, HandClock, Notice};
    let (directory, store, _) = book(3);
    let clock = HandClock::new(morning());
    let (tell, told) = std::sync::mpsc::channel();
    let copier = Copier::start(directory.path(), KINDS, clock.clone(), move |notice| {
        // The test may have ended.
        let _ = tell.send(notice);
    })
    .unwrap();
    let backups = directory.path().join("backups");
    let waits = |count: usize| {
        let end = std::time::Instant::now() + Duration::from_secs(20);
        while names(&backups).iter().filter(|name| !name.contains(".part")).count() < count {
            assert!(std::time::Instant::now() < end, "{:?}", names(&backups));
            copier.nudge();
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    waits(1);
    // The file gets its name before the book notes it.
    let settings = store.settings().unwrap().unwrap();
    let made = || backup::standing(&store, &settings, morning()).unwrap().made;
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while made().is_none() && std::time::Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(made(), Some(morning()));
    clock.set(morning() + seconds(86_400));
    waits(2);
    // One that fails is told.
    fs::remove_dir_all(&backups).unwrap();
    fs::write(&backups, "in the way").unwrap();
    clock.set(morning() + seconds(2 * 86_400));
    copier.nudge();
    let fault = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(matches!(fault, Notice::Fault(CounterError::Store(StoreError::Io { .. }))), "{fault:?}");
}
