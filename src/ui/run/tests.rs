//! A fault in the program, in a terminal of its own.

use std::io::{BufRead, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::*;
use crate::counter::community::{self, Setup};
use crate::desk::people::Role;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::look::Look;

/// A screen that breaks when a key is pressed.
struct Broken;

impl Screen for Broken {
    fn refresh(&mut self, _: &mut Cx) {}

    fn draw(&mut self, _: &mut Frame, _: Rect, _: &Look) {}

    fn event(&mut self, _: &Event, _: &mut Cx) -> bool {
        panic!("broken on purpose")
    }

    fn hints(&self, _: &Look) -> Vec<Hint> {
        vec![Hint { key: "Enter".into(), does: "breaks".into() }]
    }

    fn help_topic(&self) -> &'static str {
        "login"
    }
}

/// What runs in the terminal: a fault, the sentence about it, and a line read as any program reads one.
#[test]
#[ignore = "has a fault; the test below runs it in a terminal"]
fn has_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), STANDARD).unwrap();
    let setup = Setup { community: "Green Park", operator: "Ann", role: Role::Supervisor, pin: "246810" };
    community::init(&mut store, Utc::now(), &setup).unwrap();
    let mut app = App::new(store, Config::plain(Lang::En), Utc::now()).unwrap();
    app.layers.push(Box::new(Broken));
    let ended = guarded(app);
    println!("{}", ended.unwrap_err().say(Lang::En));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).unwrap();
    println!("took {}", line.trim_end());
}

/// The loop sleeps no longer than a sentence stays that hides the flags of what is overdue.
#[test]
fn the_loop_wakes_when_a_sentence_ends() {
    let store = Store::in_memory(STANDARD).unwrap();
    let now = Utc::now();
    let mut app = App::new(store, Config::plain(Lang::En), now).unwrap();
    let minute = Duration::from_mins(1);
    assert_eq!(wait(&app, None, minute), minute);
    app.apply(Message::Toast(Tone::Good, "saved".into()));
    let sleeps = wait(&app, None, minute);
    assert!(sleeps > Duration::ZERO && sleeps < Duration::from_secs(10), "{sleeps:?}");
    assert_eq!(wait(&app, Some(Instant::now()), minute), Duration::ZERO);
    app.now(now + sleeps - Duration::from_millis(1));
    assert_eq!(wait(&app, None, minute), Duration::from_millis(1));
    app.now(now + sleeps);
    assert_eq!(app.toast_left(), None);
    assert_eq!(wait(&app, None, minute), minute);
}

#[test]
fn a_fault_gives_the_terminal_back() {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "ui::run::tests::has_a_fault", "--nocapture"]);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut input = pair.master.take_writer().unwrap();
    let parser = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let shown = Arc::new(Mutex::new(parser));
    let shared = Arc::clone(&shown);
    let reader = thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            shared.lock().unwrap().process(&buffer[..read]);
        }
    });
    let wait_for = |what: &str, is: &dyn Fn(&vt100::Screen) -> bool| {
        let until = Instant::now() + Duration::from_secs(20);
        while !is(shown.lock().unwrap().screen()) {
            assert!(
                Instant::now() < until,
                "waited for {what}:\n{}",
                shown.lock().unwrap().screen().contents()
            );
            thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for("the screen", &|screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.contents().contains("breaks")
    });
    input.write_all(b"x").unwrap();
    let sentence = OpenError::Panicked.say(Lang::En);
    let begin: String = sentence.chars().take(40).collect();
    wait_for("the sentence", &|screen| screen.contents().contains(&begin));
    {
        let shown = shown.lock().unwrap();
        let screen = shown.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
    // Enter ends a line again: in the mode of the screen it would not.
    // The thread that read keys for the screen may take the first line, and ends by that.
    let until = Instant::now() + Duration::from_secs(20);
    let took = || shown.lock().unwrap().screen().contents().contains("took a line");
    while !took() {
        assert!(Instant::now() < until, "no line is read:\n{}", shown.lock().unwrap().screen().contents());
        input.write_all(b"a line\r").unwrap();
        thread::sleep(Duration::from_millis(300));
    }
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
}
