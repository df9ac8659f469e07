//! The timer's thread: when to look, what to tell.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::watch::Watch;
use super::{Board, Clock, Flag, Notice, PIECE, Wake, board};
use crate::counter::{self, CounterError};
use crate::desk::kinds::Kinds;
use crate::store::{Store, StoreError};

/// How far the wall clock and the monotonic one may drift apart before the timer looks again.
const DRIFT: Duration = Duration::from_secs(2);
/// How long the timer waits for a writer: short, so that ending the program never waits for it.
const PATIENCE: Duration = Duration::from_millis(500);
/// The first wait after a failure; doubled up to [`LONGEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_millis(500);
/// The longest wait after failures.
const LONGEST_RETRY: Duration = Duration::from_mins(1);
/// A writer that keeps the file busy is told of only after so many tries.
const BUSY_TRIES: u32 = 4;

/// The state of the thread.
pub(super) struct Keeper<C, T> {
    directory: PathBuf,
    kinds: Kinds,
    clock: C,
    tell: T,
    wakes: Sender<Wake>,
    /// The connection and the watch over its directory; `None` until the book can be opened.
    open: Option<(Store, Watch)>,
    /// It was open before.
    opened: bool,
    /// The commits seen so far.
    seen: Option<i64>,
    /// The wall clock and the monotonic one when they were last compared.
    anchor: (DateTime<Utc>, Instant),
    /// When the board changes by itself.
    next: Option<DateTime<Utc>>,
    /// When to try again after a failure.
    retry_at: Option<Instant>,
    failures: u32,
    told_fault: bool,
    told_refusal: bool,
    told: Option<Board>,
    rung: HashSet<Flag>,
}

impl<C: Clock, T: Fn(Notice)> Keeper<C, T> {
    pub(super) fn new(directory: PathBuf, kinds: Kinds, clock: C, tell: T, wakes: Sender<Wake>) -> Self {
        let anchor = (clock.now(), Instant::now());
        Self {
            directory,
            kinds,
            clock,
            tell,
            wakes,
            open: None,
            opened: false,
            seen: None,
            anchor,
            next: None,
            retry_at: None,
            failures: 0,
            told_fault: false,
            told_refusal: false,
            told: None,
            rung: HashSet::new(),
        }
    }

