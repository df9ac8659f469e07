//! Where templates come from: built in, or edited by the office.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::{Fault, What};

/// The directory of edited templates within the configuration directory.
pub const DIRECTORY: &str = "forms";

/// A template longer than this many bytes is none.
const LONGEST: u64 = 1 << 20;

/// Declares the built-in templates by the names of their files.
macro_rules! built_in {
    ($($name:literal,)+) => {
        /// The built-in templates by name, and those that they share.
        pub const BUILT_IN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../assets/forms/", $name, ".typ"))),)+
        ];
    };
}

built_in! {
    "common",
    "case",
    "work-order",
    "complaint",
    "move-in",
    "hand-over-receipt",
    "release-pass",
    "renovation-permit",
    "rectify-notice",
    "stop-order",
    "worker-pass",
    "worker-passes",
    "vehicle-pass",
    "loan-slip",
    "parcel-slip",
    "hand-over",
    "survey-form",
    "letter-report",
    "move-out",
    "training-sheet",
    "day",
    "household",
    "report",
}

/// The text of a built-in template.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// A text and where it was read from; `None` for a built-in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The name, without the ending `.typ`.
    pub name: &'static str,
    /// Typst.
    pub text: String,
    /// The edited file.
    pub file: Option<PathBuf>,
}

/// The built-in templates, which a main template imports as `/common.typ` and the like.
#[must_use]
pub fn plain() -> Vec<Text> {
    let text = |&(name, text): &(&'static str, &str)| Text { name, text: text.to_owned(), file: None };
    BUILT_IN.iter().map(text).collect()
}

/// The same with those of the office in place of the built-in ones. A file that can't be read as text is
/// a fault, and leaves the built-in one in its place.
#[must_use]
pub fn edited(directory: &Path) -> (Vec<Text>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut texts = plain();
    for text in &mut texts {
        let file = directory.join(format!("{}.typ", text.name));
        match read(&file) {
            Ok(Some(edited)) => {
                text.text = edited;
                text.file = Some(file);
            }
            Ok(None) => {}
            Err(what) => faults.push(Fault { file, line: None, what }),
        }
    }
    (texts, faults)
}

fn read(file: &Path) -> Result<Option<String>, What> {
    let unreadable = |error: &io::Error| What::Unreadable(error.to_string());
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
        // A named pipe would never end.
        Ok(metadata) if !metadata.is_file() || metadata.len() > LONGEST => return Err(What::NoText),
        Ok(_) => {}
    }
    let bytes = fs::read(file).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map(Some).map_err(|_| What::NoText)
}

/// The directory of the configuration, `QIANTAI_CONFIG` or the platform's.
#[must_use]
pub fn configuration() -> Option<PathBuf> {
    env::var_os("QIANTAI_CONFIG").map(PathBuf::from).or_else(|| {
        directories::ProjectDirs::from("", "", "qiantai").map(|dirs| dirs.config_dir().to_owned())
    })
}

/// The directory of the office's own templates.
#[must_use]
pub fn directory() -> Option<PathBuf> {
    configuration().map(|configuration| configuration.join(DIRECTORY))
}

/// Copies a built-in template into the directory, to be edited there. One that is there already stays.
///
/// # Errors
/// The directory or the file can't be written; a file that is there is the error `AlreadyExists`.
pub fn copy_out(directory: &Path, text: &Text) -> io::Result<PathBuf> {
    fs::create_dir_all(directory)?;
    let file = directory.join(format!("{}.typ", text.name));
    let mut new = fs::OpenOptions::new().write(true).create_new(true).open(&file)?;
    new.write_all(text.text.as_bytes())?;
    Ok(file)
}
