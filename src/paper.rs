//! What leaves the counter on paper: printed forms and reports as PDF.
//!
//! A sheet is laid out by Typst, as a library, from a *template* (`assets/forms/*.typ`, which the office may
//! change in its configuration directory) and *data* (one JSON value). [`engine`] brings the two together and
//! knows nothing of cases.
//!
//! What comes from outside (names, remarks, imported rows) is only ever data. It reaches a template as JSON
//! strings, which Typst shows and never runs, and a template reaches nothing but the files named here: no path
//! of the machine, no package, no network, no clock.

pub mod engine;
#[cfg(feature = "print")]
mod fonts;
pub mod forms;
pub mod job;
pub mod out;
#[cfg(feature = "print")]
mod press;
pub mod reports;
pub mod templates;

use std::io;
use std::path::{Path, PathBuf};

use crate::counter::CounterError;
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;

/// A fault in an edited template, which was therefore not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The template's file.
    pub file: PathBuf,
    /// Counted from 1, where a line is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What Typst says, in its own language.
    Typst(String),
    /// It was not laid out within so many seconds.
    Endless(u64),
    /// The file is no text, or longer than a template can be.
    NoText,
    /// The file is there and can't be read.
    Unreadable(String),
}

impl Fault {
    /// The sentence: file, line and what is wrong.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let what = match &self.what {
            What::Typst(said) => harmless(said).into_owned(),
            What::Endless(seconds) => t(lang, "paper.fault.endless", &[("seconds", &seconds.to_string())]),
            What::NoText => t(lang, "paper.fault.no_text", &[]),
            What::Unreadable(error) => t(lang, "paper.fault.unreadable", &[("error", error)]),
        };
        let file = self.file.display().to_string();
        match self.line {
            Some(line) => t(
                lang,
                "paper.fault.at_line",
                &[("file", &file), ("line", &line.to_string()), ("what", &what)],
            ),
            None => t(lang, "paper.fault.in_file", &[("file", &file), ("what", &what)]),
        }
    }
}

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The program was built without printing.
    #[error("built without the feature `print`")]
    NotBuilt,
    /// There is no template of that name.
    #[error("there is no template {0:?}")]
    NoTemplate(String),
    /// A built-in template can't be laid out with this data: a defect of the program.
    #[error("{file}: {what:?}", file = .0.file.display(), what = .0.what)]
    Template(Fault),
    /// The data is no JSON: a defect of the program.
    #[error(transparent)]
    Data(#[from] serde_json::Error),
    /// Laying out ended in a fault of the program.
    #[error("laying out ended in a fault")]
    Broken,
    /// The file can't be written.
    #[error("{path}: {error}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The system has no program that prints.
    #[error("no program that prints")]
    NoPrinter,
    /// The printer, or the program that feeds it, refuses.
    #[error("{0}")]
    Printer(String),
    /// No program opens the file, which is there.
    #[error("{path}: {error}", path = .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The counter refuses, or the book can't be read.
    #[error(transparent)]
    Counter(#[from] CounterError),
}

impl PaperError {
    /// The sentence, which says what to do. Times in it are in the time zone `tz`.
    #[must_use]
    pub fn say(&self, lang: Lang, tz: chrono_tz::Tz) -> String {
        match self {
            Self::NotBuilt => t(lang, "paper.error.not_built", &[]),
            Self::NoTemplate(name) => t(lang, "paper.error.no_template", &[("name", name)]),
            Self::Template(fault) => t(lang, "paper.error.template", &[("fault", &fault.say(lang))]),
            Self::Data(error) => t(lang, "paper.error.data", &[("error", &error.to_string())]),
            Self::Broken => t(lang, "paper.error.broken", &[]),
            Self::Write { path, error } => {
                let key = match error.kind() {
                    io::ErrorKind::StorageFull
                    | io::ErrorKind::QuotaExceeded
                    | io::ErrorKind::FileTooLarge => "paper.error.disk_full",
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                        "paper.error.read_only"
                    }
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "paper.error.no_directory",
                    io::ErrorKind::IsADirectory => "paper.error.is_directory",
                    _ => "paper.error.write",
                };
                t(lang, key, &[("path", &shown(path)), ("error", &error.to_string())])
            }
            Self::NoPrinter => t(lang, "paper.error.no_printer", &[]),
            Self::Printer(said) => t(lang, "paper.error.printer", &[("error", &harmless(said))]),
            Self::Open { path, error } => {
                t(lang, "paper.error.open", &[("path", &shown(path)), ("error", &error.to_string())])
            }
            Self::Counter(error) => crate::counter::say::say(error, lang, tz),
        }
    }
}

fn shown(path: &Path) -> String {
    harmless(&path.display().to_string()).into_owned()
}
