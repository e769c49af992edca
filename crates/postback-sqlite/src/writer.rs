//! The writer's thread. It owns the only connection that writes; what callers ask for at the same time becomes one transaction, so that
//! they share one wait for the disk. Each of them works under a savepoint of its own and is answered after the `COMMIT`, never before.

use crate::fault::{Fault, meaning};
use futures_channel::oneshot;
use postback::port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender},
    },
    time::Duration,
};

/// How long emptying the log waits for readers. It is not needed for correctness, and commits wait meanwhile.
const TIDY_TIMEOUT: Duration = Duration::from_millis(100);

/// After how many jobs the log is written back. Under a steady load of sales a job writes some ten pages, so the log has about 40 MiB then;
/// pages that many jobs changed are written back once.
const WRITE_BACK_AFTER: usize = 1_024;

/// What the writer tells others, and they tell it.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Transactions committed.
    pub(crate) transactions: AtomicU64,
    /// Jobs answered out of them.
    pub(crate) jobs: AtomicU64,
    /// Whether the log is to be written back and emptied after the next transaction.
    pub(crate) tidy: AtomicBool,
    /// Whether the log was written back up to a moment ago, so that the rest is little.
    pub(crate) caught_up: AtomicBool,
    /// Held while the log is written back: SQLite lets one connection do it at a time.
    pub(crate) writing_back: Mutex<()>,
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
    write_back: &SyncSender<()>,
    most: usize,
    busy_timeout: Duration,
) {
    let mut logged = 0_usize;
    while let Ok(first) = queue.recv() {
        let (jobs, trouble) = group(connection, first, queue, most);
        if trouble.is_none() {
            shared.transactions.fetch_add(1, Ordering::Relaxed);
            shared
                .jobs
                .fetch_add(u64::try_from(jobs.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        logged = logged.saturating_add(jobs.len());
        if shared.tidy.swap(false, Ordering::Relaxed) {
            let _alone = shared.writing_back.lock().unwrap_or_else(PoisonError::into_inner);
            tidy(connection, busy_timeout);
        }
        for job in jobs {
            job.answer(trouble.as_ref());
        }
        if shared.caught_up.swap(false, Ordering::Relaxed) {
            // Now that nothing is added meanwhile, the log comes to its end and begins anew.
            checkpoint(connection);
        } else if logged >= WRITE_BACK_AFTER {
            logged = 0;
            // One that is under way still does.
            let _ = write_back.try_send(());
        }
    }
}

/// Writes the log back whenever it is asked to, while commits go on: until the store is dropped.
pub(crate) fn write_back(connection: &Connection, asked: &Receiver<()>, shared: &Shared) {
    while asked.recv().is_ok() {
        let alone = shared.writing_back.lock().unwrap_or_else(PoisonError::into_inner);
        checkpoint(connection);
        drop(alone);
        shared.caught_up.store(true, Ordering::Relaxed);
    }
}

/// Writes back what no reader keeps in the log and waits for nobody. What fails is done by a later one, at the latest by the one that SQLite
/// makes itself when the log has grown to [`WAL_PAGES`](crate::schema::WAL_PAGES).
fn checkpoint(connection: &Connection) {
    drop(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use rusqlite::OpenFlags;
    use std::{path::PathBuf, sync::mpsc::sync_channel};

    fn file() -> (tempfile::TempDir, PathBuf, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let connection = schema::connect_writer(&path, Duration::from_secs(1)).unwrap();
        (folder, path, connection)
    }

    #[test]
    fn the_log_is_written_back_after_so_many_jobs() {
        for (jobs, asked) in [
            (WRITE_BACK_AFTER - 1, 0),
            (WRITE_BACK_AFTER, 1),
            (WRITE_BACK_AFTER + 1, 1),
            (2 * WRITE_BACK_AFTER, 2),
        ] {
            let (_folder, _path, connection) = file();
            let (queue, work_queue) = sync_channel::<Box<dyn Job>>(jobs);
            let mut answers = Vec::new();
            for _ in 0..jobs {
                let (task, answer) = Task::new(|_: &Connection| Ok(()));
                queue.send(Box::new(task)).unwrap();
                answers.push(answer);
            }
            drop(queue);
            let (write_back, heard) = sync_channel(2);
            work(
                &connection,
                &work_queue,
                &Shared::default(),
                &write_back,
                256,
                Duration::ZERO,
            );
            assert_eq!(heard.try_iter().count(), asked, "{jobs} jobs");
        }
    }

    #[test]
    fn what_is_written_back_lies_in_the_database_itself() {
        let (_folder, path, connection) = file();
        connection
            .execute_batch("CREATE TABLE sale (id INTEGER PRIMARY KEY); INSERT INTO sale VALUES (7)")
            .unwrap();
        // It reads as if there were no log.
        let sales = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let file = Connection::open_with_flags(format!("file:{}?immutable=1", path.display()), flags).unwrap();
            file.query_row("SELECT id FROM sale", [], |row| row.get::<_, i64>(0))
        };
        assert!(sales().is_err(), "it is in the log alone");
        let (ask, asked) = sync_channel(1);
        ask.send(()).unwrap();
        drop(ask);
        let shared = Shared::default();
        write_back(&connection, &asked, &shared);
        assert_eq!(sales().unwrap(), 7);
        assert!(shared.caught_up.load(Ordering::Relaxed));
    }
}
