//! What falls due while the demonstration is looked at: a minute ago, in a few minutes, within the hour.
//! At night nobody is promised anything for the next minutes: it falls due the next morning.

use chrono::TimeDelta;

use super::DemoError;
use super::desk::{Desk, Who, values};
use super::texts::draw;
use crate::desk::field::instant;

/// Minutes before the last instant at the counter at which such a call comes, and minutes after the
/// end of the story (or before the former, if negative) at which the promised answer is due.
pub(super) const CALLS: [(i64, i64); 4] = [(38, 2), (27, 9), (19, 42), (11, -3)];

impl Desk<'_> {
    /// A call whose answer is promised for an instant close to the end of the story.
    pub(super) fn soon(&mut self, due: i64) -> Result<(), DemoError> {
        let texts = self.texts;
        let person = self.town.anybody(&mut self.rng);
        let day = self.rhythm.day(self.at);
        let at = draw(&texts.calls, day, false, |text| text.later.is_some(), &mut self.rng);
        let text = &texts.calls[at];
        let content = self.say(&text.content, Some(&person));
        let later = self.say(text.later.as_deref().unwrap_or_default(), Some(&person));
        let opening = self.call_opening(&person, &text.about, &content);
        let end = self.rhythm.end();
        let by = match due {
            // However short the time since the counter opened, the promise comes after the call.
            ..0 => self.rhythm.before_end(-due).max(self.at + TimeDelta::seconds(5)),
            _ if end == self.now => end + TimeDelta::minutes(due),
            _ => self.rhythm.within(self.now, (8, 21), &mut self.rng),
        };
        let inputs = values([("answer_by", instant(by)), ("note", later.into())]);
        self.open(Who::Desk, "call", opening, Some(("promise-answer", inputs)))?;
        Ok(())
    }
}
