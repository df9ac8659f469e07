//! Walks at random through every kind of the list, through the counter, with what must hold after
//! each step. A further kind is walked without a line here; only its own promises to residents are
//! told in [`super::oath`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::cases::{self, NewCase, offers};
use qiantai::counter::{CounterError, Session, clock, operators};
use qiantai::desk::callback::{Callback, Outcome};
use qiantai::desk::case::Case;
use qiantai::desk::household::{Household, Occupancy, Papers};
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::{Kinds, STANDARD};
use qiantai::desk::promise::Promise;
use qiantai::desk::settings::Settings;
use qiantai::desk::why::{Arg, Why};
use qiantai::desk::workflow::{VOID, inputs_of};
use qiantai::store::{Store, settings as stored};
use qiantai::text::lang::{Lang, has};
use qiantai::text::say;
use rusqlite::Connection;

use super::chance::{Chance, Dice};
use super::oath;
use crate::toy::{self, KINDS, PIN, morning, set_up_with};

/// How many steps a walk makes; `.ci/run` makes it longer.
fn steps() -> usize {
    std::env::var("QIANTAI_WALK_STEPS").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

/// From so many steps on a walk must have been everywhere.
const LONG: usize = 8_000;

/// What one flat of the walk owes, in fen: its release passes need a supervisor's word.
const ARREARS: i64 = 12_345;

/// One walk: where it is, and what it has seen.
pub struct Walk<'a> {
    pub chance: Chance<'a>,
    done: usize,
    refused: BTreeMap<String, usize>,
    /// States that were reached and actions that were done.
    seen: BTreeSet<String>,
    /// How often each action was tried.
    tried: BTreeMap<&'static str, usize>,
}

impl<'a> Walk<'a> {
    /// At its begin.
    pub fn new(kinds: Kinds, kind: &'static Kind, settings: &'a Settings, seed: u64) -> Self {
        Self {
            chance: Chance {
                kind,
                kinds,
                settings,
                dice: Dice(seed),
                now: morning(),
                own: Vec::new(),
                numbers: BTreeSet::new(),
            },
            done: 0,
            refused: BTreeMap::new(),
            seen: BTreeSet::new(),
            tried: BTreeMap::new(),
        }
    }

    fn times(&self, action: &str) -> usize {
        self.tried.get(action).copied().unwrap_or_default()
    }

