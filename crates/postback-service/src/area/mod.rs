//! A file of lines whose room on the disk is taken beforehand, so that a full disk leaves it.
//!
//! Where no line stands the file holds line ends, and readers skip empty lines. So a file without
//! any reserve, as earlier versions wrote it, is read in the same way, and earlier versions can
//! read this one.

use crate::figures::Figures;
use crate::lines::{Placed, count_of, private, size, sync_folder};
use crate::snapshot::Snapshot;
use std::{
    collections::HashSet,
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
    slice,
    sync::Arc,
};

mod replace;

pub(crate) use replace::Change;

/// What stands where no line stands.
const FREE: u8 = b'\n';
/// How much is read or written at once.
const BLOCK: usize = 64 * 1024;
/// How much room is taken at once where the file grows beyond its reserve.
const GROWTH: u64 = 1024 * 1024;
/// How many lines are copied at once out of a file that was moved away.
const TOGETHER: usize = 256;
static FREE_BLOCK: [u8; BLOCK] = [FREE; BLOCK];

/// How large the file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// The room that is taken on the disk in any case.
    pub(crate) reserve: u64,
    /// The largest length.
    pub(crate) limit: u64,
}

#[derive(Debug)]
pub(crate) struct Area {
    path: PathBuf,
    file: Arc<File>,
    sizes: Sizes,
    /// The length of the file.
    length: u64,
    /// The end of the last line. From here on nothing stands.
    end: u64,
    /// How many lines stand in it.
    lines: u64,
    /// It is raised whenever places of the file begin to mean other lines.
    generation: u64,
    /// The same numbers for whoever does not wait.
    figures: Arc<Figures>,
    /// How often lines were written and synchronised.
    #[cfg(test)]
    writes: usize,
}

impl Area {
    /// Opens the file and takes its room on the disk, as far as the disk has it. The file is
    /// created if it does not exist.
    pub(crate) fn open(path: &Path, sizes: Sizes) -> io::Result<Self> {
        let is_new = !path.exists();
        let file = private().read(true).write(true).truncate(false).open(path)?;
        if is_new {
            sync_folder(path)?;
        }
        let length = file.metadata()?.len();
        let mut area = Self {
            path: path.to_owned(),
            end: end(&file, length)?,
            file: Arc::new(file),
            sizes,
            length,
            lines: 0,
            generation: 0,
            figures: Arc::default(),
            #[cfg(test)]
            writes: 0,
        };
        area.lines = count_of(area.snapshot().lines()?)?;
        area.take_room();
        Ok(area)
    }

    /// Takes the rest of its room, if the disk has it now.
    pub(crate) fn take_room(&mut self) {
        if self.length < self.sizes.reserve {
            // What the disk gave before it was full is kept.
            drop(self.grow(self.sizes.reserve));
        }
        self.publish();
    }

    pub(crate) fn figures(&self) -> &Arc<Figures> {
        &self.figures
    }

    fn publish(&self) {
        self.figures.lines.set(self.lines);
        self.figures.end.set(self.end);
        self.figures.length.set(self.length);
    }

