//! Encrypted copies: what opens them, what does not, and what is left where.

use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use qiantai::counter::backup::{self, Made, Target};
use qiantai::counter::copy_key::{self, NewKey};
use qiantai::counter::restore::{Restore, Restored};
use qiantai::counter::{CounterError, Session, operators};
use qiantai::store::backup::{Stage, Trust, Watch, prove, prove_copy, unwatched};
use qiantai::store::sealed::{ExposeSecret as _, Key, Needs, Seal, needs};
use qiantai::store::{Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::Connection;
use serde_json::json;

use crate::backup::{book, examined, is_left, names, of_an_older_form};
use crate::processes::{DIRECTORY, spawn};
use crate::toy::{KINDS, PIN, morning, open, second, seconds};

/// The test that is a process of the tests here.
const CHILD: &str = "sealed::child";

const PASSPHRASE: &str = "seven umbrellas at the gate";

/// A book whose copies are encrypted.
fn sealed(errands: usize) -> (tempfile::TempDir, Store, Session, NewKey) {
    let (directory, mut store, session) = book(errands);
    let key = copy_key::new_key(&mut store, &session, morning(), None).unwrap();
    (directory, store, session, key)
}

fn secret(key: &NewKey) -> Key {
    Key::secret(key.secret.expose_secret()).unwrap()
}

fn kept(store: &mut Store, session: &Session, at: i64) -> Made {
    backup::make(store, session, morning() + seconds(at), Target::Kept, &unwatched()).unwrap()
}

fn put(directory: &Path, file: &Path, key: Option<&Key>) -> qiantai::counter::Result<Restored> {
    let store = Store::exists(directory).then(|| Store::open(directory, KINDS).unwrap());
    let restore = Restore::new(file, directory, KINDS, key, &unwatched())?;
    let session = restore.login("王敏", PIN, morning())?;
    restore.put(store, &session, morning() + seconds(7200), &unwatched())
}

/// Whether nothing of a copy or a restore is left, here and where the copies lie.
#[track_caller]
fn assert_tidy(directory: &Path) {
    let all = [names(directory), names(&directory.join("backups"))].concat();
    assert!(!all.iter().any(|name| is_left(name)), "{all:?}");
}

#[test]
fn every_copy_is_encrypted_and_its_key_alone_opens_it() {
    let (directory, mut store, session, key) = sealed(30);
    let by_hand = kept(&mut store, &session, 60);
    assert_eq!(by_hand.file.file_name().unwrap(), "qiantai-20261124-100100.db.age");
    let scheduled = backup::make_due(&mut store, morning() + seconds(90_000), &unwatched()).unwrap().unwrap();
    assert!(scheduled.file.to_str().unwrap().ends_with("-110000.db.age"), "{:?}", scheduled.file);
    let stick = directory.path().join("stick");
    let elsewhere = Target::File(&stick.join("book.db"));
    let elsewhere = backup::make(&mut store, &session, morning(), elsewhere, &unwatched()).unwrap();
    assert_eq!(names(&stick), ["book.db.age"]);
    for made in [&by_hand, &scheduled, &elsewhere] {
        let bytes = fs::read(&made.file).unwrap();
        assert_eq!(bytes.len() as u64, made.proof.bytes);
        let has = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
        assert!(!has("SQLite format") && !has("王敏"), "something of the book can be read");
        assert_eq!(needs(&made.file).unwrap(), Needs::Key);
        let proof = prove_copy(&made.file, directory.path(), Some(&secret(&key)), &unwatched()).unwrap();
        assert_eq!(proof, made.proof);
    }
    let proves = |key: Option<&Key>| prove_copy(&by_hand.file, directory.path(), key, &unwatched());
    assert!(matches!(proves(None), Err(StoreError::Sealed(_))));
    let other = Key::secret(qiantai::store::sealed::new_key().1.expose_secret()).unwrap();
    assert!(matches!(proves(Some(&other)), Err(StoreError::WrongKey(_))));
    assert!(matches!(proves(Some(&Key::passphrase(PASSPHRASE.into()))), Err(StoreError::WrongKey(_))));
    assert_tidy(directory.path());
    // The list and the doctor know them like any others.
    let settings = store.settings().unwrap().unwrap();
    let listed = backup::list(&store, &settings).unwrap();
    assert!(listed.iter().all(|copy| copy.sealed && copy.begun.is_some() && copy.attempt.is_some()));
    assert_eq!(listed.len(), 2);
    assert!(examined(directory.path(), "copies").0, "{}", examined(directory.path(), "copies").1);
    // Whoever turns it off gets plain copies again.
    copy_key::use_none(&mut store, &session, morning()).unwrap();
    assert_eq!(needs(&kept(&mut store, &session, 100_000).file).unwrap(), Needs::Nothing);
    let records = store.records("settings").unwrap();
    let verbs: Vec<&str> = records.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(verbs, ["encrypt-copies", "clear-copies"]);
    assert!(!records.iter().any(|record| record.body.contains("SECRET")));
}

#[test]
fn a_key_is_read_as_it_is_written_down_and_from_a_file() {
    let (directory, mut store, session, _) = sealed(3);
    let file = directory.path().join("key.txt");
    let key = copy_key::new_key(&mut store, &session, morning(), Some(&file)).unwrap();
    let made = kept(&mut store, &session, 60);
    let text = key.secret.expose_secret();
    let groups: Vec<String> =
        text.to_lowercase().as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into()).collect();
    for typed in [text.to_owned(), format!(" {} ", groups.join(" ")), file.to_str().unwrap().to_owned()] {
        let key = copy_key::typed_key(&typed, Needs::Key).unwrap();
        assert_eq!(prove_copy(&made.file, directory.path(), Some(&key), &unwatched()).unwrap(), made.proof);
    }
    let other_sign = if text.ends_with('Q') { 'P' } else { 'Q' };
    let mistyped = format!("{}{other_sign}", &text[..text.len() - 1]);
    for wrong in [&mistyped, "", "246810", made.file.to_str().unwrap()] {
        let refused = copy_key::typed_key(wrong, Needs::Key).unwrap_err();
        assert!(matches!(&refused, CounterError::Refused(why) if why.key == "counter.why.no_secret_key"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // A file that is there is not overwritten, and nothing is encrypted to a key that nobody was shown.
    let before = store.settings().unwrap().unwrap();
    let refused = copy_key::new_key(&mut store, &session, morning(), Some(&file)).unwrap_err();
    assert!(matches!(refused, CounterError::Store(StoreError::Exists(_))), "{refused:?}");
    assert_eq!(store.settings().unwrap().unwrap(), before);
    assert!(copy_key::use_key(&mut store, &session, morning(), "age1nothing").is_err());
}

#[test]
fn a_copy_with_a_passphrase_needs_that_passphrase() {
    let (directory, mut store, session) = book(5);
    let file = directory.path().join("stick").join("book.db");
    let weak = backup::make(&mut store, &session, morning(), Target::Closed(&file, "246810"), &unwatched());
    assert!(matches!(weak, Err(CounterError::Refused(_))), "{weak:?}");
    let target = Target::Closed(&file, PASSPHRASE);
    let made = backup::make(&mut store, &session, morning(), target, &unwatched()).unwrap();
    assert_eq!(names(&directory.path().join("stick")), ["book.db.age"]);
    assert_eq!(needs(&made.file).unwrap(), Needs::Passphrase);
    let proves = |words: &str| {
        let key = Key::passphrase(words.to_owned());
        prove_copy(&made.file, directory.path(), Some(&key), &unwatched())
    };
    assert_eq!(proves(PASSPHRASE).unwrap(), made.proof);
    assert!(matches!(proves("seven umbrellas at the door"), Err(StoreError::WrongKey(_))));
    // Nothing in the clear is called as if it were encrypted.
    let named = directory.path().join("book.db.age");
    let refused = backup::make(&mut store, &session, morning(), Target::File(&named), &unwatched());
    assert!(matches!(refused, Err(CounterError::Refused(_))), "{refused:?}");
    assert_tidy(directory.path());
}

#[test]
fn an_encrypted_copy_is_gone_back_to_here_and_on_a_new_computer() {
    let (directory, mut store, session, key) = sealed(5);
    let made = kept(&mut store, &session, 60);
    let lost = open(&mut store, &session, morning() + seconds(90), json!({}));
    drop(store);
    let restored = put(directory.path(), &made.file, Some(&secret(&key))).unwrap();
    assert_eq!((restored.proof.head, restored.undone), (made.proof.head, Some(2)));
    let before = restored.kept.unwrap();
    assert_eq!(before.file_name().unwrap(), "before-restore-20261124-120000.db.age");
    let proof = prove_copy(&before, directory.path(), Some(&secret(&key)), &unwatched()).unwrap();
    assert_eq!(proof.head, made.proof.head + 2);
    let (store, _) = second(directory.path());
    assert!(store.case(&lost.number).unwrap().is_none());
    assert_eq!(store.verify_chain().unwrap().broken, None);
    // A new computer: program, copy, key, PIN.
    let other = tempfile::tempdir().unwrap();
    assert!(put(other.path(), &made.file, None).is_err());
    assert_eq!(names(other.path()), Vec::<String>::new());
    put(other.path(), &made.file, Some(&secret(&key))).unwrap();
    let mut store = Store::open(other.path(), KINDS).unwrap();
    assert!(operators::login(&mut store, "王敏", PIN, morning()).is_ok());
    assert_eq!(store.verify_chain().unwrap().broken, None);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let rights = fs::metadata(other.path().join(Store::FILE)).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
    }
    assert_tidy(directory.path());
    assert_tidy(other.path());
}

#[test]
fn a_copy_that_was_cut_short_or_changed_is_told_and_changes_nothing() {
    let (directory, store, session, key) = sealed(40);
    let key = secret(&key);
    let Ok(Some(seal)) = qiantai::store::copies::seal(&store.settings().unwrap().unwrap().backup.key) else {
        panic!("copies are encrypted");
    };
    let copy = directory.path().join("copy.db.age");
    store.copy_to(&copy, Trust::Proved, Some(&seal), &unwatched()).unwrap();
    drop((store, session));
    let whole = fs::read(&copy).unwrap();
    let book = fs::read(directory.path().join(Store::FILE)).unwrap();
    let refused = |bytes: &[u8], about: &str| {
        fs::write(&copy, bytes).unwrap();
        match Restore::new(&copy, directory.path(), KINDS, Some(&key), &unwatched()) {
            Err(CounterError::Store(StoreError::Torn(_) | StoreError::WrongKey(_))) => {}
            other => panic!("{about}: {other:?}"),
        }
    };
    // Cut off at every byte of its beginning, and after that in steps and round the pieces of the format.
    let pieces = (1..).map(|n| n * (64 * 1024 + 16) + 200).take_while(|at| at + 20 < whole.len());
    let cuts = (0..230).chain((230..whole.len()).step_by(4_001)).chain(pieces.flat_map(|at| at - 40..at + 2));
    for cut in cuts.chain(whole.len() - 20..whole.len()) {
        refused(&whole[..cut], &format!("cut at {cut} of {}", whole.len()));
    }
    let mut dice = StdRng::seed_from_u64(20_261_126);
    for _ in 0..200 {
        let (place, bit) = (dice.random_range(0..whole.len()), 1_u8 << dice.random_range(0..8));
        let mut bytes = whole.clone();
        bytes[place] ^= bit;
        refused(&bytes, &format!("byte {place}, bit {bit:#x}"));
    }
    refused(&[whole.as_slice(), b"x"].concat(), "a byte more");
    assert_eq!(fs::read(directory.path().join(Store::FILE)).unwrap(), book, "the book is not touched");
    assert_tidy(directory.path());
    fs::write(&copy, &whole).unwrap();
    Restore::new(&copy, directory.path(), KINDS, Some(&key), &unwatched()).unwrap();
}

/// What a child process does; does nothing by itself.
#[test]
#[ignore = "is the child process of other tests"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let (mut store, session) = second(&directory);
    let slow: Watch = Arc::new(|stage, _, _| {
        if stage == Stage::Seal {
            println!("\nencrypts");
            std::thread::sleep(Duration::from_mins(1));
        }
        ControlFlow::Continue(())
    });
    backup::make(&mut store, &session, morning(), Target::Kept, &slow).unwrap();
}

#[test]
fn what_a_killed_copy_left_in_the_clear_is_gone_with_the_next_look() {
    let (directory, mut store, session, key) = sealed(50);
    let mut child = spawn(directory.path(), CHILD, "copy", 60);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while lines.next().unwrap().unwrap() != "encrypts" {}
    let asides = || names(directory.path()).into_iter().filter(|name| name.contains(".aside")).count();
    // Who is at work is left alone.
    qiantai::store::sweep(directory.path()).unwrap();
    assert_eq!(asides(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let aside = names(directory.path()).into_iter().find(|name| name.contains(".aside")).unwrap();
        let rights = fs::metadata(directory.path().join(aside)).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o700);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(asides(), 1, "it was killed with the plain copy beside the book");
    let left = names(&directory.path().join("backups"));
    assert!(left.iter().all(|name| is_left(name)), "{left:?}");
    for part in left {
        let bytes = fs::read(directory.path().join("backups").join(part)).unwrap();
        assert!(!bytes.starts_with(b"SQLite"), "where copies lie nothing is in the clear");
    }
    // The next one that looks need not copy anything.
    let past = morning() - seconds(3_600 * 3);
    backup::make_due(&mut store, past, &unwatched()).unwrap();
    assert_eq!(asides(), 0);
    let made = kept(&mut store, &session, 60);
    prove_copy(&made.file, directory.path(), Some(&secret(&key)), &unwatched()).unwrap();
}

#[test]
fn an_encrypted_copy_that_is_broken_off_leaves_nothing() {
    let (directory, mut store, session, key) = sealed(30);
    let stops = |end: Stage| -> Watch {
        Arc::new(
            move |stage, _, _| {
                if stage == end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
    };
    for end in [Stage::Copy, Stage::Chain, Stage::Seal, Stage::Open] {
        let stopped = backup::make(&mut store, &session, morning(), Target::Kept, &stops(end));
        assert!(matches!(stopped, Err(CounterError::Store(StoreError::Stopped))), "{end:?}");
        assert_tidy(directory.path());
        assert_eq!(names(&directory.path().join("backups")), Vec::<String>::new());
    }
    let made = kept(&mut store, &session, 60);
    for end in [Stage::Open, Stage::Copy] {
        let stopped = Restore::new(&made.file, directory.path(), KINDS, Some(&secret(&key)), &stops(end));
        assert!(matches!(stopped, Err(CounterError::Store(StoreError::Stopped))), "{end:?}");
        assert_tidy(directory.path());
    }
}

#[test]
fn encrypted_copies_are_kept_as_long_as_others() {
    let (directory, mut store, session, _) = sealed(2);
    let backups = directory.path().join("backups");
    for day in 0..40 {
        if day == 20 {
            copy_key::use_none(&mut store, &session, morning()).unwrap();
        }
        kept(&mut store, &session, day * 86_400);
    }
    let left = names(&backups);
    let sealed = left.iter().filter(|name| name.contains(".db.age")).count();
    assert!(left.len() < 14 && sealed > 0 && sealed < left.len(), "{left:?}");
}

#[test]
fn a_key_that_came_from_outside_is_found() {
    let (directory, store, _, _) = sealed(2);
    assert!(examined(directory.path(), "copies").0);
    drop(store);
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    let theirs = qiantai::store::sealed::new_key().0;
    raw.execute("UPDATE setting SET body = json_set(body, '$.backup.key', ?1)", [&theirs]).unwrap();
    let (ok, says) = examined(directory.path(), "copies");
    assert!(!ok && says.contains("put into the settings from outside"), "{says}");
    // What is no key at all is no reason to copy in the clear.
    raw.execute("UPDATE setting SET body = json_set(body, '$.backup.key', 'age1nothing')", []).unwrap();
    let (mut store, session) = second(directory.path());
    let refused = backup::make(&mut store, &session, morning(), Target::Kept, &unwatched()).unwrap_err();
    assert!(matches!(refused, CounterError::Store(StoreError::NoKey(_))), "{refused:?}");
    assert_eq!(names(&directory.path().join("backups")), Vec::<String>::new());
    assert_eq!(store.records("backup").unwrap()[0].action, "failed");
}

#[test]
fn the_copy_before_a_new_form_is_encrypted_too() {
    let (newer, store, _, key) = sealed(4);
    drop(store);
    let directory = of_an_older_form(newer.path());
    let (store, _) = second(directory.path());
    assert_eq!(store.verify_chain().unwrap().broken, None);
    let left = names(&directory.path().join("backups"));
    assert_eq!(left, ["before-form-7-5.db.age"]);
    let copy = directory.path().join("backups").join(&left[0]);
    let proof = prove_copy(&copy, directory.path(), Some(&secret(&key)), &unwatched()).unwrap();
    assert_eq!((proof.form, proof.entries), (6, 5));
    assert_tidy(directory.path());
}

#[test]
fn the_format_is_the_one_that_other_programs_read() {
    let (directory, store, _, _) = sealed(3);
    let identity = age::x25519::Identity::generate();
    let seal = Seal::public(&identity.to_public().to_string()).unwrap();
    let copy = directory.path().join("copy.db.age");
    let proof = store.copy_to(&copy, Trust::Proved, Some(&seal), &unwatched()).unwrap();
    // What `age --decrypt` does, and a file that `age --encrypt` made.
    let plain = age::decrypt(&identity, &fs::read(&copy).unwrap()).unwrap();
    let decrypted = directory.path().join("plain.db");
    fs::write(&decrypted, &plain).unwrap();
    assert_eq!(prove(&decrypted, &unwatched()).unwrap().head, proof.head);
    let theirs = directory.path().join("theirs.age");
    fs::write(&theirs, age::encrypt(&identity.to_public(), &plain).unwrap()).unwrap();
    let key = Key::secret(identity.to_string().expose_secret()).unwrap();
    assert_eq!(prove_copy(&theirs, directory.path(), Some(&key), &unwatched()).unwrap().hash, proof.hash);
}
