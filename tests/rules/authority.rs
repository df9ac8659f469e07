//! Who may do what: every verb of the counter by every role, and what is on record afterwards.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use argon2::password_hash::PasswordHasher;
use chrono::TimeDelta;
use qiantai::counter::arrears::ChargeList;
use qiantai::counter::authority::{Deed, REFUSED, VOUCHED};
use qiantai::counter::cases::{self, Act, NewCase};
use qiantai::counter::directory::Roster;
use qiantai::counter::equipment::Ledger;
use qiantai::counter::imports::CaseList;
use qiantai::counter::operators::{NOBODY, WRONG_PIN};
use qiantai::counter::restore::Restore;
use qiantai::counter::{
    CounterError, Result, Session, arrears, backup, community, copy_key, directory, equipment, exports,
    household_file, imports, old_copies, operators, passes, plan, printing, privacy, recovery, reports,
    restore, retention, review, shifts, watch,
};
use qiantai::desk::field::Values;
use qiantai::desk::kind::From;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::{Operator, Role};
use qiantai::desk::report::{Behind, Period, PeriodSort};
use qiantai::desk::review::{MarkKind, OPERATOR_REFUSED};
use qiantai::store::backup::Trust;
use qiantai::store::past::Past;
use qiantai::store::{Store, StoreError};
use serde_json::{Value, json};

use super::desk::Counter;
use crate::toy::{PIN, values};

/// Whom the table asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Nobody logged in.
    Guest,
    /// Somebody who logged in and was disabled by another process since.
    Gone,
    Receptionist,
    Supervisor,
    Assistant,
}
use Who::{Assistant, Gone, Guest, Receptionist, Supervisor};

const ALL: [Who; 5] = [Guest, Gone, Receptionist, Supervisor, Assistant];
/// Whoever sits at the counter.
const COUNTER: &[Who] = &[Receptionist, Supervisor, Assistant];
/// Supervisors and above.
const ABOVE: &[Who] = &[Supervisor, Assistant];

/// A verb: its name, who may, and how it is done.
type Verb = (&'static str, &'static [Who], fn(&mut Book, &Session) -> Result<()>);

/// A book with all of them at work.
struct Book {
    counter: Counter,
    sessions: Vec<(Who, Session)>,
    /// An open repair.
    number: String,
    /// A copy of it.
    copy: PathBuf,
}

impl Book {
    fn new() -> Self {
        let mut counter = Counter::new();
        let (now, boss) = (counter.now, counter.boss.clone());
        operators::add(&mut counter.store, &boss, now, "陈静", Role::Receptionist, PIN).unwrap();
        let gone = operators::login(&mut counter.store, "陈静", PIN, now).unwrap();
        operators::disable(&mut counter.store, &boss, now, "陈静", true).unwrap();
        let account = counter.store.account("王敏").unwrap().unwrap();
        let operator = Operator { name: "赵立".into(), role: Role::Assistant, disabled: false };
        let assistant = qiantai::store::operators::Account { operator, ..account };
        counter.store.write(|tx| tx.put_account(&assistant)).unwrap();
        let assistant = operators::login(&mut counter.store, "赵立", PIN, now).unwrap();
        let given = json!({ "unit": "3-2-1501", "contact": "仇建国", "category": "lift", "content": "异响" });
        let number = counter.open("repair", given).number;
        let sessions = vec![
            (Guest, Session::guest()),
            (Gone, gone),
            (Receptionist, counter.desk.clone()),
            (Supervisor, boss),
            (Assistant, assistant),
        ];
        let copy = counter.store.path().unwrap().with_file_name("copy.db");
        let watch = qiantai::store::backup::unwatched();
        counter.store.copy_to(&copy, Trust::Proved, None, &watch).unwrap();
        Self { counter, sessions, number, copy }
    }

    fn session(&self, who: Who) -> Session {
        self.sessions.iter().find(|(one, _)| *one == who).unwrap().1.clone()
    }

    /// Does something and undoes it again: whether the person may.
    fn may(&mut self, who: Who, verb: fn(&mut Self, &Session) -> Result<()>) -> bool {
        let session = self.session(who);
        let mut answer = None;
        let empty = Store::in_memory(STANDARD).unwrap();
        let mut store = std::mem::replace(&mut self.counter.store, empty);
        let undone = store.batch(|store| -> std::result::Result<(), StoreError> {
            std::mem::swap(store, &mut self.counter.store);
            answer = Some(verb(self, &session));
            std::mem::swap(store, &mut self.counter.store);
            Err(StoreError::Full)
        });
        assert!(undone.is_err());
        self.counter.store = store;
        match answer.unwrap() {
            Ok(()) => true,
            Err(CounterError::Refused(why)) => {
                // What a rule refuses that asks for no role was asked of whoever may.
                !(["counter.why.nobody", "counter.why.disabled"].contains(&why.key.as_str())
                    || why.needs.is_some())
            }
            Err(error) => panic!("{who:?}: {error}"),
        }
    }
}