    pub(super) fn run(mut self, woken: &Receiver<Wake>) {
        let mut wake = Some(Wake::Look);
        loop {
            let mut look = false;
            // Everything that came in at once is answered at once.
            for wake in wake.into_iter().chain(woken.try_iter()) {
                match wake {
                    Wake::Stop => return,
                    Wake::Look => look = true,
                    Wake::File => {
                        if let Some((_, watch)) = &mut self.open {
                            watch.stirred(Instant::now());
                        }
                    }
                }
            }
            let done = self.step(look);
            self.count_failure(done);
            wake = match woken.recv_timeout(self.rest()) {
                Ok(wake) => Some(wake),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
        }
    }

    /// One round: looks if there is a reason to. Whether it looked.
    fn step(&mut self, look: bool) -> Result<bool, CounterError> {
        let now = self.clock.now();
        let instant = Instant::now();
        let come = self.next.is_some_and(|next| now >= next);
        let retry = self.retry_at.is_some_and(|at| instant >= at);
        let waits = self.retry_at.is_some() && !retry && !look;
        if waits {
            return Ok(false);
        }
        // Another file has taken the name of the book: a restored one.
        let moved = self.open.as_ref().is_some_and(|(store, _)| store.is_current().is_err());
        if moved {
            self.open = None;
        }
        let look = look || come || retry || moved || self.clocks_disagree(now, instant);
        if self.open.is_none() {
            if !look {
                return Ok(false);
            }
            // Where the book was removed, no empty one is to take its place.
            if self.opened && !Store::exists(&self.directory) {
                return Err(StoreError::Gone(self.directory.join(Store::FILE)).into());
            }
            let mut store = Store::open(&self.directory, self.kinds)?;
            store.set_patience(PATIENCE)?;
            // The watch stands before the first look: whatever is written is either seen by the look or told.
            self.open = Some((store, Watch::new(&self.directory, self.wakes.clone())));
            self.seen = None;
            self.opened = true;
        }
        let Some((store, watch)) = &mut self.open else { return Ok(false) };
        if !look && !watch.asks(instant) {
            return Ok(false);
        }
        let version = store.data_version()?;
        let changed = self.seen.replace(version).is_some_and(|seen| seen != version) || moved;
        if changed {
            (self.tell)(Notice::Changed);
        }
        if look || changed {
            self.anchor = (now, instant);
            self.look(now)?;
            if let Some((store, _)) = &self.open {
                store.settle_log()?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether the computer slept or the clock was set since the last look.
    fn clocks_disagree(&self, now: DateTime<Utc>, instant: Instant) -> bool {
        let (wall, monotonic) = self.anchor;
        let by_wall = (now - wall).num_milliseconds();
        let by_monotonic = i64::try_from((instant - monotonic).as_millis()).unwrap_or(i64::MAX);
        by_wall.abs_diff(by_monotonic) > DRIFT.as_millis() as u64
    }

    /// Reads what is due and tells what is new.
    fn look(&mut self, now: DateTime<Utc>) -> Result<(), CounterError> {
        let Some((store, _)) = &mut self.open else { return Ok(()) };
        // What the clock ends comes first, but its failure must not hide what is due.
        let swept = counter::clock::sweep(store, now);
        match &swept {
            Ok(ended) if !ended.is_empty() => (self.tell)(Notice::Changed),
            _ => {}
        }
        let Some(settings) = store.settings()? else {
            self.next = None;
            return Ok(());
        };
        let present = board::board(store, &settings, now)?;
        let flags = board::flags(store, &settings, now)?;
        self.next = Some(board::next(store, &settings, now)?);
        let same = |told: &Board| Board { at: present.at, ..told.clone() } == present;
        if !self.told.as_ref().is_some_and(same) {
            self.told = Some(present.clone());
            (self.tell)(Notice::Board(present));
        }
        let fresh: Vec<Flag> = flags.into_iter().filter(|flag| self.rung.insert(flag.clone())).collect();
        if !fresh.is_empty() {
            (self.tell)(Notice::Rang(fresh));
        }
        match swept {
            // A rule that refuses will refuse again: no reason to stop listening for changes.
            Err(refused @ CounterError::Refused(_)) => {
                if !std::mem::replace(&mut self.told_refusal, true) {
                    (self.tell)(Notice::Fault(refused));
                }
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Tells a failure once and sets when to try again.
    fn count_failure(&mut self, done: Result<bool, CounterError>) {
        match done {
            Ok(true) => {
                self.failures = 0;
                self.retry_at = None;
                self.told_fault = false;
            }
            Ok(false) => {}
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let wait = FIRST_RETRY.saturating_mul(1 << (self.failures - 1).min(10)).min(LONGEST_RETRY);
                self.retry_at = Some(Instant::now() + wait);
                let busy = matches!(error, CounterError::Store(StoreError::Busy));
                if !busy && matches!(error, CounterError::Store(_)) {
                    // A damaged or vanished file is opened anew.
                    self.open = None;
                }
                let patient = busy && self.failures < BUSY_TRIES;
                if !self.told_fault && !patient {
                    self.told_fault = true;
                    (self.tell)(Notice::Fault(error));
                }
            }
        }
    }

    /// How long to sleep.
    fn rest(&self) -> Duration {
        let instant = Instant::now();
        let mut rest = PIECE;
        if let Some(at) = self.retry_at {
            return rest.min(at.saturating_duration_since(instant));
        }
        if let Some(next) = self.next {
            rest = rest.min((next - self.clock.now()).to_std().unwrap_or_default());
        }
        if let Some(at) = self.open.as_ref().and_then(|(_, watch)| watch.ask_at()) {
            rest = rest.min(at.saturating_duration_since(instant));
        }
        rest
    }
}
