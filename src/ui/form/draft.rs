//! Everything typed into a form, as it is kept while the form is open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was typed, by field: every character, also where it can't be taken yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FormDraft {
    /// The editors' own form of what was typed.
    pub typed: BTreeMap<String, Value>,
    /// The field with the cursor.
    pub focus: String,
    /// The person chose what to do at once.
    pub chosen_by_hand: bool,
}
