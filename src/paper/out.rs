//! Where a sheet goes: into a file, to a printer, or onto the screen of another program.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use chrono::{DateTime, Utc};

use super::PaperError;

/// How long sheets that were opened in another program are kept.
const KEPT: Duration = Duration::from_hours(24);

/// A sheet that is written whole and waits to be given its name.
pub(super) struct Waiting {
    part: PathBuf,
    target: PathBuf,
}

/// Writes a file beside its target, so that a full disk or a lost permission shows before anything is recorded,
/// and no half-written file ever bears the name.
pub(super) fn write(target: &Path, bytes: &[u8]) -> Result<Waiting, PaperError> {
    let failed = |error: io::Error| PaperError::Write { path: target.to_owned(), error };
    if target.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut name = target.file_name().unwrap_or(OsStr::new("sheet.pdf")).to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let waiting = Waiting { part: target.with_file_name(name), target: target.to_owned() };
    let mut file = fs::File::create(&waiting.part).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(waiting)
}

impl Waiting {
    /// Gives the file its name; an older one of that name is replaced.
    pub fn keep(self) -> Result<PathBuf, PaperError> {
        let target = self.target.clone();
        fs::rename(&self.part, &target).map_err(|error| PaperError::Write { path: target.clone(), error })?;
        Ok(target)
    }
}

impl Drop for Waiting {
    /// What was not kept is not left lying about.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}

/// Sends a sheet to a printer, the default one where none is named.
pub(super) fn to_printer(printer: Option<&str>, title: &str, bytes: &[u8]) -> Result<(), PaperError> {
    if cfg!(windows) {
        return by_verb(title, bytes);
    }
    // Both take the sheet from their standard input, so no file with names in it is left in a spool of ours.
    for (program, to, job) in [("lp", "-d", "-t"), ("lpr", "-P", "-J")] {
        let mut command = Command::new(program);
        if let Some(printer) = printer {
            command.args([to, printer]);
        }
        command.args([job, title]);
        match fed(&mut command, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(PaperError::Printer(error.to_string())),
            Ok(said) => return said.map_err(PaperError::Printer),
        }
    }
    Err(PaperError::NoPrinter)
}

/// Runs a program with this on its standard input; what it complained about where it failed.
fn fed(command: &mut Command, bytes: &[u8]) -> io::Result<Result<(), String>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // A program that ends before it has read all says why on its other end.
        let _ = input.write_all(bytes);
    }
    let ended = child.wait_with_output()?;
    if ended.status.success() {
        return Ok(Ok(()));
    }
    let said = String::from_utf8_lossy(&ended.stderr).trim().to_owned();
    Ok(Err(if said.is_empty() { ended.status.to_string() } else { said }))
}

/// The shell's print verb, as of the menu on a file.
fn by_verb(title: &str, bytes: &[u8]) -> Result<(), PaperError> {
    let path = env::temp_dir().join(format!("{}.pdf", plain_name(title)));
    write(&path, bytes)?.keep()?;
    let script = "Start-Process -FilePath $env:QIANTAI_SHEET -Verb Print";
    let ended = Command::new("powershell")
        .args(["-NoProfile", "-NonInteractive", "-Command", script])
        .env("QIANTAI_SHEET", &path)
        .output();
    match ended {
        Ok(ended) if ended.status.success() => Ok(()),
        Ok(ended) => Err(PaperError::Printer(String::from_utf8_lossy(&ended.stderr).trim().to_owned())),
        Err(_) => Err(PaperError::NoPrinter),
    }
}

/// A file to be opened in another program. It stays for a day, in the directory of the book: what protects the
/// one protects the other.
pub(super) fn to_be_opened(book: &Path, name: &str, now: DateTime<Utc>) -> Result<PathBuf, PaperError> {
    let directory = book.join("printed");
    let failed = |error: io::Error| PaperError::Write { path: directory.clone(), error };
    fs::create_dir_all(&directory).map_err(failed)?;
    for old in fs::read_dir(&directory).map_err(failed)?.flatten() {
        let changed = old.metadata().and_then(|metadata| metadata.modified());
        let age =
            changed.ok().and_then(|changed| std::time::SystemTime::from(now).duration_since(changed).ok());
        if age.is_some_and(|age| age > KEPT) {
            // One that another program still holds goes next time.
            let _ = fs::remove_file(old.path());
        }
    }
    Ok(directory.join(format!("{}.pdf", plain_name(name))))
}

/// Opens a file with the program that the system has for it.
pub(super) fn open(path: &Path) -> Result<(), PaperError> {
    open::that_detached(path).map_err(|error| PaperError::Open { path: path.to_owned(), error })
}

/// A name that every file system takes.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '_' };
    name.chars().take(80).map(fits).collect()
}
