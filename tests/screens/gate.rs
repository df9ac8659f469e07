//! The one gate for text from outside: whatever column of the book holds it, and whatever screen shows
//! it, no control character and no turned direction comes into a cell.

use qiantai::counter::{community, operators};
use qiantai::desk::household::Relation;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::settings::{Bilingual, Phrase, StaffMember};
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::office::{Office, at};
use crate::stage::Stage;

/// What stands in the book until the file is changed.
const STAND_IN: &str = "外来之文";

/// What no cell may hold.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text of hostile and harmless signs, another for every seed.
fn hostile(mut seed: u64) -> String {
    const SIGNS: [&str; 16] = [
        "\u{1b}[2J",
        "\u{1b}]0;t\u{7}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{0}",
        "\u{9b}31m",
        "\u{7f}",
        "\r\n",
        "\t",
        "\u{2028}",
        "\u{feff}",
        "张",
        "a",
        "\u{301}",
        "👩\u{200d}👧",
    ];
    let mut text = String::new();
    for _ in 0..6 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(SIGNS[(seed >> 60) as usize]);
    }
    text
}

/// A book in which every text that a person gives is the stand-in: residents, cases of several kinds,
/// operators, drafts, settings, marks of the day.
fn book(directory: &std::path::Path) -> Office {
    let mut office = Office::over(Store::open(directory, STANDARD).unwrap());
    let now = at("2026-11-22 08:00");
    operators::add(&mut office.store, &office.boss.clone(), now, STAND_IN, Role::Supervisor, "802615")
        .unwrap();
    let before = qiantai::counter::settings_of(&office.store).unwrap();
    let mut after = (*before).clone();
    let both = Bilingual { zh: STAND_IN.into(), en: STAND_IN.into() };
    after.community = STAND_IN.into();
    after.catalogues.iter_mut().for_each(|catalogue| {
        catalogue.items.iter_mut().for_each(|item| item.name = both.clone());
    });
    after.charges.iter_mut().for_each(|charge| {
        charge.name = both.clone();
        charge.per = STAND_IN.into();
    });
    let department = after.catalogue("department").unwrap().items[0].code.clone();
    after.staff.push(StaffMember { name: STAND_IN.into(), department, phone: None, retired: false });
    after.phrases.push(Phrase { sort: "greeting".into(), text: both.clone() });
    after.etiquette.iter_mut().for_each(|rule| rule.text = both.clone());
    community::change_settings(&mut office.store, &office.boss.clone(), now, &before, &after).unwrap();
    office.household("1-1-101", 5_000, &[(STAND_IN, Relation::Owner, "13800005678")]);
    let given = json!({ "unit": "1-1-101", "contact": STAND_IN, "phone": "13800005678", "category": "water",
        "content": STAND_IN, "place": STAND_IN });
    let repair = office.open("2026-11-22 18:00", "repair", given);
    office.act("2026-11-22 18:01", &repair, "dispatch", json!({ "engineer": STAND_IN, "note": STAND_IN }));
    office.act("2026-11-22 18:02", &repair, "escalate", json!({ "reason": STAND_IN }));
    let given = json!({ "contact": STAND_IN, "content": STAND_IN, "about": "enquiry" });
    let later = json!({ "answer_by": "2026-11-23T02:00:00Z" });
    office.open_and("2026-11-23 08:30", "call", given, Some(("promise-answer", later)));
    let given = json!({ "contact": STAND_IN, "whom": STAND_IN, "about": "visiting", "badge": "7" });
    office.open("2026-11-24 09:00", "visit", given);
    let given = json!({ "contact": STAND_IN, "unit": "1-1-101", "category": "other", "content": STAND_IN });
    office.open("2026-11-24 09:05", "complaint", given);
    let draft = qiantai::store::drafts::Draft {
        id: None,
        operator: crate::office::BOSS.into(),
        kind: "call".into(),
        subject: None,
        title: STAND_IN.into(),
        begun_at: now,
        saved_at: now,
        parked: false,
        body: json!({}),
    };
    office.store.put_draft(&draft).unwrap();
    office
}

