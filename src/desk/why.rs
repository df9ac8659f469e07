//! Why something is refused, as a value that every language can say.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::people::Role;

/// A refusal: the key of a sentence in the locales and the values put into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Locale key of the sentence, e.g. `repair.why.quote_not_agreed`.
    pub key: String,
    /// Named values of the sentence's placeholders.
    pub args: Vec<(String, Arg)>,
    /// The field or input the refusal is about, so that a form can put the cursor there.
    pub field: Option<String>,
    /// The guard that refused, by its name in `docs/workflows.md`; `None` where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Box<str>>,
    /// The role that would be let do it, where nothing else stands against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Role>,
}

/// A value inside a sentence. What a language writes differently stays a value until it is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arg {
    /// Text as it is (names, numbers typed by people).
    Text(String),
    /// Locale key of a word, said in the reader's language.
    Term(String),
    /// An amount in fen.
    Money(i64),
    /// A plain number.
    Number(i64),
    /// An instant, shown in the community's time zone.
    At(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
}

impl Why {
    /// A refusal said by the sentence under `key`.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), args: Vec::new(), field: None, guard: None, needs: None }
    }

    /// The refusal of whoever has not this role.
    #[must_use]
    pub fn needs_role(role: Role) -> Self {
        let term = Arg::Term(format!("people.role.{}", role.id()));
        Self::new("desk.why.needs_role").with("role", term).needing(role)
    }

    /// Says that somebody of this role would not be refused: the refusal goes on record, and such a
    /// person's word can lift it.
    #[must_use]
    pub const fn needing(mut self, role: Role) -> Self {
        self.needs = Some(role);
        self
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &str, arg: Arg) -> Self {
        self.args.push((name.to_owned(), arg));
        self
    }

    /// Names the field the refusal is about.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Names the guard that refused.
    #[must_use]
    pub fn by_guard(mut self, guard: &str) -> Self {
        self.guard = Some(guard.into());
        self
    }
}

impl std::fmt::Display for Why {
    /// The key itself: people are shown the sentence by `text`, logs are shown this.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.key)
    }
}

impl std::error::Error for Why {}
