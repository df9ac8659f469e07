//! The long work of an import, on a thread of its own with its own connection.
//!
//! The screen hears how far it is and what came out. It can be broken off at any step; a list that was
//! being taken is then undone as a whole.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use chrono::{DateTime, NaiveDate, Utc};

use crate::counter::directory::ImportReport;
use crate::counter::{CounterError, Session};
use crate::desk::why::Why;
use crate::exchange::headings::Mapping;
use crate::exchange::sheet::{self, Sheet};
use crate::exchange::{self, Planned};
use crate::store::Store;
use crate::ui::cx::Cx;

/// What is to be done.
pub(super) enum Task {
    /// Read the file.
    Read(PathBuf),
    /// Read the rows, and find out what taking them would do.
    Try(Arc<Sheet>, Mapping),
    /// Take the list in.
    Take(Arc<Planned>),
}

/// Which part of the work is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The file is read; how far is not known.
    File,
    /// Rows are read.
    Rows,
    /// Rows are compared with the directory.
    Compare,
    /// Households are written.
    Write,
}

impl Stage {
    /// The key of its words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::File => "import.stage.file",
            Self::Rows => "import.stage.rows",
            Self::Compare => "import.stage.compare",
            Self::Write => "import.stage.write",
        }
    }
}

/// What the thread tells.
pub(super) enum Told {
    Step(Stage, usize, usize),
    Read(Result<Vec<Sheet>, Why>),
    Tried(Result<(Planned, ImportReport), CounterError>),
    Taken(Result<ImportReport, CounterError>),
}

/// Who does it, and when.
struct Desk {
    session: Session,
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// Work under way.
pub(super) struct Work {
    told: Receiver<Told>,
    stop: Arc<AtomicBool>,
    /// The part under way, and how much of how much of it is done.
    pub at: (Stage, usize, usize),
}

impl Drop for Work {
    /// Work that nobody waits for any more is broken off.
    fn drop(&mut self) {
        self.stop();
    }
}

impl Work {
    /// Starts it. A book in memory has one connection only: there it is done at once.
    pub(super) fn start(task: Task, cx: &mut Cx) -> Option<Self> {
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let first = match &task {
            Task::Read(_) => Stage::File,
            Task::Try(..) => Stage::Rows,
            Task::Take(_) => Stage::Write,
        };
        let desk =
            Desk { session: cx.session.clone(), now: cx.now, today: cx.settings.calendar.day_of(cx.now) };
        match cx.store.again() {
            None => carry_out(task, cx.store, &desk, &stop, |said| drop(tell.send(said))),
            Some(store) => {
                let mut store = cx.read(store)?;
                let (stop, wake) = (Arc::clone(&stop), cx.wake());
                std::thread::spawn(move || {
                    // When the screen is gone nobody listens, and the work was told to stop.
                    carry_out(task, &mut store, &desk, &stop, |said| {
                        drop(tell.send(said));
                        wake();
                    });
                });
            }
        }
        Some(Self { told, stop, at: (first, 0, 0) })
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

fn carry_out(task: Task, store: &mut Store, desk: &Desk, stop: &AtomicBool, tell: impl Fn(Told)) {
    let progress = |stage: Stage| {
        let tell = &tell;
        let mut told = usize::MAX;
        move |done: usize, all: usize| {
            // A hundred words about the progress are enough for any bar.
            let hundredth = (done * 100).checked_div(all).unwrap_or_default();
            if std::mem::replace(&mut told, hundredth) != hundredth {
                tell(Told::Step(stage, done, all));
            }
            if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    };
    match task {
        Task::Read(path) => tell(Told::Read(sheet::read_sheets(&path))),
        Task::Try(sheet, mapping) => {
            let rows = exchange::plan(&sheet, &mapping, desk.today, progress(Stage::Rows));
            let tried = rows.map_err(CounterError::from).and_then(|planned| {
                let compare = progress(Stage::Compare);
                let report = planned.take(store, &desk.session, desk.now, true, compare)?;
                Ok((planned, report))
            });
            tell(Told::Tried(tried));
        }
        Task::Take(planned) => {
            let write = progress(Stage::Write);
            tell(Told::Taken(planned.take(store, &desk.session, desk.now, false, write)));
        }
    }
}
