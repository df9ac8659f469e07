//! The screen on a stage: the whole application over a book in memory, a fixed clock, and a terminal
//! that keeps its picture.

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use crossterm::event::{KeyCode, KeyModifiers};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::ui::app::App;
use qiantai::ui::config::Config;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::office::{BOSS, DESK, Office, PIN, now};

/// The application with its terminal.
pub struct Stage {
    pub app: App,
    pub now: DateTime<Utc>,
    terminal: Terminal<TestBackend>,
}

impl Stage {
    /// The application as it starts over an office, at the login.
    pub fn new(office: Office, lang: Lang) -> Self {
        Self::over(office.store, lang, now())
    }

    /// The application as it starts over a book at an instant, at the login.
    pub fn over(store: Store, lang: Lang, now: DateTime<Utc>) -> Self {
        let mut app = App::new(store, Config::plain(lang), now).unwrap();
        app.start(now);
        let terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
        Self { app, now, terminal }
    }

    /// The application with the supervisor at work, what the last shift left seen.
    pub fn supervisor(office: Office, lang: Lang) -> Self {
        Self::new(office, lang).log_in(BOSS)
    }

    /// The application with the receptionist at work.
    pub fn receptionist(office: Office, lang: Lang) -> Self {
        Self::new(office, lang).log_in(DESK)
    }

    /// Somebody at work, what the last shift left seen.
    pub fn log_in(mut self, name: &str) -> Self {
        self.enter(name);
        self.press("Esc");
        // The greeting goes, so that the line shows what must not be forgotten.
        self.wait_seconds(60);
        self
    }

    /// Chooses an operator at the login and types the PIN.
    pub fn enter(&mut self, name: &str) {
        let operators = self.app.store().operators().unwrap();
        let place = operators.iter().position(|operator| operator.name == name).unwrap();
        self.press(&format!("{} ={PIN} Enter", place + 1));
    }

    /// Lets time pass.
    pub fn wait_seconds(&mut self, seconds: i64) {
        self.now += chrono::TimeDelta::seconds(seconds);
        self.app.now(self.now);
    }

    /// Presses keys by their names, parted by blanks; `=text` is typed character by character.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            match key.strip_prefix('=') {
                Some(text) => self.type_text(text),
                None => self.event(&Event::Key(named(key))),
            }
        }
    }

    /// Types a text as it stands.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.event(&Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    /// Pastes a text as the terminal hands it over.
    pub fn paste(&mut self, text: &str) {
        self.event(&Event::Paste(text.to_owned()));
    }

    /// A click with the left button.
    pub fn click(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    }

    /// An event of the mouse.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.event(&Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    fn event(&mut self, event: &Event) {
        self.app.event(event, self.now);
    }

    /// Draws at a size and gives the cells.
    pub fn draw(&mut self, (columns, rows): (u16, u16)) -> Buffer {
        self.terminal.backend_mut().resize(columns, rows);
        self.terminal.autoresize().unwrap();
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
        self.terminal.backend().buffer().clone()
    }

    /// The cell of the terminal's own cursor after the last drawing, where it is shown.
    pub fn cursor(&mut self) -> Option<(u16, u16)> {
        let at = self.terminal.get_cursor_position().ok()?;
        self.terminal.backend().cursor_visible().then_some((at.x, at.y))
    }

    /// Draws at a size and gives the text.
    pub fn text(&mut self, size: (u16, u16)) -> String {
        lines(&self.draw(size)).join("\n")
    }
}

/// The lines of a buffer as people read them; the second cell of a wide character adds nothing.
pub fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom())
        .map(|y| {
            let mut line = String::new();
            let mut x = area.left();
            while x < area.right() {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += qiantai::text::width::width(symbol).max(1) as u16;
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// A key by its name: `F5`, `Ctrl+S`, `Enter`, `3`.
fn named(name: &str) -> KeyEvent {
    let (modifiers, rest) = match name.split_once('+') {
        Some(("Ctrl", rest)) => (KeyModifiers::CONTROL, rest),
        Some(("Alt", rest)) => (KeyModifiers::ALT, rest),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match rest {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Backspace" => KeyCode::Backspace,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageDown" => KeyCode::PageDown,
        "PageUp" => KeyCode::PageUp,
        _ => match (rest.strip_prefix('F').and_then(|number| number.parse().ok()), rest.chars().next()) {
            (Some(number), _) => KeyCode::F(number),
            (None, Some(c)) if rest.chars().count() == 1 => KeyCode::Char(c.to_ascii_lowercase()),
            _ => panic!("no key is called {name}"),
        },
    };
    KeyEvent::new(code, modifiers)
}