    /// One step: opens a case or acts on one of the latest, as this operator. Nothing that is refused leaves a trace.
    /// Gives the cases of the kind that it touched.
    pub fn step(&mut self, store: &mut Store, session: &Session) -> Vec<Case> {
        self.chance.now += TimeDelta::minutes(self.chance.dice.below(90) as i64);
        let before = store.head().unwrap();
        let (what, result) = if self.chance.own.is_empty() || self.chance.dice.below(12) == 0 {
            let values = self.chance.filled(self.chance.kind.opening);
            let new = NewCase { kind: self.chance.kind.id.into(), values, ..NewCase::default() };
            ("open", cases::open(store, session, self.chance.now, &new))
        } else {
            let latest = self.chance.own.len().saturating_sub(5);
            let number =
                self.chance.own[latest + self.chance.dice.below(self.chance.own.len() - latest)].clone();
            let case = store.case(&number).unwrap().unwrap();
            let offers = offers(store, session, self.chance.now, self.chance.settings, &case).unwrap();
            for why in offers.iter().filter_map(|offer| offer.why_not.as_ref()) {
                said(self.chance.kind, why);
            }
            // A case that is void goes nowhere any more: seldom.
            let void = self.chance.dice.below(6) == 0;
            let allowed = offers.iter().filter(|offer| offer.why_not.is_none());
            let allowed: Vec<_> = allowed.filter(|offer| void || offer.action != VOID).collect();
            // The kind's own actions and outcomes of callbacks more often than what every kind has.
            let own = |action| self.chance.kind.actions.iter().any(|own| own.id == action);
            // A superior who is asked answers: few cases are open for long enough else.
            let own = |action| own(action) || Outcome::of_action(action).is_some() || action == "instruct";
            let own: Vec<_> = allowed.iter().copied().filter(|offer| own(offer.action)).collect();
            let among = if own.is_empty() || self.chance.dice.below(4) == 0 { &allowed } else { &own };
            // Now and then something that is not offered at all.
            let all: Vec<_> = self.chance.kind.all_actions().map(|action| action.id).collect();
            let never = allowed.iter().find(|offer| !self.seen.contains(&format!("action {}", offer.action)));
            let action = match (self.chance.dice.below(10), never) {
                (0, _) => all[self.chance.dice.below(all.len())],
                _ if among.is_empty() => return Vec::new(),
                // What was never done yet comes first.
                (1..6, Some(new)) => new.action,
                (1..5, None) => among[self.chance.dice.below(among.len())].action,
                // What was done least so far, so that a long walk comes everywhere.
                _ => among.iter().min_by_key(|offer| self.times(offer.action)).unwrap().action,
            };
            let declared = self.chance.kind.action(action).unwrap();
            *self.tried.entry(action).or_default() += 1;
            let kinds: Vec<_> = self.chance.kinds.iter().collect();
            let into = Some(kinds[self.chance.dice.below(kinds.len())].id);
            let inputs = inputs_of(self.chance.kind, declared, self.chance.kinds, into);
            let mut given = self.chance.filled(&inputs);
            if given.contains_key("into") {
                given.insert("into".into(), into.into());
            }
            (action, cases::act(store, session, self.chance.now, &number, action, &given, None))
        };
        let touched = match result {
            Ok(done) => {
                self.done += 1;
                self.seen.insert(format!("action {what}"));
                let new = (what == "open").then_some(&done.case).into_iter().chain(&done.also);
                for case in new {
                    assert!(
                        self.chance.numbers.insert(case.number.clone()),
                        "{} was given twice",
                        case.number
                    );
                    if case.kind == self.chance.kind.id {
                        self.chance.own.push(case.number.clone());
                    }
                }
                let linked = done.case.links.last().map(|link| link.number.clone());
                let also = done.also.into_iter().map(|case| case.number).chain(linked);
                [done.case.number].into_iter().chain(also).collect::<BTreeSet<_>>()
            }
            Err(CounterError::Refused(why)) => {
                said(self.chance.kind, &why);
                // But that it was refused, where only the role stood against it.
                let written = i64::from(why.needs.is_some());
                let head = store.head().unwrap();
                assert_eq!(head, before + written, "a refusal writes nothing: {what}: {why}");
                let field = why.field.as_deref().unwrap_or_default();
                *self.refused.entry(format!("{what}: {why} {field}")).or_default() += 1;
                BTreeSet::new()
            }
            Err(error) => panic!("{what}: {error}"),
        };
        // The clock comes round to what it ends later than it might.
        let late = self.chance.dice.below(4) > 0;
        let swept = if late { Vec::new() } else { clock::sweep(store, self.chance.now).unwrap() };
        let touched = touched.into_iter().chain(swept.into_iter().map(|case| case.number));
        let touched = touched.map(|number| holds(store, &number));
        let touched: Vec<_> = touched.filter(|case| case.kind == self.chance.kind.id).collect();
        self.seen.extend(touched.iter().map(|case| format!("state {}", case.state)));
        touched
    }
}

/// A refusal has its sentence in both languages, and a word for everything named in it; only a kind
/// that has no words at all, the toy, is let off.
fn said(kind: &Kind, why: &Why) {
    for lang in Lang::ALL.into_iter().filter(|lang| has(*lang, &format!("{}.name", kind.id))) {
        let sentence = say::say(why, lang, chrono_tz::Tz::Asia__Shanghai);
        let key_itself = sentence == why.key;
        assert!(
            !key_itself && !sentence.is_empty() && !sentence.contains("%{"),
            "{lang}: {why:?}: {sentence}"
        );
        for (_, arg) in &why.args {
            if let Arg::Term(key) = arg {
                let common = key.split_once('.').map(|(_, rest)| format!("case.{rest}")).unwrap_or_default();
                assert!(has(lang, key) || has(lang, &common), "{lang}: {why:?} names {key}");
            }
        }
    }
}

