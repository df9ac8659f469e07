//! The terminal and the loop: events in, frames out.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use chrono_tz::Tz;
use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
    KeyCode, KeyEventKind,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::config::{Config, ConfigError};
use crate::counter::{self, CounterError};
use crate::desk::kinds::STANDARD;
use crate::store::Store;
use crate::store::backup::Watch;
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;
use crate::text::width::{Align, fit, pad, width as cols};
use crate::timer::{Copier, Notice, SystemClock, Timer, TimerHandle};

/// Something that wakes the loop.
enum Wake {
    Terminal(Event),
    Timer(Notice),
    Answer,
    /// The program was stopped and goes on: the terminal may have been anybody's meanwhile.
    #[cfg_attr(not(unix), allow(dead_code))]
    Continued,
    /// The terminal is gone, or the system asks the program to end.
    Gone,
}

/// How long typing rests before the draft is written: a power cut loses less than a second of it.
const DRAFT_REST: Duration = Duration::from_millis(600);

/// Runs the screen until the person leaves.
///
/// # Errors
/// The terminal can't be used.
pub fn run(mut app: App) -> io::Result<()> {
    let (sender, receiver) = mpsc::channel();
    let _restore = Guard::enter()?;
    let output = Output::default();
    let mut terminal = Terminal::new(CrosstermBackend::new(output.clone()))?;
    read_events(sender.clone());
    #[cfg(unix)]
    let _signals = Signals::hear(sender.clone())?;
    let from_threads = sender.clone();
    // The loop has ended when nobody listens to these two; what they tell matters no more.
    app.wake_by(std::sync::Arc::new(move || drop(from_threads.send(Wake::Answer))));
    let directory = app.store().path().and_then(|path| path.parent()).map(std::path::Path::to_owned);
    let beside = match directory {
        Some(directory) => {
            let tell = |sender: Sender<Wake>| move |notice| drop(sender.send(Wake::Timer(notice)));
            let kinds = app.store().kinds();
            let timer = Timer::start(&directory, kinds, SystemClock, tell(sender.clone()))?;
            Some(Beside { timer, copier: Copier::start(directory, kinds, SystemClock, tell(sender))? })
        }
        None => None,
    };
    let shown = Arc::new(Mutex::new(Shown::new(receiver)));
    paint_while_waiting(&mut app, Arc::clone(&shown));
    let result = turn(&mut app, &mut terminal, &output, &shown, beside.as_ref());
    app.leave(Utc::now());
    drop(beside);
    result
}

/// What goes on beside the screen.
struct Beside {
    timer: TimerHandle,
    copier: Copier,
}

/// What the loop hears and what it painted last; looked at by itself alone, also from within a save that waits.
struct Shown {
    receiver: Receiver<Wake>,
    /// What came while a save waited, in its order.
    kept: VecDeque<Wake>,
    /// The last frame.
    frame: Buffer,
    /// A save waits and it was said: what stands on the screen is no longer that frame.
    covered: bool,
    /// What was said last.
    said: String,
}

impl Shown {
    fn new(receiver: Receiver<Wake>) -> Self {
        Self {
            receiver,
            kept: VecDeque::new(),
            frame: Buffer::default(),
            covered: false,
            said: String::new(),
        }
    }

    /// The next thing that wakes the loop, within that time.
    fn next(&mut self, wait: Duration) -> Result<Wake, RecvTimeoutError> {
        match self.kept.pop_front() {
            Some(kept) => Ok(kept),
            None => self.receiver.recv_timeout(wait),
        }
    }

