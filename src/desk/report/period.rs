//! The time that a report is about.

use chrono::{Datelike, Days, Months, NaiveDate};

/// What sort of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodSort {
    /// A day.
    Day,
    /// A month of the calendar.
    Month,
    /// A quarter of the calendar.
    Quarter,
    /// A year of the calendar.
    Year,
    /// Any days.
    Free,
}

impl PeriodSort {
    /// All sorts, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Month, Self::Quarter, Self::Year, Self::Free];

    /// The name on the command line; words under `report.sort.<id>`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
            Self::Free => "period",
        }
    }

    /// The sort of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.id() == id)
    }

    /// How many periods before it one is compared with.
    #[must_use]
    pub const fn compared(self) -> usize {
        match self {
            Self::Day => 6,
            Self::Month => 5,
            Self::Quarter => 4,
            Self::Year => 2,
            Self::Free => 1,
        }
    }

    /// Months of it; none for days.
    const fn months(self) -> Option<u32> {
        match self {
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
            Self::Day | Self::Free => None,
        }
    }
}

/// A period: some days, the first and the last among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    sort: PeriodSort,
    first: NaiveDate,
    last: NaiveDate,
}

impl Period {
    /// The period of a sort in which a day lies. Of the free sort, the day itself.
    #[must_use]
    pub fn around(sort: PeriodSort, day: NaiveDate) -> Self {
        let Some(months) = sort.months() else { return Self { sort, first: day, last: day } };
        let month = day.month0() / months * months + 1;
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        let next = first.checked_add_months(Months::new(months)).unwrap_or(first);
        Self { sort, first, last: next.pred_opt().unwrap_or(first) }
    }

    /// The days from one to another, whichever is the earlier.
    #[must_use]
    pub fn between(one: NaiveDate, other: NaiveDate) -> Self {
        Self { sort: PeriodSort::Free, first: one.min(other), last: one.max(other) }
    }

    /// Its sort.
    #[must_use]
    pub const fn sort(&self) -> PeriodSort {
        self.sort
    }

    /// Its first day.
    #[must_use]
    pub const fn first(&self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    #[must_use]
    pub const fn last(&self) -> NaiveDate {
        self.last
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(1)
    }

    /// The one before it, as long as it.
    #[must_use]
    pub fn before(&self) -> Self {
        let last = self.first.pred_opt().unwrap_or(self.first);
        match self.sort {
            PeriodSort::Free => {
                let first = last.checked_sub_days(Days::new(u64::from(self.days() - 1))).unwrap_or(last);
                Self { sort: self.sort, first, last }
            }
            sort => Self::around(sort, last),
        }
    }

    /// The one after it, as long as it.
    #[must_use]
    pub fn after(&self) -> Self {
        let first = self.last.succ_opt().unwrap_or(self.last);
        match self.sort {
            PeriodSort::Free => {
                let last = first.checked_add_days(Days::new(u64::from(self.days() - 1))).unwrap_or(first);
                Self { sort: self.sort, first, last }
            }
            sort => Self::around(sort, first),
        }
    }

    /// Its name as people type it and files are named: `2026-11-24`, `2026-11`, `2026-Q4`, `2026`,
    /// `2026-11-01..2026-11-15`.
    #[must_use]
    pub fn name(&self) -> String {
        match self.sort {
            PeriodSort::Day => self.first.to_string(),
            PeriodSort::Month => self.first.format("%Y-%m").to_string(),
            PeriodSort::Quarter => format!("{}-Q{}", self.first.year(), self.first.month0() / 3 + 1),
            PeriodSort::Year => self.first.year().to_string(),
            PeriodSort::Free => format!("{}..{}", self.first, self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_follow_each_other_without_a_gap() {
        for sort in PeriodSort::ALL {
            let mut period = Period::around(sort, day("2024-01-15"));
            for _ in 0..40 {
                let next = period.after();
                assert_eq!(period.last().succ_opt(), Some(next.first()), "{sort:?}");
                assert_eq!(next.before(), period, "{sort:?}");
                period = next;
            }
        }
    }

    #[test]
    fn a_quarter_has_three_months_and_a_name() {
        let quarter = Period::around(PeriodSort::Quarter, day("2026-11-24"));
        assert_eq!((quarter.first(), quarter.last()), (day("2026-10-01"), day("2026-12-31")));
        assert_eq!(quarter.name(), "2026-Q4");
        assert_eq!(quarter.after().name(), "2027-Q1");
        assert_eq!(Period::around(PeriodSort::Month, day("2024-02-29")).days(), 29);
        let free = Period::between(day("2026-11-15"), day("2026-11-01"));
        assert_eq!((free.name().as_str(), free.days()), ("2026-11-01..2026-11-15", 15));
        assert_eq!(free.before().name(), "2026-10-17..2026-10-31");
    }
}
