//! Calls: answered, promised, taken down for a colleague, turned into something else.

use chrono::TimeDelta;
use serde_json::json;

use super::DemoError;
use super::desk::{Desk, Who, values};
use super::texts::{draw, pick};
use super::town::Person;
use crate::desk::case::Case;
use crate::desk::field::{Values, instant};

/// The hours in which colleagues are met.
const OFFICE: (u32, u32) = (8, 19);

impl Desk<'_> {
    /// Somebody rings.
    pub(super) fn arrive_call(&mut self) -> Result<(), DemoError> {
        let person = self.town.anybody(&mut self.rng);
        let storm = self.rhythm.stormy(self.rhythm.day(self.at));
        let drawn = self.minutes(0, 999);
        if drawn < if storm { 330 } else { 215 } && self.has_room() {
            return self.call_for_repair(&person);
        }
        if drawn < 385 && self.chance(0.18) && self.has_room() {
            return self.call_for_complaint(&person);
        }
        let texts = self.texts;
        let day = self.rhythm.day(self.at);
        let text = &texts.calls[draw(&texts.calls, day, storm, |_| true, &mut self.rng)];
        let content = self.say(&text.content, Some(&person));
        let mut opening = self.call_opening(&person, &text.about, &content);
        if text.about == "enquiry" {
            opening.insert("answer_used".into(), self.known_answer(&content));
        }
        if text.about == "message" {
            return self.call_with_message(opening, &content);
        }
        if let Some(later) = &text.later {
            let later = self.say(later, Some(&person));
            let wait = self.minutes(40, 360);
            let by = self.rhythm.within(self.at + TimeDelta::minutes(wait), (9, 21), &mut self.rng);
            let inputs = values([("answer_by", instant(by)), ("note", later.into())]);
            let done = self.open(Who::Desk, "call", opening, Some(("promise-answer", inputs)))?;
            self.plan_callback(&done.case);
            return Ok(());
        }
        let answer = self.say(&text.result, Some(&person));
        if self.chance(0.03) {
            // Hung up on by the next call: taken down, answered a little later.
            let done = self.open(Who::Desk, "call", opening, None)?;
            let wait = self.minutes(5, 50);
            self.later(&done.case.number, wait, (7, 23));
            return Ok(());
        }
        let inputs = values([("answer", answer.into())]);
        self.open(Who::Desk, "call", opening, Some(("answered", inputs)))?;
        Ok(())
    }

    /// The opening values of a call.
    pub(super) fn call_opening(&mut self, person: &Person, about: &str, content: &str) -> Values {
        // Busy hours, more rings.
        let busy = matches!(self.rhythm.hour(self.at), 9 | 10 | 14 | 15 | 19);
        let rings = match self.minutes(0, 99) {
            0..55 => 1,
            55..88 => 2,
            88..97 => 3,
            _ if busy => 5,
            _ => 3,
        };
        values([
            ("unit", person.unit.clone().into()),
            ("contact", person.name.clone().into()),
            ("phone", person.phone.clone().into()),
            ("about", about.into()),
            ("content", content.into()),
            ("rings", json!(rings)),
        ])
    }

    fn call_with_message(&mut self, opening: Values, content: &str) -> Result<(), DemoError> {
        let texts = self.texts;
        let named = texts.community.staff.iter().map(|s| &s.name).find(|name| content.contains(*name));
        let for_whom = named.cloned().unwrap_or_else(|| self.staffing.assistant.name().to_owned());
        let inputs = values([("for_whom", for_whom.into())]);
        let done = self.open(Who::Desk, "call", opening, Some(("take-message", inputs)))?;
        // One in seven lies about until somebody asks.
        let wait = if self.chance(0.14) { self.minutes(600, 3000) } else { self.minutes(8, 150) };
        self.later(&done.case.number, wait, OFFICE);
        Ok(())
    }

    fn call_for_repair(&mut self, person: &Person) -> Result<(), DemoError> {
        let story = self.draw_repair();
        let (content, repair) = self.repair_values(story, person);
        let opening = self.call_opening(person, "repair", &content);
        let mut inputs = repair;
        inputs.insert("into".into(), "repair".into());
        let done = self.open(Who::Desk, "call", opening, Some(("turn-into", inputs)))?;
        for case in done.also {
            self.remember(&case, story);
            self.start(&case);
        }
        Ok(())
    }

    fn call_for_complaint(&mut self, person: &Person) -> Result<(), DemoError> {
        let story = self.draw_complaint();
        let (content, complaint) = self.complaint_values(story, person, "by-phone");
        let opening = self.call_opening(person, "complaint", &content);
        let mut inputs = complaint;
        inputs.insert("into".into(), "complaint".into());
        let done = self.open(Who::Desk, "call", opening, Some(("turn-into", inputs)))?;
        for case in done.also {
            self.remember(&case, story);
            self.start(&case);
        }
        Ok(())
    }

    /// Goes on with a call.
    pub(super) fn next_call(&mut self, case: &Case) -> Result<(), DemoError> {
        match case.state.as_str() {
            "open" => {
                let answer = self.remark("satisfied_answer");
                self.act(Who::Desk, &case.number, "answered", values([("answer", answer.into())]))?;
            }
            "to-answer" => {
                let done = self.call_back(case, "satisfied_answer", None)?;
                self.plan_callback(&done.case);
            }
            "message" => self.pass_on(case)?,
            _ => {}
        }
        Ok(())
    }

    /// Passes a message on.
    pub(super) fn pass_on(&mut self, case: &Case) -> Result<(), DemoError> {
        let note = self.remark("passed_on");
        self.act(Who::Desk, &case.number, "pass-on", values([("note", note.into())]))?;
        Ok(())
    }

    /// A colleague who is not at the desk.
    pub(super) fn colleague(&mut self) -> String {
        let texts = self.texts;
        pick(&texts.community.staff, &mut self.rng).map_or_else(String::new, |staff| staff.name.clone())
    }
}
