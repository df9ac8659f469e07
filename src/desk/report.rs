//! Reports of a day, month, quarter, year or any period (source §四(二)⒋⑤): what is shown, as a value.
//!
//! A report is made of sections, a section of one table whose numbers are typed and know the condition
//! that finds the cases behind them. Screen, paper, spreadsheet and document show the same value.

mod build;
mod compare;
mod period;

pub use self::build::{
    CALLERS, CALLERS_MOST, CALLS_LEAST, Counted, Duties, Material, TREND_DAYS, build, summed_up,
};
pub use self::compare::{Said, Sentence, figure};
pub use self::period::{Period, PeriodSort};

use chrono::{DateTime, NaiveDate, Utc};

use super::figures::Ratio;
use super::totals::Match;

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Whose.
    pub community: String,
    /// Of which time.
    pub period: Period,
    /// As it stood then.
    pub at: DateTime<Utc>,
    /// Whether the period was not over then.
    pub running: bool,
    /// What got worse, and what is to be known first.
    pub summary: Vec<Sentence>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// One table of a report; words under `report.section.<id>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Id.
    pub id: &'static str,
    /// The columns behind the one of names.
    pub columns: Vec<Label>,
    /// The rows; none where there was nothing.
    pub rows: Vec<Row>,
    /// How it is drawn where pictures can be.
    pub chart: Chart,
}

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Not at all.
    None,
    /// The numbers of one column as bars; summing rows are left out.
    Bars(usize),
    /// So many columns from the first on as lines, the rows being the time.
    Lines(usize),
    /// The rows as lines, the columns but the last being the time.
    Across,
    /// Every cell as a patch that is the darker the greater its number; the last row and column sum up.
    Heat,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub label: Label,
    /// How deep it stands below the row before it: 0, or 1 for a part of it.
    pub depth: u8,
    /// It sums others up.
    pub sums: bool,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// What a row or a column is about. Said in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// A word of reports: `report.word.<id>`.
    Word(&'static str),
    /// A kind of case.
    Kind(String),
    /// A code of a catalogue; an empty one says that none was given.
    Code(&'static str, String),
    /// What a promise or callback is for.
    Stage(String),
    /// A day of the week, from Sunday 0.
    Weekday(u8),
    /// An hour of the day.
    Hour(u8),
    /// A day.
    Day(NaiveDate),
    /// A month, by its first day.
    Month(NaiveDate),
    /// A period.
    Period(Period),
    /// A name as people write it: a person, a unit.
    Name(String),
}

/// A number, and the cases behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The number.
    pub value: Value,
    /// What finds its cases, where it counts some.
    pub cases: Option<Behind>,
}

/// Which cases stand behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// Those that a condition counts.
    Counted(Match),
    /// Those of a kind that were open at the end of a day.
    Open {
        /// The kind.
        kind: String,
        /// The day.
        day: NaiveDate,
    },
}

impl Cell {
    /// A number that counts cases.
    #[must_use]
    pub const fn counted(n: u32, by: Match) -> Self {
        Self { value: Value::Count(n), cases: Some(Behind::Counted(by)) }
    }

    /// A value that was worked out from what a condition counts.
    #[must_use]
    pub const fn of(value: Value, by: Match) -> Self {
        Self { value, cases: Some(Behind::Counted(by)) }
    }

    /// A value that counts none.
    #[must_use]
    pub const fn plain(value: Value) -> Self {
        Self { value, cases: None }
    }
}

/// A typed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// There was nothing to count.
    Nothing,
    /// So many.
    Count(u32),
    /// A share in percent; shown rounded down, as everywhere.
    Percent(Ratio),
    /// A target in percent.
    Target(u32),
    /// Minutes.
    Minutes(u32),
    /// An average in hundredths.
    Hundredths(u32),
    /// More or less by so many.
    Change(i64),
    /// More or less by so many minutes.
    Longer(i64),
    /// More or less by so many points of percent.
    Points(i64),
    /// A target is met, or not.
    Verdict(bool),
}

impl Value {
    /// A share; nothing where there was nothing to count.
    #[must_use]
    pub const fn percent(ratio: Ratio) -> Self {
        if ratio.of == 0 { Self::Nothing } else { Self::Percent(ratio) }
    }

    /// The number as it is shown, without its unit; nothing for what is no number.
    ///
    /// Percent and points are whole, hundredths are divided: what every form of a report shows.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Nothing | Self::Verdict(_) => None,
            Self::Count(n) | Self::Target(n) | Self::Minutes(n) => Some(f64::from(n)),
            Self::Percent(ratio) => ratio.percent().map(f64::from),
            Self::Hundredths(n) => Some(f64::from(n) / 100.0),
            Self::Change(n) | Self::Longer(n) | Self::Points(n) => Some(n as f64),
        }
    }
}

/// The value at a share of a sorted list of values that each stand there so many times: the smallest one
/// that at least `percent` of all do not exceed. Nothing of nothing.
#[must_use]
pub fn percentile(values: &[(u32, u32)], percent: u32) -> Option<u32> {
    let all: u64 = values.iter().map(|(_, n)| u64::from(*n)).sum();
    let wanted = (all * u64::from(percent)).div_ceil(100).max(1);
    let mut seen = 0;
    values.iter().find_map(|(value, n)| {
        seen += u64::from(*n);
        (seen >= wanted).then_some(*value)
    })
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_a_value_that_was_there() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[(7, 1)], 90), Some(7));
        let ten: Vec<(u32, u32)> = (1..=10).map(|value| (value, 1)).collect();
        assert_eq!((percentile(&ten, 50), percentile(&ten, 90)), (Some(5), Some(9)));
        assert_eq!(percentile(&[(10, 9), (600, 1)], 50), Some(10));
        assert_eq!(percentile(&[(10, 9), (600, 2)], 90), Some(600));
    }
}
