#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod classes;
mod commit;
mod facts;
mod fault;
mod guard;
mod holds;
mod key;
mod lists;
mod log;
mod outbox;
mod refused;
mod schema;
mod sql;
mod store;
mod threads;
mod time;
mod writer;

use commit::Encoded;
use postback::plan::{Commit, Committed};
use postback::port::StoreError;
use postback::value::Namespace;
use rusqlite::Transaction;
use std::{path::Path, sync::Arc, time::Duration};
use threads::Threads;

/// How a store is opened.
///
/// ```
/// let mut options = postback_sqlite::SqliteOptions::new("acme".parse()?);
/// options.readers = 4;
/// # Ok::<(), postback::value::IdError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The tenant. A file belongs to the first namespace that opens it.
    pub namespace: Namespace,
    /// How long a transaction waits for other processes that write to the same file. The default of
    /// 2 s leaves time to answer a notification, which must happen within 3 s.
    pub busy_timeout: Duration,
    /// How many threads read, each with a connection; at least one. The default is 2.
    pub readers: usize,
    /// How many calls may wait for the writer, and as many for the readers, before more are refused
    /// as unavailable. The default is 1024.
    pub queue: usize,
    /// How many waiting calls share a transaction at most; at least one. The first of them waits
    /// for the last one. The default is 256.
    pub group: usize,
}

impl SqliteOptions {
    /// The defaults, for a namespace.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            busy_timeout: Duration::from_secs(2),
            readers: 2,
            queue: 1024,
            group: 256,
        }
    }
}

/// A store in an SQLite file. Clones are handles of the same store; dropping the last one writes
/// what is still queued and closes the file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    namespace: Namespace,
    threads: Arc<Threads>,
}

impl SqliteStore {
    /// Opens the file, which is made if there is none, and brings it to this version's schema.
    /// Blocks for as long as that takes.
    ///
    /// # Errors
    /// - a file that another namespace owns, or that cannot be in WAL mode (`:memory:`, a network
    ///   share)
    /// - a file with a newer schema, or one that is no such database
    /// - a file that cannot be opened for reading and writing, or that others keep locked
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let mut writer = schema::connect_writer(path, options.busy_timeout)?;
        schema::prepare(&mut writer, &options.namespace)?;
        let threads = Threads::start(path, writer, options)?;
        Ok(Self {
            namespace: options.namespace.clone(),
            threads: Arc::new(threads),
        })
    }

    /// What the writer has done since the store was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.threads.statistics()
    }
}

/// What a store's writer has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Calls that were written: commits, claims, verdicts and so on.
    pub calls: u64,
    /// The transactions that they took; each is one wait for the disk.
    pub transactions: u64,
}

/// Applies a commit inside a transaction of the host's own, on a file that [`SqliteStore::open`]
/// has prepared: with the host's rows, or not at all. Begin it as `IMMEDIATE`; nothing is decided
/// before it is committed. After an error roll it back. After any other answer than
/// [`Committed::Applied`] it may be committed or rolled back: nothing that can be read was written
/// (a conflict may leave empty rows, of version 0, in the tables `guard` and `receipt`).
///
/// ```
/// use postback::plan::{Commit, Committed};
/// use rusqlite::{Connection, TransactionBehavior};
///
/// fn with_an_invoice(file: &mut Connection, commit: &Commit) -> Result<Committed, Box<dyn std::error::Error>> {
///     let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
///     let answer = postback_sqlite::apply(&transaction, commit)?;
///     if answer == Committed::Applied {
///         transaction.execute("INSERT INTO invoice DEFAULT VALUES", [])?;
///         transaction.commit()?;
///     }
///     Ok(answer)
/// }
/// ```
///
/// # Errors
/// As [`Store::commit`](postback::port::Store::commit).
pub fn apply(transaction: &Transaction<'_>, commit: &Commit) -> Result<Committed, StoreError> {
    Ok(Encoded::new(commit)?.apply(transaction)?)
}
