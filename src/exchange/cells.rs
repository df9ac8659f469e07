//! What stands in the cells of a roster: units, names, telephones, areas, days, amounts; and the one gate
//! through which text passes into the cells of other programs.

use std::borrow::Cow;

use chrono::{Days, NaiveDate};

use super::headings::{is_blank, occupancy, relation, without_square_metres};
use super::sheet::{Cell, CellKind};
use super::{Reason, rows::rule};
use crate::desk::field::TEXT_MAX;
use crate::desk::household::{Occupancy, Relation};
use crate::desk::why::{Arg, Why};
use crate::text::plain::{harmless as harmless_text, harmless_lines, plain};
use crate::text::typed;

/// Largest area that is taken, in hundredths of a square metre: more is a slip of the finger.
const AREA_MAX: f64 = 10_000_000.0;
/// Numbers that a spreadsheet may mean as days, 1927 to 2173; its days count from the end of 1899.
const SERIALS: std::ops::RangeInclusive<u64> = 10_000..=100_000;
/// Fewest digits of a part of a telephone cell that is a number of its own.
const PHONE_DIGITS: usize = 7;

/// A text for a cell without control characters but for line ends, which cells have.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    let control = |c: char| c.is_control() && c != '\n';
    if text.contains(control) { harmless_lines(text) } else { Cow::Borrowed(text) }
}

/// A text as a cell that no spreadsheet takes for a formula: in front of a sign that begins one stands an
/// apostrophe, and in front of an apostrophe a second one. Reading the cell takes it away again.
#[must_use]
pub fn harmless(text: &str) -> String {
    let begins = |c: char| {
        matches!(
            c,
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\''
                | '\u{ff1d}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff20}'
        )
    };
    // Some spreadsheets pass over blanks in front of the sign.
    let marked = text.trim_start_matches([' ', '\u{a0}', '\u{3000}']).starts_with(begins);
    let text = visible(text);
    if marked { format!("'{text}") } else { text.into_owned() }
}

/// The text of a cell, `None` where nothing stands there or a word for nothing.
pub(super) fn filled(cell: &Cell) -> Result<Option<&str>, Reason> {
    match cell.kind {
        CellKind::Empty => Ok(None),
        CellKind::Error => {
            Err(rule(Why::new("exchange.why.cell_error").with("value", Arg::Text(cell.text.clone()))))
        }
        _ if is_blank(&cell.text) => Ok(None),
        _ => Ok(Some(&cell.text)),
    }
}

/// How many: a whole number from one on. What it is counted in may follow (`3` and a measure word).
pub(super) fn count(text: &str) -> Result<(i64, Option<String>), Reason> {
    let text = plain(text);
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    // A spreadsheet may write a whole number as `3.0`.
    let rest = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches('0')).trim();
    let number = number.parse().ok().filter(|number| *number > 0);
    let measure = rest.chars().all(char::is_alphabetic);
    number
        .filter(|_| measure)
        .map(|number| (number, (!rest.is_empty()).then(|| rest.to_owned())))
        .ok_or_else(|| rule(Why::new("exchange.why.not_a_count").with("value", Arg::Text(text.to_owned()))))
}

/// The cells that name a unit; which of them are there depends on the roster.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The whole unit, or its room, or beside a room its entrance.
    pub unit: Option<&'a str>,
    pub building: Option<&'a str>,
    pub entrance: Option<&'a str>,
    pub room: Option<&'a str>,
}

/// The unit as everybody writes it.
pub(super) fn unit(place: Place) -> Result<String, Reason> {
    let alone = place.unit.or(place.room).ok_or_else(|| rule(Why::new("exchange.why.unit_missing")))?;
    let whole = typed::unit(alone);
    let Some(building) = place.building else {
        return whole.map(|unit| unit.label()).map_err(Reason::Typed);
    };
    // A column of whole units beside one of buildings.
    if let Ok(whole) = &whole
        && (whole.unit.is_some() || place.entrance.is_none())
        && typed::unit(&format!("{building}-1")).is_ok_and(|known| known.building == whole.building)
    {
        return Ok(whole.label());
    }
    let (entrance, room) = match (place.unit, place.room) {
        // "Building, unit, room": the unit is the entrance.
        (Some(unit), Some(room)) => (place.entrance.or(Some(unit)), room),
        _ => (place.entrance, alone),
    };
    let parts: Vec<String> =
        [Some(building), entrance, Some(room)].into_iter().flatten().map(whole_number).collect();
    typed::unit(&parts.join("-")).map(|unit| unit.label()).map_err(Reason::Typed)
}

/// `1501.0`, as a text file made from a spreadsheet has it, is `1501`.
fn whole_number(text: &str) -> String {
    let text = text.trim();
    match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole.to_owned(),
        _ => text.to_owned(),
    }
}

