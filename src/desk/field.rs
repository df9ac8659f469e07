//! Fields: what can be written down about a case, and of which type.
//!
//! Values travel as JSON: text, flags and whole numbers as themselves, money as whole fen, a meter
//! reading as thousandths, a day as `2026-11-24`, an instant as RFC 3339 in UTC, lines as a list of objects.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::retention::GONE;
use super::settings::Settings;
use super::why::{Arg, Why};

/// Values of fields by key.
pub type Values = Map<String, Value>;

/// Longest one-line text that is taken, in characters.
pub const TEXT_MAX: usize = 200;
/// Longest long text that is taken, in characters.
pub const LONG_TEXT_MAX: usize = 20_000;
/// Most lines of a list of lines.
pub const LINES_MAX: usize = 500;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// Yes or no.
    Flag,
    /// A whole number within bounds.
    Count {
        /// Smallest value taken.
        min: i64,
        /// Largest value taken.
        max: i64,
    },
    /// An amount of money, whole fen, not negative.
    Money,
    /// A measured quantity (a meter reading), whole thousandths, not negative.
    Reading,
    /// A day.
    Day,
    /// An instant.
    Instant,
    /// A telephone number in plain form.
    Phone,
    /// A household's unit, or a public place.
    Unit,
    /// A licence plate.
    Plate,
    /// One of fixed options; words under `<kind>.option.<field>.<option>`.
    Choice(&'static [&'static str]),
    /// A code of a catalogue of the settings.
    Catalogue(&'static str),
    /// A member of staff, by name.
    Staff,
    /// An operator, by name.
    Operator,
    /// Somebody who works here, by name: a member of staff or an operator.
    Colleague,
    /// A kind of case, by id.
    Kind,
    /// The number of another case.
    CaseNumber,
    /// An open case of this kind, by its number.
    CaseOf(&'static str),
    /// The identity document's number, kept masked (`440***********1234`).
    MaskedId,
    /// A score from 1 to 5 for each code of a catalogue: code → score, unanswered ones left out.
    Scores(&'static str),
    /// A list of lines.
    Lines(&'static [Field]),
    /// Steps that are done one by one, each by an action of its own: step → record.
    Checklist(&'static [&'static str]),
}

/// Where a new value comes from when nothing is typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Preset {
    /// Empty.
    None,
    /// The current instant.
    Now,
    /// The current day.
    Today,
    /// The current year.
    ThisYear,
    /// The operator at the desk.
    Me,
    /// This text (or option).
    Text(&'static str),
    /// This number.
    Number(i64),
    /// Yes.
    Yes,
    /// The value that the case already has under the same key.
    Same,
    /// The value that the case already has under this key.
    Of(&'static str),
    /// The last minute of the current day.
    EndOfToday,
    /// When the counter closes today; the end of the day where it has closed already, or does not open.
    ClosingToday,
    /// The other cases that the kind looks at, one a line.
    Others,
    /// The charges that the household owes, as lines of `what` and `amount`.
    Owed,
}

/// When a field is asked for in a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// Always.
    Always,
    /// Only while the named field of the same form has one of these values (flags: `true`/`false`).
    When(&'static str, &'static [&'static str]),
}

/// Whether the values of a field say something of a person ([`super::retention`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// As its type has it: numbers of people and free texts do, what is chosen, counted or dated does not.
    ByType,
    /// A free text that names nobody.
    Never,
    /// A choice, count or day that does.
    Always,
}

/// One field of a kind, or one input of an action.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Key in the record; words under `<kind>.field.<key>`.
    pub key: &'static str,
    /// Type.
    pub ty: FieldType,
    /// Must be given (while it is shown).
    pub required: bool,
    /// What stands there before anything is typed.
    pub preset: Preset,
    /// When it is shown.
    pub shown: Shown,
    /// Once registered, only the kind's own actions change it: amending leaves it alone.
    pub fixed: bool,
    /// Whether its values go when a case that is long closed loses its personal fields.
    pub personal: Personal,
}

impl Field {
    /// An optional field.
    #[must_use]
    pub const fn new(key: &'static str, ty: FieldType) -> Self {
        Self {
            key,
            ty,
            required: false,
            preset: Preset::None,
            shown: Shown::Always,
            fixed: false,
            personal: Personal::ByType,
        }
    }

    /// A required field.
    #[must_use]
    pub const fn required(key: &'static str, ty: FieldType) -> Self {
        Self { required: true, ..Self::new(key, ty) }
    }

    /// The same with a value to start from.
    #[must_use]
    pub const fn preset(self, preset: Preset) -> Self {
        Self { preset, ..self }
    }

    /// The same, changed by the kind's own actions alone once the case is registered.
    #[must_use]
    pub const fn fixed(self) -> Self {
        Self { fixed: true, ..self }
    }

    /// The same for a text that names nobody, and so stays however long its case is closed.
    #[must_use]
    pub const fn kept(self) -> Self {
        Self { personal: Personal::Never, ..self }
    }

    /// The same for a value that says something of a person although its type is none of text.
    #[must_use]
    pub const fn personal(self) -> Self {
        Self { personal: Personal::Always, ..self }
    }

    /// The same, shown only while the field `key` has one of `values`.
    #[must_use]
    pub const fn when(self, key: &'static str, values: &'static [&'static str]) -> Self {
        Self { shown: Shown::When(key, values), ..self }
    }

    /// What stands there before anything is typed, as far as that depends on nothing else.
    #[must_use]
    pub fn fixed_preset(&self) -> Value {
        match self.preset {
            Preset::Text(text) => text.into(),
            Preset::Number(number) => number.into(),
            Preset::Yes => true.into(),
            _ => Value::Null,
        }
    }

    /// Whether a form with these values asks for this field.
    #[must_use]
    pub fn is_shown(&self, values: &Values) -> bool {
        match self.shown {
            Shown::Always => true,
            Shown::When(key, wanted) => match values.get(key) {
                Some(Value::String(text)) => wanted.contains(&text.as_str()),
                Some(Value::Bool(flag)) => wanted.contains(&if *flag { "true" } else { "false" }),
                _ => false,
            },
        }
    }

    /// Checks a value against the type and brings it into its plain form.
    ///
    /// `null` and blank text mean "not given" and come back as `null`.
    pub fn check(&self, value: &Value, settings: &Settings) -> Result<Value, Why> {
        let wrong = |key: &str| Why::new(key).about(self.key);
        if is_blank(value) {
            return Ok(Value::Null);
        }
        let text = |max: usize| -> Result<String, Why> {
            let text = value.as_str().ok_or_else(|| wrong("desk.why.not_text"))?.trim();
            if text.chars().count() > max {
                return Err(wrong("desk.why.too_long").with("max", Arg::Number(max as i64)));
            }
            Ok(text.to_owned())
        };
        let one_line = || -> Result<String, Why> {
            let text = text(TEXT_MAX)?;
            if text.contains(['\n', '\r']) {
                return Err(wrong("desk.why.one_line"));
            }
            Ok(text)
        };
        let whole = |min: i64, max: i64| -> Result<Value, Why> {
            let number = value.as_i64().ok_or_else(|| wrong("desk.why.not_number"))?;
            if (min..=max).contains(&number) {
                Ok(number.into())
            } else {
                Err(wrong("desk.why.out_of_range")
                    .with("min", Arg::Number(min))
                    .with("max", Arg::Number(max)))
            }
        };
        Ok(match self.ty {
            FieldType::Text
            | FieldType::Unit
            | FieldType::Plate
            | FieldType::Operator
            | FieldType::Colleague
            | FieldType::Kind => one_line()?.into(),
            FieldType::LongText => text(LONG_TEXT_MAX)?.into(),
            FieldType::Flag => value.as_bool().ok_or_else(|| wrong("desk.why.not_flag"))?.into(),
            FieldType::Count { min, max } => whole(min, max)?,
            FieldType::Money => whole(0, MONEY_MAX).map_err(|why| Why {
                key: "desk.why.money_range".into(),
                args: Vec::new(),
                ..why
            })?,
            FieldType::Reading => whole(0, 1_000_000_000_000)?,
            FieldType::Day => {
                let text = one_line()?;
                text.parse::<NaiveDate>().map_err(|_| wrong("desk.why.not_day"))?.to_string().into()
            }
            FieldType::Instant => {
                let text = one_line()?;
                let at = DateTime::parse_from_rfc3339(&text).map_err(|_| wrong("desk.why.not_instant"))?;
                instant(at.with_timezone(&Utc))
            }
            FieldType::Phone => {
                let text = one_line()?;
                let digits = text.chars().filter(char::is_ascii_digit).count();
                // U+8F6C is the Chinese word before an extension.
                let plain = text.chars().all(|c| c.is_ascii_digit() || "+-*\u{8f6c}#,".contains(c));
                // One that was taken out stands so in exports, which are read back.
                if text != GONE && (!plain || !(3..=30).contains(&digits)) {
                    return Err(wrong("desk.why.not_phone"));
                }
                text.into()
            }
            FieldType::MaskedId => mask_id(&one_line()?).into(),
            FieldType::Choice(options) => {
                let text = one_line()?;
                if !options.contains(&text.as_str()) {
                    return Err(wrong("desk.why.not_option")
                        .with("value", Arg::Text(text))
                        .with("options", Arg::Text(options.join(", "))));
                }
                text.into()
            }
            FieldType::Catalogue(name) => {
                let text = one_line()?;
                if settings.code_name(name, &text).is_none() {
                    return Err(wrong("desk.why.not_in_catalogue").with("value", Arg::Text(text)));
                }
                text.into()
            }
            FieldType::Staff => {
                let text = one_line()?;
                if settings.staff_member(&text).is_none() {
                    return Err(wrong("desk.why.not_staff").with("value", Arg::Text(text)));
                }
                text.into()
            }
            FieldType::CaseNumber | FieldType::CaseOf(_) => one_line()?.to_uppercase().into(),
            FieldType::Scores(catalogue) => {
                scores(catalogue, value, settings).map_err(|why| why.about(self.key))?
            }
            FieldType::Lines(columns) => {
                let rows = value.as_array().ok_or_else(|| wrong("desk.why.not_lines"))?;
                if rows.len() > LINES_MAX {
                    return Err(wrong("desk.why.too_many_lines").with("max", Arg::Number(LINES_MAX as i64)));
                }
                let rows = rows.iter().map(|row| {
                    let row = row.as_object().ok_or_else(|| wrong("desk.why.not_lines"))?;
                    check_all(columns, row, settings).map(Value::Object).map_err(|why| why.about(self.key))
                });
                Value::Array(rows.collect::<Result<_, _>>()?)
            }
            FieldType::Checklist(_) => {
                value.as_object().ok_or_else(|| wrong("desk.why.not_lines"))?;
                value.clone()
            }
        })
    }
}

/// Largest amount taken, in fen: ten thousand million yuan.
pub const MONEY_MAX: i64 = 1_000_000_000_000;

/// Whether a value counts as "nothing given".
#[must_use]
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.is_empty(),
        _ => false,
    }
}

/// An instant as it stands in a record: RFC 3339, UTC, whole seconds.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> Value {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true).into()
}

