//! What is written comes back: cases and their rebuilding, views, settings, drafts, signed days.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, TimeDelta, Utc};
use proptest::prelude::*;
use qiantai::counter::cases::{self, NewCase, offers};
use qiantai::counter::{CounterError, Session, clock, community, operators, review};
use qiantai::desk::callback::Callback;
use qiantai::desk::case::Case;
use qiantai::desk::field::{Field, FieldType, Values, instant};
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::{Kinds, STANDARD};
use qiantai::desk::review::MarkKind;
use qiantai::desk::settings::Settings;
use qiantai::desk::workflow::inputs_of;
use qiantai::store::drafts::Draft;
use qiantai::store::{Store, settings as stored};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::toy::{self, KINDS, PIN, act, morning, open, seconds, set_up, set_up_with, values};

/// How many steps a walk makes; `.ci/run` makes it longer.
fn steps() -> usize {
    std::env::var("QIANTAI_WALK_STEPS").ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

/// A source of choices.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        // SplitMix64: small, and the same everywhere.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// A value that the field may take, more often than not a legal one.
fn value(
    field: &Field,
    kind: &Kind,
    settings: &Settings,
    numbers: &[String],
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Value {
    let named = |names: Vec<&str>, dice: &mut Dice| match names.len() {
        0 => Value::Null,
        n => names[dice.below(n)].into(),
    };
    match field.ty {
        FieldType::Text | FieldType::LongText => format!("第{}次\n", dice.below(1000)).trim().into(),
        FieldType::Flag => (dice.below(2) == 0).into(),
        FieldType::Count { min, max } => (min + dice.below((max - min).min(20) as usize + 1) as i64).into(),
        FieldType::Money => (dice.below(50_000) as i64).into(),
        FieldType::Reading => (dice.below(9_000_000) as i64).into(),
        FieldType::Day => {
            (now.date_naive() - Days::new(1) + Days::new(dice.below(9) as u64)).to_string().into()
        }
        FieldType::Instant => instant(
            now + TimeDelta::minutes(match dice.below(3) {
                0 => 0,
                1 => -(dice.below(60) as i64),
                _ => dice.below(5_000) as i64 + 1,
            }),
        ),
        FieldType::Phone => format!("1380000{:04}", dice.below(10_000)).into(),
        FieldType::Unit => format!("3-2-{}", 101 + dice.below(3)).into(),
        FieldType::Plate => "粤B12345".into(),
        FieldType::Choice(options) => options[dice.below(options.len())].into(),
        FieldType::Catalogue(id) => {
            named(settings.offered(id).into_iter().map(|(code, _)| code).collect(), dice)
        }
        FieldType::Staff => named(settings.staff.iter().map(|member| member.name.as_str()).collect(), dice),
        FieldType::Operator | FieldType::Colleague => "李娜".into(),
        FieldType::Kind => kind.id.into(),
        FieldType::CaseNumber => named(numbers.iter().map(String::as_str).collect(), dice),
        FieldType::MaskedId => "440301199001011234".into(),
        FieldType::Lines(columns) => (0..=dice.below(3))
            .map(|_| Value::Object(filled(columns, kind, settings, numbers, now, dice)))
            .collect(),
        FieldType::Checklist(_) => Value::Null,
    }
}

fn filled(
    fields: &[Field],
    kind: &Kind,
    settings: &Settings,
    numbers: &[String],
    now: DateTime<Utc>,
    dice: &mut Dice,
) -> Values {
    let mut values = Values::new();
    for field in fields {
        if field.required || dice.below(3) > 0 {
            let value = value(field, kind, settings, numbers, now, dice);
            if !value.is_null() {
                values.insert(field.key.to_owned(), value);
            }
        }
    }
    values
}

/// Walks at random through the workflow of a kind, through the counter; a good part of the steps must be legal.
fn walk(store: &mut Store, session: &Session, kind: &'static Kind, steps: usize, dice: &mut Dice) {
    let settings = store.settings().unwrap().unwrap();
    let mut now = morning();
    let mut numbers: Vec<String> = Vec::new();
    let mut done = 0;
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut refuse = |action: &str, error: &CounterError| {
        let CounterError::Refused(why) = error else { panic!("{error}") };
        let field = why.field.as_deref().unwrap_or_default();
        *refused.entry(format!("{action}: {why} {field}")).or_default() += 1;
    };
    for _ in 0..steps {
        now += TimeDelta::minutes(dice.below(90) as i64);
        if numbers.is_empty() || dice.below(8) == 0 {
            let values = filled(kind.opening, kind, &settings, &numbers, now, dice);
            let new = NewCase { kind: kind.id.into(), values, ..NewCase::default() };
            match cases::open(store, session, now, &new) {
                Ok(opened) => {
                    done += 1;
                    numbers.push(opened.case.number);
                }
                Err(error) => refuse("open", &error),
            }
            continue;
        }
        let latest = numbers.len().saturating_sub(5);
        let number = numbers[latest + dice.below(numbers.len() - latest)].clone();
        let case = store.case(&number).unwrap().unwrap();
        let offers = offers(store, session, now, &settings, &case).unwrap();
        let allowed: Vec<_> = offers.iter().filter(|offer| offer.why_not.is_none()).collect();
        // The kind's own actions more often than those that every kind has.
        let own: Vec<_> = allowed.iter().copied().filter(|offer| offer.own).collect();
        let among = if own.is_empty() || dice.below(4) == 0 { &allowed } else { &own };
        if among.is_empty() {
            continue;
        }
        let offer = among[dice.below(among.len())];
        let action = kind.action(offer.action).unwrap();
        let into = Some(kind.id);
        let inputs = inputs_of(kind, action, store.kinds(), into);
        let given = filled(&inputs, kind, &settings, &numbers, now, dice);
        match cases::act(store, session, now, &number, offer.action, &given, None) {
            Ok(_) => done += 1,
            Err(error) => refuse(offer.action, &error),
        }
        clock::sweep(store, now).unwrap();
    }
    assert!(done * 5 > steps, "{}: only {done} of {steps} steps were legal: {refused:#?}", kind.id);
}

/// Every case of the book: what is stored is what its entries make of it, and the header columns too.
fn rebuilt(store: &Store, path: &std::path::Path) -> usize {
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
        let entries = store.timeline(&number).unwrap();
        assert_eq!(Case::rebuild(kind.id, &entries, |state| kind.ends(state)), case, "{number}");
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

fn walk_all(kinds: Kinds, settings: &Settings, seed: u64) {
    for kind in kinds.iter() {
        let directory = tempfile::tempdir().unwrap();
        let (mut store, session) = set_up_with(directory.path(), kinds, settings);
        let path = store.path().unwrap().to_owned();
        let mut dice = Dice(seed);
        // One batch: what is tested here is what is stored, not how often the disk is waited for.
        store
            .batch(|store| {
                walk(store, &session, kind, steps(), &mut dice);
                Ok::<_, qiantai::store::StoreError>(())
            })
            .unwrap();
        let cases = rebuilt(&store, &path);
        assert!(cases > 0);
        let rows: usize = kinds.iter().map(|kind| view(&path, kind)).sum();
        assert_eq!(rows, cases, "every case stands in exactly one view");
        assert_eq!(store.verify_chain().unwrap().broken, None);
    }
}

#[test]
fn the_toy_is_rebuilt_from_its_entries_after_any_walk() {
    walk_all(KINDS, &toy::settings(), 7);
}

#[test]
fn every_kind_is_rebuilt_from_its_entries_after_any_walk() {
    assert!(STANDARD.iter().count() > 5);
    walk_all(STANDARD, &stored::defaults("蔚蓝新都").unwrap(), 11);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn values_of_all_sorts_come_back_as_they_were_written(
        contact in "\\PC{1,40}",
        things in prop::collection::vec(("[^\\s\\p{C}]{1,20}", 1_i64..99), 0..5),
        size in prop::option::of(prop::sample::select(vec!["small", "large"])),
    ) {
        prop_assume!(!contact.trim().is_empty());
        let mut store = Store::in_memory(KINDS).unwrap();
        store.write(|tx| tx.put_settings(&toy::settings())).unwrap();
        let setup = community_session(&mut store);
        let things: Vec<Value> = things.iter().map(|(name, count)| json!({ "name": name, "count": count })).collect();
        let case = open(&mut store, &setup, morning(), json!({ "contact": contact, "things": things, "size": size }));
        prop_assert_eq!(case.contact.as_deref(), Some(contact.trim()));
        prop_assert_eq!(store.case(&case.number).unwrap(), Some(case.clone()));
        if !things.is_empty() {
            prop_assert_eq!(case.get("things"), Value::Array(things));
        }
    }
}

/// Somebody logged in at a book in memory.
fn community_session(store: &mut Store) -> Session {
    use qiantai::desk::people::{Operator, Role};
    use qiantai::store::operators::Account;
    let account = Account {
        operator: Operator { name: "王敏".into(), role: Role::Supervisor, disabled: false },
        secret: toy::secret(),
        failures: 0,
        locked_until: None,
    };
    store.write(|tx| tx.put_account(&account)).unwrap();
    operators::login(store, "王敏", PIN, morning()).unwrap()
}

#[test]
fn settings_keep_their_history() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let before = store.settings().unwrap().unwrap();
    let after = Settings { soon_minutes: 45, telephone: "0755-26000000".into(), ..(*before).clone() };
    community::change_settings(&mut store, &session, morning(), &before, &after).unwrap();
    assert_eq!(*store.settings().unwrap().unwrap(), after);
    // Another connection sees them, and what it read before does not overwrite them.
    let (mut other, other_session) = toy::second(directory.path());
    assert_eq!(*other.settings().unwrap().unwrap(), after);
    let refused =
        community::change_settings(&mut other, &other_session, morning(), &before, &before).unwrap_err();
    assert_eq!(refused.to_string(), "counter.why.settings_changed_meanwhile");
    let history = store.records("settings").unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].by.as_str(), history[0].at), ("王敏", morning()));
    let kept: Settings = serde_json::from_str(&history[0].body).unwrap();
    assert_eq!(kept, after);
}

