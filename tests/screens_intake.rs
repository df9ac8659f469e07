//! The screens that bring people into the book: first set-up, taking a roster in, changing a household.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::{DateTime, Utc};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::community::{Setup, init};
use qiantai::counter::operators;
use qiantai::counter::{CounterError, Session};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::store::{Store, StoreError};
use qiantai::text::lang::{Lang, t};
use qiantai::ui::app::App;
use qiantai::ui::config::Config;
use qiantai::ui::cx::Message;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::json;

const PIN: &str = "246810";

fn now() -> DateTime<Utc> {
    "2026-11-24T01:41:00Z".parse().unwrap()
}

/// The program over a book, in a terminal that is only remembered.
struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
    woken: Receiver<()>,
    lang: Lang,
}

impl Screen {
    fn new(store: Store, session: Option<Session>, lang: Lang, (columns, rows): (u16, u16)) -> Self {
        let mut app = App::new(store, Config::plain(lang), now()).unwrap();
        let (wake, woken) = channel();
        // Whoever waits no more needs no waking.
        app.wake_by(std::sync::Arc::new(move || wake.send(()).unwrap_or_default()));
        app.start(now());
        if let Some(session) = session {
            app.apply(Message::LoggedIn(session));
        }
        Self { app, terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(), woken, lang }
    }

    /// Presses keys by name; any other text is typed.
    fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let (code, modifiers) = match *key {
                "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
                "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
                "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
                "Up" => (KeyCode::Up, KeyModifiers::NONE),
                "Down" => (KeyCode::Down, KeyModifiers::NONE),
                "Left" => (KeyCode::Left, KeyModifiers::NONE),
                "Right" => (KeyCode::Right, KeyModifiers::NONE),
                "End" => (KeyCode::End, KeyModifiers::NONE),
                "Backspace" => (KeyCode::Backspace, KeyModifiers::NONE),
                key => {
                    match (key.strip_prefix("Ctrl+"), key.strip_prefix('F').and_then(|n| n.parse().ok())) {
                        (Some(letter), _) => (
                            KeyCode::Char(letter.chars().next().unwrap().to_ascii_lowercase()),
                            KeyModifiers::CONTROL,
                        ),
                        (_, Some(number)) => (KeyCode::F(number), KeyModifiers::NONE),
                        _ => {
                            self.types(key);
                            continue;
                        }
                    }
                }
            };
            self.app.event(&Event::Key(KeyEvent::new(code, modifiers)), now());
        }
    }

    /// Takes away what stands in the field.
    fn empty_field(&mut self) {
        self.press(&["End"]);
        self.press(&["Backspace"; 400]);
    }

    fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.app.event(&Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)), now());
        }
    }

    fn shown(&mut self) -> String {
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
        let buffer = self.terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                text.push_str(symbol);
                x += (qiantai::text::width::width(symbol) as u16).max(1);
            }
            text.push('\n');
        }
        text
    }

    #[track_caller]
    fn sees(&mut self, words: &str) {
        let shown = self.shown();
        assert!(shown.contains(words), "no {words:?}:\n{shown}");
    }

    #[track_caller]
    fn sees_no(&mut self, words: &str) {
        let shown = self.shown();
        assert!(!shown.contains(words), "{words:?}:\n{shown}");
    }

    fn say(&self, key: &str) -> String {
        t(self.lang, key, &[])
    }

    /// Lets threads answer until these words stand there.
    #[track_caller]
    fn waits_for(&mut self, words: &str) {
        for _ in 0..400 {
            if self.shown().contains(words) {
                return;
            }
            let _ = self.woken.recv_timeout(Duration::from_millis(50));
            self.app.answered(now());
        }
        panic!("waited for {words:?}:\n{}", self.shown());
    }

    fn cursor(&mut self) -> (u16, u16) {
        self.shown();
        let at = self.terminal.get_cursor_position().unwrap();
        (at.x, at.y)
    }
}

fn set_up(store: &mut Store) -> Session {
    let setup = Setup { community: "蔚蓝新都", operator: "王敏", role: Role::Supervisor, pin: PIN };
    init(store, now(), &setup).unwrap()
}