/// Every public function of the counter that takes a session, by module and name.
const VERBS: &[Verb] = &[
    ("backup::make", COUNTER, |b, s| {
        // A file that is there is never overwritten; that is said to whoever may ask for a copy.
        let there = tempfile::NamedTempFile::new().unwrap();
        let watch = qiantai::store::backup::unwatched();
        let target = backup::Target::File(there.path());
        match backup::make(&mut b.counter.store, s, b.counter.now, target, &watch) {
            Err(CounterError::Store(StoreError::Exists(_))) => Ok(()),
            other => other.map(drop),
        }
    }),
    ("copy_key::may_choose", ABOVE, |b, s| {
        copy_key::may_choose(&mut b.counter.store, s, b.counter.now, true)
    }),
    ("copy_key::new_key", ABOVE, |b, s| {
        copy_key::new_key(&mut b.counter.store, s, b.counter.now, None).map(drop)
    }),
    ("copy_key::use_key", ABOVE, |b, s| {
        let public = qiantai::store::sealed::new_key().0;
        copy_key::use_key(&mut b.counter.store, s, b.counter.now, &public)
    }),
    ("copy_key::use_none", ABOVE, |b, s| copy_key::use_none(&mut b.counter.store, s, b.counter.now)),
    ("cases::open", COUNTER, |b, s| {
        let new = NewCase { kind: "call".into(), values: call(), ..NewCase::default() };
        cases::open(&mut b.counter.store, s, b.counter.now, &new).map(drop)
    }),
    ("cases::may_open", ABOVE, |b, s| {
        let kind = STANDARD.get("budget").unwrap();
        cases::may_open(&mut b.counter.store, s, b.counter.now, kind)
    }),
    ("cases::act", COUNTER, |b, s| {
        let note = values(json!({ "note": "已问过" }));
        cases::act(&mut b.counter.store, s, b.counter.now, &b.number, "note", &note, None).map(drop)
    }),
    ("cases::act_with_draft", COUNTER, |b, s| {
        let inputs = values(json!({ "note": "已问过" }));
        let what = Act { number: &b.number, action: "note", inputs: &inputs, revision: None, draft: None };
        cases::act_with_draft(&mut b.counter.store, s, b.counter.now, &what).map(drop)
    }),
    ("cases::offers", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        cases::offers(&b.counter.store, s, b.counter.now, &b.counter.settings, &case).map(drop)
    }),
    ("cases::way_ahead", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        cases::way_ahead(&b.counter.store, s, b.counter.now, &b.counter.settings, &case).map(drop)
    }),
    ("cases::others", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        cases::others(&b.counter.store, s, &case).map(drop)
    }),
    ("cases::owed", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        cases::owed(&b.counter.store, s, &case).map(drop)
    }),
    ("community::may_change", ABOVE, |b, s| community::may_change(&mut b.counter.store, s, b.counter.now)),
    ("community::change_settings", ABOVE, |b, s| {
        let before = b.counter.settings.clone();
        let after = qiantai::desk::settings::Settings { soon_minutes: 45, ..before.clone() };
        community::change_settings(&mut b.counter.store, s, b.counter.now, &before, &after)
    }),
    ("directory::may_import", ABOVE, |b, s| directory::may_import(&mut b.counter.store, s, b.counter.now)),
    ("directory::import", ABOVE, |b, s| {
        let go_on = |_, _| ControlFlow::Continue(());
        let now = b.counter.now;
        directory::import(&mut b.counter.store, s, now, &Roster::default(), false, go_on).map(drop)
    }),
    ("directory::save_household", COUNTER, |b, s| {
        let before = b.counter.store.household("3-2-1501")?.unwrap();
        let after = qiantai::desk::household::Household { note: "养狗".into(), ..before.clone() };
        directory::save_household(&mut b.counter.store, s, b.counter.now, Some(&before), &after).map(drop)
    }),
    ("arrears::import", ABOVE, |b, s| {
        let go_on = |_, _| ControlFlow::Continue(());
        let now = b.counter.now;
        arrears::import(&mut b.counter.store, s, now, &ChargeList::default(), false, go_on).map(drop)
    }),
    ("equipment::import", ABOVE, |b, s| {
        let go_on = |_, _| ControlFlow::Continue(());
        let now = b.counter.now;
        equipment::import(&mut b.counter.store, s, now, &Ledger::default(), false, go_on).map(drop)
    }),
    ("household_file::cover", COUNTER, |b, s| {
        household_file::cover(&b.counter.store, s, "3-2-1501").map(drop)
    }),
    ("household_file::leaves", COUNTER, |b, s| {
        household_file::leaves(&b.counter.store, s, "3-2-1501", Past::Before(None), 5).map(drop)
    }),
    ("reports::report", COUNTER, |b, s| {
        let (now, today) = (b.counter.now, b.counter.settings.calendar.day_of(b.counter.now));
        let month = Period::around(PeriodSort::Month, today);
        reports::report(&b.counter.store, s, now, month, |_, _| ControlFlow::Continue(())).map(drop)
    }),
    ("reports::behind", COUNTER, |b, s| {
        let day = b.counter.settings.calendar.day_of(b.counter.now);
        let open = Behind::Open { kind: "repair".into(), day };
        reports::behind(&b.counter.store, s, &open, 5).map(drop)
    }),
    ("operators::renew", &ALL, |b, s| operators::renew(&b.counter.store, s).map(drop)),
    ("operators::who_vouches", &ALL, |b, s| operators::who_vouches(&b.counter.store, s).map(drop)),
    ("operators::vouch", COUNTER, |b, s| {
        let deed = Deed::act(&b.number, "void");
        let with = if s.name() == "王敏" { "赵立" } else { "王敏" };
        operators::vouch(&mut b.counter.store, s, b.counter.now, &deed, with, PIN).map(drop)
    }),
    ("operators::add", ABOVE, |b, s| {
        operators::add(&mut b.counter.store, s, b.counter.now, "新人", Role::Receptionist, PIN).map(drop)
    }),
    ("operators::disable", ABOVE, |b, s| {
        operators::disable(&mut b.counter.store, s, b.counter.now, "李娜", true).map(drop)
    }),
    ("operators::change_role", ABOVE, |b, s| {
        operators::change_role(&mut b.counter.store, s, b.counter.now, "李娜", Role::Supervisor).map(drop)
    }),
    ("operators::set_pin", ABOVE, |b, s| {
        operators::set_pin(&mut b.counter.store, s, b.counter.now, "陈静", "802615")
    }),
    ("passes::code_of", COUNTER, |b, s| passes::code_of(&b.counter.store, s, &b.number).map(drop)),
    ("passes::verify", COUNTER, |b, s| {
        passes::verify(&mut b.counter.store, s, b.counter.now, "ACDE-FGHJ").map(drop)
    }),
    ("printing::forms", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        printing::forms(&b.counter.store, s, &case).map(drop)
    }),
    ("printing::plan", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        printing::plan(&b.counter.store, s, &case, None).map(drop)
    }),
    ("printing::may_print", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        printing::may_print(&mut b.counter.store, s, b.counter.now, &case, None)
    }),
    ("printing::record", COUNTER, |b, s| {
        let case = b.counter.store.case(&b.number)?.unwrap();
        let form = printing::forms(&b.counter.store, s, &case)?.remove(0).form;
        printing::record(&mut b.counter.store, s, b.counter.now, &b.number, form, 0).map(drop)
    }),
    ("plan::plan", COUNTER, |b, s| {
        let (c, loan) = (&b.counter, STANDARD.get("loan").unwrap());
        let day = c.settings.calendar.day_of(c.now);
        plan::plan(&c.store, s, &c.settings, loan, day, c.now).map(drop)
    }),
    ("privacy::reveal", COUNTER, |b, s| {
        privacy::reveal(&mut b.counter.store, s, b.counter.now, "3-2-1501").map(drop)
    }),
    ("privacy::unmask", ABOVE, |b, s| privacy::unmask(&mut b.counter.store, s, b.counter.now, "list repair")),
    ("recovery::new_recovery_code", ABOVE, |b, s| {
        recovery::new_recovery_code(&mut b.counter.store, s, b.counter.now, "王敏").map(drop)
    }),
    ("restore::may_restore", ABOVE, |b, s| {
        restore::may_restore(&mut b.counter.store, s, b.counter.now, &b.copy)
    }),
    ("restore::put", ABOVE, |b, s| {
        // Where there is no book yet; the present one is replaced in a test of its own.
        let directory = tempfile::tempdir().unwrap();
        let watch = qiantai::store::backup::unwatched();
        let restore = Restore::new(&b.copy, &directory.path().join("data"), STANDARD, None, &watch)?;
        restore.put(None, s, b.counter.now, &watch).map(drop)
    }),
    ("retention::may_run", ABOVE, |b, s| retention::may_run(&mut b.counter.store, s, b.counter.now)),
    ("retention::plan", ABOVE, |b, s| {
        retention::plan(&mut b.counter.store, s, b.counter.now, None).map(drop)
    }),
    ("retention::run", ABOVE, |b, s| {
        let watch = qiantai::store::backup::unwatched();
        retention::run(&mut b.counter.store, s, b.counter.now, None, &watch).map(drop)
    }),
    ("old_copies::remove", ABOVE, |b, s| {
        let watch = qiantai::store::backup::unwatched();
        old_copies::remove(&mut b.counter.store, s, b.counter.now, &watch).map(drop)
    }),
    ("review::mark", ABOVE, |b, s| {
        let (now, day) = (b.counter.now, b.counter.settings.calendar.day_of(b.counter.now));
        let kept = parked(b);
        review::mark(&mut b.counter.store, s, now, day, &kept, MarkKind::Settled, "已处理")
    }),
    ("review::may_sign", ABOVE, |b, s| {
        let day = b.counter.settings.calendar.day_of(b.counter.now);
        review::may_sign(&mut b.counter.store, s, b.counter.now, day)
    }),
    ("review::sign_off", ABOVE, |b, s| {
        let day = b.counter.settings.calendar.day_of(b.counter.now);
        review::sign_off(&mut b.counter.store, s, b.counter.now, day).map(drop)
    }),
    ("exports::may_export", COUNTER, |b, s| {
        exports::may_export(&mut b.counter.store, s, b.counter.now, STANDARD.get("call"), false)
    }),
    ("exports::record", ABOVE, |b, s| {
        let taken = exports::Unmasked { kind: None, from: None, to: None, count: 12 };
        exports::record(&mut b.counter.store, s, b.counter.now, &taken)
    }),
    ("imports::import", ABOVE, |b, s| {
        let go_on = |_, _| ControlFlow::Continue(());
        let now = b.counter.now;
        imports::import(&mut b.counter.store, s, now, &CaseList::default(), false, go_on).map(drop)
    }),
    ("shifts::own", &ALL, |b, s| Ok(shifts::own(&b.counter.store, s).map(drop)?)),
];