#[test]
fn drafts_come_back_and_go_with_their_case() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let mut draft = Draft {
        id: None,
        operator: "李娜".into(),
        kind: "errand".into(),
        subject: None,
        title: "3-2-1501 酱油".into(),
        begun_at: morning(),
        saved_at: morning(),
        parked: false,
        body: json!({ "what": "酱油", "typed": ["半", null, 3] }),
    };
    let id = store.put_draft(&draft).unwrap();
    draft.id = Some(id);
    assert_eq!(store.draft(id).unwrap().as_ref(), Some(&draft));
    draft.parked = true;
    draft.saved_at = morning() + seconds(5);
    draft.body = json!({ "what": "酱油和醋" });
    assert_eq!(store.put_draft(&draft).unwrap(), id);
    drop(store);
    let (mut store, _) = toy::second(directory.path());
    assert_eq!(store.drafts(Some("李娜")).unwrap(), vec![draft]);
    assert_eq!(store.drafts(Some("王敏")).unwrap(), vec![]);
    let new = NewCase {
        kind: "errand".into(),
        values: values(json!({ "what": "酱油" })),
        at_once: None,
        draft: Some(id),
    };
    cases::open(&mut store, &session, morning(), &new).unwrap();
    assert_eq!(store.drafts(None).unwrap(), vec![]);
}

