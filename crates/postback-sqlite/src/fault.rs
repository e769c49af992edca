//! Turns SQLite's errors into the port's. Texts and causes name codes, tables and columns, never
//! values, since values are bound.

use crate::schema::make_private;
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
/// system tells it; any other error as it is. Waiting mends no wrong path and no missing right.
pub(crate) fn named(path: &Path, error: StoreError) -> StoreError {
    if error.to_string() != NOT_OPENED {
        return error;
    }
    let why = why(path);
    let kind = match &why {
        Some(Why { is_final: true, .. }) => StoreErrorKind::ApiMisuse,
        _ => error.kind(),
    };
    let why = why.map(|why| format!(": {}", why.text)).unwrap_or_default();
    let text = format!("the database `{}` cannot be opened for writing{why}", path.display());
    StoreError::caused(kind, text, error)
}

/// Why a file cannot be opened.
struct Why {
    text: String,
    /// Whether a person must mend it.
    is_final: bool,
}

impl Why {
    fn mistake(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, is_final: true }
    }

    fn of(kind: ErrorKind, text: String) -> Self {
        let is_final = matches!(
            kind,
            ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::IsADirectory
                | ErrorKind::NotADirectory
                | ErrorKind::InvalidFilename
        );
        Self { text, is_final }
    }
}

fn why(path: &Path) -> Option<Why> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match folder.metadata() {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Some(Why::mistake(format!("`{}` is no folder", folder.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Some(Why::mistake(format!("there is no folder `{}`", folder.display())));
        }
        Err(error) => {
            let text = format!("the folder `{}`: {}", folder.display(), error.kind());
            return Some(Why::of(error.kind(), text));
        }
    }
    if path.is_dir() {
        return Some(Why::mistake("it is a folder"));
    }
    let opened = OpenOptions::new().read(true).write(true).open(path);
    match opened.err()?.kind() {
        // Why it is not made is known when it is tried.
        ErrorKind::NotFound => {
            let kind = make_private(path).err()?.kind();
            let text = format!("it is not there, and its folder takes no new file: {kind}");
            Some(Why::of(kind, text))
        }
        kind => Some(Why::of(kind, kind.to_string())),
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
    fn a_full_disk_and_what_is_not_known_are_waited_for_and_a_missing_right_is_not() {
        for (kind, is_final) in [
            (ErrorKind::PermissionDenied, true),
            (ErrorKind::ReadOnlyFilesystem, true),
            (ErrorKind::StorageFull, false),
            (ErrorKind::QuotaExceeded, false),
            (ErrorKind::AlreadyExists, false),
            (ErrorKind::Other, false),
        ] {
            assert_eq!(Why::of(kind, kind.to_string()).is_final, is_final, "{kind}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let locked = StoreError::new(StoreErrorKind::Unavailable, "the database is busy");
        assert!(named(&path, locked).is_retryable());
        std::fs::write(&path, "").unwrap();
        let unknown = named(&path, StoreError::new(StoreErrorKind::Unavailable, NOT_OPENED));
        assert!(unknown.is_retryable(), "the file itself can be opened: {unknown}");
    }

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