/// Whether a sign stands between two persons or numbers, in whatever language it is typed.
fn separates(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | ';' | '/' | '|' | '\u{3001}' | '\u{ff1b}' | '\u{ff0f}' | '\u{ff0c}' | '\u{ff5c}'
    )
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// The names in a cell.
pub(super) fn names(text: &str) -> Result<Vec<String>, Reason> {
    // "Smith, John" is one person; a comma between Chinese names separates two.
    let chinese = text.chars().any(is_han);
    let mut names = Vec::new();
    for part in text.split(|c| separates(c) || (chinese && c == ',')) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let all_han = words.iter().all(|word| word.chars().all(is_han));
        if !all_han {
            names.push(words.join(" "));
        } else if words.len() > 1 && words.iter().all(|word| word.chars().count() >= 2) {
            names.extend(words.into_iter().map(str::to_owned));
        } else {
            // A name of two characters is often spread to the width of three.
            names.push(words.concat());
        }
    }
    names.retain(|name| !is_blank(name));
    let names: Vec<String> = names.into_iter().map(|name| harmless_text(&name).into_owned()).collect();
    if names.iter().any(|name| name.chars().count() > TEXT_MAX) {
        return Err(rule(Why::new("exchange.why.name_long").with("max", Arg::Number(TEXT_MAX as i64))));
    }
    Ok(names)
}

/// The telephone numbers in a cell, in plain form.
///
/// # Errors
/// One of them is none.
pub fn phones(text: &str) -> Result<Vec<String>, Reason> {
    let mut numbers: Vec<&str> = Vec::new();
    for part in text.split(|c| separates(c) || c == ',') {
        let words: Vec<&str> = part.split_whitespace().collect();
        if words.len() > 1 && words.iter().all(|word| typed::digits(word).len() >= PHONE_DIGITS) {
            numbers.extend(words);
        } else {
            numbers.push(part);
        }
    }
    numbers
        .into_iter()
        .filter(|number| !is_blank(number))
        .map(|number| typed::phone(number).map_err(Reason::Typed))
        .collect()
}

/// The relations in a cell.
pub(super) fn relations(text: &str) -> Result<Vec<Relation>, Reason> {
    text.split(|c| separates(c) || c == ',')
        .filter(|word| !is_blank(word))
        .map(|word| {
            relation(word).ok_or_else(|| {
                rule(Why::new("exchange.why.not_relation").with("value", Arg::Text(word.trim().to_owned())))
            })
        })
        .collect()
}

/// The state in a cell.
pub(super) fn state(text: &str) -> Result<Occupancy, Reason> {
    occupancy(text)
        .ok_or_else(|| rule(Why::new("exchange.why.not_state").with("value", Arg::Text(text.to_owned()))))
}

/// An area in hundredths of a square metre; zero, which some rosters write for "unknown", is none.
pub(super) fn area(text: &str) -> Result<Option<i64>, Reason> {
    let wrong = || rule(Why::new("exchange.why.not_area").with("value", Arg::Text(text.to_owned())));
    let digits = without_square_metres(text);
    if !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')) {
        return Err(wrong());
    }
    let area: f64 = digits.replace(',', "").parse().map_err(|_| wrong())?;
    let hundredths = (area * 100.0).round();
    if hundredths > AREA_MAX {
        return Err(wrong());
    }
    Ok(Some(hundredths as i64).filter(|area| *area > 0))
}

/// A day: as the spreadsheet keeps days, as their number, or as people write them.
pub(super) fn day(cell: &Cell, text: &str, today: NaiveDate) -> Result<NaiveDate, Reason> {
    // A time of day behind it says nothing about a household.
    let first = text.split([' ', 'T']).next().unwrap_or_default();
    if let Ok(day) = first.parse::<NaiveDate>() {
        return Ok(day);
    }
    let number = whole_number(text);
    let serial = number.parse::<u64>().ok().filter(|serial| SERIALS.contains(serial));
    if let (Some(serial), CellKind::Number | CellKind::Text) = (serial, cell.kind) {
        let zero = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
        if let Some(day) = zero.checked_add_days(Days::new(serial)) {
            return Ok(day);
        }
    }
    typed::date(text, today)
        .or_else(|error| typed::date(first, today).map_err(|_| error))
        .map_err(Reason::Typed)
}