/// What holds of every case of every kind after every step.
fn holds(store: &Store, number: &str) -> Case {
    let case = store.case(number).unwrap().unwrap_or_else(|| panic!("{number} is there"));
    let kind = store.kinds().get(&case.kind).unwrap();
    let entries = store.timeline(number).unwrap();
    assert_eq!(Case::rebuild(kind.id, &entries, |state| kind.ends(state)), case, "{number}");
    assert_eq!(case.revision as usize, entries.len(), "{number}");
    assert!(case.state == VOID || kind.state(&case.state).is_some(), "{number}: {}", case.state);
    assert_eq!(case.closed_at.is_some(), kind.ends(&case.state), "{number}");
    assert!(!case.owner.is_empty(), "{number} has nobody who answers for it");

    // One promise at a time, and none of an ended case; what it was made by is kept with it.
    let open = case.promises.iter().filter(|promise| promise.is_open()).count();
    assert!(open <= usize::from(!kind.ends(&case.state)), "{number}: {:?}", case.promises);
    let both = |promise: &Promise| promise.kept_at.is_some() && promise.withdrawn_at.is_some();
    assert!(!case.promises.iter().any(both), "{number}: {:?}", case.promises);

    // A callback ends once, by its last attempt or by being cancelled; a void case has no open one.
    for (place, callback) in case.callbacks.iter().enumerate() {
        assert_eq!(callback.id as usize, place + 1, "{number}");
        let ended = callback.attempts.iter().rev().skip(1).any(|try_| try_.outcome != Outcome::Unreached);
        assert!(!ended, "{number}: tried after its end: {callback:?}");
        assert!(callback.cancelled_at.is_none() || callback.outcome().is_none(), "{number}: {callback:?}");
        assert!(!callback.is_open() || case.state != VOID, "{number}: {callback:?}");
        assert_eq!(callback.asks_visit(), callback.is_open() && callback.attempts.len() >= 3, "{number}");
    }

    // Pointers point both ways.
    for link in &case.links {
        let other = store.case(&link.number).unwrap().expect("a pointer leads somewhere");
        assert!(other.links.iter().any(|back| back.number == number), "{} back to {number}", link.number);
    }
    oath::keeps(store, kind, &case, &entries);
    case
}

/// Every case of the book: the columns by which lists and the timer find it say what the case says.
fn columns(store: &Store, path: &std::path::Path) -> usize {
    let raw = Connection::open(path).unwrap();
    let mut statement = raw
        .prepare("SELECT number, open, due_at, callback_at, inside, expires_at FROM cases ORDER BY id")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        let number: String = row.get(0).unwrap();
        let case = store.case(&number).unwrap().unwrap();
        let kind = store.kinds().get(&case.kind).unwrap();
        let seconds = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
        assert_eq!(row.get::<_, bool>(1).unwrap(), !kind.ends(&case.state), "{number}");
        assert_eq!(row.get::<_, Option<i64>>(2).unwrap(), seconds(case.due_at()), "{number}");
        let callback = case.open_callback().map(Callback::next_at);
        assert_eq!(row.get::<_, Option<i64>>(3).unwrap(), seconds(callback), "{number}");
        assert_eq!(row.get::<_, bool>(4).unwrap(), (kind.inside)(&case), "{number}");
        let expires = (kind.expires)(&case).map(|(at, _)| at);
        assert_eq!(row.get::<_, Option<i64>>(5).unwrap(), seconds(expires), "{number}");
        count += 1;
    }
    count
}