fn call() -> Values {
    values(json!({ "contact": "仇建国", "about": "enquiry", "content": "问停车" }))
}

/// Leaves a form unfinished, which the end of day finds.
fn parked(b: &mut Book) -> String {
    let draft = qiantai::store::drafts::Draft {
        id: None,
        operator: "李娜".into(),
        kind: "call".into(),
        subject: None,
        title: "来电".into(),
        begun_at: b.counter.now,
        saved_at: b.counter.now,
        parked: true,
        body: Value::Null,
    };
    let id = b.counter.store.put_draft(&draft).unwrap();
    format!("parked-draft draft:{id}")
}

#[test]
fn every_verb_is_allowed_to_whom_it_belongs_and_to_nobody_else() {
    let mut book = Book::new();
    for (name, allowed, verb) in VERBS {
        for who in ALL {
            assert_eq!(book.may(who, *verb), allowed.contains(&who), "{name} by {who:?}");
        }
    }
}

#[test]
fn going_back_to_a_copy_is_a_supervisors() {
    let book = Book::new();
    let watch = qiantai::store::backup::unwatched();
    let data = book.counter.store.path().unwrap().parent().unwrap();
    for (serial, who) in (0..).zip(ALL) {
        let session = book.session(who);
        let restore = Restore::new(&book.copy, data, STANDARD, None, &watch).unwrap();
        let present = book.counter.store.again().unwrap().unwrap();
        let before = present.head().unwrap();
        let done =
            restore.put(Some(present), &session, book.counter.now + TimeDelta::minutes(serial), &watch);
        assert_eq!(done.is_ok(), ABOVE.contains(&who), "{who:?}: {done:?}");
        if done.is_err() && who != Guest {
            assert_eq!(book.counter.store.head().unwrap(), before + 1, "{who:?}: it is on record");
        }
    }
}