fn receptionist(store: &mut Store, boss: &Session) -> Session {
    operators::add(store, boss, now(), "李娜", Role::Receptionist, PIN).unwrap();
    operators::login(store, "李娜", PIN, now()).unwrap()
}

fn journal(store: &Store, subject: &str) -> Vec<String> {
    store.records(subject).unwrap().into_iter().map(|record| record.action).collect()
}

fn file(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

fn everywhere() -> impl Iterator<Item = (Lang, (u16, u16))> {
    Lang::ALL.into_iter().flat_map(|lang| SIZES.map(|size| (lang, size)))
}

#[test]
fn a_book_without_a_community_asks_for_one() {
    for (lang, size) in everywhere() {
        let mut screen = Screen::new(Store::in_memory(STANDARD).unwrap(), None, lang, size);
        let (title, differ) = (screen.say("setup.title"), screen.say("setup.pins_differ"));
        screen.sees(&title);
        // Every field says what is wrong with it.
        screen.press(&["Ctrl+S"]);
        for key in ["community_name", "operator_name", "pin_short"] {
            let words = t(lang, &format!("counter.why.{key}"), &[("min", "6")]);
            screen.sees(&qiantai::text::width::fit(&words, 50).replace("..", ""));
        }
        screen.press(&["蔚蓝新都", "Tab", "王敏", "Tab", "Tab", "２４６８１０", "Tab", "24681"]);
        screen.press(&["Ctrl+S"]);
        screen.sees(&differ);
        screen.sees("******");
        screen.sees_no("246810");
        screen.press(&["0", "Enter"]);
        // The code that opens the book when the PIN is lost stands there once.
        screen.sees(&t(lang, "ui.recovery.title", &[("name", "王敏")]));
        assert!(!qiantai::counter::recovery::is_missing(screen.app.store()).unwrap());
        screen.press(&["Enter"]);
        let offer = screen.say("setup.offer.title");
        screen.sees(&offer);
        let settings = screen.app.store().settings().unwrap().unwrap();
        assert_eq!(settings.community, "蔚蓝新都");
        assert_eq!(journal(screen.app.store(), "settings"), ["set-up"]);
        // Full-width digits of an input method are the same PIN at the login.
        screen.press(&["Esc", "Ctrl+L", "1", "246810", "Enter"]);
        let welcome = t(lang, "ui.welcome", &[("name", "王敏")]);
        screen.sees(&welcome);
        // And the offer leads to the import.
        let mut screen = Screen::new(Store::in_memory(STANDARD).unwrap(), None, lang, size);
        screen.press(&["a", "Tab", "b", "Tab", "Tab", PIN, "Tab", PIN, "Enter", "Enter", "Enter"]);
        let choose = screen.say("import.step.file");
        screen.sees(&choose);
    }
}

#[test]
fn the_set_up_speaks_the_language_that_is_chosen_and_asks_before_it_is_left() {
    let mut screen = Screen::new(Store::in_memory(STANDARD).unwrap(), None, Lang::ZhCn, SIZES[0]);
    screen.press(&["蔚蓝", "Up", "2"]);
    screen.sees(&t(Lang::En, "setup.title", &[]));
    screen.sees("supervisor");
    screen.press(&["Esc"]);
    screen.sees("Esc goes on");
    assert!(!screen.app.is_over());
    screen.press(&["Esc"]);
    screen.sees("蔚蓝");
    screen.press(&["Ctrl+Q"]);
    assert!(!screen.app.is_over());
    screen.press(&["Enter"]);
    assert!(screen.app.is_over());
    assert!(screen.app.store().settings().unwrap().is_none());
}

#[test]
fn the_cursor_stands_behind_what_is_typed_in_the_set_up() {
    let mut screen = Screen::new(Store::in_memory(STANDARD).unwrap(), None, Lang::ZhCn, SIZES[0]);
    let (x, y) = screen.cursor();
    screen.types("蔚蓝a");
    assert_eq!(screen.cursor(), (x + 5, y));
    screen.press(&["Tab", "Tab", "Tab"]);
    let (x, y) = screen.cursor();
    screen.types("123");
    assert_eq!(screen.cursor(), (x + 3, y));
}

const ROSTER: &str = "名册\n编码,房号,业主,手机号,面积\n\
    1,3-2-1501,张建国,13800005678.0,107.5\n\
    2,3-2-1502,单丽,13900001122,89\n\
    3,=1+1,曾勇,13700001122,89\n\
    4,3-2-1503,曾丽,1.38E+10,89\n\
    ,,,,\n";

#[test]
fn a_roster_is_looked_through_and_taken_in() {
    for (lang, size) in everywhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), "名册.csv", ROSTER);
        let mut store = Store::in_memory(STANDARD).unwrap();
        let boss = set_up(&mut store);
        let mut screen = Screen::new(store, Some(boss), lang, size);
        screen.press(&["Ctrl+O"]);
        let households = |screen: &Screen| screen.app.store().directory_counts().unwrap().households;
        // A file that is not there is said, and what was typed stays.
        screen.empty_field();
        screen.app.event(&Event::Paste(format!("{}/missing.csv", dir.path().display())), now());
        screen.press(&["Enter"]);
        let missing = t(lang, "exchange.why.not_found", &[("file", "missing.csv")]);
        screen.sees(&missing);
        screen.empty_field();
        // The directory's entries complete what is typed.
        screen.app.event(&Event::Paste(format!("{}/名", dir.path().display())), now());
        screen.press(&["Tab", "Enter"]);
        let step = screen.say("import.step.columns");
        screen.sees(&step);
        screen.sees("3-2-1501 | 3-2-1502");
        // The first column is given a meaning that is none of its, which takes the other's away, and back.
        screen.press(&["Enter", "Down", "Enter"]);
        let refused = t(lang, "exchange.field.unit", &[]);
        screen.sees(&format!("> {refused}"));
        screen.press(&["Left"]);
        screen.press(&["Ctrl+S"]);
        let no_unit = screen.say("exchange.why.no_unit");
        screen.sees(no_unit.split_at(no_unit.char_indices().nth(8).unwrap().0).0);
        screen.press(&["Down", "Right"]);
        screen.press(&["Ctrl+S"]);
        screen.sees("1.38E+10");
        screen.sees(&format!("{} 2", screen.say("exchange.report.refused")));
        assert_eq!(households(&screen), 0, "a dry run writes nothing");
        screen.press(&["Ctrl+S"]);
        let done = screen.say("import.step.done");
        screen.sees(&done);
        assert_eq!(households(&screen), 2);
        assert_eq!(journal(screen.app.store(), "directory"), ["import"]);
        // The report lies beside the file, and no spreadsheet runs it.
        screen.press(&["F5"]);
        let saved: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|saved| saved.to_str() != Some(path.as_str()))
            .collect();
        assert_eq!(saved.len(), 1);
        let text = std::fs::read_to_string(&saved[0]).unwrap();
        assert!(text.contains("1.38E+10") && !text.contains("\n="), "{text}");
        screen.press(&["Enter", "Ctrl+F", "zjg", "Enter"]);
        screen.press(&["Ctrl+Z"]);
        screen.sees("13800005678");
        // The same once more brings nothing.
        screen.press(&["Ctrl+O"]);
        screen.empty_field();
        screen.app.event(&Event::Paste(path.clone()), now());
        screen.press(&["Enter", "Ctrl+S"]);
        screen.sees(&format!("{} 2", screen.say("exchange.report.unchanged")));
        screen.press(&["Ctrl+S"]);
        let nothing = screen.say("import.brings_nothing");
        screen.sees(nothing.split_at(nothing.char_indices().nth(10).unwrap().0).0);
        assert_eq!(journal(screen.app.store(), "directory"), ["import"]);
    }
}

