//! The supervisor's end of day 日结: findings, settling, carrying over, signing.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::kind::Severity;
use super::workflow::Said;

/// Found for every kind: a callback whose time has passed.
pub const CALLBACK_OVERDUE: &str = "callback-overdue";
/// Found for every kind: a promise whose time has passed.
pub const PROMISE_BROKEN: &str = "promise-broken";
/// Found for every kind: a superior has not decided.
pub const UNDECIDED: &str = "undecided";
/// A form parked and not taken up again.
pub const PARKED_DRAFT: &str = "parked-draft";
/// Nobody sat at the counter during service hours (source §三(三)3(4)).
pub const UNATTENDED: &str = "unattended";
/// Papers of households that need not be kept any longer.
pub const PAPERS_PAST: &str = "papers-past";
/// An operator was refused, or a PIN was wrong, more often than by mistake.
pub const OPERATOR_REFUSED: &str = "operator-refused";
/// A PIN was set with a recovery code.
pub const OPERATOR_RECOVERED: &str = "operator-recovered";
/// An earlier day that nobody signed.
pub const MISSED_DAY: &str = "missed-day";

/// The last copy of the book that was tried failed.
pub const BACKUP_FAILED: &str = "backup-failed";
/// The book is without the copy that it should have.
pub const BACKUP_STALE: &str = "backup-stale";
/// Cases have personal fields that the office no longer keeps.
pub const RETENTION_DUE: &str = "retention-due";

/// Something that the day left undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What, e.g. `callback-overdue`; words under `finding.<kind>`.
    pub kind: String,
    /// The case's number; for other subjects `draft:ID`, `day:DAY`, `gap:INSTANT`, `year:YEAR`,
    /// `papers:DAY`, `backup:DAY` or `retention:DAY`.
    pub subject: String,
    /// Unit, or whom it is about.
    pub unit: Option<String>,
    /// What the case is about.
    pub summary: String,
    /// The same in pieces where codes are among them, which are called differently in each language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
    /// Who answers for it.
    pub owner: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How much it weighs.
    pub severity: Severity,
    /// What the supervisor did about it.
    pub mark: Option<Mark>,
}

impl Finding {
    /// What was found just now: nobody answers for it, and nothing was done about it yet.
    #[must_use]
    pub fn new(
        kind: &str,
        subject: String,
        summary: String,
        since: DateTime<Utc>,
        severity: Severity,
    ) -> Self {
        Self {
            kind: kind.to_owned(),
            subject,
            unit: None,
            summary,
            said: Vec::new(),
            owner: String::new(),
            since,
            severity,
            mark: None,
        }
    }

    /// The key under which it is marked, settled or carried.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.kind, self.subject)
    }

    /// The number of its case, if it is about one.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        (!self.subject.contains(':')).then_some(self.subject.as_str())
    }
}

/// What was done about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Settled, or carried over to the next shift.
    pub what: MarkKind,
    /// The note that goes with it.
    pub note: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Settled or carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// Dealt with; nothing is left to do.
    Settled,
    /// The next shift takes it over.
    Carried,
}

/// A day as it was signed: frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySheet {
    /// The day.
    pub day: NaiveDate,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// By whom.
    pub signed_by: String,
    /// The last entry of the chain that the signature covers.
    pub head: i64,
    /// Its figures.
    pub figures: Figures,
    /// Its findings with their marks.
    pub findings: Vec<Finding>,
}

/// Sorts findings: unmarked before marked, the worst first, then the oldest.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        a.mark
            .is_some()
            .cmp(&b.mark.is_some())
            .then(b.severity.cmp(&a.severity))
            .then(a.since.cmp(&b.since))
            .then(a.subject.cmp(&b.subject))
    });
}
