//! Files that were cut short, damaged or swapped from outside.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use qiantai::counter::say::say_store;
use qiantai::desk::case::Case;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::cases::Query;
use qiantai::store::{Store, StoreError};
use qiantai::text::lang::Lang;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::office::{BOSS, DESK, Office, PIN, Speaks};
use crate::worker::Worker;

/// How many single bytes are changed, each in a file that is whole otherwise.
const CHANGES: usize = 200;

/// A book with some work in it, its log taken into the file.
fn book() -> (Office, Vec<u8>) {
    let office = Office::new(Speaks::Chinese);
    Worker::until(office.path(), DESK, 25);
    drop(Store::open(office.path(), STANDARD).expect("the book opens"));
    let bytes = fs::read(office.path().join(Store::FILE)).expect("the file");
    (office, bytes)
}

/// Everything in a book that a person would look at, or why it can't be.
fn read(directory: &Path) -> Result<(Vec<Case>, Vec<String>), StoreError> {
    let store = Store::open(directory, STANDARD)?;
    let mut faults = store.faults()?;
    faults.extend(store.verify_chain()?.broken.map(|(seq, _)| format!("entry {seq}")));
    let mut cases = Vec::new();
    for row in store.list(&Query { limit: 10_000, ..Query::default() })?.rows {
        let number = row.case.number;
        let Some(case) = store.case(&number)? else { continue };
        let entries = store.timeline(&number)?;
        let rebuilt = store.kinds().get(&case.kind).filter(|_| !entries.is_empty());
        let rebuilt = rebuilt.map(|kind| Case::rebuild(&case.kind, &entries, |state| kind.ends(state)));
        if rebuilt.as_ref() != Some(&case) {
            faults.push(number);
        }
        cases.push(case);
    }
    store.settings()?;
    store.operators()?;
    store.drafts(None)?;
    store.find_households("张", 10)?;
    cases.sort_by(|one, other| one.number.cmp(&other.number));
    Ok((cases, faults))
}

#[test]
fn a_changed_byte_is_found_or_harms_nothing() {
    let (office, whole) = book();
    let (cases, faults) = read(office.path()).expect("the whole book");
    assert!(faults.is_empty() && cases.len() >= 20, "{faults:?}");
    let mut dice = StdRng::seed_from_u64(20_261_126);
    let (mut told, mut found) = (0, 0);
    for change in 0..CHANGES {
        let place = dice.random_range(0..whole.len());
        // A bit that fell over, as on a disk that fails, or any other value.
        let by = if change % 2 == 0 { 1_u8 << dice.random_range(0..8) } else { dice.random_range(1..=255) };
        let about = format!("byte {place}, changed by {by:#x}");
        let directory = tempfile::tempdir().expect("a directory");
        let mut bytes = whole.clone();
        bytes[place] ^= by;
        fs::write(directory.path().join(Store::FILE), &bytes).expect("a file");
        let began = Instant::now();
        let seen = catch_unwind(AssertUnwindSafe(|| read(directory.path())));
        assert!(began.elapsed() < Duration::from_secs(20), "{about}: it hangs");
        match seen.unwrap_or_else(|_| panic!("{about}: a panic")) {
            // Nobody is told "all is well" about a book that says something else.
            Ok((read, faults)) if faults.is_empty() => assert_eq!(read, cases, "{about}"),
            Ok(_) => found += 1,
            Err(error) => {
                told += 1;
                for lang in [Lang::ZhCn, Lang::En] {
                    let said = say_store(&error, lang);
                    assert!(said.chars().count() > 8 && !said.starts_with("store."), "{about}: {said}");
                }
            }
        }
        // The program as a person starts it: a sentence, and never a panic.
        if change % 20 == 0 {
            for arguments in [&["doctor"][..], &["list", "call"], &["open", "call", "--contact", "李梅"]] {
                let output = Command::new(env!("CARGO_BIN_EXE_qiantai"))
                    .args(["--lang", "en"])
                    .args(arguments)
                    .env("QIANTAI_DATA", directory.path())
                    .env("QIANTAI_OPERATOR", DESK)
                    .env("QIANTAI_PIN", PIN)
                    .output()
                    .expect("the program runs");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{about} {arguments:?}: {said}");
                assert!(!said.contains("panicked"), "{about} {arguments:?}: {said}");
            }
        }
    }
    assert!(told + found > CHANGES / 4, "{told} refused and {found} found of {CHANGES}");
}

#[test]
fn a_log_that_was_cut_short_leaves_a_whole_book() {
    let office = Office::new(Speaks::Chinese);
    let data = office.path();
    // Killed, it leaves its last saves in the log beside the file.
    let ledger = Worker::until(data, DESK, 12);
    let (file, log) = (data.join(Store::FILE), data.join(format!("{}-wal", Store::FILE)));
    let (file, log) = (fs::read(file).expect("the file"), fs::read(log).expect("the log"));
    assert!(log.len() > 100_000, "the log holds the work");
    let mut dice = StdRng::seed_from_u64(20_261_127);
    let mut lengths: Vec<usize> = (0..30).map(|_| dice.random_range(0..log.len())).collect();
    lengths.extend([0, 1, 31, 32, 33, log.len()]);
    lengths.sort_unstable();
    let mut before = 0;
    for length in lengths {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join(Store::FILE), &file).expect("a file");
        fs::write(directory.path().join(format!("{}-wal", Store::FILE)), &log[..length]).expect("a log");
        let (cases, faults) = read(directory.path()).unwrap_or_else(|error| panic!("{length}: {error}"));
        assert_eq!(faults, Vec::<String>::new(), "{length}");
        assert!(cases.len() >= before, "{length}: more of the log is never less of the book");
        before = cases.len();
    }
    assert!(before >= ledger.len(), "with the whole log everything that was acknowledged is there");
}

#[test]
fn a_file_that_was_emptied_beside_its_log_is_no_new_book() {
    let office = Office::new(Speaks::Chinese);
    let data = office.path();
    Worker::until(data, DESK, 1);
    let log = data.join(format!("{}-wal", Store::FILE));
    let before = fs::read(&log).expect("the log");
    fs::write(data.join(Store::FILE), "").expect("the file is emptied");
    let refused = office.call(BOSS, &["list", "call"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(fs::read(&log).expect("the log"), before, "the log may be all that is left");
}

#[test]
fn somebody_elses_file_is_told_and_not_touched() {
    let office = Office::new(Speaks::English);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(Store::FILE);
    let other = rusqlite::Connection::open(&path).expect("a file");
    other.execute_batch("CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('x');").expect("a table");
    drop(other);
    let before = fs::read(&path).expect("the file");
    for arguments in [&["list", "call"][..], &["doctor"], &["init", "--community", "x", "--operator", "y"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_qiantai"))
            .args(["--lang", office.speaks.tag()])
            .args(arguments)
            .env("QIANTAI_DATA", directory.path())
            .env("QIANTAI_OPERATOR", BOSS)
            .env("QIANTAI_PIN", PIN)
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
        assert_eq!(fs::read(&path).expect("the file"), before, "{arguments:?}");
    }
}
