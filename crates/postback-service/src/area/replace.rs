//! Other lines in the place of lines, as an erasure puts them there. A new line that is shorter is
//! written over the old one, so it needs no room and keeps its place in the order.

use super::{Area, FREE};
use crate::lines::{Placed, size};
use std::{io, ops::Range};

/// What a disk writes whole or not at all, also where the power fails.
const SECTOR: u64 = 512;
/// The room that copies of lines leave to new ones.
const SPARE: u64 = 1024 * 1024;

/// What a line becomes.
pub(crate) struct Change {
    pub(crate) line: Placed,
    /// Nothing if the line goes.
    pub(crate) becomes: Vec<u8>,
}

impl Change {
    /// Returns how the new line is written over the old one; none if it is longer, or if what
    /// changes in it lies in two sectors: of these a crash may leave one, and half a line.
    fn over(&self) -> Option<Over> {
        let (old, new) = (&self.line.text, &self.becomes);
        let mut bytes = new.clone();
        if new.len() < old.len() {
            bytes.push(FREE);
        }
        let same = old.iter().zip(&bytes).take_while(|(old, new)| old == new).count();
        let from = self.line.at.saturating_add(size(same));
        let until = self.line.at.saturating_add(size(bytes.len()));
        let is_whole = from.checked_div(SECTOR) == until.saturating_sub(1).checked_div(SECTOR);
        (new.len() <= old.len() && is_whole).then(|| Over {
            at: from,
            bytes: bytes.split_off(same),
            rest: until.min(self.line.place().end)..self.line.place().end,
        })
    }
}

/// A new line over an old one.
struct Over {
    at: u64,
    /// What differs of the new line, and its end.
    bytes: Vec<u8>,
    /// What is left of the old line behind it.
    rest: Range<u64>,
}

impl Area {
    /// Puts others in the place of lines of a snapshot of this generation, durably. A line that
    /// cannot be written over the old one is copied to the end, and the old one goes afterwards.
    ///
    /// # Errors
    /// - a file that was replaced meanwhile
    /// - a disk that fails to write
    /// - [`io::ErrorKind::StorageFull`]: there is no room for copies. The lines that need one stay
    ///   as they are; all others are changed
    pub(crate) fn replace(&mut self, generation: u64, changes: &[Change]) -> io::Result<()> {
        self.look_again()?;
        if generation != self.generation {
            return Err(io::Error::other("its file was replaced meanwhile"));
        }
        let (mut gone, mut over, mut copied, mut copies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            if change.becomes.is_empty() {
                gone.push(change.line.place());
            } else if let Some(written) = change.over() {
                over.push(written);
            } else {
                copied.push(change.line.place());
                copies.push(change.becomes.as_slice());
            }
        }
        self.write_over(&over)?;
        self.remove(generation, &gone)?;
        self.synchronise()?;
        if copies.is_empty() {
            return Ok(());
        }
        self.spare(&copies)?;
        self.put(&copies, self.sizes.limit)?;
        self.remove(generation, &copied)?;
        self.synchronise()
    }

    /// The new lines are durable before the rest of the old ones goes, so a crash leaves at most
    /// such a rest, as a line that cannot be read.
    fn write_over(&mut self, lines: &[Over]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut rests = Vec::new();
        let written = lines.iter().try_for_each(|line| {
            rests.push(line.rest.clone());
            self.write(line.at, &line.bytes)
        });
        let durable = written.and_then(|()| self.file.sync_data());
        // Where the disk fails, too, no rest is to stand there as a line of its own.
        let freed = rests.into_iter().try_for_each(|rest| self.free(rest));
        durable.and(freed)
    }

    /// Makes sure that copies leave room to new lines: on a full disk the file does not grow.
    fn spare(&mut self, copies: &[&[u8]]) -> io::Result<()> {
        let much: u64 = copies.iter().map(|line| size(line.len()).saturating_add(1)).sum();
        let spare = SPARE.min(self.sizes.limit.checked_div(8).unwrap_or_default());
        let after = self.end.saturating_add(much).saturating_add(spare).saturating_add(1);
        if after.saturating_add(self.figures.beside.get()) > self.sizes.limit {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the journal is nearly full"));
        }
        if after > self.length {
            let grown = self.grow(after);
            self.publish();
            grown?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Sizes;
    use crate::lines::lines;
    use std::path::Path;

    fn texts(path: &Path) -> Vec<String> {
        lines(path)
            .unwrap()
            .map(|line| String::from_utf8(line.unwrap().text).unwrap())
            .collect()
    }

    fn changes(area: &Area, becomes: &str) -> Vec<Change> {
        let lines = area.snapshot().lines().unwrap();
        let change = |line: io::Result<Placed>| Change {
            line: line.unwrap(),
            becomes: becomes.as_bytes().to_vec(),
        };
        lines.map(change).collect()
    }

    #[test]
    fn what_is_written_over_a_line_lies_in_one_sector_and_leaves_no_half_line() {
        let (old, new) = (b"row [\"ip\"]".to_vec(), b"row []".to_vec());
        let mut copied = 0;
        for at in 0..2 * SECTOR {
            let line = Placed { at, text: old.clone() };
            let change = Change {
                line,
                becomes: new.clone(),
            };
            let Some(over) = change.over() else {
                copied += 1;
                continue;
            };
            let from = over.at.saturating_sub(at);
            assert_eq!((from, over.bytes.as_slice()), (5, b"]\n".as_slice()));
            assert_eq!(over.at / SECTOR, (over.at + 1) / SECTOR, "{at}");
            assert_eq!(over.rest, at + 7..at + 10);
        }
        assert_eq!(copied, 2, "one at each border");
    }

    #[test]
    fn a_line_that_does_not_fit_over_the_old_one_is_copied_only_while_new_ones_keep_their_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("area");
        let sizes = Sizes { reserve: 80, limit: 80 };
        let mut area = Area::open(&path, sizes).unwrap();
        area.append(b"one").unwrap();
        let longer = changes(&area, "longer");
        area.replace(area.generation, &longer).unwrap();
        assert_eq!((texts(&path), area.lines), (vec!["longer".to_owned()], 1));

        area.append(&[b'x'; 50]).unwrap();
        let mut both = changes(&area, "even longer");
        both[1].becomes = b"x".to_vec();
        let full = area.replace(area.generation, &both).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        assert_eq!(texts(&path), ["longer", "x"], "what needs no room is done");
        area.append(b"new").unwrap();
        assert_eq!((texts(&path).len(), area.lines), (3, 3));
        let reopened = Area::open(&path, sizes).unwrap();
        assert_eq!(reopened.lines, 3);
    }

    #[test]
    fn lines_of_another_file_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("area");
        let mut area = Area::open(&path, Sizes { reserve: 80, limit: 80 }).unwrap();
        area.append(b"one").unwrap();
        let (generation, old) = (area.generation, changes(&area, "o"));
        std::fs::remove_file(&path).unwrap();
        assert!(area.replace(generation, &old).is_err());
        assert_eq!(texts(&path), ["one"]);
    }
}
