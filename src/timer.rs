//! The background timer: what is due, what is overdue, what another connection changed.
//!
//! Overdue is a matter of due time and now, never of a running counter: [`board()`] computes it from
//! the file whenever it is asked. The thread started by [`Timer::start`] only decides *when* to ask:
//!
//! - It sleeps until the next instant at which the answer changes by itself: something becomes due
//!   soon, overdue or expires, the counter closes, the day changes.
//! - It is woken by the file system when somebody writes to the book, and then asks SQLite whether
//!   another connection committed. Only where the directory can't be watched does it ask once a second.
//! - A sleep is measured by the monotonic clock, which is wrong after the computer slept or somebody
//!   set the clock. So a sleep is cut into pieces of at most [`PIECE`], after each of which the two
//!   clocks are compared; nothing is read from the file unless they disagree.
//!
//! It writes only to end what the clock ends (passes that expire), never to remember something.
//!
//! The copies of the book that the schedule asks for are made by a thread of their own ([`Copier`]).

mod board;
mod clock;
mod copier;
mod keeper;
mod watch;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use board::{Board, Worst, board};
pub use clock::{Clock, HandClock, SystemClock};
pub use copier::Copier;

use crate::counter::CounterError;
use crate::desk::kinds::Kinds;

/// The longest sleep between two comparisons of the clocks: as long as a flag can be late after the
/// computer woke up.
pub const PIECE: Duration = Duration::from_secs(10);

/// What is flagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// A callback.
    Callback,
    /// A promise.
    Promise,
    /// A visitor who is to have left by closing time.
    Inside,
}

/// A duty whose time has passed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flag {
    /// When it was due.
    pub due: DateTime<Utc>,
    /// Which duty.
    pub duty: Duty,
    /// The case's number.
    pub number: String,
}

/// What the timer tells.
#[derive(Debug)]
pub enum Notice {
    /// What is due now, whenever it differs from what was told before.
    Board(Board),
    /// A connection other than the timer's committed something, or the timer itself ended a case.
    Changed,
    /// These duties became overdue: one bell for all of them. The first one after a start holds what
    /// was overdue already. The same duty with the same due instant is never told twice in one run.
    Rang(Vec<Flag>),
    /// The file can't be read or written; told once, then tried again until it works.
    Fault(CounterError),
}

/// Why the thread wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// Look at the book now.
    Look,
    /// Something happened to the file.
    File,
    /// End.
    Stop,
}

/// The background timer.
#[derive(Debug)]
pub struct Timer;

impl Timer {
    /// Starts the timer for the book in `directory`, with a connection of its own.
    ///
    /// `tell` is called on the timer's thread and should only pass the notice on. Nothing is told
    /// about a book that is not set up yet, but for its changes.
    ///
    /// # Errors
    /// The system gives no further thread.
    pub fn start(
        directory: impl Into<PathBuf>,
        kinds: Kinds,
        clock: impl Clock,
        tell: impl Fn(Notice) + Send + 'static,
    ) -> std::io::Result<TimerHandle> {
        let (wakes, woken) = channel();
        let directory = directory.into();
        let own = wakes.clone();
        let thread = std::thread::Builder::new()
            .name("timer".into())
            .spawn(move || keeper::Keeper::new(directory, kinds, clock, tell, own).run(&woken))?;
        Ok(TimerHandle { wakes, thread: Some(thread) })
    }
}

/// The running timer; it ends when this is dropped.
#[derive(Debug)]
pub struct TimerHandle {
    wakes: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl TimerHandle {
    /// Has the timer look at once: for a program that was stopped and goes on, or a clock that was set.
    pub fn nudge(&self) {
        // A timer that has ended needs no nudge.
        let _ = self.wakes.send(Wake::Look);
    }
}

impl Drop for TimerHandle {
    fn drop(&mut self) {
        let _ = self.wakes.send(Wake::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed where it happened; the program goes on without it.
            let _ = thread.join();
        }
    }
}
