//! What people type: days, times, spans, money, telephone numbers, units.
//!
//! Every function takes full-width forms too (a Chinese input method may be on), reads both
//! languages whatever the screen speaks, never panics, and refuses with a [`TypedError`] that says what is
//! wrong with an example of what is right. The words are in `assets/typed.toml`.

mod days;
mod moment;
mod money;
mod period;
mod phone;
mod unit;
mod vocabulary;

use std::fmt;

pub use days::days;
pub(crate) use moment::nearest_year;
pub use moment::{date, span, time, when};
pub use money::{MONEY_MAX, money};
pub use period::period;
pub use phone::{digits, phone};
pub use unit::{UnitRef, unit};

use super::lang::{Lang, t};
use super::{plain, width};
use crate::desk::why::{Arg, Why};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// An instant: day and time.
    When,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A length of time.
    Span,
    /// An amount of money.
    Money,
    /// A telephone number.
    Phone,
    /// A household's unit.
    Unit,
    /// A day, month, quarter or year.
    Period,
}

impl Sort {
    /// All sorts.
    pub const ALL: [Self; 8] =
        [Self::When, Self::Date, Self::Time, Self::Span, Self::Money, Self::Phone, Self::Unit, Self::Period];

    fn id(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Date => "date",
            Self::Time => "time",
            Self::Span => "span",
            Self::Money => "money",
            Self::Phone => "phone",
            Self::Unit => "unit",
            Self::Period => "period",
        }
    }

    /// What can be typed for it, as shown beside a field and in a refusal.
    #[must_use]
    pub fn example(self, lang: Lang) -> String {
        t(lang, &format!("text.example.{}", self.id()), &[])
    }
}

/// Why something typed was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedError {
    /// Nothing was typed.
    Empty(Sort),
    /// Not a form that is known.
    NotUnderstood {
        /// What was asked for.
        sort: Sort,
        /// What was typed.
        input: String,
    },
    /// Like 30 February.
    NoSuchDay {
        /// What was typed.
        input: String,
    },
    /// Like 25:00, or three in the afternoon in the morning.
    NoSuchTime {
        /// What was typed.
        input: String,
    },
    /// The clock is put forward over this time on that day.
    SkippedTime {
        /// What was typed.
        input: String,
    },
    /// A day without a time where an instant is asked for.
    TimeMissing,
    /// A day or span that lies generations away: a slip of the finger.
    TooFar {
        /// What was asked for.
        sort: Sort,
    },
    /// A number without minutes, hours or days.
    SpanUnitMissing,
    /// A span that is not whole minutes.
    PartOfMinute,
    /// Money with parts of a fen.
    TooManyDecimals,
    /// Money below zero.
    Negative,
    /// Money above [`MONEY_MAX`].
    TooMuch,
    /// A spreadsheet's scientific form: the last digits of the number are gone.
    DigitsLost {
        /// What was typed.
        input: String,
    },
    /// No telephone number has so many digits.
    PhoneLength {
        /// How many there are.
        digits: usize,
    },
    /// A unit without its building.
    BuildingMissing,
    /// A building without a room.
    RoomMissing,
}

impl TypedError {
    fn not_understood(sort: Sort, input: &str) -> Self {
        Self::NotUnderstood { sort, input: input.to_owned() }
    }

    /// What was asked for when this went wrong.
    #[must_use]
    pub fn sort(&self) -> Sort {
        match self {
            Self::Empty(sort) | Self::NotUnderstood { sort, .. } | Self::TooFar { sort } => *sort,
            Self::NoSuchDay { .. } => Sort::Date,
            Self::NoSuchTime { .. } => Sort::Time,
            Self::SkippedTime { .. } | Self::TimeMissing => Sort::When,
            Self::SpanUnitMissing | Self::PartOfMinute => Sort::Span,
            Self::TooManyDecimals | Self::Negative | Self::TooMuch => Sort::Money,
            Self::DigitsLost { .. } | Self::PhoneLength { .. } => Sort::Phone,
            Self::BuildingMissing | Self::RoomMissing => Sort::Unit,
        }
    }

    /// One sentence that says what is wrong, with an example of what is right.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let (key, input) = self.sentence();
        t(lang, &key, &[("input", &input), ("example", &self.sort().example(lang))])
    }

    /// The same as a refusal, for values that become part of a case.
    #[must_use]
    pub fn why(&self) -> Why {
        let (key, input) = self.sentence();
        let example = Arg::Term(format!("text.example.{}", self.sort().id()));
        Why::new(key).with("input", Arg::Text(input)).with("example", example)
    }

    /// The key of the sentence and what was typed, as it can be shown.
    fn sentence(&self) -> (String, String) {
        // What was typed may be a pasted page.
        let shown = |input: &str| width::fit(&plain::harmless(input.trim()), 40);
        let (key, input) = match self {
            Self::Empty(_) => ("empty", String::new()),
            Self::NotUnderstood { sort, input } => (sort.id(), shown(input)),
            Self::NoSuchDay { input } => ("no_such_day", shown(input)),
            Self::NoSuchTime { input } => ("no_such_time", shown(input)),
            Self::SkippedTime { input } => ("skipped_time", shown(input)),
            Self::TimeMissing => ("time_missing", String::new()),
            Self::TooFar { .. } => ("too_far", String::new()),
            Self::SpanUnitMissing => ("span_unit_missing", String::new()),
            Self::PartOfMinute => ("part_of_minute", String::new()),
            Self::TooManyDecimals => ("too_many_decimals", String::new()),
            Self::Negative => ("negative", String::new()),
            Self::TooMuch => ("too_much", String::new()),
            Self::DigitsLost { input } => ("digits_lost", shown(input)),
            Self::PhoneLength { digits } => ("phone_length", digits.to_string()),
            Self::BuildingMissing => ("building_missing", String::new()),
            Self::RoomMissing => ("room_missing", String::new()),
        };
        (format!("text.error.{key}"), input)
    }
}

impl fmt::Display for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for TypedError {}

/// The plain form of what was typed, or why there is nothing to read in it.
fn typed(sort: Sort, input: &str) -> Result<String, TypedError> {
    // Nothing that somebody types is longer; a pasted document need not be taken apart.
    if input.len() > 400 {
        return Err(TypedError::not_understood(sort, input));
    }
    let text = plain::plain(input).trim().to_lowercase();
    if text.is_empty() {
        return Err(TypedError::Empty(sort));
    }
    Ok(text)
}

/// Whether a word asks for what is open, or for what has ended; `None` if it asks for neither.
#[must_use]
pub fn asks_open(word: &str) -> Option<bool> {
    let words = &vocabulary::vocabulary().find;
    let is = |list: &[String]| list.iter().any(|known| known == word);
    if is(&words.open) { Some(true) } else { is(&words.closed).then_some(false) }
}

#[cfg(test)]
mod tests;
