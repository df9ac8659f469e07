//! Personal fields taken out of what is long over: gone from the file, and the chain still proves itself.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use qiantai::counter::backup::{self, Target};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::community::{self, Setup};
use qiantai::counter::restore::Restore;
use qiantai::counter::retention::{self, Done};
use qiantai::counter::{Session, directory, doctor, old_copies, operators, review};
use qiantai::demo::{self, Wish};
use qiantai::desk::case::Case;
use qiantai::desk::household::{Household, Occupancy, Relation, Resident};
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::retention::{GONE, cleared_record};
use qiantai::desk::review::MarkKind;
use qiantai::store::Store;
use qiantai::store::backup::{Watch, unwatched};
use qiantai::store::chain::ChainFault;
use qiantai::store::drafts::Draft;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::processes::DIRECTORY;
use crate::toy::{PIN, morning, values};

/// The test that is a process of the tests here.
const CHILD: &str = "retention::child";
/// Somebody whom nothing else in a book is called.
const NAME: &str = "欧阳锋";
const PHONE: &str = "13987654321";
/// Somebody who lived there.
const FORMER: &str = "上官云";
const FORMER_PHONE: &str = "13712340987";
const PLATE: &str = "粤B7F39Q";

/// Six years after the cases here.
fn later() -> DateTime<Utc> {
    morning() + TimeDelta::days(6 * 366)
}

/// A book of the standard kinds with nothing in it.
fn book() -> (tempfile::TempDir, Store, Session) {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    let setup = Setup { community: "蔚蓝新都", operator: "王敏", role: Role::Supervisor, pin: PIN };
    let boss = community::init(&mut store, morning(), &setup).unwrap();
    (directory, store, boss)
}

fn open(
    store: &mut Store,
    session: &Session,
    kind: &str,
    given: Value,
    at_once: Option<(&str, Value)>,
) -> Case {
    let at_once = at_once.map(|(action, inputs)| (action.to_owned(), values(inputs)));
    let new = NewCase { kind: kind.into(), values: values(given), at_once, ..NewCase::default() };
    cases::open(store, session, morning(), &new).unwrap().case
}

fn act(store: &mut Store, session: &Session, number: &str, action: &str, inputs: Value) -> Case {
    cases::act(store, session, morning(), number, action, &values(inputs), None).unwrap().case
}

/// A case that says who somebody is wherever a case can, and is over.
fn told(store: &mut Store, session: &Session) -> String {
    let matter = format!("{NAME} {PHONE}");
    let given = json!({
        "contact": NAME, "phone": PHONE, "unit": "3-2-1501", "about": "enquiry", "content": matter,
    });
    let number = open(store, session, "call", given, None).number;
    act(store, session, &number, "note", json!({ "note": matter }));
    let number = {
        act(store, session, &number, "void", json!({ "reason": matter }));
        number
    };
    assert!(store.case(&number).unwrap().unwrap().closed_at.is_some());
    number
}

/// Somebody comes into the directory and goes again, a day is signed with notes, a form is left lying.
fn around(store: &mut Store, session: &Session) {
    let former =
        Resident { name: FORMER.into(), relation: Relation::Tenant, phones: vec![FORMER_PHONE.into()] };
    let empty = Household { unit: "3-2-1501".into(), ..Household::default() };
    let with = Household { residents: vec![former], note: format!("{FORMER} 养狗"), ..empty.clone() };
    let with = directory::save_household(store, session, morning(), None, &with).unwrap();
    directory::save_household(store, session, morning(), Some(&with), &empty).unwrap();
    let draft = Draft {
        id: None,
        operator: session.name().into(),
        kind: "call".into(),
        subject: None,
        title: format!("来电 {NAME}"),
        begun_at: morning(),
        saved_at: morning(),
        parked: true,
        body: json!({ "typed": NAME }),
    };
    store.put_draft(&draft).unwrap();
    let day = "2026-11-24".parse().unwrap();
    let key = review::review(store, morning() + TimeDelta::hours(14), day).unwrap().findings[0].key();
    review::mark(store, session, morning(), day, &key, MarkKind::Carried, NAME).unwrap();
    let open = review::review(store, morning() + TimeDelta::hours(14), day).unwrap().findings;
    for finding in open.iter().filter(|finding| finding.mark.is_none()) {
        review::mark(store, session, morning(), day, &finding.key(), MarkKind::Settled, NAME).unwrap();
    }
    review::sign_off(store, session, morning() + TimeDelta::hours(14), day).unwrap();
}

