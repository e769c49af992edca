//! A file of lines whose room on the disk is taken beforehand, so that a full disk leaves it.
//!
//! Where no line stands the file holds line ends, and readers skip empty lines. So a file without
//! any reserve, as earlier versions wrote it, is read in the same way, and earlier versions can
//! read this one.

use crate::lines::{count_until, private, sync_folder};
use std::{
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
};

/// What stands where no line stands.
const FREE: u8 = b'\n';
/// How much is read or written at once.
const BLOCK: usize = 64 * 1024;
/// How much room is taken at once where the file grows beyond its reserve.
const GROWTH: u64 = 1024 * 1024;
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
    file: File,
    sizes: Sizes,
    /// The length of the file.
    length: u64,
    /// The end of the last line. From here on nothing stands.
    end: u64,
    /// How many lines stand in it.
    lines: u64,
}

impl Area {
    /// Opens the file and takes its room on the disk, as far as the disk has it. The file is
    /// created if it does not exist.
    pub(crate) fn open(path: &Path, sizes: Sizes) -> io::Result<Self> {
        let is_new = !path.exists();
        let mut file = private().read(true).write(true).truncate(false).open(path)?;
        if is_new {
            sync_folder(path)?;
        }
        let length = file.metadata()?.len();
        let end = end(&mut file, length)?;
        let mut area = Self {
            lines: count_until(path, end)?,
            path: path.to_owned(),
            file,
            sizes,
            length,
            end,
        };
        area.take_room();
        Ok(area)
    }

    /// Takes the rest of its room, if the disk has it now.
    pub(crate) fn take_room(&mut self) {
        if self.length < self.sizes.reserve {
            // What the disk gave before it was full is kept.
            drop(self.grow(self.sizes.reserve));
        }
    }

    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn limit(&self) -> u64 {
        self.sizes.limit
    }

