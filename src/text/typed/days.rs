//! Spans of days as people say them when they look back: `昨天`, `上周`, `本月`, `2026-11`, `last week`.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::date;
use super::vocabulary::{Mark, Token, vocabulary};
use crate::text::plain::plain;

/// Days of a week.
const WEEK: u64 = 7;
/// Years that are taken.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Reads a span of days that lies behind or around `today`, its first and last day; `None` for everything else.
///
/// A bare weekday or a month is the last one that has begun. What could as well be a number, a place or a
/// measure (`11-24`, `3号`, `1126`) is no span.
#[must_use]
pub fn days(input: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let text = plain(input).trim().to_lowercase();
    let tokens = vocabulary().tokens(&text)?;
    match tokens[..] {
        [Token::Shift(by), Token::Mark(Mark::Week)] => {
            let monday = today.week(chrono::Weekday::Mon).checked_first_day()?;
            let first = add(monday, by.checked_mul(WEEK as i64)?)?;
            Some((first, add(first, WEEK as i64 - 1)?))
        }
        [Token::Shift(by), Token::Mark(Mark::Month)] => {
            let first = today.with_day(1)?;
            let first = if by < 0 {
                first.checked_sub_months(Months::new(by.unsigned_abs() as u32))?
            } else {
                first.checked_add_months(Months::new(by as u32))?
            };
            month(first.year(), first.month())
        }
        [Token::Shift(by), Token::Mark(Mark::Year)] => year(today.year() + i32::try_from(by).ok()?),
        [Token::Num { value, digits: 4 }, Token::Mark(Mark::Year)] => year(i32::try_from(value).ok()?),
        [Token::Num { value, digits: 4 }, Token::Sign('-'), Token::Num { value: of, digits: 1 | 2 }]
        | [
            Token::Num { value, digits: 4 },
            Token::Mark(Mark::Year),
            Token::Num { value: of, .. },
            Token::Mark(Mark::Month),
        ] => month(i32::try_from(value).ok()?, of),
        [Token::Month(of)] | [Token::Num { value: of, .. }, Token::Mark(Mark::Month)] => {
            let back = i32::from(of > today.month());
            month(today.year() - back, of)
        }
        [Token::Weekday(_)] => {
            let day = date(&text, today).ok()?;
            // The next one to come is meant where something is planned, the last one where it is looked for.
            let day = if day > today { day.checked_sub_days(Days::new(WEEK))? } else { day };
            Some((day, day))
        }
        [Token::Num { digits, .. }, ..] if digits < 4 && !names_a_month(&tokens) => None,
        [Token::Num { .. }] => None,
        _ => date(&text, today).ok().filter(|day| *day <= today).map(|day| (day, day)),
    }
}

/// Whether a date says by a word that it is one.
fn names_a_month(tokens: &[Token]) -> bool {
    let says = |token: &Token| {
        matches!(token, Token::Month(_) | Token::Mark(Mark::Month | Mark::Ago)) || *token == Token::Sign('/')
    };
    tokens.iter().any(says)
}

fn add(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    day.checked_add_signed(chrono::TimeDelta::try_days(days)?)
}

fn month(year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1).filter(|day| YEARS.contains(&day.year()))?;
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

fn year(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).filter(|day| YEARS.contains(&day.year()))?;
    Some((first, NaiveDate::from_ymd_opt(year, 12, 31)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_look_back() {
        // A Tuesday.
        let today: NaiveDate = "2026-11-24".parse().unwrap();
        let read = |text: &str| {
            days(text, today).map_or_else(String::new, |(from, to)| {
                if from == to { from.to_string() } else { format!("{from} {to}") }
            })
        };
        for (text, span) in [
            ("今天", "2026-11-24"),
            ("昨天", "2026-11-23"),
            ("前天", "2026-11-22"),
            ("yesterday", "2026-11-23"),
            ("3天前", "2026-11-21"),
            ("上周", "2026-11-16 2026-11-22"),
            ("上星期", "2026-11-16 2026-11-22"),
            ("本周", "2026-11-23 2026-11-29"),
            ("last week", "2026-11-16 2026-11-22"),
            ("this week", "2026-11-23 2026-11-29"),
            ("上周五", "2026-11-20"),
            ("周五", "2026-11-20"),
            ("周二", "2026-11-24"),
            ("friday", "2026-11-20"),
            ("上月", "2026-10-01 2026-10-31"),
            ("上个月", "2026-10-01 2026-10-31"),
            ("本月", "2026-11-01 2026-11-30"),
            ("last month", "2026-10-01 2026-10-31"),
            ("10月", "2026-10-01 2026-10-31"),
            ("十二月", "2025-12-01 2025-12-31"),
            ("oct", "2026-10-01 2026-10-31"),
            ("2026-02", "2026-02-01 2026-02-28"),
            ("2024年2月", "2024-02-01 2024-02-29"),
            ("2025年", "2025-01-01 2025-12-31"),
            ("去年", "2025-01-01 2025-12-31"),
            ("今年", "2026-01-01 2026-12-31"),
            ("last year", "2025-01-01 2025-12-31"),
            ("2026-11-20", "2026-11-20"),
            ("２０２６－１１－２０", "2026-11-20"),
            ("11月20日", "2026-11-20"),
            ("11/20", "2026-11-20"),
            // Nothing has happened there yet.
            ("明天", ""),
            ("tomorrow", ""),
            // Numbers, places, measures, words.
            ("1124", ""),
            ("20261124", ""),
            ("11-24", ""),
            ("3-2-1501", ""),
            ("3-2-", ""),
            ("3号", ""),
            ("7", ""),
            ("2026-13", ""),
            ("15:30", ""),
            ("水管", ""),
            ("", ""),
            ("上", ""),
            ("月", ""),
        ] {
            assert_eq!(read(text), span, "{text}");
        }
    }
}
