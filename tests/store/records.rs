//! What is written comes back: cases, settings, drafts, signed days.

use chrono::TimeDelta;
use proptest::prelude::*;
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{Session, community, operators, review};
use qiantai::desk::review::MarkKind;
use qiantai::desk::settings::Settings;
use qiantai::store::Store;
use qiantai::store::drafts::Draft;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::toy::{self, KINDS, PIN, act, morning, open, seconds, set_up, values};

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
        recovery: None,
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