    /// What has come while a save waits. Keys pressed before it was said are typed ahead and kept. After that
    /// only Esc is heard, which ends the waiting, and the bell answers the others: what they would do depends
    /// on how the save ends.
    fn hear(&mut self) -> Heard {
        let mut heard = Heard::default();
        while let Ok(wake) = self.receiver.try_recv() {
            match &wake {
                Wake::Terminal(Event::Key(key)) if key.kind == KeyEventKind::Release => {}
                Wake::Terminal(Event::Key(key)) if self.covered && key.code == KeyCode::Esc => {
                    heard.stop = true;
                }
                Wake::Terminal(Event::Key(_) | Event::Paste(_) | Event::Mouse(_)) if self.covered => {
                    heard.refused |= !matches!(wake, Wake::Terminal(Event::Mouse(_)));
                }
                Wake::Gone => {
                    heard.stop = true;
                    self.kept.push_back(wake);
                }
                _ => self.kept.push_back(wake),
            }
        }
        heard
    }

    /// The last frame with a sentence on its bottom line and the clock as it is now.
    fn waiting(&self, words: &str, clock: &str) -> Buffer {
        let mut frame = self.frame.clone();
        let area = frame.area;
        let Some(bottom) = area.height.checked_sub(1) else { return frame };
        let style = frame[(area.x, bottom)].style();
        let line = fit(&format!(" - {words}"), usize::from(area.width));
        frame.set_string(0, bottom, pad(&line, usize::from(area.width), Align::Left), style);
        // The clock stands at the right end of the bar, where somebody is logged in.
        let from = area.width.saturating_sub(clock.len() as u16 + 1);
        let is_clock = frame.content.get(usize::from(from) + 2).is_some_and(|cell| cell.symbol() == ":");
        if is_clock {
            let style = frame[(from, 0)].style();
            frame.set_string(from, 0, clock, style);
        }
        frame
    }
}

/// What was heard while a save waited.
#[derive(Default)]
struct Heard {
    stop: bool,
    refused: bool,
}

