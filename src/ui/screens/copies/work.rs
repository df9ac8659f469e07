//! The long work on copies, on a thread of its own with its own connection.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::counter::backup::{self, Made, Target};
use crate::counter::doctor::{self, Check};
use crate::counter::restore::{Examined, Restore, Restored};
use crate::counter::{Result, Session};
use crate::store::Store;
use crate::store::backup::{Proof, Stage, Watch, prove_copy};
use crate::store::sealed::Key;
use crate::ui::cx::Cx;
use crate::ui::screens::staged::Staged;

/// What is to be done.
pub(super) enum Task {
    /// A copy is made.
    Make,
    /// A copy of that name is proved once more, opened with a key if it is encrypted.
    Prove(String, PathBuf, Option<Key>),
    /// A copy takes the place of the book.
    Restore(PathBuf, Option<Key>),
    /// One does that was found at fault, because it is wanted nevertheless.
    Despite(Box<Examined>),
    /// The book is examined.
    Examine,
}

/// What came out.
pub(super) enum Told {
    Made(Result<Made>),
    Proved(String, Result<Proof>),
    Restored(Result<Restored>),
    /// Nothing was restored: there are cases in the copy that are not what their entries make of them.
    Faulty(Box<Examined>),
    Examined(Result<Vec<Check>>),
}

/// Work under way.
pub(super) struct Work {
    /// The thread.
    pub run: Staged<Told>,
    /// The key of what it is called.
    pub title: &'static str,
    /// It replaces the book.
    pub is_restore: bool,
}

impl Work {
    /// Starts it. A book in memory has no file that could be copied.
    pub(super) fn start(task: Task, cx: &mut Cx) -> Option<Self> {
        let title = match &task {
            Task::Make => "backup.key.make",
            Task::Prove(..) => "backup.key.prove",
            Task::Restore(..) | Task::Despite(_) => "backup.key.restore",
            Task::Examine => "backup.key.doctor",
        };
        let is_restore = matches!(task, Task::Restore(..) | Task::Despite(_));
        let (session, now) = (cx.session.clone(), cx.now);
        let run =
            Staged::begin(Stage::Copy, cx, move |store, watch| carry_out(task, store, &session, now, watch))?;
        Some(Self { run, title, is_restore })
    }
}

fn carry_out(task: Task, store: &mut Store, session: &Session, now: DateTime<Utc>, watch: &Watch) -> Told {
    let data = store.path().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let put = |restore: Restore| -> Result<Restored> {
        restore.put(store.again().transpose()?, session, now, watch)
    };
    match task {
        Task::Make => Told::Made(backup::make(store, session, now, Target::Kept, watch)),
        Task::Prove(name, file, key) => {
            Told::Proved(name, prove_copy(&file, &data, key.as_ref(), watch).map_err(Into::into))
        }
        Task::Examine => Told::Examined(doctor::examine(&data, store.kinds(), watch)),
        Task::Restore(file, key) => {
            match Restore::examine(&file, &data, store.kinds(), key.as_ref(), watch) {
                Ok(examined) if examined.fault().is_some() => Told::Faulty(Box::new(examined)),
                examined => Told::Restored(examined.and_then(Examined::sound).and_then(put)),
            }
        }
        Task::Despite(examined) => Told::Restored(put(examined.despite_faults())),
    }
}
