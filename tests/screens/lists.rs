//! Lists: their place, the mouse, many rows, and a window that changes its size.

use crossterm::event::MouseEventKind;
use qiantai::counter::cases::{self, NewCase};
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::lang::Lang;
use qiantai::timer::Notice;
use serde_json::json;

use crate::frames::assert_frames;
use crate::office::{Office, now};
use crate::stage::{Stage, lines};

const WIDE: (u16, u16) = (120, 36);
const NARROW: (u16, u16) = (80, 24);

/// An office with so many repairs that wait.
fn repairs(mut office: Office, count: usize) -> Office {
    for index in 0..count {
        let given = json!({ "category": "water", "content": format!("事由{index:05}") });
        office.open("2026-11-23 10:00", "repair", given);
    }
    office
}

/// The line that shows the chosen row.
fn chosen(stage: &mut Stage, size: (u16, u16)) -> (usize, String) {
    let lines = lines(&stage.draw(size));
    let found = lines.iter().enumerate().find(|(_, line)| line.starts_with("│\u{258c}"));
    let (row, line) = found.unwrap_or_else(|| panic!("no row is chosen:\n{}", lines.join("\n")));
    (row, line.clone())
}

#[test]
fn the_chosen_case_stays_chosen_when_another_process_opens_one_above() {
    let directory = tempfile::tempdir().unwrap();
    let office = repairs(Office::over(Store::open(directory.path(), STANDARD).unwrap()), 80);
    let by = office.desk.clone();
    let mut stage = Stage::receptionist(office, Lang::ZhCn);
    stage.press("3 Tab Tab Tab Tab");
    stage.draw(WIDE);
    stage.press(&"Down ".repeat(50));
    let (row, before) = chosen(&mut stage, WIDE);
    assert!(before.contains("事由00029"), "{before}");
    let mut other = Store::open(directory.path(), STANDARD).unwrap();
    for content in ["插座冒烟", "门打不开"] {
        let given = json!({ "category": "other", "content": content }).as_object().unwrap().clone();
        let values = given.into_iter().collect();
        let new = NewCase { kind: "repair".into(), values, ..NewCase::default() };
        cases::open(&mut other, &by, now(), &new).unwrap();
    }
    let at = stage.now;
    stage.app.notice(Notice::Changed, at);
    let (row_after, after) = chosen(&mut stage, WIDE);
    assert!(after.contains("事由00029"), "{after}");
    assert_eq!(row, row_after, "the row went away under the eye");
    stage.press("Home");
    assert!(chosen(&mut stage, WIDE).1.contains("门打不开"));
}

#[test]
fn a_case_that_leaves_the_list_leaves_the_place_to_its_neighbour() {
    let mut stage = Stage::supervisor(repairs(Office::empty(), 5), Lang::ZhCn);
    stage.press("3 Down Down");
    let (row, gone) = chosen(&mut stage, WIDE);
    stage.press("F12");
    let menu = stage.text(WIDE);
    let rows: Vec<&str> = menu.lines().skip_while(|line| !line.contains("可办事项")).skip(1).collect();
    let at = rows.iter().position(|row| row.contains(" 作废 "));
    let at = at.unwrap_or_else(|| panic!("voiding is not offered:\n{menu}"));
    stage.press(&format!("{}Enter", "Down ".repeat(at)));
    stage.type_text("重复");
    stage.press("Ctrl+S");
    let (row_after, next) = chosen(&mut stage, WIDE);
    assert_eq!(row, row_after);
    assert_ne!(gone, next);
}

#[test]
fn a_click_chooses_the_wheel_moves_and_tabs_are_pressed() {
    let mut stage = Stage::supervisor(repairs(Office::empty(), 60), Lang::ZhCn);
    stage.press("3");
    stage.draw(WIDE);
    stage.click(20, 12);
    let (row, line) = chosen(&mut stage, WIDE);
    assert_eq!(row, 12, "{line}");
    stage.mouse(MouseEventKind::ScrollDown, 20, 12);
    assert_eq!(chosen(&mut stage, WIDE).0, 13);
    stage.mouse(MouseEventKind::ScrollUp, 20, 12);
    assert_eq!(chosen(&mut stage, WIDE).0, 12);
    // Beside the list the wheel goes through the case, and the list stays.
    stage.mouse(MouseEventKind::ScrollDown, 100, 12);
    assert_eq!(chosen(&mut stage, WIDE).0, 12);
    for (tab, word) in
        ["来电", "来访", "报修", "投诉", "入伙", "放行", "回访", "服务", "住户", "日结"].iter().enumerate()
    {
        let bar = lines(&stage.draw(NARROW)).remove(0);
        let column = qiantai::text::width::width(bar.split(word).next().unwrap());
        stage.click(column as u16, 0);
        assert_eq!(stage.app.active_tab(), tab, "{word}");
    }
}

#[test]
fn ten_thousand_rows_are_gone_through_and_the_window_changes_in_the_middle() {
    let mut stage = Stage::receptionist(repairs(Office::empty(), 10_000), Lang::En);
    stage.press("3 Tab Tab Tab Tab");
    stage.draw(WIDE);
    for page in 0..500 {
        stage.press("PageDown");
        stage.draw(if page % 7 == 0 { NARROW } else { WIDE });
        if page % 50 == 0 {
            let (_, before) = chosen(&mut stage, WIDE);
            assert_frames(&stage.draw(NARROW), "narrow");
            let (_, after) = chosen(&mut stage, NARROW);
            assert_eq!(before[..16], after[..16], "another row after the change of size");
            assert_frames(&stage.draw((200, 60)), "wide");
            assert!(stage.text((60, 20)).contains("80"), "it says which size it needs");
        }
    }
    let (_, last) = chosen(&mut stage, WIDE);
    assert!(last.contains("事由00000"), "{last}");
}

#[test]
fn a_case_that_was_just_opened_is_the_chosen_one() {
    let mut stage = Stage::receptionist(repairs(Office::standard(), 3), Lang::ZhCn);
    stage.press("3 Down Down");
    let before = chosen(&mut stage, WIDE).1;
    stage.press("Ctrl+N Tab Tab Tab Tab Tab =楼道灯不亮 Ctrl+S");
    let after = chosen(&mut stage, WIDE).1;
    assert!(!before.contains("楼道灯不亮") && after.contains("楼道灯不亮"), "{after}");
}

#[test]
fn which_callback_is_asked_only_where_several_wait() {
    let mut office = Office::standard();
    let number = office.open("2026-11-23 10:00", "repair", json!({ "content": "灯不亮" }));
    office.act("2026-11-23 10:00", &number, "callback-add", json!({ "due": "2026-11-20T02:00:00Z" }));
    let mut stage = Stage::receptionist(office, Lang::En);
    stage.press("7 F5");
    let one = stage.text(WIDE);
    assert!(one.contains("Score") && !one.contains("Which callback"), "{one}");
    let mut office = Office::standard();
    let number = office.open("2026-11-23 10:00", "repair", json!({ "content": "灯不亮" }));
    for due in ["2026-11-20T02:00:00Z", "2026-11-20T03:00:00Z"] {
        office.act("2026-11-23 10:00", &number, "callback-add", json!({ "due": due }));
    }
    let mut stage = Stage::receptionist(office, Lang::En);
    stage.press("7 F5");
    let two = stage.text(WIDE);
    assert!(two.contains("Score") && two.contains("Which callback"), "{two}");
}