/// The sources of the counter, those in folders too, by their module.
fn sources() -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/counter")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
                found.push((module, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// Public functions of the counter that take a session.
fn declared() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (module, source) in sources() {
        // Functions, and what can be done with a value of its own (going back to a copy).
        let heads = source.split("\npub fn ").skip(1).chain(source.split("\n    pub fn ").skip(1));
        for declared in heads {
            let head = declared.split(" {\n").next().unwrap();
            let name = head.split(['(', '<']).next().unwrap();
            if head.contains("session: &Session") {
                found.insert(format!("{module}::{name}"));
            }
        }
    }
    found
}

#[test]
fn no_verb_is_missing_in_the_table() {
    let found = declared();
    let known: BTreeSet<String> = VERBS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert!(found.len() > 20);
    assert_eq!(found, known);
}

/// Where the counter writes without asking who: what comes before anybody is at work, the clock, the copies
/// that the schedule asks for, the copy that waits to take the place of the book.
const UNASKED: [&str; 7] = ["authority", "backup", "clock", "community", "operators", "recovery", "restore"];

#[test]
fn what_a_person_writes_passes_the_one_door() {
    let unasked: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(_, source)| source.contains(".write(|tx|"))
        .map(|(module, _)| module)
        .collect();
    assert_eq!(unasked.iter().map(String::as_str).collect::<Vec<_>>(), UNASKED);
}

