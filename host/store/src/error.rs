//! What can go wrong with the database.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A failed read or write of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder or file could not be made or opened.
    #[error("the data folder {path} cannot be used: {cause}; choose another one or correct its permissions")]
    Folder {
        /// What was to be opened.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A newer version of the program has written this database.
    #[error("the database is of version {found}, this program knows versions up to {known}; use the newer program")]
    TooNew {
        /// The version in the file.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A connection of this label is there already.
    #[error("a connection called `{label}` exists already; choose another label or disconnect that one")]
    LabelTaken {
        /// The label asked for.
        label: String,
    },
    /// Several runs begin with the given text.
    #[error("several runs begin with `{prefix}`; give more of the id")]
    AmbiguousRun {
        /// What was given.
        prefix: String,
    },
    /// A step of this name has ended in this run, or its attempt has begun: what was kept of it stays.
    #[error("the step `{path}` of the run `{run}` was recorded before")]
    StepTaken {
        /// The run.
        run: String,
        /// The step.
        path: String,
    },
    /// A run has ended, or there is none of this id: how it ended stays.
    #[error("the run `{run}` has ended already")]
    RunEnded {
        /// The run.
        run: String,
    },
    /// A run that goes on is not deleted.
    #[error("the run `{run}` is still running; stop its process first")]
    RunGoesOn {
        /// The run.
        run: String,
    },
    /// Another holder took the lease over, this one must not write any more.
    #[error("another process took over the lock `{name}`; try again")]
    LeaseLost {
        /// The lease.
        name: String,
    },
    /// The grant that was to be kept waited too long: somebody has begun to take it back at the service.
    #[error("the sign-in finished too late; its grant is being revoked. Sign in again")]
    TakenBack,
    /// The disk of the data folder is full or fails, or the system lets this program write no larger file.
    #[error("the disk of the data folder cannot be written: {cause}; make room on it, then try again")]
    Disk {
        /// What SQLite said.
        #[source]
        cause: rusqlite::Error,
    },
    /// Other processes write all the time, or one of them was stopped while it did.
    #[error("the database is in use: another process has been writing for ten seconds; end it, or try again later")]
    Busy,
    /// A column holds a value that this program does not know.
    #[error("the database holds an unknown {column}, `{value}`; use the program that wrote it")]
    UnknownValue {
        /// What it is of.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// The work was not done to its end.
    #[error("a database operation was interrupted; please report it")]
    CutShort,
    /// SQLite refused.
    #[error("the database cannot be used: {0}")]
    Database(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => StoreError::Disk { cause },
            _ => StoreError::Database(cause),
        }
    }
}
