//! Typed text as the value of a field: the one reading that forms and scripts share.
//!
//! What comes out has the form that the record keeps ([`crate::desk::field`]) and has passed the field's own check.

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use super::lang::{Lang, t};
use super::plain::plain;
use super::say::{kind_name, try_word};
use super::typed;
use crate::desk::field::{self, Field, FieldType};
use crate::desk::kinds::Kinds;
use crate::desk::settings::{Bilingual, Settings};
use crate::desk::why::{Arg, Why};

/// What reading a field's text needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Typing<'a> {
    /// The kind whose words the options have.
    pub kind: &'a str,
    /// Now, for `tomorrow 10:00` and its like.
    pub now: DateTime<Utc>,
    /// Catalogues, staff and time zone.
    pub settings: &'a Settings,
    /// The kinds there are.
    pub kinds: Kinds,
}

/// The value of a field that somebody typed; `null` for nothing.
///
/// Days, instants, money and numbers are read as people write them, full-width forms too; options by
/// their id or their word in either language; codes by code or name; lines and checklists as JSON, in
/// which a text is read by the type of its column.
///
/// # Errors
/// The text does not fit the field's type; the refusal names the field.
pub fn typed_value(field: &Field, text: &str, typing: &Typing) -> Result<Value, Why> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let value = read(field, text, typing).map_err(|why| why.about(field.key))?;
    field.check(&value, typing.settings)
}

fn read(field: &Field, text: &str, typing: &Typing) -> Result<Value, Why> {
    let trimmed = text.trim();
    let typed = |error: typed::TypedError| error.why();
    Ok(match field.ty {
        FieldType::Text
        | FieldType::LongText
        | FieldType::Staff
        | FieldType::Colleague
        | FieldType::Operator => trimmed.into(),
        FieldType::Flag => flag(trimmed)?.into(),
        FieldType::Count { .. } => whole(trimmed)?.into(),
        FieldType::Money => typed::money(trimmed).map_err(typed)?.into(),
        FieldType::Reading => thousandths(trimmed)?.into(),
        FieldType::Day => {
            let today = typing.settings.calendar.day_of(typing.now);
            typed::date(trimmed, today).map_err(typed)?.to_string().into()
        }
        FieldType::Instant => {
            let tz = typing.settings.calendar.tz();
            field::instant(typed::when(trimmed, typing.now, tz).map_err(typed)?)
        }
        FieldType::Phone => typed::phone(trimmed).map_err(typed)?.into(),
        // What is no unit is the name of a public place.
        FieldType::Unit => {
            typed::unit(trimmed).map_or_else(|_| trimmed.to_owned(), |unit| unit.label()).into()
        }
        FieldType::Plate => {
            plain(trimmed).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase().into()
        }
        FieldType::CaseNumber | FieldType::CaseOf(_) | FieldType::MaskedId => {
            plain(trimmed).trim().to_uppercase().into()
        }
        FieldType::Choice(options) => option(field, options, trimmed, typing).into(),
        FieldType::Catalogue(name) => code(name, trimmed, typing.settings)?.into(),
        FieldType::Kind => kind(trimmed, typing.kinds).into(),
        FieldType::Lines(columns) => lines(columns, trimmed, typing)?,
        FieldType::Scores(catalogue) => scores(catalogue, trimmed, typing.settings)?,
        FieldType::Checklist(_) => {
            serde_json::from_str(trimmed).map_err(|_| Why::new("desk.why.not_lines"))?
        }
    })
}

/// Whether a text is one of the words of a list in the locales, in either language.
fn is_word(text: &str, key: &str) -> bool {
    let text = plain(text).to_lowercase();
    Lang::ALL.iter().any(|lang| t(*lang, key, &[]).split_whitespace().any(|word| word == text))
}

fn flag(text: &str) -> Result<bool, Why> {
    if is_word(text, "value.flag.yes") {
        Ok(true)
    } else if is_word(text, "value.flag.no") {
        Ok(false)
    } else {
        Err(Why::new("value.error.flag").with("input", Arg::Text(shown(text))))
    }
}

fn whole(text: &str) -> Result<i64, Why> {
    let digits: String = plain(text).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    digits.parse().map_err(|_| Why::new("value.error.count").with("input", Arg::Text(shown(text))))
}