#[test]
fn a_receptionist_takes_no_roster_in() {
    for lang in Lang::ALL {
        let mut store = Store::in_memory(STANDARD).unwrap();
        let boss = set_up(&mut store);
        let desk = receptionist(&mut store, &boss);
        let mut screen = Screen::new(store, Some(desk), lang, SIZES[0]);
        screen.press(&["Ctrl+O"]);
        let step = screen.say("import.step.file");
        screen.sees_no(&step);
        screen.sees(&t(lang, "desk.why.needs_role", &[("role", &t(lang, "people.role.supervisor", &[]))]));
    }
}

fn long_roster(rows: usize) -> String {
    let mut text = String::from("楼号,单元,房间,业主姓名,手机号\n");
    for row in 0..rows {
        let (building, floor, door) = (row / 60 + 1, row % 60 / 3 + 1, row % 3 + 1);
        writeln!(text, "{building},1,{floor}{door:02},住户{row},139{row:08}").unwrap();
    }
    text
}

#[test]
fn an_import_that_is_stopped_leaves_nothing_half_done() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "long.csv", &long_roster(3_000));
    let mut store = Store::open(dir.path(), STANDARD).unwrap();
    let boss = set_up(&mut store);
    let mut other = Store::open(dir.path(), STANDARD).unwrap();
    let mut screen = Screen::new(store, Some(boss), Lang::En, SIZES[1]);
    screen.press(&["Ctrl+O"]);
    screen.empty_field();
    screen.app.event(&Event::Paste(path), now());
    screen.press(&["Enter"]);
    screen.waits_for("check the columns");
    screen.press(&["Ctrl+S"]);
    screen.waits_for("added 3000");
    // While another process writes, the import waits for its turn; there it is stopped.
    other
        .write(|_| -> Result<(), StoreError> {
            screen.press(&["Ctrl+S"]);
            screen.sees(&t(Lang::En, "import.stage.write", &[]));
            screen.press(&["F2"]);
            screen.sees(&t(Lang::En, "import.under_way", &[]));
            screen.press(&["Esc"]);
            screen.sees(&t(Lang::En, "import.stopping", &[]));
            Ok(())
        })
        .unwrap();
    screen.waits_for(&t(Lang::En, "counter.why.import_cancelled", &[]));
    assert_eq!(screen.app.store().directory_counts().unwrap().households, 0);
    assert!(journal(screen.app.store(), "directory").is_empty());
    screen.press(&["Ctrl+S"]);
    screen.waits_for("Imported: 3000");
    assert_eq!(screen.app.store().directory_counts().unwrap().households, 3_000);
    assert_eq!(screen.app.store().verify_chain().unwrap().broken, None);
}

