//! What the palette and the tab of services offer works.

use qiantai::text::lang::{Lang, t};
use qiantai::ui::keys::{Command, Place};

use crate::desk::Desk;

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
