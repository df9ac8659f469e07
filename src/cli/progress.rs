//! A line on standard error that says how far long work is, at a terminal only.

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Cx;
use crate::desk::kinds::STANDARD;
use crate::store::Store;
use crate::store::backup::{Stage, Watch};
use crate::text::lang::{Lang, t};

/// The line, gone again when this is.
pub(super) struct Progress {
    shown: bool,
    /// Something stands there.
    stands: AtomicBool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal(), stands: AtomicBool::new(false) }
    }

    /// Writes the line anew.
    pub(super) fn show(&self, words: &str) {
        let stood = self.stands.swap(!words.is_empty(), Ordering::Relaxed);
        if self.shown && (stood || !words.is_empty()) {
            // What can't be shown there is not missed.
            let _ = write!(std::io::stderr(), "\r\x1b[K{words}");
        }
    }

    /// Says how many of how many things are done; a call at the command line is never broken off here.
    pub(super) fn counted(&self, cx: &Cx, key: &str, done: usize, all: usize) -> ControlFlow<()> {
        if done == all || done.is_multiple_of(50) {
            self.show(&cx.t(key, &[("done", &done.to_string()), ("all", &all.to_string())]));
        }
        ControlFlow::Continue(())
    }

    pub(super) fn clear(&self) {
        self.show("");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Cx {
    /// Says at a terminal how long a command has waited for another process that writes.
    pub(super) fn tell_waiting(&self, store: &mut Store) {
        let (lang, waits) = (self.lang, Arc::clone(&self.waits));
        store.on_waiting(move |waited| {
            let words = t(lang, "cli.waits", &[("seconds", &waited.as_secs().to_string())]);
            waits.show(&words);
            ControlFlow::Continue(())
        });
    }

    /// Watches work on copies. A call at the command line is broken off as any other program is:
    /// nothing that is not whole has a name yet.
    pub(super) fn watch(&self) -> Watch {
        watch(self.lang, |stage| stage)
    }

    /// Brings the book of the data directory to the present form where an older program wrote it, and says how
    /// far that is. What goes wrong with it is said by whoever opens the book then.
    pub(super) fn bring_up(&self) {
        if !Store::is_older(&self.data).unwrap_or(false) {
            return;
        }
        let lang = self.lang;
        let watch = watch(lang, move |stage| t(lang, "cli.older_book", &[("stage", &stage)]));
        if let Err(error) = Store::open_watched(&self.data, STANDARD, &watch) {
            tracing::warn!(%error, "the book of an older program was not brought to the present form");
        }
    }
}

/// Says which stage work on a file is in and how far it is, in a sentence of its own.
fn watch(lang: Lang, sentence: impl Fn(String) -> String + Send + Sync + 'static) -> Watch {
    let progress = Progress::new();
    // The last hundredth that was told, beside its stage.
    let told = AtomicU64::new(u64::MAX);
    Arc::new(move |stage: Stage, done: u64, all: u64| {
        let hundredth = done.saturating_mul(100).checked_div(all).unwrap_or_default() + 1_000 * stage as u64;
        if told.swap(hundredth, Ordering::Relaxed) != hundredth {
            let (done, all) = (done.to_string(), all.to_string());
            let key = format!("backup.stage.{}", stage.id());
            progress.show(&sentence(t(lang, &key, &[("done", &done), ("all", &all)])));
        }
        ControlFlow::Continue(())
    })
}
