//! The house: who may know whom, and what belongs into one room only. Read from the source itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. A room knows itself and every room on a lower floor, none beside it.
const FLOORS: &[&[&str]] = &[
    &["desk"],
    &["text"],
    &["store"],
    &["counter"],
    &["timer", "paper", "exchange", "demo"],
    &["ui", "cli"],
    &["main"],
];

/// Rooms that are given the time as an argument.
const WITHOUT_CLOCK: &[&str] = &["desk", "text", "store", "counter", "exchange", "paper", "demo"];

/// What the rules are made of.
const DESK_CRATES: &[&str] = &["std", "core", "serde", "serde_json", "chrono", "chrono_tz"];

/// Words that only SQL has, as they stand in statements.
const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "DELETE FROM ",
    "CREATE TABLE",
    "CREATE INDEX",
    "CREATE VIEW",
    "DROP TABLE",
    "PRAGMA ",
    "BEGIN IMMEDIATE",
    " SET ",
    "ORDER BY ",
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// A source file without comments, literals and tests; its literals beside it.
struct Source {
    /// The modules that lead to it: `desk`, `kinds`, `repair`.
    modules: Vec<String>,
    code: String,
    literals: Vec<String>,
}

impl Source {
    fn read(path: &Path, root: &Path) -> Self {
        let mut modules: Vec<String> = path
            .strip_prefix(root)
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if modules.last().is_some_and(|last| last == "mod" || last == "lib") {
            modules.pop();
        }
        Self::new(modules, &std::fs::read_to_string(path).unwrap())
    }

    fn new(modules: Vec<String>, text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let (code, literals) = lex(&without_tests(&chars));
        Self { modules, code, literals }
    }

    fn room(&self) -> &str {
        self.modules.first().map_or("lib", String::as_str)
    }

    fn faults(&self, crates: &BTreeSet<String>) -> Vec<String> {
        let mut faults = Vec::new();
        let room = self.room();
        if room != "lib" {
            faults.extend(self.upward());
        }
        for (name, _) in heads(&self.code) {
            if room == "desk" && crates.contains(name) && !DESK_CRATES.contains(&name) {
                faults.push(format!("desk uses {name}"));
            }
            if name == "rusqlite" && room != "store" {
                faults.push(format!("{room} uses rusqlite"));
            }
        }
        if WITHOUT_CLOCK.contains(&room) {
            let dense: String = self.code.split_whitespace().collect();
            let clocks = ["Utc::now", "Local::now", "SystemTime::now"];
            for clock in clocks.iter().filter(|clock| dense.contains(**clock)) {
                faults.push(format!("{room} looks at the clock: {clock}"));
            }
        }
        for literal in &self.literals {
            if room != "store"
                && let Some(sql) = SQL.iter().find(|sql| literal.contains(**sql))
            {
                faults.push(format!("SQL outside the store: {sql}"));
            }
            if literal.chars().any(is_han) {
                faults.push(format!("Chinese in the code: {literal}"));
            }
        }
        faults
    }

    /// Paths to rooms that this room may not know.
    fn upward(&self) -> Vec<String> {
        let own = floor(self.room());
        let mut faults = Vec::new();
        if own.is_none() {
            faults.push(format!("{} is no room of this house", self.room()));
        }
        for name in self.roots() {
            // Names in the crate's root that are no rooms are macros' own.
            let Some(other) = floor(&name) else { continue };
            if name != self.room() && own.is_none_or(|own| other >= own) {
                faults.push(format!("{} uses {name}", self.room()));
            }
        }
        faults
    }

    /// The first names of all paths that start at the crate's root.
    fn roots(&self) -> BTreeSet<String> {
        let mut roots = BTreeSet::new();
        for (name, rest) in heads(&self.code) {
            let mut rest = rest.trim_start().trim_start_matches("::").trim_start();
            let from_root = match name {
                "crate" | "qiantai" => true,
                "super" => {
                    let mut up = 1;
                    while word(rest) == "super" {
                        up += 1;
                        rest = rest["super".len()..].trim_start().trim_start_matches("::").trim_start();
                    }
                    up >= self.modules.len()
                }
                _ => false,
            };
            if from_root {
                roots.extend(names(rest));
            }
        }
        roots
    }
}

