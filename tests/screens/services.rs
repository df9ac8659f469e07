//! The tab of the counter's other services: two keys to each, and words in the language of whoever looks.

use qiantai::desk::kinds::STANDARD;
use qiantai::text::lang::Lang;
use qiantai::text::say::kind_name;
use qiantai::ui::cx::Message;
use serde_json::json;

use crate::office::Office;
use crate::pictures::SIZES;
use crate::stage::Stage;

/// How many kinds have a tab of their own.
const OWN_TABS: usize = 6;

/// The key that stands before a name in the choice.
fn key_of(screen: &str, name: &str) -> Option<String> {
    screen.lines().find_map(|line| {
        let (key, rest) = line.trim_start_matches(['│', ' ', '\u{258c}']).split_once(' ')?;
        rest.trim_start().starts_with(name).then(|| key.to_owned())
    })
}

#[test]
fn each_service_of_the_counter_is_two_keys_away() {
    for lang in Lang::ALL {
        for kind in STANDARD.iter().skip(OWN_TABS).filter(|kind| !kind.stands_back()) {
            for size in SIZES {
                let mut stage = Stage::receptionist(Office::standard(), lang);
                stage.press("8");
                let (screen, name) = (stage.text(size), kind_name(lang, kind.id));
                let key = key_of(&screen, &name).unwrap_or_else(|| panic!("{name} is not seen:\n{screen}"));
                stage.press(&key);
                let shown = stage.text(size);
                let title = shown.lines().nth(1).unwrap_or_default();
                assert!(title.contains(&name), "8 {key} leads elsewhere than to {name}:\n{shown}");
            }
        }
    }
}

#[test]
fn the_ledgers_that_the_domain_names_are_at_hand() {
    for kind in ["training", "equipment"] {
        let kind = STANDARD.get(kind).unwrap();
        assert!(kind.office && !kind.stands_back(), "{}", kind.id);
    }
}

#[test]
fn what_is_a_code_in_a_line_is_said_in_the_readers_language() {
    for (lang, word, other) in [(Lang::ZhCn, "快递", "Parcel"), (Lang::En, "Parcel", "快递")] {
        let mut office = Office::standard();
        let given = json!({ "unit": "3-2-1501", "contact": "张建国", "tracking": "SF1001" });
        office.open("2026-11-24 09:00", "held", given);
        let mut stage = Stage::supervisor(office, lang);
        // In the search, the list, and the findings of the evening: it lies on no shelf.
        for keys in ["Ctrl+F =SF1001", "Esc Alt+8 1", "Alt+0"] {
            stage.press(keys);
            stage.wait_seconds(1);
            let screen = stage.text((160, 60));
            let lines: Vec<_> =
                screen.lines().filter(|line| line.contains("SF1001") && line.contains("1501")).collect();
            assert!(!lines.is_empty(), "{keys}:\n{screen}");
            let right = lines.iter().all(|line| line.contains(word) && !line.contains(other));
            assert!(right, "{keys}: {lines:#?}");
        }
    }
}

#[test]
fn what_a_household_owes_is_seen_in_every_form_on_a_small_screen_too() {
    for (lang, words) in [(Lang::ZhCn, "! 欠费 860.00 元"), (Lang::En, "! Owes 860.00 yuan")] {
        let mut office = Office::standard();
        let given = json!({ "unit": "5-1-1102", "contact": "曾倩" });
        let number = office.open("2026-11-24 09:00", "move-out", given);
        let mut stage = Stage::supervisor(office, lang);
        stage.app.apply(Message::Act(number, "settle-charges"));
        for size in SIZES {
            let screen = stage.text(size);
            assert_eq!(screen.matches(words).count(), 1, "{screen}");
        }
        stage.press("Esc");
        stage.press("F2 =5-1-1102 Enter");
        let screen = stage.text(SIZES[0]);
        assert_eq!(screen.matches(words).count(), 1, "{screen}");
    }
}
