//! The simulated desk: a queue of what comes and what is to be gone on with, worked off in the order
//! of time. Every step goes through [`crate::counter`] with the instant it happens at.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde_json::Value;

use super::rhythm::{Rhythm, SERVICE};
use super::services::Chapter;
use super::shifts::{Duty, Turn};
use super::texts::{Texts, pick, vary};
use super::town::{Person, Town};
use super::{DemoError, Sort, Stage, Told};
use crate::counter::cases::{self, Act, Done, NewCase};
use crate::counter::{Session, clock};
use crate::desk::case::Case;
use crate::desk::field::Values;
use crate::store::{Store, StoreError};

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The receptionist on duty.
    Desk,
    /// The receptionist of that place, on duty or not.
    Receptionist(usize),
    /// The supervisor.
    Supervisor,
    /// The manager's assistant.
    Assistant,
}

/// Which text a case was drawn from, and which of the alternatives that fit together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Story {
    pub text: usize,
    pub variant: usize,
}

/// What happens at an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A day begins: its arrivals are drawn.
    Day(NaiveDate),
    /// Somebody comes.
    Arrive(Sort),
    /// A case is gone on with.
    Next(String),
    /// A call whose answer is due so many minutes after the end of the story.
    Soon(i64),
    /// Something beside the work happens to a case.
    Aside(String),
    /// The clock ends what has come to its end.
    Sweep,
    /// The supervisor looks a day through and signs it.
    Sign(NaiveDate),
    /// Somebody on duty does something.
    Shift(Turn, Duty),
    /// The finance office's list of charges owed comes.
    Charges,
    /// What is still missing to the wished number of cases is drawn.
    TopUp,
    /// A story of the further services begins.
    Story(usize),
    /// A thing of the office is taken into the ledger.
    Equipment(usize),
    /// An answer of the knowledge base is written down.
    Known(usize),
}

/// A step with its instant; steps of one instant happen in the order they were thought of.
#[derive(Debug)]
struct Event {
    at: DateTime<Utc>,
    seq: u64,
    step: Step,
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}
impl Eq for Event {}
impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.seq).cmp(&(other.at, other.seq))
    }
}

/// The people who log in.
#[derive(Debug)]
pub(super) struct Staffing {
    pub assistant: Session,
    pub supervisor: Session,
    pub receptionists: [Session; 2],
}

/// Share of arrivals that open a further case: what was drawn less for them.
const SPAWNED: f64 = 0.24;

/// Cases between two words about the progress.
const WORD_EVERY: u32 = 100;

/// The desk at work.
pub(super) struct Desk<'a> {
    pub store: &'a mut Store,
    pub texts: &'a Texts,
    pub town: Town,
    pub rhythm: Rhythm,
    pub rng: ChaCha8Rng,
    pub staffing: Staffing,
    /// The instant of the step under way.
    pub at: DateTime<Utc>,
    /// The end of the story.
    pub now: DateTime<Utc>,
    /// Cases wished for.
    pub wanted: u32,
    /// Cases opened so far.
    pub opened: u32,
    /// Arrivals that are drawn and have not come yet.
    pending: u32,
    /// Which text a case was drawn from.
    pub stories: HashMap<String, Story>,
    /// Move-ins begun lately.
    pub move_ins: usize,
    /// Move-ins that wait, and at which step.
    pub waiting: HashMap<String, &'static str>,
    /// The answers of the knowledge base with the words that ask for them.
    pub known: Vec<(String, Vec<String>)>,
    /// Which story of the further services a case tells, and how far it has come.
    pub chapters: HashMap<String, Chapter>,
    /// Households whose further services look at each other, each taken once.
    pub households: HashSet<String>,
    /// The shifts that were signed in to.
    pub shifts: HashMap<Turn, String>,
    queue: BinaryHeap<Reverse<Event>>,
    seq: u64,
}

impl<'a> Desk<'a> {
    /// A desk before its first day.
    pub(super) fn new(
        store: &'a mut Store,
        texts: &'a Texts,
        (town, rhythm, rng): (Town, Rhythm, ChaCha8Rng),
        staffing: Staffing,
        now: DateTime<Utc>,
        wanted: u32,
    ) -> Self {
        Self {
            store,
            texts,
            town,
            rhythm,
            rng,
            staffing,
            at: DateTime::<Utc>::MIN_UTC,
            now,
            wanted,
            opened: 0,
            pending: 0,
            stories: HashMap::new(),
            move_ins: 0,
            waiting: HashMap::new(),
            known: Vec::new(),
            chapters: HashMap::new(),
            households: HashSet::new(),
            shifts: HashMap::new(),
            queue: BinaryHeap::new(),
            seq: 0,
        }
    }

