//! At a terminal: PINs are asked for and not shown.

use std::io::Write;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::{Office, PIN};

/// The program at a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    shown: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn adding(office: &Office) -> Self {
        Self::running(office, &["operator", "add", "陈静", "--role", "receptionist"])
    }

    /// The program as the supervisor calls it, with no secret in its environment.
    fn running(office: &Office, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_qiantai"));
        for variable in ["QIANTAI_PIN", "QIANTAI_NEW_PIN", "QIANTAI_BACKUP_KEY", "QIANTAI_BACKUP_PASSPHRASE"]
        {
            command.env_remove(variable);
        }
        command.env("QIANTAI_DATA", office.path());
        command.args(["--lang", "en", "--operator", "王敏"]);
        command.args(arguments);
        #[cfg(unix)]
        assert!(echoes(pty.master.as_ref()), "before anything runs");
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let reader = pty.master.try_clone_reader().unwrap();
        let keyboard = pty.master.take_writer().unwrap();
        Self { child, master: pty.master, keyboard, shown: read(reader), seen: String::new() }
    }

    /// Waits until the terminal has shown these words; gives up after a while.
    #[track_caller]
    fn wait(&mut self, words: &str) {
        while !self.seen.contains(words) {
            let part = self.shown.recv_timeout(Duration::from_mins(1));
            let part = part.unwrap_or_else(|_| panic!("no {words:?} in {:?}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&part));
        }
    }

    fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Whether the terminal shows what is typed.
    #[cfg(unix)]
    fn echoes(&self) -> bool {
        echoes(self.master.as_ref())
    }
}

#[cfg(unix)]
fn echoes(terminal: &dyn MasterPty) -> bool {
    const ECHO: u64 = 0x8;
    let flags: u64 = terminal.get_termios().unwrap().local_flags.bits().into();
    flags & ECHO != 0
}

/// Sends on what a terminal shows.
fn read(mut reader: Box<dyn std::io::Read + Send>) -> Receiver<Vec<u8>> {
    let (send, shown) = channel();
    std::thread::spawn(move || {
        let mut part = [0; 1024];
        while let Ok(count @ 1..) = reader.read(&mut part) {
            if send.send(part[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    shown
}

#[test]
fn pins_are_asked_for_and_not_shown() {
    let office = Office::new();
    let mut terminal = Terminal::adding(&office);
    for prompt in ["PIN of 王敏: ", "New PIN of 陈静: ", "The same PIN again: "] {
        terminal.wait(prompt);
        #[cfg(unix)]
        assert!(!terminal.echoes(), "whoever types at once is seen");
        // Typed wrongly, taken back, and typed again.
        terminal.types("99\u{7f}\u{7f}");
        terminal.types(&format!("{PIN}\r"));
    }
    terminal.wait("陈静 (receptionist) was added.");
    assert!(terminal.child.wait().unwrap().success());
    for typed in [PIN, "99"] {
        assert!(!terminal.seen.contains(typed), "{}", terminal.seen);
    }
    assert_eq!(office.by("陈静", &["operator", "list"]).code, 0);
}

#[cfg(unix)]
#[test]
fn who_gives_up_at_the_pin_gets_the_terminal_back() {
    let office = Office::new();
    for key in ["\u{3}", "\u{4}"] {
        let mut terminal = Terminal::adding(&office);
        terminal.wait("PIN of 王敏: ");
        assert!(!terminal.echoes());
        terminal.types(key);
        terminal.wait("The PIN was not typed; nothing was done.");
        assert_eq!(terminal.child.wait().unwrap().exit_code(), 1);
        assert!(terminal.echoes());
    }
}

#[test]
fn a_passphrase_is_asked_for_twice_and_not_shown() {
    const PASSPHRASE: &str = "seven umbrellas at the gate";
    let office = Office::new();
    let file = office.path().join("copy.db");
    let call = ["backup", file.to_str().unwrap(), "--passphrase"];
    let asked = [("PIN of 王敏: ", PIN), ("Passphrase of the copy: ", PASSPHRASE)];
    let again = "The same passphrase again: ";
    for (typed, answer) in [("seven", "The two passphrases differ"), (PASSPHRASE, "proved and encrypted")] {
        let mut terminal = Terminal::running(&office, &call);
        for (prompt, typed) in asked.into_iter().chain([(again, typed)]) {
            terminal.wait(prompt);
            #[cfg(unix)]
            assert!(!terminal.echoes(), "whoever types at once is seen");
            terminal.types(&format!("{typed}\r"));
        }
        terminal.wait(answer);
        terminal.child.wait().unwrap();
        assert!(!terminal.seen.contains("seven"), "{}", terminal.seen);
    }
    let sealed = office.path().join("copy.db.age");
    let other = Office::empty();
    let mut terminal = Terminal::running(&other, &["restore", sealed.to_str().unwrap()]);
    for (prompt, typed) in [("copy.db.age: ", PASSPHRASE), ("PIN of 王敏: ", PIN)] {
        terminal.wait(prompt);
        terminal.types(&format!("{typed}\r"));
    }
    terminal.wait("There was no book before");
    assert!(terminal.child.wait().unwrap().success());
    assert!(!terminal.seen.contains("seven"), "{}", terminal.seen);
}