/// Goes on painting while saving waits for another process: how long it has waited, and the clock. Esc ends
/// the waiting; what was typed stays where it is, because nothing was saved.
fn paint_while_waiting(app: &mut App, shown: Arc<Mutex<Shown>>) {
    app.on_waiting(move |words, tz| {
        let Ok(mut shown) = shown.lock() else { return ControlFlow::Continue(()) };
        let heard = shown.hear();
        shown.covered = true;
        let clock = Utc::now().with_timezone(&tz).format("%H:%M").to_string();
        let said = format!("{words} {clock}");
        if said != shown.said || heard.refused {
            let frame = shown.waiting(words, &clock);
            // A terminal that can't be written to is noticed by the next frame.
            drop(paint(&frame, heard.refused));
            shown.said = said;
        }
        if heard.stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
}

/// Paints a frame whole, outside of the loop.
fn paint(frame: &Buffer, bell: bool) -> io::Result<()> {
    let output = Output::default();
    let mut backend = CrosstermBackend::new(output.clone());
    let width = usize::from(frame.area.width.max(1));
    let cells = frame.content.iter().enumerate();
    let mut skip = 0;
    let cells: Vec<(u16, u16, &Cell)> = cells
        .filter_map(|(at, cell)| {
            // What lies below the right half of a wide character is not painted.
            let hidden = skip > 0;
            skip = if hidden { skip - 1 } else { cols(cell.symbol()).saturating_sub(1) };
            (!hidden).then_some(((at % width) as u16, (at / width) as u16, cell))
        })
        .collect();
    execute!(backend, cursor::SavePosition)?;
    backend.draw(cells.into_iter())?;
    execute!(backend, cursor::RestorePosition)?;
    if bell {
        output.0.borrow_mut().push(7);
    }
    output.write_out()
}

/// One thread reads the terminal, so that a slow frame never loses a key.
fn read_events(sender: Sender<Wake>) {
    thread::spawn(move || {
        // However this thread ends: a screen that hears no key any more must not stay.
        let sender = LastWord(sender);
        while let Ok(event) = event::read() {
            if sender.0.send(Wake::Terminal(event)).is_err() {
                return;
            }
        }
    });
}

/// Tells the loop that nothing more comes from the terminal.
struct LastWord(Sender<Wake>);

impl Drop for LastWord {
    fn drop(&mut self) {
        // The loop may have ended first.
        let _ = self.0.send(Wake::Gone);
    }
}

/// Hears what the system asks of the program: to end (a shutdown, a closed window) or to go on.
/// Without it the drafts of the last moment would be lost and the terminal left in disorder.
#[cfg(unix)]
struct Signals(signal_hook::iterator::Handle);

#[cfg(unix)]
impl Signals {
    fn hear(sender: Sender<Wake>) -> io::Result<Self> {
        use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT])?;
        let handle = signals.handle();
        thread::spawn(move || {
            for signal in signals.forever() {
                let wake = if signal == SIGCONT { Wake::Continued } else { Wake::Gone };
                if sender.send(wake).is_err() {
                    return;
                }
            }
        });
        Ok(Self(handle))
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn turn(
    app: &mut App,
    terminal: &mut Terminal<CrosstermBackend<Output>>,
    output: &Output,
    shown: &Mutex<Shown>,
    beside: Option<&Beside>,
) -> io::Result<()> {
    // Nobody else holds it while the loop looks: a save that waits is within an event.
    let look = || shown.lock().unwrap_or_else(PoisonError::into_inner);
    app.start(Utc::now());
    let mut draft_due: Option<Instant> = None;
    loop {
        app.now(Utc::now());
        if std::mem::take(&mut look().covered) {
            look().said.clear();
            repaint(terminal)?;
        }
        let painted = terminal.draw(|frame| app.draw(frame))?;
        look().frame.clone_from(painted.buffer);
        if app.take_bell() {
            output.0.borrow_mut().push(7);
        }
        output.write_out()?;
        let wait = wait(app, draft_due, until_next_minute());
        let was_set_up = app.is_set_up();
        let next = look().next(wait);
        let mut wake = match next {
            Ok(wake) => Some(wake),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        // Everything that waits is handled before the next frame: a pasted page is one frame, not a thousand.
        let mut handled = 0;
        while let Some(one) = wake {
            match one {
                Wake::Terminal(event) => app.event(&event, Utc::now()),
                Wake::Timer(notice) => {
                    if let (Some(beside), Notice::Changed) = (beside, &notice) {
                        beside.copier.nudge();
                    }
                    app.notice(notice, Utc::now());
                }
                Wake::Answer => app.answered(Utc::now()),
                Wake::Continued => {
                    // The mode is set anew only where it counts as given back.
                    disable_raw_mode()?;
                    take_terminal()?;
                    repaint(terminal)?;
                    if let Some(beside) = beside {
                        beside.timer.nudge();
                        beside.copier.nudge();
                    }
                }
                Wake::Gone => return Ok(()),
            }
            if app.is_over() {
                return Ok(());
            }
            handled += 1;
            wake = if handled < 500 { look().next(Duration::ZERO).ok() } else { None };
        }
        if let (Some(beside), false, true) = (beside, was_set_up, app.is_set_up()) {
            beside.timer.nudge();
            beside.copier.nudge();
        }
        if !app.draft_waits() {
            draft_due = None;
        } else if draft_due.is_none() {
            draft_due = Some(Instant::now() + DRAFT_REST);
        }
        if draft_due.is_some_and(|due| due <= Instant::now()) {
            app.save_draft(Utc::now());
            draft_due = None;
        }
    }
}

/// Has everything painted anew. Clearing would ask the terminal where its cursor is, and the answer would
/// come to the thread that reads the keys.
fn repaint(terminal: &mut Terminal<CrosstermBackend<Output>>) -> io::Result<()> {
    let size = terminal.size()?;
    terminal.resize(Rect::from((Position::ORIGIN, size)))
}

/// How long nothing changes by itself: until the clock, a draft that is due, a sentence that ends or the lock.
fn wait(app: &App, draft_due: Option<Instant>, minute: Duration) -> Duration {
    let draft = draft_due.map(|due| due.saturating_duration_since(Instant::now()));
    [draft, app.toast_left(), app.lock_wait()].into_iter().flatten().fold(minute, Duration::min)
}

/// The clock on the screen shows minutes.
fn until_next_minute() -> Duration {
    let second = u64::try_from(Utc::now().timestamp().rem_euclid(60)).unwrap_or(0);
    Duration::from_secs(60 - second)
}

/// What a frame writes, kept until it is whole. Painting, showing the cursor and placing it are
/// flushed one by one otherwise: between them the cursor, and an input method's window with it, would
/// jump about.
#[derive(Clone, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Output {
    fn write_out(&self) -> io::Result<()> {
        let mut frame = self.0.borrow_mut();
        let mut terminal = io::stdout().lock();
        terminal.write_all(&frame)?;
        frame.clear();
        terminal.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts the terminal into the program's mode, and back whatever happens.
struct Guard;

impl Guard {
    fn enter() -> io::Result<Self> {
        let screen = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            // A fault of another thread does not end the screen: the terminal stays as it is.
            if thread::current().id() == screen {
                restore();
            }
            // What it was about may stand in the message of the fault: only its place is logged.
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a fault in the program");
        }));
        let guard = Self;
        take_terminal()?;
        Ok(guard)
    }
}

/// Puts the terminal into the program's mode.
fn take_terminal() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture)
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
        // The hook can't be changed while a panic is under way: that would be a second one, which aborts.
        if !thread::panicking() {
            let _ = panic::take_hook();
        }
    }
}

