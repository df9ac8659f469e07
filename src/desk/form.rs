//! Printed forms: which ones a kind of case has, and when.

use serde_json::Value;

use super::case::Case;
use super::field::Shown;
use super::people::Role;
use super::why::{Arg, Why};

/// A form of a kind; its name stands under `paper.form.<id>`, its template is the file of that id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    /// Id kept in entries.
    pub id: &'static str,
    /// In which states it is printed; in every one where none is named.
    pub states: &'static [&'static str],
    /// For which cases of the kind.
    pub shown: Shown,
    /// Lowest role that may print it.
    pub role: Role,
}

/// The sheet that every case has: all that is known of it.
pub const CASE: Form = Form::new("case");

impl Form {
    /// A form that a receptionist prints in every state.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self { id, states: &[], shown: Shown::Always, role: Role::Receptionist }
    }

    /// The same in these states only.
    #[must_use]
    pub const fn states(self, states: &'static [&'static str]) -> Self {
        Self { states, ..self }
    }

    /// The same, of cases whose field `key` has one of `values`; of others there is no such form.
    #[must_use]
    pub const fn when(self, key: &'static str, values: &'static [&'static str]) -> Self {
        Self { shown: Shown::When(key, values), ..self }
    }

    /// The same from a supervisor on.
    #[must_use]
    pub const fn supervisor(self) -> Self {
        Self { role: Role::Supervisor, ..self }
    }

    /// Whether cases such as this one have the form at all.
    #[must_use]
    pub fn is_of(&self, case: &Case) -> bool {
        match self.shown {
            Shown::Always => true,
            Shown::When(key, wanted) => {
                matches!(case.get(key), Value::String(is) if wanted.contains(&is.as_str()))
            }
        }
    }

    /// Whether it can be printed of the case as it stands.
    ///
    /// # Errors
    /// The state is none of the form's, or the role is too low.
    pub fn allowed(&self, case: &Case, role: Role) -> Result<(), Why> {
        let name = || Arg::Term(format!("paper.form.{}", self.id));
        if role < self.role {
            return Err(Why::needs_role(self.role));
        }
        if !self.is_of(case) || !self.states.is_empty() && !self.states.contains(&case.state.as_str()) {
            let state = Arg::Term(format!("{}.state.{}", case.kind, case.state));
            return Err(Why::new("case.why.no_form_now").with("form", name()).with("state", state));
        }
        Ok(())
    }
}
