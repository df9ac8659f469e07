//! Complaints: judged, handled, replied to, called back; some not satisfied, some go to a superior.

use chrono::TimeDelta;
use serde_json::Value;

use super::DemoError;
use super::desk::{Desk, Story, Who, values};
use super::texts::{ComplaintText, draw};
use super::town::Person;
use crate::counter::cases::Done;
use crate::desk::case::Case;
use crate::desk::field::{Values, instant};
use crate::desk::kinds::complaint::Complaint;

/// The hours in which departments work.
const WORK: (u32, u32) = (8, 19);

impl Desk<'_> {
    /// Draws what annoys somebody.
    pub(super) fn draw_complaint(&mut self) -> Story {
        let texts = self.texts;
        let day = self.rhythm.day(self.at);
        let text = draw(&texts.complaints, day, self.rhythm.stormy(day), |_| true, &mut self.rng);
        let last = texts.complaints[text].said.len() as i64 - 1;
        Story { text, variant: self.minutes(0, last.max(0)) as usize }
    }

    /// What is said about it, and the opening values of the complaint.
    pub(super) fn complaint_values(&mut self, story: Story, person: &Person, way: &str) -> (String, Values) {
        let text = &self.texts.complaints[story.text];
        let said = text.said.get(story.variant).cloned().unwrap_or_default();
        let content = self.say(&said.content, Some(person));
        let complaint = values([
            ("category", said.code.into()),
            ("content", content.clone().into()),
            ("way", way.into()),
        ]);
        (content, complaint)
    }

    /// A complaint in writing, or one that the company sends on.
    pub(super) fn arrive_complaint(&mut self) -> Result<(), DemoError> {
        let person = self.town.anybody(&mut self.rng);
        let story = self.draw_complaint();
        let way = if self.chance(0.7) { "written" } else { "forwarded" };
        let (_, mut opening) = self.complaint_values(story, &person, way);
        opening.extend(values([
            ("unit", person.unit.into()),
            ("contact", person.name.into()),
            ("phone", person.phone.into()),
        ]));
        let done = self.open(Who::Desk, "complaint", opening, None)?;
        self.remember(&done.case, story);
        self.start(&done.case);
        Ok(())
    }

    /// The text that a complaint was drawn from, or the first of its category.
    fn complaint_of(&self, case: &Case) -> Story {
        if let Some(story) = self.stories.get(&case.number) {
            return *story;
        }
        let said = |text: &ComplaintText| {
            text.said.iter().position(|said| Some(said.code.as_str()) == case.category.as_deref())
        };
        let mut texts = self.texts.complaints.iter().map(said).enumerate();
        let found = texts.find_map(|(text, variant)| Some(Story { text, variant: variant? }));
        found.unwrap_or_default()
    }

    /// Goes on with a complaint by one step.
    pub(super) fn next_complaint(&mut self, case: &Case) -> Result<(), DemoError> {
        let story = self.complaint_of(case);
        let text = &self.texts.complaints[story.text];
        let number = case.number.as_str();
        let detail: Complaint = case.typed().unwrap_or_default();
        let done = match case.state.as_str() {
            "closed" | "void" => return Ok(()),
            _ if case.escalated.is_some() => {
                let instruction = self.tell(&text.instruction, story);
                let who = if self.chance(0.7) { Who::Assistant } else { Who::Supervisor };
                self.act(who, number, "instruct", values([("instruction", instruction.into())]))?
            }
            "registered" => self.judge(case, story)?,
            "explaining" => {
                let reply = self.tell(&text.refuse, story);
                let way = if self.chance(0.3) { "written" } else { "by-phone" };
                let inputs = values([("reply", reply.into()), ("reply_way", way.into())]);
                self.act(Who::Desk, number, "explain", inputs)?
            }
            "with-department" | "handling" => {
                let measures = self.tell(&text.handling, story);
                self.act(Who::Desk, number, "handle", values([("measures", measures.into())]))?
            }
            "handled" => {
                let reply = self.tell(&text.reply, story);
                let way = ["by-phone", "by-phone", "in-person", "written"][self.minutes(0, 3) as usize];
                let inputs = values([("reply", reply.into()), ("reply_way", way.into())]);
                self.act(Who::Desk, number, "reply", inputs)?
            }
            "replied" if case.open_callback().is_some() => {
                let still = self.chance(0.75).then(|| self.tell(&text.still, story));
                self.call_back(case, "satisfied_complaint", still)?
            }
            // Nobody was reached: the desk rings once more, for a complaint ends only with a reached resident.
            "replied" => {
                let due = instant(self.at + TimeDelta::hours(24));
                self.act(Who::Desk, number, "callback-add", values([("due", due)]))?
            }
            "satisfied" => {
                let who = if detail.referred == Some(true) { Who::Supervisor } else { Who::Desk };
                let file = format!("TS-{:02}", self.minutes(1, 12));
                self.act(who, number, "close", values([("file", file.into())]))?
            }
            _ => return Ok(()),
        };
        self.plan_complaint(&done.case);
        Ok(())
    }

    fn judge(&mut self, case: &Case, story: Story) -> Result<Done, DemoError> {
        let text = &self.texts.complaints[story.text];
        let complex = self.chance(text.complex.unwrap_or(0.13));
        let verdict = if complex {
            "complex"
        } else if self.chance(0.16) {
            "unjustified"
        } else {
            "ordinary"
        };
        let days = self.minutes(1, 3);
        let deadline = self.rhythm.at(self.rhythm.day(self.at) + TimeDelta::days(days), 18 * 3600);
        let ordinary = verdict == "ordinary";
        let reason = self.remark("escalate");
        let inputs = values([
            ("verdict", verdict.into()),
            ("department", if ordinary { text.department.clone().into() } else { Value::Null }),
            ("deadline", if ordinary { instant(deadline) } else { Value::Null }),
            ("reason", if complex { reason.into() } else { Value::Null }),
        ]);
        let who = if self.chance(0.4) { Who::Supervisor } else { Who::Desk };
        self.act(who, &case.number, "judge", inputs)
    }

    fn plan_complaint(&mut self, case: &Case) {
        let (wait, hours) = match case.state.as_str() {
            _ if case.escalated.is_some() => (self.minutes(40, 1_100), WORK),
            "registered" => (self.minutes(5, 90), (8, 21)),
            "explaining" => (self.minutes(20, 500), (9, 20)),
            "with-department" | "handling" if self.chance(0.1) => (self.minutes(3_000, 6_000), WORK),
            "with-department" | "handling" => (self.minutes(120, 1_900), WORK),
            "handled" if self.chance(0.08) => (self.minutes(900, 2_600), (9, 20)),
            "handled" => (self.minutes(10, 200), (9, 20)),
            "replied" if case.open_callback().is_some() => return self.plan_callback(case),
            "replied" => (self.minutes(30, 600), (9, 20)),
            "satisfied" => (self.minutes(3, 50), (8, 21)),
            _ => return,
        };
        self.later(&case.number, wait, hours);
        self.plan_aside(case);
    }
}
