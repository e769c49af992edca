//! The lines of a journal's file as they stand at one time. They are read from the open file: under
//! its path another one may lie meanwhile, in which the places mean other lines.

use crate::lines::{Placed, lines_of};
use std::{fs::File, io, path::PathBuf, sync::Arc};

/// The file up to a place in it.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) file: Arc<File>,
    #[cfg_attr(unix, expect(dead_code, reason = "elsewhere the file is opened again"))]
    pub(crate) path: PathBuf,
    pub(crate) until: u64,
    /// Places of another generation mean other lines.
    pub(crate) generation: u64,
}

impl Snapshot {
    /// Returns the lines that are not empty.
    pub(crate) fn lines(&self) -> io::Result<impl Iterator<Item = io::Result<Placed>> + Send + use<>> {
        Ok(lines_of(self.part()?))
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it opens a file")]
    fn part(&self) -> io::Result<unix::Part> {
        Ok(unix::Part {
            file: self.file.clone(),
            at: 0,
            until: self.until,
        })
    }

    /// Elsewhere an open file cannot be moved away or removed.
    #[cfg(not(unix))]
    fn part(&self) -> io::Result<io::Take<File>> {
        use std::io::Read;
        Ok(File::open(&self.path)?.take(self.until))
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        fs::File,
        io::{self, Read},
        os::unix::fs::FileExt,
        sync::Arc,
    };

    /// A part of an open file. Reading it does not move the place at which the file is written.
    pub(super) struct Part {
        pub(super) file: Arc<File>,
        pub(super) at: u64,
        pub(super) until: u64,
    }

    impl Read for Part {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let left = usize::try_from(self.until.saturating_sub(self.at)).unwrap_or(usize::MAX);
            let most = into.len().min(left);
            let read = self.file.read_at(into.get_mut(..most).unwrap_or_default(), self.at)?;
            self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            Ok(read)
        }
    }
}
