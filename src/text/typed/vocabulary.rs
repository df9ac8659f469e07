//! The words of `assets/typed.toml`, and cutting what was typed into them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// A part of the day, which says how an hour up to twelve is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Part {
    Dawn,
    Morning,
    Noon,
    Afternoon,
    Evening,
    Am,
    Pm,
}

/// Units and connecting words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mark {
    Year,
    Month,
    /// The day in a date.
    Date,
    /// Days in a span.
    Days,
    Week,
    Hour,
    Clock,
    Minute,
    Quarter,
    Half,
    Sharp,
    Measure,
    Later,
    Ago,
    In,
    /// Now, or just now.
    Now,
    Filler,
}

/// A piece of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A number; `digits` is how many were typed, 0 for one in Chinese characters.
    Num {
        value: u32,
        digits: u8,
    },
    /// Days from today.
    Offset(i64),
    /// Calendar weeks from this one.
    Shift(i64),
    /// Days from Monday.
    Weekday(u8),
    /// 1 to 12.
    Month(u32),
    Part(Part),
    Mark(Mark),
    Sign(char),
}

#[derive(Deserialize)]
struct Asset {
    alias: BTreeMap<String, String>,
    number: BTreeMap<char, u32>,
    offset: BTreeMap<String, i64>,
    shift: BTreeMap<String, i64>,
    weekday: BTreeMap<String, u8>,
    month: BTreeMap<String, u32>,
    part: BTreeMap<Part, Vec<String>>,
    mark: BTreeMap<Mark, Vec<String>>,
    money: MoneyWords,
    phone: PhoneWords,
    unit: UnitWords,
    find: FindWords,
}

/// Words in an amount.
#[derive(Deserialize)]
pub(super) struct MoneyWords {
    pub(super) yuan: Vec<String>,
    pub(super) jiao: Vec<String>,
    pub(super) fen: Vec<String>,
}

/// Words in a telephone number.
#[derive(Deserialize)]
pub(super) struct PhoneWords {
    pub(super) extension: Vec<String>,
}

/// Words in a search.
#[derive(Deserialize)]
pub(super) struct FindWords {
    pub(super) open: Vec<String>,
    pub(super) closed: Vec<String>,
}

/// Words in a unit.
#[derive(Deserialize)]
pub(super) struct UnitWords {
    pub(super) building: Vec<String>,
    pub(super) unit: Vec<String>,
    pub(super) room: Vec<String>,
    pub(super) any: Vec<String>,
}

pub(super) struct Vocabulary {
    /// Longest first.
    alias: Vec<(String, String)>,
    number: BTreeMap<char, u32>,
    words: HashMap<String, Token>,
    /// Characters of the longest word.
    longest: usize,
    pub(super) money: MoneyWords,
    pub(super) phone: PhoneWords,
    pub(super) unit: UnitWords,
    pub(super) find: FindWords,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let asset: Asset = toml::from_str(include_str!("../../../assets/typed.toml"))
        .expect("the vocabulary is compiled in and read by a test");
    let mut words = HashMap::new();
    words.extend(asset.offset.into_iter().map(|(word, n)| (word, Token::Offset(n))));
    words.extend(asset.shift.into_iter().map(|(word, n)| (word, Token::Shift(n))));
    words.extend(asset.weekday.into_iter().map(|(word, n)| (word, Token::Weekday(n - 1))));
    words.extend(asset.month.into_iter().map(|(word, n)| (word, Token::Month(n))));
    for (part, list) in asset.part {
        words.extend(list.into_iter().map(|word| (word, Token::Part(part))));
    }
    for (mark, list) in asset.mark {
        words.extend(list.into_iter().map(|word| (word, Token::Mark(mark))));
    }
    let mut alias: Vec<_> = asset.alias.into_iter().collect();
    alias.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    let longest = words.keys().map(|word| word.chars().count()).max().unwrap_or(0);
    Vocabulary {
        alias,
        number: asset.number,
        words,
        longest,
        money: asset.money,
        phone: asset.phone,
        unit: asset.unit,
        find: asset.find,
    }
});

/// The vocabulary, read once.
pub(super) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

impl Vocabulary {
    /// Cuts plain lower-case text into tokens; `None` when a piece is not known.
    pub(super) fn tokens(&self, text: &str) -> Option<Vec<Token>> {
        let mut text = text.to_owned();
        for (word, meaning) in &self.alias {
            if text.contains(word.as_str()) {
                text = text.replace(word.as_str(), meaning);
            }
        }
        let mut tokens = Vec::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            if c.is_whitespace() {
                rest = &rest[c.len_utf8()..];
            } else if c.is_ascii_digit() {
                let digits = run(rest, |c| c.is_ascii_digit());
                // Nine digits always fit; no date, time or span has more.
                let count = u8::try_from(digits.len()).ok().filter(|n| *n <= 9)?;
                tokens.push(Token::Num { value: digits.parse().ok()?, digits: count });
                rest = &rest[digits.len()..];
            } else if c.is_ascii_alphabetic() {
                let word = run(rest, |c| c.is_ascii_alphabetic());
                tokens.push(*self.words.get(word)?);
                rest = &rest[word.len()..];
            } else if c.is_ascii_punctuation() {
                tokens.push(Token::Sign(c));
                rest = &rest[1..];
            } else if let Some((word, token)) = self.longest_word(rest) {
                tokens.push(token);
                rest = &rest[word..];
            } else {
                let number = run(rest, |c| self.number.contains_key(&c));
                tokens.push(Token::Num { value: self.number(number)?, digits: 0 });
                rest = &rest[number.len()..];
            }
        }
        Some(tokens)
    }

    fn longest_word(&self, rest: &str) -> Option<(usize, Token)> {
        let ends: Vec<usize> =
            rest.char_indices().take(self.longest).map(|(at, c)| at + c.len_utf8()).collect();
        ends.into_iter().rev().find_map(|end| self.words.get(&rest[..end]).map(|token| (end, *token)))
    }

    /// A number in Chinese characters: with tens and hundreds, or digit by digit.
    pub(super) fn number(&self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return None;
        }
        let values: Vec<u32> = text.chars().map(|c| self.number.get(&c).copied()).collect::<Option<_>>()?;
        if values.iter().all(|value| *value < 10) {
            return values.iter().try_fold(0u32, |sum, value| sum.checked_mul(10)?.checked_add(*value));
        }
        let mut sum = 0u32;
        let mut digit: Option<u32> = None;
        for value in values {
            if value < 10 {
                digit = Some(value);
            } else {
                sum = sum.checked_add(digit.unwrap_or(1).checked_mul(value)?)?;
                digit = None;
            }
        }
        sum.checked_add(digit.unwrap_or(0))
    }
}

/// The longest beginning whose characters all pass.
pub(super) fn run(text: &str, passes: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !passes(c)).unwrap_or(text.len());
    &text[..end]
}

/// The first of `words` that `text` begins with; the longest wins.
pub(super) fn starts_with<'a>(text: &str, words: &'a [String]) -> Option<&'a str> {
    words.iter().map(String::as_str).filter(|word| text.starts_with(word)).max_by_key(|word| word.len())
}
