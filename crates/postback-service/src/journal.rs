//! Keeps on disk what the store could not take, until it can.
//!
//! Few networks send a postback again. While the store is down, its event is appended here,
//! synchronised to disk and acknowledged; if the postback was refused, the postback itself is
//! appended. It is taken in later, with the id that it got on arrival, so that taking it in twice
//! does nothing.

use crate::aside::Aside;
use crate::lines::{Line, Waiting, append, beside, private, read, replace};
use postback::Event;
use postback::plan::RefusedBody;
use postback::port::{BoxFuture, StoreError, row};
use postback::value::OfferSourceId;
use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// The largest size of a journal, in bytes: room for some hundred thousand events. Beyond it the
/// sender is told to send again.
pub const MAX_JOURNAL: u64 = 256 * 1024 * 1024;

/// A file of waiting events, one on each line. It is cheap to clone, and all clones are the same
/// journal. Only the owner can read its files, since they hold the personal values of the events
/// until these are taken in.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Locked as long as the journal is open: two processes with one journal would remove each
    /// other's files.
    _lock: File,
    /// Held while a line is written, and while the file is moved.
    writing: Mutex<()>,
    /// The events of sources that are not configured.
    aside: Aside,
    /// Held while events are taken in, or discarded.
    replaying: tokio::sync::Mutex<()>,
}

/// The outcome of taking in a journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events were taken in.
    pub taken: u64,
    /// How many events still wait, since the store did not take them.
    pub left: u64,
    /// How many events are of sources that are not configured. They were set aside, in a file
    /// beside the journal that ends in `.aside`, and are taken in when a source with that id is
    /// configured again.
    pub set_aside: u64,
    /// How many lines could not be read. They are kept in a file beside the journal that ends in
    /// `.unreadable`.
    pub unreadable: u64,
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
        if held.saturating_add(added) > MAX_JOURNAL {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the journal is full"));
        }
        append(&self.0.path, line.as_bytes())
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

    /// Takes in waiting events, oldest first. What the store does not take is kept for the next
    /// time: one event if only its own rows cause the problem, all that remain if the store is not
    /// available. Events of a source that `knows` does not know are set aside, and taken in when it
    /// does.
    ///
    /// # Errors
    /// A problem with the journal's files. What was taken in stays taken in; taking it in again
    /// does nothing.
    pub(crate) async fn replay<'t>(&self, take: &'t Take<'t>, knows: &'t Knows<'t>) -> io::Result<Replayed> {
        let _replaying = self.0.replaying.lock().await;
        let mut done = Replayed::default();
        // First what an earlier round left, then what came since.
        let (left, next) = (beside(&self.0.path, ".replaying"), beside(&self.0.path, ".next"));
        let mut lines = Vec::new();
        let mut away = false;
        if left.exists() {
            lines = self.waiting(take, &left, &mut done, &mut away).await?;
        }
        if !away && (next.exists() || self.move_aside(&next)?) {
            lines.append(&mut self.waiting(take, &next, &mut done, &mut away).await?);
            replace(&left, &lines)?;
            fs::remove_file(&next)?;
        } else if left.exists() && fs::metadata(&left)?.len() != u64::try_from(lines.len()).unwrap_or(u64::MAX) {
            replace(&left, &lines)?;
        }
        if lines.is_empty() && left.exists() {
            fs::remove_file(&left)?;
        }
        done.left = count(&lines);
        if !away && self.set_aside().keys().any(knows) {
            let remains = self
                .replay_file(take, self.0.aside.path(), &mut done, &mut away)
                .await?;
            done.left = done.left.saturating_add(count(&remains.waiting));
            self.0.aside.keep(&[remains.waiting, remains.aside].concat())?;
        }
        Ok(done)
    }

    /// Takes in the lines of a file and sets aside those without a source. Returns the lines that
    /// still wait.
    async fn waiting<'t>(
        &self,
        take: &'t Take<'t>,
        file: &Path,
        done: &mut Replayed,
        away: &mut bool,
    ) -> io::Result<Vec<u8>> {
        let remains = self.replay_file(take, file, done, away).await?;
        // They are durable before the file in which they were is replaced. Writing them twice does
        // no harm.
        self.0.aside.add(&remains.aside)?;
        done.set_aside = done.set_aside.saturating_add(count(&remains.aside));
        Ok(remains.waiting)
    }

    /// Takes in the lines of a file, and returns those that remain.
    async fn replay_file<'t>(
        &self,
        take: &'t Take<'t>,
        file: &Path,
        done: &mut Replayed,
        away: &mut bool,
    ) -> io::Result<Remains> {
        let mut remains = Remains::default();
        for line in BufReader::new(File::open(file)?).split(b'\n') {
            let mut line = line?;
            if line.is_empty() {
                continue;
            }
            let taken = match read(&line) {
                _ if *away => Err(Trouble::Away),
                Ok(waiting) => take(waiting).await,
                Err(_) => Err(Trouble::Never),
            };
            line.push(b'\n');
            match taken {
                Ok(()) => done.taken = done.taken.saturating_add(1),
                Err(Trouble::Never) => {
                    append(&beside(&self.0.path, ".unreadable"), &line)?;
                    done.unreadable = done.unreadable.saturating_add(1);
                }
                Err(Trouble::NoSource) => remains.aside.append(&mut line),
                Err(trouble) => {
                    *away = matches!(trouble, Trouble::Away);
                    remains.waiting.append(&mut line);
                }
            }
        }
        Ok(remains)
    }

    /// Moves the journal to another name, so that new events go to a new file. Returns false if it
    /// is empty.
    fn move_aside(&self, aside: &Path) -> io::Result<bool> {
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if fs::metadata(&self.0.path).map_or(0, |known| known.len()) == 0 {
            return Ok(false);
        }
        fs::rename(&self.0.path, aside)?;
        Ok(true)
    }
}

/// Takes in one waiting event, or keeps what was refused.
pub(crate) type Take<'t> = dyn Fn(Waiting) -> BoxFuture<'t, Result<(), Trouble>> + Send + Sync + 't;

/// Returns whether a source is configured.
pub(crate) type Knows<'t> = dyn Fn(&OfferSourceId) -> bool + Send + Sync + 't;

/// Why a waiting event was not taken in.
pub(crate) enum Trouble {
    /// The store is not available.
    Away,
    /// The store does not take this event yet.
    Later,
    /// The event's source is not configured.
    NoSource,
    /// The event cannot be read.
    Never,
}

/// What remains of a file after its lines were taken in.
#[derive(Default)]
struct Remains {
    /// The lines that the store did not take.
    waiting: Vec<u8>,
    /// The lines of sources that are not configured.
    aside: Vec<u8>,
}

fn count(lines: &[u8]) -> u64 {
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(count).unwrap_or(u64::MAX)
}
