//! What somebody looks for: words that stand somewhere in a case, and words that say which cases are
//! meant (`报修 未结 3-2- 上周`, `repair open 3-2- last week`), in both languages whatever the screen speaks.

use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDate;

use super::lang::Lang;
use super::plain::plain;
use super::say::{kind_name, try_word};
use super::typed;
use crate::desk::kinds::Kinds;

/// Most words that one name of a kind, a state or a span of days has (`last week`, `free-loan box loan`).
const NAME_WORDS: usize = 4;
/// Characters of a part of a unit at most.
const PART: usize = 8;
/// Characters of a building in a unit at most: what is longer is the day of a number.
const BUILDING: usize = 3;
/// Digits from which on a number with spaces is a telephone.
const PHONE: usize = 7;

/// Text as it is compared: plain, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    if Signs::of(text) != Signs::Other {
        return text.to_ascii_lowercase();
    }
    plain(text).to_lowercase()
}

const fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// What has to be done to a text to have it folded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// Nothing, as with most.
    Folded,
    /// Its Latin letters are to be small ones.
    Capital,
    /// It has signs that stand for others.
    Other,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::Folded;
        for c in text.chars() {
            match c {
                'A'..='Z' => signs = Self::Capital,
                ' '..='~' => {}
                c if is_ideograph(c) => {}
                _ => return Self::Other,
            }
        }
        signs
    }
}

/// Whether a text is [`folded`] already, as most is.
#[must_use]
pub fn is_folded(text: &str) -> bool {
    Signs::of(text) == Signs::Folded
}

/// Whether a folded word stands in a text.
#[must_use]
pub fn stands_in(text: &str, word: &str) -> bool {
    text.contains(word)
        || match Signs::of(text) {
            Signs::Folded => false,
            Signs::Capital => {
                word.bytes().any(|b| b.is_ascii_lowercase()) && text.to_ascii_lowercase().contains(word)
            }
            Signs::Other => folded(text).contains(word),
        }
}

/// Where these folded words stand in a text, in order, overlapping places joined.
#[must_use]
pub fn places(text: &str, words: &[String]) -> Vec<Range<usize>> {
    // The folded text, and for each of its bytes the character of the text from which it came.
    let mut plain_text = String::with_capacity(text.len());
    let mut from: Vec<Range<usize>> = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let range = at..at + c.len_utf8();
        let own = &text[range.clone()];
        let before = plain_text.len();
        if is_folded(own) {
            plain_text.push(c);
        } else {
            plain_text.push_str(&folded(own));
        }
        from.extend(std::iter::repeat_n(range, plain_text.len() - before));
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let of_word = plain_text.match_indices(word.as_str());
        found.extend(of_word.map(|(at, word)| from[at].start..from[at + word.len() - 1].end));
    }
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup_by(|next, before| {
        let joined = next.start <= before.end;
        if joined {
            before.end = before.end.max(next.end);
        }
        joined
    });
    found
}

/// What a search asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// Words that must stand in the case, folded.
    pub words: Vec<String>,
    /// Of one of these kinds; all if empty.
    pub kinds: Vec<&'static str>,
    /// In one of these states of these kinds; all if empty.
    pub states: Vec<(&'static str, &'static str)>,
    /// Open or ended ones only.
    pub open: Option<bool>,
    /// Of units that begin so, upper case: `3-2-`, `3-2`, `3-2-15`.
    pub unit: Option<String>,
    /// Opened within these days.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

impl Sought {
    /// Takes every word as one that must stand in the case.
    #[must_use]
    pub fn words(query: &str) -> Self {
        let text = folded(query);
        let digits = typed::digits(&text);
        let phone = text.chars().all(|c| c.is_ascii_digit() || " -+".contains(c)) && digits.len() >= PHONE;
        if phone && text.contains(' ') {
            return Self { words: vec![digits], ..Self::default() };
        }
        Self { words: text.split_whitespace().filter(says).map(str::to_owned).collect(), ..Self::default() }
    }

    /// Whether it says which cases are meant beside what stands in them.
    #[must_use]
    pub fn sifts(&self) -> bool {
        Self { words: Vec::new(), ..self.clone() } != Self::default()
    }

