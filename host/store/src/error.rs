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
    /// A newer version of the program has changed this database, maybe while this one was at work.
    #[error(
        "the database was changed by a newer version of the program (its version is {found}, this program knows \
         {known}); start again with the newer program"
    )]
    TooNew {
        /// The version in the file.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The tables are not those of this program: a newer version has changed them while this one was at work.
    #[error(
        "the database has other tables than this program knows: a newer version of the program has changed it; \
         start again with the newer program"
    )]
    OtherTables {
        /// What SQLite said.
        #[source]
        cause: rusqlite::Error,
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
        let error = match &cause {
            rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => Some(error),
            _ => None,
        };
        match error.map(|error| (error.code, error.extended_code)) {
            Some((ErrorCode::DiskFull | ErrorCode::SystemIoFailure, _)) => StoreError::Disk { cause },
            // Every statement fits the tables of this version.
            Some((_, rusqlite::ffi::SQLITE_ERROR)) => StoreError::OtherTables { cause },
            _ => StoreError::Database(cause),
        }
    }
}
