//! The supervisor's evenings: findings settled or carried over, the day signed off; some days missed.

use chrono::{NaiveDate, TimeDelta};

use super::DemoError;
use super::desk::{Desk, Step, Who};
use crate::counter::{CounterError, review};
use crate::desk::review::{MISSED_DAY, MarkKind};

/// So many days before the present one nobody signed, and it is still not done.
const UNSIGNED: i64 = 3;

/// How often a day is looked through again before it stays unsigned.
const ROUNDS: usize = 5;

impl Desk<'_> {
    /// Remembers when the supervisor signs a day: mostly the same evening, sometimes a day or two late.
    pub(super) fn plan_signature(&mut self, day: NaiveDate) {
        if (self.rhythm.day(self.now) - day).num_days() == UNSIGNED {
            return;
        }
        let second = 21 * 3600 + self.minutes(1_500, 6_300);
        let mut at = self.rhythm.at(day, second as u32);
        if self.chance(0.045) {
            let days = self.minutes(1, 2);
            at = self.rhythm.at(day + TimeDelta::days(days), 8 * 3600 + 2_400);
        }
        self.push(at, Step::Sign(day));
    }

    /// Looks a day through and signs it.
    pub(super) fn sign(&mut self, day: NaiveDate) -> Result<(), DemoError> {
        let failed = |what: &str| {
            let what = format!("{what} {day}");
            move |source| DemoError::Step { what, source }
        };
        let supervisor = self.session(Who::Supervisor).clone();
        // While she marks them the time goes on, and something more may have fallen due.
        for _ in 0..ROUNDS {
            let seen = review::review(self.store, self.at, day).map_err(failed("review"))?;
            let open: Vec<_> = seen.findings.into_iter().filter(|finding| finding.mark.is_none()).collect();
            for finding in open {
                let what = self.mark_of(&finding.kind);
                let word = if what == MarkKind::Settled { "settled" } else { "carried" };
                let note = self.remark(&format!("{word}_{}", finding.kind));
                let note = if note.is_empty() { self.remark(word) } else { note };
                let pause = self.minutes(5, 25);
                self.at += TimeDelta::seconds(pause);
                if self.at >= self.now {
                    return Ok(());
                }
                review::mark(self.store, &supervisor, self.at, day, &finding.key(), what, &note)
                    .map_err(failed("mark"))?;
            }
            match review::sign_off(self.store, &supervisor, self.at, day) {
                Ok(_) => return Ok(()),
                Err(CounterError::Refused(why)) if why.key == review::FINDINGS_LEFT => {}
                Err(source) => return Err(failed("sign")(source)),
            }
        }
        Ok(())
    }

    fn mark_of(&mut self, finding: &str) -> MarkKind {
        let settled = match finding {
            MISSED_DAY | "not-signed-out" => 0.9,
            "callback-overdue" | "promise-broken" => 0.2,
            _ => 0.4,
        };
        if self.chance(settled) { MarkKind::Settled } else { MarkKind::Carried }
    }
}