#[test]
fn a_call_in_the_middle_of_an_import_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "名册.csv", ROSTER);
    let mut store = Store::in_memory(STANDARD).unwrap();
    let boss = set_up(&mut store);
    let mut screen = Screen::new(store, Some(boss), Lang::En, SIZES[0]);
    screen.press(&["Ctrl+O"]);
    screen.empty_field();
    screen.app.event(&Event::Paste(path), now());
    // The owner's name is not to be imported.
    screen.press(&["Enter", "Down", "Down", "Backspace"]);
    screen.sees("业主                 ignore");
    screen.press(&["F2"]);
    screen.sees("New: ");
    screen.press(&["Esc", "F4"]);
    screen.sees("check the columns");
    screen.sees("业主                 ignore");
}

const FAMILY: &str = "房号,业主姓名,手机号,面积\n3-2-1501,张建国,13800005678,107.5\n";

/// A book with one household, seen by somebody of this role.
fn home(lang: Lang, size: (u16, u16), role: Role) -> Screen {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "one.csv", FAMILY);
    let mut store = Store::in_memory(STANDARD).unwrap();
    let boss = set_up(&mut store);
    let sheet =
        qiantai::exchange::sheet::read_workbook(path.as_ref(), qiantai::exchange::headings::List::Households)
            .unwrap();
    let mapping =
        qiantai::exchange::headings::guess(&sheet, qiantai::exchange::headings::List::Households).mapping;
    let go_on = |_, _| std::ops::ControlFlow::Continue(());
    let roster = qiantai::exchange::roster::plan(&sheet, &mapping, now().date_naive(), go_on).unwrap();
    qiantai::counter::directory::import(&mut store, &boss, now(), &roster, false, go_on).unwrap();
    let session = if role == Role::Supervisor { boss } else { receptionist(&mut store, &boss) };
    Screen::new(store, Some(session), lang, size)
}

