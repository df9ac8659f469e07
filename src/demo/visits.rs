//! Visits: guests and workers who sign in and out, residents with a matter.

use chrono::TimeDelta;
use rand::RngExt;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Step, Who, values};
use super::texts::draw;
use super::town::Person;
use crate::desk::case::Case;
use crate::desk::field::instant;

impl Desk<'_> {
    /// Somebody comes to the counter or through the gate.
    pub(super) fn arrive_visit(&mut self) -> Result<(), DemoError> {
        let person = self.town.anybody(&mut self.rng);
        if self.chance(0.06) && self.has_room() {
            return self.visit_turned(&person);
        }
        let texts = self.texts;
        let (day, storm) = (self.rhythm.day(self.at), false);
        let text = &texts.visits[draw(&texts.visits, day, storm, |_| true, &mut self.rng)];
        let resident = text.visitor == "{resident}";
        let content = self.say(&text.purpose, Some(&person));
        let firm = text.firm.as_deref().map(|firm| self.say(firm, None));
        let about = match text.sort.as_str() {
            "guest" => "visiting",
            "official" | "works" => "works",
            "delivery" => "delivery",
            "message" => "message",
            _ => "enquiry",
        };
        let [from, to] = text.people.unwrap_or([1, 2]);
        let people = if resident { 1 } else { self.minutes(from, to) };
        let name = if resident { person.name.clone() } else { texts.names.person(&mut self.rng) };
        let home = text.department.is_none();
        let shown = !resident && self.chance(0.85);
        let opening = values([
            ("unit", if home { person.unit.clone().into() } else { Value::Null }),
            ("contact", name.into()),
            ("phone", if resident { person.phone.clone().into() } else { Value::Null }),
            ("people", json!(people)),
            ("about", about.into()),
            ("whom", self.whom(firm, resident, home, &person)),
            ("department", text.department.clone().map_or(Value::Null, Value::from)),
            ("content", content.into()),
            ("id_sort", if shown { "id-card".into() } else { Value::Null }),
            ("id_number", if shown { self.id_number() } else { Value::Null }),
            ("badge", if resident { Value::Null } else { format!("{:02}", self.minutes(1, 40)).into() }),
        ]);
        let at_once = match text.sort.as_str() {
            // Could not wait for the answer: told by telephone afterwards.
            "enquiry" if self.chance(0.06) => None,
            "enquiry" => {
                let answer = self.say(text.result.as_deref().unwrap_or_default(), Some(&person));
                Some(("answered", values([("answer", answer.into())])))
            }
            "later" => {
                let wait = self.minutes(60, 500);
                let by = self.rhythm.within(self.at + TimeDelta::minutes(wait), (9, 21), &mut self.rng);
                let note = self.say(text.later.as_deref().unwrap_or_default(), Some(&person));
                Some(("promise-answer", values([("answer_by", instant(by)), ("note", note.into())])))
            }
            "message" => Some(("take-message", values([("for_whom", self.colleague().into())]))),
            _ => None,
        };
        let done = self.open(Who::Desk, "visit", opening, at_once)?;
        let [from, to] = text.minutes.unwrap_or([6, 25]);
        self.plan_leaving(&done.case.number, from, to);
        self.plan_callback(&done.case);
        if done.case.state == "message" {
            let wait = if self.chance(0.15) { self.minutes(500, 2500) } else { self.minutes(15, 200) };
            self.later(&done.case.number, wait, (8, 19));
        }
        Ok(())
    }

    fn whom(&mut self, firm: Option<String>, resident: bool, home: bool, person: &Person) -> Value {
        match firm {
            Some(firm) => firm.into(),
            None if resident => Value::Null,
            None if home => person.name.clone().into(),
            None => self.colleague().into(),
        }
    }

    /// The number of an identity card, invented.
    pub(super) fn id_number(&mut self) -> Value {
        let year = self.minutes(1958, 2004);
        let (month, day) = (self.minutes(1, 12), self.minutes(1, 28));
        format!("3201{:02}{year}{month:02}{day:02}{:04}", self.minutes(1, 24), self.minutes(10, 9999)).into()
    }

    /// A few are forgotten and signed out only the next day, or when the supervisor asks.
    fn plan_leaving(&mut self, number: &str, from: i64, to: i64) {
        let stay = self.minutes(from, to);
        if self.rng.random_bool(0.025) {
            self.later(number, stay + 600, (7, 22));
        } else {
            // Who is still there is asked to go before the counter closes.
            let last = self.rhythm.closing(self.at) - TimeDelta::minutes(self.minutes(2, 12));
            let leaves = self.at + TimeDelta::minutes(stay);
            self.push(leaves.min(last), Step::Next(number.to_owned()));
        }
    }

    /// A resident comes in person with something that breaks or annoys.
    fn visit_turned(&mut self, person: &Person) -> Result<(), DemoError> {
        let complaint = self.chance(0.35);
        let (story, (content, mut inputs)) = if complaint {
            let story = self.draw_complaint();
            (story, self.complaint_values(story, person, "in-person"))
        } else {
            let story = self.draw_repair();
            (story, self.repair_values(story, person))
        };
        let kind = if complaint { "complaint" } else { "repair" };
        inputs.insert("into".into(), kind.into());
        let opening = values([
            ("unit", person.unit.clone().into()),
            ("contact", person.name.clone().into()),
            ("phone", person.phone.clone().into()),
            ("about", kind.into()),
            ("content", content.into()),
        ]);
        let done = self.open(Who::Desk, "visit", opening, Some(("turn-into", inputs)))?;
        self.plan_leaving(&done.case.number, 5, 25);
        for case in done.also {
            self.remember(&case, story);
            self.start(&case);
        }
        Ok(())
    }

    /// Goes on with a visit: the first thing that is not done yet.
    pub(super) fn next_visit(&mut self, case: &Case) -> Result<(), DemoError> {
        let number = case.number.as_str();
        let callback =
            case.open_callback().is_some_and(|cb| cb.next_at() <= self.at + TimeDelta::minutes(45));
        if callback {
            let done = self.call_back(case, "satisfied_answer", None)?;
            self.plan_callback(&done.case);
        } else if !case.has("time_out") && !matches!(case.state.as_str(), "void" | "closed") {
            let done = self.act(Who::Desk, number, "leave", values([]))?;
            if done.case.state == "left-open" {
                let wait = self.minutes(20, 240);
                self.later(number, wait, (8, 21));
            }
        } else if case.state == "message" {
            self.pass_on(case)?;
        } else if case.state == "left-open" {
            let answer = self.remark("satisfied_answer");
            self.act(Who::Desk, number, "answered", values([("answer", answer.into())]))?;
        }
        Ok(())
    }
}
