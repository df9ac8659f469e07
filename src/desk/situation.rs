//! What the rules of a kind see when they are asked.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::case::Case;
use super::field::{Values, as_instant};
use super::household::Household;
use super::others::Other;
use super::people::Role;
use super::settings::Settings;

/// What a guard, check or effect sees.
///
/// For guards `case` is the case as it is and `inputs` is empty; for checks and effects the inputs
/// have their types and presets, and `case` already holds those that are fields of the kind.
pub struct Situation<'a> {
    /// The case.
    pub case: &'a Case,
    /// What is given with the action.
    pub inputs: &'a Values,
    /// The role of who does it.
    pub role: Role,
    /// The name of who does it.
    pub by: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
    /// The settings.
    pub settings: &'a Settings,
    /// The household of the case's unit, if there is one.
    pub household: Option<&'a Household>,
    /// The other open cases that the kind looks at ([`Kind::around`]).
    pub others: &'a [Other],
    /// The households that live in the buildings which are named ([`super::kind::Kind::covers`]).
    pub covered: &'a [Household],
}

impl Situation<'_> {
    /// The kind's own fields as its typed struct; the default where the shape does not fit, which
    /// [`Kind::shape`] has ruled out before any guard is asked.
    #[must_use]
    pub fn detail<T: DeserializeOwned + Default>(&self) -> T {
        self.case.typed().unwrap_or_default()
    }

    /// The text of an input.
    #[must_use]
    pub fn input(&self, key: &str) -> Option<&str> {
        self.inputs.get(key).and_then(Value::as_str)
    }

    /// Whether an input is given as "yes".
    #[must_use]
    pub fn input_flag(&self, key: &str) -> bool {
        self.inputs.get(key).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The instant of an input.
    #[must_use]
    pub fn input_instant(&self, key: &str) -> Option<DateTime<Utc>> {
        self.inputs.get(key).and_then(as_instant)
    }
}