#[test]
fn a_household_is_changed_on_its_page() {
    for (lang, size) in everywhere() {
        let mut screen = home(lang, size, Role::Receptionist);
        screen.press(&["9", "Enter"]);
        screen.sees("138****5678");
        screen.press(&["Ctrl+Z"]);
        screen.sees("13800005678");
        let nothing = screen.say("household.no_case");
        screen.sees(&nothing);
        screen.press(&["F11"]);
        let title = t(lang, "household.form.change", &[("unit", "3-2-1501")]);
        screen.sees(&title);
        let family = screen.say("household.relation.family");
        // State, area, day, arrears, note, residents.
        screen.press(&["3", "Tab", "Tab", "Tab", "养狗,敲门先打电话", "Tab"]);
        screen.press(&["Ctrl+N", "李梅", "Tab", &family, "Tab", "139 0000 1122 / 0755-12345678", "Ctrl+S"]);
        let saved = t(lang, "household.form.saved", &[("unit", "3-2-1501")]);
        screen.sees(&saved);
        screen.sees("李梅");
        screen.sees("养狗");
        let household = screen.app.store().household("3-2-1501").unwrap().unwrap();
        assert_eq!(household.occupancy.id(), "renovating");
        assert_eq!(household.note, "养狗,敲门先打电话");
        assert_eq!(household.area, Some(10_750));
        let people: Vec<(&str, &str, usize)> = household
            .residents
            .iter()
            .map(|resident| (resident.name.as_str(), resident.relation.id(), resident.phones.len()))
            .collect();
        assert_eq!(people, [("张建国", "owner", 1), ("李梅", "family", 2)]);
        assert_eq!(journal(screen.app.store(), "directory"), ["import", "change"]);
        // She moves out again, and is found no longer.
        screen.press(&["F11", "Tab", "Tab", "Tab", "Tab", "Tab", "Down", "Ctrl+D", "Ctrl+S"]);
        let household = screen.app.store().household("3-2-1501").unwrap().unwrap();
        assert_eq!(household.residents.len(), 1);
        assert!(screen.app.store().find_households("李梅", 5).unwrap().is_empty());
        assert_eq!(screen.app.store().verify_chain().unwrap().broken, None);
    }
}

#[test]
fn everything_that_was_ever_brought_stands_on_the_page() {
    for (lang, size) in everywhere() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path(), STANDARD).unwrap();
        let boss = set_up(&mut store);
        let home = qiantai::desk::household::Household {
            unit: "3-2-1501".to_owned(),
            area: None,
            occupancy: qiantai::desk::household::Occupancy::MovedIn,
            moved_in: None,
            arrears: 0,
            note: String::new(),
            papers: qiantai::desk::household::Papers::default(),
            residents: Vec::new(),
        };
        qiantai::counter::directory::save_household(&mut store, &boss, now(), None, &home).unwrap();
        store
            .batch(|store| -> Result<(), CounterError> {
                for n in 0..80 {
                    let values = json!({ "unit": "3-2-1501", "content": format!("matter {n:02} of all") });
                    let new = NewCase {
                        kind: "repair".to_owned(),
                        values: values.as_object().cloned().unwrap_or_default(),
                        at_once: None,
                        draft: None,
                    };
                    cases::open(store, &boss, now(), &new)?;
                }
                Ok(())
            })
            .unwrap();
        let mut screen = Screen::new(store, Some(boss), lang, size);
        screen.press(&["9", "Enter"]);
        let open = t(lang, "ui.household.open", &[("count", "80")]);
        screen.sees(&open);
        screen.sees("matter 79");
        screen.sees_no("matter 00");
        // The newest stand first; the last one is brought into sight, and opened.
        screen.press(&["End"]);
        screen.sees("matter 00");
        screen.sees_no("matter 79");
        screen.press(&["Enter"]);
        screen.sees("-001");
        assert_eq!(screen.app.active_tab(), 2);
    }
}