/// Puts a text in the place of the stand-in in every column of every table, as another program could.
fn poison(path: &std::path::Path, text: &str) {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.execute_batch("DROP TRIGGER entry_stays").unwrap();
    let names = |sql: &str, column: usize| -> Vec<String> {
        let mut statement = raw.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(column)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'", 0);
    let json = serde_json::to_string(text).unwrap();
    let mut changed = 0;
    for table in tables.iter().filter(|table| !table.starts_with("sqlite_")) {
        for column in names(&format!("PRAGMA table_info({table})"), 1) {
            let whole = ["body", "detail", "basis", "attempts"].contains(&column.as_str());
            let text = if whole { &json[1..json.len() - 1] } else { text };
            let sql = format!(
                "UPDATE {table} SET \"{column}\" = replace(\"{column}\", ?1, ?2)
                 WHERE typeof(\"{column}\") = 'text' AND instr(\"{column}\", ?1)"
            );
            // Tables of the search keep their own form.
            changed += raw.execute(&sql, [STAND_IN, text]).unwrap_or(0);
        }
    }
    assert!(changed > 20, "{changed}");
}

#[track_caller]
fn is_clean(stage: &mut Stage, what: &str, seen: &mut usize) {
    for size in [(120, 36), (80, 24)] {
        let buffer = stage.draw(size);
        for cell in buffer.content() {
            let harmful = cell.symbol().chars().find(|c| is_harmful(*c));
            assert!(harmful.is_none(), "{harmful:?} in {:?} on {what}", cell.symbol());
            *seen += usize::from(cell.symbol() == "?");
        }
    }
}

#[test]
fn no_screen_lets_a_hostile_text_round_the_gate() {
    for seed in 1..=3_u64 {
        let mut seen = 0;
        let directory = tempfile::tempdir().unwrap();
        let office = book(directory.path());
        let (store, boss, desk) = (office.store, office.boss, office.desk);
        drop(store);
        poison(&directory.path().join(Store::FILE), &hostile(seed));
        let store = Store::open(directory.path(), STANDARD).unwrap();
        let mut stage = Stage::new(Office { store, boss, desk }, Lang::ZhCn);
        is_clean(&mut stage, "the login", &mut seen);
        let place = stage.app.store().operators().unwrap().iter().position(|one| one.name == "王敏").unwrap();
        stage.press(&format!("{} =246810 Enter", place + 1));
        is_clean(&mut stage, "the first screen", &mut seen);
        stage.press("Esc");
        for tab in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
            stage.press(tab);
            for keys in ["Down", "Enter", "F12", "Esc", "F5", "Esc Enter", "Ctrl+U", "Esc", "Ctrl+N", "Esc"] {
                stage.press(keys);
                is_clean(&mut stage, &format!("tab {tab}, {keys}"), &mut seen);
            }
            stage.press("Esc Enter Esc Enter Esc");
        }
        for keys in ["Ctrl+F", "Ctrl+K", "F1", "Ctrl+G", "F4", "F2", "F3", "Ctrl+O", "Ctrl+Y", "Ctrl+W"] {
            stage.press(keys);
            is_clean(&mut stage, keys, &mut seen);
            stage.press("Esc Enter Esc");
        }
        stage.press("Ctrl+E");
        for section in 0..20 {
            is_clean(&mut stage, &format!("section {section} of the settings"), &mut seen);
            stage.press("Enter Enter");
            is_clean(&mut stage, &format!("a row of section {section}"), &mut seen);
            stage.press("Esc Enter Esc");
            stage.press("Esc Ctrl+E Home");
            for _ in 0..=section {
                stage.press("Down");
            }
        }
        stage.press("Esc Esc Ctrl+L");
        is_clean(&mut stage, "the lock", &mut seen);
        // It was there to be seen: the gate left its mark.
        assert!(seen > 500, "{seen}");
    }
}
