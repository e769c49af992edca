//! The database that `--database` names.

use postback::port::{BoxFuture, StoreError};
use postback::value::Namespace;
use postback_service::{Stores, record_transaction};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{path::PathBuf, str::FromStr, sync::Arc};
use thiserror::Error;

/// A database, as `--database` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:PATH`: a file. It is created if it does not exist.
    Sqlite(PathBuf),
}

/// The error for a text that names no database that this server supports.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DatabaseError {
    /// The text is a Postgres URL. It is not repeated, since it may contain a password.
    #[error("postgres is not built yet; use `sqlite:PATH`")]
    Postgres,
    /// The text is `sqlite:` without a path.
    #[error("`sqlite:` has no path, as in `sqlite:/var/lib/postback.db`")]
    NoPath,
    /// The text is anything else.
    #[error("it is no database; write `sqlite:` and the path of a file, as in `sqlite:tracker.db`")]
    Unknown,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.split_once(':') {
            Some(("postgres" | "postgresql", _)) => Err(DatabaseError::Postgres),
            Some(("sqlite", "")) => Err(DatabaseError::NoPath),
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.into())),
            _ => Err(DatabaseError::Unknown),
        }
    }
}

impl Database {
    /// Returns the default path of the journal: the database's path with `.journal` at the end.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        let Self::Sqlite(path) = self;
        let mut name = path.clone().into_os_string();
        name.push(".journal");
        name.into()
    }

    /// Returns a database that is opened when a service is built, or later, when it can be opened.
    #[must_use]
    pub fn later(self, namespace: Namespace) -> Stores {
        Stores::later(namespace.clone(), move || self.open(namespace.clone()))
    }

    /// Opens the database for a namespace. The call blocks until that is done.
    ///
    /// # Errors
    /// [`StoreError`], as [`SqliteStore::open`].
    pub fn open(&self, namespace: Namespace) -> Result<Stores, StoreError> {
        let Self::Sqlite(path) = self;
        let mut options = SqliteOptions::new(namespace).with_observer(record_transaction);
        options.progress = Some(|migration| {
            let (done, steps, bytes) = (migration.done, migration.steps, migration.bytes);
            tracing::info!(
                done,
                steps,
                bytes,
                "the database is brought to the schema of this version"
            );
        });
        let store = Arc::new(SqliteStore::open(path, &options)?);
        let (open, written) = (store.clone(), store.clone());
        let write_back = move || -> BoxFuture<'static, bool> {
            let store = written.clone();
            Box::pin(async move { store.write_back().await })
        };
        Ok(Stores::from(store)
            .with_file(path, move || open.check_file())
            .with_write_back(write_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_path_of_sqlite() {
        assert_eq!("sqlite:/tmp/a.db".parse(), Ok(Database::Sqlite("/tmp/a.db".into())));
        assert_eq!("sqlite:a.db".parse(), Ok(Database::Sqlite("a.db".into())));
    }

    #[test]
    fn a_postgres_url_is_refused_without_repeating_its_password() {
        for text in ["postgres://u:CANARY@h/db", "postgresql://u:CANARY@h/db"] {
            let error = text.parse::<Database>().unwrap_err();
            assert_eq!(error.to_string(), "postgres is not built yet; use `sqlite:PATH`");
        }
        assert_eq!("mysql://x".parse::<Database>(), Err(DatabaseError::Unknown));
        assert_eq!("sqlite:".parse::<Database>(), Err(DatabaseError::NoPath));
    }
}
