//! Keys, pastes, clicks and sizes at random into the whole screen.

use std::time::{Duration, Instant};

use qiantai::text::lang::Lang;

use crate::dice::{Dice, fuzz_waits};
use crate::office::Office;
use crate::stage::Stage;

const KEYS: &[&str] = &[
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "Enter", "Enter", "Enter",
    "Esc", "Tab", "Tab", "Up", "Down", "Down", "Left", "Right", "Home", "End", "PageUp", "PageDown", "1",
    "2", "3", "4", "5", "6", "7", "8", "9", "0", "/", "Ctrl+K", "Ctrl+F", "Ctrl+N", "Ctrl+S", "Ctrl+S",
    "Ctrl+P", "Ctrl+T", "Ctrl+L", "Ctrl+G", "Ctrl+U", "Ctrl+Y", "Ctrl+W", "Ctrl+E", "Ctrl+A", "Ctrl+Z",
    "Ctrl+C", "Ctrl+V", "Ctrl+X", "Alt+1", "Alt+9", "x",
];

const TEXTS: &[&str] =
    &["3-2-1501", "张建国", "zjg", "246810", "漏水", "明天 10:00", "13800005678", "99", "2026-11-24"];

const SIZES: &[(u16, u16)] = &[(120, 36), (80, 24), (80, 24), (200, 60), (81, 25), (40, 10), (1, 1)];

fn stage(dice: &mut Dice) -> Stage {
    let office = if dice.below(4) == 0 { Office::empty() } else { Office::standard() };
    let lang = *dice.one_of(&[Lang::ZhCn, Lang::En]);
    match dice.below(3) {
        0 => Stage::new(office, lang),
        1 => Stage::supervisor(office, lang),
        _ => Stage::receptionist(office, lang),
    }
}

/// What a person, a cat or a falling book does, one after another.
const STEPS: usize = 120;

#[test]
fn keys_into_the_whole_screen() {
    // What a screen writes by a random name goes into a directory that is thrown away.
    let directory = tempfile::tempdir().expect("a directory");
    std::env::set_current_dir(directory.path()).expect("a directory to be in");
    fuzz_waits(&[], |dice| {
        let mut stage = stage(dice);
        let mut longest = Duration::ZERO;
        for _ in 0..STEPS {
            let began = Instant::now();
            step(&mut stage, dice);
            longest = longest.max(began.elapsed());
        }
        longest
    });
}

fn step(stage: &mut Stage, dice: &mut Dice) {
    let mut size = (120, 36);
    match dice.below(14) {
        0 => stage.paste(&dice.like(TEXTS)),
        1 => stage.click(dice.below(130) as u16, dice.below(40) as u16),
        2 | 3 => {
            let text = *dice.one_of(TEXTS);
            stage.type_text(text);
        }
        4 => stage.wait_seconds(dice.below(4_000) as i64),
        5 => size = *dice.one_of(SIZES),
        _ => {
            let key = *dice.one_of(KEYS);
            stage.press(key);
        }
    }
    stage.draw(size);
}
