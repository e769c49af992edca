//! Keeps on disk what the store could not take, until it can.
//!
//! Few networks send a postback again, and no visitor waits. While the store is down, the click or
//! the event is written here, synchronised to disk and acknowledged; if a postback was refused, the
//! postback itself is written. It is taken in later, with the id that it got on arrival, so that
//! taking it in twice does nothing.

use crate::area::{Area, Sizes};
use crate::aside::Aside;
use crate::lines::{Line, Waiting, append, beside, count, lines_until, of_click, of_event, private};
use postback::plan::RefusedBody;
use postback::port::{StoreError, row};
use postback::value::OfferSourceId;
use postback::{Click, Event};
use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// The room that a journal takes on its disk when it is opened, in bytes: enough for some twenty
/// thousand events although the disk is full.
pub const JOURNAL_RESERVE: u64 = 16 * 1024 * 1024;
/// The largest size of a journal, in bytes: room for some hundred thousand events. Beyond it the
/// sender is told to send again.
pub const MAX_JOURNAL: u64 = 256 * 1024 * 1024;

/// The sizes of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalOptions {
    /// The room that is taken on the disk when the journal is opened, in bytes, so that a full disk
    /// leaves it; [`JOURNAL_RESERVE`] by default. A file system that copies on write (Btrfs, ZFS)
    /// does not promise that.
    pub reserve: u64,
    /// The largest size, in bytes; [`MAX_JOURNAL`] by default. The journal grows beyond its reserve
    /// as long as the disk has room.
    pub limit: u64,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            reserve: JOURNAL_RESERVE,
            limit: MAX_JOURNAL,
        }
    }
}

/// A file of waiting events and clicks, one on each line. It is cheap to clone, and all clones are
/// the same journal. Only the owner can read its files, since they hold personal values until these
/// are taken in.
#[derive(Debug, Clone)]
pub struct Journal(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) path: PathBuf,
    /// Locked as long as the journal is open: two processes with one journal would remove each
    /// other's lines.
    _lock: File,
    /// Held while lines are written or removed.
    area: Mutex<Area>,
    /// How many lines wait in the file of those that the store did not take.
    older: AtomicU64,
    /// How many lines cannot be read.
    unreadable: AtomicU64,
    /// Whether the last line could not be written.
    refuses: AtomicBool,
    /// The events of sources that are not configured.
    pub(crate) aside: Aside,
    /// Held while events are taken in, or discarded.
    pub(crate) replaying: tokio::sync::Mutex<()>,
}

/// What is in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalState {
    /// How many events and clicks wait, without those that are set aside.
    pub waiting: u64,
    /// How many bytes of the journal's file are in use.
    pub bytes: u64,
    /// How many bytes the file has on the disk. It grows up to `limit` if the disk has room.
    pub room: u64,
    /// The largest size of the file.
    pub limit: u64,
    /// How many lines cannot be read. They lie in a file beside the journal that ends in
    /// `.unreadable`, and wait for a person.
    pub unreadable: u64,
}

