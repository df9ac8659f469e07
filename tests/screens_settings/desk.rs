//! A desk with a book in memory, a fixed clock and a screen of cells.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qiantai::counter::community::{self, Setup};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::settings::Settings;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::ui::app::App;
use qiantai::ui::config::Config;
use qiantai::ui::cx::Message;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

/// The PIN of everybody.
pub const PIN: &str = "246810";
/// The supervisor.
pub const BOSS: &str = "王敏";
/// The receptionist.
pub const GIRL: &str = "李娜";

/// A busy forenoon in Shanghai.
pub fn morning() -> DateTime<Utc> {
    "2026-11-24T10:00:00+08:00".parse::<DateTime<chrono::FixedOffset>>().unwrap().with_timezone(&Utc)
}

/// The application and the terminal it draws on.
pub struct Desk {
    pub app: App,
    terminal: Terminal<TestBackend>,
}

impl Desk {
    /// A supervisor at the desk, in a language.
    pub fn boss(lang: Lang) -> Self {
        Self::new(lang, BOSS, (120, 36))
    }

    /// Somebody at the desk, at a terminal of that size.
    pub fn new(lang: Lang, who: &str, (columns, rows): (u16, u16)) -> Self {
        Self::over(Store::in_memory(STANDARD).unwrap(), lang, who, (columns, rows))
    }

    /// A supervisor at the desk over a book that others can open too.
    pub fn in_directory(lang: Lang, directory: &Path) -> Self {
        Self::in_directory_at(lang, directory, (120, 36))
    }

    /// The same at a terminal of that size.
    pub fn in_directory_at(lang: Lang, directory: &Path, size: (u16, u16)) -> Self {
        Self::over(Store::open(directory, STANDARD).unwrap(), lang, BOSS, size)
    }

    fn over(mut store: Store, lang: Lang, who: &str, (columns, rows): (u16, u16)) -> Self {
        let setup = Setup { community: "蔚蓝新都", operator: BOSS, role: Role::Supervisor, pin: PIN };
        let boss = community::init(&mut store, morning(), &setup).unwrap();
        operators::add(&mut store, &boss, morning(), GIRL, Role::Receptionist, PIN).unwrap();
        let session = operators::login(&mut store, who, PIN, morning()).unwrap();
        let mut app = App::new(store, Config::plain(lang), morning()).unwrap();
        app.start(morning());
        app.apply(Message::LoggedIn(session));
        Self { app, terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap() }
    }

    /// Presses keys: `Ctrl+S`, `F5`, `Down`, `Enter`; a single character is that key.
    pub fn press(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            self.app.event(&Event::Key(parse(key)), morning());
            self.draw();
        }
        self
    }

    /// Types a text character by character.
    pub fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.app.event(&Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)), morning());
        }
        self.draw();
        self
    }

    /// Lets threads answer until these words stand on the screen.
    #[track_caller]
    pub fn waits_for(&mut self, words: &str) -> &mut Self {
        self.waits(words, true)
    }

    /// Lets threads answer until these words stand there no more.
    #[track_caller]
    pub fn waits_while(&mut self, words: &str) -> &mut Self {
        self.waits(words, false)
    }

    #[track_caller]
    fn waits(&mut self, words: &str, there: bool) -> &mut Self {
        let end = Instant::now() + Duration::from_secs(20);
        while self.screen().contains(words) != there {
            assert!(Instant::now() < end, "waited for {words:?}:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
            self.app.answered(morning());
        }
        self
    }

    fn draw(&mut self) {
        let app = &mut self.app;
        self.terminal.draw(|frame| app.draw(frame)).unwrap();
    }

    /// The screen with its colours.
    pub fn cells(&mut self) -> Buffer {
        self.draw();
        self.terminal.backend().buffer().clone()
    }

    /// What stands on the screen, without the blanks behind wide characters.
    pub fn screen(&mut self) -> String {
        self.draw();
        words(self.terminal.backend().buffer())
    }

    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn misses(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    /// The settings in the book.
    pub fn settings(&self) -> Arc<Settings> {
        self.app.store().settings().unwrap().unwrap()
    }
}

fn parse(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.rsplit_once('+') {
        Some(("Ctrl", name)) => (KeyModifiers::CONTROL, name),
        _ => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        name => match name.strip_prefix('F').and_then(|number| number.parse().ok()) {
            Some(number) => KeyCode::F(number),
            None => KeyCode::Char(name.chars().next().unwrap().to_ascii_lowercase()),
        },
    };
    KeyEvent::new(code, modifiers)
}

/// The rows of a buffer; a wide character takes two cells, the second of which is blank.
fn words(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = qiantai::text::width::width(symbol).saturating_sub(1);
            text.push_str(symbol);
        }
        text.push('\n');
    }
    text
}
