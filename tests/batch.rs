//! Many writes as one: each part keeps its promise, the whole is kept or undone together.

use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};
use qiantai::desk::kinds::Kinds;
use qiantai::store::chain::Stamp;
use qiantai::store::{Store, StoreError};

fn note(store: &mut Store, text: &str, fail: bool) -> Result<i64, StoreError> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    store.write(|tx| {
        let stamp = Stamp { at: DateTime::<Utc>::UNIX_EPOCH, day, by: "test" };
        let seq = tx.journal("directory", &stamp, text, &text)?;
        if fail { Err(StoreError::Stale(text.to_owned())) } else { Ok(seq) }
    })
}

fn actions(store: &Store) -> Vec<String> {
    store.records("directory").unwrap().into_iter().map(|record| record.action).collect()
}

#[test]
fn a_part_that_fails_is_undone_alone_and_the_rest_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), Kinds(&[])).unwrap();
    let mut other = Store::open(directory.path(), Kinds(&[])).unwrap();
    store
        .batch(|store| {
            note(store, "one", false)?;
            assert!(note(store, "refused", true).is_err());
            assert_eq!(actions(store), ["one"], "a batch sees what it did");
            note(store, "two", false)?;
            assert_eq!(actions(&other), [""; 0], "nobody else sees half a batch");
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(actions(&other), ["one", "two"]);
    assert_eq!(store.verify_chain().unwrap().broken, None);
    // After the batch writes are transactions of their own again.
    note(&mut store, "three", false).unwrap();
    note(&mut other, "four", false).unwrap();
    assert_eq!(actions(&store), ["one", "two", "three", "four"]);
}

#[test]
fn a_batch_that_fails_leaves_nothing() {
    let mut store = Store::in_memory(Kinds(&[])).unwrap();
    note(&mut store, "before", false).unwrap();
    let failed: Result<(), StoreError> = store.batch(|store| {
        note(store, "one", false)?;
        // A batch within a batch is a part of it.
        store.batch(|store| note(store, "two", false))?;
        Err(StoreError::Full)
    });
    assert!(matches!(failed, Err(StoreError::Full)));
    assert_eq!(actions(&store), ["before"]);
    note(&mut store, "after", false).unwrap();
    assert_eq!(actions(&store), ["before", "after"]);
}

#[test]
fn a_book_in_the_making_undoes_what_said_before_that_it_may_be_refused() {
    let directory = tempfile::tempdir().unwrap();
    let made: Result<(), StoreError> = Store::make(
        directory.path(),
        Kinds(&[]),
        |store| {
            note(store, "one", false)?;
            // Nothing was written: nothing is to be undone.
            let refused = store.write(|_| Err::<(), _>(StoreError::Busy));
            assert!(matches!(refused, Err(StoreError::Busy)));
            let refused = store.write(|tx| {
                tx.undoable()?;
                let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
                let stamp = Stamp { at: DateTime::<Utc>::UNIX_EPOCH, day, by: "test" };
                tx.journal("directory", &stamp, "refused", &"refused")?;
                Err::<(), _>(StoreError::Stale("refused".to_owned()))
            });
            assert!(matches!(refused, Err(StoreError::Stale(_))));
            note(store, "two", false)?;
            Ok(())
        },
        &mut |_, _| ControlFlow::Continue(()),
    );
    made.unwrap();
    let store = Store::open(directory.path(), Kinds(&[])).unwrap();
    assert_eq!(actions(&store), ["one", "two"]);
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

#[test]
fn a_book_in_the_making_is_spoilt_by_what_is_refused_when_it_is_half_done() {
    let directory = tempfile::tempdir().unwrap();
    let mut goes_on = None;
    let made: Result<(), StoreError> = Store::make(
        directory.path(),
        Kinds(&[]),
        |store| {
            note(store, "one", false)?;
            assert!(matches!(note(store, "refused", true), Err(StoreError::Stale(_))));
            goes_on = Some(note(store, "two", false));
            Ok(())
        },
        &mut |_, _| ControlFlow::Continue(()),
    );
    assert!(matches!(goes_on, Some(Err(StoreError::HalfDone))), "{goes_on:?}");
    assert!(matches!(made, Err(StoreError::HalfDone)), "{made:?}");
}
