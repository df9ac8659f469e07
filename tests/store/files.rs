//! Files that are not a book of this program, or no longer a whole one.

use std::fs;
use std::path::Path;

use qiantai::store::cases::Query;
use qiantai::store::{Store, StoreError};
use rusqlite::Connection;
use serde_json::json;

use crate::toy::{KINDS, morning, open, set_up};

fn file(directory: &Path) -> std::path::PathBuf {
    directory.join(Store::FILE)
}

/// Opens a file that must be refused, and gives back the refusal; the file stays as it is.
fn refused(directory: &Path) -> StoreError {
    let before = fs::read(file(directory)).unwrap();
    let error = Store::open(directory, KINDS).unwrap_err();
    assert_eq!(fs::read(file(directory)).unwrap(), before, "the file is not touched");
    error
}

#[test]
fn another_programs_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let foreign = Connection::open(file(directory.path())).unwrap();
    foreign.execute_batch("CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('x');").unwrap();
    drop(foreign);
    assert!(matches!(refused(directory.path()), StoreError::Foreign(_)));
    let marked = tempfile::tempdir().unwrap();
    let foreign = Connection::open(file(marked.path())).unwrap();
    foreign.execute_batch("PRAGMA application_id = 17; PRAGMA user_version = 1;").unwrap();
    drop(foreign);
    assert!(matches!(refused(marked.path()), StoreError::Foreign(_)));
}

#[test]
fn what_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(file(directory.path()), "A letter that somebody saved here. ".repeat(200)).unwrap();
    assert!(matches!(refused(directory.path()), StoreError::Damaged(_)));
}

#[test]
fn a_newer_book_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    drop(set_up(directory.path()));
    let raw = Connection::open(file(directory.path())).unwrap();
    raw.execute_batch("PRAGMA user_version = 9000; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    drop(raw);
    match refused(directory.path()) {
        StoreError::Newer { found, known, .. } => assert!(found == 9000 && known < 9000),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_file_becomes_a_book() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(file(directory.path()), "").unwrap();
    let store = Store::open(directory.path(), KINDS).unwrap();
    assert!(store.settings().unwrap().is_none());
}

#[test]
fn a_directory_that_is_none_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("in-the-way");
    fs::write(&path, "").unwrap();
    match Store::open(&path, KINDS).unwrap_err() {
        StoreError::Io { path: told, .. } => assert_eq!(told, path),
        other => panic!("{other:?}"),
    }
    fs::create_dir_all(directory.path().join("data").join(Store::FILE)).unwrap();
    let error = Store::open(&directory.path().join("data"), KINDS).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    for _ in 0..60 {
        open(&mut store, &session, morning(), json!({ "contact": "x".repeat(150) }));
    }
    drop(store);
    let whole = fs::read(file(directory.path())).unwrap();
    let pages = whole.len() / 4096;
    let mut found = 0;
    // Every page but the first, which says what the file is, in turn.
    for page in 1..pages {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(file(directory.path()), &bytes).unwrap();
        let read = Store::open(directory.path(), KINDS).and_then(|store| {
            let all = store.list(&Query { limit: 1_000, ..Query::default() })?;
            for row in &all.rows {
                store.case(&row.case.number)?;
                store.timeline(&row.case.number)?;
            }
            store.verify_chain()?;
            store.settings().map(drop)
        });
        match read {
            Err(StoreError::Damaged(_) | StoreError::Record(_)) => found += 1,
            // A page of an index that was not asked, or a page whose loss shows as a row that is not there.
            Ok(()) => {}
            Err(other) => panic!("page {page}: {other:?}"),
        }
    }
    assert!(found > pages / 4, "{found} of {pages} damaged pages were found by reading");
}
