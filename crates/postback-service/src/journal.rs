//! Keeps on disk what the store could not take, until it can.
//!
//! Few networks send a postback again, and no visitor waits. While the store is down, the click or
//! the event is written here, synchronised to disk and acknowledged; if a postback was refused, the
//! postback itself is written. It is taken in later, with the id that it got on arrival, so that
//! taking it in twice does nothing.

use crate::area::{Area, Change, Sizes};
use crate::aside::Aside;
use crate::figures::Figures;
use crate::lines::{Line, append, beside, count, of_click, of_event, private, size};
use crate::queue::Queue;
use crate::snapshot::Snapshot;
use postback::plan::RefusedBody;
use postback::port::{StoreError, row};
use postback::value::{EventId, OfferSourceId};
use postback::{Click, Event};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, TryLockError},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::OwnedMutexGuard, task::spawn_blocking, time::timeout};

/// The room that a journal takes on its disk when it is opened, in bytes: enough for some twenty
/// thousand events although the disk is full.
pub const JOURNAL_RESERVE: u64 = 16 * 1024 * 1024;
/// The largest size of a journal, in bytes: room for some hundred thousand events. Beyond it the
/// sender is told to send again.
pub const MAX_JOURNAL: u64 = 256 * 1024 * 1024;
/// How long what changes the journal's files waits for another change to end.
const TURN: Duration = Duration::from_secs(5);
/// How many lines are changed before new ones have their turn.
const TOGETHER: usize = 256;

/// The sizes of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalOptions {
    /// The room that is taken on the disk when the journal is opened, in bytes, so that a full disk
    /// leaves it; [`JOURNAL_RESERVE`] by default. A file system that copies on write (Btrfs, ZFS)
    /// does not promise that.
    pub reserve: u64,
    /// The largest size, in bytes; [`MAX_JOURNAL`] by default. The journal grows beyond its reserve
    /// as long as the disk has room. What the store did not take although it took other lines
    /// lies in a file beside the journal that ends in `.replaying`, and counts, too.
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
    /// Held while lines are written or removed, which takes as long as the disk does. So nothing
    /// that answers a caller waits for it.
    area: Mutex<Area>,
    figures: Arc<Figures>,
    limit: u64,
    reserve: u64,
    /// Lines on their way into the area.
    pub(crate) queue: Queue,
    /// How many lines wait in the file of those that the store did not take.
    older: AtomicU64,
    /// How many lines cannot be read.
    unreadable: AtomicU64,
    /// Whether the last line could not be written.
    refuses: AtomicBool,
    /// Whether the disk did not answer in time when a line was written last.
    late: AtomicBool,
    /// The events of sources that are not configured.
    pub(crate) aside: Aside,
    /// Held while events are taken in, or discarded.
    replaying: Arc<tokio::sync::Mutex<()>>,
}

