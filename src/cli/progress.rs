//! A line on standard error that says how far long work is, at a terminal only.

use std::io::{IsTerminal as _, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::{Cx, Screen};
use crate::desk::kinds::STANDARD;
use crate::store::backup::{Stage, Watch};
use crate::store::{self, Store};
use crate::text::lang::{Lang, t};

/// The line, gone again when this is.
pub(super) struct Progress {
    shown: bool,
    /// Something stands there.
    stands: AtomicBool,
    /// The last hundredth that was told.
    told: AtomicUsize,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            shown: std::io::stderr().is_terminal(),
            stands: AtomicBool::new(false),
            told: AtomicUsize::new(usize::MAX),
        }
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
        let hundredth = (done * 100).checked_div(all).unwrap_or_default();
        if self.told.swap(hundredth, Ordering::Relaxed) != hundredth {
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

    /// Opens the book of the data directory. Where an older program wrote it, it is said how far it is brought
    /// to the present form.
    pub(super) fn open_store(&self) -> store::Result<Store> {
        Store::open_watched(&self.data, STANDARD, &opening(self.lang))
    }
}

impl Screen {
    /// Says on standard error how far the book is brought to the present form before the screen opens, where
    /// an older program wrote it. The line is gone when this is.
    #[must_use]
    pub fn opening(&self) -> Watch {
        opening(self.lang)
    }
}

fn opening(lang: Lang) -> Watch {
    watch(lang, move |stage| t(lang, "cli.older_book", &[("stage", &stage)]))
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
