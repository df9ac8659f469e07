//! The long work on copies, on a thread of its own with its own connection.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use chrono::{DateTime, Utc};

use crate::counter::backup::{self, Made, Target};
use crate::counter::doctor::{self, Check};
use crate::counter::restore::{Restore, Restored};
use crate::counter::{Result, Session};
use crate::store::backup::{Proof, Stage, Watch, prove_copy};
use crate::store::sealed::Key;
use crate::store::{Store, StoreError};
use crate::ui::cx::Cx;

/// What is to be done.
pub(super) enum Task {
    /// A copy is made.
    Make,
    /// A copy of that name is proved once more, opened with a key if it is encrypted.
    Prove(String, PathBuf, Option<Key>),
    /// A copy takes the place of the book.
    Restore(PathBuf, Option<Key>),
    /// The book is examined.
    Examine,
}

/// What the thread tells.
pub(super) enum Told {
    Step(Stage, u64, u64),
    Made(Result<Made>),
    Proved(String, Result<Proof>),
    Restored(Result<Restored>),
    Examined(Result<Vec<Check>>),
}

/// Work under way.
pub(super) struct Work {
    told: Receiver<Told>,
    stop: Arc<AtomicBool>,
    /// The key of what it is called.
    pub title: &'static str,
    /// It replaces the book.
    pub is_restore: bool,
    /// The part under way, and how much of how much of it is done.
    pub at: (Stage, u64, u64),
}

impl Drop for Work {
    /// Work that nobody waits for any more is broken off.
    fn drop(&mut self) {
        self.stop();
    }
}

impl Work {
    /// Starts it. A book in memory has no file that could be copied.
    pub(super) fn start(task: Task, cx: &mut Cx) -> Option<Self> {
        let again = cx.store.again().unwrap_or(Err(StoreError::ReadOnly));
        let mut store = cx.read(again)?;
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let title = match &task {
            Task::Make => "backup.key.make",
            Task::Prove(..) => "backup.key.prove",
            Task::Restore(..) => "backup.key.restore",
            Task::Examine => "backup.key.doctor",
        };
        let is_restore = matches!(task, Task::Restore(..));
        let (session, now, wake) = (cx.session.clone(), cx.now, Arc::new(cx.wake()));
        let watch = watch(Arc::clone(&stop), {
            let (tell, wake) = (tell.clone(), Arc::clone(&wake));
            move |stage, done, all| {
                // When the screen is gone nobody listens, and the work was told to stop.
                drop(tell.send(Told::Step(stage, done, all)));
                wake();
            }
        });
        std::thread::spawn(move || {
            drop(tell.send(carry_out(task, &mut store, &session, now, &watch)));
            wake();
        });
        Some(Self { told, stop, title, is_restore, at: (Stage::Copy, 0, 0) })
    }

    /// Tells the thread to stop at its next step.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub(super) fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What came out, if it has ended; notes how far it is else.
    pub(super) fn look(&mut self) -> Option<Told> {
        for told in self.told.try_iter() {
            match told {
                Told::Step(stage, done, all) => self.at = (stage, done, all),
                outcome => return Some(outcome),
            }
        }
        None
    }
}

/// Hears of the progress, in steps that a bar can show.
fn watch(stop: Arc<AtomicBool>, tell: impl Fn(Stage, u64, u64) + Send + Sync + 'static) -> Watch {
    let last = std::sync::Mutex::new(None);
    Arc::new(move |stage: Stage, done: u64, all: u64| {
        let now = Some((stage, done.saturating_mul(100).checked_div(all)));
        let changed = last.lock().is_ok_and(|mut last| std::mem::replace(&mut *last, now) != now);
        if changed {
            tell(stage, done, all);
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

fn carry_out(task: Task, store: &mut Store, session: &Session, now: DateTime<Utc>, watch: &Watch) -> Told {
    let data = store.path().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    match task {
        Task::Make => Told::Made(backup::make(store, session, now, Target::Kept, watch)),
        Task::Prove(name, file, key) => {
            Told::Proved(name, prove_copy(&file, &data, key.as_ref(), watch).map_err(Into::into))
        }
        Task::Examine => Told::Examined(doctor::examine(&data, store.kinds(), watch)),
        Task::Restore(file, key) => Told::Restored((|| {
            let restore = Restore::new(&file, &data, store.kinds(), key.as_ref(), watch)?;
            let book = store.again().transpose()?;
            restore.put(book, session, now, watch)
        })()),
    }
}
