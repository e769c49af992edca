//! The writer's thread. It owns the only connection that writes. Calls that wait at the same time
//! become one transaction, so that they share one wait for the disk. Each call is answered after
//! the `COMMIT`, never before. A call that fails rolls back only its own writes: failures are rare,
//! so the group is then done again with a savepoint for each call.

use crate::{
    Observer, SqliteOptions,
    fault::{Fault, meaning},
    gather::{Gather, Wait},
    leisure::Leisure,
    log::Log,
    place::Place,
    sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError},
};
use futures_channel::oneshot;
use postback::port::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// A task that waits for the writer.
pub(crate) enum Call {
    /// Work to be done in a transaction.
    Job(Box<dyn Job>),
    /// The log is to be emptied. The caller is told whether it was.
    Empty(oneshot::Sender<bool>),
}

/// A group takes the write lock at once, so that nothing that it reads can change.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Counts of what the writer has done.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The number of committed transactions.
    pub(crate) transactions: AtomicU64,
    /// The number of jobs that these transactions answered.
    pub(crate) jobs: AtomicU64,
}

/// Why a whole group failed. Every caller gets a copy.
pub(crate) struct Trouble {
    kind: StoreErrorKind,
    text: String,
}

impl Trouble {
    pub(crate) fn new(kind: StoreErrorKind, text: &str) -> Self {
        Self {
            kind,
            text: text.to_owned(),
        }
    }

    pub(crate) fn error(&self) -> StoreError {
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

/// When a job is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// With others, for which its group may wait.
    Shared,
    /// At once, since others wait for the answer: its group does not wait for more calls.
    Hurried,
    /// When the writer has leisure.
    Leisurely,
}

/// Work to be done inside a transaction.
pub(crate) trait Job: Send {
    fn pace(&self) -> Pace;
    /// Whether anybody still waits for the answer.
    fn is_wanted(&self) -> bool;
    /// Does the work, perhaps again after a rollback. Returns false if it failed and its writes
    /// must be rolled back.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers the caller, with the error of the transaction if there was one.
    fn answer(self: Box<Self>, trouble: Option<&Trouble>);
}

/// A [`Job`] made of a function.
pub(crate) struct Task<F, T> {
    work: F,
    pace: Pace,
    result: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Task<F, T> {
    pub(crate) fn new(work: F, pace: Pace) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (caller, answer) = oneshot::channel();
        let task = Self {
            work,
            pace,
            result: None,
            caller,
        };
        (task, answer)
    }
}

impl<F: Fn(&Connection) -> Result<T, Fault> + Send, T: Send> Job for Task<F, T> {
    fn pace(&self) -> Pace {
        self.pace
    }

    fn is_wanted(&self) -> bool {
        !self.caller.is_canceled()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.result = Some((self.work)(connection).map_err(StoreError::from));
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

/// The queue, as the writer sees it.
struct Queue<'a> {
    calls: &'a Receiver<Call>,
    /// How many jobs may share a transaction.
    most: usize,
    /// The callers that wait for an empty log.
    empty: Vec<oneshot::Sender<bool>>,
    /// Decides whether groups wait for more calls.
    gather: Gather,
    /// The jobs of the present group that have not begun.
    next: VecDeque<Box<dyn Job>>,
    /// The jobs for which nobody waits.
    leisure: Leisure<Box<dyn Job>>,
}

impl Queue<'_> {
    /// Returns the next job; none if the call was for an empty log or has time.
    fn sort(&mut self, call: Call) -> Option<Box<dyn Job>> {
        match call {
            Call::Job(job) if job.pace() == Pace::Leisurely => {
                self.leisure.push(job, Instant::now());
                None
            }
            Call::Job(job) => {
                self.leisure.called();
                self.gather.came(Instant::now());
                Some(job)
            }
            Call::Empty(caller) => {
                self.empty.push(caller);
                None
            }
        }
    }

    /// Waits for a call, and begins a group if it is a job. What a group has left that lost its
    /// transaction is the next one. Returns what is to be done.
    fn begin(&mut self) -> Turn {
        if self.next.is_empty() {
            if self.leisure.is_overdue(Instant::now()) {
                return Turn::Leisure;
            }
            match self.call() {
                Ok(call) => {
                    if let Some(first) = self.sort(call) {
                        self.gather(first);
                    }
                }
                Err(RecvTimeoutError::Disconnected) if self.leisure.is_empty() => return Turn::End,
                Err(_) => return Turn::Leisure,
            }
        }
        Turn::Group
    }

    /// Waits for a call, as long as what nobody waits for must rest.
    fn call(&mut self) -> Result<Call, RecvTimeoutError> {
        match self.leisure.rest(Instant::now()) {
            Some(Duration::ZERO) => self.calls.try_recv().map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            }),
            Some(rest) => self.calls.recv_timeout(rest),
            None => self.calls.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Begins a group with this job, and waits for more if that is worth it. The transaction begins
    /// afterwards, so that no other process waits for the file meanwhile.
    fn gather(&mut self, first: Box<dyn Job>) {
        let pace = first.pace();
        self.next.push_back(first);
        if pace == Pace::Shared
            && let Some(wait) = self.gather.begin(Instant::now())
        {
            self.wait(wait);
        }
    }

