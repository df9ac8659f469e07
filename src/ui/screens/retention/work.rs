//! The run, on a thread of its own with its own connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::counter::Result;
use crate::counter::retention::{self, Done};
use crate::store::StoreError;
use crate::store::backup::{Stage, Watch};
use crate::ui::cx::Cx;

/// What the thread tells.
pub(super) enum Told {
    Step(Stage, u64, u64),
    Ended(Result<Done>),
}

/// A run under way.
pub(super) struct Work {
    told: Receiver<Told>,
    stop: Arc<AtomicBool>,
    /// The part under way, and how much of how much of it is done.
    pub at: (Stage, u64, u64),
}

impl Drop for Work {
    /// A run that nobody waits for any more ends with the part that is under way.
    fn drop(&mut self) {
        self.stop();
    }
}

impl Work {
    /// Starts it. A book in memory has no file that another connection could open.
    pub(super) fn start(cx: &mut Cx) -> Option<Self> {
        let again = cx.store.again().unwrap_or(Err(StoreError::ReadOnly));
        let mut store = cx.read(again)?;
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (session, now, wake) = (cx.session.clone(), cx.now, Arc::new(std::sync::Mutex::new(cx.wake())));
        let wake = move || {
            if let Ok(wake) = wake.lock() {
                wake();
            }
        };
        let watch: Watch = Arc::new({
            let (tell, wake, stop) = (tell.clone(), wake.clone(), Arc::clone(&stop));
            move |stage, done, all| {
                // When the screen is gone nobody listens, and the work was told to stop.
                drop(tell.send(Told::Step(stage, done, all)));
                wake();
                if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }
        });
        std::thread::spawn(move || {
            drop(tell.send(Told::Ended(retention::run(&mut store, &session, now, None, &watch))));
            wake();
        });
        Some(Self { told, stop, at: (Stage::Clear, 0, 0) })
    }

    /// Tells the thread to stop after the part that is under way.
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
                outcome @ Told::Ended(_) => return Some(outcome),
            }
        }
        None
    }
}
