//! Hears which statements connections run, for the test that looks at the plan of each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

/// What was heard of the files in each directory that is listened to.
static HEARD: Mutex<BTreeMap<PathBuf, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

fn heard<T>(look: impl FnOnce(&mut BTreeMap<PathBuf, BTreeSet<String>>) -> T) -> T {
    look(&mut HEARD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Notes from now on what connections run that are opened to a file in a directory.
fn listen(directory: &Path) {
    heard(|heard| heard.insert(directory.to_owned(), BTreeSet::new()));
}

/// What was noted.
fn noted(directory: &Path) -> BTreeSet<String> {
    heard(|heard| heard.remove(directory)).unwrap_or_default()
}

/// A connection was opened.
pub(super) fn opened(connection: &mut Connection, path: Option<&Path>) -> rusqlite::Result<()> {
    let Some(directory) = path.and_then(Path::parent).map(Path::to_owned) else { return Ok(()) };
    if !heard(|heard| heard.contains_key(&directory)) {
        return Ok(());
    }
    connection.trace_v2(
        TraceEventCodes::SQLITE_TRACE_STMT,
        Some(move |event: TraceEvent| {
            if let TraceEvent::Stmt(statement, _) = event {
                let sql = statement.sql().into_owned();
                heard(|heard| heard.get_mut(&directory).map(|heard| heard.insert(sql)));
            }
        }),
    )
}

mod tests;
