//! Amounts of money, in whole fen.

use super::vocabulary::{run, starts_with, vocabulary};
use super::{Sort, TypedError, typed};

/// The greatest amount that is taken, in fen: a thousand million yuan. More is a slip of the finger.
pub const MONEY_MAX: i64 = 100_000_000_000;

/// Reads an amount in fen: `12`, `12.5`, `¥12.50`, `1,200`, `12元5角`, `12块5`.
///
/// Parts of a fen, amounts below zero and above [`MONEY_MAX`] are refused.
pub fn money(input: &str) -> Result<i64, TypedError> {
    let text: String = typed(Sort::Money, input)?.chars().filter(|c| *c != ' ').collect();
    let words = &vocabulary().money;
    let wrong = || TypedError::not_understood(Sort::Money, input);
    let (minus, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let mut rest = text;
    let mut sign = false;
    if let Some(word) = starts_with(rest, &words.yuan) {
        rest = &rest[word.len()..];
        sign = true;
    }
    let (minus, mut rest) = match rest.strip_prefix('-') {
        Some(after) if sign && !minus => (true, after),
        _ => (minus, rest),
    };
    // How many fen the next number counts: yuan, jiao, fen.
    let mut place: Option<i64> = None;
    let mut sum = 0i64;
    while !rest.is_empty() {
        let number = run(rest, |c| c.is_ascii_digit() || matches!(c, '.' | ','));
        rest = &rest[number.len()..];
        let (fen, decimals) = amount(number).ok_or_else(wrong)?;
        let fen = fen?;
        let (unit, word) = if let Some(word) = starts_with(rest, &words.yuan) {
            (100, word)
        } else if let Some(word) = starts_with(rest, &words.jiao) {
            (10, word)
        } else if let Some(word) = starts_with(rest, &words.fen) {
            (1, word)
        } else if rest.is_empty() {
            // A last number without a unit stands one place lower: jiao after yuan.
            match place {
                None => (100, ""),
                Some(1) => return Err(wrong()),
                Some(place) if number.len() == 1 => (place / 10, ""),
                // Two digits after the yuan mark are fen.
                Some(100) if number.len() == 2 => (1, ""),
                Some(_) => return Err(wrong()),
            }
        } else {
            return Err(wrong());
        };
        if place.is_some_and(|place| unit >= place) || (decimals && (unit != 100 || place.is_some())) {
            return Err(wrong());
        }
        // `fen` counts the number as yuan.
        sum = sum
            .checked_add(fen / 100 * unit + if unit == 100 { fen % 100 } else { 0 })
            .ok_or(TypedError::TooMuch)?;
        place = Some(unit);
        rest = &rest[word.len()..];
        if decimals && !rest.is_empty() {
            return Err(wrong());
        }
    }
    if place.is_none() {
        return Err(wrong());
    }
    if sum > MONEY_MAX {
        return Err(TypedError::TooMuch);
    }
    if minus && sum > 0 {
        return Err(TypedError::Negative);
    }
    Ok(sum)
}

/// A number with thousands' commas and decimals, as if it were yuan, in fen; and whether it had decimals.
/// `None` when it is not a number.
fn amount(text: &str) -> Option<(Result<i64, TypedError>, bool)> {
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    let well_grouped = !grouped || ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3));
    let digits: String = whole.chars().filter(|c| *c != ',').collect();
    let decimals_text = decimals.unwrap_or("0");
    if digits.is_empty() || !well_grouped || decimals_text.is_empty() {
        return None;
    }
    if !decimals_text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fen = if decimals_text.len() > 2 {
        Err(TypedError::TooManyDecimals)
    } else {
        let part: i64 = format!("{decimals_text:0<2}").parse().ok()?;
        digits
            .parse::<i64>()
            .ok()
            .and_then(|yuan| yuan.checked_mul(100)?.checked_add(part))
            .filter(|fen| *fen <= MONEY_MAX)
            .ok_or(TypedError::TooMuch)
    };
    Some((fen, decimals.is_some()))
}
