//! Who may change settings, and what happens when something comes between.

use qiantai::counter::backup::{self, Target};
use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::{community, copy_key, operators};
use qiantai::desk::field::Values;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::settings::Settings;
use qiantai::store::Store;
use qiantai::store::backup::unwatched;
use qiantai::text::lang::{Lang, t};
use qiantai::ui::cx::Message;

use crate::desk::{BOSS, Desk, GIRL, PIN, morning};

#[test]
fn what_the_screen_refuses_a_receptionist_is_on_record() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    let boss = operators::login(&mut store, BOSS, PIN, morning()).unwrap();
    backup::make(&mut store, &boss, morning(), Target::Kept, &unwatched()).unwrap();
    copy_key::new_key(&mut store, &boss, morning(), None).unwrap();
    let session = operators::login(&mut store, GIRL, PIN, morning()).unwrap();
    desk.app.apply(Message::SettingsChanged);
    desk.app.apply(Message::LoggedIn(session));
    let mut seen = 0;
    let mut refused = |desk: &mut Desk, keys: &[&str], verb: &str| {
        desk.press(keys).sees("supervisor");
        let records = store.records(&format!("operator:{GIRL}")).unwrap();
        let verbs = records.iter().filter(|record| record.action == "refused").map(|record| {
            let body: serde_json::Value = serde_json::from_str(&record.body).unwrap();
            body["verb"].as_str().unwrap().to_owned()
        });
        let verbs: Vec<String> = verbs.collect();
        seen += 1;
        assert_eq!((verbs.len(), verbs.last().map(String::as_str)), (seen, Some(verb)), "{keys:?}");
    };
    refused(&mut desk, &["Ctrl+E", "Down", "Enter", "F6"], "change-settings");
    desk.press(&["Esc", "Esc"]);
    refused(&mut desk, &["Ctrl+X", "F6"], "restore");
    refused(&mut desk, &["F9"], "encrypt-copies");
    refused(&mut desk, &["F10"], "clear-copies");
    desk.press(&["Esc"]);
    refused(&mut desk, &["Ctrl+O"], "import-roster");
    desk.app.apply(Message::NewCase("budget".into(), Values::new()));
    refused(&mut desk, &[], "open");
}

#[test]
fn a_receptionist_looks_and_is_told_who_may_change() {
    for lang in Lang::ALL {
        let mut desk = Desk::new(lang, GIRL, (120, 36));
        let before = desk.settings();
        desk.press(&["Ctrl+E"]);
        for _ in 0..30 {
            desk.press(&["Down"]);
            for key in ["F5", "F6", "F7", "F8", "F9", "Enter", "Ctrl+N", "Ctrl+D"] {
                desk.press(&[key]);
                desk.misses(&t(lang, "ui.key.save", &[]))
                    .misses(&format!("F5 {}", t(lang, "settings.do.add", &[])));
            }
            desk.press(&["Left"]);
        }
        desk.sees(&t(lang, "settings.who", &[]));
        assert_eq!(before, desk.settings());
        assert_eq!(desk.app.store().operators().unwrap().len(), 2);
    }
}

#[test]
fn a_change_by_somebody_else_is_refused_once_and_nothing_typed_is_lost() {
    for lang in Lang::ALL {
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Desk::in_directory(lang, directory.path());
        desk.press(&["Ctrl+E", "Down", "Enter", "Enter", "Tab"]).types("0755-26001234");
        let mut other =
            qiantai::store::Store::open(directory.path(), qiantai::desk::kinds::STANDARD).unwrap();
        let boss = operators::login(&mut other, BOSS, PIN, morning()).unwrap();
        let before = other.settings().unwrap().unwrap();
        let after = Settings { soon_minutes: 77, ..(*before).clone() };
        community::change_settings(&mut other, &boss, morning(), &before, &after).unwrap();
        desk.press(&["Ctrl+S"]).sees(&t(lang, "counter.why.settings_changed_meanwhile", &[])[..15]);
        desk.sees("0755-26001234");
        assert_eq!(desk.settings().telephone, "");
    }
}

