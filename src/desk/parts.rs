//! Cases that are made of others: how far they are.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::figures::Ratio;
use super::kind::Kind;

/// What a part is to the whole.
pub const PART: &str = "part";
/// What the whole is to a part.
pub const WHOLE: &str = "part-of";

/// Of what a case is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The kind of its parts.
    pub kind: &'static str,
    /// The states in which a part is done; one that ended in another fell away.
    pub done: &'static [&'static str],
}

/// How far a case is that is made of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Parts in all.
    pub all: u32,
    /// Those that are done.
    pub done: u32,
    /// Those that fell away.
    pub dropped: u32,
    /// Those that are open and past their time.
    pub overdue: u32,
}

impl Progress {
    /// Counts parts by their state and the time promised for them.
    #[must_use]
    pub fn count(
        parts: Parts,
        kind: &Kind,
        found: &[(String, Option<DateTime<Utc>>)],
        now: DateTime<Utc>,
    ) -> Self {
        found.iter().fold(Self::default(), |sum, (state, due)| {
            let done = parts.done.contains(&state.as_str());
            let dropped = !done && kind.ends(state);
            let overdue = !done && !dropped && due.is_some_and(|due| due < now);
            Self {
                all: sum.all + 1,
                done: sum.done + u32::from(done),
                dropped: sum.dropped + u32::from(dropped),
                overdue: sum.overdue + u32::from(overdue),
            }
        })
    }

    /// Those that are still to be done.
    #[must_use]
    pub const fn open(&self) -> u32 {
        self.all - self.done - self.dropped
    }

    /// The share that is done of what did not fall away.
    #[must_use]
    pub const fn rate(&self) -> Ratio {
        Ratio { part: self.done, of: self.all - self.dropped }
    }

    /// The document of it; the rate is `null` where there is nothing to count.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "all": self.all,
            "done": self.done,
            "open": self.open(),
            "overdue": self.overdue,
            "dropped": self.dropped,
            "done_percent": self.rate().percent(),
        })
    }
}
