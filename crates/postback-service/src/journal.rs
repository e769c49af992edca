//! Keeps on disk what the store could not take, until it can.
//!
//! Few networks send a postback again, and no visitor waits. While the store is down, the click or
//! the event is appended here, synchronised to disk and acknowledged; if a postback was refused,
//! the postback itself is appended. It is taken in later, with the id that it got on arrival, so
//! that taking it in twice does nothing.

use crate::aside::Aside;
use crate::lines::{Line, append, beside, count, of_click, private};
use postback::plan::RefusedBody;
use postback::port::{StoreError, row};
use postback::value::OfferSourceId;
use postback::{Click, Event};
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// The largest size of a journal, in bytes: room for some hundred thousand events. Beyond it the
/// sender is told to send again.
pub const MAX_JOURNAL: u64 = 256 * 1024 * 1024;

/// A file of waiting events and clicks, one on each line. It is cheap to clone, and all clones are
/// the same journal. Only the owner can read its files, since they hold personal values until these
/// are taken in.
#[derive(Debug, Clone)]
pub struct Journal(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) path: PathBuf,
    /// Locked as long as the journal is open: two processes with one journal would remove each
    /// other's files.
    _lock: File,
    /// Held while a line is written, and while the file is moved.
    writing: Mutex<()>,
    /// How many lines the file holds, and how many those that were moved aside and wait on.
    fresh: AtomicU64,
    older: AtomicU64,
    /// Whether the last line could not be written.
    refuses: AtomicBool,
    /// The events of sources that are not configured.
    pub(crate) aside: Aside,
    /// Held while events are taken in, or discarded.
    pub(crate) replaying: tokio::sync::Mutex<()>,
}

impl Journal {
    /// Opens a journal in a file. The file is created if it does not exist; its folder must exist.
    ///
    /// # Errors
    /// - a folder that does not exist or cannot be written to
    /// - a journal that another process, or this one, has open
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let lock = private().write(true).truncate(false).open(beside(&path, ".lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another process has this journal open",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // A problem is found now, not when the store is down.
        append(&path, b"")?;
        let inner = Inner {
            aside: Aside::open(beside(&path, ".aside"))?,
            fresh: AtomicU64::new(count(&path)?),
            older: AtomicU64::new(count(&left(&path))?.saturating_add(count(&next(&path))?)),
            refuses: AtomicBool::new(false),
            path,
            _lock: lock,
            writing: Mutex::new(()),
            replaying: tokio::sync::Mutex::new(()),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Appends an event. `Ok` means that it is durable. The call blocks until the disk has it.
    ///
    /// # Errors
    /// A disk that fails to write, or a journal that is over [`MAX_JOURNAL`].
    pub fn append(&self, event: &Event) -> io::Result<()> {
        self.write(row::encode(&(event, &event.private)))
    }

    /// Appends a click.
    pub(crate) fn append_click(&self, click: &Click) -> io::Result<()> {
        self.write(of_click(click))
    }

    /// Appends what was refused.
    pub(crate) fn append_refused(&self, body: &RefusedBody) -> io::Result<()> {
        self.write(row::encode(&Line { refused: body }))
    }

    fn write(&self, line: Result<String, StoreError>) -> io::Result<()> {
        let mut line = line.map_err(io::Error::other)?;
        // A crash may have left half a line. An empty line is ignored.
        line.insert(0, '\n');
        line.push('\n');
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let held = fs::metadata(&self.0.path).map_or(0, |known| known.len());
        let added = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let written = if held.saturating_add(added) > MAX_JOURNAL {
            Err(io::Error::new(io::ErrorKind::StorageFull, "the journal is full"))
        } else {
            append(&self.0.path, line.as_bytes())
        };
        self.0.refuses.store(written.is_err(), Ordering::Relaxed);
        if written.is_ok() {
            self.0.fresh.fetch_add(1, Ordering::Relaxed);
        }
        written
    }

    /// Returns how many lines wait, without those that are set aside.
    pub(crate) fn waits(&self) -> u64 {
        let (fresh, older) = (&self.0.fresh, &self.0.older);
        fresh
            .load(Ordering::Relaxed)
            .saturating_add(older.load(Ordering::Relaxed))
    }

    /// Returns whether the last line could not be written: the journal, or its disk, is full.
    pub(crate) fn refuses(&self) -> bool {
        self.0.refuses.load(Ordering::Relaxed)
    }

    /// Notes how many lines that were moved aside wait on.
    pub(crate) fn wait_on(&self, lines: u64) {
        self.0.older.store(lines, Ordering::Relaxed);
    }

    /// Returns how many acknowledged events are set aside because their sources are not configured,
    /// by source. They are taken in when a source with that id is configured again.
    #[must_use]
    pub fn set_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.aside.held()
    }

    /// Returns the same, with a zero for sources of which something was set aside earlier.
    pub(crate) fn seen_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.aside.seen()
    }

    /// Forgets the events of a source that are set aside, and returns how many they were.
    pub(crate) async fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let _replaying = self.0.replaying.lock().await;
        self.0.aside.discard(source)
    }

    /// Moves the journal to another name, so that new events go to a new file. Returns false if it
    /// is empty.
    pub(crate) fn move_aside(&self, aside: &Path) -> io::Result<bool> {
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if fs::metadata(&self.0.path).map_or(0, |known| known.len()) == 0 {
            return Ok(false);
        }
        fs::rename(&self.0.path, aside)?;
        let moved = self.0.fresh.swap(0, Ordering::Relaxed);
        self.0.older.fetch_add(moved, Ordering::Relaxed);
        // There is room again.
        self.0.refuses.store(false, Ordering::Relaxed);
        Ok(true)
    }
}

/// Returns the path of what an earlier round left.
pub(crate) fn left(path: &Path) -> PathBuf {
    beside(path, ".replaying")
}

/// Returns the path to which the journal is moved.
pub(crate) fn next(path: &Path) -> PathBuf {
    beside(path, ".next")
}
