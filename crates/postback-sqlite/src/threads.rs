//! The threads behind a store: one writes, and a few read. Answers come through one-shot channels,
//! so that callers need no particular runtime, and no thread of their runtime ever waits for the
//! disk.

use crate::{
    SqliteOptions, Statistics,
    fault::Fault,
    place::Place,
    schema,
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
        thread::{self, JoinHandle},
    },
    writer::{self, Call, Pace, Shared, Task, stopped},
};
use futures_channel::oneshot;
use postback::port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::{
    fmt,
    path::Path,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// How often emptying the log is tried. Each attempt waits a little for readers, and commits run in
/// between.
const EMPTY_TRIES: usize = 10;

type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// The queues and the threads that work on them. Dropping it ends the threads after they have done
/// what is queued.
pub(crate) struct Threads {
    writes: Option<SyncSender<Call>>,
    reads: Option<SyncSender<Read>>,
    shared: Arc<Shared>,
    /// Whether the log may hold what was forgotten. An earlier process may have left it.
    log_holds: AtomicBool,
    /// The files that are open; known once all connections are.
    place: Option<Arc<Place>>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    pub(crate) fn start(path: &Path, writer: Connection, options: &SqliteOptions) -> Result<Self, StoreError> {
        // A queue without room would refuse every call that comes while its thread is busy.
        let room = options.queue.max(1);
        let (writes, write_queue) = sync_channel(room);
        let (reads, read_queue) = sync_channel(room);
        let shared = Arc::new(Shared::default());
        let mut threads = Self {
            writes: Some(writes),
            reads: Some(reads),
            shared: shared.clone(),
            log_holds: AtomicBool::new(true),
            place: None,
            handles: Vec::new(),
        };
        let read_queue = Arc::new(Mutex::new(read_queue));
        for _ in 0..options.readers.max(1) {
            let mut connection = schema::connect(path, options.busy_timeout)?;
            connection
                .pragma_update(None, "query_only", true)
                .map_err(Fault::from)?;
            let queue = read_queue.clone();
            threads.spawn("postback-read", move || read(&mut connection, &queue))?;
        }
        // Every connection is open, so both files are there.
        let place = Arc::new(Place::of(path));
        threads.place = Some(place.clone());
        let options = options.clone();
        threads.spawn("postback-write", move || {
            writer::work(&writer, &place, &write_queue, &shared, &options)
        })?;
        Ok(threads)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
        let handle = thread::Builder::new().name(name.into()).spawn(work).map_err(|error| {
            StoreError::caused(
                StoreErrorKind::Unavailable,
                "the store's threads cannot be started",
                error,
            )
        })?;
        self.handles.push(handle);
        Ok(())
    }

    /// Does `work` in a transaction, alone or together with others, and answers once it is durable.
    /// `work` may run again after a rollback.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.task(work, Pace::Shared).await
    }

    /// Does the same for what others wait for, such as a visitor or the deliveries of a lane: the
    /// transaction does not wait for more calls.
    pub(crate) async fn write_at_once<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.task(work, Pace::Hurried).await
    }

    /// Does the same for what nobody waits for: the transaction begins when no other call waits,
    /// and others have most of the time between two of them.
    pub(crate) async fn write_at_leisure<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.task(work, Pace::Leisurely).await
    }

    async fn task<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
        pace: Pace,
    ) -> Result<T, StoreError> {
        let (task, answer) = Task::new(work, pace);
        send(self.writes.as_ref(), Call::Job(Box::new(task)))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Reads as of one moment.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, answer) = oneshot::channel();
        let read = move |connection: &mut Connection| {
            if !caller.is_canceled() {
                let result = connection
                    .transaction()
                    .map_err(Fault::from)
                    .and_then(|transaction| work(&transaction));
                // A caller that has gone needs no answer.
                drop(caller.send(result.map_err(StoreError::from)));
            }
        };
        send(self.reads.as_ref(), Box::new(read))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Notes that the log holds what was just forgotten, until it is emptied.
    pub(crate) fn note_forgotten(&self) {
        self.log_holds.store(true, Ordering::Release);
    }

    /// Empties the log, so that deleted values are not kept in it. It is left alone if nothing was
    /// deleted since it was emptied. Returns whether it is empty: while a reader needs it, it is
    /// not, and the next call tries again.
    pub(crate) async fn empty_log(&self) -> bool {
        // What is forgotten meanwhile is noted again.
        if !self.log_holds.swap(false, Ordering::AcqRel) {
            return true;
        }
        // A caller that goes away leaves it noted.
        let mut left = Left {
            threads: self,
            is_empty: false,
        };
        for _ in 0..EMPTY_TRIES {
            let (caller, answer) = oneshot::channel();
            if send(self.writes.as_ref(), Call::Empty(caller)).is_err() {
                break;
            }
            left.is_empty = answer.await.unwrap_or(false);
            if left.is_empty {
                break;
            }
        }
        left.is_empty
    }

    /// Whether the files under the database's path are still those that are open.
    pub(crate) fn check_file(&self) -> Result<(), StoreError> {
        let checked = self.place.as_ref().map_or(Ok(()), |place| place.check());
        checked.map_err(|trouble| trouble.error())
    }

    pub(crate) fn statistics(&self) -> Statistics {
        Statistics {
            calls: self.shared.jobs.load(Ordering::Relaxed),
            transactions: self.shared.transactions.load(Ordering::Relaxed),
        }
    }
}

/// Notes that the log holds what was forgotten, unless it was emptied.
struct Left<'a> {
    threads: &'a Threads,
    is_empty: bool,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if !self.is_empty {
            self.threads.note_forgotten();
        }
    }
}

fn send<T>(queue: Option<&SyncSender<T>>, job: T) -> Result<(), StoreError> {
    match queue.ok_or_else(stopped)?.try_send(job) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(_)) => Err(StoreError::new(
            StoreErrorKind::Unavailable,
            "too many calls wait for the database",
        )),
        Err(TrySendError::Disconnected(_)) => Err(stopped()),
    }
}

fn read(connection: &mut Connection, queue: &Mutex<Receiver<Read>>) {
    loop {
        // The lock is held while waiting: the thread that has it takes the next call, and the
        // others wait for the lock.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(read) => read(connection),
            Err(_) => return,
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        (self.writes, self.reads) = (None, None);
        for handle in self.handles.drain(..) {
            // Waking a caller can run its code, and that code may drop the last handle on this very
            // thread. A thread cannot wait for itself.
            if handle.thread().id() != thread::current().id() {
                drop(handle.join());
            }
        }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