fn run(store: &mut Store, session: &Session) -> Done {
    retention::run(store, session, later(), None, &unwatched()).unwrap()
}

/// Every check of the doctor, with what it found.
#[track_caller]
fn assert_sound(directory: &Path) {
    for check in doctor::examine(directory, STANDARD, &unwatched()).unwrap() {
        assert!(check.ok, "{}: {}", check.id, check.say(qiantai::text::lang::Lang::En));
    }
}

/// Whether the file or what lies beside it holds these bytes anywhere.
fn holds(directory: &Path, text: &str) -> bool {
    ["", "-wal", "-shm"].iter().any(|end| {
        let bytes = std::fs::read(directory.join(format!("{}{end}", Store::FILE))).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// The last pair of characters of a text, and the last one: the index writes a pair as what it has beyond the
/// word before it, which is its first character.
fn pair(text: &str) -> (&str, &str) {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    (&text[starts[starts.len() - 2]..], &text[starts[starts.len() - 1]..])
}

/// Whether the index of texts knows a word.
fn indexed(directory: &Path, word: &str) -> bool {
    let raw = Connection::open(directory.join(Store::FILE)).unwrap();
    raw.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, case_text, 'row')").unwrap();
    raw.query_row("SELECT count(*) FROM temp.words WHERE term = ?1", [word], |row| row.get::<_, i64>(0))
        .unwrap()
        > 0
}

#[test]
fn what_is_taken_out_is_gone_from_the_file() {
    let (directory, mut store, boss) = book();
    let number = told(&mut store, &boss);
    around(&mut store, &boss);
    for text in [NAME, PHONE, FORMER, FORMER_PHONE] {
        assert!(holds(directory.path(), text), "{text} is to be found before");
    }
    let (pair, end) = pair(NAME);
    assert!(indexed(directory.path(), pair) && holds(directory.path(), end));
    let today = later().date_naive();
    assert_eq!(store.find_cases(NAME, today, 5).unwrap().len(), 1);
    let plan = retention::plan(&mut store, &boss, later(), None).unwrap();
    assert_eq!((plan.count(), plan.cases.held, plan.drafts), (1, 0, 1));
    assert_eq!(plan.cases.kinds, [("call".to_owned(), 1)]);
    assert!(plan.records >= 3, "two of the directory, the signed day and its marks: {}", plan.records);
    let done = run(&mut store, &boss);
    assert_eq!((done.cases, done.drafts, done.stopped, done.scoured), (1, 1, false, true));
    for text in [NAME, PHONE, FORMER, FORMER_PHONE, "养狗"] {
        assert!(!holds(directory.path(), text), "{text} is still in the file");
    }
    assert!(!indexed(directory.path(), pair));
    assert!(!holds(directory.path(), end), "the index keeps a trace");
    for text in [NAME, PHONE, "ouyang"] {
        assert!(store.find_cases(text, today, 5).unwrap().is_empty(), "{text} is found");
    }
    assert_eq!(store.find_cases(&number, today, 5).unwrap().len(), 1, "the number is found");
    let case = store.case(&number).unwrap().unwrap();
    assert_eq!((case.contact.as_deref(), case.phone.as_deref()), (Some(GONE), Some(GONE)));
    assert_eq!((case.unit.as_deref(), case.get("about")), (Some("3-2-1501"), json!("enquiry")));
    assert_eq!(case.get("content"), json!(GONE));
    assert_sound(directory.path());
    // Another run finds nothing.
    assert!(retention::plan(&mut store, &boss, later(), None).unwrap().is_empty());
    let head = store.head().unwrap();
    assert_eq!(run(&mut store, &boss).cases, 0);
    assert_eq!(store.head().unwrap(), head, "what does nothing leaves no entry");
}

#[test]
fn a_fresh_case_and_what_is_held_back_stay() {
    let (directory, mut store, boss) = book();
    let closed = told(&mut store, &boss);
    // An open case that belongs to it.
    let linked = json!({ "contact": NAME, "about": "repair", "content": "灯不亮" });
    let turned = Some(("turn-into", json!({ "into": "repair", "category": "other" })));
    let linked = open(&mut store, &boss, "call", linked, turned);
    assert!(linked.closed_at.is_some() && !linked.links.is_empty());
    let years = Some(50);
    assert_eq!(retention::plan(&mut store, &boss, later(), years).unwrap().count(), 0);
    let plan = retention::plan(&mut store, &boss, later(), None).unwrap();
    assert_eq!((plan.count(), plan.cases.held), (1, 1));
    run(&mut store, &boss);
    assert_eq!(store.case(&closed).unwrap().unwrap().contact.as_deref(), Some(GONE));
    assert_eq!(store.case(&linked.number).unwrap().unwrap().contact.as_deref(), Some(NAME));
    assert_sound(directory.path());
}

/// What of old personal data a day's review finds: the day on which the first of the cases was closed.
fn found(store: &Store, day: &str) -> Option<String> {
    let now = format!("{day}T20:00:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc();
    let found = review::review(store, now, day.parse().unwrap()).unwrap().findings;
    let finding = found.into_iter().find(|finding| finding.kind == "retention-due")?;
    assert_eq!((finding.subject, finding.unit), (format!("retention:{day}"), None));
    assert_eq!(finding.since.to_rfc3339(), "2031-11-24T16:00:00+00:00", "five years, and a day");
    Some(finding.summary)
}

#[test]
fn the_end_of_day_says_that_a_run_is_due_until_it_was_done() {
    let (_directory, mut store, boss) = book();
    told(&mut store, &boss);
    // Five years after the day it was closed, and a month: whoever runs it each month is not reminded.
    for day in ["2026-11-24", "2031-11-25", "2031-12-24"] {
        assert_eq!(found(&store, day), None, "{day}");
    }
    assert_eq!(found(&store, "2031-12-25").as_deref(), Some("2026-11-24"));
    // It is settled or carried over like any other.
    let day = "2031-12-25".parse().unwrap();
    let now = morning() + TimeDelta::days(6 * 366);
    review::mark(
        &mut store,
        &boss,
        now,
        day,
        &format!("retention-due retention:{day}"),
        MarkKind::Carried,
        "明天",
    )
    .unwrap();
    run(&mut store, &boss);
    assert_eq!(found(&store, "2032-01-20"), None);
}

#[test]
fn what_is_held_back_or_kept_for_good_is_not_due() {
    let (_directory, mut store, boss) = book();
    let linked = json!({ "contact": NAME, "about": "repair", "content": "灯不亮" });
    let turned = Some(("turn-into", json!({ "into": "repair", "category": "other" })));
    open(&mut store, &boss, "call", linked, turned);
    let thing = json!({ "thing": "对讲机", "count": 1, "price": 30_000, "remark": "旧" });
    let thing = open(&mut store, &boss, "equipment", thing, None).number;
    act(&mut store, &boss, &thing, "void", json!({ "reason": "打错了" }));
    assert_eq!(found(&store, "2032-11-24"), None);
    run(&mut store, &boss);
    assert_eq!(store.case(&thing).unwrap().unwrap().get("remark"), json!("旧"));
}

#[test]
fn papers_about_colleagues_lose_what_is_theirs_alone() {
    let (directory, mut store, boss) = book();
    let given = json!({
        "person": "王敏", "form": "head", "sex": "female", "born": 1971, "post": "经理", "degree": "bachelor",
        "working_since": 1993, "manager_since": 2001, "remark": PHONE,
        "projects": [{ "project": NAME, "size": 120_000 }],
    });
    let resume = open(&mut store, &boss, "resume", given, None).number;
    act(&mut store, &boss, &resume, "retire", json!({ "reason": NAME }));
    let given = json!({
        "course": "电梯困人处置", "sort": "safety", "date": "2026-11-20", "hours": 2_000, "lecturer": NAME,
        "participants": [{ "name": "王敏" }],
    });
    let course = open(&mut store, &boss, "training", given, None).number;
    let held = json!({ "date": "2026-11-20", "hours": 2_000, "attended": [{ "name": "王敏" }] });
    act(&mut store, &boss, &course, "hold", held);
    let marks = json!({ "results": [{ "name": "王敏", "passed": true, "score": 77 }] });
    act(&mut store, &boss, &course, "assess", marks);
    act(&mut store, &boss, &course, "close", json!({}));
    assert!(holds(directory.path(), NAME) && holds(directory.path(), "1971"));
    run(&mut store, &boss);
    for text in [NAME, PHONE, "1971", "1993", "2001", "bachelor", "female", "\"score\":77"] {
        assert!(!holds(directory.path(), text), "{text} is still in the file");
    }
    let resume = store.case(&resume).unwrap().unwrap();
    assert_eq!((resume.get("person"), resume.get("born")), (json!("王敏"), Value::Null));
    assert_eq!(resume.get("projects"), json!([{ "project": GONE, "size": 120_000 }]));
    let course = store.case(&course).unwrap().unwrap();
    assert_eq!((course.get("course"), course.get("lecturer")), (json!("电梯困人处置"), json!(GONE)));
    assert_eq!(
        (&course.get("results")[0]["passed"], &course.get("passed_rate")),
        (&json!(true), &json!(100))
    );
    assert_sound(directory.path());
}

#[test]
fn who_lived_where_somebody_moved_out_long_ago_goes_and_the_owner_stays() {
    let (directory, mut store, boss) = book();
    let of =
        |name: &str, relation| Resident { name: name.into(), relation, phones: vec![FORMER_PHONE.into()] };
    let moved_out = |unit: &str| Household {
        unit: unit.into(),
        occupancy: Occupancy::MovedOut,
        note: format!("{FORMER} 养狗"),
        residents: vec![of(NAME, Relation::Owner), of(FORMER, Relation::Tenant)],
        ..Household::default()
    };
    let put = |store: &mut Store, now, household: &Household| {
        directory::save_household(store, &boss, now, None, household).unwrap();
    };
    put(&mut store, morning(), &moved_out("3-2-1501"));
    put(&mut store, morning(), &Household { arrears: 100, ..moved_out("3-2-1502") });
    put(&mut store, morning(), &Household { occupancy: Occupancy::MovedIn, ..moved_out("3-2-1503") });
    // Somebody wrote of it since, or a case is about it.
    put(&mut store, later() - TimeDelta::days(400), &moved_out("3-2-1504"));
    put(&mut store, morning(), &moved_out("3-2-1505"));
    let call = json!({ "contact": NAME, "unit": "3-2-1505", "about": "enquiry", "content": "问钥匙" });
    open(&mut store, &boss, "call", call, None);
    let plan = retention::plan(&mut store, &boss, later(), None).unwrap();
    assert_eq!(plan.households, 1);
    assert_eq!(run(&mut store, &boss).households, 1);
    let left = store.household("3-2-1501").unwrap().unwrap();
    let names: Vec<&str> = left.residents.iter().map(|resident| resident.name.as_str()).collect();
    assert_eq!((names, left.note.as_str()), (vec![NAME], ""));
    for unit in ["3-2-1502", "3-2-1503", "3-2-1504", "3-2-1505"] {
        let household = store.household(unit).unwrap().unwrap();
        assert_eq!((household.residents.len(), household.note.is_empty()), (2, false), "{unit}");
    }
    let found: Vec<String> =
        store.find_households(FORMER, 10).unwrap().into_iter().map(|found| found.unit).collect();
    assert!(!found.contains(&"3-2-1501".into()) && found.contains(&"3-2-1502".into()), "{found:?}");
    // It is on record in the file of the household, without a name.
    let last = store.records("directory").unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.by.as_str()), ("clear", "王敏"));
    assert!(last.body.contains("3-2-1501") && !last.body.contains(FORMER), "{}", last.body);
    assert!(retention::plan(&mut store, &boss, later(), None).unwrap().is_empty());
    assert_sound(directory.path());
}

#[test]
fn what_a_signed_finding_says_goes_and_its_codes_stay() {
    let code = json!({ "catalogue": "complaint-code", "code": "noise" });
    let finding = json!({ "findings": [{
        "kind": "no-reply", "subject": "TS-20261124-001", "unit": NAME, "summary": format!("噪音 {NAME}"),
        "said": [code, format!("{NAME} 深夜唱歌")], "owner": "王敏", "severity": "serious",
    }] });
    let cleared = cleared_record(finding);
    assert!(!cleared.to_string().contains(NAME), "{cleared}");
    assert_eq!(cleared["findings"][0]["said"], json!([code, GONE]));
    assert_eq!(cleared["findings"][0]["owner"], "王敏");
}

#[test]
fn copies_made_before_a_run_are_named_and_removed_once_there_is_one_after_it() {
    let (directory, mut store, boss) = book();
    told(&mut store, &boss);
    let settings = store.settings().unwrap().unwrap();
    let names = |store: &Store| -> Vec<String> {
        old_copies::find(store, &settings).unwrap().here.into_iter().map(|copy| copy.name).collect()
    };
    let make =
        |store: &mut Store, now, target| backup::make(store, &boss, now, target, &unwatched()).unwrap();
    let old = make(&mut store, morning(), Target::Kept).file;
    let stick = directory.path().join("stick").join("book.db");
    make(&mut store, morning(), Target::File(&stick));
    // One that the book knows nothing of.
    let unnoted = old.with_file_name("before-restore-20261124-100000.db");
    std::fs::copy(&old, &unnoted).unwrap();
    assert_eq!(names(&store), Vec::<String>::new(), "nothing was taken out yet");
    run(&mut store, &boss);
    let of = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let both = [of(&old), of(&unnoted)];
    assert_eq!(names(&store), both);
    let elsewhere = old_copies::find(&store, &settings).unwrap().elsewhere;
    assert_eq!(elsewhere, [stick.display().to_string()]);
    // Nobody is left without a copy.
    let refused = old_copies::remove(&mut store, &boss, later(), &unwatched()).unwrap_err().to_string();
    assert_eq!(refused, "counter.why.no_fresh_copy");
    assert!(old.exists() && unnoted.exists());
    let fresh = make(&mut store, later() + TimeDelta::hours(1), Target::Kept).file;
    assert_eq!(names(&store), both, "the new one holds nothing of it");
    // What was proved once and is not whole any more is no copy to rely on.
    let whole = std::fs::read(&fresh).unwrap();
    std::fs::write(&fresh, &whole[..whole.len() - 4096]).unwrap();
    assert!(old_copies::remove(&mut store, &boss, later(), &unwatched()).is_err());
    let mut damaged = whole.clone();
    damaged[whole.len() / 2..].fill(0x55);
    std::fs::write(&fresh, &damaged).unwrap();
    assert!(old_copies::remove(&mut store, &boss, later(), &unwatched()).is_err());
    assert!(old.exists() && unnoted.exists());
    std::fs::write(&fresh, &whole).unwrap();
    let removed = old_copies::remove(&mut store, &boss, later(), &unwatched()).unwrap();
    assert_eq!(removed, both);
    assert!(!old.exists() && !unnoted.exists() && fresh.exists() && stick.exists());
    let last = store.records("backup").unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.by.as_str()), ("remove", "王敏"));
    assert!(both.iter().all(|name| last.body.contains(name)), "{}", last.body);
    assert_sound(directory.path());
    assert_eq!(old_copies::remove(&mut store, &boss, later(), &unwatched()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_case_that_goes_on_afterwards_is_whole_and_taken_again() {
    let (directory, mut store, boss) = book();
    let number = told(&mut store, &boss);
    run(&mut store, &boss);
    let note = values(json!({ "note": PLATE }));
    let again = cases::act(&mut store, &boss, later(), &number, "note", &note, None).unwrap().case;
    assert_eq!(again.revision, 4);
    assert_sound(directory.path());
    let much_later = later() + TimeDelta::days(6 * 366);
    // It was closed long before; what was noted since is taken as well.
    let done = retention::run(&mut store, &boss, much_later, None, &unwatched()).unwrap();
    assert_eq!((done.cases, done.entries), (1, 1));
    assert!(!holds(directory.path(), PLATE));
    assert_sound(directory.path());
}

#[test]
fn copies_made_before_still_prove_and_bring_it_back() {
    let (directory, mut store, boss) = book();
    let number = told(&mut store, &boss);
    let copy = backup::make(&mut store, &boss, morning(), Target::Kept, &unwatched()).unwrap();
    run(&mut store, &boss);
    let after = backup::make(&mut store, &boss, later(), Target::Kept, &unwatched()).unwrap();
    assert_sound(directory.path());
    for file in [&copy.file, &after.file] {
        qiantai::store::backup::prove(file, &unwatched()).unwrap();
    }
    let restore = Restore::new(&copy.file, directory.path(), STANDARD, None, &unwatched()).unwrap();
    restore.put(Some(store), &boss, later(), &unwatched()).unwrap();
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    assert_eq!(store.case(&number).unwrap().unwrap().contact.as_deref(), Some(NAME), "as the copy has it");
    assert_sound(directory.path());
    // The run of the restored book takes it out again.
    assert_eq!(run(&mut store, &boss).cases, 1);
    assert_sound(directory.path());
}

/// A demonstration six years ago, what it was as a file, and a connection that goes behind the program's back.
fn demonstration(cases: u32, seed: u64) -> (tempfile::TempDir, Store, Session) {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    demo::make(&mut store, morning(), Wish { cases, seed }).unwrap();
    let boss = operators::login(&mut store, "王敏", PIN, morning()).unwrap();
    (directory, store, boss)
}

#[test]
fn any_book_is_sound_afterwards_and_says_nothing_of_residents() {
    for seed in [3, 4] {
        let (directory, mut store, boss) = demonstration(260, seed);
        let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
        let mut statement = raw.prepare("SELECT DISTINCT phone FROM cases WHERE length(phone) > 8").unwrap();
        let phones: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(phones.len() > 10);
        let done = run(&mut store, &boss);
        assert!(done.cases > 100 && done.entries > done.cases, "{done:?}");
        assert_sound(directory.path());
        let kept: Vec<&str> = STANDARD.iter().filter(|kind| kind.kept).map(|kind| kind.id).collect();
        let sql = "SELECT count(*) FROM entry e JOIN cases c ON c.number = e.subject
             WHERE c.cleared_day IS NOT NULL AND instr(e.body, ?1) > 0";
        for phone in &phones {
            let left: i64 = raw.query_row(sql, [phone], |row| row.get(0)).unwrap();
            assert_eq!(left, 0, "{phone} stands in an entry of a case that lost it");
        }
        let mut whole = raw.prepare("SELECT DISTINCT kind FROM cases WHERE cleared_day IS NOT NULL").unwrap();
        let taken: Vec<String> = whole.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(taken.iter().all(|kind| !kept.contains(&kind.as_str())), "{taken:?}");
    }
}

#[test]
fn whoever_changes_what_was_taken_out_is_found() {
    let (directory, mut store, boss) = book();
    let number = told(&mut store, &boss);
    let seqs = store.timeline_seqs(&number).unwrap();
    let raw = Connection::open(directory.path().join(Store::FILE)).unwrap();
    let body = |seq: i64| -> String {
        raw.query_row("SELECT body FROM entry WHERE seq = ?1", [seq], |row| row.get(0)).unwrap()
    };
    let (first, before) = (seqs[0], body(seqs[0]));
    run(&mut store, &boss);
    assert_ne!(body(first), before);
    let cleared = body(first);
    let refused =
        raw.execute("UPDATE entry SET body = '{}' WHERE seq = ?1", [first]).unwrap_err().to_string();
    assert!(refused.contains("never"), "{refused}");
    raw.execute_batch("DROP TRIGGER entry_stays").unwrap();
    let put = |column: &str, value: &dyn rusqlite::ToSql| {
        let old: rusqlite::types::Value = raw
            .query_row(&format!("SELECT {column} FROM entry WHERE seq = ?1"), [first], |row| row.get(0))
            .unwrap();
        raw.execute(
            &format!("UPDATE entry SET {column} = ?2 WHERE seq = ?1"),
            rusqlite::params![first, value],
        )
        .unwrap();
        let broken = store.verify_chain().unwrap().broken;
        raw.execute(&format!("UPDATE entry SET {column} = ?2 WHERE seq = ?1"), rusqlite::params![first, old])
            .unwrap();
        assert_eq!(store.verify_chain().unwrap().broken, None);
        broken
    };
    let changed = Some((first, ChainFault::Changed));
    let another = cleared.replace(GONE, "王五");
    // Another content, what stood there before, other columns.
    assert_eq!(put("body", &another), changed);
    assert_eq!(put("body", &before), changed);
    assert_eq!(put("body", &"{}"), changed);
    assert_eq!(put("by", &"李娜"), changed);
    assert_eq!(put("at", &1_i64), changed);
    assert_eq!(put("day", &"2020-01-01"), changed);
    assert_eq!(put("action", &"close"), changed);
    // A hash made to fit what was written: the next entry stands on the one before.
    assert!(put("hash", &vec![7_u8; 32]).is_some());
    // The run itself: what it says of an entry can't be changed either.
    let last: i64 = raw
        .query_row("SELECT max(seq) FROM entry WHERE subject = 'retention'", [], |row| row.get(0))
        .unwrap();
    let said = body(last);
    raw.execute("UPDATE entry SET body = '{}' WHERE seq = ?1", [last]).unwrap();
    assert!(store.verify_chain().unwrap().broken.is_some());
    raw.execute("UPDATE entry SET body = ?2 WHERE seq = ?1", rusqlite::params![last, said]).unwrap();
    assert_eq!(store.verify_chain().unwrap().broken, None);
}

/// Breaks a run off after so many words about it.
fn stopping_after(words: u64) -> Watch {
    let heard = AtomicU64::new(0);
    Arc::new(move |_, _, _| {
        if heard.fetch_add(1, Ordering::Relaxed) >= words {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
}

#[test]
fn a_run_that_is_broken_off_is_whole_so_far_and_goes_on_next_time() {
    let (directory, mut store, boss) = demonstration(260, 5);
    let plan = retention::plan(&mut store, &boss, later(), None).unwrap();
    let mut cases = 0;
    for words in [0, 1, 2] {
        let done = retention::run(&mut store, &boss, later(), None, &stopping_after(words)).unwrap();
        assert!(done.stopped && !done.scoured, "{done:?}");
        assert_eq!(done.cases, 50 * words, "part by part");
        cases += done.cases;
        assert_sound(directory.path());
    }
    let done = run(&mut store, &boss);
    assert_eq!(cases + done.cases, plan.count());
    assert!(!done.stopped && done.scoured);
    assert_sound(directory.path());
}

#[test]
fn another_desk_works_on_meanwhile() {
    let (directory, mut store, boss) = demonstration(260, 6);
    let path = directory.path().to_owned();
    let opened = std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let mut other = Store::open(&path, STANDARD).unwrap();
            let desk = operators::login(&mut other, "李娜", PIN, later()).unwrap();
            let call = values(json!({ "contact": NAME, "about": "enquiry", "content": "问车位" }));
            let new = NewCase { kind: "call".into(), values: call, ..NewCase::default() };
            (0..20)
                .map(|_| cases::open(&mut other, &desk, later(), &new).unwrap().case.number)
                .collect::<Vec<_>>()
        });
        run(&mut store, &boss);
        other.join().unwrap()
    });
    for number in opened {
        assert_eq!(store.case(&number).unwrap().unwrap().contact.as_deref(), Some(NAME), "it is new");
    }
    assert_sound(directory.path());
}

/// What a child process does; does nothing by itself.
#[test]
#[ignore = "is the child process of other tests"]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let mut store = Store::open(&directory, STANDARD).unwrap();
    let boss = operators::login(&mut store, "王敏", PIN, later()).unwrap();
    run(&mut store, &boss);
}

#[test]
fn a_run_that_is_killed_is_whole_so_far_and_goes_on_next_time() {
    let (directory, mut store, boss) = demonstration(260, 7);
    let all = retention::plan(&mut store, &boss, later(), None).unwrap().count();
    let mut caught = 0;
    for pause in [150, 230, 310, 400, 520, 700] {
        let mut child = crate::processes::spawn(directory.path(), CHILD, "", 0);
        std::thread::sleep(Duration::from_millis(pause));
        caught += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_sound(directory.path());
    }
    assert!(caught > 0, "none was killed at its work");
    let left = retention::plan(&mut store, &boss, later(), None).unwrap().count();
    assert!(left <= all);
    run(&mut store, &boss);
    assert!(retention::plan(&mut store, &boss, later(), None).unwrap().is_empty());
    assert_sound(directory.path());
}
