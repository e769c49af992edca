#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod classes;
mod commit;
mod facts;
mod fault;
mod gather;
mod guard;
mod holds;
mod key;
mod leisure;
mod lists;
mod log;
mod marks;
mod outbox;
mod parts;
mod place;
mod progress;
mod purge;
mod reached;
mod refused;
mod retention;
mod schema;
mod sql;
mod steps;
mod store;
mod sync;
mod threads;
mod time;
mod vacuum;
mod values;
mod writer;

use commit::Encoded;
use postback::plan::{Commit, Committed};
use postback::port::StoreError;
use postback::value::Namespace;
use reached::Reached;
use rusqlite::Transaction;
use std::{fmt, path::Path, sync::Arc, time::Duration};
use threads::Threads;

/// The options with which a store is opened.
///
/// ```
/// let mut options = postback_sqlite::SqliteOptions::new("acme".parse()?);
/// options.readers = 4;
/// # Ok::<(), postback::value::IdError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The tenant. A file belongs to the namespace that opened it first.
    pub namespace: Namespace,
    /// How long a transaction waits for other processes that write to the same file. The default is
    /// 2 s, since ClickBank waits 3 s for the response to a notification.
    pub busy_timeout: Duration,
    /// How many threads read, each with its own connection; at least one. The default is 2.
    pub readers: usize,
    /// How many calls may wait for the writer, and how many for the readers. More calls fail with
    /// an error that says that the store is unavailable. The default is 1024.
    pub queue: usize,
    /// How many waiting calls may share one transaction; at least one. The first of them waits for
    /// the last. The default is 256.
    pub group: usize,
    /// How long a transaction may wait for more calls before it begins, where calls come steadily;
    /// zero never waits. It saves processor time and bytes. What others wait for never
    /// waits: clicks, claims and verdicts. A lone caller waits a few times at first, and
    /// then once in 256 calls. The default is 4 ms.
    pub gather: Duration,
    /// Called at the beginning of each step that brings a file of an older version forward. On a
    /// large file a step may take minutes. None by default.
    pub progress: Option<fn(&Migration)>,
    /// Called for each transaction that became durable.
    observer: Option<Observer>,
}

/// How far a file of an older version has been brought forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// How many steps are done.
    pub done: usize,
    /// How many steps there are for this file.
    pub steps: usize,
    /// The size of the file, in bytes.
    pub bytes: u64,
}

impl SqliteOptions {
    /// The default options for a namespace.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self {
            namespace,
            busy_timeout: Duration::from_secs(2),
            readers: 2,
            queue: 1024,
            group: 256,
            gather: Duration::from_millis(4),
            progress: None,
            observer: None,
        }
    }

    /// Tells `observer` of each transaction that became durable, for a host that measures: how many
    /// calls shared it, and how long it took, the wait for other processes included. It is called
    /// on the writer's thread, so every later call waits for it.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(usize, Duration) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }
}

#[derive(Clone)]
struct Observer(Arc<dyn Fn(usize, Duration) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer(..)")
    }
}

/// A store in an SQLite file. Clones are handles of the same store. Dropping the last one writes
/// what is still queued, and closes the file.
#[derive(Clone)]
pub struct SqliteStore {
    namespace: Namespace,
    threads: Arc<Threads>,
    old: Arc<Old>,
}

/// How far old rows were looked at.
#[derive(Default)]
struct Old {
    clicks: Reached,
    late_clicks: Reached,
    events: Reached,
    late_events: Reached,
}

impl SqliteStore {
    /// Opens the file, creates it if it does not exist, and updates it to the schema of this
    /// version. The call blocks until that is done.
    ///
    /// # Errors
    /// - a file that another namespace owns, or that cannot be in WAL mode (`:memory:`, a network
    ///   share)
    /// - a file with a newer schema, or one that is no such database
    /// - a file that cannot be opened for reading and writing, or that others keep locked
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        Self::opened(path, options).map_err(|error| fault::named(path, error))
    }

    fn opened(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        let mut writer = schema::connect_writer(path, options.busy_timeout)?;
        schema::prepare(&mut writer, &options.namespace, options.progress)?;
        let threads = Threads::start(path, writer, options)?;
        Ok(Self {
            namespace: options.namespace.clone(),
            threads: Arc::new(threads),
            old: Arc::default(),
        })
    }

    /// Looks whether the file under the database's path, and its `-wal`, are still those that are
    /// open, for example for what is said of health. Nothing is acknowledged otherwise. Only on
    /// Unix can an open file be removed.
    ///
    /// # Errors
    /// - a file that was removed or replaced; the text says what to do
    pub fn check_file(&self) -> Result<(), StoreError> {
        self.threads.check_file()
    }

    /// Writes the log (the file `-wal`) back into the database's file, and empties it, so that the
    /// disk has its room again. Returns false if it is not empty: a reader needs it, or the disk
    /// has no room for what it holds. Calls that write wait meanwhile.
    pub async fn write_back(&self) -> bool {
        // What is in it does not matter here.
        self.threads.note_forgotten();
        self.threads.empty_log().await
    }

    /// Returns what the writer has done since the store was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.threads.statistics()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("namespace", &self.namespace)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// Counts of what a store's writer has done since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// The number of calls that were written: commits, claims, verdicts and others.
    pub calls: u64,
    /// The number of transactions for these calls. Each of them is one wait for the disk.
    pub transactions: u64,
}

/// Applies a commit inside a transaction of the host, on a file that [`SqliteStore::open`] has
/// prepared: together with the host's rows, or not at all. Begin the transaction as `IMMEDIATE`.
/// Nothing is decided before it is committed. After an error, roll it back. After an answer other
/// than [`Committed::Applied`] it may be committed or rolled back: nothing visible was written. (A
/// conflict may leave empty rows of version 0 in the tables `of_click` and `receipt`.)
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