/// Scores in the order of the catalogue (`5 4 4 3`, `-` for an item without an answer), or as JSON.
fn scores(catalogue: &str, text: &str, settings: &Settings) -> Result<Value, Why> {
    let wrong = || Why::new("desk.why.not_scores");
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|_| wrong());
    }
    let text = plain(text);
    let given: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let items = settings.offered(catalogue);
    if given.len() > items.len() {
        return Err(wrong());
    }
    let mut scores = serde_json::Map::new();
    for ((code, _), score) in items.iter().zip(given) {
        match score.to_digit(10) {
            Some(score) => drop(scores.insert((*code).to_owned(), score.into())),
            None if score == '-' => {}
            None => return Err(wrong()),
        }
    }
    Ok(Value::Object(scores))
}

/// A decimal of at most three places as whole thousandths.
fn thousandths(text: &str) -> Result<i64, Why> {
    let wrong = || Why::new("value.error.reading").with("input", Arg::Text(shown(text)));
    let digits: String = plain(text).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > 3 || !only_digits(whole) || !only_digits(part) {
        return Err(wrong());
    }
    format!("{whole}{part:0<3}").parse().map_err(|_| wrong())
}

/// The id of an option, given by its id or by its word in either language.
fn option(field: &Field, options: &[&str], text: &str, typing: &Typing) -> String {
    let wanted = plain(text).to_lowercase();
    let word = |lang: Lang, option: &str| {
        let id = format!("{}.{option}", field.key);
        try_word(lang, typing.kind, "option", &id).map(|word| plain(&word).to_lowercase())
    };
    let fits = |option: &&&str| {
        **option == wanted || Lang::ALL.iter().any(|lang| word(*lang, option).as_deref() == Some(&wanted))
    };
    options.iter().find(fits).map_or_else(|| text.to_owned(), |option| (*option).to_owned())
}

/// The code that was meant, by its code or its name in either language.
fn code(catalogue: &str, text: &str, settings: &Settings) -> Result<String, Why> {
    if settings.code_name(catalogue, text).is_some() {
        return Ok(text.to_owned());
    }
    let wanted = plain(text).to_lowercase();
    let offered = settings.offered(catalogue);
    let named =
        |name: &Bilingual| plain(&name.zh).to_lowercase() == wanted || name.en.to_lowercase() == wanted;
    let found: Vec<&str> = offered
        .iter()
        .filter(|(code, name)| code.eq_ignore_ascii_case(&wanted) || named(name))
        .map(|(code, _)| *code)
        .collect();
    match found.as_slice() {
        [] => {
            let codes: Vec<&str> = offered.iter().map(|(code, _)| *code).collect();
            Err(Why::new("value.error.code")
                .with("input", Arg::Text(shown(text)))
                .with("codes", Arg::Text(codes.join(", "))))
        }
        [code] => Ok((*code).to_owned()),
        several => Err(Why::new("value.error.ambiguous")
            .with("input", Arg::Text(shown(text)))
            .with("codes", Arg::Text(several.join(", ")))),
    }
}

/// The id of the kind that was meant, by its id or its name in either language.
#[must_use]
pub fn kind(text: &str, kinds: Kinds) -> String {
    let wanted = plain(text.trim()).to_lowercase();
    let named = |id: &str| Lang::ALL.iter().any(|lang| kind_name(*lang, id).to_lowercase() == wanted);
    let found =
        kinds.iter().find(|kind| kind.id == wanted || kind.prefix.to_lowercase() == wanted || named(kind.id));
    found.map_or_else(|| text.trim().to_owned(), |kind| kind.id.to_owned())
}

fn lines(columns: &'static [Field], text: &str, typing: &Typing) -> Result<Value, Why> {
    let wrong = || Why::new("value.error.lines");
    let rows: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    let Value::Array(mut rows) = rows else { return Err(wrong()) };
    for row in &mut rows {
        let row = row.as_object_mut().ok_or_else(wrong)?;
        for (key, value) in row {
            let Some(column) = columns.iter().find(|column| column.key == key.as_str()) else { continue };
            if let Value::String(typed) = value {
                *value = typed_value(column, typed, typing)?;
            } else if let Some(number) = value.as_number()
                && !matches!(column.ty, FieldType::Count { .. } | FieldType::Money | FieldType::Reading)
            {
                // A house number or a name of digits may come as a number.
                *value = typed_value(column, &Number::to_string(number), typing)?;
            }
        }
    }
    Ok(Value::Array(rows))
}

/// What was typed may be a pasted page.
fn shown(text: &str) -> String {
    super::width::fit(&super::plain::harmless(text), 40)
}

#[cfg(test)]
#[path = "value/tests.rs"]
mod tests;
