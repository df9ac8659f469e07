//! Saying what the rules say: refusals, and the words of a kind.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::lang::{Lang, t, try_t};
use crate::desk::people::CLOCK;
use crate::desk::timeline::Entry;
use crate::desk::why::{Arg, Why};

/// The sentence of a refusal.
///
/// A sentence under `<kind>.…` that a kind does not have is looked up under `case.…`.
#[must_use]
pub fn say(why: &Why, lang: Lang, tz: Tz) -> String {
    let values: Vec<(&str, String)> =
        why.args.iter().map(|(name, arg)| (name.as_str(), said(arg, lang, tz))).collect();
    let borrowed: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    t(lang, &key_or_common(lang, &why.key), &borrowed)
}

fn said(arg: &Arg, lang: Lang, tz: Tz) -> String {
    match arg {
        Arg::Text(text) => super::plain::harmless(text).into_owned(),
        Arg::Term(key) => t(lang, &key_or_common(lang, key), &[]),
        Arg::Money(fen) => money(*fen),
        Arg::Number(number) => number.to_string(),
        Arg::At(at) => stamp(*at, tz),
        Arg::Day(day) => day.to_string(),
    }
}

/// An amount in yuan with two decimals.
#[must_use]
pub fn money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// An instant in full, in the community's time zone: `2026-11-24 15:30`.
#[must_use]
pub fn stamp(at: DateTime<Utc>, tz: Tz) -> String {
    at.with_timezone(&tz).format("%Y-%m-%d %H:%M").to_string()
}

/// The word of a kind, `<kind>.<sort>.<id>`; the common one of all kinds where it has none of its own.
#[must_use]
pub fn word(lang: Lang, kind: &str, sort: &str, id: &str) -> String {
    t(lang, &key_or_common(lang, &format!("{kind}.{sort}.{id}")), &[])
}

/// The name of a kind of case.
#[must_use]
pub fn kind_name(lang: Lang, kind: &str) -> String {
    t(lang, &format!("{kind}.name"), &[])
}

/// Like [`word`]; `None` where there is none at all.
#[must_use]
pub fn try_word(lang: Lang, kind: &str, sort: &str, id: &str) -> Option<String> {
    try_t(lang, &format!("{kind}.{sort}.{id}"), &[])
        .or_else(|| try_t(lang, &format!("case.{sort}.{id}"), &[]))
}

/// The key itself, or the common one of all kinds when a kind does not have it.
fn key_or_common(lang: Lang, key: &str) -> String {
    if super::lang::has(lang, key) {
        return key.to_owned();
    }
    match key.split_once('.') {
        Some((_, rest)) if super::lang::has(lang, &format!("case.{rest}")) => format!("case.{rest}"),
        _ => key.to_owned(),
    }
}

/// Who did it, and by whose word; the clock has a word of its own.
#[must_use]
pub fn by(entry: &Entry, lang: Lang) -> String {
    let by = if entry.by == CLOCK { t(lang, "people.role.clock", &[]) } else { entry.by.clone() };
    match &entry.with {
        Some(with) => t(lang, "text.say.by_word", &[("by", &by), ("with", with)]),
        None => by,
    }
}