/// The plain view of a kind has every field as a column and as many rows as there are cases.
fn view(path: &std::path::Path, kind: &Kind) -> usize {
    let raw = Connection::open(path).unwrap();
    let sql = format!("SELECT * FROM v_{}", kind.id.replace('-', "_"));
    let mut statement = raw.prepare(&sql).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    for field in kind.all_fields() {
        assert!(columns.iter().any(|column| column == field.key), "{}: {}", kind.id, field.key);
    }
    let mut rows = statement.query([]).unwrap();
    let mut count = 0;
    while rows.next().unwrap().is_some() {
        count += 1;
    }
    count
}

/// A book to walk through: one flat that owes nothing, and one that does.
pub fn book(directory: &std::path::Path, kinds: Kinds, settings: &Settings) -> (Store, Session) {
    let (mut store, supervisor) = set_up_with(directory, kinds, settings);
    let flat = |unit: &str, arrears| Household {
        unit: unit.into(),
        area: None,
        occupancy: Occupancy::Vacant,
        moved_in: None,
        arrears,
        note: String::new(),
        papers: Papers::default(),
        residents: Vec::new(),
    };
    store
        .write(|tx| {
            tx.put_household(&flat("3-2-101", 0))?;
            tx.put_household(&flat(oath::OWES, ARREARS))
        })
        .unwrap();
    (store, supervisor)
}

fn walk(kinds: Kinds, kind: &'static Kind, settings: &Settings, seed: u64) {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, supervisor) = book(directory.path(), kinds, settings);
    let receptionist = operators::login(&mut store, "李娜", PIN, morning()).unwrap();
    let path = store.path().unwrap().to_owned();
    let mut walk = Walk::new(kinds, kind, settings, seed);
    // One batch: what is tested here is what is stored, not how often the disk is waited for.
    store
        .batch(|store| {
            walk.chance.open_named(store, &supervisor);
            for step in 0..steps() {
                let session = if walk.chance.dice.below(3) == 0 { &receptionist } else { &supervisor };
                walk.step(store, session);
                if step % 1_000 == 999 {
                    assert_eq!(store.verify_chain().unwrap().broken, None);
                }
                if step % 50 == 49 {
                    assert_eq!(store.unsound_totals().unwrap(), [""; 0], "step {step}");
                }
            }
            Ok::<_, qiantai::store::StoreError>(())
        })
        .unwrap();
    let Walk { chance: Chance { numbers, .. }, done, refused, seen, .. } = walk;
    assert!(done * 5 > steps(), "{}: only {done} steps were legal: {refused:#?}", kind.id);
    assert_eq!(store.verify_chain().unwrap().broken, None);
    let count = columns(&store, &path);
    assert_eq!(count, numbers.len(), "no case is lost and none is there unasked");
    let rows: usize = kinds.iter().map(|kind| view(&path, kind)).sum();
    assert_eq!(rows, count, "every case stands in exactly one view");
    if steps() >= LONG {
        let states = kind.states.iter().map(|state| format!("state {}", state.id));
        // A case that is at its end from the beginning, as a paper form is, is handed to nobody.
        let offered = |id| kind.states.iter().any(|state| kind.takes(id, state.id));
        let actions = kind.all_actions().filter(|action| !action.by_clock && offered(action.id));
        let never: Vec<_> = states
            .chain(actions.map(|action| format!("action {}", action.id)))
            .filter(|wanted| !seen.contains(wanted))
            .collect();
        assert!(never.is_empty(), "{}: a long walk never came to {never:?}; {refused:#?}", kind.id);
    }
}

#[test]
fn whatever_is_done_with_the_toy_its_rules_hold() {
    walk(KINDS, KINDS.0[0], &toy::settings(), 7);
}

#[test]
fn whatever_is_done_at_the_counter_the_rules_of_every_kind_hold() {
    assert!(STANDARD.iter().count() > 5);
    let settings = stored::defaults("蔚蓝新都").unwrap();
    std::thread::scope(|scope| {
        // One kind alone, for whoever looks into its walk.
        let only = std::env::var("QIANTAI_WALK_KIND").ok();
        for kind in STANDARD.iter().filter(|kind| only.as_deref().is_none_or(|only| only == kind.id)) {
            scope.spawn(|| walk(STANDARD, kind, &settings, 11));
        }
    });
}