#[test]
fn what_a_household_owes_is_a_supervisors_word() {
    for lang in Lang::ALL {
        let mut screen = home(lang, SIZES[0], Role::Receptionist);
        screen.press(&["9", "F11", "Tab", "Tab", "Tab", "500", "Ctrl+S"]);
        let words = screen.say("counter.why.arrears_supervisor");
        screen.sees(&words);
        assert_eq!(screen.app.store().household("3-2-1501").unwrap().unwrap().arrears, 0);
        let mut screen = home(lang, SIZES[0], Role::Supervisor);
        screen.press(&["9", "F11", "Tab", "Tab", "Tab", "500", "Ctrl+S"]);
        assert_eq!(screen.app.store().household("3-2-1501").unwrap().unwrap().arrears, 50_000);
    }
}

#[test]
fn a_household_is_added_by_hand_and_its_form_survives_a_call() {
    for lang in Lang::ALL {
        let mut screen = home(lang, SIZES[0], Role::Receptionist);
        screen.press(&["9", "Ctrl+N", "３－２－１５０２"]);
        screen.press(&["F2", "Esc", "F4"]);
        screen.press(&["Ctrl+S"]);
        let saved = t(lang, "household.form.saved", &[("unit", "3-2-1502")]);
        screen.sees(&saved);
        assert!(screen.app.store().household("3-2-1502").unwrap().is_some());
        assert!(screen.app.store().drafts(None).unwrap().is_empty());
        // Twice the same is refused with a sentence, and nothing typed is lost.
        screen.press(&["9", "Esc", "Ctrl+N", "3-2-1502", "Ctrl+S"]);
        screen.sees("3-2-1502");
        let title = screen.say("household.form.add");
        screen.sees(&title);
    }
}

#[test]
fn the_whole_file_of_a_household_is_one_key_away() {
    for (lang, size) in everywhere() {
        let mut screen = home(lang, size, Role::Receptionist);
        screen.press(&["9", "F11"]);
        let label = t(lang, "household.field.cabinet", &[]);
        screen.sees(&label);
        // The papers stand below the residents, whose table is passed with one key.
        screen.press(&["Tab"; 6]);
        screen.types("2号柜");
        screen.press(&["Ctrl+S"]);
        screen.sees(&t(lang, "household.form.saved", &[("unit", "3-2-1501")]));
        let household = screen.app.store().household("3-2-1501").unwrap().unwrap();
        assert_eq!(household.papers.cabinet, "2号柜");
        let title = t(lang, "household.file", &[("unit", "3-2-1501")]);
        screen.press(&["Ctrl+U"]);
        screen.sees(&title);
        screen.sees(&t(lang, "household.papers", &[("place", "2号柜")]));
        screen.sees(&t(lang, "household.done.change", &[]));
        screen.press(&["Esc"]);
        screen.sees_no(&title);
        // From the page as from the list.
        screen.press(&["Enter", "Ctrl+U"]);
        screen.sees(&title);
    }
}

#[test]
fn charges_owed_are_taken_in_at_the_same_screen() {
    for (lang, size) in everywhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(dir.path(), "owed.csv", "房号,项目,期间,金额\n3-2-1501,物业费,9月,252.63\n");
        let mut screen = home(lang, size, Role::Supervisor);
        screen.press(&["Ctrl+O"]);
        screen.sees(&t(lang, "import.list.households", &[]));
        screen.press(&["F5"]);
        screen.sees(&t(lang, "import.list.arrears", &[]));
        screen.empty_field();
        screen.types(&path);
        screen.press(&["Enter"]);
        screen.sees(&t(lang, "exchange.field.amount", &[]));
        screen.press(&["Ctrl+S"]);
        let all = [("count", "1"), ("total", "252.63"), ("cleared", "0")];
        screen.sees(&t(lang, "exchange.owed", &all));
        assert_eq!(screen.app.store().household("3-2-1501").unwrap().unwrap().arrears, 0);
        screen.press(&["Ctrl+S", "Enter"]);
        assert_eq!(screen.app.store().household("3-2-1501").unwrap().unwrap().arrears, 25_263);
        screen.press(&["9", "Enter"]);
        screen.sees("物业费 9月 252.63");
    }
}
