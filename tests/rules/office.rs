//! An office with a real book, a supervisor and a receptionist, and one household.

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase, offers};
use qiantai::counter::{CounterError, Result, Session, clock, operators, review};
use qiantai::desk::case::Case;
use qiantai::desk::field::instant;
use qiantai::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::settings::Settings;
use qiantai::store::{Store, settings as stored};
use qiantai::text::lang::Lang;
use qiantai::text::say;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::toy::{PIN, morning, set_up_with, values};

/// The unit of the household.
pub const UNIT: &str = "3-2-1501";

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// 王敏, the supervisor.
    Boss,
    /// 李娜, the receptionist.
    Desk,
}

use Who::{Boss, Desk};

/// The office at its hour.
pub struct Office {
    directory: TempDir,
    pub store: Store,
    boss: Session,
    desk: Session,
    pub settings: Settings,
    pub now: DateTime<Utc>,
}

impl Office {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let settings = stored::defaults("蔚蓝新都").unwrap();
        let (mut store, boss) = set_up_with(directory.path(), STANDARD, &settings);
        let desk = operators::login(&mut store, "李娜", PIN, morning()).unwrap();
        assert_eq!((boss.role(), desk.role()), (Role::Supervisor, Role::Receptionist));
        let mut office = Self { directory, store, boss, desk, settings, now: morning() };
        office.household(Occupancy::MovedIn, 0);
        office
    }

    /// Puts the household into this state, owing this much.
    pub fn household(&mut self, occupancy: Occupancy, arrears: i64) {
        let person = |name: &str, relation| Resident { name: name.into(), relation, phones: Vec::new() };
        let household = Household {
            unit: UNIT.into(),
            area: None,
            occupancy,
            moved_in: None,
            arrears,
            note: String::new(),
            papers: Papers::default(),
            residents: vec![
                person("张建国", Relation::Owner),
                person("李梅", Relation::Family),
                person("陈晓东", Relation::Tenant),
            ],
        };
        self.store.write(|tx| tx.put_household(&household)).unwrap();
    }

    /// What became of the household.
    pub fn flat(&self) -> Household {
        self.store.household(UNIT).unwrap().unwrap()
    }

    /// A second connection, as another process has it.
    pub fn second(&self) -> (Store, Session) {
        let mut store = Store::open(self.directory.path(), STANDARD).unwrap();
        let session = operators::login(&mut store, "李娜", PIN, self.now).unwrap();
        (store, session)
    }

    /// So many days later.
    pub fn days(&mut self, days: i64) {
        self.now += TimeDelta::days(days);
    }

    /// An instant so many days from now, as a record has it.
    pub fn in_days(&self, days: i64) -> Value {
        instant(self.now + TimeDelta::days(days))
    }

    /// A day so many days from now.
    pub fn day(&self, days: i64) -> Value {
        self.settings.calendar.day_of(self.now + TimeDelta::days(days)).to_string().into()
    }

    /// The receptionist's proof of her login.
    pub fn at_the_desk(&self) -> Session {
        self.session(Desk)
    }

    fn session(&self, who: Who) -> Session {
        if who == Boss { self.boss.clone() } else { self.desk.clone() }
    }

    pub fn try_open(&mut self, kind: &str, given: Value) -> Result<Case> {
        let new = NewCase { kind: kind.into(), values: values(given), ..NewCase::default() };
        cases::open(&mut self.store, &self.desk, self.now, &new).map(|done| done.case)
    }

    /// Opens a case as the receptionist and gives its number.
    #[track_caller]
    pub fn open(&mut self, kind: &str, given: Value) -> String {
        self.try_open(kind, given).unwrap().number
    }

    pub fn try_act(&mut self, who: Who, number: &str, action: &str, given: Value) -> Result<Case> {
        let session = self.session(who);
        let done = cases::act(&mut self.store, &session, self.now, number, action, &values(given), None);
        done.map(|done| done.case)
    }

    /// Does an action that is allowed, and gives the state it led to.
    #[track_caller]
    pub fn act(&mut self, who: Who, number: &str, action: &str, given: Value) -> String {
        match self.try_act(who, number, action, given) {
            Ok(case) => case.state,
            Err(error) => panic!("{action}: {error}"),
        }
    }

    /// Does an action that is refused: by which sentence, at which field.
    #[track_caller]
    pub fn refused(&mut self, who: Who, number: &str, action: &str, given: Value) -> String {
        refusal(self.try_act(who, number, action, given))
    }

    /// The refusal of an action that its guards tell beforehand; `None` if it is offered.
    pub fn why_not(&self, who: Who, number: &str, action: &str) -> Option<String> {
        let case = self.case(number);
        let offers = offers(&self.store, &self.session(who), self.now, &self.settings, &case).unwrap();
        let offer = offers.into_iter().find(|offer| offer.action == action);
        offer.unwrap_or_else(|| panic!("{action} is not to be seen")).why_not.map(|why| why.key)
    }

    pub fn case(&self, number: &str) -> Case {
        let case = self.store.case(number).unwrap().unwrap();
        let kind = STANDARD.get(&case.kind).unwrap();
        let entries = self.store.timeline(number).unwrap();
        assert_eq!(Case::rebuild(kind.id, &entries, |state| kind.ends(state)), case);
        case
    }

    pub fn state(&self, number: &str) -> String {
        self.case(number).state
    }

    /// What the clock ends by now.
    pub fn sweep(&mut self) -> Vec<String> {
        clock::sweep(&mut self.store, self.now).unwrap().into_iter().map(|case| case.number).collect()
    }

    /// What the end of this day finds in a case.
    pub fn findings(&self, number: &str) -> Vec<String> {
        let day = self.settings.calendar.day_of(self.now);
        let found = review::review(&self.store, self.now, day).unwrap().findings;
        let mut kinds: Vec<String> = found
            .into_iter()
            .filter(|finding| finding.subject == number)
            .map(|finding| finding.kind)
            .collect();
        kinds.sort();
        kinds
    }

    /// A renovation with both approvals, agreement, deposit and permit for thirty days.
    pub fn permitted(&mut self) -> String {
        let number = self.open("renovation", application());
        self.act(Desk, &number, "owner-sign", json!({}));
        self.act(Boss, &number, "approve", json!({}));
        self.act(Desk, &number, "sign-agreement", json!({ "agreement": "ZXXY-001" }));
        self.act(Desk, &number, "take-deposit", json!({ "deposit": 200_000, "deposit_receipt": "SJ-1" }));
        let until = self.day(30);
        self.act(Boss, &number, "issue-permit", json!({ "permit_number": "XK-001", "permit_until": until }));
        number
    }

    /// A worker's pass on that renovation, with a deposit.
    pub fn worker(&mut self, renovation: &str, name: &str, card: &str) -> String {
        let until = self.day(20);
        self.open("permit", worker(renovation, name, card, &until))
    }
}

