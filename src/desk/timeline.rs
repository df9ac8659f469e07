//! Timeline entries 处理记录: one thing that happened to a case. Append-only.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::callback::{Attempt, Callback};
use super::field::Values;
use super::household::HouseholdChange;
use super::promise::Promise;

/// One value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// The value before; `null` if there was none.
    pub before: Value,
    /// The value after; `null` if it was taken away.
    pub after: Value,
}

/// What else an entry brought about, beside changed fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A promise was made; an open one is withdrawn by it.
    Promised(Promise),
    /// The open promise was kept.
    PromiseKept,
    /// The open promise was withdrawn.
    PromiseWithdrawn,
    /// A callback became due.
    CallbackDue(Callback),
    /// A callback was tried.
    CallbackTried {
        /// Which of the case's callbacks.
        id: u32,
        /// The try.
        attempt: Attempt,
    },
    /// A callback is no longer due.
    CallbackCancelled {
        /// Which of the case's callbacks.
        id: u32,
    },
    /// The case points at another.
    Linked(Link),
    /// The household directory changed with it.
    Household(HouseholdChange),
    /// The case came from a file of another book, as it stood there.
    Imported(Origin),
}

/// When a case was opened and ended in the book that it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// By whom.
    pub opened_by: String,
    /// When it came to an end.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A pointer from one case to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The other case's number.
    pub number: String,
    /// What the other is to this one: `turned-into`, `came-from`, `defect`, `defect-of`, `related` …
    pub relation: String,
}

/// One thing that happened to a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The case's number.
    pub number: String,
    /// Its place in the case's timeline, from 1.
    pub revision: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// The operator's name.
    pub by: String,
    /// The supervisor by whose word it was done, where the operator alone would have been refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// The action, `open` for the first entry.
    pub action: String,
    /// State before; `None` for the first entry.
    pub from: Option<String>,
    /// State after.
    pub to: String,
    /// Fields changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What was given with the action.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub inputs: Values,
    /// What else it brought about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
}

impl Entry {
    /// The remark or reason that was given, if any.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        ["note", "reason"].into_iter().find_map(|key| self.inputs.get(key).and_then(Value::as_str))
    }
}
