//! Files of events and refused postbacks, one a line, that survive the end of the process and of
//! the machine.

use postback::Event;
use postback::plan::RefusedBody;
use postback::port::{StoreError, row};
use postback::value::{OfferSourceId, Pii};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// What waits in a journal.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// An event that is to be taken in.
    Event(Box<Event>),
    /// A postback that was refused, to be kept.
    Refused(RefusedBody),
}

impl Waiting {
    /// Whose it is.
    pub(crate) fn source(&self) -> &OfferSourceId {
        match self {
            Self::Event(event) => &event.source,
            Self::Refused(body) => &body.row.source,
        }
    }
}

/// The line of a refused postback.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line<B> {
    pub(crate) refused: B,
}

/// What a line holds.
pub(crate) fn read(line: &[u8]) -> Result<Waiting, StoreError> {
    let line = String::from_utf8_lossy(line);
    if let Ok(Line { refused }) = row::decode(&line) {
        return Ok(Waiting::Refused(refused));
    }
    let (mut event, private): (Event, BTreeMap<String, Pii>) = row::decode(&line)?;
    event.private = private;
    Ok(Waiting::Event(Box::new(event)))
}

/// The file beside another one whose name goes on so.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Appends and synchronises; with nothing to append, makes the file.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
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
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
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
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