    /// Whether a case of that unit is meant.
    #[must_use]
    pub fn takes_unit(&self, unit: Option<&str>) -> bool {
        let Some(wanted) = &self.unit else { return true };
        let Some(unit) = unit else { return false };
        let Some(rest) = unit.strip_prefix(wanted.as_str()) else { return false };
        // 3-2 is not the beginning of 3-20-1501, but A-12 is that of A-1203.
        let parts = |text: &str| text.split('-').count();
        rest.is_empty() || wanted.ends_with('-') || rest.starts_with('-') || parts(wanted) == parts(unit)
    }
}

/// Whether there is anything in a word that could be looked for.
fn says(word: &&str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// The names of all kinds and their states, in both languages.
#[derive(Debug)]
pub struct Names {
    prefixes: Vec<String>,
    kinds: HashMap<String, Vec<&'static str>>,
    states: HashMap<String, Vec<(&'static str, &'static str)>>,
}

impl Names {
    /// The names of these kinds.
    #[must_use]
    pub fn of(kinds: Kinds) -> Self {
        let mut names = Self { prefixes: Vec::new(), kinds: HashMap::new(), states: HashMap::new() };
        for kind in kinds.iter() {
            names.prefixes.push(kind.prefix.to_owned());
            names.kinds.entry(kind.id.to_owned()).or_default().push(kind.id);
            for lang in Lang::ALL {
                let of_name = names.kinds.entry(folded(&kind_name(lang, kind.id))).or_default();
                if !of_name.contains(&kind.id) {
                    of_name.push(kind.id);
                }
                for state in kind.states {
                    let Some(word) = try_word(lang, kind.id, "state", state.id) else { continue };
                    let of_name = names.states.entry(folded(&word)).or_default();
                    if !of_name.contains(&(kind.id, state.id)) {
                        of_name.push((kind.id, state.id));
                    }
                }
            }
        }
        names
    }

    /// Reads a search.
    #[must_use]
    pub fn read(&self, query: &str, today: NaiveDate) -> Sought {
        let text = folded(query);
        let words: Vec<&str> = text.split_whitespace().filter(says).collect();
        let mut sought = Sought::default();
        let mut at = 0;
        while at < words.len() {
            let longest = NAME_WORDS.min(words.len() - at);
            let taken = (1..=longest)
                .rev()
                .find(|count| self.take(&words[at..at + count].join(" "), today, &mut sought));
            match taken {
                Some(count) => at += count,
                None if words.len() > 1 && self.take_unit(words[at], &mut sought) => at += 1,
                None => {
                    sought.words.push(words[at].to_owned());
                    at += 1;
                }
            }
        }
        if sought.sifts() { sought } else { Sought::words(query) }
    }

    /// Takes a name; `false` if it is none, or says another thing of what was said already.
    fn take(&self, name: &str, today: NaiveDate, sought: &mut Sought) -> bool {
        if let Some(kinds) = self.kinds.get(name) {
            sought.kinds.extend(kinds);
        } else if let Some(open) = typed::asks_open(name).filter(|_| sought.open.is_none()) {
            sought.open = Some(open);
        } else if let Some(states) = self.states.get(name).filter(|_| sought.states.is_empty()) {
            sought.states.clone_from(states);
        } else if let Some(days) = typed::days(name, today).filter(|_| sought.days.is_none()) {
            sought.days = Some(days);
        } else {
            return false;
        }
        true
    }

    /// Takes a unit or its beginning: two or three parts, of which the first is no prefix of numbers.
    fn take_unit(&self, word: &str, sought: &mut Sought) -> bool {
        let word = word.to_uppercase();
        let parts: Vec<&str> = word.split('-').collect();
        let (first, rest) = (parts[0], &parts[1..]);
        let is_part = |part: &&str| part.len() <= PART && part.chars().all(|c| c.is_ascii_alphanumeric());
        // Only the last part may be still to come.
        let whole =
            rest.len().checked_sub(1).is_some_and(|last| rest[..last].iter().all(|part| !part.is_empty()));
        let fits = (1..=2).contains(&rest.len())
            && whole
            && (1..=BUILDING).contains(&first.len())
            && parts.iter().all(is_part)
            && !self.prefixes.iter().any(|prefix| prefix == first);
        if fits && sought.unit.is_none() {
            sought.unit = Some(word);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::kinds::STANDARD;

    fn read(query: &str) -> Sought {
        // A Tuesday.
        Names::of(STANDARD).read(query, "2026-11-24".parse().unwrap())
    }

    fn days(from: &str, to: &str) -> (NaiveDate, NaiveDate) {
        (from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn words_that_say_which_cases_are_meant_are_taken_in_both_languages() {
        let wanted = Sought {
            kinds: vec!["repair"],
            open: Some(true),
            unit: Some("3-2-".to_owned()),
            days: Some(days("2026-11-16", "2026-11-22")),
            ..Sought::default()
        };
        assert_eq!(read("报修 未结 3-2- 上周"), wanted);
        assert_eq!(read("上周 ３－２－ 未结 报修"), wanted);
        assert_eq!(read("repair open 3-2- last week"), wanted);
        let with_text =
            Sought { words: vec!["水管".to_owned()], kinds: vec!["repair"], ..Sought::default() };
        assert_eq!(read("报修 水管"), with_text);
        assert_eq!(read("水管 REPAIR"), with_text);
        assert_eq!(read("release-pass").kinds, ["release-pass"]);
        assert_eq!(read("已结 投诉").open, Some(false));
        let states = read("待付款").states;
        assert!(!states.is_empty() && states.iter().all(|(_, state)| *state == states[0].1), "{states:?}");
    }

    #[test]
    fn other_words_must_stand_in_the_case() {
        let words = |query: &str| read(query).words;
        assert_eq!(words("水管 漏水"), ["水管", "漏水"]);
        assert_eq!(words("１３８ 0000 5678"), ["13800005678"], "a telephone read out");
        assert_eq!(words("1124-007"), ["1124-007"]);
        assert_eq!(words("水管 1124-007"), ["水管", "1124-007"], "a number is no unit");
        assert_eq!(words("报修 BX-2026"), ["bx-2026"]);
        assert_eq!(words("3-2-1501"), ["3-2-1501"], "alone it is looked for as everything that it may be");
        assert_eq!(words("水管 - ,"), ["水管"], "signs alone say nothing");
        assert_eq!(words("漏水 未结 未结"), ["漏水", "未结"], "said twice it is a word as any other");
        assert!(!read("水管").sifts() && read("今天").sifts());
    }

    #[test]
    fn the_beginning_of_a_unit_ends_where_a_part_ends() {
        let takes = |wanted: &str, unit: &str| {
            Sought { unit: Some(wanted.to_owned()), ..Sought::default() }.takes_unit(Some(unit))
        };
        for (wanted, unit, taken) in [
            ("3-2-", "3-2-1501", true),
            ("3-2", "3-2-1501", true),
            ("3-2", "3-20-1501", false),
            ("3-2-15", "3-2-1501", true),
            ("3-2-15", "13-2-1501", false),
            ("A-12", "A-1203", true),
            ("3-", "3-2-1501", true),
            ("3-", "30-2-1501", false),
        ] {
            assert_eq!(takes(wanted, unit), taken, "{wanted} {unit}");
        }
        assert!(!Sought { unit: Some("3-".to_owned()), ..Sought::default() }.takes_unit(None));
        assert!(Sought::default().takes_unit(None));
    }

    #[test]
    fn a_word_stands_in_a_text_however_that_is_written() {
        for (text, word, stands) in [
            ("水管爆裂", "管爆", true),
            ("水管爆裂", "爆管", false),
            ("苏A12345", "苏a12", true),
            ("苏A12345", "123", true),
            ("苏A12345", "苏b", false),
            ("苏Ａ１２３", "a12", true),
            ("水管,已关", "管,已", true),
            ("Élan LOCK", "élan lock", true),
            ("DOOR\tLOCK", "lock", true),
            ("ＤＯＯＲ　lock", "door lock", true),
        ] {
            assert_eq!(stands_in(text, word), stands, "{text} {word}");
            assert_eq!(folded(text).contains(word), stands, "{text} {word}");
            assert_eq!(folded(text), plain(text).to_lowercase(), "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_text_as_it_is_written() {
        let marked = |text: &str, words: &[&str]| -> Vec<String> {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            places(text, &words).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(marked("厨房水管爆裂,水管漏", &["水管"]), ["水管", "水管"]);
        assert_eq!(marked("BX-20261124-007 苏Ａ１２３", &["bx-2026", "a12"]), ["BX-2026", "Ａ１２"]);
        assert_eq!(marked("水管爆裂", &["水管", "管爆裂"]), ["水管爆裂"], "joined where they overlap");
        assert_eq!(marked("水管", &["爆", ""]), Vec::<String>::new());
    }
}
