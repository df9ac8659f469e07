//! Where the demonstration lies: a directory of its own, never one with a real book.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::{DemoError, Made, Stage, Told, Wish, build, is_demo};
use crate::desk::kinds::Kinds;
use crate::store::Store;

/// The directory within the demonstration's in which it is made, so that a failure leaves the old one.
const MAKING: &str = "making";

/// Makes the demonstration in a directory, in place of an earlier demonstration there; the second value
/// says whether there was one. `told` hears how far it is and may break it off; then all is as it was.
///
/// # Errors
/// [`DemoError::RealBook`] if the directory holds a book that is no demonstration: it is not touched.
pub fn make_in(
    directory: &Path,
    kinds: Kinds,
    now: DateTime<Utc>,
    wish: Wish,
    told: Told,
) -> Result<(Made, bool), DemoError> {
    let earlier = Store::exists(directory) && {
        let store = Store::open(directory, kinds)?;
        let demo = is_demo(&store)?;
        // A book that was never set up holds nothing that could be lost.
        if !demo && store.settings()?.is_some() {
            return Err(DemoError::RealBook(directory.to_owned()));
        }
        demo
    };
    let making = directory.join(MAKING);
    let failed = |source| DemoError::Directory { path: directory.to_owned(), source };
    // Left by a making that was broken off.
    absent(std::fs::remove_dir_all(&making)).map_err(failed)?;
    let told = RefCell::new(told);
    let made = Store::make(
        &making,
        kinds,
        |store| build(store, now, wish, &mut |stage, done, all| told.borrow_mut()(stage, done, all)),
        &mut |done, all| told.borrow_mut()(Stage::File, done, all),
    )
    .inspect_err(|_| {
        // What can't be removed now is removed by the next making.
        let _ = std::fs::remove_dir_all(&making);
    })?;
    for end in ["", "-wal", "-shm"] {
        let name = format!("{}{end}", Store::FILE);
        absent(std::fs::remove_file(directory.join(&name))).map_err(failed)?;
    }
    std::fs::rename(making.join(Store::FILE), directory.join(Store::FILE)).map_err(failed)?;
    std::fs::remove_dir_all(&making).map_err(failed)?;
    Ok((made, earlier))
}

/// What is not there need not be removed.
fn absent(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
