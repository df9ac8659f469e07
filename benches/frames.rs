//! In the process: first frame, key to painted frame, lists, finding, saving; on the demonstration's
//! three months, each beside the bare statement on the same file.
//!
//! `cargo bench --bench frames`

mod measure;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{Session, operators};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::store::cases::{Order, Query};
use qiantai::text::lang::Lang;
use qiantai::ui::app::App;
use qiantai::ui::config::Config;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rusqlite::{Connection, params};
use serde_json::json;

use measure::{FIRST_FRAME, KEY, SIZE, Samples, demonstration, end, head, keys};

/// A Tuesday, twenty past ten in the morning in Nanjing.
const NOW: &str = "2026-11-24T02:20:00Z";

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let now: DateTime<Utc> = NOW.parse().expect("an instant");
    demonstration(directory.path(), now);
    let mut missed = Vec::new();
    head();
    first_frame(directory.path(), now, &mut missed);
    session(directory.path(), now, &mut missed);
    lists(directory.path());
    finding(directory.path());
    saving(directory.path(), now, &mut missed);
    end(&missed);
}

fn bare(directory: &Path) -> Connection {
    let connection = Connection::open(directory.join(Store::FILE)).expect("the file");
    connection.pragma_update(None, "synchronous", "FULL").expect("a setting");
    connection
}

fn app(directory: &Path, now: DateTime<Utc>) -> App {
    let store = Store::open(directory, STANDARD).expect("the book");
    let mut app = App::new(store, Config::plain(Lang::ZhCn), now).expect("the application");
    app.start(now);
    app
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal")
}

fn draw(app: &mut App, terminal: &mut Terminal<TestBackend>) {
    terminal.draw(|frame| app.draw(frame)).expect("a frame");
}