    fn wait(&mut self, mut wait: Wait) {
        while self.next.len() < self.most
            && let Some(left) = wait.left(Instant::now())
            && let Ok(call) = self.calls.recv_timeout(left)
            && let Some(job) = self.sort(call)
        {
            wait.joined(job.pace() == Pace::Hurried, Instant::now());
            self.next.push_back(job);
        }
        self.gather.end(wait);
    }

    /// Returns the next job of a group that has begun so many.
    fn join(&mut self, begun: usize) -> Option<Box<dyn Job>> {
        if let Some(job) = self.next.pop_front() {
            return Some(job);
        }
        if begun >= self.most {
            return None;
        }
        let call = self.calls.try_recv().ok()?;
        self.sort(call)
    }
}

/// What the writer does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The jobs of a group.
    Group,
    /// One job for which nobody waits.
    Leisure,
    /// Nothing: every handle is dropped and nothing is left.
    End,
}

/// Works until every handle of the store is dropped and the queue is empty.
pub(crate) fn work(
    connection: &Connection,
    place: &Place,
    calls: &Receiver<Call>,
    shared: &Shared,
    options: &SqliteOptions,
) {
    let mut log = Log::new(options.busy_timeout, connection);
    let mut queue = Queue {
        calls,
        most: options.group.max(1),
        empty: Vec::new(),
        gather: Gather::new(options.gather),
        next: VecDeque::new(),
        leisure: Leisure::default(),
    };
    loop {
        let turn = queue.begin();
        match turn {
            Turn::Group => {}
            Turn::Leisure => queue.next.extend(queue.leisure.pop()),
            Turn::End => break,
        }
        if !queue.next.is_empty() {
            let begun = Instant::now();
            let (jobs, trouble) = group(connection, place, &mut queue);
            if trouble.is_none() {
                shared.transactions.fetch_add(1, Ordering::Relaxed);
                shared
                    .jobs
                    .fetch_add(u64::try_from(jobs.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
            let (calls, took) = (jobs.len(), begun.elapsed());
            if turn == Turn::Leisure {
                queue.leisure.ended(took, Instant::now());
            }
            for job in jobs {
                job.answer(trouble.as_ref());
            }
            // It runs after the answers too.
            if let (None, Some(Observer(tell))) = (&trouble, &options.observer) {
                tell(calls, took);
            }
        }
        // It runs after the answers, so that no commit but the next one waits for it.
        log.write_back(connection);
        if !queue.empty.is_empty() {
            let emptied = log.empty(connection);
            for caller in queue.empty.drain(..) {
                // A caller that has gone needs no answer.
                let _gone = caller.send(emptied);
            }
        }
    }
}

/// Runs the jobs of a group, and those that come meanwhile, in one transaction.
fn group(connection: &Connection, place: &Place, queue: &mut Queue<'_>) -> (Vec<Box<dyn Job>>, Option<Trouble>) {
    let mut jobs = Vec::new();
    let begun = place.check().and_then(|()| Ok(execute(connection, BEGIN)?));
    if let Err(trouble) = begun {
        // The jobs behind it would wait just as long, one after the other, for the same lock.
        while let Some(job) = queue.join(jobs.len()) {
            jobs.push(job);
        }
        return (jobs, Some(trouble));
    }
    let ended = fill(connection, queue, &mut jobs);
    if ended.is_err() {
        roll_back(connection);
    }
    // What was written to a file that is gone must not be acknowledged.
    let ended = ended.and_then(|()| place.check());
    (jobs, ended.err())
}

/// Does the jobs and commits. After a failure the writes are rolled back and done again, so that
/// each job can fail by itself.
fn fill(connection: &Connection, queue: &mut Queue<'_>, jobs: &mut Vec<Box<dyn Job>>) -> Result<(), Trouble> {
    let mut apart = false;
    while let Some(mut job) = queue.join(jobs.len()) {
        if job.is_wanted() {
            if apart {
                let done = savepoint(connection, job.as_mut());
                // The caller of this job is answered even if the transaction is lost.
                jobs.push(job);
                done?;
            } else {
                apart = !job.run(connection);
                jobs.push(job);
                if apart {
                    roll_back(connection);
                    execute(connection, BEGIN)?;
                    for job in &mut *jobs {
                        savepoint(connection, job.as_mut())?;
                    }
                }
            }
        }
    }
    Ok(execute(connection, "COMMIT")?)
}

fn roll_back(connection: &Connection) {
    // After some errors (a full disk, too little memory) SQLite has rolled back everything by
    // itself.
    if !connection.is_autocommit() {
        // The transaction is lost either way. If this fails, the next `BEGIN` reports it.
        drop(execute(connection, "ROLLBACK"));
    }
}

fn execute(connection: &Connection, text: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(text)?.execute([]).map(drop)
}

/// Runs a job so that its failure rolls back only its own writes. An error means that the whole
/// transaction is lost.
fn savepoint(connection: &Connection, job: &mut dyn Job) -> Result<(), Trouble> {
    execute(connection, "SAVEPOINT job")?;
    if !job.run(connection) {
        if connection.is_autocommit() {
            // SQLite has rolled back everything by itself. This call knows the reason; the others
            // have done nothing wrong.
            let text = "the transaction was lost with another call's";
            return Err(Trouble::new(StoreErrorKind::Unavailable, text));
        }
        execute(connection, "ROLLBACK TO job")?;
    }
    Ok(execute(connection, "RELEASE job")?)
}