/// The names that a path goes on with: one, or those of a group.
fn names(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest).to_owned()] };
    let mut names = Vec::new();
    let mut depth = 1;
    let mut expects = true;
    let mut at = group;
    while depth > 0 {
        let Some(c) = at.chars().next() else { break };
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => expects = true,
            _ if expects && (c.is_alphanumeric() || c == '_') => {
                names.push(word(at).to_owned());
                expects = false;
            }
            _ => {}
        }
        at = &at[c.len_utf8()..];
    }
    names
}

/// Every name that stands before `::`, unless it goes on from another path, with what follows it.
fn heads(code: &str) -> impl Iterator<Item = (&str, &str)> {
    code.match_indices("::").filter_map(move |(at, _)| {
        let before = code[..at].trim_end();
        let start = before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |n| n + before[n..].chars().next().map_or(1, char::len_utf8));
        let name = &before[start..];
        (!name.is_empty() && !before[..start].trim_end().ends_with("::")).then_some((name, &code[at..]))
    })
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Splits a source into code and literals; comments are dropped.
fn lex(chars: &[char]) -> (String, Vec<String>) {
    let mut code = String::new();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let end = skip(chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            let text: String = chars[at..end].iter().collect();
            if !text.starts_with("//") && !text.starts_with("/*") {
                literals.push(text);
            }
            code.push(' ');
            at = end;
        }
    }
    (code, literals)
}

/// The end of the comment or literal that begins at `at`; `at` itself if none does.
fn skip(chars: &[char], at: usize) -> usize {
    let is = |n: usize, c: char| chars.get(n) == Some(&c);
    let until = |from: usize, end: fn(char) -> bool| {
        chars[from..].iter().position(|c| end(*c)).map_or(chars.len(), |n| from + n)
    };
    let in_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if is(at + 1, '/') => until(at, |c| c == '\n'),
        '/' if is(at + 1, '*') => {
            let (mut depth, mut n) = (1, at + 2);
            while depth > 0 && n < chars.len() {
                if is(n, '/') && is(n + 1, '*') {
                    depth += 1;
                    n += 1;
                } else if is(n, '*') && is(n + 1, '/') {
                    depth -= 1;
                    n += 1;
                }
                n += 1;
            }
            n
        }
        'r' if !in_name && (is(at + 1, '"') || is(at + 1, '#')) => {
            let open = until(at + 1, |c| c != '#');
            if !is(open, '"') {
                return at;
            }
            let hashes = open - at - 1;
            let mut n = open + 1;
            while n < chars.len() && !(is(n, '"') && (1..=hashes).all(|k| is(n + k, '#'))) {
                n += 1;
            }
            n + hashes + 1
        }
        '"' => {
            let mut n = at + 1;
            while n < chars.len() && !is(n, '"') {
                n += if is(n, '\\') { 2 } else { 1 };
            }
            n + 1
        }
        '\'' if is(at + 1, '\\') => until(at + 3, |c| c == '\'') + 1,
        // A lifetime has no second quote right after its first character.
        '\'' if is(at + 2, '\'') => at + 3,
        _ => at,
    }
}

/// The source without the items that are only there for tests.
fn without_tests(chars: &[char]) -> Vec<char> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let past = skip(chars, at);
        if past > at {
            kept.extend(&chars[at..past.min(chars.len())]);
            at = past;
        } else if chars[at..].starts_with(&mark) {
            let mut depth = 0;
            at += mark.len();
            while at < chars.len() {
                let past = skip(chars, at);
                if past > at {
                    at = past;
                    continue;
                }
                let c = chars[at];
                at += 1;
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && matches!(c, '}' | ';') {
                    break;
                }
            }
        } else {
            kept.push(chars[at]);
            at += 1;
        }
    }
    kept
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs")
            && path.file_stem().is_some_and(|s| s != "tests")
        {
            found.push(path);
        }
    }
}

