//! How instants, days, spans, money and personal numbers are shown.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::lang::{Lang, t};
use super::typed::nearest_year;
use crate::desk::promise::{Basis, Counting};

/// An instant as people say it: `15:30` today, `明天 10:00`, `11-26 10:00`, with the year where it
/// would else be taken for another. What is shown can be typed again (`typed::when`).
#[must_use]
pub fn show_when(at: DateTime<Utc>, now: DateTime<Utc>, tz: Tz, lang: Lang) -> String {
    let (local, today) = (at.with_timezone(&tz), now.with_timezone(&tz).date_naive());
    let time = local.format("%H:%M").to_string();
    match (local.date_naive() - today).num_days() {
        -1 => t(lang, "text.show.yesterday", &[("time", &time)]),
        1 => t(lang, "text.show.tomorrow", &[("time", &time)]),
        _ => show_when_short(at, now, tz),
    }
}

/// Like [`show_when`] without words, for narrow columns: `15:30`, `11-26 10:00`; at most 11 columns
/// near to now, 16 with a year.
#[must_use]
pub fn show_when_short(at: DateTime<Utc>, now: DateTime<Utc>, tz: Tz) -> String {
    let (local, today) = (at.with_timezone(&tz), now.with_timezone(&tz).date_naive());
    let day = local.date_naive();
    let form = if day == today {
        "%H:%M"
    } else if nearest_year(today, day.month(), day.day()) == Some(day) {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    local.format(form).to_string()
}

/// A day with its weekday: `2026-11-24 周二`, `Tue 2026-11-24`.
#[must_use]
pub fn show_day(day: NaiveDate, lang: Lang) -> String {
    let weekday = show_weekday(day.weekday(), lang);
    t(lang, "text.show.day", &[("date", &day.to_string()), ("weekday", &weekday)])
}

/// The short name of a weekday.
#[must_use]
pub fn show_weekday(day: Weekday, lang: Lang) -> String {
    let key = match day {
        Weekday::Mon => "text.weekday.mon",
        Weekday::Tue => "text.weekday.tue",
        Weekday::Wed => "text.weekday.wed",
        Weekday::Thu => "text.weekday.thu",
        Weekday::Fri => "text.weekday.fri",
        Weekday::Sat => "text.weekday.sat",
        Weekday::Sun => "text.weekday.sun",
    };
    t(lang, key, &[])
}

/// What a promise or callback was made by: the rule as it was then, or a person's word.
#[must_use]
pub fn show_basis(basis: &Basis, lang: Lang) -> String {
    match basis {
        Basis::Rule(rule) => {
            let key = match rule.counting {
                Counting::Clock => "basis.by_clock",
                Counting::Service => "basis.by_service",
            };
            t(lang, key, &[("span", &show_span(i64::from(rule.minutes), lang))])
        }
        Basis::Hand { reason: Some(reason) } => t(lang, "basis.by_hand_because", &[("reason", reason)]),
        Basis::Hand { reason: None } => t(lang, "basis.by_hand", &[]),
    }
}

/// A length of time in its two greatest units: `35分`, `2h`, `2h30分`, `1天2h`; cut, not rounded.
///
/// From one day on minutes are left out. Below zero with a minus in front.
#[must_use]
pub fn show_span(minutes: i64, lang: Lang) -> String {
    let total = minutes.unsigned_abs();
    let (days, hours, rest) = (total / 1440, total / 60 % 24, total % 60);
    let mut out = String::new();
    if minutes < 0 {
        out.push('-');
    }
    let mut piece = |key: &str, n: u64| out.push_str(&t(lang, key, &[("n", &n.to_string())]));
    if days > 0 {
        piece("text.span.days", days);
    }
    if hours > 0 {
        piece("text.span.hours", hours);
    }
    if days == 0 && (rest > 0 || hours == 0) {
        piece("text.span.minutes", rest);
    }
    out
}

/// An amount in yuan with two decimals: `12.50`, `-0.05`. No thousands' commas: it can be typed again.
#[must_use]
pub fn show_money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// A telephone number for screens that others can see: `138****5678`, `0755-****5678`, `****78`.
///
/// An extension is masked whole. A number of four digits or fewer shows nothing.
#[must_use]
pub fn mask_phone(phone: &str) -> String {
    let mut groups = phone.split('-');
    let first = groups.next().unwrap_or_default();
    if let (true, Some(local)) = (first.starts_with('0'), groups.next()) {
        let extension = if groups.next().is_some() { "-***" } else { "" };
        return format!(
            "{}-{}{extension}",
            letters(first).iter().take(4).collect::<String>(),
            mask(local, 0, 4)
        );
    }
    let (number, extension) = match phone.split_once('#') {
        Some((number, _)) => (number, "#***"),
        None => (phone, ""),
    };
    let shown = match letters(number).len() {
        11.. => mask(number, 3, 4),
        9..=10 => mask(number, 2, 3),
        _ => mask(number, 0, 4),
    };
    shown + extension
}

/// An identity number: the first three and last four characters of one of 15 or more, less of shorter ones.
/// The date of birth never shows.
#[must_use]
pub fn mask_id(id: &str) -> String {
    match letters(id).len() {
        15.. => mask(id, 3, 4),
        8.. => mask(id, 1, 2),
        _ => mask(id, 0, 2),
    }
}

/// Keeps `head` and `tail` characters with four stars between; fewer where less than half would be hidden.
fn mask(text: &str, head: usize, tail: usize) -> String {
    let letters = letters(text);
    let hidden = letters.len().saturating_sub(head + tail);
    let (head, tail) = if letters.len() <= 4 {
        (0, 0)
    } else if hidden * 3 >= letters.len() {
        (head, tail)
    } else {
        (0, letters.len() / 3)
    };
    let mut out: String = letters[..head].iter().collect();
    out.push_str("****");
    out.extend(&letters[letters.len() - tail..]);
    out
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests;
