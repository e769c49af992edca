//! Turns SQLite's errors into the port's. Texts and causes name codes, tables and columns, never
//! values, since values are bound.

use postback::port::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;
use std::{fs::OpenOptions, io::ErrorKind, path::Path};

/// An error inside a job.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(error) => error,
            Fault::Sqlite(error) => {
                let (kind, context) = meaning(&error);
                Self::caused(kind, context, error)
            }
        }
    }
}

const NOT_OPENED: &str = "the database cannot be opened for writing";

/// The error of a file that cannot be opened, with its path and with the cause, as far as the file
/// system tells it; any other error as it is.
pub(crate) fn named(path: &Path, error: StoreError) -> StoreError {
    if error.to_string() != NOT_OPENED {
        return error;
    }
    let why = why(path).map(|why| format!(": {why}")).unwrap_or_default();
    let text = format!("the database `{}` cannot be opened for writing{why}", path.display());
    StoreError::caused(error.kind(), text, error)
}

/// Why a file cannot be opened. Nothing is made while it is looked at.
fn why(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Some(format!("there is no folder `{}`", folder.display()));
    }
    if path.is_dir() {
        return Some("it is a folder".into());
    }
    let opened = OpenOptions::new().read(true).write(true).open(path);
    match opened.err()?.kind() {
        ErrorKind::NotFound => Some("it is not there, and its folder takes no new file".into()),
        kind => Some(kind.to_string()),
    }
}

/// Classifies an error by who must act, with a text for a person.
pub(crate) fn meaning(error: &rusqlite::Error) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{ApiMisuse, Corrupt, Unavailable};
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (Unavailable, "the database is busy"),
        Some(ErrorCode::DiskFull) => (Unavailable, "the disk is full"),
        Some(ErrorCode::SystemIoFailure) => (Unavailable, "the database's disk fails"),
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::FileLockingProtocolFailed,
        ) => (Unavailable, NOT_OPENED),
        Some(ErrorCode::OutOfMemory | ErrorCode::OperationInterrupted | ErrorCode::OperationAborted) => {
            (Unavailable, "the database gave up")
        }
        Some(ErrorCode::NotADatabase) => (Corrupt, "the file is no SQLite database"),
        Some(ErrorCode::DatabaseCorrupt) => (Corrupt, "the database is damaged"),
        Some(ErrorCode::TooBig) => (ApiMisuse, "a row is too large for the database"),
        _ => (Corrupt, "the database is not as this version writes it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn a_code_says_whose_fault_it_is_and_whether_to_try_again() {
        for (code, kind, text) in [
            (ffi::SQLITE_BUSY, StoreErrorKind::Unavailable, "the database is busy"),
            (
                ffi::SQLITE_BUSY_SNAPSHOT,
                StoreErrorKind::Unavailable,
                "the database is busy",
            ),
            (ffi::SQLITE_FULL, StoreErrorKind::Unavailable, "the disk is full"),
            (
                ffi::SQLITE_IOERR_FSYNC,
                StoreErrorKind::Unavailable,
                "the database's disk fails",
            ),
            (
                ffi::SQLITE_CANTOPEN,
                StoreErrorKind::Unavailable,
                "the database cannot be opened for writing",
            ),
            (ffi::SQLITE_CORRUPT, StoreErrorKind::Corrupt, "the database is damaged"),
            (
                ffi::SQLITE_NOTADB,
                StoreErrorKind::Corrupt,
                "the file is no SQLite database",
            ),
            (
                ffi::SQLITE_TOOBIG,
                StoreErrorKind::ApiMisuse,
                "a row is too large for the database",
            ),
            (
                ffi::SQLITE_CONSTRAINT_NOTNULL,
                StoreErrorKind::Corrupt,
                "the database is not as this version writes it",
            ),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let error = StoreError::from(Fault::from(error));
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
        }
    }
}
