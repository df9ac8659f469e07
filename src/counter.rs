//! What a person does at the counter: one function each.
//!
//! Every function checks the role, runs the rule and writes everything that follows in one
//! transaction. The clock is an argument. Screen and command line are two faces of this room:
//! neither can go round a rule.

pub mod arrears;
pub mod authority;
pub mod backup;
pub mod cases;
pub mod clock;
pub mod community;
pub mod copy_key;
pub mod directory;
pub mod doctor;
pub mod equipment;
pub mod exports;
pub mod household_file;
pub mod imports;
pub mod old_copies;
pub mod operators;
pub mod outcome;
pub mod passes;
pub mod plan;
pub mod printing;
pub mod privacy;
pub mod progress;
pub mod recovery;
pub mod reports;
pub mod restore;
pub mod retention;
pub mod review;
pub mod say;
mod secrets;
pub mod shifts;
pub mod watch;

use std::path::Path;
use std::sync::Arc;

use crate::desk::people::{Operator, Role};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::store::copies::DIRECTORY;
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
#[derive(Debug, Clone)]
pub struct Session {
    operator: Operator,
    /// A supervisor's word for one deed, see [`authority`].
    word: Option<Arc<authority::Word>>,
}

impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.operator == other.operator
    }
}

impl Session {
    /// Nobody: stands in where no one has logged in, and may do no more than look at the login.
    #[must_use]
    pub fn guest() -> Self {
        Self::of(Operator { name: String::new(), role: Role::Receptionist, disabled: true })
    }

    const fn of(operator: Operator) -> Self {
        Self { operator, word: None }
    }

    /// Who it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.operator.name
    }

    /// What the operator could do at the login.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.operator.role
    }

    /// Whether it was a supervisor, or somebody above: for showing what can be done before anything is tried.
    /// What is tried asks the file, see [`authority`].
    #[must_use]
    pub fn is_supervisor(&self) -> bool {
        self.role() >= Role::Supervisor
    }
}

/// The settings, or the refusal that the book is not set up yet.
pub(crate) fn settings(tx: &Tx) -> Result<Arc<Settings>> {
    tx.settings()?.ok_or_else(|| Why::new("counter.why.not_set_up").into())
}

/// The settings of a book that is set up.
pub fn settings_of(store: &Store) -> Result<Arc<Settings>> {
    let data = store.path().and_then(Path::parent);
    store.settings()?.ok_or_else(|| data.map_or_else(|| Why::new("counter.why.not_set_up"), missing).into())
}

/// Why nobody can work in a data directory without a community: none was set up yet, or there was one, and
/// copies of it lie there still.
#[must_use]
pub fn missing(data: &Path) -> Why {
    if backup::lie_in(data) {
        let directory = data.join(DIRECTORY).display().to_string();
        return Why::new("counter.why.book_gone").with("directory", Arg::Text(directory));
    }
    Why::new("counter.why.not_set_up")
}
