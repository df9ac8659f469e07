//! Filling in forms as people do: to a field by Tab, then typing. Fields go by their keys, whatever
//! language the screen speaks.

use serde_json::Value;

use crate::office::{BOSS, Office, text};
use crate::terminal::Terminal;

/// Cell of the cursor: row and column.
pub type Cell = (u16, u16);

/// The label of the field with the cursor: what stands first behind the frame, in its row or above.
pub fn label(terminal: &Terminal, (row, column): Cell) -> String {
    terminal.look(|screen| {
        let is_frame =
            |column: u16| screen.cell(row, column).is_some_and(|cell| matches!(cell.contents(), "│" | "|"));
        let first = (0..column).rev().find(|column| is_frame(*column)).map_or(0, |frame| frame + 1);
        let blank = |row: u16| screen.cell(row, first).is_none_or(|cell| cell.contents().trim().is_empty());
        let row = (0..=row).rev().find(|row| !blank(*row)).unwrap_or(row);
        let text: String = (first..column.max(first + 1))
            .filter_map(|column| screen.cell(row, column))
            .filter(|cell| !cell.is_wide_continuation())
            .map(|cell| if cell.contents().is_empty() { " " } else { cell.contents() })
            .collect();
        // Behind it comes a star, the choice in a row, the bracket of the field, or blanks.
        let label = text.split("  ").next().unwrap_or_default();
        let label = label.split(" 1(").next().unwrap_or_default();
        let label = label.split('[').next().unwrap_or_default();
        label.split('*').next().unwrap_or_default().trim().to_owned()
    })
}

/// Whether the cursor stands on a choice in a row: `1(*normal)`.
pub fn on_row(terminal: &Terminal, (row, column): Cell) -> bool {
    let is = |column: u16, wanted: &dyn Fn(&str) -> bool| wanted(&terminal.cell((row, column)));
    let digit = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    let first = is(column, &|text| text == "1") && is(column + 1, &|text| text == "(");
    let chosen = column > 1
        && is(column, &|text| text == "*")
        && is(column - 1, &|text| text == "(")
        && is(column - 2, &digit);
    first || chosen
}

/// Labels are cut where their column ends.
pub fn is_label(label: &str, name: &str) -> bool {
    name == label || label.strip_suffix("..").is_some_and(|begin| name.starts_with(begin))
}

/// A list of a document.
#[track_caller]
pub fn list<'a>(of: &'a Value, key: &str) -> &'a Vec<Value> {
    of[key].as_array().unwrap_or_else(|| panic!("{key} is a list in {of}"))
}

/// The words of the kinds, as `qiantai kinds` says them.
pub struct Kinds {
    kinds: Vec<Value>,
}

impl Kinds {
    pub fn of(office: &Office) -> Self {
        let kinds = office.by(BOSS, &["kinds"]);
        let read = |kind: &Value| office.by(BOSS, &["kinds", &text(&kind["id"])]);
        Self { kinds: list(&kinds, "kinds").iter().map(read).collect() }
    }

    pub fn all(&self) -> &[Value] {
        &self.kinds
    }

    #[track_caller]
    pub fn kind(&self, id: &str) -> &Value {
        self.kinds.iter().find(|kind| kind["id"] == id).unwrap_or_else(|| panic!("there is no kind {id}"))
    }

    /// The field of a kind or of one of its actions.
    #[track_caller]
    fn field(&self, kind: &str, key: &str) -> &Value {
        let kind = self.kind(kind);
        let inputs = list(kind, "actions").iter().flat_map(|action| list(action, "inputs"));
        let mut all = list(kind, "opening").iter().chain(list(kind, "fields")).chain(inputs);
        all.find(|field| field["field"] == key).unwrap_or_else(|| panic!("{} has no {key}", kind["id"]))
    }
}

/// A form on the screen.
pub struct Form<'a> {
    pub terminal: &'a mut Terminal,
    pub kinds: &'a Kinds,
    pub kind: &'a str,
}

impl Form<'_> {
    /// Goes to the field of this label.
    #[track_caller]
    pub fn go_to_label(&mut self, name: &str) {
        self.terminal.rest();
        for _ in 0..60 {
            let at = self.terminal.cursor();
            if at.is_some_and(|at| is_label(&label(self.terminal, at), name)) {
                return;
            }
            self.terminal.tap("Tab");
        }
        panic!("there is no field {name}:\n{}", self.terminal.screen());
    }

    /// Goes to a field.
    #[track_caller]
    pub fn go(&mut self, key: &str) {
        let name = text(&self.kinds.field(self.kind, key)["name"]);
        self.go_to_label(&name);
    }

    /// Types text into a field, in the place of what stands there.
    #[track_caller]
    pub fn set(&mut self, key: &str, words: &str) {
        self.go(key);
        self.terminal.send_and_settle(b"\x1b[F");
        self.terminal.send_and_settle(&[0x7f; 40]);
        self.terminal.send_and_settle(words.as_bytes());
    }

    /// Chooses an option of a field by its id.
    #[track_caller]
    pub fn choose(&mut self, key: &str, option: &str) {
        let field = self.kinds.field(self.kind, key);
        self.go(key);
        // People go by their names.
        let Some(options) = field["options"].as_array() else { return self.pick(0, option) };
        let place = options
            .iter()
            .position(|one| one["id"] == option)
            .unwrap_or_else(|| panic!("{key} has no {option}"));
        let name = text(&options[place]["name"]);
        self.pick(place, &name);
    }

    /// Chooses in the field with the cursor: by digit where the options stand in a row, else by the word.
    #[track_caller]
    pub fn pick(&mut self, place: usize, word: &str) {
        let at = self.terminal.cursor().expect("the cursor is shown");
        if on_row(self.terminal, at) {
            self.terminal.tap(&(place + 1).to_string());
        } else {
            self.terminal.send_and_settle(word.as_bytes());
            self.terminal.tap("Enter");
        }
    }

    /// Chooses what is done at once with a new case.
    #[track_caller]
    pub fn then(&mut self, label: &str, action: &str) {
        let at_once: Vec<&Value> =
            list(self.kinds.kind(self.kind), "actions").iter().filter(|one| one["at_once"] == true).collect();
        let place = at_once.iter().position(|one| one["action"] == action).expect("an action at once");
        let word = text(&at_once[place]["name"]);
        self.go_to_label(label);
        self.pick(place, &word);
    }

    /// Types a line of a table from the cell with the cursor on, cell by cell.
    pub fn row(&mut self, cells: &[&str]) {
        for cell in cells {
            if cell.is_empty() {
                self.terminal.tap("Right");
                continue;
            }
            self.terminal.send_and_settle(b"\x1b[F");
            self.terminal.send_and_settle(&[0x7f; 20]);
            self.terminal.send_and_settle(cell.as_bytes());
            self.terminal.tap("Tab");
        }
    }

    /// Saves the form.
    #[track_caller]
    pub fn save(self) {
        self.terminal.tap("Ctrl+S");
        self.terminal.wait_for("the form is saved", |screen| !screen.contains("Ctrl+S"));
    }
}
