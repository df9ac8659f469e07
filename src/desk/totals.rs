//! What is counted, by day: the totals from which every report is made, and the condition by which a
//! number finds the cases behind it.

use chrono::{DateTime, NaiveDate, Utc};

/// What is counted. The words `a`, `b` and `c` of a [`Total`] depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sort {
    /// Cases by the day of their opening: category, department, urgency.
    Opened,
    /// Cases by the day of their end: category.
    Closed,
    /// Cases by the day of their opening: hour of the day, two digits.
    Hour,
    /// Calls of which the rings were noted, by day: rings, three digits.
    Rings,
    /// Cases by the day on which their work was done: category, minutes since the opening.
    Done,
    /// Promises by the day on which they fell due: stage, [`OPEN`], [`IN_TIME`] or [`LATE`], day on
    /// which it was kept.
    Due,
    /// Callbacks by the day on which they fell due: as [`Sort::Due`].
    CallDue,
    /// The same for cases that were urgent when the callback became due.
    UrgentDue,
    /// Callbacks by the day on which they came to an outcome: by whom, outcome, score.
    Called,
}

/// Not kept, not made yet.
pub const OPEN: &str = "open";
/// Kept or made by the due instant.
pub const IN_TIME: &str = "in-time";
/// Kept or made after it.
pub const LATE: &str = "late";

impl Sort {
    /// All sorts.
    pub const ALL: [Self; 9] = [
        Self::Opened,
        Self::Closed,
        Self::Hour,
        Self::Rings,
        Self::Done,
        Self::Due,
        Self::CallDue,
        Self::UrgentDue,
        Self::Called,
    ];

    /// The name that the file keeps.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::Hour => "hour",
            Self::Rings => "rings",
            Self::Done => "done",
            Self::Due => "due",
            Self::CallDue => "call-due",
            Self::UrgentDue => "urgent-due",
            Self::Called => "called",
        }
    }

    /// Whether its instant is one by which something was owed: it does not count before it has passed.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        matches!(self, Self::Due | Self::CallDue | Self::UrgentDue)
    }
}

/// So many alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// What.
    pub sort: Sort,
    /// The part of the time that was asked for: a day, a month, a weekday; empty for the whole.
    pub step: String,
    /// The kind of case.
    pub kind: String,
    /// The first word.
    pub a: String,
    /// The second.
    pub b: String,
    /// The third.
    pub c: String,
    /// How many.
    pub n: u32,
}

/// Days that are counted together, as they stand at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The day of `now`: what is owed later on it does not count yet, nor do the days after it.
    pub today: NaiveDate,
    /// As it stands now.
    pub now: DateTime<Utc>,
}

/// What a word has to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Is {
    /// Anything.
    #[default]
    Any,
    /// This.
    Exactly(String),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// This code or a sub-code of it.
    Under(String),
    /// Something, but nothing behind this.
    UpTo(String),
    /// Nothing, or something behind this.
    NotUpTo(String),
}

impl Is {
    /// Whether a word is it.
    #[must_use]
    pub fn met_by(&self, word: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(wanted) => wanted == word,
            Self::OneOf(wanted) => wanted.contains(&word),
            Self::Under(code) => {
                word.strip_prefix(code.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            Self::UpTo(last) => !word.is_empty() && word <= last.as_str(),
            Self::NotUpTo(last) => word.is_empty() || word > last.as_str(),
        }
    }
}

/// A condition on what is counted. The number it gives and the cases behind it are found by the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What is counted.
    pub sort: Sort,
    /// When.
    pub span: Span,
    /// The kind of case.
    pub kind: Is,
    /// The first word.
    pub a: Is,
    /// The second.
    pub b: Is,
    /// The third.
    pub c: Is,
    /// On this day of the week only, from Sunday 0.
    pub weekday: Option<u8>,
    /// Of this unit only.
    pub unit: Option<String>,
}

impl Match {
    /// Everything of a sort within a span.
    #[must_use]
    pub fn all(sort: Sort, span: Span) -> Self {
        Self { sort, span, kind: Is::Any, a: Is::Any, b: Is::Any, c: Is::Any, weekday: None, unit: None }
    }

    /// The same of a kind.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        Self { kind: Is::Exactly(kind.to_owned()), ..self }
    }

    /// The same with a condition on the first word.
    #[must_use]
    pub fn a(self, a: Is) -> Self {
        Self { a, ..self }
    }

    /// The same with a condition on the second word.
    #[must_use]
    pub fn b(self, b: Is) -> Self {
        Self { b, ..self }
    }

    /// The same with a condition on the third word.
    #[must_use]
    pub fn c(self, c: Is) -> Self {
        Self { c, ..self }
    }

    /// The same within other days.
    #[must_use]
    pub fn within(self, from: NaiveDate, to: NaiveDate) -> Self {
        Self { span: Span { from, to, ..self.span }, ..self }
    }

    /// Whether it counts a total, whose days and step were chosen already.
    #[must_use]
    pub fn takes(&self, total: &Total) -> bool {
        self.sort == total.sort
            && self.kind.met_by(&total.kind)
            && self.a.met_by(&total.a)
            && self.b.met_by(&total.b)
            && self.c.met_by(&total.c)
    }

    /// How many of these totals it counts.
    #[must_use]
    pub fn sum(&self, totals: &[Total]) -> u32 {
        totals.iter().filter(|total| self.takes(total)).map(|total| total.n).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Is;

    #[test]
    fn a_code_takes_its_sub_codes_and_no_other_that_begins_alike() {
        let noise = Is::Under("noise".into());
        assert!(noise.met_by("noise") && noise.met_by("noise.outside"));
        assert!(!noise.met_by("noises") && !noise.met_by("") && !noise.met_by("other.noise"));
        let by = Is::UpTo("2026-11-24".into());
        assert!(by.met_by("2026-11-24") && by.met_by("2025-12-31"));
        assert!(!by.met_by("2026-11-25") && !by.met_by(""));
        let not_by = Is::NotUpTo("2026-11-24".into());
        assert!(["", "2026-11-24", "2026-11-25"].iter().all(|word| not_by.met_by(word) != by.met_by(word)));
    }
}
