//! What the office answers its residents every day: the knowledge base.

use serde_json::Value;

use super::DemoError;
use super::desk::{Desk, Step, Who, values};
use crate::desk::case::Case;

/// The hours in which answers are written and looked through.
const HOURS: (u32, u32) = (9, 18);

impl Desk<'_> {
    /// The knowledge base is written on the first day.
    pub(super) fn plan_questions(&mut self) {
        let days: Vec<_> = self.rhythm.days().collect();
        for text in 0..self.texts.answers.len() {
            let at = self.rhythm.at(days[0], 9 * 3600 + 120 * text as u32);
            self.expect(at, Step::Known(text));
        }
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
}
