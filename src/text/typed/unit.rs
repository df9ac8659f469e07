//! A household's unit: building, unit, room.

use std::fmt;

use super::vocabulary::{starts_with, vocabulary};
use super::{Sort, TypedError, typed};

/// A flat's address inside the community. Parts are upper-case; building and unit without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnitRef {
    /// Building 栋: `3`, `A`.
    pub building: String,
    /// Unit 单元: `2`; none where a building has but one entrance.
    pub unit: Option<String>,
    /// Room 室: `1501`; leading zeros are part of it.
    pub room: String,
}

impl UnitRef {
    /// The one way of writing it: `3-2-1501`, `A-1203`.
    #[must_use]
    pub fn label(&self) -> String {
        self.to_string()
    }

    /// The other ways in which the same unit may be kept: a room is said as 801 and written as 0801.
    #[must_use]
    pub fn other_labels(&self) -> Vec<String> {
        if self.room.is_empty() || !self.room.bytes().all(|b| b.is_ascii_digit()) {
            return Vec::new();
        }
        let bare = self.room.trim_start_matches('0');
        let rooms = [bare.to_owned(), format!("{bare:0>3}"), format!("{bare:0>4}")];
        let mut labels: Vec<String> = rooms
            .into_iter()
            .filter(|room| !room.is_empty() && *room != self.room)
            .map(|room| Self { room, ..self.clone() }.label())
            .collect();
        labels.dedup();
        labels
    }
}

impl fmt::Display for UnitRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Some(unit) => write!(f, "{}-{unit}-{}", self.building, self.room),
            None => write!(f, "{}-{}", self.building, self.room),
        }
    }
}

/// What the word beside a part says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Building,
    Unit,
    Room,
}

/// Reads a unit: `3-2-1501`, `3 2 1501`, `３－２－１５０１`, `3栋2单元1501室`, `3号楼1501`, `A座-1203`.
///
/// Digits without any separator (`321501`) are not taken: only the list of households can tell how
/// they divide.
pub fn unit(input: &str) -> Result<UnitRef, TypedError> {
    let text = typed(Sort::Unit, input)?.to_uppercase();
    let wrong = || TypedError::not_understood(Sort::Unit, input);
    let parts = parts(text.strip_suffix(".0").unwrap_or(&text)).ok_or_else(wrong)?;
    let tag = |at: usize| parts.get(at).and_then(|part| part.1);
    let (building, unit, room) = match &parts[..] {
        [(building, _), (unit, _), (room, _)]
            if matches!(tag(0), None | Some(Tag::Building))
                && matches!(tag(1), None | Some(Tag::Unit))
                && matches!(tag(2), None | Some(Tag::Room)) =>
        {
            (building, Some(unit), room)
        }
        [(building, _), (room, _)]
            if matches!(tag(0), None | Some(Tag::Building)) && matches!(tag(1), None | Some(Tag::Room)) =>
        {
            (building, None, room)
        }
        [_, _] if tag(1) == Some(Tag::Unit) => return Err(TypedError::RoomMissing),
        [_, _] if tag(0) == Some(Tag::Unit) => return Err(TypedError::BuildingMissing),
        [_] if tag(0) == Some(Tag::Building) => return Err(TypedError::RoomMissing),
        [_] if tag(0) == Some(Tag::Room) => return Err(TypedError::BuildingMissing),
        _ => return Err(wrong()),
    };
    let building = number_or_name(building, 12, true).ok_or_else(wrong)?;
    let unit = match unit {
        Some(unit) => Some(number_or_name(unit, 4, false).ok_or_else(wrong)?),
        None => None,
    };
    let room = digits_or_self(room);
    let short = room.len() <= 8 && room.bytes().all(|b| b.is_ascii_alphanumeric());
    if !short || !room.bytes().any(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    Ok(UnitRef { building, unit, room })
}

/// Cuts at separators and at the words for building, unit and room.
fn parts(text: &str) -> Option<Vec<(String, Option<Tag>)>> {
    let words = &vocabulary().unit;
    let lists = [
        (&words.building, Some(Tag::Building)),
        (&words.unit, Some(Tag::Unit)),
        (&words.room, Some(Tag::Room)),
        (&words.any, None),
    ];
    let lower = text.to_lowercase();
    // Case folding of what is left after NFKC can change lengths; the parts are ASCII where it matters.
    let text = if lower.len() == text.len() { text } else { return None };
    let mut parts: Vec<(String, Option<Tag>)> = Vec::new();
    let mut part = String::new();
    // An English word stands before its part.
    let mut ahead: Option<Tag> = None;
    let mut at = 0;
    let flush = |part: &mut String, tag: &mut Option<Tag>, parts: &mut Vec<_>| {
        if !part.is_empty() {
            parts.push((std::mem::take(part), tag.take()));
        }
    };
    while let Some(c) = text.get(at..)?.chars().next() {
        let hit = lists
            .iter()
            .filter_map(|(list, tag)| starts_with(lower.get(at..)?, list).map(|word| (word, *tag)))
            .max_by_key(|(word, _)| word.len());
        let apart = |word: &str| {
            // An English word ends where its letters end, and begins where they begin.
            let word_is_ascii = word.bytes().all(|b| b.is_ascii_alphabetic());
            let after = lower[at + word.len()..].chars().next();
            !word_is_ascii
                || (!part.ends_with(|c: char| c.is_ascii_alphanumeric())
                    && !after.is_some_and(|c| c.is_ascii_alphabetic()))
        };
        if let Some((word, tag)) = hit.filter(|(word, _)| apart(word)) {
            let english = word.is_ascii() && word != "#";
            if english {
                flush(&mut part, &mut ahead, &mut parts);
                ahead = tag;
            } else if part.is_empty() {
                // A Chinese word follows its part directly or after a space.
                let last = parts.last_mut()?;
                if last.1.is_none() {
                    last.1 = tag;
                }
            } else {
                let mut own = tag.or(ahead.take());
                flush(&mut part, &mut own, &mut parts);
            }
            at += word.len();
            continue;
        }
        if c.is_alphanumeric() {
            part.push(c);
        } else if matches!(c, '-' | ' ' | '/' | ',' | '.' | '~' | '_') {
            flush(&mut part, &mut ahead, &mut parts);
        } else {
            return None;
        }
        at += c.len_utf8();
    }
    flush(&mut part, &mut ahead, &mut parts);
    Some(parts)
}

/// A number in Chinese characters as digits, everything else as it is.
fn digits_or_self(part: &str) -> String {
    vocabulary().number(part).map_or_else(|| part.to_owned(), |number| number.to_string())
}

/// A number without leading zeros, or a short name.
fn number_or_name(part: &str, longest: usize, names: bool) -> Option<String> {
    let part = digits_or_self(part);
    if part.chars().count() > longest || !(names || part.is_ascii()) {
        return None;
    }
    if part.bytes().all(|b| b.is_ascii_digit()) {
        let stripped = part.trim_start_matches('0');
        return Some(if stripped.is_empty() { "0".to_owned() } else { stripped.to_owned() });
    }
    Some(part)
}
