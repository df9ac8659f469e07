//! The program with somebody logged in, in a window that is only a buffer.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::ui::app::App;
use qiantai::ui::config::Config;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::measure::SIZE;
use super::measure::book::Book;

/// The program, and what wakes its loop.
pub struct Desk {
    app: App,
    terminal: Terminal<TestBackend>,
    woken: Receiver<()>,
    now: DateTime<Utc>,
}

impl Desk {
    pub fn new(book: &Book) -> Self {
        let store = Store::open(book.path(), STANDARD).expect("the book");
        let mut app = App::new(store, Config::plain(Lang::ZhCn), book.now).expect("the application");
        app.start(book.now);
        let (wake, woken) = channel();
        app.wake_by(Arc::new(move || {
            // The bench has ended when nobody listens any more.
            let _ = wake.send(());
        }));
        let terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal");
        Self { app, terminal, woken, now: book.now }
    }

    pub fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("a frame");
    }

    /// Logs the first operator in; how long the PIN took.
    pub fn log_in(&mut self) -> Duration {
        for key in ["1", "2", "4", "6", "8", "1", "0"] {
            self.press(key);
        }
        let took = self.press("Enter");
        self.press("Esc");
        assert!(self.shows("1\u{6765}\u{7535}"), "nobody is logged in");
        took
    }

    /// One key and its frame.
    pub fn press(&mut self, key: &str) -> Duration {
        let event = Event::Key(event(key));
        let started = Instant::now();
        self.app.event(&event, self.now);
        self.app.now(self.now);
        self.draw();
        started.elapsed()
    }

    /// The frame with an answer that a thread has ready; `None` if none is under way.
    pub fn answer(&mut self, patience: Duration) -> Option<Duration> {
        self.woken.recv_timeout(patience).ok()?;
        let started = Instant::now();
        self.app.answered(self.now);
        self.draw();
        Some(started.elapsed())
    }

    /// Writes down what is being typed, as the loop does when typing rests.
    pub fn save_draft(&mut self) {
        if self.app.draft_waits() {
            self.app.save_draft(self.now);
        }
    }

    fn shows(&self, text: &str) -> bool {
        // A wide character is followed by a blank cell.
        let cells = self.terminal.backend().buffer().content.iter().map(ratatui::buffer::Cell::symbol);
        let screen: String = cells.collect();
        screen.replace(' ', "").contains(text)
    }
}

/// A key by its name.
fn event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("Ctrl+") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Tab" => KeyCode::Tab,
        "Esc" => KeyCode::Esc,
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        _ => match name.strip_prefix('F').and_then(|number| number.parse().ok()) {
            Some(number) => KeyCode::F(number),
            None => KeyCode::Char(name.chars().next().unwrap_or(' ').to_ascii_lowercase()),
        },
    };
    KeyEvent::new(code, modifiers)
}