/// An amount in fen.
pub(super) fn amount(cell: &Cell, text: &str) -> Result<i64, Reason> {
    // A sum that a spreadsheet computed may be off by a part of a fen.
    if cell.kind == CellKind::Number
        && let Ok(yuan) = text.parse::<f64>()
        && (0.0..=typed::MONEY_MAX as f64 / 100.0).contains(&yuan)
    {
        return Ok((yuan * 100.0).round() as i64);
    }
    typed::money(text).map_err(Reason::Typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_put_together_from_what_there_is() {
        let place =
            |whole, building, entrance, room| unit(Place { unit: whole, building, entrance, room }).ok();
        for (found, expected) in [
            (place(Some("3-2-1501"), None, None, None), Some("3-2-1501")),
            (place(Some("3栋2单元1501室"), None, None, None), Some("3-2-1501")),
            (place(None, Some("3"), Some("2"), Some("1501")), Some("3-2-1501")),
            (place(None, Some("3.0"), Some("2.0"), Some("1501.0")), Some("3-2-1501")),
            (place(None, Some("3栋"), Some("2单元"), Some("1501室")), Some("3-2-1501")),
            (place(None, Some("3号楼"), None, Some("0302")), Some("3-0302")),
            (place(Some("1501"), Some("3"), Some("2"), None), Some("3-2-1501")),
            (place(Some("3-2-1501"), Some("3栋"), Some("2"), None), Some("3-2-1501")),
            (place(Some("2"), Some("3"), None, Some("1501")), Some("3-2-1501")),
            (place(Some("1501"), Some("A座"), None, None), Some("A-1501")),
            (place(Some("1501"), None, None, None), None),
            (place(None, Some("3"), None, None), None),
            (place(Some("合计"), None, None, None), None),
        ] {
            assert_eq!(found.as_deref(), expected);
        }
    }

    #[test]
    fn no_text_begins_as_a_formula_does() {
        for (text, kept) in [
            ("-1", "'-1"),
            ("+86", "'+86"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            (" =1", "' =1"),
            ("\t=1", "' =1"),
            ("'=1", "''=1"),
            ("a\u{1b}[2Jb", "a?[2Jb"),
            ("3-2-1501", "3-2-1501"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), kept);
        }
    }

    #[test]
    fn several_persons_share_a_cell() {
        for (text, expected) in [
            ("张建国", &["张建国"][..]),
            ("张三、李四", &["张三", "李四"]),
            ("张三；李四", &["张三", "李四"]),
            ("张三;李四", &["张三", "李四"]),
            ("张三，李四", &["张三", "李四"]),
            ("张三,李四", &["张三", "李四"]),
            ("张三/李四\n王五", &["张三", "李四", "王五"]),
            ("张三 李四", &["张三", "李四"]),
            ("张　三", &["张三"]),
            ("张 三", &["张三"]),
            ("Smith, John", &["Smith, John"]),
            ("John  Smith", &["John Smith"]),
            ("欧阳·娜娜", &["欧阳·娜娜"]),
            ("无", &[]),
        ] {
            assert_eq!(names(text).unwrap(), expected, "{text:?}");
        }
        for (text, expected) in [
            ("13800005678", &["13800005678"][..]),
            ("13800005678/13900001122", &["13800005678", "13900001122"]),
            ("13800005678、13900001122", &["13800005678", "13900001122"]),
            ("13800005678 13900001122", &["13800005678", "13900001122"]),
            ("138 0000 5678", &["13800005678"]),
            ("１３８００００５６７８", &["13800005678"]),
            ("0755-12345678；13800005678", &["0755-12345678", "13800005678"]),
            ("无", &[]),
        ] {
            assert_eq!(phones(text).unwrap(), expected, "{text:?}");
        }
        for text in ["1.38E+10", "1.38e10", "138000056", "电话"] {
            phones(text).unwrap_err();
        }
        assert!(phones("1.38E+10").unwrap_err().say(crate::text::lang::Lang::En).contains("1.38E+10"));
    }

    #[test]
    fn areas_are_read_with_their_unit() {
        for (text, expected) in [
            ("107.5", Some(10750)),
            ("107.5㎡", Some(10750)),
            ("107.50 m²", Some(10750)),
            ("107.5平方米", Some(10750)),
            ("１０７．５平米", Some(10750)),
            ("1,107.5 sq.m", Some(110_750)),
            ("88", Some(8800)),
            ("0", None),
        ] {
            assert_eq!(area(text).unwrap(), expected, "{text:?}");
        }
        for text in ["-1", "大", "1e9", "999999999", "1.2.3", "."] {
            area(text).unwrap_err();
        }
    }

    #[test]
    fn days_are_read_as_numbers_and_as_text() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let number = |text: &str| Cell { text: text.to_owned(), kind: CellKind::Number };
        for (cell, expected) in [
            (number("45352"), "2024-03-01"),
            (Cell::text("45352"), "2024-03-01"),
            (Cell::text("2024-03-01"), "2024-03-01"),
            (Cell::text("2024-03-01 00:00:00"), "2024-03-01"),
            (Cell::text("2024/3/1"), "2024-03-01"),
            (Cell::text("2024年3月1日"), "2024-03-01"),
            (Cell::text("20240301"), "2024-03-01"),
            (Cell::text("2024.3.1"), "2024-03-01"),
        ] {
            let text = cell.text.clone();
            assert_eq!(day(&cell, &text, today).unwrap().to_string(), expected, "{text}");
        }
        day(&Cell::text("2024-02-30"), "2024-02-30", today).unwrap_err();
        day(&Cell::text("很久以前"), "很久以前", today).unwrap_err();
    }

    #[test]
    fn amounts_that_a_spreadsheet_computed_are_rounded() {
        let number = |text: &str| Cell { text: text.to_owned(), kind: CellKind::Number };
        assert_eq!(amount(&number("120.29999999999998"), "120.29999999999998").unwrap(), 12030);
        assert_eq!(amount(&Cell::text("¥1,200.50"), "¥1,200.50").unwrap(), 120_050);
        amount(&number("-5"), "-5").unwrap_err();
    }
}
