//! The terminal's own cursor, in every field of every form: it is shown, and stands on the cell where
//! the next character appears. An input method opens its window there.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::form::{Cell, Kinds, is_label, label, list, on_row};
use crate::office::{BOSS, Office, Speaks, text};
use crate::terminal::{PATIENCE, Terminal};

/// Wide and narrow, so that rows end on odd and even columns.
const MIXED: &str = "王a李1,b水cd管，爆x裂ef三楼g";
/// What fits into the narrowest cell of a table.
const SHORT: &str = "水a1b";
/// After so many characters a field of one line that has reached its edge scrolls.
const SHORTEST: usize = 54;

/// Nothing more comes of a key after that.
const SURELY_PAINTED: Duration = Duration::from_millis(60);

/// What is chosen on the way through a form: the label of a choice, and which of its options.
type Picks<'a> = &'a [(&'a str, usize)];

/// The types of all fields by their labels, as `qiantai kinds` tells them.
struct Types(Vec<Value>);

impl Types {
    fn of_kinds(kinds: &[Value]) -> Self {
        let inputs = |kind: &Value| -> Vec<Value> {
            list(kind, "actions").iter().flat_map(|action| list(action, "inputs").clone()).collect()
        };
        let all = |kind: &Value| [list(kind, "opening").clone(), list(kind, "fields").clone(), inputs(kind)];
        Self(kinds.iter().flat_map(all).flatten().collect())
    }

    /// The type of the field of a label; of a table that of the column.
    fn of(&self, label: &str, place: usize) -> String {
        let field = self.0.iter().find(|field| is_label(label, &text(&field["name"])));
        let column = field.and_then(|field| field["columns"].as_array()?.get(place.saturating_sub(1)));
        let typed = column.or(field).map_or_else(|| "of the form".to_owned(), |field| text(&field["type"]));
        let offers = column.or(field).is_some_and(|field| field["options"].is_array());
        format!(
            "{typed}{}{}",
            if column.is_some() { " of a line" } else { "" },
            if offers { " chosen" } else { "" }
        )
    }
}

fn columns(c: char) -> u16 {
    if c.is_ascii() { 1 } else { 2 }
}

/// A form on the screen.
struct Fields<'a> {
    terminal: &'a mut Terminal,
    /// What is open, for the sentence of a failure.
    form: String,
    /// All fields that can come, by their labels.
    types: &'a Types,
    /// Types of fields that were typed full before.
    full: &'a mut BTreeSet<String>,
}

impl Fields<'_> {
    #[track_caller]
    fn cursor(&self) -> Cell {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(shown) = self.terminal.cursor_of_frame() {
                return shown;
            }
            assert!(Instant::now() < until, "{}: no cursor\n{}", self.form, self.terminal.screen());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The columns of the brackets round the cell.
    fn brackets(&self, (row, column): Cell) -> Option<(u16, u16)> {
        self.terminal.look(|screen| {
            let is = |column: u16, bracket: &str| {
                screen.cell(row, column).is_some_and(|cell| cell.contents() == bracket)
            };
            let left = (0..column).rev().find(|column| is(*column, "["))?;
            let right = (column..screen.size().1.get()).find(|column| is(*column, "]"))?;
            Some((left, right))
        })
    }

    /// Whether the character was typed where the cursor stood.
    fn took(&self, c: char, before: Cell, (left, right): (u16, u16), of: &str) -> bool {
        let Some(after) = self.terminal.cursor_of_frame() else { return false };
        let is = |at: Cell| self.terminal.cell(at) == c.to_string();
        let width = columns(c);
        let stands_behind = after.1 >= width && is((after.0, after.1 - width));
        if is(before) && after == (before.0, before.1 + width) {
            return true;
        }
        // The column in front of the bracket is kept free. A character that reaches it is the last of
        // its row, or the first of the next one, or scrolls the field.
        let at_edge = before.1 + width + 1 >= right;
        let row_below = after.1 == left + 1 && (is(before) || after.0 == before.0);
        // The form has scrolled, opened a list or lost its longest label: the field is the same, and so is
        // the place in it.
        let place = self.brackets(after).map(|(left, _)| after.1 - left);
        let moved = place == Some(before.1 + width - left) && label(self.terminal, after) == of;
        at_edge && (stands_behind || row_below) || moved && stands_behind
    }

    /// Types one character and looks where it appears.
    #[track_caller]
    fn types(&mut self, c: char) {
        let before = self.cursor();
        let Some(brackets) = self.brackets(before) else {
            panic!("{}: the cursor at {before:?} is in no field\n{}", self.form, self.terminal.screen())
        };
        let of = label(self.terminal, before);
        let shown = self.terminal.screen();
        self.terminal.types(&c.to_string());
        let until = Instant::now() + PATIENCE;
        while !self.took(c, before, brackets, &of) {
            assert!(
                Instant::now() < until,
                "{}: {c} typed at {before:?} between {brackets:?}, the cursor is at {:?}\n{shown}\n{}",
                self.form,
                self.terminal.cursor(),
                self.terminal.screen()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Presses a key and waits until the cursor is as asked.
    #[track_caller]
    fn until_cursor(&mut self, bytes: &[u8], is: impl Fn(&Self, Cell) -> bool) {
        let before = self.cursor();
        self.terminal.send(bytes);
        let until = Instant::now() + PATIENCE;
        while !self.terminal.cursor_of_frame().is_some_and(|at| at != before && is(self, at)) {
            assert!(
                Instant::now() < until,
                "{}: it stays at {before:?}\n{}",
                self.form,
                self.terminal.screen()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Empties a field of text.
    #[track_caller]
    fn clear(&mut self) {
        self.until_cursor(&[0x7f; 80], |fields, at| {
            fields.brackets(at).is_some_and(|(left, _)| left + 1 == at.1) && fields.blank(at)
        });
    }

    /// Types so much into the field with the cursor that it wraps or scrolls, and into its middle.
    #[track_caller]
    fn fill(&mut self) {
        self.clear();
        for c in SHORT.chars() {
            self.types(c);
        }
        // In the middle, where the rest makes room.
        for _ in 0..3 {
            self.goes(b"\x1b[D");
        }
        self.types('中');
        self.types('z');
        self.goes(b"\x1b[F");
        let mut at_edge = 0;
        for (count, c) in MIXED.chars().cycle().take(400).enumerate() {
            let (at, (_, right)) = (self.cursor(), self.brackets(self.cursor()).unwrap_or_default());
            at_edge += usize::from(at.1 + 3 >= right);
            self.types(c);
            // A field of one line: its shortest sort takes no more, or it scrolls already.
            let one_line = self.cursor().0 == at.0;
            if at_edge > 12 || count == SHORTEST && one_line && at_edge > 1 {
                break;
            }
        }
        // At the begin of a text that is wrapped or scrolled.
        self.until_cursor(b"\x1b[H", |fields, at| {
            fields.brackets(at).is_some_and(|(left, _)| left + 1 == at.1)
        });
        self.types('首');
    }

    /// Gives a score to every item: each stands in a row of its own, in brackets of one column.
    #[track_caller]
    fn score(&mut self) {
        let first = self.cursor();
        loop {
            let at = self.cursor();
            self.goes(b"5");
            // The form may have scrolled by a row.
            let given = [at.0, at.0 - 1].into_iter().any(|row| self.terminal.cell((row, at.1)) == "5");
            assert!(given, "{}: no score at {at:?}\n{}", self.form, self.terminal.screen());
            let now = self.cursor();
            if now == first || self.brackets(now) != Some((at.1 - 1, at.1 + 1)) {
                return;
            }
        }
    }

    /// Types into the field with the cursor: the first of its sort in full, each other one two characters
    /// behind what stands there or in the place of it.
    #[track_caller]
    fn type_into(&mut self, label: &str, place: usize) {
        let sort = self.types.of(label, place);
        if sort == "scores" {
            // The last score leads on.
            return self.score();
        }
        self.types('王');
        self.types('b');
        if self.full.insert(sort) {
            self.fill();
        }
        self.next();
    }

    /// Goes to the next field; of the only one back to itself.
    #[track_caller]
    fn next(&mut self) {
        self.goes(b"\t");
    }

    /// Presses a key that moves the cursor, or what stands under it.
    #[track_caller]
    fn goes(&mut self, bytes: &[u8]) {
        let before = Some(self.cursor());
        let written = self.terminal.written();
        self.terminal.send(bytes);
        let until = Instant::now() + PATIENCE;
        loop {
            let at = self.terminal.cursor_of_frame();
            let nothing_more = self.terminal.quiet() >= SURELY_PAINTED;
            if self.terminal.written() > written && at.is_some() && (at != before || nothing_more) {
                return;
            }
            assert!(Instant::now() < until, "{}: nothing is painted\n{}", self.form, self.terminal.screen());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn blank(&self, at: Cell) -> bool {
        self.terminal.cell(at).trim().is_empty()
    }

    /// Walks once through all fields. Gives their labels.
    #[track_caller]
    fn walk(&mut self, picks: Picks) -> BTreeSet<String> {
        let mut seen: BTreeSet<(String, usize, String)> = BTreeSet::new();
        let mut labels = BTreeSet::new();
        // What was open before has no field with a label.
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let in_field = |at: Cell| {
                !label(self.terminal, at).is_empty()
                    && (on_row(self.terminal, at) || self.brackets(at).is_some())
            };
            if self.terminal.cursor_of_frame().is_some_and(in_field) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(100));
        self.terminal.rest();
        loop {
            let at = self.cursor();
            let label = label(self.terminal, at);
            let in_row = on_row(self.terminal, at);
            // Which cell of which line: the columns move when a longer label comes in.
            let brackets: Vec<u16> =
                (0..at.1).filter(|column| self.terminal.cell((at.0, *column)) == "[").collect();
            // A choice in a row has its cursor on the option that is chosen.
            let place = if in_row { 0 } else { brackets.len() };
            let line = brackets.first().map(|first| self.terminal.cell((at.0, first.saturating_sub(2))));
            if !seen.insert((label.clone(), place, line.unwrap_or_default())) {
                return labels;
            }
            labels.insert(label.clone());
            let pick = picks.iter().find(|(of, _)| *of == label).map(|(_, option)| *option);
            match (in_row, pick) {
                (true, Some(option)) => self.terminal.tap(&(option + 1).to_string()),
                (true, None) => self.next(),
                (false, Some(option)) => {
                    // Typing over the choice, and from the top of the list.
                    self.terminal.tap("Backspace");
                    self.terminal.tap("Down");
                    for _ in 0..option {
                        self.terminal.tap("Down");
                    }
                    self.terminal.tap("Enter");
                }
                (false, None) => {
                    self.type_into(&label, place);
                }
            }
        }
    }

    /// Leaves the form and throws away what was typed.
    fn leave(&mut self, speaks: Speaks) {
        for _ in 0..5 {
            let screen = self.terminal.screen();
            if screen.contains(speaks.of("丢弃", "throw away")) {
                self.terminal.tap("Enter");
            } else if screen.contains("Ctrl+S") {
                self.terminal.tap("Esc");
            } else {
                return;
            }
        }
        panic!("{}: the form stays\n{}", self.form, self.terminal.screen());
    }
}

/// Asserts that all fields that are always asked for were walked through.
#[track_caller]
fn has_all(labels: &BTreeSet<String>, fields: &[Value], form: &str) {
    for field in fields {
        // Which callback is asked only where several wait.
        let asked = field["type"] != "checklist" && field["field"] != "callback";
        let always = field["shown_when"].is_null() && asked;
        let name = text(&field["name"]);
        assert!(
            !always || labels.iter().any(|label| is_label(label, &name)),
            "{form}: {name} was not walked through: {labels:?}"
        );
    }
}

/// The choices that decide which further fields there are: every option of each once.
fn deciding(fields: &[Value]) -> Vec<Vec<(String, usize)>> {
    let mut ways = vec![Vec::new()];
    for field in fields {
        let decides = fields.iter().any(|other| other["shown_when"]["field"] == field["field"]);
        if decides {
            // A field without a list of options is yes or no.
            for option in 0..field["options"].as_array().map_or(2, Vec::len) {
                ways.push(vec![(text(&field["name"]), option)]);
            }
        }
    }
    ways
}

fn walk_opening(office: &Office, terminal: &mut Terminal, kinds: &[Value], full: &mut BTreeSet<String>) {
    let types = Types::of_kinds(kinds);
    for kind in kinds {
        let id = text(&kind["id"]);
        let at_once = list(kind, "actions").iter().filter(|action| action["at_once"] == true).count();
        let then = office.speaks.of("处理", "Then").to_owned();
        let into = office.speaks.of("转为", "Turn into").to_owned();
        let mut ways = deciding(list(kind, "opening"));
        for option in 0..at_once {
            ways.push(vec![(then.clone(), option), (into.clone(), 2)]);
        }
        for way in &ways {
            terminal.press(&["Ctrl+K"]);
            let name = text(&kind["name"]);
            let command = office.speaks.of("新登记: ", "New: ").to_owned() + &name;
            terminal.sees("Enter");
            terminal.types(&command);
            terminal.rest();
            terminal.press(&["Enter"]);
            terminal.sees("Ctrl+S");
            let picks: Vec<(&str, usize)> =
                way.iter().map(|(label, option)| (label.as_str(), *option)).collect();
            let form = format!("opening {id} {picks:?}");
            let mut fields = Fields { terminal, form: form.clone(), types: &types, full };
            let labels = fields.walk(&picks);
            fields.leave(office.speaks);
            has_all(&labels, list(kind, "opening"), &form);
        }
    }
}

/// Cases in states from which together every action can be done.
const CASES: &[(&str, &[&[&str]])] = &[
    ("call", &[&["escalate", "reason=x"], &["callback-add", "due=+2h"]]),
    ("call", &[&["take-message", "for_whom=王敏"]]),
    ("visit", &[]),
    ("visit", &[&["take-message", "for_whom=王敏"]]),
    ("repair", &[]),
    ("repair", &[&["dispatch", "engineer=ENGINEER"]]),
    ("repair", &[&["dispatch", "engineer=ENGINEER"], &["arrive"]]),
    ("repair", &[&["dispatch", "engineer=ENGINEER"], &["arrive"], QUOTE]),
    ("repair", &[&["dispatch", "engineer=ENGINEER"], &["arrive"], QUOTE, &["agree"], &["start"]]),
    ("repair", &[&["dispatch", "engineer=ENGINEER"], &["arrive"], QUOTE, &["agree"], &["start"], FINISH]),
    (
        "repair",
        &[
            &["dispatch", "engineer=ENGINEER"],
            &["arrive"],
            QUOTE,
            &["agree"],
            &["start"],
            FINISH,
            &["confirm"],
        ],
    ),
    ("repair", &[&["dispatch", "engineer=ENGINEER"], &["arrive"], QUOTE, &["decline", "declined=x"]]),
    ("complaint", &[]),
    ("complaint", &[&["judge", "verdict=unjustified"]]),
    ("complaint", &[ORDINARY]),
    ("complaint", &[ORDINARY, &["handle", "measures=x"]]),
    ("complaint", &[ORDINARY, &["handle", "measures=x"], &["reply", "reply=x"]]),
    ("complaint", &[ORDINARY, &["handle", "measures=x"], &["reply", "reply=x"], &["callback-satisfied"]]),
    ("move-in", &[]),
    ("move-in", MOVING.split_at(9).0),
    ("move-in", MOVING),
    ("release-pass", &[]),
    ("release-pass", &[&["approve"]]),
];
const QUOTE: &[&str] = &["quote", r#"quote=[{"what": "x", "count": 2, "price": "85.50"}]"#];
const FINISH: &[&str] = &["finish", "site_cleared=yes"];
const ORDINARY: &[&str] = &["judge", "verdict=ordinary", "department=DEPARTMENT", "deadline=+1d"];
const MOVING: &[&[&str]] = &[
    &["notify"],
    &["check-notice"],
    &["sign-covenant", "signed_by_both=yes", "document=x"],
    &["fill-form", r#"residents=[{"name": "x"}]"#, "id_checked=yes", "document=x"],
    &["hand-out", "document=x"],
    &["offer-renovation"],
    &["sign-receipt", r#"items=[{"what": "x", "count": 1}]"#, "document=x"],
    &["pay-charges", r#"charges=[{"what": "x", "amount": "10"}]"#, "document=x"],
    &["inspect", "water=1", "electricity=1"],
    &["hand-keys", r#"keys=[{"what": "x", "count": 1}]"#],
];
/// Actions that every kind has with the same fields.
const COMMON: &[&str] = &[
    "note",
    "reassign",
    "escalate",
    "instruct",
    "promise",
    "callback-add",
    "callback-satisfied",
    "callback-dissatisfied",
    "callback-unreached",
    "callback-unwanted",
    "link",
    "void",
];

/// Opens a case of a kind with what it needs.
fn open(office: &Office, kind: &str, code: &str) -> String {
    let mut arguments =
        vec!["open", kind, "--unit", "3-2-1501", "--contact", "张建国", "--phone", "13800005678"];
    let category = format!("category={code}");
    let more: &[&str] = match kind {
        "repair" => &["content=插座无电", "chargeable=yes"],
        "complaint" => &[&category, "content=楼上噪音"],
        "release-pass" => &[r#"lines=[{"name": "沙发", "count": 1}, {"name": "冰箱", "count": 1}]"#],
        _ => &[],
    };
    for one in more {
        arguments.extend(["--set", one]);
    }
    text(&office.by(BOSS, &arguments)["number"])
}

fn walk_actions(office: &Office, terminal: &mut Terminal, kinds: &[Value], full: &mut BTreeSet<String>) {
    let types = Types::of_kinds(kinds);
    let first_option = |kind: &str, at: &Value, field: &str| {
        let of = kinds.iter().find(|one| one["id"] == kind).expect("the kind");
        let fields = if at.is_null() {
            list(of, "opening")
        } else {
            list(
                list(of, "actions").iter().find(|action| action["action"] == *at).expect("the action"),
                "inputs",
            )
        };
        let field = fields.iter().find(|one| one["field"] == field).expect("the field");
        // The last one: a heading of a table of codes is no code.
        text(&list(field, "options").last().expect("an option")["id"])
    };
    let engineer = first_option("repair", &"dispatch".into(), "engineer");
    let department = first_option("complaint", &"judge".into(), "department");
    let code = first_option("complaint", &Value::Null, "category");
    let mut walked: BTreeSet<(String, String)> = BTreeSet::new();
    for (kind, acts) in CASES {
        let number = open(office, kind, &code);
        for act in *acts {
            let mut arguments = vec!["act".to_owned(), number.clone(), act[0].to_owned()];
            for one in &act[1..] {
                let value = one.replace("ENGINEER", &engineer).replace("DEPARTMENT", &department);
                arguments.extend(["--set".to_owned(), value]);
            }
            office.by(BOSS, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let document = kinds.iter().find(|one| one["id"] == *kind).expect("the kind");
        let shown = office.by(BOSS, &["show", &number]);
        let allowed: Vec<String> = list(&shown, "actions")
            .iter()
            .filter(|offer| offer["allowed"] == true)
            .map(|offer| text(&offer["action"]))
            .collect();
        let mut stands = false;
        for (place, action) in allowed.iter().enumerate() {
            let inputs = list(
                list(document, "actions").iter().find(|one| one["action"] == **action).expect("the action"),
                "inputs",
            );
            let whose = if COMMON.contains(&action.as_str()) { "every" } else { kind };
            let asks = !inputs.is_empty() || action == "amend";
            if !asks || !walked.insert((whose.to_owned(), action.clone())) {
                continue;
            }
            if !stands {
                terminal.press(&["Ctrl+F"]);
                terminal.sees("Enter");
                terminal.types(&number);
                terminal.wait_for("the case is found", |screen| screen.matches(&number).count() > 1);
                terminal.rest();
                terminal.tap("Enter");
                stands = true;
            }
            let into = office.speaks.of("转为", "Turn into").to_owned();
            let mut ways = deciding(inputs);
            if action == "turn-into" {
                ways = (0..kinds.len()).map(|kind| vec![(into.clone(), kind)]).collect();
            }
            for way in ways {
                terminal.tap("F12");
                terminal.wait_for("the menu", |screen| screen.contains(" 1 ") && screen.contains(" 2 "));
                for _ in 0..place {
                    terminal.press(&["Down"]);
                }
                terminal.press(&["Enter"]);
                terminal.sees("Ctrl+S");
                let picks: Vec<(&str, usize)> =
                    way.iter().map(|(label, option)| (label.as_str(), *option)).collect();
                let form = format!("{action} of {kind} {picks:?}");
                let mut fields = Fields { terminal, form: form.clone(), types: &types, full };
                let labels = fields.walk(&picks);
                fields.leave(office.speaks);
                has_all(&labels, inputs, &form);
            }
        }
    }
    let driven = |kind: &&Value| CASES.iter().any(|(id, _)| kind["id"] == *id);
    for kind in kinds.iter().filter(driven) {
        for action in list(kind, "actions") {
            let (id, name) = (text(&kind["id"]), text(&action["action"]));
            if action["by_clock"] == true || (list(action, "inputs").is_empty() && name != "amend") {
                continue;
            }
            let whose = if COMMON.contains(&name.as_str()) { "every".to_owned() } else { id };
            assert!(walked.contains(&(whose, name.clone())), "{name} of {} was not opened", kind["id"]);
        }
    }
}

fn everywhere(speaks: Speaks, columns: u16, rows: u16) {
    let office = Office::new(speaks);
    let kinds = Kinds::of(&office);
    let mut terminal = office.screen_of(columns, rows, &[]);
    office.log_in(&mut terminal, BOSS);
    let mut full = BTreeSet::new();
    walk_opening(&office, &mut terminal, kinds.all(), &mut full);
    walk_actions(&office, &mut terminal, kinds.all(), &mut full);
}

#[test]
fn in_every_form_in_chinese_on_a_usual_window() {
    everywhere(Speaks::Chinese, 120, 36);
}

#[test]
fn in_every_form_in_chinese_on_a_small_window() {
    everywhere(Speaks::Chinese, 80, 24);
}

#[test]
fn in_every_form_in_english_on_a_usual_window() {
    everywhere(Speaks::English, 120, 36);
}

#[test]
fn in_every_form_in_english_on_a_small_window() {
    everywhere(Speaks::English, 80, 24);
}
