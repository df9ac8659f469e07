//! The one line that says what a case is about.

use serde_json::Value;

use crate::desk::case::Case;
use crate::desk::field::{self, Field, FieldType};
use crate::desk::kind::Kind;

/// The one-line summary: the texts of the kind's summary fields, first lines only; codes by the names
/// that `name` gives them.
pub(super) fn summary_of(kind: &Kind, case: &Case, name: &CodeNames) -> String {
    let texts = kind.summary.iter().filter_map(|key| summary_part(kind.field(key)?, &case.get(key), name));
    let lines: Vec<String> = texts
        .filter_map(|text| text.lines().find(|line| !line.trim().is_empty()).map(|l| l.trim().to_owned()))
        .collect();
    lines.join(" ").chars().take(field::TEXT_MAX).collect()
}

/// What a code of a catalogue is called: catalogue, code.
type CodeNames<'a> = dyn Fn(&str, &str) -> String + 'a;

/// The one-line summary of a case with its codes called as `name` calls them; the summary it was kept
/// with where no code is part of it, or its fields no longer say one.
#[must_use]
pub fn summary_with(kind: &Kind, case: &Case, name: &CodeNames) -> String {
    let is_code =
        |key: &&str| kind.field(key).is_some_and(|field| matches!(field.ty, FieldType::Catalogue(_)));
    let said = if kind.summary.iter().any(is_code) { summary_of(kind, case, name) } else { String::new() };
    if said.is_empty() { case.summary.clone() } else { said }
}

/// The text of one summary field; of a list of lines the first column of each, of a code its name.
fn summary_part(field: &Field, value: &Value, name: &CodeNames) -> Option<String> {
    if let FieldType::Catalogue(id) = field.ty {
        return Some(name(id, value.as_str()?));
    }
    let FieldType::Lines(columns) = field.ty else { return value.as_str().map(str::to_owned) };
    let first = columns.first()?.key;
    let names: Vec<&str> = value.as_array()?.iter().filter_map(|row| row.get(first)?.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