impl Journal {
    /// Opens a journal in a file, with the default sizes. The file is created if it does not exist;
    /// its folder must exist.
    ///
    /// # Errors
    /// As [`Journal::open_with`].
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        Self::open_with(path, JournalOptions::default())
    }

    /// Opens a journal in a file, and takes its room on the disk. A disk that does not have the
    /// room is no error: [`Journal::state`] says how much the file has, and the rest is tried again
    /// whenever the journal is taken in.
    ///
    /// # Errors
    /// - a folder that does not exist or cannot be written to
    /// - a journal that another process, or this one, has open
    pub fn open_with(path: impl Into<PathBuf>, options: JournalOptions) -> io::Result<Self> {
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
        let sizes = Sizes {
            reserve: options.reserve.min(options.limit),
            limit: options.limit,
        };
        let older = earlier(&path)
            .iter()
            .try_fold(0_u64, |sum, file| Ok::<_, io::Error>(sum.saturating_add(count(file)?)))?;
        let inner = Inner {
            area: Mutex::new(Area::open(&path, sizes)?),
            aside: Aside::open(beside(&path, ".aside"))?,
            older: AtomicU64::new(older),
            unreadable: AtomicU64::new(count(&unreadable(&path))?),
            refuses: AtomicBool::new(false),
            path,
            _lock: lock,
            replaying: tokio::sync::Mutex::new(()),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Appends an event. `Ok` means that it is durable. The call blocks until the disk has it.
    ///
    /// # Errors
    /// A disk that fails to write, or a journal that is full.
    pub fn append(&self, event: &Event) -> io::Result<()> {
        self.write(of_event(event))
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
        let line = line.map_err(io::Error::other)?;
        let written = self.area().append(line.as_bytes());
        self.0.refuses.store(written.is_err(), Ordering::Relaxed);
        written
    }

    /// Returns what is in it.
    #[must_use]
    pub fn state(&self) -> JournalState {
        let area = self.area();
        JournalState {
            waiting: area.lines().saturating_add(self.0.older.load(Ordering::Relaxed)),
            bytes: area.end(),
            room: area.length(),
            limit: area.limit(),
            unreadable: self.0.unreadable.load(Ordering::Relaxed),
        }
    }

    /// Returns the path of its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns whether the last line could not be written: the journal, or its disk, is full.
    pub(crate) fn refuses(&self) -> bool {
        self.0.refuses.load(Ordering::Relaxed)
    }

    /// Notes how many lines wait in the files of earlier rounds.
    pub(crate) fn wait_on(&self, lines: u64) {
        self.0.older.store(lines, Ordering::Relaxed);
    }

    /// Keeps lines that cannot be read, durably, for a person.
    pub(crate) fn keep_unreadable(&self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        append(&unreadable(&self.0.path), lines)?;
        self.count_unreadable()
    }

    /// Counts the lines that cannot be read.
    pub(crate) fn count_unreadable(&self) -> io::Result<()> {
        let lines = count(&unreadable(&self.0.path))?;
        self.0.unreadable.store(lines, Ordering::Relaxed);
        Ok(())
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

    /// Returns the first `most` of what is set aside that is chosen.
    pub(crate) async fn aside(&self, most: u64, is_chosen: impl Fn(&Waiting) -> bool) -> io::Result<Vec<Waiting>> {
        let _replaying = self.0.replaying.lock().await;
        self.0.aside.first(most, is_chosen)
    }

    /// Forgets the events of a source that are set aside, and returns how many they were.
    pub(crate) async fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let _replaying = self.0.replaying.lock().await;
        self.0.aside.discard(source)
    }

    /// Returns up to where lines stand now, in the file that is under the journal's path now.
    pub(crate) fn snapshot(&self) -> io::Result<u64> {
        let mut area = self.area();
        area.look_again()?;
        area.take_room();
        Ok(area.end())
    }

    /// Removes lines that are durable elsewhere.
    pub(crate) fn erase(&self, places: &[Range<u64>]) -> io::Result<()> {
        self.area().erase(places)
    }

    /// Puts others in the place of lines of its file: `change` returns what a line becomes, nothing
    /// if the line goes; none if it stays. Returns how many lines changed. The new line is durable
    /// before the old one goes.
    pub(crate) fn rewrite(&self, change: impl Fn(&[u8]) -> io::Result<Option<String>>) -> io::Result<u64> {
        let mut area = self.area();
        area.look_again()?;
        let mut places = Vec::new();
        for line in lines_until(&self.0.path, area.end())? {
            let line = line?;
            if let Some(becomes) = change(&line.text)? {
                if !becomes.is_empty() {
                    area.append(becomes.as_bytes())?;
                }
                places.push(line.place());
            }
        }
        area.erase(&places)?;
        area.synchronise()?;
        Ok(u64::try_from(places.len()).unwrap_or(u64::MAX))
    }

    /// Begins at the front again, where nothing stands before `from`.
    pub(crate) fn begin_again(&self, from: u64) -> io::Result<()> {
        self.area().begin_again(from)?;
        // There is room again.
        self.0.refuses.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn area(&self) -> MutexGuard<'_, Area> {
        self.0.area.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the path of the lines that the store did not take although it took others.
pub(crate) fn left(path: &Path) -> PathBuf {
    beside(path, ".replaying")
}

/// Returns the paths of what earlier rounds left, in their order. The second is of earlier
/// versions.
pub(crate) fn earlier(path: &Path) -> [PathBuf; 2] {
    [left(path), beside(path, ".next")]
}

/// Returns the path of the lines that cannot be read.
pub(crate) fn unreadable(path: &Path) -> PathBuf {
    beside(path, ".unreadable")
}
