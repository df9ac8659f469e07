//! What can go wrong with the file.

use std::path::PathBuf;

use super::chain;

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is another program's.
    #[error("{0} is not a Qiantai file")]
    Foreign(PathBuf),
    /// The file was written by a newer version of the program.
    #[error("{path} has form {found}, this program knows {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// Another process kept the file busy for too long.
    #[error("another program keeps the file busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The file or its directory can't be written.
    #[error("the file cannot be written")]
    ReadOnly,
    /// The file is damaged.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// An entry does not follow from the one before it.
    #[error("entry {seq} does not follow from the one before")]
    Broken {
        /// The entry's place.
        seq: i64,
        /// What is wrong there.
        fault: chain::ChainFault,
    },
    /// The file was removed, moved or replaced while it was open.
    #[error("{0} is gone")]
    Gone(PathBuf),
    /// A file of that name is there, and none is overwritten.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// Somebody broke the work off.
    #[error("broken off")]
    Stopped,
    /// A new book was to be made, and something was refused in it when it was half done.
    #[error("refused when it was half done")]
    HalfDone,
    /// The file is encrypted, and nothing that opens it was given.
    #[error("{0} is encrypted")]
    Sealed(PathBuf),
    /// What was given does not open the file.
    #[error("{0} is not opened by this key")]
    WrongKey(PathBuf),
    /// An encrypted file was cut short or changed.
    #[error("{0} was cut short or changed")]
    Torn(PathBuf),
    /// What is to encrypt copies is no public key.
    #[error("{0} is no public key")]
    NoKey(String),
    /// A record does not have the form it should have. What stands in it is nobody's business here: this goes
    /// into the log.
    #[error("a record is damaged: {:?} at column {}", .0.classify(), .0.column())]
    Record(#[from] serde_json::Error),
    /// The case was changed by somebody else since it was read.
    #[error("{0} was changed meanwhile")]
    Stale(String),
    /// The file or directory can't be reached.
    #[error("{path}: {source}")]
    Io {
        /// What was to be reached.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The computer gives no random numbers.
    #[error("the computer gives no random numbers: {0}")]
    Random(String),
    /// The disk fails, or has no more room for a file of this size.
    #[error("the disk failed: {0}")]
    Disk(String),
    /// Anything else that SQLite says.
    #[error("{0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy,
            Some(Code::DiskFull) => Self::Full,
            Some(Code::OperationInterrupted) => Self::Stopped,
            Some(Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied) => Self::ReadOnly,
            Some(Code::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// Short for a result of this room.
pub type Result<T> = std::result::Result<T, StoreError>;
