//! The one line that says what a case is about.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::desk::case::Case;
use crate::desk::field::{self, Field, FieldType};
use crate::desk::kind::Kind;

/// What a code of a catalogue is called: catalogue, code.
type CodeNames<'a> = dyn Fn(&str, &str) -> String + 'a;

/// A piece of the line: what somebody wrote, or a code, which every reader has a word for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Said {
    /// A text.
    Text(String),
    /// A code of a catalogue.
    Code {
        /// The catalogue.
        catalogue: String,
        /// The code.
        code: String,
    },
}

/// The one-line summary: the texts of the kind's summary fields, first lines only; codes by the names
/// that `name` gives them.
pub(super) fn summary_of(kind: &Kind, case: &Case, name: &CodeNames) -> String {
    summary_by(&said_in(kind, case), name)
}

/// The pieces of a case's line where a code is among them; else there is nothing that readers call differently.
#[must_use]
pub fn said_of(kind: &Kind, case: &Case) -> Vec<Said> {
    let is_code =
        |key: &&str| kind.field(key).is_some_and(|field| matches!(field.ty, FieldType::Catalogue(_)));
    if kind.summary.iter().any(is_code) { said_in(kind, case) } else { Vec::new() }
}

/// The line that pieces make, their codes called as `name` calls them.
#[must_use]
pub fn summary_by(said: &[Said], name: &CodeNames) -> String {
    let words = said.iter().map(|piece| match piece {
        Said::Text(text) => text.clone(),
        Said::Code { catalogue, code } => name(catalogue, code),
    });
    words.collect::<Vec<_>>().join(" ").chars().take(field::TEXT_MAX).collect()
}

/// The one-line summary of a case with its codes called as `name` calls them; the summary it was kept
/// with where no code is part of it, or its fields no longer say one.
#[must_use]
pub fn summary_with(kind: &Kind, case: &Case, name: &CodeNames) -> String {
    let said = summary_by(&said_of(kind, case), name);
    if said.is_empty() { case.summary.clone() } else { said }
}

fn said_in(kind: &Kind, case: &Case) -> Vec<Said> {
    kind.summary.iter().filter_map(|key| piece(kind.field(key)?, &case.get(key))).collect()
}

/// What one summary field says; of a list of lines the first column of each.
fn piece(field: &Field, value: &Value) -> Option<Said> {
    if let FieldType::Catalogue(id) = field.ty {
        return Some(Said::Code { catalogue: id.to_owned(), code: value.as_str()?.to_owned() });
    }
    let text = if let FieldType::Lines(columns) = field.ty {
        let first = columns.first()?.key;
        let names: Vec<&str> = value.as_array()?.iter().filter_map(|row| row.get(first)?.as_str()).collect();
        names.join(", ")
    } else {
        value.as_str()?.to_owned()
    };
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(Said::Text(line.to_owned()))
}
