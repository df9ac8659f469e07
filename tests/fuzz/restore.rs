//! Copies of the book in any state, gone back to: a sentence and the old book, or a whole new one.

use std::fs;
use std::path::Path;
use std::time::Instant;

use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::restore::Restore;
use qiantai::counter::say::say;
use qiantai::counter::{CounterError, Session, doctor};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::store::backup::{Trust, unwatched};
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::dice::{Dice, fuzz_waits};
use crate::office::{Office, now};

/// A small office's book as the bytes of one file, and who works there.
fn book(calls: usize) -> (Vec<u8>, Session) {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(directory.path(), STANDARD).expect("a book");
    let Office { mut store, boss, desk } = Office::over(store);
    for n in 0..calls {
        let given = json!({ "contact": "张建国", "about": "enquiry", "content": format!("问车位 {n}") });
        let values = given.as_object().expect("a form").clone();
        let new = NewCase { kind: "call".into(), values, ..NewCase::default() };
        cases::open(&mut store, &desk, now(), &new).expect("a call");
    }
    let copy = directory.path().join("copy.db");
    store.copy_to(&copy, Trust::Proved, None, &unwatched()).expect("a copy");
    (fs::read(copy).expect("the copy"), boss)
}

/// The same bytes with some changed in place: the file keeps its length, as on a disk that fails.
fn spotted(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let (at, long) = (dice.below(bytes.len()), 1 + dice.below(24));
        let sort = dice.below(3);
        for byte in bytes.iter_mut().skip(at).take(long) {
            *byte = match sort {
                0 => 0,
                1 => *byte ^ (1 << dice.below(8)),
                _ => u8::try_from(dice.below(256)).unwrap_or(0),
            };
        }
    }
    bytes
}

/// How many entries a book has, all of them as they were written.
#[track_caller]
fn entries(directory: &Path) -> i64 {
    let store = Store::open(directory, STANDARD).expect("the book opens");
    assert_eq!(store.faults().expect("a file"), Vec::<String>::new());
    let report = store.verify_chain().expect("a chain");
    assert_eq!(report.broken, None);
    report.entries
}

#[test]
fn copies_that_are_damaged() {
    let (old, boss) = book(3);
    let (copy, _) = book(8);
    let (mut refused, mut taken) = (0, 0);
    fuzz_waits(&[], |dice| {
        let directory = tempfile::tempdir().expect("a directory");
        let (data, file) = (directory.path().join("data"), directory.path().join("copy.db"));
        fs::create_dir(&data).expect("a directory");
        fs::write(data.join(Store::FILE), &old).expect("a file");
        let before = entries(&data);
        let bytes = if dice.below(3) == 0 { dice.bitten(&copy) } else { spotted(dice, &copy) };
        fs::write(&file, bytes).expect("a file");
        let book = Store::open(&data, STANDARD).expect("the book opens");
        let began = Instant::now();
        let put = |restore: Restore| restore.put(Some(book), &boss, now(), &unwatched());
        let done = Restore::new(&file, &data, STANDARD, None, &unwatched()).and_then(put);
        let took = began.elapsed();
        match done {
            Ok(restored) => {
                taken += 1;
                assert!(entries(&data) >= restored.proof.entries, "the copy and what came of it");
                // What a whole chain does not tell of the rest is told by name, and nothing panics.
                let checks = doctor::examine(&data, STANDARD, &unwatched()).expect("an answer");
                for check in checks.iter().filter(|check| !check.ok) {
                    assert!(!["file", "chain", "rules"].contains(&check.id), "{}", check.say(Lang::En));
                    assert!(check.say(Lang::En).len() > 8, "{}", check.id);
                }
            }
            Err(error) => {
                refused += 1;
                for lang in Lang::ALL {
                    let said = say(&error, lang, chrono_tz::Tz::UTC);
                    assert!(said.chars().count() > 8 && !said.starts_with("store."), "{said}");
                }
                // A refusal for want of a role would show that nothing was tried.
                assert!(matches!(error, CounterError::Store(_) | CounterError::Refused(_)));
                assert_eq!(entries(&data), before, "the old book is what it was");
            }
        }
        took
    });
    println!("{refused} refused, {taken} taken");
    assert!(refused > 0, "nothing was damaged");
}