    /// Returns its lines as they stand now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            file: self.file.clone(),
            path: self.path.clone(),
            until: self.end,
            generation: self.generation,
        }
    }

    /// Writes a line and synchronises it.
    #[cfg(test)]
    pub(crate) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.look_again()?;
        self.put(&[line], self.sizes.limit)
    }

    /// Writes lines and synchronises them together. Of lines that have no room together, those are
    /// written that have.
    pub(crate) fn append_all(&mut self, lines: &[&[u8]]) -> Vec<io::Result<()>> {
        let limit = self.sizes.limit;
        let all = |kind: io::ErrorKind| lines.iter().map(|_| Err(kind.into())).collect();
        if let Err(error) = self.look_again() {
            return all(error.kind());
        }
        match self.put(lines, limit) {
            Ok(()) => lines.iter().map(|_| Ok(())).collect(),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => lines
                .iter()
                .map(|line| self.put(slice::from_ref(line), limit))
                .collect(),
            Err(error) => all(error.kind()),
        }
    }

    fn put(&mut self, lines: &[&[u8]], limit: u64) -> io::Result<()> {
        let put = self.try_to_put(lines, limit);
        self.publish();
        put
    }

    fn try_to_put(&mut self, lines: &[&[u8]], limit: u64) -> io::Result<()> {
        // A crash may have left half a line, so one line end stands in front, too.
        let mut bytes = vec![FREE];
        for line in lines {
            bytes.extend_from_slice(line);
            bytes.push(FREE);
        }
        let after = self.end.saturating_add(size(bytes.len()));
        if after.saturating_add(self.figures.beside.get()) > limit {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the journal is full"));
        }
        if after > self.length {
            let much = self.length.saturating_add(GROWTH).min(self.sizes.limit);
            self.grow(much.max(after)).or_else(|_| self.grow(after))?;
        }
        #[cfg(test)]
        {
            self.writes = self.writes.saturating_add(1);
        }
        let written = self.write(self.end, &bytes).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.end = after.saturating_sub(1);
                self.lines = self.lines.saturating_add(size(lines.len()));
            }
            // Half a line would be counted as one.
            Err(_) => drop(self.free(self.end..after)),
        }
        written
    }

    /// Removes lines that stand at these places, which are of a snapshot of this generation. It is
    /// not synchronised: a line that is there again after a crash is taken in again, and that does
    /// nothing. In a file of another generation other lines stand at the places, and they stay.
    pub(crate) fn remove(&mut self, generation: u64, places: &[Range<u64>]) -> io::Result<()> {
        if generation != self.generation {
            return Ok(());
        }
        for place in places {
            self.free(place.clone())?;
            self.lines = self.lines.saturating_sub(1);
        }
        self.publish();
        Ok(())
    }

    /// Waits until what was removed is gone from the disk, too.
    pub(crate) fn synchronise(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Begins at the front again, where nothing stands before the end of a snapshot. What came
    /// since is moved to the front, if it has room there. Another file than that of the snapshot
    /// stays.
    pub(crate) fn begin_again(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        if snapshot.generation != self.generation {
            return Ok(());
        }
        let begun = self.move_to_front(snapshot.until);
        self.publish();
        begun
    }

    fn move_to_front(&mut self, from: u64) -> io::Result<()> {
        let since = self.end.saturating_sub(from);
        if since > from {
            return Ok(());
        }
        let mut moved = vec![FREE; usize::try_from(since).unwrap_or(usize::MAX)];
        (&*self.file).seek(SeekFrom::Start(from))?;
        (&*self.file).read_exact(&mut moved)?;
        let copied = self.write(0, &moved).and_then(|()| self.file.sync_data());
        if copied.is_err() {
            drop(self.free(0..since));
            return copied;
        }
        // Now that the copy is durable, the other may go.
        self.generation = self.generation.saturating_add(1);
        self.free(from..self.end)?;
        self.end = since;
        if self.length > self.sizes.reserve && self.end <= self.sizes.reserve {
            self.file.set_len(self.sizes.reserve)?;
            self.length = self.sizes.reserve;
        }
        self.file.sync_all()
    }

    /// Makes the file this long, with blocks on the disk and not with a hole.
    fn grow(&mut self, length: u64) -> io::Result<()> {
        let grown = self.free(self.length..length).and_then(|()| self.file.sync_all());
        self.length = self.file.metadata()?.len();
        grown
    }

    fn free(&mut self, place: Range<u64>) -> io::Result<()> {
        let mut at = place.start;
        while at < place.end {
            let left = usize::try_from(place.end.saturating_sub(at)).unwrap_or(usize::MAX);
            let block = FREE_BLOCK.get(..left.min(BLOCK)).unwrap_or(&FREE_BLOCK);
            self.write(at, block)?;
            at = at.saturating_add(size(block.len()));
        }
        Ok(())
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).seek(SeekFrom::Start(at))?;
        (&*self.file).write_all(bytes).map_err(full)
    }

    /// Opens the file under its path if it is another one now: what is written to a file that was
    /// removed is lost. What waits in the one before was acknowledged, and it is copied.
    pub(crate) fn look_again(&mut self) -> io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|found| self.is_open(&found)) {
            return Ok(());
        }
        let mut new = Self::open(&self.path, self.sizes)?;
        let carried = new.carry(&self.snapshot())?;
        new.generation = self.generation.saturating_add(1);
        new.figures = self.figures.clone();
        new.publish();
        new.figures.carried.add(carried);
        *self = new;
        if carried > 0 {
            tracing::error!(
                carried,
                "the journal's file was moved away or removed while lines waited in it, and they were copied into a \
                 new one: leave the journal's files where they are, also in the rotation of logs"
            );
        }
        Ok(())
    }

    /// Copies the lines of another file that do not stand here yet, whatever the limit is, and
    /// returns how many they are.
    fn carry(&mut self, old: &Snapshot) -> io::Result<u64> {
        let known = self.snapshot().lines()?.map(|line| line.map(|line| line.text));
        let known: HashSet<Vec<u8>> = known.collect::<io::Result<_>>()?;
        let (mut lines, mut carried) = (old.lines()?, 0_u64);
        loop {
            let chunk: Vec<Placed> = lines.by_ref().take(TOGETHER).collect::<io::Result<_>>()?;
            if chunk.is_empty() {
                return Ok(carried);
            }
            let texts = chunk.iter().map(|line| line.text.as_slice());
            let missing: Vec<&[u8]> = texts.filter(|text| !known.contains(*text)).collect();
            if !missing.is_empty() {
                self.put(&missing, u64::MAX)?;
            }
            carried = carried.saturating_add(size(missing.len()));
        }
    }

    #[cfg(test)]
    pub(crate) fn writes(&self) -> usize {
        self.writes
    }

    #[cfg(unix)]
    fn is_open(&self, found: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        let identity = |file: &Metadata| (file.dev(), file.ino());
        self.file
            .metadata()
            .is_ok_and(|open| identity(&open) == identity(found))
    }

    /// Elsewhere an open file cannot be removed.
    #[cfg(not(unix))]
    fn is_open(&self, _: &Metadata) -> bool {
        true
    }
}

/// A limit of file sizes, or a quota, is as a disk that is full.
fn full(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => io::Error::new(io::ErrorKind::StorageFull, error),
        _ => error,
    }
}

/// Returns the end of the last line of a file.
fn end(mut file: &File, length: u64) -> io::Result<u64> {
    let mut block = vec![FREE; BLOCK];
    let mut after = length;
    while after > 0 {
        let from = after.saturating_sub(size(BLOCK));
        let read = usize::try_from(after.saturating_sub(from)).unwrap_or(BLOCK);
        let part = block.get_mut(..read).unwrap_or_default();
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(part)?;
        // Comparing whole blocks is quick, and nearly all are free.
        if FREE_BLOCK.get(..read) != Some(&*part) {
            let last = part
                .iter()
                .rposition(|byte| *byte != FREE)
                .map_or(0, |last| last.saturating_add(1));
            return Ok(from.saturating_add(size(last)));
        }
        after = from;
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
