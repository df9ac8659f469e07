//! The further services of the counter, told as stories of `assets/demo/services.toml`, and the
//! equipment that the office begins with.

use serde_json::Value;

use super::DemoError;
use super::desk::{Desk, Step, Who};
use super::texts::{ServiceText, StepText, Texts, draw};
use super::town::Person;
use crate::counter::CounterError;
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::kind::{Around, Kind};
use crate::desk::why::Why;
use crate::desk::workflow::inputs_of;
use crate::store::cases::Query;
use crate::text::value::{Typing, typed_value};

/// The hours of the other services.
const HOURS: (u32, u32) = (8, 20);
/// How often somebody else is looked for where a household is busy already.
const TRIES: usize = 50;
/// How often a step is tried again that was refused: too early, or before what another case has to do first.
const REFUSED: usize = 8;
/// From so many cases on every story is told at least once, and the equipment is in its ledger.
pub(super) const ENOUGH: u32 = 400;

/// Where a case stands in its story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chapter {
    story: usize,
    /// Which part of the story it is, if it is one.
    part: Option<usize>,
    /// The step that comes next.
    next: usize,
    /// How often it was refused.
    refused: usize,
}

impl Desk<'_> {
    /// Spreads every story once over the first days, so that there is time for its end.
    pub(super) fn plan_services(&mut self) {
        if self.wanted < ENOUGH {
            return;
        }
        let days: Vec<_> = self.rhythm.days().collect();
        let stories = self.texts.services.len();
        for story in 0..stories {
            let day = days[days.len() * story * 6 / (stories * 10)];
            let at = self.rhythm.arrival(day, &mut self.rng);
            let at = self.rhythm.within(at, HOURS, &mut self.rng);
            self.expect(at, Step::Story(story));
        }
        for thing in 0..self.texts.equipment.len() {
            let at = self.rhythm.at(days[0], 9 * 3600 + 90 * thing as u32);
            self.expect(at, Step::Equipment(thing));
        }
        self.plan_questions();
    }

    /// Somebody comes for one of the further services.
    pub(super) fn arrive_service(&mut self) -> Result<(), DemoError> {
        let day = self.rhythm.day(self.at);
        let story = draw(&self.texts.services, day, false, |_| true, &mut self.rng);
        self.story(story)
    }

    /// Begins a story.
    pub(super) fn story(&mut self, story: usize) -> Result<(), DemoError> {
        let texts = self.texts;
        let text = &texts.services[story];
        let Some(kind) = self.store.kinds().get(&text.kind) else { return Ok(()) };
        let person = self.comes_for(kind);
        let mut values = self.given(kind, kind.opening, &text.opening, &person)?;
        for (key, value) in [("unit", &person.unit), ("contact", &person.name), ("phone", &person.phone)] {
            let asked = kind.opening.iter().any(|field| field.key == key);
            if asked && !text.opening.contains_key(key) {
                values.insert(key.to_owned(), value.clone().into());
            }
        }
        let who = if text.supervisor { Who::Supervisor } else { Who::Desk };
        let done = match self.open(who, kind.id, values, None) {
            // What somebody comes for is taken: it stays a question.
            Err(DemoError::Step { source: CounterError::Refused(why), .. }) if is_taken(&why) => {
                return self.arrive_call();
            }
            done => done?,
        };
        self.begin_chapter(&done.case, Chapter { story, part: None, next: 0, refused: 0 });
        self.begin_parts(kind, story, &done.also);
        self.start_matters(&done.also);
        Ok(())
    }

    /// Goes on with a case that another one led to, as with the first story of its kind that may have these
    /// values; what the story would have opened with is given by this action.
    pub(super) fn take_up(
        &mut self,
        case: &Case,
        with: &[(&str, &str)],
        action: &str,
    ) -> Result<(), DemoError> {
        let texts = self.texts;
        let may = |text: &toml::Value, value: &str| text.as_str().is_some_and(|text| text.contains(value));
        let fits = |story: &&ServiceText| {
            story.kind == case.kind
                && with
                    .iter()
                    .all(|(key, value)| story.opening.get(*key).is_some_and(|text| may(text, value)))
        };
        let Some(story) = texts.services.iter().position(|story| fits(&story)) else { return Ok(()) };
        let Some(kind) = self.store.kinds().get(&case.kind) else { return Ok(()) };
        let Some(action) = kind.action(action) else { return Ok(()) };
        let given = self.given(kind, action.inputs, &texts.services[story].opening, &person_of(case))?;
        let done = self.act(Who::Desk, &case.number, action.id, given)?;
        self.begin_chapter(&done.case, Chapter { story, part: None, next: 0, refused: 0 });
        Ok(())
    }

    /// Who comes for it. Where a household's matters stand in each other's way it comes once: nobody
    /// renovates twice at a time, or moves out of a flat that is renovated.
    fn comes_for(&mut self, kind: &Kind) -> Person {
        let mut person = self.town.anybody(&mut self.rng);
        if kind.around == Around::Household {
            for _ in 0..TRIES {
                if self.households.insert(person.unit.clone()) {
                    break;
                }
                person = self.town.anybody(&mut self.rng);
            }
        }
        person
    }

    /// Takes a thing of the office into the ledger.
    pub(super) fn equip(&mut self, thing: usize) -> Result<(), DemoError> {
        let texts = self.texts;
        let Some(kind) = self.store.kinds().get("equipment") else { return Ok(()) };
        let person = self.town.anybody(&mut self.rng);
        let values = self.given(kind, kind.opening, &texts.equipment[thing], &person)?;
        self.open(Who::Supervisor, kind.id, values, None)?;
        Ok(())
    }

    /// Goes on with a story by one step.
    pub(super) fn next_service(&mut self, case: &Case) -> Result<(), DemoError> {
        let texts = self.texts;
        let Some(chapter) = self.chapters.get(&case.number).copied() else { return Ok(()) };
        let Some(step) = Self::steps(texts, chapter).get(chapter.next) else { return Ok(()) };
        let Some(kind) = self.store.kinds().get(&case.kind) else { return Ok(()) };
        let Some(action) = kind.action(&step.action) else { return Ok(()) };
        let person = person_of(case);
        let into = step.with.get("into").and_then(toml::Value::as_str);
        let fields = inputs_of(kind, action, self.store.kinds(), into);
        let inputs = self.given(kind, &fields, &step.with, &person)?;
        let who = if step.supervisor { Who::Supervisor } else { Who::Desk };
        let done = match self.act(who, &case.number, action.id, inputs) {
            Err(DemoError::Step { source: CounterError::Refused(why), .. }) if is_taken(&why) => {
                return Ok(());
            }
            Err(DemoError::Step { source: CounterError::Refused(_), .. }) if chapter.refused < REFUSED => {
                let refused = chapter.refused + 1;
                self.chapters.insert(case.number.clone(), Chapter { refused, ..chapter });
                let wait = self.minutes(60, 600);
                self.later(&case.number, wait, HOURS);
                return Ok(());
            }
            done => done?,
        };
        self.begin_chapter(&done.case, Chapter { next: chapter.next + 1, refused: 0, ..chapter });
        self.begin_parts(kind, chapter.story, &done.also);
        self.start_matters(&done.also);
        Ok(())
    }

    /// The cases of which one is made go on by themselves, each as one of the parts of the story.
    fn begin_parts(&mut self, kind: &Kind, story: usize, opened: &[Case]) {
        let of = self.texts.services[story].parts.len();
        let Some(parts) = kind.parts.filter(|_| of > 0) else { return };
        for (place, case) in opened.iter().filter(|case| case.kind == parts.kind).enumerate() {
            self.begin_chapter(case, Chapter { story, part: Some(place % of), next: 0, refused: 0 });
        }
    }

    /// What a further service led to and has a way of its own is gone on with as if it had come by itself.
    fn start_matters(&mut self, opened: &[Case]) {
        for case in opened.iter().filter(|case| ["repair", "complaint"].contains(&case.kind.as_str())) {
            self.start(case);
        }
    }

    /// The steps of a story, or of a part of it.
    fn steps(texts: &Texts, chapter: Chapter) -> &[StepText] {
        let text = &texts.services[chapter.story];
        chapter.part.map_or(&text.steps, |part| &text.parts[part].steps)
    }

    fn begin_chapter(&mut self, case: &Case, chapter: Chapter) {
        self.chapters.insert(case.number.clone(), chapter);
        if let Some(step) = Self::steps(self.texts, chapter).get(chapter.next) {
            let [from, to] = step.wait;
            let wait = self.minutes(from, to);
            self.later(&case.number, wait, HOURS);
        }
    }

    /// The number of the newest open case of a kind; nothing where there is none.
    fn newest_open(&self, kind: &str) -> Result<String, DemoError> {
        let query = Query { kind: Some(kind.to_owned()), open: Some(true), limit: 1, ..Query::default() };
        let newest = self.store.list(&query)?.rows.into_iter().next();
        Ok(newest.map(|row| row.case.number).unwrap_or_default())
    }

    /// What a story gives, read as if somebody had typed it.
    fn given(
        &mut self,
        kind: &Kind,
        fields: &[Field],
        texts: &toml::Table,
        person: &Person,
    ) -> Result<Values, DemoError> {
        let mut values = Values::new();
        for (key, text) in texts {
            if let Some(field) = fields.iter().find(|field| field.key == key) {
                values.insert(key.clone(), self.read(kind, field, text, person)?);
            }
        }
        Ok(values)
    }

    fn read(
        &mut self,
        kind: &Kind,
        field: &Field,
        text: &toml::Value,
        person: &Person,
    ) -> Result<Value, DemoError> {
        if let (FieldType::Lines(columns), toml::Value::Array(rows)) = (field.ty, text) {
            let rows = rows.iter().filter_map(toml::Value::as_table);
            let rows: Result<Vec<Value>, DemoError> =
                rows.map(|row| Ok(self.given(kind, columns, row, person)?.into())).collect();
            return Ok(rows?.into());
        }
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        let mut said = self.say(&text, Some(person));
        if let FieldType::CaseOf(id) = field.ty {
            said = said.replace(&format!("{{open:{id}}}"), &self.newest_open(id)?);
        }
        while said.contains('#') {
            said = said.replacen('#', &self.minutes(0, 9).to_string(), 1);
        }
        let settings = crate::counter::settings_of(self.store)?;
        let kinds = self.store.kinds();
        Ok(typed_value(field, &said, &Typing { kind: kind.id, now: self.at, settings: &settings, kinds })?)
    }
}

/// Who a case is about.
fn person_of(case: &Case) -> Person {
    Person {
        unit: case.unit.clone().unwrap_or_default(),
        name: case.contact.clone().unwrap_or_default(),
        phone: case.phone.clone().unwrap_or_default(),
        relation: crate::desk::household::Relation::Owner,
    }
}

/// Refused because there is nothing left of what was asked for.
fn is_taken(why: &Why) -> bool {
    ["desk.why.taken", "desk.why.not_enough"].contains(&why.key.as_str())
        || why.field.as_deref() == Some("campaign")
}
