//! The real binary in a pseudo-terminal: keys in, a screen out, nothing guessed by sleeping.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long something may take before a test gives up: two cores shared with everything else.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Output that rests this long after a key has been painted whole.
const REST: Duration = Duration::from_millis(40);

/// What the program wrote, and what a terminal made of it.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    last: Instant,
    gone: bool,
    /// Nobody looks any more: the window is about to close.
    closing: bool,
}

/// A program at work in a terminal of its own.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    keys: usize,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn count(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has a size")
}

impl Terminal {
    /// Starts the program with these arguments and environment.
    pub fn start(arguments: &[&str], environment: &[(&str, &str)], columns: u16, rows: u16) -> Self {
        Self::of(env!("CARGO_BIN_EXE_qiantai"), arguments, environment, columns, rows)
    }

    /// The same for another program, which may start this one.
    pub fn of(
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for name in ["NO_COLOR", "COLORTERM", "COLORFGBG", "QIANTAI_OPERATOR", "QIANTAI_PIN", "QIANTAI_DATA"]
        {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().expect("its output");
        let writer = pair.master.take_writer().expect("its input");
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(count(rows), count(columns), 0),
                raw: Vec::new(),
                last: Instant::now(),
                gone: false,
                closing: false,
            }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&seen);
        let reader = thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            loop {
                let read = output.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                if read == 0 || seen.closing {
                    seen.gone = true;
                    shared.1.notify_all();
                    return;
                }
                seen.parser.process(&buffer[..read]);
                seen.raw.extend_from_slice(&buffer[..read]);
                seen.last = Instant::now();
                shared.1.notify_all();
            }
        });
        let (master, writer) = (Some(pair.master), Some(writer));
        Self { master, writer, child, seen, reader: Some(reader), keys: 0 }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The terminal's rows as text, trailing blanks cut.
    pub fn screen(&self) -> String {
        self.seen().parser.screen().contents()
    }

    /// Looks at the terminal itself.
    pub fn look<T>(&self, at: impl FnOnce(&vt100::Screen) -> T) -> T {
        at(self.seen().parser.screen())
    }

    /// Everything the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen().raw.clone()
    }

    /// Row and column of the cursor that a whole frame has placed: while one is painted, the cursor is where
    /// the painting is. A frame ends with showing the cursor and placing it, or with the bell behind that.
    pub fn cursor_of_frame(&self) -> Option<(u16, u16)> {
        let seen = self.seen();
        let tail = &seen.raw[seen.raw.len().saturating_sub(24)..];
        let tail = String::from_utf8_lossy(tail);
        let (_, place) = tail.trim_end_matches('\x07').rsplit_once("\x1b[?25h\x1b[")?;
        let (row, column) = place.strip_suffix('H')?.split_once(';')?;
        Some((row.parse::<u16>().ok()? - 1, column.parse::<u16>().ok()? - 1))
    }

    /// How many bytes the program wrote so far.
    pub fn written(&self) -> usize {
        self.seen().raw.len()
    }

    /// How long it has written nothing.
    pub fn quiet(&self) -> Duration {
        self.seen().last.elapsed()
    }

    /// Row and column of the cursor, if it is shown.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        self.look(|screen| (!screen.hide_cursor()).then(|| screen.cursor_position()))
    }

    /// What stands in a cell.
    pub fn cell(&self, (row, column): (u16, u16)) -> String {
        self.look(|screen| screen.cell(row, column).map(|cell| cell.contents().to_owned()))
            .unwrap_or_default()
    }

    /// Waits until the screen is as asked.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is: impl Fn(&str) -> bool) {
        self.wait_within(PATIENCE, what, is);
    }

    /// Waits until the screen is as asked, at most this long.
    #[track_caller]
    pub fn wait_within(&self, patience: Duration, what: &str, is: impl Fn(&str) -> bool) {
        let until = Instant::now() + patience;
        let mut seen = self.seen();
        loop {
            let screen = seen.parser.screen().contents();
            if is(&screen) {
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what}:\n{screen}");
            assert!(!seen.gone, "the program ended; waited for {what}:\n{screen}");
            seen = self.seen.1.wait_timeout(seen, left).expect("no reader panics").0;
        }
    }

    /// Waits until these words stand on the screen.
    #[track_caller]
    pub fn sees(&self, words: &str) {
        self.wait_for(words, |screen| screen.contains(words));
    }

    /// Waits until these words stand nowhere on the screen.
    #[track_caller]
    pub fn sees_no(&self, words: &str) {
        self.wait_for(&format!("no {words}"), |screen| !screen.contains(words));
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().expect("the window is open");
        writer.write_all(bytes).expect("the terminal takes input");
        writer.flush().expect("the terminal takes input");
    }

    /// Presses keys by name: `F2`, `Ctrl+S`, `Enter`; any other text is typed key by key.
    pub fn press(&mut self, keys: &[&str]) {
        for key in keys {
            if let Some(bytes) = code(key) {
                self.keys += 1;
                self.send(&bytes);
            } else {
                self.keys += key.chars().count();
                self.send(key.as_bytes());
            }
        }
    }

    /// Presses one key, and waits until the program has painted what came of it.
    pub fn tap(&mut self, key: &str) {
        let before = self.seen().raw.len();
        self.press(&[key]);
        self.settle(before);
    }

    /// Sends bytes as they are, and waits until the program has painted what came of them.
    #[track_caller]
    pub fn send_and_settle(&mut self, bytes: &[u8]) {
        let before = self.seen().raw.len();
        self.send(bytes);
        self.settle(before);
    }

    /// Waits until output has come after that many bytes and rests.
    #[track_caller]
    pub fn settle(&self, before: usize) {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            let rested = seen.last.elapsed();
            if seen.raw.len() > before && rested >= REST {
                return;
            }
            assert!(Instant::now() < until && !seen.gone, "no frame:\n{}", seen.parser.screen().contents());
            seen = self.seen.1.wait_timeout(seen, REST).expect("no reader panics").0;
        }
    }

    /// Waits until the program has painted what it had to paint.
    pub fn rest(&self) {
        let mut seen = self.seen();
        while seen.last.elapsed() < REST && !seen.gone {
            seen = self.seen.1.wait_timeout(seen, REST).expect("no reader panics").0;
        }
    }

    /// Presses one key, and says how long it took until something on the screen was different;
    /// `None` where nothing was within `patience`.
    #[allow(dead_code)] // for the probe of the benches
    pub fn changes(&mut self, key: &str, patience: Duration) -> Option<Duration> {
        let before = self.look(vt100::Screen::clone);
        let pressed = Instant::now();
        self.press(&[key]);
        let mut seen = self.seen();
        loop {
            let painted = seen.last;
            let cursor = seen.parser.screen().cursor_position() != before.cursor_position();
            if painted > pressed && (cursor || seen.parser.screen().contents() != before.contents()) {
                return Some(painted - pressed);
            }
            let left = patience.checked_sub(pressed.elapsed())?;
            assert!(!seen.gone, "the program ended at {key}:\n{}", seen.parser.screen().contents());
            seen = self.seen.1.wait_timeout(seen, left).expect("no reader panics").0;
        }
    }

    /// Types free text, as a keyboard or an input method does. It does not count as keys.
    pub fn types(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Pastes text in brackets, as terminals do.
    pub fn paste(&mut self, text: &str) {
        self.send(b"\x1b[200~");
        self.send(text.as_bytes());
        self.send(b"\x1b[201~");
    }

    /// Keys pressed since the last time this was asked.
    pub fn keys(&mut self) -> usize {
        std::mem::take(&mut self.keys)
    }

    /// Gives the window another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.seen().parser.set_size(count(rows), count(columns));
        let master = self.master.as_ref().expect("the window is open");
        master.resize(size(columns, rows)).expect("the terminal can be resized");
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("the program runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill is there");
        assert!(sent.success());
    }

    /// Closes the window: the terminal goes away, and the program has to end by itself.
    pub fn hang_up(mut self) {
        self.seen().closing = true;
        // The reader holds the terminal too; the next frame lets it go.
        self.resize(100, 30);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no reader panics");
        }
        self.writer = None;
        self.master = None;
        self.wait();
    }

    /// Kills the program as a power cut does.
    pub fn kill(mut self) {
        self.signal("KILL");
        self.wait();
    }

    /// Waits until the program has ended and everything it wrote is read.
    pub fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                break status;
            }
            assert!(Instant::now() < until, "the program does not end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no reader panics");
        }
        status
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves no program behind; one that has ended can't be killed.
        let _ = self.child.kill();
    }
}

