//! The writer's thread. It owns the only connection that writes; what callers ask for at the same time becomes one transaction, so that
//! they share one wait for the disk. Each of them works under a savepoint of its own and is answered after the `COMMIT`, never before.

use crate::fault::{Fault, meaning};
use futures_channel::oneshot;
use postback::port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::{
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::Receiver,
    },
    time::Duration,
};

/// How long writing the log back waits for readers. It is not needed for correctness, and commits wait meanwhile.
const TIDY_TIMEOUT: Duration = Duration::from_millis(100);

/// What the writer tells others, and they tell it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Transactions committed.
    pub(crate) transactions: AtomicU64,
    /// Jobs answered out of them.
    pub(crate) jobs: AtomicU64,
    /// Whether the log is to be written back and emptied after the next transaction.
    pub(crate) tidy: AtomicBool,
}

/// Why a whole group failed; every caller gets a copy.
pub(crate) struct Trouble {
    kind: StoreErrorKind,
    text: String,
}

impl Trouble {
    fn error(&self) -> StoreError {
        StoreError::new(self.kind, self.text.clone())
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        let (kind, text) = meaning(&error);
        Self {
            kind,
            text: format!("{text} ({error})"),
        }
    }
}

/// Something to be done inside a transaction.
pub(crate) trait Job: Send {
    /// Whether anybody still waits for the answer.
    fn is_wanted(&self) -> bool;
    /// Does it; false when it failed and what it wrote must be taken back.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers; with the trouble that hit the transaction, if there was one.
    fn answer(self: Box<Self>, trouble: Option<&Trouble>);
}

/// A [`Job`] from a function.
pub(crate) struct Task<F, T> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Task<F, T> {
    pub(crate) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (caller, answer) = oneshot::channel();
        (
            Self {
                work: Some(work),
                result: None,
                caller,
            },
            answer,
        )
    }
}

impl<F: FnOnce(&Connection) -> Result<T, Fault> + Send, T: Send> Job for Task<F, T> {
    fn is_wanted(&self) -> bool {
        !self.caller.is_canceled()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.result = self.work.take().map(|work| work(connection).map_err(StoreError::from));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, trouble: Option<&Trouble>) {
        let answer = match (self.result, trouble) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(trouble)) => Err(trouble.error()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(stopped()),
        };
        // A caller that has gone needs no answer.
        drop(self.caller.send(answer));
    }
}

pub(crate) fn stopped() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store's thread has stopped")
}

/// Works until every handle of the store is dropped and the queue is empty; at most `most` jobs share a transaction.
pub(crate) fn work(
    connection: &Connection,
    queue: &Receiver<Box<dyn Job>>,
    shared: &Shared,
    most: usize,
    busy_timeout: Duration,
) {
    while let Ok(first) = queue.recv() {
        let (jobs, trouble) = group(connection, first, queue, most);
        if trouble.is_none() {
            shared.transactions.fetch_add(1, Ordering::Relaxed);
            shared
                .jobs
                .fetch_add(u64::try_from(jobs.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        if shared.tidy.swap(false, Ordering::Relaxed) {
            tidy(connection, busy_timeout);
        }
        for job in jobs {
            job.answer(trouble.as_ref());
        }
    }
}

/// Runs one job and those that wait behind it in one transaction.
fn group(
    connection: &Connection,
    first: Box<dyn Job>,
    queue: &Receiver<Box<dyn Job>>,
    most: usize,
) -> (Vec<Box<dyn Job>>, Option<Trouble>) {
    let mut jobs = Vec::new();
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        // Those behind it would wait as long again, one after the other, for the same lock.
        jobs.push(first);
        jobs.extend(queue.try_iter().take(most));
        return (jobs, Some(error.into()));
    }
    let mut next = Some(first);
    let mut broken = None;
    while let Some(mut job) = next {
        if job.is_wanted() {
            broken = savepoint(connection, job.as_mut()).err();
            jobs.push(job);
        }
        if broken.is_some() {
            break;
        }
        next = if jobs.len() < most { queue.try_recv().ok() } else { None };
    }
    let ended = match broken {
        Some(error) => Err(error),
        None => connection.execute_batch("COMMIT"),
    };
    let trouble = ended.err().map(|error| {
        if !connection.is_autocommit() {
            // The transaction is lost either way; the next `BEGIN` says so if this fails.
            drop(connection.execute_batch("ROLLBACK"));
        }
        error.into()
    });
    (jobs, trouble)
}

/// Runs a job so that its failure takes back its own writes alone. An error means that the whole transaction is lost.
fn savepoint(connection: &Connection, job: &mut dyn Job) -> Result<(), rusqlite::Error> {
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    // After some errors (a full disk, too little memory) SQLite has rolled back everything by itself, and then these fail.
    if !job.run(connection) {
        connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    connection.prepare_cached("RELEASE job")?.execute([])?;
    Ok(())
}

/// Writes the log back and empties it, as far as readers allow, so that what was forgotten is not kept there.
fn tidy(connection: &Connection, busy_timeout: Duration) {
    let checkpoint = connection
        .busy_timeout(TIDY_TIMEOUT)
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    // Best effort: the log is written back sooner or later anyway.
    drop(checkpoint);
    drop(connection.busy_timeout(busy_timeout));
}
