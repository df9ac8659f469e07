//! What every kind's screens must do, asked of all kinds there are.

use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::text::lang::{Lang, t};
use qiantai::text::say::kind_name;

use crate::frames::{assert_frames, assert_whole};
use crate::office::Office;
use crate::pictures::SIZES;
use crate::stage::Stage;

/// The form of a new case of a kind, chosen from the palette by its name as a person would.
pub fn opening_form(kind: &Kind, lang: Lang) -> Stage {
    let mut stage = Stage::supervisor(Office::standard(), lang);
    stage.press("Ctrl+K");
    stage.type_text(&t(lang, "ui.palette.new", &[("kind", &kind_name(lang, kind.id))]));
    stage.press("Enter");
    stage
}

#[test]
fn each_has_a_form_that_fits_and_says_what_is_missing() {
    for kind in STANDARD.iter() {
        for lang in Lang::ALL {
            let mut stage = opening_form(kind, lang);
            let title = kind_name(lang, kind.id);
            for size in SIZES {
                let text = stage.text(size);
                assert!(
                    text.lines().nth(1).is_some_and(|line| line.contains(&title)),
                    "{}:\n{text}",
                    kind.id
                );
                assert_frames(&stage.draw(size), kind.id);
            }
            // Saved without anything typed it opens a case, or stays and says what it needs.
            let before = cases(&stage);
            stage.press("Ctrl+S");
            let stays = stage.text(SIZES[1]).contains('!');
            assert!(stays || cases(&stage) > before, "{}: neither saved nor refused", kind.id);
            assert_frames(&stage.draw(SIZES[0]), kind.id);
        }
    }
}

#[test]
fn each_offers_forms_or_reasons_for_all_actions_of_its_cases() {
    for kind in STANDARD.iter() {
        let office = Office::standard();
        let query = qiantai::store::cases::Query {
            kind: Some(kind.id.to_owned()),
            limit: 20,
            ..qiantai::store::cases::Query::default()
        };
        let numbers: Vec<String> =
            office.store.list(&query).unwrap().rows.into_iter().map(|row| row.case.number).collect();
        let mut stage = Stage::supervisor(office, Lang::En);
        for number in numbers {
            stage.press("Ctrl+F");
            stage.type_text(&number);
            stage.press("Enter");
            for size in SIZES {
                let text = stage.text(size);
                assert!(text.contains(&number), "{number} is not shown:\n{text}");
                assert_frames(&stage.draw(size), &number);
            }
            for slot in 5..=11 {
                stage.press(&format!("F{slot}"));
                assert_whole(&mut stage, &number);
                stage.press("Esc Esc");
            }
            stage.press("F12");
            assert_whole(&mut stage, &number);
            stage.press("Esc Esc");
        }
    }
}

fn cases(stage: &Stage) -> u64 {
    stage.app.store().count(&qiantai::store::cases::Query::default()).unwrap()
}