    /// Writes a line and synchronises it.
    pub(crate) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.look_again()?;
        // A crash may have left half a line, so one line end stands in front, too.
        let line = [&[FREE], line, &[FREE]].concat();
        let after = self.end.saturating_add(size(line.len()));
        if after > self.sizes.limit {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the journal is full"));
        }
        if after > self.length {
            let much = self.length.saturating_add(GROWTH).min(self.sizes.limit);
            self.grow(much.max(after)).or_else(|_| self.grow(after))?;
        }
        let written = self.write(self.end, &line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.end = after.saturating_sub(1);
                self.lines = self.lines.saturating_add(1);
            }
            // Half a line would be counted as one.
            Err(_) => drop(self.free(self.end..after)),
        }
        written
    }

    /// Removes lines that stand at these places. It is not synchronised: a line that is there again
    /// after a crash is taken in again, and that does nothing.
    pub(crate) fn erase(&mut self, places: &[Range<u64>]) -> io::Result<()> {
        for place in places {
            self.free(place.clone())?;
            self.lines = self.lines.saturating_sub(1);
        }
        Ok(())
    }

    /// Waits until what was removed is gone from the disk, too.
    pub(crate) fn synchronise(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Begins at the front again, where nothing stands before `from`. What came since is moved to
    /// the front, if it has room there.
    pub(crate) fn begin_again(&mut self, from: u64) -> io::Result<()> {
        let since = self.end.saturating_sub(from);
        if since > from {
            return Ok(());
        }
        let mut moved = vec![FREE; usize::try_from(since).unwrap_or(usize::MAX)];
        self.file.seek(SeekFrom::Start(from))?;
        self.file.read_exact(&mut moved)?;
        let copied = self.write(0, &moved).and_then(|()| self.file.sync_data());
        if copied.is_err() {
            drop(self.free(0..since));
            return copied;
        }
        // Now that the copy is durable, the other may go.
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
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    /// Opens the file under its path if it is another one now: what is written to a file that was
    /// removed is lost.
    pub(crate) fn look_again(&mut self) -> io::Result<()> {
        let is_there = fs::metadata(&self.path).is_ok_and(|found| self.is_open(&found));
        if !is_there {
            *self = Self::open(&self.path, self.sizes)?;
        }
        Ok(())
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

/// Returns the end of the last line of a file.
fn end(file: &mut File, length: u64) -> io::Result<u64> {
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

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::lines_until;

    const SIZES: Sizes = Sizes {
        reserve: 100,
        limit: 200,
    };

    fn texts(path: &Path) -> Vec<String> {
        let lines = lines_until(path, u64::MAX).unwrap();
        lines
            .map(|line| String::from_utf8(line.unwrap().text).unwrap())
            .collect()
    }

    fn places(path: &Path, until: u64) -> Vec<Range<u64>> {
        lines_until(path, until)
            .unwrap()
            .map(|line| line.unwrap().place())
            .collect()
    }

    fn area() -> (tempfile::TempDir, PathBuf, Area) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("area");
        let area = Area::open(&path, SIZES).unwrap();
        (folder, path, area)
    }

    #[test]
    fn lines_stand_one_behind_the_other_in_a_file_of_fixed_length() {
        let (_folder, path, mut area) = area();
        area.append(b"one").unwrap();
        area.append(b"two").unwrap();
        assert_eq!(
            (texts(&path), area.lines(), area.end()),
            (vec!["one".into(), "two".into()], 2, 8)
        );
        assert_eq!(fs::metadata(&path).unwrap().len(), 100);
        drop(area);
        let mut area = Area::open(&path, SIZES).unwrap();
        assert_eq!((area.lines(), area.end()), (2, 8));
        area.append(b"three").unwrap();
        assert_eq!(texts(&path), ["one", "two", "three"]);
    }

    #[test]
    fn a_file_of_an_earlier_version_is_read_and_gets_its_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("area");
        // Half a line at its end, as a crash leaves it.
        fs::write(&path, "\none\n\ntwo\n\nhal").unwrap();
        let mut area = Area::open(&path, SIZES).unwrap();
        assert_eq!((area.lines(), area.length()), (3, 100));
        area.append(b"three").unwrap();
        assert_eq!(texts(&path), ["one", "two", "hal", "three"]);
    }

    #[test]
    fn what_came_while_lines_were_taken_in_moves_to_the_front() {
        let (_folder, path, mut area) = area();
        area.append(b"a first line").unwrap();
        let until = area.end();
        area.append(b"late").unwrap();
        area.erase(&places(&path, until)).unwrap();
        area.begin_again(until).unwrap();
        assert_eq!((texts(&path), area.lines(), area.end()), (vec!["late".into()], 1, 5));
        area.append(b"later").unwrap();
        assert_eq!(texts(&path), ["late", "later"]);
        let reopened = Area::open(&path, SIZES).unwrap();
        assert_eq!((reopened.lines(), reopened.end()), (2, area.end()));
    }

    #[test]
    fn what_has_no_room_at_the_front_stays_where_it_is() {
        let (_folder, path, mut area) = area();
        area.append(b"one").unwrap();
        let until = area.end();
        area.append(b"longer than one").unwrap();
        area.erase(&places(&path, until)).unwrap();
        let end = area.end();
        area.begin_again(until).unwrap();
        assert_eq!((texts(&path), area.end()), (vec!["longer than one".into()], end));
    }

    #[test]
    fn it_grows_beyond_its_room_to_its_limit_and_gives_that_back() {
        let (_folder, path, mut area) = area();
        let line = [b'x'; 60];
        for _ in 0..3 {
            area.append(&line).unwrap();
        }
        assert_eq!((area.length(), area.lines()), (200, 3));
        let full = area.append(&line).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        let until = area.end();
        area.erase(&places(&path, until)).unwrap();
        area.begin_again(until).unwrap();
        assert_eq!((area.length(), area.end(), area.lines()), (100, 0, 0));
        assert_eq!(fs::metadata(&path).unwrap().len(), 100);
    }
}
