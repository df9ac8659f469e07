//! Long work on a thread of its own with its own connection: the screen hears how far it is and what
//! came out, and can break it off.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::store::Store;
use crate::ui::cx::Cx;

/// How the work says how much of how much is done, and hears whether to go on.
pub(super) type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> ControlFlow<()>;

/// What the thread tells.
pub(super) enum Told<T, S> {
    /// How far it is.
    Step(S),
    /// What came out.
    Done(T),
}

/// Work under way that ends with a `T`; how far it is says an `S`.
pub(super) struct Beside<T, S = (usize, usize)> {
    told: Receiver<Told<T, S>>,
    stop: Arc<AtomicBool>,
    /// How much of how much is done.
    pub at: S,
}

impl<T, S> Drop for Beside<T, S> {
    /// Work that nobody waits for any more is broken off.
    fn drop(&mut self) {
        self.stop();
    }
}

impl<T, S> Beside<T, S> {
    /// What a thread tells that was started and may be stopped.
    pub(super) const fn of(told: Receiver<Told<T, S>>, stop: Arc<AtomicBool>, at: S) -> Self {
        Self { told, stop, at }
    }

    /// Tells the work to stop at its next step.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub(super) fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What came out, if it has ended; notes how far it is else.
    pub(super) fn look(&mut self) -> Option<T> {
        for told in self.told.try_iter() {
            match told {
                Told::Step(at) => self.at = at,
                Told::Done(outcome) => return Some(outcome),
            }
        }
        None
    }
}

impl<T: Send + 'static> Beside<T> {
    /// Starts it. A book in memory has one connection only: there it is done at once.
    pub(super) fn start(
        cx: &mut Cx,
        work: impl FnOnce(&mut Store, Progress) -> T + Send + 'static,
    ) -> Option<Self> {
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, wake) = (Arc::clone(&stop), cx.wake());
        let carry_out = move |store: &mut Store| {
            let outcome = work(store, &mut |done, all| {
                // When the screen is gone nobody listens, and the work was told to stop.
                drop(tell.send(Told::Step((done, all))));
                wake();
                if stopped.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            drop(tell.send(Told::Done(outcome)));
            wake();
        };
        match cx.store.again() {
            None => carry_out(cx.store),
            Some(store) => {
                let mut store = cx.read(store)?;
                std::thread::spawn(move || carry_out(&mut store));
            }
        }
        Some(Self::of(told, stop, (0, 0)))
    }
}
