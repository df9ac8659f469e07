//! Learning from the file system that somebody wrote to the book.

use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::Wake;
use crate::store::Store;

/// When to ask SQLite for commits after the last sign of writing.
///
/// More than once, because the file system tells when pages are written to the log; they are
/// committed only when they lie on the disk and the index in shared memory says so, which is told
/// by nobody.
const STEPS: [Duration; 6] = [
    Duration::from_millis(15),
    Duration::from_millis(60),
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1_500),
    Duration::from_secs(4),
];

/// How often to ask where the directory can't be watched.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The watch over the directory of the book, and when to ask for commits because of it.
#[derive(Debug)]
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    ask_at: Option<Instant>,
    step: usize,
}

impl Watch {
    /// Watches `directory`; where that fails, keeps a heartbeat instead.
    pub(super) fn new(directory: &Path, wakes: Sender<Wake>) -> Self {
        let tell = move |event: notify::Result<Event>| {
            // An error may hide an event.
            if event.as_ref().map_or(true, concerns_the_book) {
                // Nobody listens any more when the timer ends.
                let _ = wakes.send(Wake::File);
            }
        };
        let watcher = notify::recommended_watcher(tell).and_then(|mut watcher| {
            watcher.watch(directory, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        let watcher = match watcher {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                tracing::warn!(%error, "the data directory cannot be watched");
                None
            }
        };
        let mut watch = Self { watcher, ask_at: None, step: 0 };
        watch.rest(Instant::now());
        watch
    }

    /// The file system told of something.
    pub(super) fn stirred(&mut self, now: Instant) {
        self.step = 0;
        let first = now + STEPS[0];
        // A question that comes sooner stays, so that steady writing does not put it off for ever.
        self.ask_at = Some(self.ask_at.map_or(first, |at| at.min(first)));
    }

    /// When to ask next, if at all.
    pub(super) const fn ask_at(&self) -> Option<Instant> {
        self.ask_at
    }

    /// Whether to ask now; if so, the next question is set.
    pub(super) fn asks(&mut self, now: Instant) -> bool {
        if self.ask_at.is_none_or(|at| now < at) {
            return false;
        }
        self.step += 1;
        match STEPS.get(self.step) {
            Some(wait) => self.ask_at = Some(now + *wait),
            None => self.rest(now),
        }
        true
    }

    fn rest(&mut self, now: Instant) {
        self.step = STEPS.len();
        self.ask_at = self.watcher.is_none().then(|| now + HEARTBEAT);
    }
}

/// Whether an event can mean a commit: something other than reading happened to the file or its log.
fn concerns_the_book(event: &Event) -> bool {
    if event.kind.is_access() {
        return false;
    }
    let book = |path: &std::path::PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(Store::FILE) && !name.ends_with("-shm")
    };
    event.paths.is_empty() || event.need_rescan() || event.paths.iter().any(book)
}
