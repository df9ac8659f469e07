//! The two languages and the only door to the words that people see.
//!
//! Words lie in `assets/locales/<room>.<language>.toml`, one pair of files a room or kind, and are
//! compiled in by `rust-i18n`, which takes the language from the last part of the file's stem and
//! merges all files of one language. Keys are the path through the tables: `text.error.empty`. Each file
//! begins its tables with its own name, so that two rooms cannot overwrite each other's words.
//!
//! The crate's `t!` macro falls back to printing the key and formats its arguments into the text by
//! a macro; keys here are often computed (`kind.repair.state.paid`), so this module asks the generated
//! backend itself and fills `%{name}` in one pass: what is inserted is data and never looked at again.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::desk::settings::Bilingual;

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Chinese as written in mainland China; the office's own language.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// A language name that is neither Chinese nor English.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language of this program; use zh-CN or en")]
pub struct UnknownLang(pub String);

impl Lang {
    /// All languages, the default first.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The tag as in file names and settings: `zh-CN` or `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of the system; Chinese where the system does not say or speaks a third one.
    #[must_use]
    pub fn detect() -> Self {
        sys_locale::get_locales().find_map(|locale| locale.parse().ok()).unwrap_or_default()
    }

    /// Of a word kept in both languages the one in this language.
    #[must_use]
    pub fn of(self, words: &Bilingual) -> &str {
        match self {
            Self::ZhCn => &words.zh,
            Self::En => &words.en,
        }
    }

    /// The other one, for a switch that toggles.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::ZhCn => Self::En,
            Self::En => Self::ZhCn,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.tag())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    /// Takes tags of every habit: `zh`, `zh_CN.UTF-8`, `zh-Hans-CN`, `EN-gb`.
    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        let head: String = text.trim().chars().take_while(char::is_ascii_alphabetic).collect();
        match head.to_ascii_lowercase().as_str() {
            "zh" => Ok(Self::ZhCn),
            "en" => Ok(Self::En),
            _ => Err(UnknownLang(text.to_owned())),
        }
    }
}

/// The words under `key`, with each `%{name}` replaced by the value of that name.
///
/// A missing key gives the key itself, which a test over all keys in the source keeps from happening.
#[must_use]
pub fn t(lang: Lang, key: &str, values: &[(&str, &str)]) -> String {
    try_t(lang, key, values).unwrap_or_else(|| key.to_owned())
}

/// Like [`t`]; `None` when the key does not exist.
#[must_use]
pub fn try_t(lang: Lang, key: &str, values: &[(&str, &str)]) -> Option<String> {
    let words = crate::_rust_i18n_backend().translate(lang.tag(), key)?;
    Some(if values.is_empty() { words.into_owned() } else { fill(&words, values) })
}

/// Whether the key exists in this language.
#[must_use]
pub fn has(lang: Lang, key: &str) -> bool {
    crate::_rust_i18n_backend().translate(lang.tag(), key).is_some()
}

/// Every key of a language with its words, in the order of the keys.
pub fn entries(lang: Lang) -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, str>)> {
    let mut all = crate::_rust_i18n_backend().messages_for_locale(lang.tag()).unwrap_or_default();
    all.sort();
    all.into_iter()
}

/// Every key of a language, in order.
pub fn keys(lang: Lang) -> impl Iterator<Item = Cow<'static, str>> {
    entries(lang).map(|(key, _)| key)
}

/// The names in `%{name}` of a text, in order of appearance.
#[must_use]
pub fn placeholders(words: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some(at) = rest.find("%{") {
        rest = &rest[at + 2..];
        let Some(end) = rest.find('}') else { break };
        found.push(&rest[..end]);
        rest = &rest[end + 1..];
    }
    found
}

/// Replaces in one pass from left to right, so a value that holds `%{x}` stays as it is.
fn fill(words: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(words.len() + 16);
    let mut rest = words;
    while let Some(at) = rest.find("%{") {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = tail.find('}') else {
            rest = tail;
            break;
        };
        let name = &tail[2..end];
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&tail[..=end]),
        }
        rest = &tail[end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
