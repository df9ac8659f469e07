//! Callbacks 回访: the duty to ring or visit the resident after the work.
//!
//! A callback is an obligation of its own with a due time, attempts and an outcome (source §二(一)2).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::promise::Basis;

/// Failed attempts after which the resident is to be visited instead.
pub const ATTEMPTS_BEFORE_VISIT: usize = 3;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Reached and satisfied.
    Satisfied,
    /// Reached and not satisfied: the case goes on.
    Dissatisfied,
    /// Not reached: another attempt is due.
    Unreached,
    /// The resident wants no callback.
    Unwanted,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Satisfied, Self::Dissatisfied, Self::Unreached, Self::Unwanted];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Dissatisfied => "dissatisfied",
            Self::Unreached => "unreached",
            Self::Unwanted => "unwanted",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.id() == id)
    }

    /// The workflow action that records this outcome.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Satisfied => "callback-satisfied",
            Self::Dissatisfied => "callback-dissatisfied",
            Self::Unreached => "callback-unreached",
            Self::Unwanted => "callback-unwanted",
        }
    }

    /// The outcome that an action records, if it records one.
    #[must_use]
    pub fn of_action(action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.action() == action)
    }
}

/// One try to reach the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Satisfaction from 1 to 5, when satisfied.
    pub score: Option<u8>,
    /// What was said.
    pub note: Option<String>,
    /// When to try again, when not reached.
    pub next: Option<DateTime<Utc>>,
}

/// A callback of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Its place among the case's callbacks, from 1.
    pub id: u32,
    /// What it is for, e.g. `callback.repair`.
    pub stage: String,
    /// By when the duty was to be done; later attempts do not move it.
    pub due: DateTime<Utc>,
    /// When the duty arose.
    pub made_at: DateTime<Utc>,
    /// The rule or hand that set the due time.
    pub basis: Basis,
    /// The tries so far, oldest first.
    pub attempts: Vec<Attempt>,
    /// When it was cancelled (the case is void or goes on).
    pub cancelled_at: Option<DateTime<Utc>>,
}

impl Callback {
    /// How it ended, if it ended by an attempt.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.attempts.last().map(|last| last.outcome).filter(|outcome| *outcome != Outcome::Unreached)
    }

    /// Whether the duty is still to be done.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.cancelled_at.is_none() && self.outcome().is_none()
    }

    /// When the desk must act next: the due time, or the next try after a failed one.
    #[must_use]
    pub fn next_at(&self) -> DateTime<Utc> {
        self.attempts.last().and_then(|last| last.next).unwrap_or(self.due)
    }

    /// Whether the next try is late at `now`.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.is_open() && now > self.next_at()
    }

    /// Whether the resident is to be visited: three attempts failed.
    #[must_use]
    pub fn asks_visit(&self) -> bool {
        self.is_open() && self.attempts.len() >= ATTEMPTS_BEFORE_VISIT
    }
}