/// Asks again until it is so, at most as long as anything may take.
#[track_caller]
pub fn until(what: &str, is: impl FnMut() -> bool) {
    until_within(PATIENCE, what, is);
}

/// Asks again until it is so, at most this long.
#[track_caller]
pub fn until_within(patience: Duration, what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + patience;
    while !is() {
        assert!(Instant::now() < end, "waited for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What a terminal sends for a key.
fn code(key: &str) -> Option<Vec<u8>> {
    let bytes: &[u8] = match key {
        "Enter" => b"\r",
        "Tab" => b"\t",
        "BackTab" => b"\x1b[Z",
        "Esc" => b"\x1b",
        "Backspace" => b"\x7f",
        "Space" => b" ",
        "Up" => b"\x1b[A",
        "Down" => b"\x1b[B",
        "Right" => b"\x1b[C",
        "Left" => b"\x1b[D",
        "Home" => b"\x1b[H",
        "End" => b"\x1b[F",
        "PageUp" => b"\x1b[5~",
        "PageDown" => b"\x1b[6~",
        "Delete" => b"\x1b[3~",
        "Ctrl+Right" => b"\x1b[1;5C",
        "Ctrl+Left" => b"\x1b[1;5D",
        "F1" => b"\x1bOP",
        "F2" => b"\x1bOQ",
        "F3" => b"\x1bOR",
        "F4" => b"\x1bOS",
        "F5" => b"\x1b[15~",
        "F6" => b"\x1b[17~",
        "F7" => b"\x1b[18~",
        "F8" => b"\x1b[19~",
        "F9" => b"\x1b[20~",
        "F10" => b"\x1b[21~",
        "F11" => b"\x1b[23~",
        "F12" => b"\x1b[24~",
        _ => {
            if let Some(letter) = key.strip_prefix("Ctrl+").and_then(|rest| rest.bytes().next()) {
                return Some(vec![letter.to_ascii_uppercase() & 0x1f]);
            }
            let digit = key.strip_prefix("Alt+")?.bytes().next()?;
            return Some(vec![0x1b, digit]);
        }
    };
    Some(bytes.to_vec())
}

/// The program's data and configuration of one test.
pub fn directory(of: &tempfile::TempDir, name: &str) -> String {
    let path: &Path = of.path();
    path.join(name).to_str().expect("a plain path").to_owned()
}
