//! The pages under `docs/` that are written from the program, and the one that names what is in it: what
//! they say is what it does.
//!
//! `QIANTAI_WRITE_DOCS=1 cargo test --test docs` writes them anew.

mod commands;
mod keys;
mod source;
mod workflows;

use std::fs;
use std::path::Path;

use qiantai::text::lang::{Lang, try_t};

/// Set to write the pages instead of comparing them.
const WRITE: &str = "QIANTAI_WRITE_DOCS";

/// Compares a page with the file, or writes it.
#[track_caller]
fn page(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, text).expect("docs/ can be written");
        return;
    }
    // Git may have written the file with the line ends of Windows.
    let written = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = text.lines().zip(written.lines()).position(|(now, then)| now != then);
    let line = differs.unwrap_or_else(|| text.lines().count().min(written.lines().count())) + 1;
    assert!(
        written == text,
        "docs/{name} is stale from line {line} on; write it anew with: {WRITE}=1 cargo test --test docs"
    );
}

/// English with the Chinese beside: `finished 已完工`.
fn both(words: impl Fn(Lang) -> String) -> String {
    let (english, chinese) = (words(Lang::En), words(Lang::ZhCn));
    if english == chinese { english } else { format!("{english} {chinese}") }
}

/// The words of a key in both languages.
fn words(key: &str) -> String {
    both(|lang| try_t(lang, key, &[]).unwrap_or_else(|| panic!("{key} has no words")))
}

/// A row of a table; what would end a cell is escaped.
fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table.
fn head(titles: &[&str]) -> String {
    let titles: Vec<String> = titles.iter().map(ToString::to_string).collect();
    row(&titles) + &format!("|{}\n", " --- |".repeat(titles.len()))
}
