//! What the supervisor should know of the operators' day: who was refused what, which PINs were wrong,
//! whose word was given, whose numbers were seen in full.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::authority::{REFUSED, VOUCHED};
use super::operators::WRONG_PIN;
use super::recovery::RECOVER;
use crate::desk::kind::Severity;
use crate::desk::review::{Finding, OPERATOR_RECOVERED, OPERATOR_REFUSED};
use crate::store::chain::Record;
use crate::store::{Result, Store};

/// So many refusals and wrong PINs of one operator in a day are no slips any more.
const MANY: usize = 5;

/// What is on record of the operators for a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Watch {
    /// How often each sort of record was made: `refused`, `wrong-pin`, `vouched`, `recover`, `reveal`.
    pub counts: BTreeMap<String, usize>,
    /// The records, oldest first.
    pub records: Vec<Seen>,
}

/// One record, without what is no business of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Its place in the chain.
    pub seq: i64,
    /// When.
    #[serde(skip)]
    pub at: chrono::DateTime<chrono::Utc>,
    /// Whom it is about.
    pub operator: String,
    /// What sort of record it is.
    pub sort: String,
    /// What was to be done.
    pub verb: Option<String>,
    /// To what.
    pub subject: Option<String>,
    /// By whose word.
    pub with: Option<String>,
}

impl Seen {
    fn of(record: Record) -> Self {
        let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            seq: record.seq,
            at: record.at,
            operator: record.subject.trim_start_matches("operator:").to_owned(),
            sort: record.action,
            verb: text("verb"),
            subject: text("subject"),
            with: text("with"),
        }
    }

    /// Whether `word` is the word that was then given for what this refused.
    fn lifted_by(&self, word: &Self) -> bool {
        word.sort == VOUCHED
            && word.seq > self.seq
            && (&word.operator, &word.verb, &word.subject) == (&self.operator, &self.verb, &self.subject)
    }
}

/// What is on record of the operators for a day.
///
/// A refusal for which a supervisor then gave her word was no attempt, but the way to ask her.
///
/// # Errors
/// The file can't be read.
pub fn of_day(store: &Store, day: NaiveDate) -> Result<Watch> {
    let all: Vec<Seen> = store.operator_records(day)?.into_iter().map(Seen::of).collect();
    let stands = |seen: &&Seen| seen.sort != REFUSED || !all.iter().any(|word| seen.lifted_by(word));
    let records: Vec<Seen> = all.iter().filter(stands).cloned().collect();
    let mut counts = BTreeMap::new();
    for seen in &records {
        *counts.entry(seen.sort.clone()).or_default() += 1;
    }
    Ok(Watch { counts, records })
}

impl Watch {
    /// What of it the supervisor has to look into before the day is signed.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut by_operator: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
        for seen in self.records.iter().filter(|seen| [REFUSED, WRONG_PIN].contains(&seen.sort.as_str())) {
            by_operator.entry(&seen.operator).or_default().push(seen);
        }
        let many = by_operator.into_values().filter(|seen| seen.len() >= MANY);
        let many = many.map(|seen| finding(OPERATOR_REFUSED, seen[0], seen.len(), Severity::Warning));
        let recovered = self.records.iter().filter(|seen| seen.sort == RECOVER);
        many.chain(recovered.map(|seen| finding(OPERATOR_RECOVERED, seen, 1, Severity::Serious))).collect()
    }
}

fn finding(kind: &str, seen: &Seen, count: usize, severity: Severity) -> Finding {
    let summary = if count > 1 { format!("{} ({count})", seen.operator) } else { seen.operator.clone() };
    let subject = format!("operator:{}", seen.operator);
    Finding { owner: seen.operator.clone(), ..Finding::new(kind, subject, summary, seen.at, severity) }
}
