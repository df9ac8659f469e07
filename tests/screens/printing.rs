//! Printing from a case: the forms it has, what is said, and the text before it is paper.
#![cfg(feature = "print")]

use std::fs;

use qiantai::text::lang::Lang;

use crate::frames::assert_whole;
use crate::office::Office;
use crate::pictures::SIZES;
use crate::stage::Stage;

#[test]
fn a_form_is_chosen_looked_at_and_saved() {
    for lang in Lang::ALL {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("单.pdf");
        let mut stage = Stage::supervisor(Office::standard(), lang);
        stage.press("3 Ctrl+P");
        assert_whole(&mut stage, "the forms of a repair");
        let (form, other) = match lang {
            Lang::ZhCn => ("维修服务任务单", "事项登记单"),
            Lang::En => ("Work Order", "Case Record"),
        };
        for size in SIZES {
            let text = stage.text(size);
            assert!(text.contains(form) && text.contains(other), "{text}");
        }
        stage.press("F8");
        assert_whole(&mut stage, "a preview");
        let text = stage.text((120, 36));
        assert!(text.contains("BX-2026") && text.contains(form), "{text}");
        stage.press("Down PageDown End Right Left Home Esc");
        stage.press(&"Backspace ".repeat(300));
        stage.press("F5");
        let nothing = if lang == Lang::En { "Give the name" } else { "请写出文件名" };
        assert!(stage.text((80, 24)).contains(nothing));
        stage.type_text(&path.display().to_string());
        stage.press("F5");
        assert!(fs::read(&path).unwrap().starts_with(b"%PDF-"));
        let text = stage.text((120, 36));
        let (saved, done) =
            if lang == Lang::En { ("saved as", "printed") } else { ("已存为", "已打印") };
        assert!(text.contains(saved), "{text}");
        // The record stands in the timeline, and the next one will be a copy.
        stage.press("3 Enter End");
        let text = stage.text((120, 36));
        assert!(text.contains(done), "{text}");
        stage.press("Ctrl+P");
        let copy = if lang == Lang::En { "printed before: 1" } else { "已打印 1 次" };
        assert!(stage.text((120, 36)).contains(copy), "{}", stage.text((120, 36)));
    }
}

#[test]
fn a_wrong_path_is_said_in_the_dialog_and_can_be_mended() {
    let mut stage = Stage::supervisor(Office::standard(), Lang::ZhCn);
    stage.press("3 Ctrl+P");
    stage.press(&"Backspace ".repeat(300));
    stage.type_text("/no-such-directory/a.pdf");
    stage.press("Enter");
    let text = stage.text((80, 24));
    assert!(text.contains("没有记作打印") && text.contains("/no-such-directory/a.pdf"), "{text}");
}
