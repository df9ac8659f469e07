//! What the palette and the tab of services offer works.

use qiantai::counter::cases::{self, NewCase};
use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::Store;
use qiantai::text::lang::{Lang, t};
use qiantai::ui::keys::{Command, Place};

use crate::desk::{BOSS, Desk, PIN, morning};

#[test]
fn every_command_that_is_heard_everywhere_is_done() {
    for command in Command::ALL {
        if command.place() == Place::Everywhere || command.tab().is_some() {
            assert!(Desk::boss(Lang::En).app.command(*command), "{}", command.id());
        }
    }
}

/// Goes down a list line by line, does each, and asks whether that led somewhere; gives how many there were.
fn lines(lang: Lang, opens: &[&str], leads: impl Fn(&str, &str, &str) -> bool) -> usize {
    let mut last = None;
    for line in 0..100 {
        let mut desk = Desk::boss(lang);
        let tab = desk.press(&["7"]).screen();
        desk.press(opens);
        desk.press(&vec!["Down"; line]);
        // The chosen line is known by its colour.
        let chosen = desk.cells();
        if last.as_ref() == Some(&chosen) {
            return line;
        }
        let before = desk.screen();
        let after = desk.press(&["Enter"]).screen();
        assert!(leads(&tab, &before, &after), "line {line}:\n{before}\n{after}");
        last = Some(chosen);
    }
    panic!("the list has no end");
}

#[test]
fn every_line_of_the_palette_leads_somewhere() {
    // What only changes colours or says something leads back to the tab without the palette.
    assert!(lines(Lang::ZhCn, &["Ctrl+K"], |_, before, after| after != before) > 20);
}

#[test]
fn every_line_of_the_services_leads_somewhere() {
    assert!(lines(Lang::En, &["8"], |tab, before, after| after != before && after != tab) > 15);
}

#[test]
fn the_phrases_lie_over_every_screen_and_go_with_the_same_key() {
    for lang in Lang::ALL {
        let title = t(lang, "phrases.hint", &[]);
        for under in [&["F2"][..], &["Ctrl+E"], &["Ctrl+F"], &["Ctrl+K"], &["9"], &["0"]] {
            let mut desk = Desk::boss(lang);
            let before = desk.press(under).screen();
            desk.press(&["Ctrl+G"]).sees(&title);
            desk.press(&["Ctrl+G"]).misses(&title);
            assert_eq!(desk.screen(), before);
        }
    }
}

#[test]
fn enter_waits_for_the_answer_to_what_is_typed() {
    let directory = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_directory(Lang::En, directory.path());
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    let boss = operators::login(&mut store, BOSS, PIN, morning()).unwrap();
    let numbers = ["问车位", "问快递"].map(|content| {
        let given = serde_json::json!({ "contact": "张建国", "about": "enquiry", "content": content });
        let values = given.as_object().unwrap().clone();
        let new = NewCase { kind: "call".to_owned(), values, ..NewCase::default() };
        cases::open(&mut store, &boss, morning(), &new).unwrap().case.number
    });
    desk.press(&["Ctrl+F"]).types("LD").waits_for(&numbers[1]);
    // The rest of the number and Enter come before its answer: what is shown yet begins with the other case.
    desk.types(&numbers[0]["LD".len()..]).press(&["Enter"]).waits_while(&numbers[1]);
    desk.sees(&numbers[0]).sees("F12");
    // Whoever types on instead has changed their mind.
    desk.press(&["Ctrl+F"]).types("LD").press(&["Enter"]).types("X").waits_for("LDX");
    for _ in 0..10 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        desk.app.answered(morning());
    }
    desk.sees("LDX");
}
