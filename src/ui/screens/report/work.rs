//! Making a report on a thread of its own, with its own connection.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::counter::{CounterError, reports};
use crate::desk::report::{Period, Report};
use crate::ui::cx::Cx;

/// What the thread tells.
pub(super) enum Told {
    Step(usize, usize),
    Made(Result<Option<Box<Report>>, CounterError>),
}

/// Work under way. Whoever starts another drops this one, and its answer with it.
pub(super) struct Work {
    told: Receiver<Told>,
    stop: Arc<AtomicBool>,
    /// Percent done.
    pub done: usize,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Work {
    /// Starts it. A book in memory has one connection only: there it is done at once.
    pub(super) fn start(period: Period, cx: &mut Cx) -> Option<Self> {
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (session, now) = (cx.session.clone(), cx.now);
        let (stopped, wake) = (Arc::clone(&stop), cx.wake());
        // When the screen is gone nobody listens, and the work was told to stop.
        let make = move |store: &crate::store::Store, wake: &dyn Fn()| {
            let made = reports::report(store, &session, now, period, |done, all| {
                drop(tell.send(Told::Step(done, all)));
                wake();
                if stopped.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            drop(tell.send(Told::Made(made.map(|report| report.map(Box::new)))));
            wake();
        };
        match cx.store.again() {
            None => make(cx.store, &|| {}),
            Some(store) => {
                let store = cx.read(store)?;
                std::thread::spawn(move || make(&store, &wake));
            }
        }
        Some(Self { told, stop, done: 0 })
    }

    /// What came out, if it has ended; notes how far it is else.
    pub(super) fn look(&mut self) -> Option<Result<Option<Box<Report>>, CounterError>> {
        for told in self.told.try_iter() {
            match told {
                Told::Step(done, all) => self.done = done * 100 / all.max(1),
                Told::Made(made) => return Some(made),
            }
        }
        None
    }
}
