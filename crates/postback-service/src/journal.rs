//! What the store could not take, on disk until it can.
//!
//! Nobody sends a postback again. When the store is down, its event, or the postback itself where
//! it was refused, is appended here, synchronised to disk, and acknowledged; it is taken in later,
//! under the identity that it got on arrival, so that taking it in twice does nothing.

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

/// The largest journal, in bytes: some hundred thousand events. Past it the sender is told to come
/// back.
pub const MAX_JOURNAL: u64 = 256 * 1024 * 1024;

/// A file of waiting events, one a line. Cheap to clone; all clones are one. Its files are readable
/// by their owner alone: they hold the personal values of the events until these are taken in.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Locked for as long as the journal is open: two processes with one journal would take each
    /// other's files away.
    _lock: File,
    /// Held while a line is written, and while the file is moved aside.
    writing: Mutex<()>,
    /// The events of sources that are not configured.
    aside: Aside,
    /// Held while events are taken in again, or discarded.
    replaying: tokio::sync::Mutex<()>,
}

/// What taking in a journal came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events were taken in.
    pub taken: u64,
    /// How many wait on: the store did not take them.
    pub left: u64,
    /// How many are of sources that are not configured, and were set aside: they are taken in when
    /// a source of that id is back. They lie in a file beside the journal that ends in `.aside`.
    pub set_aside: u64,
    /// How many lines could not be read; they are kept in a file beside the journal that ends in
    /// `.unreadable`.
    pub unreadable: u64,
}

impl Journal {
    /// A journal in a file, made when the first event comes. Its folder must exist.
    ///
    /// # Errors
    /// A folder that does not exist or cannot be written to; a journal that another process, or
    /// this one, has open.
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
        // Found out now, not when the store is down.
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

    /// Writes an event down. `Ok` means durable. Blocks until the disk has it.
    ///
    /// # Errors
    /// A disk that does not take it, a journal over [`MAX_JOURNAL`].
    pub fn append(&self, event: &Event) -> io::Result<()> {
        self.write(row::encode(&(event, &event.private)))
    }

    /// The same of what was refused.
    pub(crate) fn append_refused(&self, body: &RefusedBody) -> io::Result<()> {
        self.write(row::encode(&Line { refused: body }))
    }

    fn write(&self, line: Result<String, StoreError>) -> io::Result<()> {
        let mut line = line.map_err(io::Error::other)?;
        // A crash may have left half a line behind; empty lines mean nothing.
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

    /// How many acknowledged events are set aside because their sources are not configured, by
    /// source. They are taken in when a source of that id is back.
    #[must_use]
    pub fn set_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.aside.held()
    }

    /// The same, with a zero for sources of which something was set aside.
    pub(crate) fn seen_aside(&self) -> BTreeMap<OfferSourceId, u64> {
        self.0.aside.seen()
    }

    /// Forgets what is set aside of a source; says how many events that were.
    pub(crate) async fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let _replaying = self.0.replaying.lock().await;
        self.0.aside.discard(source)
    }

    /// Takes waiting events in, oldest first. What the store does not take is kept for the next
    /// time: of one event when its own rows are in trouble, of all the rest when the store is away.
    /// What is of a source that `knows` does not know is set aside, and taken in when it does.
    ///
    /// # Errors
    /// Trouble with the journal's files. What was taken in stays taken in; taking it in again does
    /// nothing.
    pub(crate) async fn replay<'t>(&self, take: &'t Take<'t>, knows: &'t Knows<'t>) -> io::Result<Replayed> {
        let _replaying = self.0.replaying.lock().await;
        let mut done = Replayed::default();
        // What an earlier round left, then what came since.
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

    /// Takes in the lines of a file and sets aside those without a source; answers with those that
    /// wait on.
    async fn waiting<'t>(
        &self,
        take: &'t Take<'t>,
        file: &Path,
        done: &mut Replayed,
        away: &mut bool,
    ) -> io::Result<Vec<u8>> {
        let remains = self.replay_file(take, file, done, away).await?;
        // Durable before the file that it was in is replaced; twice does no harm.
        self.0.aside.add(&remains.aside)?;
        done.set_aside = done.set_aside.saturating_add(count(&remains.aside));
        Ok(remains.waiting)
    }

    /// Takes in the lines of a file; answers with those that remain.
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

    /// Moves the journal aside, so that new events go to a new file; false when there is nothing in
    /// it.
    fn move_aside(&self, aside: &Path) -> io::Result<bool> {
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if fs::metadata(&self.0.path).map_or(0, |known| known.len()) == 0 {
            return Ok(false);
        }
        fs::rename(&self.0.path, aside)?;
        Ok(true)
    }
}

/// Takes one waiting event in, or keeps what was refused.
pub(crate) type Take<'t> = dyn Fn(Waiting) -> BoxFuture<'t, Result<(), Trouble>> + Send + Sync + 't;

/// Whether a source is configured.
pub(crate) type Knows<'t> = dyn Fn(&OfferSourceId) -> bool + Send + Sync + 't;

/// Why a waiting event was not taken in.
pub(crate) enum Trouble {
    /// The store takes nothing.
    Away,
    /// The store does not take this one yet.
    Later,
    /// Its source is not configured.
    NoSource,
    /// It cannot be read.
    Never,
}

/// What remains of a file after its lines were taken in.
#[derive(Default)]
struct Remains {
    /// What the store did not take.
    waiting: Vec<u8>,
    /// What is of a source that is not configured.
    aside: Vec<u8>,
}

fn count(lines: &[u8]) -> u64 {
    let count = lines.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(count).unwrap_or(u64::MAX)
}