/// The instant that a record's value holds.
#[must_use]
pub fn as_instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.with_timezone(&Utc))
}

/// Best score of an item.
pub const SCORE_MAX: i64 = 5;

fn scores(catalogue: &str, value: &Value, settings: &Settings) -> Result<Value, Why> {
    let given = value.as_object().ok_or_else(|| Why::new("desk.why.not_scores"))?;
    for (code, score) in given {
        if settings.code_name(catalogue, code).is_none() {
            return Err(Why::new("desk.why.not_in_catalogue").with("value", Arg::Text(code.clone())));
        }
        if !score.as_i64().is_some_and(|score| (1..=SCORE_MAX).contains(&score)) {
            return Err(Why::new("desk.why.out_of_range")
                .with("min", Arg::Number(1))
                .with("max", Arg::Number(SCORE_MAX)));
        }
    }
    Ok(if given.is_empty() { Value::Null } else { value.clone() })
}

/// Masks an identity number, keeping three characters in front and four behind; an already masked one stays.
fn mask_id(text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let keep_end = if chars.len() > 8 { 4 } else { 1 };
    let keep_start = if chars.len() > 8 { 3 } else { 1 };
    chars
        .iter()
        .enumerate()
        .map(|(i, c)| if i < keep_start || i + keep_end >= chars.len() { *c } else { '*' })
        .collect()
}

/// Checks given values against a list of fields: types, required ones, and no unknown key.
///
/// Blank values are left out. A field that is not shown by the other values is left out as well.
pub fn check_all(fields: &[Field], given: &Values, settings: &Settings) -> Result<Values, Why> {
    if let Some(unknown) = given.keys().find(|key| !fields.iter().any(|field| field.key == key.as_str())) {
        let known = fields.iter().map(|field| field.key).collect::<Vec<_>>().join(", ");
        return Err(Why::new("desk.why.unknown_field")
            .with("field", Arg::Text(unknown.clone()))
            .with("known", Arg::Text(known)));
    }
    let mut checked = Values::new();
    for field in fields {
        if !field.is_shown(given) {
            continue;
        }
        let value = given.get(field.key).map_or(Ok(Value::Null), |value| field.check(value, settings))?;
        if !value.is_null() {
            checked.insert(field.key.to_owned(), value);
        } else if field.required {
            return Err(Why::new("desk.why.required").about(field.key));
        }
    }
    Ok(checked)
}
