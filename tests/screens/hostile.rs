//! Text from outside that would break a terminal: long names, pictures, marks, turned directions,
//! control bytes. Every screen that shows it keeps its frames, and no control byte gets through.

use qiantai::desk::household::Relation;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use serde_json::json;

use crate::frames::assert_whole;
use crate::office::Office;
use crate::stage::Stage;

/// Names as a roster from somewhere may bring them.
const NAMES: &[&str] = &[
    "欧阳娜娜子涵梓萱欣怡诗涵欧阳娜娜子涵梓萱欣怡诗涵欧阳娜娜子涵梓萱欣怡诗涵欧阳娜娜子涵梓萱欣怡诗涵欧阳娜娜子涵梓萱欣怡诗涵",
    "Wolfeschlegelsteinhausenbergerdorff-Hubert-Blaine-the-Elder",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦王🏽🇨🇳1️⃣❤️",
    "Z\u{0351}\u{0327}\u{0308}\u{0310}\u{0321}\u{035b}a\u{0315}\u{0322}\u{0334}l\u{0489}go\u{0301}",
    "مرحبا \u{202e}txt.exe\u{202c} שלום",
    "张\t三\n李\r\n四\u{b}",
    "\u{1b}[31;1m红\u{1b}[2J\u{1b}]0;title\u{7}",
    "零\u{200b}宽\u{feff}\u{200d}\u{2060}",
    "\u{9b}31mC1\u{85}\u{9d}0;x\u{9c}\u{7f}",
    "ｶﾞｷﾞｸﾞ\u{3000}\u{ff76}\u{ff9e}",
    "\u{301}开头",
    "“引号”…—·①℃",
];

/// An office whose roster, cases and timelines hold all of that. It is put into the file as another
/// program could, because the counter refuses control bytes in most places.
fn office() -> (tempfile::TempDir, Office) {
    let directory = tempfile::tempdir().unwrap();
    let mut office = Office::over(Store::open(directory.path(), STANDARD).unwrap());
    for index in 0..NAMES.len() {
        let (unit, name) = (format!("1-1-{:03}", 101 + index), stand_in(index));
        office.household(&unit, 0, &[(&name, Relation::Owner, "13800005678")]);
        let given = json!({ "unit": unit, "contact": name, "phone": "13800005678", "category": "water",
            "content": name, "place": name, "urgency": "urgent" });
        let repair = office.open("2026-11-22 18:00", "repair", given);
        let inputs = json!({ "engineer": "工程值班", "note": format!("{name}\n{name}") });
        office.act("2026-11-22 18:01", &repair, "dispatch", inputs);
        office.act("2026-11-22 18:02", &repair, "escalate", json!({ "reason": name }));
        let given = json!({ "unit": unit, "contact": name, "content": name, "about": "enquiry" });
        let later = json!({ "answer_by": "2026-11-23T02:00:00Z" });
        office.open_and("2026-11-23 08:30", "call", given, Some(("promise-answer", later)));
        let given = json!({ "contact": name, "whom": name, "about": "visiting", "badge": "7" });
        office.open("2026-11-24 09:00", "visit", given);
    }
    let raw = rusqlite::Connection::open(office.store.path().unwrap()).unwrap();
    raw.execute_batch("DROP TRIGGER entry_stays").unwrap();
    for (index, name) in NAMES.iter().enumerate() {
        let json = serde_json::to_string(name).unwrap();
        let json = &json[1..json.len() - 1];
        for (table, column, text) in [
            ("resident", "name", *name),
            ("cases", "contact", name),
            ("cases", "summary", name),
            ("cases", "escalated", name),
            ("cases", "detail", json),
            ("entry", "body", json),
        ] {
            let sql =
                format!("UPDATE {table} SET {column} = replace({column}, ?1, ?2) WHERE instr({column}, ?1)");
            let changed = raw.execute(&sql, [&stand_in(index), text]).unwrap();
            assert!(changed > 0, "{table}.{column} holds nothing of it");
        }
    }
    (directory, office)
}

/// What stands in a name's place until the file is changed.
fn stand_in(index: usize) -> String {
    format!("住户{index}号")
}

#[test]
fn every_screen_keeps_its_frames() {
    let (_directory, office) = office();
    let mut stage = Stage::supervisor(office, Lang::ZhCn);
    let rows = NAMES.len();
    for screen in ["1", "2", "3", "7", "9", "0"] {
        stage.press(screen);
        for row in 0..rows {
            assert_whole(&mut stage, &format!("{screen} row {row}"));
            if row % 4 == 0 {
                // The case or household as a page, its actions, and a form about it.
                for keys in ["Enter", "Esc F12", "Esc F5", "PageDown"] {
                    stage.press(keys);
                    let about = format!("{screen} row {row} {keys}");
                    assert_whole(&mut stage, &about);
                }
                stage.press("Esc Enter Esc Esc");
                stage.press(screen);
            }
            stage.press("Down");
        }
    }
}

#[test]
fn what_is_typed_or_pasted_keeps_the_frames_too() {
    let mut stage = Stage::supervisor(Office::standard(), Lang::ZhCn);
    for name in NAMES {
        for screen in ["F2 Tab", "Ctrl+F", "Ctrl+K", "3 Ctrl+N Tab Tab Tab Tab Tab"] {
            stage.press(screen);
            stage.paste(name);
            assert_whole(&mut stage, screen);
            stage.press("Esc Enter Esc Enter Esc");
        }
    }
}
