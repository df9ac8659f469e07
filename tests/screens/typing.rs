//! Keys while a text is typed: those of the text are not taken away by the keys that work everywhere.

use qiantai::text::lang::Lang;

use crate::office::Office;
use crate::stage::Stage;

const WIDE: (u16, u16) = (120, 36);

#[test]
fn in_a_text_ctrl_and_an_arrow_go_from_word_to_word() {
    for lang in Lang::ALL {
        // A form, what finds everything, and the search of a tab.
        for typed_into in ["F2", "Ctrl+F", "Ctrl+K", "9 /"] {
            let mut stage = Stage::receptionist(Office::standard(), lang);
            stage.press(typed_into);
            let tab = stage.app.active_tab();
            stage.type_text("one two");
            stage.press("Ctrl+Left =x Ctrl+Left Ctrl+Left =y Ctrl+Right =z");
            let text = stage.text(WIDE);
            assert!(text.contains("yone zxtwo"), "{typed_into}:\n{text}");
            assert_eq!(stage.app.active_tab(), tab, "{typed_into}");
        }
    }
}

#[test]
fn a_form_that_is_left_for_another_tab_is_parked() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::En);
    stage.press("F2 =one Ctrl+PageDown");
    assert_eq!(stage.app.active_tab(), 1);
    stage.press("Ctrl+PageUp F4");
    let text = stage.text(WIDE);
    assert!(text.contains("[one"), "{text}");
    // Without a text the arrows change the tab.
    stage.press("Ctrl+P Ctrl+Right Ctrl+Right Ctrl+Left");
    assert_eq!(stage.app.active_tab(), 1);
}

#[test]
fn a_choice_in_a_narrow_cell_of_a_table_keeps_its_list_from_frame_to_frame() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::En);
    for key in ["Ctrl+K", "=mandate", "Enter", "Tab", "Tab", "Tab", "Tab", "Right"] {
        stage.press(key);
        stage.draw(WIDE);
    }
    for key in ["Down", "Down", "Enter"] {
        stage.press(key);
        stage.draw(WIDE);
    }
    let text = stage.text(WIDE);
    assert!(text.contains("[no "), "{text}");
}

#[test]
fn a_choice_that_is_typed_stays_a_list_when_fields_go_that_made_it_narrow() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::En);
    for key in ["Ctrl+K", "=permit", "Enter", "Up", "=v", "=e"] {
        stage.press(key);
        stage.draw(WIDE);
    }
    let text = stage.text(WIDE);
    assert!(text.contains("[ve ") && text.contains("vehicle pass"), "{text}");
    stage.press("Enter");
    let text = stage.text(WIDE);
    assert!(text.contains("2(*vehicle pass)"), "{text}");
}

#[test]
fn what_a_call_turns_into_is_typed_over_what_its_matter_suggests() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    for key in ["F2", "Tab", "Tab", "Tab", "Tab", "2", "Tab", "Tab", "Tab"] {
        stage.press(key);
        stage.draw(WIDE);
    }
    let suggested = stage.text(WIDE);
    assert!(suggested.contains("转为*     [报修 "), "{suggested}");
    stage.press("=投");
    let typed = stage.text(WIDE);
    assert!(typed.contains("转为*     [投 "), "{typed}");
    stage.press("Enter");
    let chosen = stage.text(WIDE);
    assert!(chosen.contains("转为*     [投诉 "), "{chosen}");
}
