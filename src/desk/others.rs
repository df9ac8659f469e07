//! Other open cases that a rule looks at: those of the same household, and those linked with the case.

use chrono::NaiveDate;
use serde_json::Value;

use super::field::Values;

/// An open case beside the one at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its number.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// Its state.
    pub state: String,
    /// What it is about.
    pub summary: String,
    /// Whether it is linked with the case at hand.
    pub linked: bool,
    /// Whether it is of the same household.
    pub same_unit: bool,
    /// Its kind's own fields.
    pub detail: Values,
}

impl Other {
    /// The day in one of its fields.
    #[must_use]
    pub fn day(&self, key: &str) -> Option<NaiveDate> {
        self.detail.get(key)?.as_str()?.parse().ok()
    }

    /// The whole number in one of its fields, 0 where there is none.
    #[must_use]
    pub fn number_in(&self, key: &str) -> i64 {
        self.detail.get(key).and_then(Value::as_i64).unwrap_or_default()
    }
}

/// Which other cases an action acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those linked with the case.
    Linked,
    /// Those of the same household.
    Household,
}

impl Reach {
    /// Whether it reaches that case.
    #[must_use]
    pub const fn to(self, other: &Other) -> bool {
        match self {
            Self::Linked => other.linked,
            Self::Household => other.same_unit,
        }
    }
}

/// An action that goes along with another: the permits of a renovation end with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Along {
    /// Which cases.
    pub reach: Reach,
    /// Of which kind.
    pub kind: &'static str,
    /// The action, done on those whose state allows it; it asks for nothing that has no preset.
    pub action: &'static str,
}
