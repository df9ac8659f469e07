//! Pinyin keys of names, for finding 张建国 by `zjg` or `zhangjianguo`.
//!
//! The commonest reading of a character is often not the one it has as a surname (单, 曾, 仇), so all
//! readings are keys, the likeliest first, and surnames have a list of their own in `assets/surnames.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// No name has more keys of one sort than this.
pub const MAX_KEYS: usize = 32;

/// Characters of a name that are looked at; what follows cannot be worth typing.
const MAX_CHARS: usize = 40;

/// What a name is found by. Each list without repeats, the likeliest first, at most [`MAX_KEYS`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// First letters: `zjg`.
    pub initials: Vec<String>,
    /// Whole syllables without spaces: `zhangjianguo`; the u with dots both as `v` and as `u`.
    pub full: Vec<String>,
}

#[derive(Deserialize)]
struct Surnames {
    single: BTreeMap<char, Vec<String>>,
    double: BTreeMap<String, Vec<String>>,
}

static SURNAMES: LazyLock<Surnames> = LazyLock::new(|| {
    toml::from_str(include_str!("../../assets/surnames.toml"))
        .expect("the surnames are compiled in and read by a test")
});

/// The keys of a name. Latin letters and digits stand for themselves in lower case, everything that
/// has no reading is left out; a name without anything readable has no keys.
#[must_use]
pub fn keys(name: &str) -> Keys {
    let readings = readings(name);
    let initials: Vec<Vec<String>> = readings
        .iter()
        .map(|slot| distinct(slot.iter().filter_map(|syllable| syllable.chars().next()).map(String::from)))
        .collect();
    let full: Vec<Vec<String>> =
        readings.iter().map(|slot| distinct(slot.iter().flat_map(|syllable| spellings(syllable)))).collect();
    Keys { initials: combine(&initials), full: combine(&full) }
}

/// Whether a name can be read so that its initials or its syllables begin with a word; also in the unlikeliest
/// ways, which are no keys.
#[must_use]
pub fn begins(name: &str, word: &str) -> bool {
    if !word.chars().next().is_some_and(|first| may_begin(name, first)) {
        return false;
    }
    let readings = readings(name);
    begins_initials(&readings, word) || begins_full(&readings, word)
}

fn begins_initials(readings: &[Vec<String>], word: &str) -> bool {
    let fits = |(slot, letter): (&Vec<String>, char)| slot.iter().any(|one| one.starts_with(letter));
    word.chars().count() <= readings.len() && readings.iter().zip(word.chars()).all(fits)
}

fn begins_full(readings: &[Vec<String>], word: &str) -> bool {
    let Some((slot, rest)) = readings.split_first() else { return word.is_empty() };
    slot.iter().flat_map(|syllable| spellings(syllable)).any(|syllable| {
        syllable.starts_with(word)
            || word.strip_prefix(&*syllable).is_some_and(|word| begins_full(rest, word))
    })
}

/// How each character of a name is read, the likeliest way first.
fn readings(name: &str) -> Vec<Vec<String>> {
    let chars: Vec<char> = readable(name).collect();
    let mut readings: Vec<Vec<String>> = chars.iter().map(|c| all_readings(*c)).collect();
    let head: String = chars.iter().take(2).collect();
    if let Some(double) = SURNAMES.double.get(&head) {
        for (slot, syllable) in readings.iter_mut().zip(double) {
            put_first(slot, [syllable]);
        }
    } else if let Some(single) = chars.first().and_then(|c| SURNAMES.single.get(c)) {
        put_first(&mut readings[0], single);
    }
    readings
}

/// Whether a name may have a key that begins with this letter: most have none, and need not be read out.
fn may_begin(name: &str, letter: char) -> bool {
    let fits = |syllable: &str| match syllable.chars().next() {
        Some('ü' | 'v') => matches!(letter, 'v' | 'u'),
        first => first == Some(letter),
    };
    let mut chars = readable(name);
    let Some(first) = chars.next() else { return false };
    let own = |c: char| match c.to_pinyin_multi() {
        Some(multi) => multi.into_iter().any(|reading| fits(reading.plain())),
        None => fits(&c.to_string()),
    };
    let surname = || SURNAMES.single.get(&first).is_some_and(|single| single.iter().any(|one| fits(one)));
    let head: String = std::iter::once(first).chain(chars.next()).collect();
    let double = || SURNAMES.double.get(&head).and_then(|double| double.first()).is_some_and(|one| fits(one));
    own(first) || surname() || double()
}

/// The characters of a name that have a reading, or are Latin letters and digits.
fn readable(name: &str) -> impl Iterator<Item = char> {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_ascii_alphanumeric() || c.to_pinyin_multi().is_some())
        .take(MAX_CHARS)
}

fn all_readings(c: char) -> Vec<String> {
    match c.to_pinyin_multi() {
        Some(multi) => distinct(multi.into_iter().map(|reading| reading.plain().replace('ü', "v"))),
        None => vec![c.to_string()],
    }
}

/// A syllable as it may be typed: `lv` and `lu`; `lve`, `lue` and `lüe` alike.
fn spellings(syllable: &str) -> Vec<String> {
    if syllable.contains('v') {
        vec![syllable.to_owned(), syllable.replace('v', "u")]
    } else {
        vec![syllable.to_owned()]
    }
}

fn put_first<'a>(slot: &mut Vec<String>, syllables: impl IntoIterator<Item = &'a String>) {
    let first = syllables.into_iter().cloned().chain(std::mem::take(slot));
    *slot = distinct(first);
}

fn distinct(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in items {
        if !item.is_empty() && !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

/// One of each slot, in all ways up to [`MAX_KEYS`]; those with the fewest unlikely readings first.
fn combine(slots: &[Vec<String>]) -> Vec<String> {
    if slots.is_empty() {
        return Vec::new();
    }
    // Each key with how unlikely it is: the sum of the places of its readings.
    let mut keys: Vec<(usize, String)> = vec![(0, String::new())];
    for slot in slots {
        let mut longer: Vec<(usize, String)> = keys
            .iter()
            .flat_map(|(cost, key)| {
                slot.iter()
                    .enumerate()
                    .map(move |(place, syllable)| (cost + place, format!("{key}{syllable}")))
            })
            .collect();
        // Stable: of two equally likely keys the one found first stays first.
        longer.sort_by_key(|(cost, _)| *cost);
        longer.truncate(MAX_KEYS);
        keys = longer;
    }
    distinct(keys.into_iter().map(|(_, key)| key))
}

#[cfg(test)]
mod tests;
