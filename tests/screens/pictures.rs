//! Pictures of every screen, in both languages and at both sizes.

use std::fmt::Write as _;

use qiantai::text::lang::Lang;

use crate::office::Office;
use crate::stage::Stage;

/// The sizes that screens are made for.
pub const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

/// Screens by name, and the keys that lead there from the first tab.
const SCREENS: &[(&str, &str)] = &[
    ("tab-1-calls", "1"),
    ("tab-2-visits", "2"),
    ("tab-3-repairs", "3"),
    ("tab-4-complaints", "4"),
    ("tab-5-move-ins", "5"),
    ("tab-6-passes", "6"),
    ("tab-7-callbacks", "7"),
    ("tab-8-services", "8"),
    ("tab-9-households", "9 Down"),
    ("tab-10-end-of-day", "0"),
    ("case-call", "1 Tab Tab Enter"),
    ("case-visit", "2 Enter"),
    ("case-repair", "3 Enter"),
    ("case-complaint", "4 Enter"),
    ("case-move-in-checklist", "5 Enter"),
    ("case-pass", "6 Enter"),
    ("list-all", "3 Tab Tab Tab Tab"),
    ("list-empty", "5 Tab"),
    ("callback-case", "7 Enter"),
    ("form-action", "3 F6"),
    ("form-callback", "7 F5"),
    ("form-action-of-fields", "4 Down F5"),
    ("form-line-items", "6 Ctrl+N =1501 Enter"),
    ("form-household-found", "F2 =zjg"),
    ("form-household-chosen", "F2 =zjg Enter"),
    ("form-problem", "3 Ctrl+N Ctrl+S"),
    ("form-leave", "F2 =zjg Enter Esc"),
    ("form-parked", "F2 =zjg Enter Ctrl+P"),
    ("find", "Ctrl+F =建"),
    ("find-nothing", "Ctrl+F =不存在的人"),
    ("palette", "Ctrl+K"),
    ("palette-narrowed", "Ctrl+K =bx"),
    ("help", "3 F1"),
    ("household-page", "9 Down Down Down Enter Down"),
    ("actions-refused", "3 F12"),
    ("end-of-day-signed", "0 Left"),
    ("end-of-day-note", "0 F6"),
    ("end-of-day-sign", "0 F10"),
    ("report-summary", "0 Ctrl+V"),
    ("report-figures", "0 Ctrl+V Down Enter Right"),
    ("report-codes-of-the-quarter", "0 Ctrl+V F5 Down Down Down"),
    ("report-hours", "0 Ctrl+V Down Down Down Down Down Down Down Down Down Down Enter"),
    ("report-course", "0 Ctrl+V Down Down Down Down Down Down Down Down Down Down Down Down"),
    ("report-cases", "0 Ctrl+V Down Down Enter Enter"),
    ("report-of-the-day", "0 Ctrl+V F5 F5 F5 Down"),
];

/// A picture for each language and size in one file, so that they are read side by side.
pub fn picture(name: &str, stage: impl Fn(Lang) -> Stage) {
    let mut album = String::new();
    for lang in Lang::ALL {
        let mut stage = stage(lang);
        for size in SIZES {
            let text = stage.text(size);
            writeln!(album, "== {} {}x{}\n{text}", lang.tag(), size.0, size.1).unwrap();
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, album);
    });
}

#[test]
fn every_screen() {
    for (name, keys) in SCREENS {
        picture(name, |lang| {
            let mut stage = Stage::supervisor(Office::standard(), lang);
            stage.press(keys);
            stage
        });
    }
}

#[test]
fn the_forms_of_the_six_tabs() {
    // Those with a tab of their own; what all others must do is asked in `kinds`.
    for kind in qiantai::desk::kinds::STANDARD.iter().take(6) {
        picture(&format!("form-of-{}", kind.id), |lang| crate::kinds::opening_form(kind, lang));
    }
}

#[test]
fn before_anybody_is_at_work() {
    picture("login", |lang| Stage::new(Office::standard(), lang));
    picture("login-wrong-pin", |lang| {
        let mut stage = Stage::new(Office::standard(), lang);
        stage.press("1 =1234 Enter");
        stage
    });
    picture("opening-list", |lang| {
        let mut stage = Stage::new(Office::standard(), lang);
        stage.enter(crate::office::BOSS);
        stage
    });
}

#[test]
fn an_office_without_anything() {
    for (name, keys) in [
        ("empty-calls", "1"),
        ("empty-callbacks", "7"),
        ("empty-households", "9"),
        ("empty-end-of-day", "0"),
        ("empty-form", "F2"),
    ] {
        picture(name, |lang| {
            let mut stage = Stage::receptionist(Office::empty(), lang);
            stage.press(keys);
            stage
        });
    }
}
