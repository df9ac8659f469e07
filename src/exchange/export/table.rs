//! Cells and columns, whatever the file.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use crate::desk::field::{Field, FieldType, as_instant};
use crate::text::show::mask_phone;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Nothing,
    /// Text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A number: so many units of which the power of ten is this many decimals (12.50 is 1250, 2).
    Number(i64, u32),
    /// A day.
    Day(NaiveDate),
    /// An instant in the community's time.
    Instant(NaiveDateTime),
}

impl Cell {
    /// A text, or nothing.
    pub(super) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.to_owned()) }
    }

    /// An instant.
    pub(super) fn at(at: DateTime<Utc>, tz: Tz) -> Self {
        Self::Instant(at.with_timezone(&tz).naive_local())
    }

    /// A value of a type; what has no cell of its own is written as JSON.
    pub(super) fn of(value: &Value, ty: FieldType, tz: Tz) -> Self {
        let kept = || match value {
            Value::String(text) => Self::text(text),
            other => Self::Text(other.to_string()),
        };
        let number = |decimals| value.as_i64().map_or_else(kept, |number| Self::Number(number, decimals));
        match (ty, value) {
            (_, Value::Null) => Self::Nothing,
            (FieldType::Money, _) => number(2),
            (FieldType::Reading, _) => number(3),
            (FieldType::Count { .. }, _) => number(0),
            (FieldType::Flag, Value::Bool(flag)) => Self::Flag(*flag),
            (FieldType::Day, Value::String(day)) => day.parse().map_or_else(|_| kept(), Self::Day),
            (FieldType::Instant, _) => as_instant(value).map_or_else(kept, |at| Self::at(at, tz)),
            _ => kept(),
        }
    }

    /// What stands in it, as text.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number, decimals) => Self::decimal(*number, *decimals),
            Self::Day(day) => day.to_string(),
            Self::Instant(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }

    /// A number as text: `12.50`.
    pub(super) fn decimal(number: i64, decimals: u32) -> String {
        if decimals == 0 {
            return number.to_string();
        }
        let unit = 10_u64.pow(decimals);
        let sign = if number < 0 { "-" } else { "" };
        let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
        format!("{sign}{whole}.{rest:0width$}", width = decimals as usize)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name, the same in every language.
    pub id: String,
    /// Its heading in the reader's language.
    pub title: String,
}

impl Column {
    /// The heading with the name that stays the same.
    pub(super) fn heading(&self) -> String {
        format!("{} [{}]", self.title, self.id)
    }
}

/// A value with every telephone number in it masked.
pub(super) fn masked(value: &Value, ty: FieldType) -> Value {
    match (ty, value) {
        (FieldType::Phone, Value::String(phone)) => mask_phone(phone).into(),
        (FieldType::Lines(columns), Value::Array(rows)) => {
            rows.iter().map(|row| masked_row(columns, row)).collect()
        }
        _ => value.clone(),
    }
}

fn masked_row(columns: &[Field], row: &Value) -> Value {
    let Value::Object(cells) = row else { return row.clone() };
    let ty = |key: &str| columns.iter().find(|column| column.key == key).map(|column| column.ty);
    let cells = cells
        .iter()
        .map(|(key, value)| (key.clone(), ty(key).map_or_else(|| value.clone(), |ty| masked(value, ty))));
    Value::Object(cells.collect())
}