/// The right to change the files beside a journal's own.
pub(crate) type Turn = Arc<OwnedMutexGuard<()>>;

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
        let area = Area::open(&path, sizes)?;
        let inner = Inner {
            figures: area.figures().clone(),
            area: Mutex::new(area),
            limit: sizes.limit,
            reserve: sizes.reserve,
            queue: Queue::default(),
            late: AtomicBool::new(false),
            aside: Aside::open(beside(&path, ".aside"))?,
            older: AtomicU64::new(0),
            unreadable: AtomicU64::new(count(&unreadable(&path))?),
            refuses: AtomicBool::new(false),
            path,
            _lock: lock,
            replaying: Arc::default(),
        };
        let journal = Self(Arc::new(inner));
        journal.count_earlier()?;
        Ok(journal)
    }

    /// Appends an event. `Ok` means that it is durable. The call blocks until the disk has it.
    ///
    /// # Errors
    /// A disk that fails to write, or a journal that is full.
    pub fn append(&self, event: &Event) -> io::Result<()> {
        let line = of_event(event).map_err(io::Error::other)?;
        self.write_all(&[line.into_bytes()]).into_iter().collect()
    }

    /// Appends an event, within a time limit.
    pub(crate) async fn append_event(&self, event: &Event) -> io::Result<()> {
        self.append_line(of_event(event)).await
    }

    /// Appends a click, within a time limit.
    pub(crate) async fn append_click(&self, click: &Click) -> io::Result<()> {
        self.append_line(of_click(click)).await
    }

    /// Appends what was refused, within a time limit.
    pub(crate) async fn append_refused(&self, body: &RefusedBody) -> io::Result<()> {
        self.append_line(row::encode(&Line { refused: body })).await
    }

    async fn append_line(&self, line: Result<String, StoreError>) -> io::Result<()> {
        self.queue(line.map_err(io::Error::other)?).await
    }

    /// Writes lines, and notes whether the journal takes any. The call blocks.
    pub(crate) fn write_all(&self, lines: &[Vec<u8>]) -> Vec<io::Result<()>> {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let written = self.area().append_all(&lines);
        let is_refused = written.iter().any(Result::is_err);
        self.0.refuses.store(is_refused, Ordering::Relaxed);
        self.0.late.store(false, Ordering::Relaxed);
        written
    }

    /// Returns what is in it.
    #[must_use]
    pub fn state(&self) -> JournalState {
        let figures = &self.0.figures;
        JournalState {
            waiting: figures.lines.get().saturating_add(self.0.older.load(Ordering::Relaxed)),
            bytes: figures.end.get(),
            room: figures.length.get(),
            limit: self.0.limit,
            unreadable: self.0.unreadable.load(Ordering::Relaxed),
        }
    }

    /// Returns the path of its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns the room that it takes on the disk at least.
    pub(crate) fn reserve(&self) -> u64 {
        self.0.reserve
    }

    /// Returns whether the last line could not be written: the journal, or its disk, is full.
    pub(crate) fn refuses(&self) -> bool {
        self.0.refuses.load(Ordering::Relaxed)
    }

    /// Returns whether its disk did not answer in time when a line was written last.
    pub(crate) fn late(&self) -> bool {
        self.0.late.load(Ordering::Relaxed)
    }

    /// Notes that its disk does not answer in time.
    pub(crate) fn is_late(&self) {
        self.0.late.store(true, Ordering::Relaxed);
    }

    /// Returns how many lines were copied out of files that were moved away or removed.
    pub(crate) fn carried(&self) -> u64 {
        self.0.figures.carried.get()
    }

    /// Measures what waits in the files of earlier rounds.
    pub(crate) fn count_earlier(&self) -> io::Result<()> {
        let (mut lines, mut bytes) = (0_u64, 0_u64);
        for file in earlier(&self.0.path) {
            lines = lines.saturating_add(count(&file)?);
            bytes = bytes.saturating_add(fs::metadata(&file).map_or(0, |file| file.len()));
        }
        self.0.older.store(lines, Ordering::Relaxed);
        self.0.figures.beside.set(bytes);
        Ok(())
    }

    /// Waits until nobody takes in, discards or erases. Whoever works on the files beside holds the
    /// turn until that work has ended, also when its caller has gone.
    pub(crate) async fn turn(&self) -> io::Result<Turn> {
        match timeout(TURN, self.0.replaying.clone().lock_owned()).await {
            Ok(turn) => Ok(Arc::new(turn)),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "a replay of the journal is under way, try again",
            )),
        }
    }

    /// Works on the journal's files beside the runtime, in this turn.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        turn: &Turn,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (journal, turn) = (self.clone(), turn.clone());
        let working = spawn_blocking(move || {
            let done = work(&journal);
            drop(turn);
            done
        });
        working.await.map_err(io::Error::other)?
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

    /// Returns the first `most` events that are set aside: those of a source, or all, and of these
    /// what stands behind an event.
    pub(crate) async fn aside(
        &self,
        source: Option<OfferSourceId>,
        behind: Option<EventId>,
        most: usize,
    ) -> io::Result<Vec<Event>> {
        let turn = self.turn().await?;
        let read = move |journal: &Self| journal.0.aside.events(source.as_ref(), behind.as_ref(), most);
        self.on_disk(&turn, read).await
    }

    /// Forgets events that were set aside and are stored now.
    pub(crate) async fn forget_aside(&self, events: BTreeSet<EventId>) -> io::Result<()> {
        let turn = self.turn().await?;
        self.on_disk(&turn, move |journal| journal.0.aside.forget(&events))
            .await
    }

    /// Forgets the events of a source that are set aside, and returns how many they were.
    pub(crate) async fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let (turn, source) = (self.turn().await?, source.clone());
        self.on_disk(&turn, move |journal| journal.0.aside.discard(&source))
            .await
    }

    /// Returns the lines that stand now in the file that is under the journal's path now.
    pub(crate) fn snapshot(&self) -> io::Result<Snapshot> {
        let mut area = self.area();
        area.look_again()?;
        area.take_room();
        Ok(area.snapshot())
    }

    /// Removes lines that are durable elsewhere. Their places are of a snapshot of this generation.
    pub(crate) fn remove(&self, generation: u64, places: &[Range<u64>]) -> io::Result<()> {
        self.area().remove(generation, places)
    }

    /// Puts others in the place of lines that stand in its file now: `change` returns what a line
    /// becomes, nothing if the line goes; none if it stays. Returns how many lines changed. Between
    /// a few of them new lines are written, so nobody waits for the whole.
    ///
    /// # Errors
    /// As [`Area::replace`]. Each line stands there once, changed or not; a journal without room
    /// is told after all that needs none is done.
    pub(crate) fn rewrite(&self, change: impl Fn(&[u8]) -> io::Result<Option<String>>) -> io::Result<u64> {
        let snapshot = self.snapshot()?;
        let changes = snapshot.lines()?.filter_map(|line| {
            let changed = line.and_then(|line| Ok((change(&line.text)?, line)));
            let to = |(becomes, line): (Option<String>, _)| Some((becomes?.into_bytes(), line));
            changed.map(to).transpose()
        });
        let mut changes = changes.map(|change| change.map(|(becomes, line)| Change { line, becomes }));
        let (mut done, mut full) = (0_u64, Ok(()));
        loop {
            let chunk: Vec<Change> = changes.by_ref().take(TOGETHER).collect::<io::Result<_>>()?;
            if chunk.is_empty() {
                return full.map(|()| done);
            }
            match self.area().replace(snapshot.generation, &chunk) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => full = Err(error),
                replaced => replaced?,
            }
            done = done.saturating_add(size(chunk.len()));
        }
    }

    /// Begins at the front again, where nothing stands any more of a snapshot.
    pub(crate) fn begin_again(&self, snapshot: &Snapshot) -> io::Result<()> {
        self.area().begin_again(snapshot)?;
        // There is room again.
        self.0.refuses.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn area(&self) -> MutexGuard<'_, Area> {
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
