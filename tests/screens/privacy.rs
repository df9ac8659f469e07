//! Telephone numbers on the screens: masked in every list and beside every form, in full where the case
//! is worked on, and elsewhere only by a key that is on record.

use qiantai::counter::privacy::REVEAL;
use qiantai::text::lang::Lang;

use crate::office::{DESK, Office};
use crate::stage::Stage;

const SIZES: [(u16, u16); 2] = [(120, 36), (80, 24)];

/// Every telephone number of the book.
fn numbers(stage: &Stage) -> Vec<String> {
    let store = stage.app.store();
    let mut numbers = Vec::new();
    for unit in ["3-2-1501", "1-1-0302", "1-1-0904", "5-1-1102", "6-2-0102"] {
        let household = store.household(unit).unwrap().unwrap();
        numbers.extend(household.residents.into_iter().flat_map(|resident| resident.phones));
    }
    let cases = qiantai::store::cases::Query { limit: 500, ..Default::default() };
    numbers.extend(store.list(&cases).unwrap().rows.into_iter().filter_map(|row| row.case.phone));
    numbers.retain(|number| number.len() > 6);
    numbers.sort();
    numbers.dedup();
    assert!(numbers.len() > 6);
    numbers
}

#[track_caller]
fn shows_none(stage: &mut Stage, numbers: &[String], what: &str) {
    for size in SIZES {
        let text = stage.text(size);
        for number in numbers {
            assert!(!text.contains(number.as_str()), "{number} on {what}:\n{text}");
        }
    }
}

#[test]
fn no_list_shows_a_whole_telephone_number() {
    for lang in Lang::ALL {
        let mut stage = Stage::receptionist(Office::standard(), lang);
        let numbers = numbers(&stage);
        // The callbacks are there to be rung: beside that list the number stands in full.
        for tab in ["1", "2", "3", "4", "5", "6", "8", "9", "0"] {
            stage.press(tab);
            for row in 0..8 {
                shows_none(&mut stage, &numbers, &format!("tab {tab} row {row}"));
                stage.press("Down");
            }
        }
        for typed in ["zjg", "3-2-1501", "5678", "138"] {
            stage.press("Ctrl+F");
            stage.type_text(typed);
            shows_none(&mut stage, &numbers, &format!("finding {typed}"));
            stage.press("Esc Esc");
            stage.press("F2");
            stage.type_text(typed);
            shows_none(&mut stage, &numbers, &format!("a call from {typed}"));
            stage.press("Esc Enter Esc");
        }
        stage.press("9 Enter");
        shows_none(&mut stage, &numbers, "the page of a household");
        stage.press("Ctrl+U");
        shows_none(&mut stage, &numbers, "the file of a household");
    }
}

#[test]
fn the_numbers_of_a_household_are_shown_by_a_key_that_is_on_record() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.press("9");
    stage.press("Tab =3-2-1501 Enter Enter");
    let before = stage.text(SIZES[0]);
    assert!(before.contains("138****5678") && !before.contains("13800005678"), "{before}");
    stage.press("Ctrl+Z");
    assert!(stage.text(SIZES[0]).contains("13800005678"), "{}", stage.text(SIZES[0]));
    let records = stage.app.store().records(&format!("operator:{DESK}")).unwrap();
    let last = records.last().unwrap();
    assert_eq!((last.action.as_str(), last.by.as_str()), (REVEAL, DESK));
    assert!(last.body.contains("3-2-1501") && !last.body.contains("13800005678"), "{}", last.body);
    // Whoever comes next asks anew.
    stage.press("Ctrl+L");
    stage.enter(crate::office::BOSS);
    stage.press("Esc 1 9");
    assert!(!stage.text(SIZES[0]).contains("13800005678"), "{}", stage.text(SIZES[0]));
}
