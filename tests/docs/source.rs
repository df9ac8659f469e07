//! `docs/source.md`: where each line of the source document lives. It is written by hand, so what it
//! names is looked up: keys, kinds, commands and tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::ui::keys::{Command, Keymap};

use crate::commands::{commands, says};

/// The columns of every table.
const HEAD: [&str; 5] = ["Source", "What it is", "Screen", "Command", "Test"];
/// What a cell begins with where there is no place in the program so far.
const NOT_YET: &str = "not yet";
/// What stands in a row that is about people.
const NO_SOFTWARE: &str = "no software";

/// A row: its cells, and its line in the file.
struct Row {
    line: usize,
    cells: Vec<String>,
}

impl Row {
    fn cell(&self, title: &str) -> &str {
        let place = HEAD.iter().position(|known| *known == title).expect("a column");
        &self.cells[place]
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("docs/source.md")).expect("docs/source.md is there");
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some(inner) = line.strip_prefix("| ").and_then(|line| line.trim_end().strip_suffix('|')) else {
            continue;
        };
        let cells: Vec<String> = inner.split('|').map(|cell| cell.trim().to_owned()).collect();
        assert_eq!(cells.len(), HEAD.len(), "line {}: {line}", number + 1);
        if cells[0] != HEAD[0] && cells[0] != "---" {
            rows.push(Row { line: number + 1, cells });
        }
    }
    assert!(rows.len() > 100, "only {} rows are read", rows.len());
    rows
}

/// What stands between backticks.
fn named(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether a test of that name stands in the file.
fn has_test(path: &Path, name: &str) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    let function = format!("fn {name}(");
    let mut lines = text.lines().map(str::trim);
    let mut last = "";
    // The attribute stands above, perhaps with others between.
    lines.any(|line| {
        let found = line.starts_with(&function) && last == "#[test]";
        if !line.starts_with("#[") || line == "#[test]" {
            last = line;
        }
        found
    })
}

/// The names that are wrong: what is said about each is why.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, right: bool, row: &Row, what: &str) {
        if !right {
            self.0.push(format!("line {}: {what}", row.line));
        }
    }

    #[track_caller]
    fn is_empty(&self) {
        assert!(self.0.is_empty(), "docs/source.md:\n{}", self.0.join("\n"));
    }
}

#[test]
fn every_row_has_a_place_or_says_what_is_missing() {
    let mut wrong = Wrong::default();
    for row in rows() {
        let cell = |title: &str| row.cell(title).to_lowercase();
        if cell("Screen").starts_with(NOT_YET) || cell("Test").starts_with(NOT_YET) {
            let told = row.cell("Test").split_once(": ").is_some_and(|(_, missing)| missing.len() > 5);
            wrong.unless(told, &row, "what is missing is not said");
        } else if cell("Test").contains(NO_SOFTWARE) && named(row.cell("Test")).next().is_none() {
            // Nothing of the program to look at.
        } else {
            wrong.unless(named(row.cell("Test")).next().is_some(), &row, "no test");
            wrong.unless(named(row.cell("Screen")).next().is_some(), &row, "no screen");
        }
    }
    wrong.is_empty();
}

#[test]
fn every_key_and_kind_of_the_screen_is_there() {
    let keymap = Keymap::default();
    let keys: BTreeSet<String> = Command::ALL.iter().flat_map(|command| keymap.labels(*command)).collect();
    let mut wrong = Wrong::default();
    for row in rows() {
        for name in named(row.cell("Screen")) {
            let known = keys.contains(name) || STANDARD.get(name).is_some();
            wrong.unless(known, &row, &format!("{name} is no key and no kind"));
        }
    }
    wrong.is_empty();
}

#[test]
fn every_command_is_there() {
    let commands = commands();
    let mut wrong = Wrong::default();
    for row in rows() {
        for call in named(row.cell("Command")) {
            let words: Vec<&str> = call.split(' ').collect();
            let kind = |place: usize| words.get(place).and_then(|id| STANDARD.get(id));
            let known = commands.iter().any(|command| command == words[0])
                && match words[0] {
                    "open" | "list" => kind(1).is_some() && words.len() == 2,
                    "act" => {
                        let action = |kind: &Kind| words.get(2).and_then(|id| kind.action(id)).is_some();
                        kind(1).is_some_and(action) && words.len() == 3
                    }
                    "operator" | "import" | "pass" => words.len() == 2 && has_command(&words),
                    _ => words.len() == 1,
                };
            wrong.unless(known, &row, &format!("{call} is no call"));
        }
    }
    wrong.is_empty();
}

/// Whether a command below another is told by `--help`.
fn has_command(words: &[&str]) -> bool {
    let help = says(&[words[0], "--help", "--lang", "en"]);
    help.lines().any(|line| line.trim_start().starts_with(&format!("{} ", words[1])))
}

#[test]
fn every_test_is_there() {
    let mut wrong = Wrong::default();
    for row in rows() {
        for name in named(row.cell("Test")) {
            let found = name.split_once("::").is_some_and(|(file, function)| {
                let path = if file.starts_with("src/") { root() } else { root().join("tests") };
                has_test(&path.join(format!("{file}.rs")), function)
            });
            wrong.unless(found, &row, &format!("there is no test {name}"));
        }
    }
    wrong.is_empty();
}
