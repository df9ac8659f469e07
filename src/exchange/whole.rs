//! A file that appears whole under its name, or not at all.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::counter::CounterError;
use crate::desk::why::{Arg, Why};

/// A file under construction beside its name. It goes away with this, unless it is kept.
pub(super) struct Whole<'a> {
    unfinished: NamedTempFile,
    path: &'a Path,
    replace: bool,
}

impl<'a> Whole<'a> {
    /// Begins it.
    ///
    /// # Errors
    /// A file of that name is there already and not to be replaced, or the directory can't be written.
    pub(super) fn begin(path: &'a Path, replace: bool) -> Result<Self, CounterError> {
        if !replace && path.exists() {
            return Err(exists(path));
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or_else(|| Path::new("."));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let unfinished = tempfile::Builder::new().prefix(&format!(".{name}.")).tempfile_in(directory);
        let unfinished = unfinished.map_err(|error| unwritable(path, &error))?;
        Ok(Self { unfinished, path, replace })
    }

    /// The file to write into.
    ///
    /// # Errors
    /// The system has no more handles.
    pub(super) fn file(&self) -> Result<File, CounterError> {
        self.unfinished.as_file().try_clone().map_err(|error| unwritable(self.path, &error))
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// It does not get there.
    pub(super) fn sync(&self) -> Result<(), CounterError> {
        self.unfinished.as_file().sync_all().map_err(|error| unwritable(self.path, &error))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// Another one got the name in the meantime and is not to be replaced, or the directory can't be written.
    pub(super) fn keep(self) -> Result<(), CounterError> {
        let kept = if self.replace {
            self.unfinished.persist(self.path)
        } else {
            self.unfinished.persist_noclobber(self.path)
        };
        kept.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(self.path),
            _ => unwritable(self.path, &error.error),
        })?;
        Ok(())
    }
}

fn exists(path: &Path) -> CounterError {
    let file = Arg::Text(path.display().to_string());
    Why::new("exchange.why.export_exists").with("file", file).into()
}

/// Why a file can't be written, with what to do.
pub(super) fn unwritable(file: &Path, error: &io::Error) -> CounterError {
    let key = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => "full",
        io::ErrorKind::NotFound => "no_directory",
        _ => "failed",
    };
    Why::new(format!("exchange.why.export_{key}"))
        .with("file", Arg::Text(file.display().to_string()))
        .with("error", Arg::Text(error.to_string()))
        .into()
}
