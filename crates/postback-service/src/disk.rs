//! How the disk of a file is. A disk may hang, so it is asked beside the runtime, by one thread at
//! a time, and no caller waits longer than it wants to.

use crate::timely::within;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::spawn_blocking};

/// What was seen of a disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How many bytes it has left, if that can be known.
    pub(crate) free: Option<u64>,
    /// What is wrong with the file.
    pub(crate) wrong: Option<String>,
}

/// A disk that is looked at from time to time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    seen: watch::Sender<Seen>,
    /// Whether a thread asks it now.
    is_asked: AtomicBool,
}

impl Disk {
    /// Asks the disk, or waits for the thread that does. Returns what was seen last, and whether
    /// that is new; it is not if the disk does not answer in this time.
    pub(crate) async fn look(&self, patience: Duration, ask: impl FnOnce() -> Seen + Send + 'static) -> (Seen, bool) {
        let mut last = self.0.seen.subscribe();
        if !self.0.is_asked.swap(true, Ordering::AcqRel) {
            let asking = Asking(self.0.clone());
            drop(spawn_blocking(move || asking.end(ask())));
        }
        let answered = matches!(within(patience, last.changed()).await, Some(Ok(())));
        let seen = last.borrow().clone();
        (seen, answered)
    }
}

/// A disk that is asked. It can be asked again when this is gone.
struct Asking(Arc<Inner>);

impl Asking {
    fn end(self, seen: Seen) {
        let disk = self.0.clone();
        drop(self);
        disk.seen.send_replace(seen);
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.is_asked.store(false, Ordering::Release);
    }
}

/// Returns how many bytes a process like this one may still write to the disk of a file; none where
/// that cannot be known. The call blocks.
#[cfg(unix)]
pub(crate) fn free(file: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(crate::lines::folder(file)).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Elsewhere it is not asked.
#[cfg(not(unix))]
pub(crate) fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn seen(free: u64) -> Seen {
        Seen {
            free: Some(free),
            wrong: None,
        }
    }

    #[tokio::test]
    async fn a_disk_that_hangs_is_asked_by_one_thread_and_holds_nobody_up() {
        let (disk, long) = (Disk::default(), Duration::from_secs(60));
        assert_eq!(disk.look(long, || seen(1)).await, (seen(1), true));
        let (release, released) = channel::<()>();
        let hangs = move || {
            let _released = released.recv();
            seen(2)
        };
        let short = Duration::from_millis(1);
        assert_eq!(disk.look(short, hangs).await, (seen(1), false));
        let none = || panic!("it is asked already");
        assert_eq!(disk.look(short, none).await, (seen(1), false));
        let waiting = tokio::spawn({
            let disk = disk.clone();
            async move { disk.look(long, || panic!("it is asked already")).await }
        });
        while disk.0.seen.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
        assert_eq!(waiting.await.unwrap(), (seen(2), true));
        assert_eq!(disk.look(long, || seen(3)).await, (seen(3), true));
    }
}