/// From opening the book to the painted login, beside opening the file and reading one row.
fn first_frame(directory: &Path, now: DateTime<Utc>, missed: &mut Vec<String>) {
    let ours = Samples::of(100, |_| {
        let (mut app, mut terminal) = (app(directory, now), terminal());
        draw(&mut app, &mut terminal);
    });
    let opened = Samples::of(100, |_| {
        let row: String = bare(directory)
            .query_row("SELECT number FROM cases ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .expect("a row");
        assert!(!row.is_empty());
    });
    ours.beside("first frame (login)", &opened);
    ours.holds(100, FIRST_FRAME, missed, "first frame");
}

/// The program with somebody logged in, and what wakes its loop.
struct Desk {
    app: App,
    terminal: Terminal<TestBackend>,
    woken: Receiver<()>,
}

impl Desk {
    fn new(directory: &Path, now: DateTime<Utc>) -> Self {
        let mut app = app(directory, now);
        let (wake, woken) = channel();
        app.wake_by(Arc::new(move || {
            // The bench has ended when nobody listens any more.
            let _ = wake.send(());
        }));
        Self { app, terminal: terminal(), woken }
    }

    /// One key and its frame.
    fn press(&mut self, key: &str, now: DateTime<Utc>) -> Duration {
        let event = Event::Key(event(key));
        let started = Instant::now();
        self.app.event(&event, now);
        self.app.now(now);
        draw(&mut self.app, &mut self.terminal);
        started.elapsed()
    }

    /// The frame with an answer that a thread has ready; `None` if none is under way.
    fn answer(&mut self, patience: Duration, now: DateTime<Utc>) -> Option<Duration> {
        self.woken.recv_timeout(patience).ok()?;
        let started = Instant::now();
        self.app.answered(now);
        draw(&mut self.app, &mut self.terminal);
        Some(started.elapsed())
    }

    fn shows(&self, text: &str) -> bool {
        // A wide character is followed by a blank cell.
        let cells = self.terminal.backend().buffer().content.iter().map(ratatui::buffer::Cell::symbol);
        let screen: String = cells.collect();
        screen.replace(' ', "").contains(text)
    }
}

/// Every key of the session with its frame; and the login, which is slow on purpose.
fn session(directory: &Path, now: DateTime<Utc>, missed: &mut Vec<String>) {
    let mut desk = Desk::new(directory, now);
    draw(&mut desk.app, &mut desk.terminal);
    let (mut login, mut pressed, mut answers) = (Samples::default(), Samples::default(), Samples::default());
    let mut slowest = (Duration::ZERO, String::new());
    for round in 0..5 {
        for key in ["1", "2", "4", "6", "8", "1", "0"] {
            desk.press(key, now);
        }
        login.add(desk.press("Enter", now));
        desk.press("Esc", now);
        assert!(desk.shows("1来电"), "round {round}: nobody is logged in");
        for key in keys() {
            let took = desk.press(&key, now);
            pressed.add(took);
            if took > slowest.0 {
                slowest = (took, key);
            }
            while let Some(took) = desk.answer(Duration::from_millis(5), now) {
                answers.add(took);
            }
            if desk.app.draft_waits() {
                desk.app.save_draft(now);
            }
        }
        desk.press("Ctrl+L", now);
    }
    let statement = newest(&bare(directory));
    pressed.beside("key to frame, the session", &statement);
    answers.row("answer of a thread to frame");
    login.row("PIN to frame (argon2, slow on purpose)");
    pressed.holds(99, KEY, missed, "key to frame");
    println!("<!-- the slowest key of the session was {} -->", slowest.1);
}

/// The newest open repairs by the plainest statement there is.
fn newest(connection: &Connection) -> Samples {
    Samples::of(500, |_| {
        let mut statement = connection
            .prepare_cached(
                "SELECT number, state, unit, contact, summary, due_at FROM cases
                 WHERE kind = 'repair' AND open = 1 ORDER BY front DESC, id DESC LIMIT 50",
            )
            .expect("a statement");
        let rows = statement
            .query_map([], |row| {
                let texts: [Option<String>; 5] =
                    [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
                Ok((texts, row.get::<_, Option<i64>>(5)?))
            })
            .expect("rows");
        assert!(rows.count() > 0);
    })
}

fn lists(directory: &Path) {
    let store = Store::open(directory, STANDARD).expect("the book");
    let query = Query {
        kind: Some("repair".into()),
        open: Some(true),
        order: Order::Queue,
        limit: 50,
        ..Query::default()
    };
    let ours = Samples::of(500, |_| assert!(!store.list(&query).expect("a list").rows.is_empty()));
    ours.beside("list: 50 open repairs", &newest(&bare(directory)));
}

/// What is found for each beginning of what is typed, beside a scan for the same text.
fn finding(directory: &Path) {
    const TYPED: &[&str] = &["水管爆裂", "3-2-1501", "5678", "zjg", "王秀英"];
    let store = Store::open(directory, STANDARD).expect("the book");
    let connection = bare(directory);
    let beginnings: Vec<String> = TYPED
        .iter()
        .flat_map(|text| (1..=text.chars().count()).map(|n| text.chars().take(n).collect()))
        .collect();
    let pick = |n: usize| &beginnings[n % beginnings.len()];
    let ours = Samples::of(beginnings.len() * 20, |n| {
        store.find_households(pick(n), 20).expect("households");
        store.find_cases(pick(n), 20).expect("cases");
    });
    let scan = Samples::of(beginnings.len() * 20, |n| {
        let mut statement = connection
            .prepare_cached(
                "SELECT number, summary FROM cases WHERE summary LIKE ?1 OR detail LIKE ?1 OR unit LIKE ?1
                 OR phone LIKE ?1 OR contact LIKE ?1 ORDER BY id DESC LIMIT 20",
            )
            .expect("a statement");
        let like = format!("%{}%", pick(n));
        let rows = statement.query_map([like], |row| row.get::<_, String>(0)).expect("rows");
        assert!(rows.count() <= 20);
    });
    ours.beside("find while typing (households and cases)", &scan);
}

/// A call and an urgent repair that it turns into, beside one row and its commit.
fn saving(directory: &Path, now: DateTime<Utc>, missed: &mut Vec<String>) {
    let mut store = Store::open(directory, STANDARD).expect("the book");
    let session: Session = operators::login(&mut store, "李娜", "246810", now).expect("a login");
    let connection = bare(directory);
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, number TEXT, body TEXT)")
        .expect("a table");
    let call = json!({
        "unit": "3-2-1501", "contact": "张建国", "phone": "13800005678", "about": "enquiry",
        "content": "垃圾什么时候收", "rings": 2
    });
    let repair = json!({ "into": "repair", "urgency": "urgent", "content": "厨房水管爆裂" });
    let answered = json!({ "answer": "早上七点和晚上七点" });
    let open = |store: &mut Store, action: &str, inputs: &serde_json::Value| {
        let values = call.as_object().cloned().unwrap_or_default();
        let inputs = inputs.as_object().cloned().unwrap_or_default();
        let new = NewCase {
            kind: "call".into(),
            values,
            at_once: Some((action.to_owned(), inputs)),
            ..NewCase::default()
        };
        cases::open(store, &session, now, &new).expect("a call");
    };
    let body = "x".repeat(600);
    let insert = Samples::of(200, |n| {
        connection
            .execute("INSERT INTO bare (number, body) VALUES (?1, ?2)", params![n as i64, body])
            .expect("a row");
    });
    let one = Samples::of(200, |_| open(&mut store, "answered", &answered));
    let two = Samples::of(200, |_| open(&mut store, "turn-into", &repair));
    one.beside("save: an answered call", &insert);
    two.beside("save: a call turned into a repair", &insert);
    one.holds(50, KEY, missed, "save of a call");
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
