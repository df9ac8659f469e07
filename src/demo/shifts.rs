//! The shifts of the counter, day by day: attended without a gap but for one, with lunch covered, and
//! handed over with what is open.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use serde_json::Value;

use super::DemoError;
use super::desk::{Desk, Step, Who, values};
use super::services::ENOUGH;
use crate::counter::cases;
use crate::desk::field::{Values, instant};

/// So many days before the present one the cover of the lunch ended before she was back.
const GAP: i64 = 3;
/// Open matters that a hand-over note names.
const NAMED: usize = 12;
/// How long before an hour somebody hands over: less than a minute that nobody sits there.
const LAST: u32 = 40;

/// What somebody on duty does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    SignIn,
    Leave,
    Return,
    HandOver,
    Receive,
}

/// A shift of a day: the early one, or the late one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Turn {
    pub day: NaiveDate,
    pub late: bool,
}

impl Turn {
    /// The place of the receptionist whose turn it is: the two swap every week.
    pub(super) fn receptionist(self) -> usize {
        usize::from(self.late != (self.day.iso_week().week() % 2 == 1))
    }

    fn next(self) -> Self {
        let day = if self.late { self.day + Days::new(1) } else { self.day };
        Self { day, late: !self.late }
    }

    const fn hours(self) -> (u32, u32) {
        if self.late { (15 * 3600, 23 * 3600) } else { (7 * 3600, 15 * 3600) }
    }

    /// Whoever receives what this shift hands over, and when; in the week that the two swap it is the supervisor.
    fn receiver(self) -> (Who, u32) {
        if self.next().receptionist() == self.receptionist() {
            return (Who::Supervisor, 8 * 3600 + 2_400);
        }
        (Who::Receptionist(self.next().receptionist()), self.next().hours().0 + 420)
    }
}

impl Desk<'_> {
    /// Plans all shifts until now.
    pub(super) fn plan_shifts(&mut self) {
        if self.wanted < ENOUGH {
            return;
        }
        let today = self.rhythm.day(self.now);
        for day in self.rhythm.days() {
            for turn in [Turn { day, late: false }, Turn { day, late: true }] {
                let (begins, ends) = turn.hours();
                // Ten minutes before, as the rule is; now and then later.
                let before = if self.chance(0.05) { self.minutes(2, 8) } else { self.minutes(11, 16) };
                let at = self.rhythm.at(day, begins - before as u32 * 60);
                if at > self.now {
                    continue;
                }
                self.expect(at, Step::Shift(turn, Duty::SignIn));
                let gap = !turn.late && (today - day).num_days() == GAP;
                if gap || self.chance(0.3) {
                    let lunch = begins + 5 * 3600;
                    self.push(self.rhythm.at(day, lunch), Step::Shift(turn, Duty::Leave));
                    let minutes = if gap { 47 } else { self.minutes(18, 28) };
                    let back = self.rhythm.at(day, lunch + minutes as u32 * 60);
                    self.push(back, Step::Shift(turn, Duty::Return));
                }
                self.push(self.rhythm.at(day, ends - LAST), Step::Shift(turn, Duty::HandOver));
                let received = self.rhythm.at(turn.next().day, turn.receiver().1);
                self.push(received, Step::Shift(turn, Duty::Receive));
            }
        }
    }

    /// Does what the turn has come to.
    pub(super) fn on_shift(&mut self, turn: Turn, duty: Duty) -> Result<(), DemoError> {
        let own = Who::Receptionist(turn.receptionist());
        if duty == Duty::SignIn {
            self.forget_pending();
            let code = if turn.late { "late" } else { "early" };
            let done = self.open(own, "shift", values([("category", code.into())]), None)?;
            self.shifts.insert(turn, done.case.number);
            return Ok(());
        }
        let Some(number) = self.shifts.get(&turn).cloned() else { return Ok(()) };
        let (who, action, inputs) = match duty {
            Duty::SignIn => return Ok(()),
            Duty::Leave => {
                let cover = self.session(Who::Supervisor).name().to_owned();
                let until = instant(self.at + TimeDelta::minutes(30));
                let away_for = self.remark("away_for");
                let inputs =
                    values([("cover", cover.into()), ("until", until), ("away_for", away_for.into())]);
                (own, "leave", inputs)
            }
            Duty::Return => (own, "return", Values::new()),
            Duty::HandOver => {
                let to = self.session(turn.receiver().0).name().to_owned();
                let note = self.hand_over_note(own, &number)?;
                (own, "hand-over", values([("handed_to", to.into()), ("handover", note)]))
            }
            Duty::Receive => (turn.receiver().0, "receive", Values::new()),
        };
        self.act(who, &number, action, inputs)?;
        Ok(())
    }

    /// A sentence, and the matters that are open.
    fn hand_over_note(&mut self, who: Who, number: &str) -> Result<Value, DemoError> {
        let mut lines = vec![self.remark("shift_note")];
        if let Some(case) = self.store.case(number)? {
            let others = cases::others(self.store, self.session(who), &case)?;
            let latest = others.iter().rev().take(NAMED);
            lines.extend(latest.map(|other| format!("{} {}", other.number, other.summary)));
        }
        Ok(lines.join("\n").into())
    }
}