#[test]
fn the_telephone_parks_a_row_under_way_and_it_comes_back() {
    for lang in Lang::ALL {
        let mut desk = Desk::boss(lang);
        desk.press(&["Ctrl+E", "Down", "Down", "Down", "F5"]).types("2027-10-01");
        desk.press(&["F2"]).sees("LD").press(&["Esc", "F4"]).sees("2027-10-01");
        desk.press(&["Ctrl+S"]);
        assert_eq!(desk.settings().calendar.holidays().len(), 1);
        assert!(desk.app.store().drafts(None).unwrap().is_empty(), "a saved row leaves no draft");
        // Esc asks before it throws away, and goes back when told so.
        desk.press(&["F5"]).types("2027-10-02").press(&["Esc", "Esc"]).sees("2027-10-02");
        desk.press(&["Esc", "Enter"]).misses("2027-10-02");
    }
}

#[test]
fn a_pin_goes_into_no_draft() {
    let mut desk = Desk::boss(Lang::ZhCn);
    desk.press(&["Ctrl+E", "Enter", "Down", "Down", "Enter"]).types("864209").press(&["F2"]);
    for draft in desk.app.store().drafts(None).unwrap() {
        assert!(!draft.body.to_string().contains("864209"));
    }
}

#[test]
fn a_code_in_use_is_not_deleted() {
    let mut desk = Desk::boss(Lang::En);
    let directory = tempfile::tempdir().unwrap();
    let mut desk_with_case = Desk::in_directory(Lang::En, directory.path());
    let mut other = qiantai::store::Store::open(directory.path(), qiantai::desk::kinds::STANDARD).unwrap();
    let boss = operators::login(&mut other, BOSS, PIN, morning()).unwrap();
    let mut values = Values::new();
    for (key, value) in
        [("unit", "3-2-1501"), ("category", "water"), ("content", "leak"), ("urgency", "normal")]
    {
        values.insert(key.into(), value.into());
    }
    let new = NewCase { kind: "repair".into(), values, ..NewCase::default() };
    let number = cases::open(&mut other, &boss, morning(), &new).unwrap().case.number;
    let to_categories = |desk: &mut Desk| {
        desk.press(&["Ctrl+E"]);
        for _ in 0..30 {
            if desk.screen().contains("╭ Repair categories ") {
                break;
            }
            desk.press(&["Down"]);
        }
        desk.press(&["Enter", "Home", "F7", "Enter"]);
    };
    to_categories(&mut desk_with_case);
    desk_with_case.sees(&number);
    assert!(desk_with_case.settings().code_name("repair-category", "water").is_some());
    to_categories(&mut desk);
    assert_eq!(desk.settings().code_name("repair-category", "water"), None);
}

#[test]
fn the_counter_keeps_roles_in_bounds() {
    let directory = tempfile::tempdir().unwrap();
    drop(Desk::in_directory(Lang::En, directory.path()));
    let mut store = qiantai::store::Store::open(directory.path(), qiantai::desk::kinds::STANDARD).unwrap();
    let boss = operators::login(&mut store, BOSS, PIN, morning()).unwrap();
    let girl = operators::login(&mut store, GIRL, PIN, morning()).unwrap();
    let change = |store: &mut qiantai::store::Store, by, name: &str, role| {
        operators::change_role(store, by, morning(), name, role)
    };
    assert!(change(&mut store, &girl, BOSS, Role::Receptionist).is_err(), "a receptionist changes nobody");
    assert!(change(&mut store, &boss, GIRL, Role::Assistant).is_err(), "no role above the own one");
    assert!(change(&mut store, &boss, BOSS, Role::Receptionist).is_err(), "not the own role");
    assert!(change(&mut store, &boss, "nobody", Role::Supervisor).is_err());
    assert_eq!(change(&mut store, &boss, GIRL, Role::Supervisor).unwrap().role, Role::Supervisor);
    let raw = rusqlite::Connection::open(store.path().unwrap()).unwrap();
    let last = "SELECT by, action FROM entry WHERE subject = 'operator:' || ?1 ORDER BY seq DESC LIMIT 1";
    let entry: (String, String) = raw.query_row(last, [GIRL], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(entry, (BOSS.to_owned(), "change-role".to_owned()));
    let known = store.operators().unwrap().into_iter().find(|operator| operator.name == GIRL).unwrap();
    assert_eq!(known.role, Role::Supervisor);
    for day in 0..7 {
        let before = store.settings().unwrap().unwrap();
        let mut after = (*before).clone();
        let stage = after.promises[day].stage.clone();
        after.promises.retain(|rule| rule.stage != stage);
        assert!(community::change_settings(&mut store, &boss, morning(), &before, &after).is_err());
    }
}