    /// Works everything off until now.
    pub(super) fn run(&mut self, told: Told) -> Result<(), DemoError> {
        let mut next_word = 0;
        for day in self.rhythm.days() {
            let morning = self.rhythm.at(day, 0);
            self.push(morning, Step::Day(day));
        }
        self.push(self.rhythm.before_end(45), Step::TopUp);
        for (before, due) in super::soon::CALLS {
            self.expect(self.rhythm.before_end(before), Step::Soon(due));
        }
        self.plan_services();
        self.plan_shifts();
        let week_ago = self.rhythm.day(self.now) - chrono::Days::new(6);
        self.push(self.rhythm.at(week_ago, 10 * 3600 + 900), Step::Charges);
        while let Some(Reverse(event)) = self.queue.pop() {
            // The desk may still be busy with the step before.
            self.at = self.at.max(event.at);
            if self.at > self.now {
                break;
            }
            let by_hand = !matches!(event.step, Step::Day(_) | Step::Sweep | Step::TopUp | Step::Shift(..));
            if by_hand && !self.rhythm.is_open(self.at) {
                // Nobody is there: it is gone on with in the morning.
                let morning = self.rhythm.within(self.at, SERVICE, &mut self.rng);
                self.push(morning, event.step);
                continue;
            }
            self.step(event.step)?;
            if self.opened >= next_word {
                next_word = self.opened + WORD_EVERY;
                if told(Stage::Cases, self.opened as usize, self.wanted as usize).is_break() {
                    return Err(StoreError::Stopped.into());
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<(), DemoError> {
        match step {
            Step::Day(day) => self.begin(day),
            Step::Arrive(sort) => {
                self.pending = self.pending.saturating_sub(1);
                if self.opened < self.wanted {
                    self.arrive(sort)?;
                }
            }
            Step::Next(number) => self.go_on(&number)?,
            Step::Soon(due) => {
                self.pending = self.pending.saturating_sub(1);
                self.soon(due)?;
            }
            Step::Aside(number) => self.aside(&number)?,
            Step::Sweep => {
                clock::sweep(self.store, self.at)
                    .map_err(|source| DemoError::Step { what: "sweep".into(), source })?;
            }
            Step::Shift(turn, duty) => self.on_shift(turn, duty)?,
            Step::Charges => {
                self.charges().map_err(|source| DemoError::Step { what: "charges".into(), source })?;
            }
            Step::Sign(day) => self.sign(day)?,
            Step::TopUp => self.top_up(),
            Step::Story(story) => {
                self.pending = self.pending.saturating_sub(1);
                if self.opened < self.wanted {
                    self.story(story)?;
                }
            }
            Step::Equipment(thing) => {
                self.pending = self.pending.saturating_sub(1);
                self.equip(thing)?;
            }
            Step::Known(text) => {
                self.pending = self.pending.saturating_sub(1);
                self.write_answer(text)?;
            }
        }
        Ok(())
    }

    /// Remembers a step for an instant.
    pub(super) fn push(&mut self, at: DateTime<Utc>, step: Step) {
        self.seq += 1;
        self.queue.push(Reverse(Event { at: at.max(self.at), seq: self.seq, step }));
    }

    /// Remembers a step that opens a case.
    pub(super) fn expect(&mut self, at: DateTime<Utc>, step: Step) {
        self.pending += 1;
        self.push(at, step);
    }

    /// What was expected has come.
    pub(super) fn forget_pending(&mut self) {
        self.pending = self.pending.saturating_sub(1);
    }

    fn arrive(&mut self, sort: Sort) -> Result<(), DemoError> {
        match sort {
            Sort::Call => self.arrive_call(),
            Sort::Visit => self.arrive_visit(),
            Sort::Repair => self.arrive_repair(),
            Sort::Complaint => self.arrive_complaint(),
            Sort::MoveIn => self.arrive_move_in(),
            Sort::Pass => self.arrive_pass(),
            Sort::Service => self.arrive_service(),
        }
    }

    fn go_on(&mut self, number: &str) -> Result<(), DemoError> {
        let Some(case) = self.store.case(number)? else { return Ok(()) };
        match case.kind.as_str() {
            "call" => self.next_call(&case),
            "visit" => self.next_visit(&case),
            "repair" => self.next_repair(&case),
            "complaint" => self.next_complaint(&case),
            "move-in" => self.next_move_in(&case),
            "release-pass" => self.next_pass(&case),
            "answer" => self.next_answer(&case),
            _ => self.next_service(&case),
        }
    }

    /// Remembers when a case that was opened by another is gone on with.
    pub(super) fn start(&mut self, case: &Case) {
        let wait = match case.kind.as_str() {
            "repair" if case.urgency.as_deref() == Some("urgent") => self.minutes(1, 8),
            _ => self.minutes(3, 50),
        };
        self.later(&case.number, wait, (7, 23));
    }

    /// Remembers which text a case was drawn from.
    pub(super) fn remember(&mut self, case: &Case, story: Story) {
        self.stories.insert(case.number.clone(), story);
    }

    /// Draws the arrivals of a day: its share of what is still missing.
    fn begin(&mut self, day: NaiveDate) {
        let missing = self.wanted.saturating_sub(self.opened + self.pending);
        let last = self.rhythm.day(self.rhythm.end()) == day;
        // The end is drawn a little short and topped up, so that the last hour is never empty.
        let share = if last { 0.94 } else { self.rhythm.share(day) };
        let exact = f64::from(missing) * share / (1.0 + SPAWNED);
        let count = exact as u32 + u32::from(self.rng.random_bool(exact.fract()));
        for _ in 0..count {
            let sort = Sort::draw(day, &mut self.rng);
            let at = self.rhythm.arrival(day, &mut self.rng);
            self.pending += 1;
            self.push(at, Step::Arrive(sort));
        }
        self.plan_signature(day);
    }

    /// Draws what is missing to the wished number over the last minutes at the counter.
    fn top_up(&mut self) {
        let missing = self.wanted.saturating_sub(self.opened + self.pending);
        for _ in 0..missing {
            let before = self.rng.random_range(1..45);
            let at = self.rhythm.before_end(before);
            let sort = if self.rng.random_bool(0.7) { Sort::Call } else { Sort::Visit };
            self.pending += 1;
            self.push(at, Step::Arrive(sort));
        }
    }

    /// Whether somebody who comes may bring two cases, one that turns into another.
    pub(super) fn has_room(&self) -> bool {
        self.room() > 1
    }

    /// How many cases may be opened beside those that are drawn.
    pub(super) fn room(&self) -> i64 {
        i64::from(self.wanted) - i64::from(self.opened + self.pending)
    }

    /// Something beside the work now and then: a note, a word from above, another owner.
    pub(super) fn plan_aside(&mut self, case: &Case) {
        if self.chance(0.035) {
            let wait = self.minutes(3, 60);
            let at = self.rhythm.within(self.at + TimeDelta::minutes(wait), (8, 22), &mut self.rng);
            self.push(at, Step::Aside(case.number.clone()));
        }
    }

    /// Opens a case.
    pub(super) fn open(
        &mut self,
        who: Who,
        kind: &str,
        values: Values,
        at_once: Option<(&str, Values)>,
    ) -> Result<Done, DemoError> {
        let new = NewCase {
            kind: kind.to_owned(),
            values,
            at_once: at_once.map(|(action, inputs)| (action.to_owned(), inputs)),
            draft: None,
        };
        let session = self.session(who).clone();
        let done = cases::open(self.store, &session, self.at, &new)
            .map_err(|source| DemoError::Step { what: format!("open {kind}"), source })?;
        self.opened += 1 + done.also.len() as u32;
        self.plan_expiry(&done.case);
        Ok(done)
    }

    /// Does an action.
    #[allow(clippy::needless_pass_by_value)] // every caller makes the inputs for this one action
    pub(super) fn act(
        &mut self,
        who: Who,
        number: &str,
        action: &str,
        inputs: Values,
    ) -> Result<Done, DemoError> {
        let session = self.session(who).clone();
        let act = Act { number, action, inputs: &inputs, revision: None, draft: None };
        let done = cases::act_with_draft(self.store, &session, self.at, &act)
            .map_err(|source| DemoError::Step { what: format!("{action} {number}"), source })?;
        self.opened += done.also.len() as u32;
        self.plan_expiry(&done.case);
        Ok(done)
    }

    fn plan_expiry(&mut self, case: &Case) {
        let ends = self.store.kinds().get(&case.kind).and_then(|kind| (kind.expires)(case));
        if let Some((at, _)) = ends {
            self.push(at + TimeDelta::seconds(20), Step::Sweep);
        }
    }

    /// Goes on with a case after that many minutes, within those hours.
    pub(super) fn later(&mut self, number: &str, minutes: i64, hours: (u32, u32)) {
        let at = self.at + TimeDelta::seconds(minutes * 60 + self.rng.random_range(0..60));
        self.at_hours(number, at, hours);
    }

    /// Goes on with a case at an instant, or as soon after it as those hours allow.
    pub(super) fn at_hours(&mut self, number: &str, at: DateTime<Utc>, hours: (u32, u32)) {
        let at = self.rhythm.within(at, hours, &mut self.rng);
        self.push(at, Step::Next(number.to_owned()));
    }

    /// Who is logged in for that person.
    pub(super) fn session(&self, who: Who) -> &Session {
        match who {
            Who::Supervisor => &self.staffing.supervisor,
            Who::Assistant => &self.staffing.assistant,
            Who::Desk => {
                // Early and late shift change at three.
                let late = !(7..15).contains(&self.rhythm.hour(self.at));
                let turn = Turn { day: self.rhythm.day(self.at), late };
                &self.staffing.receptionists[turn.receptionist()]
            }
            Who::Receptionist(at) => &self.staffing.receptionists[at],
        }
    }

    /// A number of minutes between two.
    pub(super) fn minutes(&mut self, from: i64, to: i64) -> i64 {
        self.rng.random_range(from..=to)
    }

    /// Whether something happens that happens with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    /// A sentence of `remarks.toml`.
    pub(super) fn remark(&mut self, list: &str) -> String {
        let texts = self.texts;
        texts.remark(list, &mut self.rng)
    }

    /// A text with its alternatives taken and its slots filled.
    pub(super) fn say(&mut self, text: &str, person: Option<&Person>) -> String {
        let slots = self.slots(person);
        vary(text, None, &slots, &mut self.rng)
    }

    /// A text of a story: the alternatives that fit together.
    pub(super) fn tell(&mut self, text: &str, story: Story) -> String {
        let slots = self.slots(None);
        vary(text, Some(story.variant), &slots, &mut self.rng)
    }

    fn slots(&mut self, person: Option<&Person>) -> Vec<(&'static str, String)> {
        use chrono::Datelike;
        let texts = self.texts;
        let day = self.rhythm.day(self.at);
        let rng = &mut self.rng;
        let number = |n: u32, unit: &str| format!("{n}{unit}");
        let words = |key: &str, rng: &mut ChaCha8Rng| texts.remark(key, rng);
        let before = day - chrono::Days::new(rng.random_range(1..25));
        let after = day + chrono::Days::new(rng.random_range(1..9));
        let staff = pick(&texts.community.staff, rng).map_or_else(String::new, |s| s.name.clone());
        vec![
            ("month", number((day.month() + 10) % 12 + 1, &words("slots_month", rng))),
            ("month_number", day.month().to_string()),
            ("last_year", (day.year() - 1).to_string()),
            ("next_year", (day.year() + 1).to_string()),
            ("day", format!("{}{}", before.day(), words("slots_day", rng))),
            ("next_day", format!("{}{}", after.day(), words("slots_day", rng))),
            ("hour", words("slots_hour", rng)),
            ("place", words("slots_place", rng)),
            ("reading", words("slots_reading", rng)),
            ("plate", texts.names.plate(rng)),
            ("name", texts.names.person(rng)),
            ("staff", staff),
            ("unit", person.map_or_else(|| self.town.anybody(rng).unit, |p| p.unit.clone())),
            ("resident", person.map_or_else(String::new, |p| p.name.clone())),
        ]
    }
}

/// Values from pairs, blank ones left out.
pub(super) fn values<const N: usize>(pairs: [(&str, Value); N]) -> Values {
    pairs.into_iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.to_owned(), v)).collect()
}
