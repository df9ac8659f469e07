//! Writing what a list shows as a file.

use qiantai::text::lang::Lang;

use crate::frames::assert_whole;
use crate::office::Office;
use crate::stage::Stage;

const WIDE: (u16, u16) = (120, 36);

/// Chooses the format with so many steps to the right, and that file.
fn choose(stage: &mut Stage, steps: usize, fields: usize, file: &str) {
    stage.press(&"Right ".repeat(steps));
    stage.press(&"Down ".repeat(fields));
    stage.press("End");
    stage.press(&"Backspace ".repeat(200));
    stage.type_text(file);
}

#[test]
fn a_list_is_written_where_the_person_says() {
    let dir = tempfile::tempdir().unwrap();
    for lang in Lang::ALL {
        let file = dir.path().join(format!("repairs-{lang}.csv"));
        let mut stage = Stage::receptionist(Office::standard(), lang);
        stage.press("3 Ctrl+S");
        assert_whole(&mut stage, "an export");
        choose(&mut stage, 0, 3, file.to_str().unwrap());
        stage.press("Ctrl+S");
        assert!(file.is_file(), "{}", stage.text(WIDE));
        let done = if lang == Lang::En { "records written" } else { "已写出" };
        assert!(stage.text(WIDE).contains(done), "{}", stage.text(WIDE));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("BX-20261124-001") && !text.contains("13800005678"), "masked");
        // The same once more: it asks first.
        stage.press("Ctrl+S");
        choose(&mut stage, 0, 3, file.to_str().unwrap());
        std::fs::write(&file, "mine").unwrap();
        stage.press("Ctrl+S");
        let asks = if lang == Lang::En { "is there already" } else { "已经存在" };
        assert!(stage.text(WIDE).contains(asks), "{}", stage.text(WIDE));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
        assert_whole(&mut stage, "a file that is there");
        stage.press("Ctrl+S");
        assert!(std::fs::read_to_string(&file).unwrap().contains("BX-20261124-001"));
    }
}

#[test]
fn a_supervisor_may_have_the_numbers_in_full_and_the_palette_knows_the_export() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("calls.json");
    let mut stage = Stage::supervisor(Office::standard(), Lang::En);
    stage.press("1 Ctrl+K =export Enter");
    assert!(stage.text(WIDE).contains("Telephones"), "{}", stage.text(WIDE));
    choose(&mut stage, 2, 3, file.to_str().unwrap());
    stage.press("Down Right Enter");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("13800005678"), "{text}");
    assert_eq!(stage.app.store().records("export").unwrap().len(), 1);
    stage.press("9 Ctrl+S");
    assert!(!stage.text(WIDE).contains("Opened from"), "the directory has no time");
    stage.press("Esc 0 Ctrl+S");
    assert!(stage.text(WIDE).contains("no list to export"), "{}", stage.text(WIDE));
}

#[test]
fn a_day_that_is_none_is_told_where_it_stands() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.press("3 Ctrl+S Down Down =不是日子 Ctrl+S");
    assert_whole(&mut stage, "a wrong day");
    assert!(stage.text(WIDE).contains("截止日期"));
    stage.press("Esc");
    assert!(!stage.text(WIDE).contains("截止日期"));
}

#[test]
fn the_report_on_the_screen_is_written_in_every_form() {
    let dir = tempfile::tempdir().unwrap();
    for lang in Lang::ALL {
        let mut stage = Stage::receptionist(Office::standard(), lang);
        stage.press("0 Ctrl+V");
        let forms: [(&str, &[u8]); 4] =
            [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("json", b"{")];
        for (at, (ending, beginning)) in forms.into_iter().enumerate() {
            let file = dir.path().join(format!("month-{lang}.{ending}"));
            stage.press("Ctrl+S");
            assert!(stage.text(WIDE).contains(".pdf"), "{}", stage.text(WIDE));
            assert!(!stage.text(WIDE).contains("Opened from"), "a report has its own time");
            choose(&mut stage, at, 1, file.to_str().unwrap());
            stage.press("Enter");
            let written = std::fs::read(&file).unwrap_or_else(|_| panic!("{}", stage.text(WIDE)));
            assert!(written.starts_with(beginning) && written.len() > 500, "{ending}");
            let saved = if lang == Lang::En { "Saved as" } else { "已存到" };
            assert!(stage.text(WIDE).contains(saved), "{}", stage.text(WIDE));
        }
        stage.press("Ctrl+S");
        choose(&mut stage, 0, 1, "report.doc");
        stage.press("Enter");
        assert!(
            stage.text(WIDE).contains(".pdf, .xlsx") || stage.text(WIDE).contains(".pdf、.xlsx"),
            "{}",
            stage.text(WIDE)
        );
        assert!(!std::path::Path::new("report.doc").exists());
    }
}
