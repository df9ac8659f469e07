//! The words of rosters: what a heading, and some cells, mean.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Field, List};
use crate::desk::household::{Occupancy, Relation};
use crate::text::plain::plain;

/// The words of rosters, from `assets/settings/headings.toml`.
#[derive(Deserialize)]
struct Vocabulary {
    field: BTreeMap<Field, Vec<String>>,
    heading: HeadingWords,
    cell: CellWords,
    relation: HashMap<Relation, Vec<String>>,
    state: HashMap<Occupancy, Vec<String>>,
}

#[derive(Deserialize)]
struct HeadingWords {
    whose: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct CellWords {
    blank: Vec<String>,
    square_metre: Vec<String>,
}

static WORDS: LazyLock<Vocabulary> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/settings/headings.toml"))
        .expect("the words of rosters are compiled in and read by a test")
});

/// A heading or word as it is compared.
pub(super) fn folded(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in plain(text).to_lowercase().chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// The field that a heading means, and how far behind its word stands among the words for it.
pub(super) fn meaning(heading: &str, list: List) -> Option<(Field, usize)> {
    let whole = folded(heading);
    let bare = whole.trim_end_matches(|c: char| c.is_ascii_digit());
    let known = |word: &str| {
        WORDS.field.iter().filter(|(field, _)| list.fields().contains(field)).find_map(|(field, words)| {
            words.iter().position(|known| known == word).map(|rank| (*field, rank))
        })
    };
    known(bare).or_else(|| {
        let words = WORDS.heading.whose.iter();
        let mut rests = words.filter_map(|word| bare.strip_prefix(word.as_str()));
        // Less sure than any heading that stands in the list itself.
        rests.find_map(known).map(|(field, rank)| (field, rank + 100))
    })
}

/// Whether a cell's text stands for nothing.
pub(in crate::exchange) fn is_blank(text: &str) -> bool {
    let text = plain(text).trim().to_lowercase();
    text.is_empty() || WORDS.cell.blank.contains(&text)
}

/// The number in front of a word for square metres, or a number alone.
pub(in crate::exchange) fn without_square_metres(text: &str) -> String {
    let text: String = plain(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let longest = WORDS
        .cell
        .square_metre
        .iter()
        .map(|word| plain(word))
        .filter_map(|word| text.strip_suffix(word.as_str()).map(|rest| (word.len(), rest.to_owned())))
        .max_by_key(|(length, _)| *length);
    longest.map_or(text, |(_, rest)| rest)
}

/// The relation that a word means.
pub(in crate::exchange) fn relation(word: &str) -> Option<Relation> {
    let word = folded(word);
    Relation::ALL
        .into_iter()
        .find(|relation| WORDS.relation.get(relation).is_some_and(|words| words.contains(&word)))
}

/// The state that a word means.
pub(in crate::exchange) fn occupancy(word: &str) -> Option<Occupancy> {
    let word = folded(word);
    Occupancy::ALL.into_iter().find(|state| WORDS.state.get(state).is_some_and(|words| words.contains(&word)))
}
