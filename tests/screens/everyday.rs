//! What a day at the counter asks of every screen: the end of a long list, a long answer, the other
//! language in the middle of a form, what is gone for good, and codes in the reader's language.

use qiantai::text::lang::{Lang, t};
use serde_json::json;

use crate::office::Office;
use crate::pictures::SIZES;
use crate::stage::Stage;

const SMALL: (u16, u16) = SIZES[0];
const WIDE: (u16, u16) = SIZES[1];

#[test]
fn end_goes_to_the_oldest_of_a_long_list_and_home_to_the_newest() {
    let mut office = Office::empty();
    // More than are read at a time.
    let mut numbers = Vec::new();
    for call in 0..450 {
        let given = json!({ "contact": "张建国", "about": "enquiry", "content": format!("第{call}次") });
        numbers.push(office.open("2026-11-24 08:00", "call", given));
    }
    let mut stage = Stage::receptionist(office, Lang::En);
    stage.press("1 Home");
    let chosen = |stage: &mut Stage, number: &str| {
        let text = stage.text(WIDE);
        let row = text.lines().find(|line| line.contains('\u{258c}')).unwrap_or_default();
        assert!(row.contains(&number["LD-2026".len()..]), "{number} is not chosen:\n{text}");
    };
    chosen(&mut stage, &numbers[449]);
    stage.press("End");
    chosen(&mut stage, &numbers[0]);
    // From there upwards, past the begin of what was read from the end.
    stage.press(&"Up ".repeat(230));
    chosen(&mut stage, &numbers[230]);
    stage.press("Down");
    chosen(&mut stage, &numbers[229]);
    stage.press("Home");
    chosen(&mut stage, &numbers[449]);
}

#[test]
fn a_long_answer_is_read_to_its_end_beside_the_form() {
    for lang in Lang::ALL {
        let mut office = Office::empty();
        let lines: Vec<String> = (1..=40).map(|line| format!("- 第{line:02}条")).collect();
        let body = lines.join("\n");
        let given = json!({ "question": "装修怎么申请", "category": "procedures", "body": body });
        let number = office.open("2026-11-24 08:00", "answer", given);
        let mut stage = Stage::receptionist(office, lang);
        let values = json!({ "about": "enquiry", "answer_used": number });
        let values = values.as_object().unwrap().clone();
        stage.app.apply(qiantai::ui::cx::Message::NewCase("call".to_owned(), values));
        stage.press("Tab");
        let first = stage.text(SMALL);
        assert!(first.contains("第01条") && !first.contains("第40条"), "{first}");
        for _ in 0..12 {
            stage.press("PageDown");
            stage.draw(SMALL);
        }
        let last = stage.text(SMALL);
        assert!(last.contains("第40条"), "{last}");
        crate::frames::assert_frames(&stage.draw(SMALL), "a long answer");
        stage.press("PageUp");
        assert!(!stage.text(SMALL).contains("第40条"));
    }
}

#[test]
fn the_other_language_reaches_the_options_of_an_open_form() {
    let mut stage = Stage::receptionist(Office::standard(), Lang::ZhCn);
    stage.press("F2 =张");
    assert!(stage.text(WIDE).contains("咨询"), "{}", stage.text(WIDE));
    stage.press("Ctrl+T");
    let text = stage.text(WIDE);
    assert!(!text.contains("咨询") && text.contains("enquiry") && text.contains("[张"), "{text}");
}

#[test]
fn what_was_written_off_is_not_out_and_says_so() {
    let mut office = Office::standard();
    let given = json!({ "contact": "张建国", "phone": "13800005678", "category": "umbrella", "count": 2,
        "until": "2026-11-24T12:00:00Z" });
    let gone = office.open("2026-11-24 08:00", "loan", given.clone());
    office.act("2026-11-24 08:10", &gone, "lose", json!({ "lost": "忘在车上" }));
    let boss = office.boss.clone();
    qiantai::counter::cases::act(
        &mut office.store,
        &boss,
        crate::office::at("2026-11-24 08:20"),
        &gone,
        "write-off",
        json!({ "reason": "找不回来" }).as_object().unwrap(),
        None,
    )
    .unwrap();
    office.open("2026-11-24 08:30", "loan", given);
    let mut stage = Stage::receptionist(office, Lang::En);
    stage.app.apply(qiantai::ui::cx::Message::ShowCase(gone));
    let shown = stage.text(WIDE);
    assert!(shown.contains("Umbrella") && !shown.contains("雨伞"), "the code by its English name:\n{shown}");
    stage.press("Ctrl+Y Down Down");
    let text = stage.text(WIDE);
    let row = text.lines().find(|line| line.contains("Umbrella")).unwrap();
    let numbers: Vec<i64> = row.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [all, out, written_off, left] = numbers[..] else { panic!("{row}\n{text}") };
    assert_eq!((out, written_off, left), (2, 2, all - 4), "{text}");
    assert!(text.contains("x2  written off"), "{text}");
}

#[test]
fn days_without_a_signature_are_told_beside_all_figures_at_every_size() {
    for lang in Lang::ALL {
        let mut stage = Stage::supervisor(Office::empty(), lang);
        stage.press("0");
        for size in [SMALL, WIDE] {
            let text = stage.text(size);
            assert!(text.contains("2026-11-22 2026-11-23"), "{text}");
            for figure in ["complaints_handled", "promises_kept"] {
                assert!(text.contains(&t(lang, &format!("ui.figure.{figure}"), &[])), "{figure}: {text}");
            }
        }
    }
}
