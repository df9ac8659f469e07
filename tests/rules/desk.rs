//! A counter with the six kinds, for tests that tell a matter from its opening to its end.

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, Act, Done, NewCase, offers};
use qiantai::counter::{CounterError, Session, operators, review};
use qiantai::desk::case::Case;
use qiantai::desk::field::{Values, instant};
use qiantai::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::settings::Settings;
use qiantai::desk::timeline::Entry;
use qiantai::desk::why::Why;
use qiantai::store::{Store, settings as stored};
use serde_json::{Value, json};

use crate::toy::{PIN, morning, set_up_with, values};

/// Who does something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The supervisor.
    Boss,
    /// The receptionist.
    Desk,
}
pub use Who::{Boss, Desk};

/// A book, two who work at it, and what time it is.
pub struct Counter {
    pub store: Store,
    pub settings: Settings,
    pub now: DateTime<Utc>,
    pub boss: Session,
    pub desk: Session,
    pub _directory: tempfile::TempDir,
}

impl Counter {
    /// A counter at ten in the forenoon of 2026-11-24, with one family and one debtor in its directory.
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = stored::defaults("蔚蓝新都").unwrap();
        let (mut store, boss) = set_up_with(directory.path(), STANDARD, &settings);
        let desk = operators::login(&mut store, "李娜", PIN, morning()).unwrap();
        let counter = Self { store, settings, now: morning(), boss, desk, _directory: directory };
        counter.with_household("3-2-1501", 0).with_household("3-2-1502", 50_000)
    }

    fn with_household(mut self, unit: &str, arrears: i64) -> Self {
        let owner = Resident { name: "仇建国".into(), relation: Relation::Owner, phones: vec![] };
        let household = Household {
            unit: unit.into(),
            area: None,
            occupancy: Occupancy::Vacant,
            moved_in: None,
            arrears,
            note: String::new(),
            papers: Papers::default(),
            residents: vec![owner],
        };
        self.store.write(|tx| tx.put_household(&household)).unwrap();
        self
    }

    /// Puts a case of a kind into a state, without the way that leads there.
    pub fn placed(&mut self, kind: &'static Kind, state: &str, serial: usize) -> String {
        let number = format!("{}-20261123-{serial:03}", kind.prefix);
        let entry = Entry {
            number: number.clone(),
            revision: 1,
            at: self.now - TimeDelta::days(1),
            by: "王敏".into(),
            with: None,
            action: "open".into(),
            from: None,
            to: state.into(),
            changes: Vec::new(),
            inputs: Values::new(),
            events: Vec::new(),
        };
        let case = Case::rebuild(kind.id, std::slice::from_ref(&entry), |state| kind.ends(state));
        self.store.write(|tx| tx.append(kind, &case, entry, &self.settings.calendar)).unwrap();
        number
    }

    /// Lets minutes pass.
    pub fn wait(&mut self, minutes: i64) -> &mut Self {
        self.now += TimeDelta::minutes(minutes);
        self
    }

    /// An instant so many minutes from now, as a value.
    pub fn at(&self, minutes: i64) -> Value {
        instant(self.now + TimeDelta::minutes(minutes))
    }

    pub fn session(&self, who: Who) -> Session {
        if who == Boss { self.boss.clone() } else { self.desk.clone() }
    }

    /// Opens a case as the receptionist, or says why not.
    pub fn try_open(
        &mut self,
        kind: &str,
        given: Value,
        at_once: Option<(&str, Value)>,
    ) -> Result<Done, String> {
        let new = NewCase {
            kind: kind.into(),
            values: values(given),
            at_once: at_once.map(|(action, inputs)| (action.to_owned(), values(inputs))),
            draft: None,
        };
        cases::open(&mut self.store, &self.desk.clone(), self.now, &new).map_err(refusal)
    }

    /// Opens a case as the supervisor, or says why not.
    pub fn try_open_as_boss(&mut self, kind: &str, given: Value) -> Result<Done, String> {
        let new = NewCase { kind: kind.into(), values: values(given), ..NewCase::default() };
        cases::open(&mut self.store, &self.boss.clone(), self.now, &new).map_err(refusal)
    }

    pub fn open_as_boss(&mut self, kind: &str, given: Value) -> Case {
        self.try_open_as_boss(kind, given).unwrap().case
    }

    pub fn open(&mut self, kind: &str, given: Value) -> Case {
        self.try_open(kind, given, None).unwrap().case
    }

    /// Acts on a case, or says why not: the key of the sentence.
    pub fn act(&mut self, who: Who, number: &str, action: &str, inputs: Value) -> Result<Done, String> {
        let act = Act { number, action, inputs: &values(inputs), revision: None, draft: None };
        let session = self.session(who);
        cases::act_with_draft(&mut self.store, &session, self.now, &act).map_err(refusal)
    }

    /// Acts and gives the case back.
    pub fn done(&mut self, who: Who, number: &str, action: &str, inputs: Value) -> Case {
        self.act(who, number, action, inputs).unwrap_or_else(|why| panic!("{action}: {why}")).case
    }

    /// The refusal of an action.
    pub fn refused(&mut self, who: Who, number: &str, action: &str, inputs: Value) -> String {
        self.act(who, number, action, inputs).err().unwrap_or_else(|| panic!("{action} is not refused"))
    }

    /// Does one action after the other, each after a minute, and gives the state after each.
    pub fn steps(&mut self, number: &str, steps: &[(&str, Value)]) -> Vec<String> {
        steps
            .iter()
            .map(|(action, inputs)| {
                self.wait(1);
                self.done(Desk, number, action, inputs.clone()).state
            })
            .collect()
    }

    /// A day so many days from today, as a value.
    pub fn day(&self, days: i64) -> Value {
        (self.settings.calendar.day_of(self.now) + TimeDelta::days(days)).to_string().into()
    }

    /// What today's review finds about a case.
    pub fn findings(&self, number: &str) -> Vec<String> {
        let day = self.settings.calendar.day_of(self.now);
        let found = review::review(&self.store, self.now, day).unwrap().findings;
        found.into_iter().filter(|finding| finding.subject == number).map(|finding| finding.kind).collect()
    }

    pub fn case(&self, number: &str) -> Case {
        self.store.case(number).unwrap().unwrap()
    }

    /// The kind's own actions that are allowed now.
    pub fn allowed(&self, who: Who, number: &str) -> Vec<&'static str> {
        let offers =
            offers(&self.store, &self.session(who), self.now, &self.settings, &self.case(number)).unwrap();
        let allowed = offers.into_iter().filter(|offer| offer.own && offer.why_not.is_none());
        allowed.map(|offer| offer.action).collect()
    }
}

/// The whole refusal of an opening.
pub fn why_of(c: &mut Counter, kind: &str, given: Value) -> Why {
    let new = NewCase { kind: kind.into(), values: values(given), ..NewCase::default() };
    match cases::open(&mut c.store, &c.desk.clone(), c.now, &new) {
        Err(CounterError::Refused(why)) => why,
        other => panic!("it is not refused: {other:?}"),
    }
}

fn refusal(error: CounterError) -> String {
    match error {
        CounterError::Refused(why) => why.key,
        CounterError::Store(error) => panic!("{error}"),
    }
}

/// The relation of the pointer from one case to another.
pub fn pointer<'a>(from: &'a Case, to: &Case) -> Option<&'a str> {
    from.links.iter().find(|link| link.number == to.number).map(|link| link.relation.as_str())
}

/// Nothing given.
pub fn nothing() -> Value {
    json!({})
}
