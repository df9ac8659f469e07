//! The kinds of case. This is the only list of them: a new kind is one file here and one line below.

use super::kind::Kind;

mod charges;
mod checks;
mod parts;
mod steps;
mod talk;
mod two_sides;
mod validity;

/// Declares the module of each kind and puts its `KIND` into [`STANDARD`], so that a kind is one line.
macro_rules! standard {
    ($($(#[$doc:meta])* $module:ident,)+) => {
        $($(#[$doc])* pub mod $module;)+

        /// The kinds that the program knows, in the order of the tabs.
        pub const STANDARD: Kinds = Kinds(&[$(&$module::KIND),+]);
    };
}

standard! {
    call,
    visit,
    repair,
    complaint,
    move_in,
    release_pass,
    held,
    loan,
    shift,
    answer,
    booking,
    letter,
    permit,
    renovation,
    account,
    agency,
    move_out,
    survey,
    survey_answer,
    round,
    home_visit,
    training,
    equipment,
    certificate,
    resume,
    work_plan,
    task,
    budget,
}

/// A list of kinds.
#[derive(Debug, Clone, Copy)]
pub struct Kinds(pub &'static [&'static Kind]);

impl Kinds {
    /// The kind of that id.
    #[must_use]
    pub fn get(self, id: &str) -> Option<&'static Kind> {
        self.iter().find(|kind| kind.id == id)
    }

    /// The kind whose numbers have that prefix.
    #[must_use]
    pub fn by_prefix(self, prefix: &str) -> Option<&'static Kind> {
        self.iter().find(|kind| kind.prefix == prefix)
    }

    /// All kinds in order.
    pub fn iter(self) -> impl Iterator<Item = &'static Kind> {
        self.0.iter().copied()
    }
}