/// The crates that the manifest names, as the code writes them.
fn crates() -> BTreeSet<String> {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

#[test]
fn every_room_keeps_to_the_arrows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 30, "the sources are found");
    let crates = crates();
    let faults: Vec<String> = found
        .iter()
        .flat_map(|path| {
            let shown = path.strip_prefix(&root).unwrap().display().to_string();
            let faults = Source::read(path, &root).faults(&crates);
            faults.into_iter().map(move |fault| format!("src/{shown}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_of_the_crate_is_a_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = Source::read(&root.join("lib.rs"), &root);
    let mut words = lib.code.split_whitespace().peekable();
    let mut rooms = 0;
    while let Some(next) = words.next() {
        if next == "mod" {
            let name = words.peek().unwrap().trim_end_matches(';');
            assert!(floor(name).is_some(), "{name} stands on no floor: give it one");
            rooms += 1;
        }
    }
    assert!(rooms > 4);
}

/// What the checker says about a snippet in a room.
fn said(modules: &str, text: &str) -> Vec<String> {
    let modules = modules.split('/').map(str::to_owned).collect();
    let crates = ["rusqlite", "chrono", "ratatui"].map(str::to_owned).into();
    Source::new(modules, text).faults(&crates)
}

#[test]
fn the_checker_finds_what_is_forbidden() {
    let bad = [
        ("desk/case", "use crate::store::Store;", "desk uses store"),
        ("desk/case", "fn f() { let _ = crate::text::lang::t; }", "desk uses text"),
        ("desk/kinds/repair", "use super::super::super::counter;", "desk uses counter"),
        ("desk", "use super::ui;", "desk uses ui"),
        ("store/cases", "use crate::{desk::case::Case, counter::{cases, clock}};", "store uses counter"),
        ("timer", "use crate::exchange::roster;", "timer uses exchange"),
        ("cli/init", "use crate::ui::App;", "cli uses ui"),
        ("ui/app", "use crate\n    ::cli;", "ui uses cli"),
        ("desk/case", "use ratatui::Frame;", "desk uses ratatui"),
        ("counter", "fn f() { rusqlite::Connection::open(x); }", "counter uses rusqlite"),
        ("counter", r#"const A: &str = "SELECT 1";"#, "SQL outside the store: SELECT "),
        ("ui/app", "const A: &str = r#\"DELETE FROM cases\"#;", "SQL outside the store: DELETE FROM "),
        ("exchange", "fn f() { let n = chrono::Utc::now(); }", "exchange looks at the clock: Utc::now"),
        ("demo", "fn f() { let n = Utc::now(); }", "demo looks at the clock: Utc::now"),
        ("text", "fn f() { SystemTime :: now(); }", "text looks at the clock: SystemTime::now"),
        ("ui/app", "const A: &str = \"报修\";", "Chinese in the code: \"报修\""),
        ("ui/app", "const A: char = '修';", "Chinese in the code: '修'"),
        ("annex", "fn f() {}", "annex is no room of this house"),
    ];
    for (modules, text, fault) in bad {
        assert!(said(modules, text).iter().any(|said| said == fault), "{text}: {:?}", said(modules, text));
    }
}

#[test]
fn the_checker_lets_pass_what_is_allowed() {
    let good = [
        ("counter/cases", "use super::settings; use crate::store::{Store, Tx}; use crate::desk::case::Case;"),
        ("main", "use qiantai::{cli, ui};"),
        ("ui/app", "use crate::timer::Board; fn f() { Utc::now(); }"),
        ("desk/case", "//! 报修 crate::store\n/* SELECT /* nested */ crate::ui */ fn f<'a>(x: &'a str) {}"),
        ("desk/case", "#[cfg(test)]\nmod tests { use crate::store::Store; const A: &str = \"报修}\"; }"),
        ("store/cases", "const A: &str = \"SELECT \\\" FROM\"; use rusqlite::params;"),
        ("desk/case", r#"const A: char = '"'; const B: &str = "crate::store";"#),
        ("text/lang", "fn f() { crate::_rust_i18n_backend(); }"),
    ];
    for (modules, text) in good {
        assert_eq!(said(modules, text), Vec::<String>::new(), "{text}");
    }
}
