//! Telephone numbers in one normal form.

use super::vocabulary::{starts_with, vocabulary};
use super::{Sort, TypedError, typed};

/// Reads a telephone number and gives its normal form.
///
/// - mobile: eleven digits, `13800005678` (a country code `+86` or `0086` is dropped);
/// - landline: area code, number and extension by hyphens, `0755-12345678-801`, `010-12345678`; a number
///   of seven or eight digits without an area code stays as it is; an extension of any other number
///   follows a `#`;
/// - `400` and `800` numbers: ten digits; short service and house numbers: three to six digits;
/// - from abroad: `+` and seven to fifteen digits.
///
/// Spaces, hyphens, dots and brackets between digits are dropped, also the `.0` that a spreadsheet
/// adds. `1.38E+10` is refused as having lost its digits; where all digits are still there it is taken.
pub fn phone(input: &str) -> Result<String, TypedError> {
    let text = typed(Sort::Phone, input)?;
    let wrong = || TypedError::not_understood(Sort::Phone, input);
    let lost = || TypedError::DigitsLost { input: input.to_owned() };
    match scientific(&text) {
        Some(Scientific::Whole(digits)) => return number(&digits).ok_or_else(lost),
        Some(Scientific::DigitsLost) => return Err(lost()),
        None => {}
    }
    let text = match text.strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|b| b.is_ascii_digit()) => whole,
        _ => &text,
    };
    let (main, extension) = split_extension(text);
    let plus = main.trim_start().starts_with('+');
    let mut found = String::new();
    // Where the area code ended, if a separator said so.
    let mut groups = vec![0usize];
    for c in main.trim_start().trim_start_matches('+').chars() {
        match c {
            c if c.is_ascii_digit() => {
                found.push(c);
                *groups.last_mut().ok_or_else(wrong)? += 1;
            }
            ' ' | '-' | '.' | '(' | ')' | '/' | '[' | ']' => groups.push(0),
            _ => return Err(wrong()),
        }
    }
    if found.is_empty() {
        return Err(wrong());
    }
    let extension = match extension {
        None => None,
        Some(text) => {
            let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | ':' | '.')).collect();
            if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong());
            }
            Some(digits)
        }
    };
    let length = TypedError::PhoneLength { digits: found.len() };
    // `0755-12345678-801`: the last of three groups is an extension where the first two are complete.
    groups.retain(|count| *count > 0);
    if extension.is_none()
        && !plus
        && let [area @ 3..=4, local @ 7..=8, 1..=6] = groups[..]
        && found.starts_with('0')
        && area_length(&found) == area
    {
        let (main, ext_digits) = found.split_at(area + local);
        let main = landline(main).ok_or(length)?;
        return Ok(with_extension(&main, ext_digits));
    }
    let main = if plus && !found.starts_with("86") {
        // No country's code begins with a zero.
        if !(7..=15).contains(&found.len()) || found.starts_with('0') {
            return Err(length);
        }
        format!("+{found}")
    } else {
        let national = if plus { found.strip_prefix("86") } else { found.strip_prefix("0086") };
        match national {
            // From abroad the zero of the area code is left out.
            Some(national) => number(national).or_else(|| landline(&format!("0{national}"))),
            None => number(&found),
        }
        .ok_or(length)?
    };
    Ok(match extension {
        Some(extension) => with_extension(&main, &extension),
        None => main,
    })
}

/// A number with its extension. After a number without an area code a hyphen would read as part of it.
fn with_extension(main: &str, extension: &str) -> String {
    format!("{main}{}{extension}", if main.contains('-') { '-' } else { '#' })
}

/// The digits of a number, of a full-width one too: what a search compares.
#[must_use]
pub fn digits(text: &str) -> String {
    super::plain::plain(text).chars().filter(char::is_ascii_digit).collect()
}

/// The normal form of a number of digits only.
fn number(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes();
    match (bytes.first()?, digits.len()) {
        (b'1', 11) if (b'3'..=b'9').contains(bytes.get(1)?) => Some(digits.to_owned()),
        (b'0', 10..=12) => landline(digits),
        (b'1'..=b'9', 3..=8) => Some(digits.to_owned()),
        (b'4' | b'8', 10) if digits[1..].starts_with("00") => Some(digits.to_owned()),
        // The country code without a plus.
        (b'8', 13) => digits.strip_prefix("86").filter(|rest| rest.starts_with('1')).and_then(number),
        _ => None,
    }
}

/// Area code, hyphen, number.
fn landline(digits: &str) -> Option<String> {
    // A mobile number dialled with a trunk zero.
    if digits.len() == 12 && digits.starts_with("01") && !digits.starts_with("010") {
        return number(&digits[1..]);
    }
    let (area, local) = digits.split_at_checked(area_length(digits))?;
    ((7..=8).contains(&local.len()) && !local.starts_with('0')).then(|| format!("{area}-{local}"))
}

/// Beijing and the codes that begin with 02 have three digits, all others four.
fn area_length(digits: &str) -> usize {
    if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 }
}

/// What is left of a number that a spreadsheet wrote in scientific form.
enum Scientific {
    Whole(String),
    DigitsLost,
}

fn scientific(text: &str) -> Option<Scientific> {
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent = exponent.trim_start_matches('+');
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || exponent.is_empty() || ![whole, decimals, exponent].into_iter().all(digits) {
        return None;
    }
    Some(match exponent.parse::<usize>() {
        Ok(exponent) if exponent == decimals.len() => Scientific::Whole(format!("{whole}{decimals}")),
        _ => Scientific::DigitsLost,
    })
}

/// Cuts at the word for an extension.
fn split_extension(text: &str) -> (&str, Option<&str>) {
    let words = &vocabulary().phone.extension;
    for (at, _) in text.char_indices() {
        if let Some(word) = starts_with(&text[at..], words) {
            return (&text[..at], Some(&text[at + word.len()..]));
        }
    }
    (text, None)
}
