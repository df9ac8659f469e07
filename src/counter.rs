//! What a person does at the counter: one function each.
//!
//! Every function checks the role, runs the rule and writes everything that follows in one
//! transaction. The clock is an argument. Screen and command line are two faces of this room:
//! neither can go round a rule.

pub mod arrears;
pub mod cases;
pub mod clock;
pub mod community;
pub mod directory;
pub mod household_file;
pub mod operators;
pub mod outcome;
pub mod passes;
pub mod review;
pub mod say;
pub mod shifts;

use std::sync::Arc;

use crate::desk::people::{Operator, Role};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::store::{Store, StoreError, Tx};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// A rule refuses; the value says why.
    #[error("{0}")]
    Refused(#[from] Why),
    /// The file refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Short for a result of this room.
pub type Result<T> = std::result::Result<T, CounterError>;

/// Somebody who logged in. Only [`operators::login`] and the first set-up make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    operator: Operator,
}

impl Session {
    /// Nobody: stands in where no one has logged in, and may do no more than look at the login.
    #[must_use]
    pub fn guest() -> Self {
        Self { operator: Operator { name: String::new(), role: Role::Receptionist, disabled: true } }
    }

    /// Who it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.operator.name
    }

    /// What the operator may do.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.operator.role
    }

    /// Refuses what needs a higher role.
    pub(crate) fn require(&self, role: Role) -> Result<()> {
        if self.role() >= role {
            return Ok(());
        }
        Err(Why::new("desk.why.needs_role")
            .with("role", Arg::Term(format!("people.role.{}", role.id())))
            .into())
    }
}

/// The settings, or the refusal that the book is not set up yet.
pub(crate) fn settings(tx: &Tx) -> Result<Arc<Settings>> {
    tx.settings()?.ok_or_else(|| Why::new("counter.why.not_set_up").into())
}

/// The settings of a book that is set up.
pub fn settings_of(store: &Store) -> Result<Arc<Settings>> {
    store.settings()?.ok_or_else(|| Why::new("counter.why.not_set_up").into())
}
