//! The hash chain: nothing can be changed from outside without being found.

use qiantai::store::Store;
use qiantai::store::chain::ChainFault;
use rusqlite::Connection;
use serde_json::json;

use crate::toy::{KINDS, act, morning, open, seconds, set_up};

/// A book with a few entries, and a connection that goes behind the program's back.
fn book() -> (tempfile::TempDir, Store, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    for n in 0..4 {
        let case = open(&mut store, &session, morning() + seconds(n), json!({}));
        act(&mut store, &session, morning() + seconds(n), &case.number, "run", json!({})).unwrap();
    }
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    (directory, store, raw)
}

/// Takes the triggers away, as somebody would who tampers with the file.
fn tampered(raw: &Connection, statements: &str) {
    raw.execute_batch(&format!("DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; {statements}")).unwrap();
}

#[test]
fn entries_are_neither_changed_nor_removed() {
    let (_directory, store, raw) = book();
    for statement in ["UPDATE entry SET body = '{}' WHERE seq = 2", "DELETE FROM entry WHERE seq = 8"] {
        let refused = raw.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("never"), "{refused}");
    }
    let report = store.verify_chain().unwrap();
    assert_eq!((report.entries, report.broken), (8, None));
}

#[test]
fn a_change_is_found_where_it_was_made() {
    for change in [
        "body = replace(body, 'asked', 'asKed')",
        "by = '李娜'",
        "at = at + 1",
        "day = '2026-11-25'",
        "action = 'finish'",
        "subject = 'ER-20261124-009'",
        "revision = 7",
    ] {
        let (_directory, store, raw) = book();
        tampered(&raw, &format!("UPDATE entry SET {change} WHERE seq = 3;"));
        assert_eq!(store.verify_chain().unwrap().broken, Some((3, ChainFault::Changed)), "{change}");
    }
}

#[test]
fn a_removed_entry_is_found() {
    let (_directory, store, raw) = book();
    tampered(&raw, "DELETE FROM entry WHERE seq = 3;");
    assert_eq!(store.verify_chain().unwrap().broken, Some((4, ChainFault::Missing)));
    // Closing the gap does not help.
    raw.execute_batch("UPDATE entry SET seq = seq - 1 WHERE seq > 3;").unwrap();
    assert_eq!(store.verify_chain().unwrap().broken, Some((3, ChainFault::Changed)));
}

#[test]
fn an_inserted_entry_is_found() {
    let (_directory, store, raw) = book();
    tampered(
        &raw,
        "UPDATE entry SET seq = -seq - 1 WHERE seq > 3; UPDATE entry SET seq = -seq WHERE seq < 0;
         INSERT INTO entry (seq, subject, revision, at, day, by, action, body, hash)
             SELECT 4, subject, 99, at, day, by, action, body, hash FROM entry WHERE seq = 3;",
    );
    assert_eq!(store.verify_chain().unwrap().broken, Some((4, ChainFault::Changed)));
}

#[test]
fn exchanged_entries_are_found() {
    let (_directory, store, raw) = book();
    tampered(
        &raw,
        "UPDATE entry SET seq = -3 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 5;
         UPDATE entry SET seq = 5 WHERE seq = -3;",
    );
    assert_eq!(store.verify_chain().unwrap().broken, Some((3, ChainFault::Changed)));
}

#[test]
fn a_book_that_was_closed_and_opened_goes_on_with_its_chain() {
    let (directory, store, raw) = book();
    drop((store, raw));
    let mut store = Store::open(directory.path(), KINDS).unwrap();
    let session = qiantai::counter::operators::login(&mut store, "王敏", crate::toy::PIN, morning()).unwrap();
    open(&mut store, &session, morning(), json!({}));
    let report = store.verify_chain().unwrap();
    assert_eq!((report.entries, report.broken), (9, None));
}
