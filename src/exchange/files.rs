//! Choosing the file to read: what a directory holds, and what a half-typed path means.

use std::io;
use std::path::{Path, PathBuf, is_separator};

/// Endings of files that can be read as a roster.
pub const ENDINGS: [&str; 7] = ["xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "json"];

/// Entries of one directory that are looked at; more would not be looked through by anybody.
const ENTRIES_MAX: usize = 5_000;

/// Something in a directory that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub is_directory: bool,
}

/// What a directory holds that can be chosen: directories first, then files that can be read, each by name.
/// Hidden ones are left out.
///
/// # Errors
/// The directory can't be read.
pub fn entries(directory: &Path) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)?.take(ENTRIES_MAX) {
        // An entry that vanished while the directory was read is not there.
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        let Ok(about) = std::fs::metadata(&path) else { continue };
        if about.is_dir() || can_be_read(&path) {
            found.push(Entry { name, path, is_directory: about.is_dir() });
        }
    }
    found.sort_by_cached_key(|entry| (!entry.is_directory, entry.name.to_lowercase()));
    Ok(found)
}

/// Whether a file's ending is one of those that can be read.
#[must_use]
pub fn can_be_read(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// A typed path as the directory that it names and the beginning of a name behind it.
///
/// `~` stands for the home directory; what does not begin at a root is looked for from `from` on.
#[must_use]
pub fn parted(typed: &str, from: &Path, home: Option<&Path>) -> (PathBuf, String) {
    let (directory, name) = match typed.rfind(is_separator) {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let directory = match (directory.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.starts_with(is_separator) => {
            home.join(rest.trim_start_matches(is_separator))
        }
        _ => from.join(directory),
    };
    (directory, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_offers_what_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.xlsx", "A.csv", "notes.txt", ".hidden.csv", "~$b.xlsx", "C.ODS"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        std::fs::create_dir(dir.path().join("z")).unwrap();
        let names: Vec<String> = entries(dir.path()).unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["z", "A.csv", "b.xlsx", "C.ODS"]);
        entries(&dir.path().join("missing")).unwrap_err();
    }

    #[test]
    fn a_typed_path_is_a_directory_and_a_beginning() {
        let (from, home) = (Path::new("/work"), Path::new("/home/desk"));
        for (typed, directory, name) in [
            ("", "/work", ""),
            ("ros", "/work", "ros"),
            ("lists/ros", "/work/lists", "ros"),
            ("/data/", "/data", ""),
            ("/ro", "/", "ro"),
            ("~/lists/a", "/home/desk/lists", "a"),
            ("~a", "/work", "~a"),
        ] {
            let (found, rest) = parted(typed, from, Some(home));
            assert_eq!((found.as_path(), rest.as_str()), (Path::new(directory), name), "{typed}");
        }
    }
}
