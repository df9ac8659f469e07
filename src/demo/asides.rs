//! What happens beside the work: notes, escalations with a superior's word, another owner, a promise moved.

use chrono::TimeDelta;

use super::DemoError;
use super::desk::{Desk, Step, Who, values};
use crate::desk::field::instant;

impl Desk<'_> {
    /// One such thing happens to a case that is still open.
    pub(super) fn aside(&mut self, number: &str) -> Result<(), DemoError> {
        let Some(case) = self.store.case(number)? else { return Ok(()) };
        if case.closed_at.is_some() {
            return Ok(());
        }
        if case.escalated.is_some() {
            let word = self.remark("instruct");
            let who = if self.chance(0.6) { Who::Assistant } else { Who::Supervisor };
            self.act(who, number, "instruct", values([("instruction", word.into())]))?;
            return Ok(());
        }
        match self.minutes(0, 99) {
            // A complaint that goes to a superior waits for the instruction; that is its own way.
            0..10 if case.kind == "repair" => {
                let reason = self.remark("escalate_repair");
                self.act(Who::Desk, number, "escalate", values([("reason", reason.into())]))?;
                let wait = self.minutes(60, 1_800);
                let at = self.rhythm.within(self.at + TimeDelta::minutes(wait), (8, 19), &mut self.rng);
                self.push(at, Step::Aside(number.to_owned()));
            }
            10..18 => {
                let other = self.staffing.receptionists.iter().find(|session| session.name() != case.owner);
                let owner = other.map_or_else(String::new, |session| session.name().to_owned());
                let reason = self.remark("reassign");
                let inputs = values([("owner", owner.into()), ("reason", reason.into())]);
                self.act(Who::Desk, number, "reassign", inputs)?;
            }
            18..30 if case.kind == "repair" && case.due_at().is_some() => {
                let days = self.minutes(1, 3);
                let due = self.rhythm.at(self.rhythm.day(self.at) + TimeDelta::days(days), 17 * 3600);
                let reason = self.remark("promise_reason");
                let inputs = values([("due", instant(due)), ("reason", reason.into())]);
                self.act(Who::Desk, number, "promise", inputs)?;
            }
            _ => {
                let note =
                    self.remark(if case.kind == "repair" { "notes_repair" } else { "notes_complaint" });
                self.act(Who::Desk, number, "note", values([("note", note.into())]))?;
            }
        }
        Ok(())
    }
}