#[test]
fn many_guesses_at_once_are_counted_like_one_after_the_other() {
    let c = Counter::new();
    let (path, now) = (c.store.path().unwrap().parent().unwrap().to_owned(), c.now);
    let right = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for guess in 0..12 {
            let (path, right) = (&path, &right);
            scope.spawn(move || {
                let mut store = Store::open(path, STANDARD).unwrap();
                let pin = if guess == 11 { PIN.to_owned() } else { format!("80261{guess}") };
                // The right one comes when enough of the wrong ones are counted and others under way.
                let end = std::time::Instant::now() + std::time::Duration::from_mins(1);
                let wrong = || store.account("李娜").unwrap().unwrap().failures;
                while guess == 11 && wrong() < 4 && std::time::Instant::now() < end {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                let done = operators::login(&mut store, "李娜", &pin, now);
                right.fetch_add(usize::from(done.is_ok()), std::sync::atomic::Ordering::Relaxed);
            });
        }
    });
    assert_eq!(right.into_inner(), 0);
    assert!(c.store.account("李娜").unwrap().unwrap().failures >= 4);
}

#[test]
fn every_action_asks_for_the_role_that_its_kind_declares() {
    let mut book = Book::new();
    let mut asked = 0;
    for (at, kind) in STANDARD.iter().enumerate() {
        for (place, action) in kind.all_actions().filter(|action| !action.by_clock).enumerate() {
            let open = kind.states.iter().find(|state| !kind.ends(state.id));
            let state = match (action.from, open) {
                (From::States(states), _) => states[0],
                (_, Some(open)) => open.id,
                // A kind that is written down at once has nothing that is done while it is open.
                (From::Any, None) => kind.states[0].id,
                (From::AnyOpen, None) => continue,
            };
            let number = book.counter.placed(kind, state, at * 100 + place + 1);
            let needed = if action.id == "amend" { action.role.max(kind.opens) } else { action.role };
            for who in ALL {
                let session = book.session(who);
                let now = book.counter.now;
                let done = cases::act(
                    &mut book.counter.store,
                    &session,
                    now,
                    &number,
                    action.id,
                    &Values::new(),
                    Some(1),
                );
                let refused = match done {
                    Ok(_) => false,
                    Err(CounterError::Refused(why)) => {
                        why.key == "desk.why.needs_role"
                            || ["counter.why.nobody", "counter.why.disabled"].contains(&why.key.as_str())
                    }
                    Err(error) => panic!("{} {}: {error}", kind.id, action.id),
                };
                let allowed = match who {
                    Guest | Gone => false,
                    Receptionist => needed <= Role::Receptionist,
                    Supervisor => needed <= Role::Supervisor,
                    Assistant => true,
                };
                assert_eq!(refused, !allowed, "{} {} by {who:?}", kind.id, action.id);
                asked += 1;
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
}

/// The records about an operator: sort, by whom, what was to be done.
fn records(store: &Store, name: &str) -> Vec<(String, String, Value)> {
    let records = store.records(&format!("operator:{name}")).unwrap();
    let known = |record: &qiantai::store::chain::Record| {
        [REFUSED, WRONG_PIN, VOUCHED, recovery::RECOVER, privacy::REVEAL].contains(&record.action.as_str())
    };
    records
        .into_iter()
        .filter(known)
        .map(|record| (record.action, record.by, serde_json::from_str(&record.body).unwrap()))
        .collect()
}

#[test]
fn a_refusal_is_on_record_and_nothing_else_is_written() {
    let mut c = Counter::new();
    let (now, before) = (c.now, c.store.head().unwrap());
    let refused = operators::add(&mut c.store, &c.desk, now, "新人", Role::Receptionist, "802615");
    assert!(matches!(refused, Err(CounterError::Refused(why)) if why.needs == Some(Role::Supervisor)));
    assert_eq!(c.store.head().unwrap(), before + 1);
    assert!(c.store.account("新人").unwrap().is_none());
    let body = json!({ "verb": "add-operator", "subject": "新人" });
    assert_eq!(records(&c.store, "李娜"), [(REFUSED.into(), "李娜".into(), body)]);
    // What any operator would be refused is no matter of roles.
    let nothing = cases::act(&mut c.store, &c.desk, now, "BX-20200101-001", "note", &Values::new(), None);
    assert!(nothing.is_err());
    assert_eq!(c.store.head().unwrap(), before + 1);
}

#[test]
fn who_is_demoted_or_disabled_meanwhile_loses_the_right_at_the_next_verb() {
    let mut c = Counter::new();
    let (now, boss) = (c.now, c.boss.clone());
    operators::add(&mut c.store, &boss, now, "赵立", Role::Supervisor, PIN).unwrap();
    let session = operators::login(&mut c.store, "赵立", PIN, now).unwrap();
    let mut other = Store::open(c.store.path().unwrap().parent().unwrap(), STANDARD).unwrap();
    privacy::unmask(&mut c.store, &session, now, "list repair").unwrap();
    operators::change_role(&mut other, &boss, now, "赵立", Role::Receptionist).unwrap();
    let refused = privacy::unmask(&mut c.store, &session, now, "list repair");
    assert!(matches!(refused, Err(CounterError::Refused(why)) if why.key == "desk.why.needs_role"));
    let renewed = operators::renew(&c.store, &session).unwrap().unwrap();
    assert_eq!((session.role(), renewed.role()), (Role::Supervisor, Role::Receptionist));
    operators::disable(&mut other, &boss, now, "赵立", true).unwrap();
    let new = NewCase { kind: "call".into(), values: call(), ..NewCase::default() };
    let refused = cases::open(&mut c.store, &session, now, &new);
    assert!(matches!(refused, Err(CounterError::Refused(why)) if why.key == "counter.why.disabled"));
    assert_eq!(operators::renew(&c.store, &session).unwrap(), None);
    let sorts: Vec<String> = records(&c.store, "赵立").into_iter().map(|(sort, ..)| sort).collect();
    assert_eq!(sorts, [privacy::REVEAL, REFUSED, REFUSED]);
}

#[test]
fn wrong_pins_are_recorded_until_the_wait_and_no_further() {
    let mut c = Counter::new();
    let mut now = c.now;
    for _ in 0..4 {
        assert!(operators::login(&mut c.store, "李娜", "802615", now).is_err());
    }
    for pin in ["802615", PIN] {
        let refused = operators::login(&mut c.store, "李娜", pin, now);
        assert!(matches!(refused, Err(CounterError::Refused(why)) if why.key == "counter.why.locked"));
    }
    let wrong = records(&c.store, "李娜");
    assert_eq!(wrong.len(), 4);
    assert_eq!(wrong[3], (WRONG_PIN.into(), NOBODY.into(), json!({ "at": "login", "failures": 4 })));
    // What is typed for a name that nobody has may be a PIN: it is written nowhere.
    assert!(operators::login(&mut c.store, "246810", "李娜", now).is_err());
    assert!(c.store.records("operator:246810").unwrap().is_empty());
    // A clock that was set back does not lengthen the wait: it begins anew, from now.
    now -= TimeDelta::days(1);
    let refused = operators::login(&mut c.store, "李娜", PIN, now);
    assert!(matches!(refused, Err(CounterError::Refused(why)) if why.key == "counter.why.locked"));
    operators::login(&mut c.store, "李娜", PIN, now + TimeDelta::seconds(6)).unwrap();
}

#[test]
fn what_is_refused_often_is_a_finding_of_the_day() {
    let mut c = Counter::new();
    let day = c.settings.calendar.day_of(c.now);
    let finds = |c: &Counter| {
        let found = review::review(&c.store, c.now, day).unwrap();
        let kinds: Vec<String> = found.findings.into_iter().map(|finding| finding.kind).collect();
        (found.watch.counts.get(REFUSED).copied().unwrap_or(0), kinds.contains(&OPERATOR_REFUSED.to_owned()))
    };
    for count in 1..=5 {
        let now = c.now;
        assert!(privacy::unmask(&mut c.store, &c.desk, now, "list repair").is_err());
        assert_eq!(finds(&c), (count, count == 5));
    }
}

#[test]
fn a_weak_hash_is_brought_up_to_date_at_the_next_login() {
    let mut c = Counter::new();
    let mut account = c.store.account("李娜").unwrap().unwrap();
    // As a program of another time kept it: 4 MiB, one pass.
    let params = argon2::Params::new(4096, 1, 1, None).unwrap();
    let weaker = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let old = weaker.hash_password(PIN.as_bytes()).unwrap().to_string();
    account.secret.clone_from(&old);
    c.store.write(|tx| tx.put_account(&account)).unwrap();
    assert!(operators::login(&mut c.store, "李娜", "802615", c.now).is_err());
    assert_eq!(c.store.account("李娜").unwrap().unwrap().secret, old);
    operators::login(&mut c.store, "李娜", PIN, c.now).unwrap();
    let kept = c.store.account("李娜").unwrap().unwrap().secret;
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    operators::login(&mut c.store, "李娜", PIN, c.now).unwrap();
    assert_eq!(c.store.account("李娜").unwrap().unwrap().secret, kept);
}

/// A pass for a household that owes something, which a supervisor's word lets out.
fn pass(c: &mut Counter) -> String {
    let until = qiantai::desk::field::instant(c.now + TimeDelta::hours(8));
    let given = json!({
        "unit": "3-2-1502", "contact": "仇建国", "applicant_role": "owner", "purpose": "moving",
        "carrier": "大众搬家", "plate": "粤B12345", "valid_until": until,
        "lines": [{ "name": "沙发", "count": 1 }],
    });
    c.open("release-pass", given).number
}

#[test]
fn a_supervisors_word_lifts_one_refusal_once() {
    let mut c = Counter::new();
    let now = c.now;
    let number = pass(&mut c);
    let other = pass(&mut c);
    let approve = |c: &mut Counter, session: &Session, number: &str, now| {
        cases::act(&mut c.store, session, now, number, "approve", &Values::new(), None).map(|done| done.case)
    };
    let desk = c.desk.clone();
    let why = match approve(&mut c, &desk, &number, now) {
        Err(CounterError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!((why.key.as_str(), why.needs), ("release-pass.why.arrears", Some(Role::Supervisor)));
    let deed = Deed::act(&number, "approve");
    let give =
        |c: &mut Counter| desk.with(operators::vouch(&mut c.store, &desk, now, &deed, "王敏", PIN).unwrap());
    // Not for another pass, not after five minutes, not for what was asked before the clock was set back.
    let word = give(&mut c);
    for (number, now) in
        [(&other, now), (&number, now + TimeDelta::minutes(5)), (&number, now - TimeDelta::minutes(5))]
    {
        assert!(approve(&mut c, &word, number, now).is_err());
    }
    let done = approve(&mut c, &word, &number, now).unwrap();
    assert_eq!(done.state, "approved");
    let entry = c.store.timeline(&number).unwrap().pop().unwrap();
    assert_eq!((entry.by.as_str(), entry.with.as_deref()), ("李娜", Some("王敏")));
    let last = records(&c.store, "李娜").pop().unwrap();
    let body = json!({ "verb": "approve", "subject": number, "with": "王敏" });
    assert_eq!(last, (VOUCHED.into(), "李娜".into(), body));
    // Once: a copy of the session is the same word.
    let used = word.clone();
    assert!(cases::act(&mut c.store, &used, now, &number, "amend", &Values::new(), None).is_err());
    let word = give(&mut c);
    operators::disable(&mut c.store, &c.boss.clone(), now, "李娜", true).unwrap();
    assert!(approve(&mut c, &word, &number, now).is_err());
}

#[test]
fn a_word_is_given_by_a_supervisor_with_the_right_pin_for_what_may_be_vouched_for() {
    let mut c = Counter::new();
    let (now, desk, boss) = (c.now, c.desk.clone(), c.boss.clone());
    let deed = Deed::act("FX-20261124-001", "approve");
    let mut vouch = |session: &Session, deed: &Deed, name: &str, pin: &str| match operators::vouch(
        &mut c.store,
        session,
        now,
        deed,
        name,
        pin,
    ) {
        Ok(_) => "given".to_owned(),
        Err(CounterError::Refused(why)) => why.key,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(vouch(&desk, &deed, "李娜", PIN), "counter.why.no_word");
    assert_eq!(vouch(&boss, &deed, "王敏", PIN), "counter.why.no_word");
    assert_eq!(vouch(&desk, &deed, "无此人", PIN), "counter.why.wrong_pin");
    assert_eq!(vouch(&desk, &deed, "王敏", "802615"), "counter.why.wrong_pin");
    assert_eq!(vouch(&desk, &directory::saving("3-2-1502"), "王敏", PIN), "given");
    for _ in 0..4 {
        vouch(&desk, &deed, "王敏", "802615");
    }
    // The supervisor's own login waits too: it is her PIN that was guessed at.
    assert_eq!(vouch(&desk, &deed, "王敏", PIN), "counter.why.locked");
    assert!(operators::login(&mut c.store, "王敏", PIN, now).is_err());
    let wrong = records(&c.store, "王敏");
    assert!(wrong.iter().all(|(sort, by, body)| sort == WRONG_PIN && by == "李娜" && body["at"] == "word"));
    assert_eq!(wrong.len(), 5);
}

#[test]
fn a_refusal_that_was_lifted_is_no_attempt() {
    let mut c = Counter::new();
    let now = c.now;
    let number = pass(&mut c);
    let day = c.settings.calendar.day_of(now);
    let desk = c.desk.clone();
    assert!(cases::act(&mut c.store, &desk, now, &number, "approve", &Values::new(), None).is_err());
    assert_eq!(watch::of_day(&c.store, day).unwrap().counts[REFUSED], 1);
    let deed = Deed::act(&number, "approve");
    let word = desk.with(operators::vouch(&mut c.store, &desk, now, &deed, "王敏", PIN).unwrap());
    cases::act(&mut c.store, &word, now, &number, "approve", &Values::new(), None).unwrap();
    let counts = watch::of_day(&c.store, day).unwrap().counts;
    assert_eq!((counts.get(REFUSED), counts[VOUCHED]), (None, 1));
}

#[test]
fn a_recovery_code_opens_once_and_brings_the_next() {
    let mut c = Counter::new();
    let (now, boss) = (c.now, c.boss.clone());
    assert!(recovery::is_missing(&c.store).unwrap());
    let code = recovery::new_recovery_code(&mut c.store, &boss, now, "王敏").unwrap();
    assert!(!recovery::is_missing(&c.store).unwrap());
    let kept = c.store.account("王敏").unwrap().unwrap().recovery.unwrap();
    assert!(kept.starts_with("$argon2id$") && !kept.contains(&code));
    let key = |result: Result<String>| match result {
        Err(CounterError::Refused(why)) => why.key,
        other => panic!("{other:?}"),
    };
    let wrong = recovery::recover(&mut c.store, now, "王敏", "ACDE-FGHJ", "802615");
    assert_eq!(key(wrong), "counter.why.wrong_code");
    assert_eq!(key(recovery::recover(&mut c.store, now, "李娜", &code, "802615")), "counter.why.wrong_code");
    assert_eq!(key(recovery::recover(&mut c.store, now, "王敏", &code, "123456")), "counter.why.pin_simple");
    let typed = code.to_lowercase().replace('-', " ");
    let next = recovery::recover(&mut c.store, now, "王敏", &typed, "802615").unwrap();
    operators::login(&mut c.store, "王敏", "802615", now).unwrap();
    assert!(operators::login(&mut c.store, "王敏", PIN, now).is_err());
    assert_eq!(key(recovery::recover(&mut c.store, now, "王敏", &code, "135790")), "counter.why.wrong_code");
    recovery::recover(&mut c.store, now, "王敏", &next, "135790").unwrap();
    let day = c.settings.calendar.day_of(now);
    let found = review::review(&c.store, now, day).unwrap().findings;
    assert!(found.iter().any(|finding| finding.kind == "operator-recovered"));
    // No word of a secret stands in the chain.
    for record in c.store.records("operator:王敏").unwrap() {
        assert!(!record.body.contains("802615") && !record.body.contains(&next), "{}", record.body);
    }
    assert_eq!(c.store.verify_chain().unwrap().broken, None);
}

#[test]
fn a_receptionist_needs_the_word_for_what_a_household_owes() {
    let mut c = Counter::new();
    let (now, desk) = (c.now, c.desk.clone());
    let before = c.store.household("3-2-1502").unwrap().unwrap();
    let after = qiantai::desk::household::Household { arrears: 0, ..before.clone() };
    let save = |c: &mut Counter, session: &Session| {
        directory::save_household(&mut c.store, session, now, Some(&before), &after)
    };
    assert!(save(&mut c, &desk).is_err());
    let deed = directory::saving("3-2-1502");
    let word = desk.with(operators::vouch(&mut c.store, &desk, now, &deed, "王敏", PIN).unwrap());
    assert_eq!(save(&mut c, &word).unwrap().arrears, 0);
}
