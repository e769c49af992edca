//! Lines on their way into a journal. What comes while the disk is busy is written together and
//! waits for the disk once. One thread at a time writes, however many callers wait, and nobody
//! waits longer than [`WITHIN`].

use crate::journal::Journal;
use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, task::spawn_blocking, time::timeout};

/// How long a caller waits for its line: the same time as the store has.
const WITHIN: Duration = Duration::from_millis(2500);
/// How many lines wait at most for the disk, and how many bytes they have.
const MOST: usize = 1024;
const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<Queued>);

#[derive(Debug, Default)]
struct Queued {
    lines: Vec<Vec<u8>>,
    /// Who waits, in the order of the lines.
    callers: Vec<oneshot::Sender<io::Result<()>>>,
    bytes: usize,
    /// Whether a thread writes now. It takes what is added meanwhile.
    is_writing: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Queued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line. Returns what tells that it is durable, and whether nobody writes at present.
    fn add(&self, line: Vec<u8>) -> io::Result<(oneshot::Receiver<io::Result<()>>, bool)> {
        let mut queued = self.lock();
        let bytes = queued.bytes.saturating_add(line.len());
        if queued.lines.len() >= MOST || bytes > MOST_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                "too much waits for the disk of the journal",
            ));
        }
        let (caller, durable) = oneshot::channel();
        queued.bytes = bytes;
        queued.lines.push(line);
        queued.callers.push(caller);
        let begins = !std::mem::replace(&mut queued.is_writing, true);
        Ok((durable, begins))
    }
}

impl Journal {
    /// Appends a line. `Ok` means that it is durable. A line whose caller has waited too long may
    /// be written all the same: taken in twice it does nothing.
    pub(crate) async fn queue(&self, line: String) -> io::Result<()> {
        let (durable, begins) = self.0.queue.add(line.into_bytes()).inspect_err(|_| self.is_late())?;
        if begins {
            let writer = Writer {
                journal: self.clone(),
                is_done: false,
            };
            spawn_blocking(move || writer.write());
        }
        match timeout(WITHIN, durable).await {
            Ok(written) => written.map_err(io::Error::other)?,
            Err(_) => {
                self.is_late();
                Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the disk of the journal does not answer in time",
                ))
            }
        }
    }
}

/// Writes what is queued, until nothing is.
struct Writer {
    journal: Journal,
    is_done: bool,
}

impl Writer {
    fn write(mut self) {
        loop {
            let mut queued = self.journal.0.queue.lock();
            if queued.lines.is_empty() {
                queued.is_writing = false;
                self.is_done = true;
                return;
            }
            let group = std::mem::take(&mut *queued);
            queued.is_writing = true;
            drop(queued);
            let written = self.journal.write_all(&group.lines);
            for (caller, written) in group.callers.into_iter().zip(written) {
                // Whoever does not wait any more does not hear it.
                drop(caller.send(written));
            }
        }
    }
}

/// A writer that could not end, or not even begin, leaves nobody waiting for it.
impl Drop for Writer {
    fn drop(&mut self) {
        if !self.is_done {
            *self.journal.0.queue.lock() = Queued::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, thread};

    fn journal() -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("journal")).unwrap();
        (folder, journal)
    }

    /// Keeps the disk of a journal busy until what is returned is dropped.
    fn busy(journal: &Journal) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let journal = journal.clone();
        thread::spawn(move || {
            let _disk = journal.area();
            begin.send(()).unwrap();
            // It fails as soon as the other end is dropped.
            assert!(released.recv().is_err());
        });
        begun.recv().unwrap();
        release
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_waits_for_the_disk_is_written_together() {
        let (_folder, journal) = journal();
        let disk = busy(&journal);
        let add = |number: usize| {
            let journal = journal.clone();
            tokio::spawn(async move { journal.queue(format!("line {number}")).await })
        };
        let queued = async |lines: usize| {
            let is_reached = || {
                let queued = journal.0.queue.lock();
                queued.is_writing && queued.lines.len() == lines
            };
            while !is_reached() {
                tokio::task::yield_now().await;
            }
        };
        let mut waiting = vec![add(0)];
        // The writer has taken the first one and waits for the disk, and the others wait for it.
        queued(0).await;
        waiting.extend((1..50).map(add));
        queued(49).await;
        drop(disk);
        for written in waiting {
            written.await.unwrap().unwrap();
        }
        assert_eq!(journal.area().writes(), 2);
        assert_eq!(journal.state().waiting, 50);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_disk_that_does_not_answer_holds_nobody_up() {
        let (_folder, journal) = journal();
        let disk = busy(&journal);
        assert_eq!(journal.state().waiting, 0, "it is known without the disk");
        let late = journal.queue("late".to_owned()).await.unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert!(journal.late());
        drop(disk);
        journal.queue("in time".to_owned()).await.unwrap();
        assert!(!journal.late());
        assert_eq!(journal.state().waiting, 2);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_waits_for_the_disk_than_has_room() {
        let (_folder, journal) = journal();
        let disk = busy(&journal);
        journal.0.queue.lock().bytes = MOST_BYTES;
        let full = journal.queue("one more".to_owned()).await.unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
        drop(disk);
    }
}