/// An application for the household.
pub fn application() -> Value {
    json!({
        "unit": UNIT, "contact": "张建国", "phone": "13800005678", "scope": "厨房、卫生间翻新",
        "contractor": "美家装饰", "licence": "B123", "foreman": "周师傅", "foreman_phone": "13700001111",
        "drawings": true
    })
}

/// A worker's pass until that day.
pub fn worker(renovation: &str, name: &str, card: &str, until: &Value) -> Value {
    json!({
        "sort": "worker", "unit": UNIT, "renovation": renovation, "contact": name, "company": "美家装饰",
        "id_number": "440301199001011234", "photo": true, "card_number": card, "valid_until": until,
        "deposit": 5_000, "fee": 1_000, "receipt": "SJ-2"
    })
}

/// By which sentence something was refused; it is said in both languages.
#[track_caller]
pub fn refusal(result: Result<Case>) -> String {
    match result {
        Ok(case) => panic!("{} was not refused, it is {}", case.number, case.state),
        Err(CounterError::Refused(why)) => {
            for lang in Lang::ALL {
                let sentence = say::say(&why, lang, chrono_tz::Tz::Asia__Shanghai);
                assert!(sentence != why.key && !sentence.contains("%{"), "{lang}: {sentence}");
            }
            why.key
        }
        Err(error) => panic!("{error}"),
    }
}