#[test]
fn a_refused_case_leaves_its_draft_and_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let entries = store.verify_chain().unwrap().entries;
    let new = NewCase { kind: "errand".into(), values: values(json!({})), ..NewCase::default() };
    assert!(cases::open(&mut store, &session, morning(), &new).is_err());
    assert_eq!(store.verify_chain().unwrap().entries, entries);
    // The number that it had taken is given to the next one.
    assert_eq!(open(&mut store, &session, morning(), json!({})).number, "ER-20261124-001");
}

#[test]
fn a_signed_day_comes_back_as_it_was_signed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut store, session) = set_up(directory.path());
    let case = open(&mut store, &session, morning(), json!({}));
    let day = "2026-11-24".parse().unwrap();
    let evening = morning() + TimeDelta::hours(12);
    let found = review::review(&store, evening, day).unwrap();
    assert_eq!(found.findings.len(), 1, "{:?}", found.findings);
    let refused = review::sign_off(&mut store, &session, evening, day).unwrap_err();
    assert_eq!(refused.to_string(), "counter.why.findings_left");
    let key = found.findings[0].key();
    review::mark(&mut store, &session, evening, day, &key, MarkKind::Carried, "明早先办").unwrap();
    let sheet = review::sign_off(&mut store, &session, evening, day).unwrap();
    assert_eq!(store.day_sheet(day).unwrap(), Some(sheet.clone()));
    // What comes now is late and changes nothing that was signed.
    act(&mut store, &session, evening + seconds(9), &case.number, "run", json!({})).unwrap();
    let signed = review::review(&store, evening + seconds(10), day).unwrap();
    assert_eq!((&signed.figures, &signed.findings), (&sheet.figures, &sheet.findings));
    assert_eq!(signed.late.len(), 1);
    assert_eq!(review::opening_list(&store, "2026-11-25".parse().unwrap()).unwrap(), sheet.findings);
    let raw = Connection::open(store.path().unwrap()).unwrap();
    let refused = raw.execute("UPDATE day_sheet SET signed_by = 'x'", []).unwrap_err().to_string();
    assert!(refused.contains("frozen"), "{refused}");
}
