//! Promises: by when the counter said something would be done, and by which rule.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{NoHours, ServiceCalendar};

/// How the minutes of a promise pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counting {
    /// Every minute counts.
    Clock,
    /// Only minutes within the service hours count.
    Service,
}

/// A rule of the settings: how long the counter gives itself.
///
/// The rule with the most matching conditions is taken; an empty condition matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseRule {
    /// What is promised, e.g. `repair.arrive`, `complaint.reply`, `callback.repair`.
    pub stage: String,
    /// Only for this category code.
    #[serde(default)]
    pub category: Option<String>,
    /// Only for this urgency (`urgent` or `normal`).
    #[serde(default)]
    pub urgency: Option<String>,
    /// How long, in minutes.
    pub minutes: u32,
    /// By the clock or within the service hours.
    pub counting: Counting,
}

impl PromiseRule {
    /// The instant this rule gives for a promise made at `from`.
    pub fn due(&self, from: DateTime<Utc>, calendar: &ServiceCalendar) -> Result<DateTime<Utc>, NoHours> {
        match self.counting {
            Counting::Clock => Ok(from + TimeDelta::minutes(i64::from(self.minutes))),
            Counting::Service => calendar.add(from, self.minutes),
        }
    }
}

/// The best rule for a stage, category and urgency.
#[must_use]
pub fn choose<'a>(
    rules: &'a [PromiseRule],
    stage: &str,
    category: Option<&str>,
    urgency: Option<&str>,
) -> Option<&'a PromiseRule> {
    let fits = |condition: &Option<String>, value: Option<&str>| {
        condition.as_deref().is_none_or(|wanted| Some(wanted) == value)
    };
    rules
        .iter()
        .filter(|rule| rule.stage == stage && fits(&rule.category, category) && fits(&rule.urgency, urgency))
        .max_by_key(|rule| (rule.category.is_some(), rule.urgency.is_some()))
}

/// What a due instant was made by. Kept with the promise, so that a changed setting touches new ones only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A rule of the settings, as it was then.
    Rule(PromiseRule),
    /// Named by a person, with the reason if it replaced an earlier promise.
    Hand {
        /// Why it was set by hand.
        reason: Option<String>,
    },
}

/// A promise of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What is promised, e.g. `repair.arrive`.
    pub stage: String,
    /// By when.
    pub due: DateTime<Utc>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The rule or hand it was made by.
    pub basis: Basis,
    /// When it was kept; `None` while it is under way.
    pub kept_at: Option<DateTime<Utc>>,
    /// When it was withdrawn (replaced by another promise, or the case is void).
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Promise {
    /// Whether the promise still waits to be kept.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.kept_at.is_none() && self.withdrawn_at.is_none()
    }

    /// Whether the promise was broken by `now`: not kept by its due instant. A matter of due time and now only.
    #[must_use]
    pub fn is_broken(&self, now: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && self.kept_at.unwrap_or(now) > self.due
    }
}
