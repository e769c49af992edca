//! Where things are kept.

use postback::memory::MemoryStore;
use postback::port::{Inspect, Store, StoreError};
use postback::value::Namespace;
use postback_sqlite::SqliteStore;
use std::{path::PathBuf, str::FromStr, sync::Arc};
use thiserror::Error;

/// A store under both of its contracts.
#[derive(Debug, Clone)]
pub struct Stores {
    /// What events and deliveries are written to.
    pub store: Arc<dyn Store>,
    /// What people look at.
    pub inspect: Arc<dyn Inspect>,
}

impl Stores {
    /// One store, both ways.
    #[must_use]
    pub fn of(store: Arc<impl Store + Inspect + 'static>) -> Self {
        Self {
            store: store.clone(),
            inspect: store,
        }
    }

    /// A store in memory: it ends with the process.
    #[must_use]
    pub fn memory() -> Self {
        Self::of(Arc::new(MemoryStore::new()))
    }
}

/// A database, as `--database` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:PATH`: a file, made when there is none.
    Sqlite(PathBuf),
}

/// A text that names no database that this server has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DatabaseError {
    /// A Postgres URL. It is not repeated: there may be a password in it.
    #[error("postgres is not built yet; use `sqlite:PATH`")]
    Postgres,
    /// `sqlite:` and nothing behind it.
    #[error("`sqlite:` has no path, as in `sqlite:/var/lib/postback.db`")]
    NoPath,
    /// Anything else.
    #[error("it is no database, as in `sqlite:PATH`")]
    Unknown,
}

impl FromStr for Database {
    type Err = DatabaseError;

    /// Reads `sqlite:PATH`.
    ///
    /// # Errors
    /// - `postgres://..` and `postgresql://..`, which are not built yet
    /// - `sqlite:` without a path
    /// - anything else
    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        if text.starts_with("postgres:") || text.starts_with("postgresql:") {
            return Err(DatabaseError::Postgres);
        }
        match text.strip_prefix("sqlite:") {
            None => Err(DatabaseError::Unknown),
            Some("") => Err(DatabaseError::NoPath),
            Some(path) => Ok(Self::Sqlite(path.into())),
        }
    }
}

impl Database {
    /// Where postbacks wait when nothing else is said: the database's path with `.journal` behind
    /// it.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        match self {
            Self::Sqlite(path) => {
                let mut name = path.clone().into_os_string();
                name.push(".journal");
                name.into()
            }
        }
    }

    /// Opens it for a namespace. Blocks for as long as that takes.
    ///
    /// # Errors
    /// [`StoreError`], as [`SqliteStore::open`].
    pub fn open(&self, namespace: Namespace) -> Result<Stores, StoreError> {
        match self {
            Self::Sqlite(path) => SqliteStore::open(path, &postback_sqlite::Options::new(namespace))
                .map(|store| Stores::of(Arc::new(store))),
        }
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
