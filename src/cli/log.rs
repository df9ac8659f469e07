//! The log: what went wrong beside the work, for whoever looks after the computer.
//!
//! It lies beside the book, a file a day. Nobody's name, number or PIN belongs into it: what is logged names
//! places, causes and cases' numbers, and errors show themselves without what stood in a record. As a last
//! gate runs of six digits and more are masked here, and nothing in it can move a cursor.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use chrono::Utc;
use tracing::Level;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::text::plain::harmless;

/// The directory of the log within a data directory.
const DIRECTORY: &str = "log";
/// Days of which the log is kept.
const DAYS: usize = 14;
/// From so many digits in a row on they may be a PIN, a telephone or an identity number.
const NUMBER: usize = 6;

/// Begins to log for a data directory. Where nothing can be written there is no log: the program works without.
pub(super) fn start(data: &Path) {
    let directory = data.join(DIRECTORY);
    // The crate complains on standard error about a directory that is not there yet.
    if std::fs::create_dir_all(&directory).is_err() {
        return;
    }
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("qiantai")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(directory);
    let Ok(file) = file else { return };
    let log = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_ansi(false)
        .with_timer(Seconds)
        .with_writer(Mutex::new(Gate(file)))
        .finish();
    // Within one process it is begun once; whoever comes later has it already.
    drop(tracing::subscriber::set_global_default(log));
}

/// Instants to the second: fractions of it would look like a PIN.
struct Seconds;

impl FormatTime for Seconds {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        write!(w, "{}", Utc::now().format("%Y-%m-%dT%H:%M:%SZ"))
    }
}

/// Through which everything goes that is logged, a line at a time.
struct Gate<W>(W);

impl<W: Write> Write for Gate<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = text.strip_suffix('\n').map_or(text.clone(), |line| Cow::Owned(line.to_owned()));
        self.0.write_all(masked(&harmless(&text)).as_bytes())?;
        self.0.write_all(b"\n")?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text whose long runs of digits are hidden.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    // The sign behind the end closes the last run.
    for c in text.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_numeric() => digits.push(c),
            c => {
                let long = digits.chars().count() >= NUMBER;
                out.push_str(if long { "***" } else { &digits });
                digits.clear();
                out.extend(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked_and_nothing_moves_a_cursor() {
        let mut file = Vec::new();
        let line = "12:04 WARN 13912345678 and 440301199001011234, PIN 246810, case 007 \u{1b}[2J\nnext\n";
        let written = Gate(&mut file).write(line.as_bytes()).unwrap();
        assert_eq!(written, line.len());
        let said = String::from_utf8(file).unwrap();
        assert_eq!(said, "12:04 WARN *** and ***, PIN ***, case 007 ?[2J next\n");
        assert_eq!(
            masked("\u{ff11}\u{ff13}\u{ff19}\u{ff11}\u{ff12}\u{ff13}\u{ff14}"),
            "***",
            "full-width too"
        );
    }
}
