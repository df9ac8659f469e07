//! The thread that makes the copies of the book that are due, while people work.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Clock, Notice};
use crate::counter::{CounterError, backup};
use crate::desk::kinds::Kinds;
use crate::store::backup::Watch;
use crate::store::{Store, StoreError};

/// How long after the start the first copy waits: the screen comes first.
const FIRST: Duration = Duration::from_secs(2);

/// The longest sleep: a computer that woke up or a clock that was set is noticed then.
const PIECE: Duration = Duration::from_mins(1);

/// How long it works on a copy at a stretch.
const STRETCH: Duration = Duration::from_millis(10);

/// The longest rest between two stretches.
const REST_MAX: Duration = Duration::from_millis(100);

/// How long it waits for a writer: short, so that ending the program never waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes the copies that are due.
#[derive(Debug)]
pub struct Copier {
    wakes: Sender<()>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Copier {
    /// Starts the thread for the book in `directory`. `tell` hears of a copy that failed; what was made
    /// every connection sees in the book.
    ///
    /// # Errors
    /// The system gives no further thread.
    pub fn start(
        directory: impl Into<PathBuf>,
        kinds: Kinds,
        clock: impl Clock,
        tell: impl Fn(Notice) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (wakes, woken) = channel();
        let directory = directory.into();
        let stop = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("copier".into())
            .spawn(move || run(&directory, kinds, &clock, &tell, &own, &woken))?;
        Ok(Self { wakes, stop, thread: Some(thread) })
    }

    /// Has it look whether a copy is due: something was written, perhaps a signature.
    pub fn nudge(&self) {
        // A thread that has ended needs no nudge.
        let _ = self.wakes.send(());
    }
}

impl Drop for Copier {
    /// A copy under way is broken off; nothing of it has a name yet.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.nudge();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed where it happened; the program goes on without it.
            let _ = thread.join();
        }
    }
}

fn run(
    directory: &Path,
    kinds: Kinds,
    clock: &impl Clock,
    tell: &impl Fn(Notice),
    stop: &Arc<AtomicBool>,
    woken: &Receiver<()>,
) {
    let own = Arc::clone(stop);
    let worked = Mutex::new(Instant::now());
    let watch: Watch = Arc::new(move |_, _, _| {
        if own.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        rest_a_while(&worked);
        ControlFlow::Continue(())
    });
    let mut rest = FIRST;
    loop {
        match woken.recv_timeout(rest) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // However often it was woken meanwhile, one look is enough.
        while woken.try_recv().is_ok() {}
        if stop.load(Ordering::Relaxed) {
            return;
        }
        rest = PIECE;
        match look(directory, kinds, clock, &watch) {
            Ok(next) => rest = next,
            Err(CounterError::Store(StoreError::Stopped | StoreError::Busy)) => {}
            Err(error) => {
                tracing::warn!(%error, "the copy of the book failed");
                tell(Notice::Fault(error));
            }
        }
    }
}

/// Rests for as long as was worked, every now and then: nobody waits for these copies, and people work meanwhile.
fn rest_a_while(worked: &Mutex<Instant>) {
    let mut since = worked.lock().unwrap_or_else(PoisonError::into_inner);
    let worked = since.elapsed();
    if worked >= STRETCH {
        // Where much came at once, as after a sleep of the computer, it need not rest for that long.
        std::thread::sleep(worked.min(REST_MAX));
        *since = Instant::now();
    }
}

/// Makes a copy if one is due. The connection is there for that alone: between two copies nothing
/// stays open.
fn look(directory: &Path, kinds: Kinds, clock: &impl Clock, watch: &Watch) -> Result<Duration, CounterError> {
    if !Store::exists(directory) {
        return Ok(PIECE);
    }
    let mut store = Store::open(directory, kinds)?;
    store.set_patience(PATIENCE)?;
    backup::make_due(&mut store, clock.now(), watch)?;
    let Some(settings) = store.settings()? else { return Ok(PIECE) };
    let now = clock.now();
    let next = (backup::next(&store, &settings, now)? - now).to_std().unwrap_or_default();
    Ok(next.clamp(Duration::from_secs(1), PIECE))
}
