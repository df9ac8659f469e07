//! The day's report, as it is printed when a day is signed off.

use serde_json::{Value, json};

use super::Clerk;
use crate::counter::review::Review;
use crate::desk::figures::Ratio;
use crate::desk::kind::Severity;
use crate::desk::review::{Finding, MarkKind};
use crate::text::lang::try_t;
use crate::text::say::kind_name;
use crate::text::show::show_day;

/// The name of its template.
pub const TEMPLATE: &str = "day";

impl Clerk<'_> {
    /// The data of the report of a day.
    #[must_use]
    pub fn of_day(&self, review: &Review) -> Value {
        let mut sheet = self.sheet(&self.t("paper.form.day", &[]));
        let figures = &review.figures;
        let count =
            |of: &std::collections::BTreeMap<String, u32>, kind: &str| of.get(kind).copied().unwrap_or(0);
        let counts = self.store.kinds().iter().map(|kind| {
            let numbers = [&figures.opened, &figures.closed, &figures.open].map(|of| count(of, kind.id));
            json!([
                kind_name(self.lang, kind.id),
                numbers[0].to_string(),
                numbers[1].to_string(),
                numbers[2].to_string()
            ])
        });
        // What nothing happened in and nothing waits in says nothing.
        let counts: Vec<Value> =
            counts.filter(|row| (1..4).any(|column| row[column].as_str() != Some("0"))).collect();
        let shares = [
            (
                "complaints_handled",
                figures.complaints_handled,
                Some(crate::desk::figures::COMPLAINTS_HANDLED),
            ),
            ("callbacks_made", figures.callbacks_made, Some(crate::desk::figures::CALLBACKS_MADE)),
            ("urgent_called_back", figures.urgent_called_back, Some(100)),
            ("satisfied", figures.satisfied, Some(crate::desk::figures::SATISFIED)),
            ("answered_in_time", figures.answered_in_time, None),
            ("promises_kept", figures.promises_kept, None),
        ];
        let shares = shares.map(|(key, ratio, target)| self.share(key, ratio, target));
        let signed = review.signed.as_ref().map(|signed| {
            let at = self.stamp(signed.at);
            self.t("paper.signed", &[("by", &signed.by), ("at", &at)])
        });
        sheet.insert("day".into(), show_day(review.day, self.lang).into());
        sheet.insert("counts".into(), counts.into());
        sheet.insert("shares".into(), shares.to_vec().into());
        sheet.insert("findings".into(), review.findings.iter().map(|one| self.finding(one)).collect());
        sheet.insert("signed".into(), signed.into());
        sheet.insert("late".into(), review.late.len().into());
        sheet.into()
    }

    fn share(&self, key: &str, ratio: Ratio, target: Option<u32>) -> Value {
        let value = match ratio.percent() {
            Some(percent) => format!("{percent}%  ({}/{})", ratio.part, ratio.of),
            None => self.t("paper.nothing_counted", &[]),
        };
        json!({
            "label": self.t(&format!("cli.figure.{key}"), &[]),
            "value": value,
            "percent": ratio.percent(),
            "target": target,
            "met": target.and_then(|target| ratio.meets(target)),
        })
    }

    fn finding(&self, finding: &Finding) -> Value {
        let severity = match finding.severity {
            Severity::Serious => "!!",
            Severity::Warning => "!",
            Severity::Notice => "",
        };
        let name = try_t(self.lang, &format!("finding.{}", finding.kind), &[]);
        let mark = finding.mark.as_ref().map(|mark| {
            let what = if mark.what == MarkKind::Settled { "settled" } else { "carried" };
            format!("{}: {}", self.t(&format!("cli.mark.{what}"), &[]), mark.note)
        });
        json!([
            severity,
            name.unwrap_or_else(|| finding.kind.clone()),
            finding.number().or(finding.subject.split(':').nth(1)).unwrap_or(&finding.subject),
            finding.unit.clone().unwrap_or_default(),
            self.reader().found(finding),
            self.stamp(finding.since),
            finding.owner,
            mark.unwrap_or_default(),
        ])
    }
}
