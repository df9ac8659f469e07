//! At a terminal: PINs are asked for and not shown.

use std::io::{Read as _, Write as _};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::{Office, PIN};

/// Waits until the terminal has shown these words; gives up after a while.
fn wait(shown: &Receiver<Vec<u8>>, seen: &mut String, words: &str) {
    while !seen.contains(words) {
        let part = shown.recv_timeout(Duration::from_secs(20));
        seen.push_str(&String::from_utf8_lossy(&part.unwrap_or_else(|_| panic!("no {words:?} in {seen:?}"))));
    }
}

#[test]
fn pins_are_asked_for_and_not_shown() {
    let office = Office::new();
    let pty =
        native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qiantai"));
    for variable in ["QIANTAI_PIN", "QIANTAI_NEW_PIN"] {
        command.env_remove(variable);
    }
    command.env("QIANTAI_DATA", office.path());
    command.args(["--lang", "en", "--operator", "王敏", "operator", "add", "陈静", "--role", "receptionist"]);
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let (send, shown) = channel();
    let mut reader = pty.master.try_clone_reader().unwrap();
    std::thread::spawn(move || {
        let mut part = [0; 1024];
        while let Ok(count @ 1..) = reader.read(&mut part) {
            if send.send(part[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut keyboard = pty.master.take_writer().unwrap();
    let mut seen = String::new();
    for prompt in ["PIN of 王敏: ", "New PIN of 陈静: ", "The same PIN again: "] {
        wait(&shown, &mut seen, prompt);
        keyboard.write_all(format!("{PIN}\r").as_bytes()).unwrap();
    }
    wait(&shown, &mut seen, "陈静 (receptionist) was added.");
    assert!(child.wait().unwrap().success());
    assert!(!seen.contains(PIN), "{seen}");
    assert_eq!(office.by("陈静", &["operator", "list"]).code, 0);
}
