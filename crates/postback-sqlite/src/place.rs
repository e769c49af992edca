//! Whether the files under the database's path are still those that are open. A file that was
//! removed or replaced goes on taking writes, and none of them outlives the process.

use crate::writer::Trouble;
use postback::port::StoreErrorKind;
use std::{
    fs::{self, Metadata},
    io::ErrorKind,
    path::{Path, PathBuf, absolute},
};

/// What a person reads, in the log and in the answers about health.
const GONE: &str = "the database's file, or its `-wal`, was removed or replaced while it was open: nothing is written \
                    until the file that was there is put back, or the process is started again with what is there now";

/// The database and its log, as they were when they were opened.
#[derive(Debug)]
pub(crate) struct Place(Vec<(PathBuf, Identity)>);

/// What tells a file from every other one.
type Identity = (u64, u64);

impl Place {
    /// The files of a database that is open.
    pub(crate) fn of(path: &Path) -> Self {
        let path = absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let known = |path: PathBuf| Some((identity(&fs::metadata(&path).ok()?)?, path));
        let files = [path, log.into()].into_iter().filter_map(known);
        Self(files.map(|(identity, path)| (path, identity)).collect())
    }

    /// Whether the files are still there. A path that cannot be looked at says nothing.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        let is_gone = |(path, was): &(PathBuf, Identity)| match fs::metadata(path) {
            Ok(found) => identity(&found) != Some(*was),
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        };
        match self.0.iter().any(is_gone) {
            true => Err(Trouble::new(StoreErrorKind::Unavailable, GONE)),
            false => Ok(()),
        }
    }
}

#[cfg(unix)]
fn identity(file: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}
