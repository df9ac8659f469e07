//! The books that are measured on: a small one and a large one, made once and kept.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::demo::{self, Wish};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use rusqlite::{Connection, OpenFlags};

/// Cases of the small book.
pub const SMALL: u32 = 10_000;
/// Cases of the large one, unless `QIANTAI_BENCH_CASES` says otherwise.
const LARGE: u32 = 1_000_000;

/// A copy of a book, which may be written to; removed in the end.
pub struct Book {
    directory: tempfile::TempDir,
    /// How many cases it has.
    pub cases: u32,
    /// A minute after its last entry.
    pub now: DateTime<Utc>,
}

impl Book {
    /// The small and the large one.
    pub fn both() -> [Self; 2] {
        let large = std::env::var("QIANTAI_BENCH_CASES").ok().and_then(|cases| cases.parse().ok());
        [Self::of(SMALL), Self::of(large.unwrap_or(LARGE))]
    }

    /// A book of so many cases, copied from the one that is kept; made if there is none yet.
    fn of(cases: u32) -> Self {
        let kept = kept().join(cases.to_string());
        if !Store::exists(&kept) {
            println!("<!-- makes a book of {cases} cases -->");
            let wish = Wish { cases, ..Wish::default() };
            let go_on = &mut |_, _, _| ControlFlow::Continue(());
            demo::make_in(&kept, STANDARD, Utc::now(), wish, go_on).expect("a demonstration");
        }
        let directory =
            tempfile::Builder::new().prefix("copy-").tempdir_in(self::kept()).expect("a directory");
        // What another program left in the log belongs to the book.
        for end in ["", "-wal"] {
            let name = format!("{}{end}", Store::FILE);
            if kept.join(&name).exists() {
                std::fs::copy(kept.join(&name), directory.path().join(&name)).expect("a copy");
            }
        }
        // Brought to the present form before anything is measured.
        drop(Store::open(directory.path(), STANDARD).expect("the book"));
        let last: i64 =
            Connection::open_with_flags(directory.path().join(Store::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)
                .and_then(|bare| {
                    bare.query_row(
                        "SELECT max(at) FROM (SELECT at FROM entry ORDER BY seq DESC LIMIT 1000)",
                        [],
                        |row| row.get(0),
                    )
                })
                .expect("its last entry");
        let now = DateTime::from_timestamp(last, 0).expect("an instant") + TimeDelta::minutes(1);
        Self { directory, cases, now }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A bare connection to it.
    pub fn bare(&self) -> Connection {
        let bare = Connection::open(self.path().join(Store::FILE)).expect("the file");
        bare.pragma_update(None, "synchronous", "FULL").expect("a setting");
        bare
    }
}

/// Where the books are kept: `QIANTAI_BENCH_DIR`, or beside what is built.
fn kept() -> PathBuf {
    let place = std::env::var_os("QIANTAI_BENCH_DIR").map(PathBuf::from);
    let place = place.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench"));
    std::fs::create_dir_all(&place).expect("a directory for the books");
    place
}
