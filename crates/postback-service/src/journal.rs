//! Events that the store could not take, on disk until it can.
//!
//! Nobody sends a postback again. When the store is down, its event is appended here, synchronised
//! to disk, and acknowledged; it is taken in later, under the identity that it got on arrival, so
//! that taking it in twice does nothing.

use postback::event::Event;
use postback::port::{BoxFuture, StoreError, row};
use postback::value::Pii;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Write},
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
    /// Held while events are taken in again.
    replaying: tokio::sync::Mutex<()>,
}

/// What taking in a journal came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many events were taken in.
    pub taken: u64,
    /// How many wait on: the store did not take them.
    pub left: u64,
    /// How many lines could not be read or are of a source that is no longer configured; they are
    /// kept in a file beside the journal that ends in `.unreadable`.
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
        let mut line = row::encode(&(event, &event.private)).map_err(io::Error::other)?;
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

    /// Takes waiting events in, oldest first. What the store does not take is kept for the next
    /// time: of one event when its own rows are in trouble, of all the rest when the store is away.
    ///
    /// # Errors
    /// Trouble with the journal's files. What was taken in stays taken in; taking it in again does
    /// nothing.
    pub(crate) async fn replay<'t>(&self, take: &'t Take<'t>) -> io::Result<Replayed> {
        let _replaying = self.0.replaying.lock().await;
        let mut done = Replayed::default();
        // What an earlier round left, then what came since.
        let (left, next) = (beside(&self.0.path, ".replaying"), beside(&self.0.path, ".next"));
        let mut lines = Vec::new();
        let mut away = false;
        if left.exists() {
            lines = self.replay_file(take, &left, &mut done, &mut away).await?;
        }
        if !away && (next.exists() || self.move_aside(&next)?) {
            lines.append(&mut self.replay_file(take, &next, &mut done, &mut away).await?);
            replace(&left, &lines)?;
            fs::remove_file(&next)?;
        } else if left.exists() && fs::metadata(&left)?.len() != u64::try_from(lines.len()).unwrap_or(u64::MAX) {
            replace(&left, &lines)?;
        }
        if lines.is_empty() && left.exists() {
            fs::remove_file(&left)?;
        }
        let count = lines.iter().filter(|byte| **byte == b'\n').count();
        done.left = u64::try_from(count).unwrap_or(u64::MAX);
        Ok(done)
    }

    /// Takes in the lines of a file; answers with those that are left.
    async fn replay_file<'t>(
        &self,
        take: &'t Take<'t>,
        aside: &Path,
        done: &mut Replayed,
        away: &mut bool,
    ) -> io::Result<Vec<u8>> {
        let mut left = Vec::new();
        for line in BufReader::new(File::open(aside)?).split(b'\n') {
            let mut line = line?;
            if line.is_empty() {
                continue;
            }
            let taken = match read(&line) {
                _ if *away => Err(Trouble::Away),
                Ok(event) => take(event).await,
                Err(_) => Err(Trouble::Never),
            };
            line.push(b'\n');
            match taken {
                Ok(()) => done.taken = done.taken.saturating_add(1),
                Err(Trouble::Never) => {
                    append(&beside(&self.0.path, ".unreadable"), &line)?;
                    done.unreadable = done.unreadable.saturating_add(1);
                }
                Err(trouble) => {
                    *away = matches!(trouble, Trouble::Away);
                    left.append(&mut line);
                }
            }
        }
        Ok(left)
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

/// Takes one waiting event in.
pub(crate) type Take<'t> = dyn Fn(Event) -> BoxFuture<'t, Result<(), Trouble>> + Send + Sync + 't;

/// Why a waiting event was not taken in.
pub(crate) enum Trouble {
    /// The store takes nothing.
    Away,
    /// The store does not take this one yet.
    Later,
    /// It cannot be read, or its source is no longer configured.
    Never,
}

fn read(line: &[u8]) -> Result<Event, StoreError> {
    let line = String::from_utf8_lossy(line);
    let (mut event, private): (Event, BTreeMap<String, Pii>) = row::decode(&line)?;
    event.private = private;
    Ok(event)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Appends and synchronises; with nothing to append, makes the file.
fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().append(true).open(path)?;
    let before = file.metadata()?.len();
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a line would spoil the next one.
        drop(file.set_len(before));
    } else if before == 0 {
        sync_folder(path)?;
    }
    written
}

/// Puts other bytes in a file's place, all at once.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = beside(path, ".new");
    let mut file = private().write(true).truncate(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder(path)
}

/// A file's name is durable only when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// A file that is its owner's alone, made when it is not there.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
