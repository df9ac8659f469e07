//! What the office asks its residents once a year, and what it answers them every day.

use chrono::Days;
use rand::RngExt;
use serde_json::{Value, json};

use super::DemoError;
use super::desk::{Desk, Step, Who, values};
use crate::desk::case::Case;

/// The hours in which paper forms are typed in and answers are written.
const HOURS: (u32, u32) = (9, 18);
/// One form among so many cases.
const FORM_IN: u32 = 30;
/// The fewest forms of a campaign.
const FORMS: u32 = 12;
/// How often another household is looked for.
const TRIES: usize = 50;

impl Desk<'_> {
    /// The knowledge base is written on the first days; then a campaign runs over half of the story.
    pub(super) fn plan_questions(&mut self) {
        let days: Vec<_> = self.rhythm.days().collect();
        for text in 0..self.texts.answers.len() {
            let at = self.rhythm.at(days[0], 9 * 3600 + 120 * text as u32);
            self.expect(at, Step::Known(text));
        }
        let begin = self.rhythm.at(days[0], 10 * 3600);
        self.expect(begin, Step::Campaign);
        let last = days.len() / 2;
        for _ in 0..self.forms() {
            let day = days[self.rng.random_range(0..=last.min(days.len() - 1))];
            let at = self.rhythm.at(day, 10 * 3600 + self.rng.random_range(60..7 * 3600));
            self.expect(at, Step::Form);
        }
        let end = self.rhythm.at(days[(last + 1).min(days.len() - 1)], 16 * 3600);
        let end = self.rhythm.within(end, HOURS, &mut self.rng);
        self.push(end, Step::CloseCampaign);
    }

    /// Writes an answer down.
    pub(super) fn write_answer(&mut self, text: usize) -> Result<(), DemoError> {
        let text = &self.texts.answers[text];
        let opening = values([
            ("question", text.question.clone().into()),
            ("category", text.category.clone().into()),
            ("keywords", text.keywords.clone().into()),
            ("body", text.body.trim().into()),
        ]);
        let done = self.open(Who::Desk, "answer", opening, None)?;
        if text.retired.is_some() {
            let wait = self.minutes(4_000, 9_000);
            self.later(&done.case.number, wait, HOURS);
        } else {
            let words = text.keywords.split(',').map(str::to_owned).collect();
            self.known.push((done.case.number, words));
        }
        Ok(())
    }

    /// The answer of the knowledge base to what somebody asks, by its keywords.
    pub(super) fn known_answer(&self, content: &str) -> Value {
        let answers = |words: &[String]| words.iter().any(|word| content.contains(word.as_str()));
        let known = self.known.iter().find(|(_, words)| answers(words));
        known.map_or(Value::Null, |(number, _)| number.clone().into())
    }

    /// An answer that no longer holds is retired.
    pub(super) fn next_answer(&mut self, case: &Case) -> Result<(), DemoError> {
        let question = case.text("question");
        let text = self.texts.answers.iter().find(|text| Some(&text.question) == question.as_ref());
        if let Some(reason) = text.and_then(|text| text.retired.clone()) {
            self.act(Who::Supervisor, &case.number, "retire", values([("reason", reason.into())]))?;
        }
        Ok(())
    }

    /// How many forms come back.
    fn forms(&self) -> u32 {
        FORMS.max(self.wanted / FORM_IN)
    }

    /// The yearly campaign begins.
    pub(super) fn begin_campaign(&mut self) -> Result<(), DemoError> {
        let title = self.remark("survey_title");
        let until = self.rhythm.day(self.at) + Days::new(60);
        // Some of what is handed out never comes back.
        let forms = self.forms() * 5 / 4;
        let opening = values([
            ("title", title.into()),
            ("until", until.to_string().into()),
            ("handed_out", json!(forms)),
        ]);
        let done = self.open(Who::Supervisor, "survey", opening, None)?;
        self.campaign = Some(done.case.number);
        Ok(())
    }

    /// A paper form of a household that has not answered yet is typed in.
    pub(super) fn type_form(&mut self) -> Result<(), DemoError> {
        let Some(campaign) = self.campaign.clone() else { return Ok(()) };
        let mut person = self.town.anybody(&mut self.rng);
        for _ in 0..TRIES {
            if !self.surveyed.contains(&person.unit) {
                break;
            }
            person = self.town.anybody(&mut self.rng);
        }
        if !self.surveyed.insert(person.unit.clone()) {
            return Ok(());
        }
        let settings = crate::counter::settings_of(self.store)?;
        // Most are content, some are not, and a few leave a line empty.
        let mood = if self.chance(0.12) { 2 } else { 4 };
        let mut scores = serde_json::Map::new();
        for (item, _) in settings.offered(crate::desk::kinds::survey::ITEMS) {
            if !self.chance(0.06) {
                let score = mood + if self.chance(0.2) { -1 } else { self.minutes(0, 1) };
                scores.insert(item.to_owned(), score.into());
            }
        }
        let overall = if mood == 4 { self.minutes(4, 5) } else { self.minutes(2, 3) };
        let mut opening = values([
            ("campaign", campaign.into()),
            ("unit", person.unit.clone().into()),
            ("contact", person.name.clone().into()),
            ("phone", person.phone.clone().into()),
            ("scores", Value::Object(scores)),
            ("overall", overall.into()),
        ]);
        if self.chance(0.15) && self.has_room() {
            let story = self.draw_complaint();
            let (content, mut complaint) = self.complaint_values(story, &person, "written");
            opening.insert("content".into(), content.into());
            complaint.insert("into".into(), "complaint".into());
            let done = self.open(Who::Desk, "survey-answer", opening, Some(("turn-into", complaint)))?;
            for case in done.also {
                self.remember(&case, story);
                self.start(&case);
            }
            return Ok(());
        }
        if self.chance(0.3) {
            let content = self.remark("survey_remark");
            opening.insert("content".into(), content.into());
        }
        self.open(Who::Desk, "survey-answer", opening, None)?;
        Ok(())
    }

    /// The campaign ends with what the office makes of it.
    pub(super) fn close_campaign(&mut self) -> Result<(), DemoError> {
        let Some(campaign) = self.campaign.take() else { return Ok(()) };
        let inputs = values([
            ("conclusion", self.remark("survey_conclusion").into()),
            ("measures", self.remark("survey_measures").into()),
        ]);
        self.act(Who::Supervisor, &campaign, "close", inputs)?;
        Ok(())
    }
}
