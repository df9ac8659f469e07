//! Ringing residents back: most are reached and satisfied, some not, some calls are forgotten.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Who, values};
use crate::counter::cases::Done;
use crate::desk::case::Case;
use crate::desk::field::instant;

/// The hours in which residents are rung.
const HOURS: (u32, u32) = (9, 21);

impl Desk<'_> {
    /// Remembers the callback that waits, if one does; a few are forgotten until they are overdue.
    pub(super) fn plan_callback(&mut self, case: &Case) {
        let Some(callback) = case.open_callback() else { return };
        let due = callback.next_at();
        let span = (due - self.at).num_minutes().max(2);
        let soon = callback.stage == "callback.answer" || !callback.attempts.is_empty();
        if self.chance(0.06) {
            let late = self.minutes(20, 1900);
            return self.at_hours(&case.number, due + TimeDelta::minutes(late), HOURS);
        }
        let before =
            if soon { self.minutes(1, (span / 2).clamp(1, 40)) } else { self.minutes(1, span * 6 / 10) };
        let wished = due - TimeDelta::minutes(before);
        let at = self.rhythm.within(wished.max(self.at), HOURS, &mut self.rng);
        // Rather late in the evening than late at all.
        let at = if at > due { self.rhythm.evening(wished) } else { at };
        self.push(at, super::desk::Step::Next(case.number.clone()));
    }

    /// Rings back once. `said` names the list of what satisfied residents say; with `still` some are not.
    pub(super) fn call_back(
        &mut self,
        case: &Case,
        said: &str,
        still: Option<String>,
    ) -> Result<Done, DemoError> {
        let failed = case.open_callback().map_or(0, |callback| callback.attempts.len());
        let drawn = self.minutes(0, 999);
        let note = |text: String, given: bool| if given { Value::from(text) } else { Value::Null };
        let (action, inputs) = if drawn < 120 && failed < 4 {
            let next = self.at + TimeDelta::minutes(self.minutes(45, 260));
            let next = self.rhythm.within(next, HOURS, &mut self.rng);
            let text = self.remark("unreached");
            let given = self.chance(0.8);
            ("callback-unreached", values([("next", instant(next)), ("note", note(text, given))]))
        } else if drawn < 145 {
            let text = self.remark("unwanted");
            ("callback-unwanted", values([("note", text.into())]))
        } else if let (true, Some(still)) = (drawn < 235, still) {
            ("callback-dissatisfied", values([("note", still.into())]))
        } else {
            let score = match self.minutes(0, 99) {
                0..68 => 5,
                68..93 => 4,
                _ => 3,
            };
            let text = self.remark(if failed >= 3 { "visited" } else { said });
            let given = failed >= 3 || self.chance(0.6);
            ("callback-satisfied", values([("score", json!(score)), ("note", note(text, given))]))
        };
        let done = self.act(Who::Desk, &case.number, action, inputs)?;
        if action == "callback-unreached" {
            self.plan_callback(&done.case);
        }
        Ok(done)
    }
}
