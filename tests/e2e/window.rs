//! The window itself: its size, its end, and what was typed when the program went away.

use crate::office::{DESK, Office, Speaks};
use crate::terminal::until;

const ALTERNATE_SCREEN_LEFT: &[u8] = b"\x1b[?1049l";

#[test]
fn a_window_that_is_too_small_says_so_and_keeps_what_is_typed() {
    let office = Office::new(Speaks::English);
    let mut terminal = office.at_work(DESK);
    terminal.press(&["F2"]);
    terminal.sees("LD");
    terminal.paste("张建国");
    terminal.sees("3-2-1501");
    terminal.resize(40, 10);
    terminal.sees_no("3-2-1501");
    terminal.resize(80, 24);
    terminal.sees("3-2-1501");
    until("the cursor stands behind what was typed", || {
        terminal.cursor().is_some_and(|(row, column)| column >= 2 && terminal.cell((row, column - 2)) == "国")
    });
    assert!(terminal.look(vt100::Screen::alternate_screen));
}

#[test]
fn a_call_that_was_being_typed_outlives_the_program() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F2"]);
        terminal.sees("LD");
        terminal.types("zjg");
        terminal.sees("3-2-1501");
        terminal.sees(speaks.of("草稿 1", "1 parked"));
        terminal.kill();
        let mut terminal = office.at_work(DESK);
        terminal.press(&["F4"]);
        terminal.sees("zjg");
    }
}

#[test]
fn the_terminal_is_given_back() {
    let office = Office::new(Speaks::English);
    let mut terminal = office.at_work(DESK);
    terminal.press(&["Ctrl+Q"]);
    assert!(terminal.wait().success());
    assert!(terminal.raw().windows(ALTERNATE_SCREEN_LEFT.len()).any(|bytes| bytes == ALTERNATE_SCREEN_LEFT));
    assert!(terminal.cursor().is_some());
}
