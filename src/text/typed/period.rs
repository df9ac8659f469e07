//! Periods: a day as anywhere else, `2026-11`, `2026-Q4`, `2026`.

use chrono::{Datelike as _, NaiveDate};

use super::{Sort, TypedError, date};
use crate::desk::report::{Period, PeriodSort};
use crate::text::plain::plain;

/// Years that are taken.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2999;

/// Reads a period of a sort. A day may be given for any of them: the period in which it lies is meant.
///
/// # Errors
/// It is no such period.
pub fn period(sort: PeriodSort, text: &str, today: NaiveDate) -> Result<Period, TypedError> {
    let given = plain(text).trim().to_lowercase();
    let wrong = || TypedError::NotUnderstood { sort: Sort::Period, input: text.to_owned() };
    if given.is_empty() {
        return Err(TypedError::Empty(Sort::Period));
    }
    let parts: Vec<&str> = given.split(['-', '/', '.', 'q']).filter(|part| !part.is_empty()).collect();
    let number = |at: usize| parts.get(at).and_then(|part| part.parse::<i32>().ok());
    let year = number(0).filter(|year| YEARS.contains(year));
    let first = match (sort, year, parts.len()) {
        (PeriodSort::Month, Some(year), 2) => {
            number(1).and_then(|month| NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, 1))
        }
        (PeriodSort::Quarter, Some(year), 2) => number(1)
            .filter(|quarter| (1..=4).contains(quarter))
            .and_then(|quarter| NaiveDate::from_ymd_opt(year, quarter as u32 * 3 - 2, 1)),
        (PeriodSort::Year, Some(year), 1) => NaiveDate::from_ymd_opt(year, 1, 1),
        _ => {
            // What a day is not, is no period of this sort either; the refusal shows what would be.
            let day =
                date(text, today).map_err(|error| if sort == PeriodSort::Day { error } else { wrong() })?;
            Some(day)
        }
    };
    let first = first.filter(|day| YEARS.contains(&day.year())).ok_or_else(wrong)?;
    Ok(Period::around(sort, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_they_are_named() {
        let today: NaiveDate = "2026-11-24".parse().unwrap();
        let read = |sort, text| period(sort, text, today).map(|period| period.name()).ok();
        for (sort, text, name) in [
            (PeriodSort::Month, "2026-11", Some("2026-11")),
            (PeriodSort::Month, "２０２６－１１", Some("2026-11")),
            (PeriodSort::Month, "2026-13", None),
            (PeriodSort::Month, "yesterday", Some("2026-11")),
            (PeriodSort::Quarter, "2026-Q4", Some("2026-Q4")),
            (PeriodSort::Quarter, "2026q1", Some("2026-Q1")),
            (PeriodSort::Quarter, "2026-3", Some("2026-Q3")),
            (PeriodSort::Quarter, "2026-5", None),
            (PeriodSort::Year, "2025", Some("2025")),
            (PeriodSort::Year, "25", None),
            (PeriodSort::Day, "yesterday", Some("2026-11-23")),
            (PeriodSort::Day, "2026-11-24", Some("2026-11-24")),
            (PeriodSort::Quarter, "", None),
        ] {
            assert_eq!(read(sort, text).as_deref(), name, "{sort:?} {text}");
        }
    }
}
