//! Repairs: dispatched, quoted, agreed, done, paid, called back; some late, some done over.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Story, Who, values};
use super::texts::{RepairText, draw, pick};
use super::town::Person;
use crate::desk::case::Case;
use crate::desk::field::{Values, instant};
use crate::desk::kinds::repair::Repair;

/// The hours in which engineers work.
const WORK: (u32, u32) = (8, 19);
/// Urgent work is done at any hour.
const ANY: (u32, u32) = (0, 24);
/// The hours in which the cash desk is open.
const CASH: (u32, u32) = (8, 21);

impl Desk<'_> {
    /// Draws what breaks in somebody's flat or before it.
    pub(super) fn draw_repair(&mut self) -> Story {
        self.draw_repair_of(|_| true)
    }

    fn draw_repair_of(&mut self, fits: impl Fn(&RepairText) -> bool) -> Story {
        let day = self.rhythm.day(self.at);
        let storm = self.rhythm.stormy(day);
        let texts = self.texts;
        let text = draw(&texts.repairs, day, storm, fits, &mut self.rng);
        Story { text, variant: self.minutes(0, 11) as usize }
    }

    /// What is said about it on the telephone, and the opening values of the repair.
    pub(super) fn repair_values(&mut self, story: Story, person: &Person) -> (String, Values) {
        let text = &self.texts.repairs[story.text];
        let place = self.say(&text.place, Some(person));
        let content = self.tell(&text.text, story);
        let urgent = if text.urgent { self.chance(0.85) } else { self.chance(0.02) };
        let chargeable = !text.public && self.chance(0.55);
        let mut repair = values([
            ("category", text.category.clone().into()),
            ("place", place.clone().into()),
            ("content", content.clone().into()),
            ("urgency", if urgent { "urgent" } else { "normal" }.into()),
            ("chargeable", chargeable.into()),
        ]);
        if !urgent && !text.public && self.chance(0.25) {
            // After work, or at the weekend.
            let days = self.minutes(0, 3);
            let day = self.rhythm.day(self.at) + TimeDelta::days(days);
            let hour = [9, 10, 14, 16, 18, 19][self.minutes(0, 5) as usize];
            let wished = self.rhythm.at(day, hour * 3600);
            if wished > self.at + TimeDelta::minutes(60) {
                repair.insert("appointment".into(), instant(wished));
            }
        }
        (format!("{place}{content}"), repair)
    }

    /// A repair that comes neither by telephone nor over the counter: seen on a round of the estate.
    pub(super) fn arrive_repair(&mut self) -> Result<(), DemoError> {
        let texts = self.texts;
        let story = self.draw_repair_of(|text| text.public);
        let finder = self.colleague();
        let phone = texts.community.staff.iter().find(|staff| staff.name == finder).map(|s| s.phone.clone());
        let person = self.town.anybody(&mut self.rng);
        let (_, mut opening) = self.repair_values(story, &person);
        opening
            .extend(values([("contact", finder.into()), ("phone", phone.map_or(Value::Null, Value::from))]));
        let done = self.open(Who::Desk, "repair", opening, None)?;
        self.remember(&done.case, story);
        self.start(&done.case);
        Ok(())
    }

    /// The text that a repair was drawn from, or one of its category.
    fn story_of(&mut self, case: &Case) -> Story {
        if let Some(story) = self.stories.get(&case.number) {
            return *story;
        }
        let category = case.category.as_deref().unwrap_or_default();
        let story = self.draw_repair_of(|text| text.category == category);
        self.remember(case, story);
        story
    }

    /// Goes on with a repair by one step.
    pub(super) fn next_repair(&mut self, case: &Case) -> Result<(), DemoError> {
        let story = self.story_of(case);
        let text = &self.texts.repairs[story.text];
        let number = case.number.as_str();
        let detail: Repair = case.typed().unwrap_or_default();
        let done = match case.state.as_str() {
            "registered" if self.chance(0.02) => {
                let reason = self.remark("void_duplicate");
                self.act(Who::Supervisor, number, "void", values([("reason", reason.into())]))?
            }
            "registered" | "rework" => {
                let engineer = self.engineer(&text.category);
                self.act(Who::Desk, number, "dispatch", values([("engineer", engineer.into())]))?
            }
            "dispatched" => self.act(Who::Desk, number, "arrive", Values::new())?,
            "on-site" if detail.may_work() => self.act(Who::Desk, number, "start", Values::new())?,
            "on-site" => {
                let note = self.tell(&text.found, story);
                let quote = self.quote(story, 1);
                self.act(Who::Desk, number, "quote", values([("quote", quote), ("note", note.into())]))?
            }
            "quoted" if self.chance(0.08) => {
                let why = self.remark("declined");
                self.act(Who::Desk, number, "decline", values([("declined", why.into())]))?
            }
            "quoted" => {
                let how = if self.chance(0.7) { "in-person" } else { "phone" };
                self.act(Who::Desk, number, "agree", values([("agreed_how", how.into())]))?
            }
            "declined" | "called-back" => {
                // What was put before a superior is not the desk's to close.
                let who = if case.escalated.is_some() { Who::Supervisor } else { Who::Desk };
                self.act(who, number, "close", Values::new())?
            }
            "agreed" | "working" if self.chance(0.07) => self.wait_for_parts(number)?,
            "agreed" => self.act(Who::Desk, number, "start", Values::new())?,
            "working" if detail.chargeable == Some(true) && self.chance(0.03) => {
                // More is broken than was seen: the work stops until the resident agrees again.
                let quote = self.quote(story, 2);
                self.act(Who::Desk, number, "quote", values([("quote", quote)]))?
            }
            "working" => self.finish_repair(case, &detail, story)?,
            "parts" => self.act(Who::Desk, number, "resume", Values::new())?,
            "finished" => self.act(Who::Desk, number, "confirm", Values::new())?,
            "to-pay" => {
                let receipt = format!("{:07}", self.minutes(120_000, 999_999));
                self.act(Who::Desk, number, "pay", values([("receipt", receipt.into())]))?
            }
            "to-call" if case.open_callback().is_some() => {
                let still = text.redo.as_deref().map(|redo| self.tell(redo, story));
                self.call_back(case, "satisfied", still)?
            }
            _ => return Ok(()),
        };
        self.plan_repair(&done.case);
        Ok(())
    }

    /// Remembers when a repair is gone on with.
    fn plan_repair(&mut self, case: &Case) {
        let urgent = case.urgency.as_deref() == Some("urgent");
        let hours = if urgent { ANY } else { WORK };
        let (wait, hours) = match case.state.as_str() {
            "registered" | "rework" if urgent => (self.minutes(1, 6), ANY),
            "registered" | "rework" => (self.minutes(5, 60), (7, 21)),
            "dispatched" => (self.way_there(case, urgent), hours),
            "on-site" => (self.minutes(4, 20), ANY),
            "quoted" if self.chance(0.08) => (self.minutes(700, 4_000), WORK),
            "declined" => (self.minutes(10, 90), CASH),
            "agreed" => (self.minutes(1, 10), ANY),
            "working" => (self.minutes(12, 110), ANY),
            "parts" => (self.until_parts(case), hours),
            "finished" if self.chance(0.07) => (self.minutes(300, 2_000), CASH),
            "quoted" | "finished" => (self.minutes(2, 25), ANY),
            "to-pay" if self.chance(0.1) => (self.minutes(1_500, 8_000), CASH),
            "to-pay" => (self.minutes(5, 240), CASH),
            "to-call" => return self.plan_callback(case),
            "called-back" => (self.minutes(1, 25), CASH),
            _ => return,
        };
        self.later(&case.number, wait, hours);
        self.plan_aside(case);
    }

    fn way_there(&mut self, case: &Case, urgent: bool) -> i64 {
        let until_due = case.due_at().map_or(240, |due| (due - self.at).num_minutes()).max(10);
        if self.chance(0.06) {
            // Too much to do elsewhere.
            return until_due + self.minutes(30, if urgent { 90 } else { 1_200 });
        }
        let detail: Repair = case.typed().unwrap_or_default();
        match detail.appointment.filter(|wished| *wished > self.at) {
            Some(wished) => ((wished - self.at).num_minutes() - self.minutes(0, 12)).max(5),
            None => self.minutes(until_due / 5, until_due * 9 / 10),
        }
    }

    fn until_parts(&mut self, case: &Case) -> i64 {
        let detail: Repair = case.typed().unwrap_or_default();
        let until = detail.parts_until.map_or(1_440, |until| (until - self.at).num_minutes());
        let late = if self.chance(0.15) { self.minutes(300, 2_500) } else { -self.minutes(10, 120) };
        (until + late).max(20)
    }

    fn wait_for_parts(&mut self, number: &str) -> Result<crate::counter::cases::Done, DemoError> {
        let parts = self.remark("parts");
        let days = self.minutes(1, 4);
        let until = self.rhythm.at(self.rhythm.day(self.at) + TimeDelta::days(days), 17 * 3600);
        let inputs = values([("parts", parts.into()), ("parts_until", instant(until))]);
        self.act(Who::Desk, number, "wait-parts", inputs)
    }

    fn finish_repair(
        &mut self,
        case: &Case,
        detail: &Repair,
        story: Story,
    ) -> Result<crate::counter::cases::Done, DemoError> {
        let text = &self.texts.repairs[story.text];
        let note = self.tell(&text.done, story);
        let mut inputs = values([("site_cleared", true.into()), ("note", note.into())]);
        if detail.chargeable != Some(true) {
            let used = self.tell(&text.materials, story);
            inputs.insert("materials".into(), json!([{ "what": used, "count": 1, "price": 0 }]));
        }
        self.act(Who::Desk, &case.number, "finish", inputs)
    }

    /// Who is sent: somebody who can do it.
    fn engineer(&mut self, category: &str) -> String {
        let texts = self.texts;
        let able: Vec<&str> = texts
            .community
            .staff
            .iter()
            .filter(|staff| staff.skills.iter().any(|skill| skill == category))
            .map(|staff| staff.name.as_str())
            .collect();
        pick(&able, &mut self.rng).map_or_else(|| self.colleague(), |name| (*name).to_owned())
    }

    /// Lines of the charge table that fit the story, and now and then a thing that it does not hold.
    fn quote(&mut self, story: Story, times: i64) -> Value {
        let text = &self.texts.repairs[story.text];
        let codes = match text.charges.len() {
            0 => "call-out",
            many => &text.charges[story.variant % many],
        };
        let mut lines: Vec<Value> =
            codes.split_whitespace().map(|code| json!({ "code": code, "count": times })).collect();
        if self.chance(0.3) {
            let what = self.remark("extra");
            lines.push(json!({ "what": what, "count": 1, "price": self.minutes(1, 16) * 100 }));
        }
        lines.into()
    }
}
