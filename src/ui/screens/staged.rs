//! Long work on the file in named parts, on a thread of its own with its own connection: the screen hears
//! which part is under way and how far it is, and can break it off.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use ratatui::Frame;
use ratatui::layout::Rect;

use super::beside::{Beside, Told};
use crate::store::backup::{Stage, Watch};
use crate::store::{Store, StoreError};
use crate::text::lang::t;
use crate::ui::cx::Cx;
use crate::ui::look::Look;
use crate::ui::parts;

/// Work under way that ends with a `T`: the part of it that is under way, and how much of how much is done.
pub(super) type Staged<T> = Beside<T, (Stage, u64, u64)>;

impl<T> Staged<T> {
    /// Draws how far it is on top of a screen, under a name of its own.
    pub(super) fn draw(&self, frame: &mut Frame, area: Rect, look: &Look, title: &str) {
        let (stage, done, all) = self.at;
        let words = if self.stops() {
            t(look.lang, "backup.stopping", &[])
        } else {
            let (done, all) = (done.to_string(), all.to_string());
            t(look.lang, &format!("backup.stage.{}", stage.id()), &[("done", &done), ("all", &all)])
        };
        parts::progress(frame, area, look, (title, &words, ""), (done, all));
    }
}

impl<T: Send + 'static> Staged<T> {
    /// Starts it with its first part. A book in memory has no file that another connection could open.
    pub(super) fn begin(
        first: Stage,
        cx: &mut Cx,
        work: impl FnOnce(&mut Store, &Watch) -> T + Send + 'static,
    ) -> Option<Self> {
        let again = cx.store.again().unwrap_or(Err(StoreError::ReadOnly));
        let mut store = cx.read(again)?;
        let (tell, told) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let wake = Arc::new(cx.wake());
        let watch = watch(Arc::clone(&stop), {
            let (tell, wake) = (tell.clone(), Arc::clone(&wake));
            move |stage, done, all| {
                // When the screen is gone nobody listens, and the work was told to stop.
                drop(tell.send(Told::Step((stage, done, all))));
                wake();
            }
        });
        std::thread::spawn(move || {
            drop(tell.send(Told::Done(work(&mut store, &watch))));
            wake();
        });
        Some(Self::of(told, stop, (first, 0, 0)))
    }
}

/// Hears of the progress, in steps that a bar can show.
fn watch(stop: Arc<AtomicBool>, tell: impl Fn(Stage, u64, u64) + Send + Sync + 'static) -> Watch {
    let last = Mutex::new(None);
    Arc::new(move |stage: Stage, done: u64, all: u64| {
        let now = Some((stage, done.saturating_mul(100).checked_div(all)));
        let changed = last.lock().is_ok_and(|mut last| std::mem::replace(&mut *last, now) != now);
        if changed {
            tell(stage, done, all);
        }
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