/// Gives the terminal back as it was. Nothing can be done about a terminal that is gone.
fn restore() {
    let _ = execute!(
        io::stdout(),
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

/// Opens the screen over the book in a data directory. `opening` hears how far a book that an older program
/// wrote is brought to the present form; it is gone before the terminal is taken.
///
/// # Errors
/// The configuration is wrong, the book can't be read, or the terminal can't be used.
pub fn open(directory: &Path, lang: Lang, lang_given: bool, opening: Watch) -> Result<(), OpenError> {
    let mut config = Config::read(lang)?;
    if lang_given {
        config.lang = lang;
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(OpenError::NoTerminal);
    }
    let store = Store::open_watched(directory, STANDARD, &opening).map_err(CounterError::from)?;
    drop(opening);
    let app = App::new(store, config, Utc::now())?;
    guarded(app)
}

/// Runs the screen so that a fault in the program does not cost more than the fault: the terminal is
/// given back, what was typed lies in drafts, and one sentence is said.
fn guarded(app: App) -> Result<(), OpenError> {
    let Ok(ended) = panic::catch_unwind(AssertUnwindSafe(|| run(app))) else {
        let _ = panic::take_hook();
        return Err(OpenError::Panicked);
    };
    Ok(ended?)
}

/// Why the screen was not opened, or ended.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The book can't be used.
    #[error(transparent)]
    Counter(#[from] CounterError),
    /// There is no terminal.
    #[error("not a terminal")]
    NoTerminal,
    /// The terminal can't be used.
    #[error(transparent)]
    Terminal(#[from] io::Error),
    /// The program has a fault.
    #[error("a fault in the program")]
    Panicked,
}

impl OpenError {
    /// The sentence for the person who sees it. Times in it are in UTC: the book was not opened.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let say = |key: &str, error: &str| t(lang, key, &[("error", &harmless(error))]);
        match self {
            Self::Counter(error) => counter::say::say(error, lang, Tz::UTC),
            Self::NoTerminal => t(lang, "ui.stopped.no_terminal", &[]),
            Self::Panicked => t(lang, "ui.stopped.fault", &[]),
            Self::Config(error) => say("ui.stopped.config", &error.to_string()),
            Self::Terminal(error) => say("ui.stopped.terminal", &error.to_string()),
        }
    }

    /// The exit code: 2 where the program was called in a wrong place, else 1.
    #[must_use]
    pub const fn code(&self) -> u8 {
        if matches!(self, Self::NoTerminal) { 2 } else { 1 }
    }
}

#[cfg(all(test, unix))]
mod tests;
