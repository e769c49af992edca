//! Files of events, one a line, that survive the end of the process and of the machine.

use postback::event::Event;
use postback::port::{StoreError, row};
use postback::value::Pii;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The event of a line.
pub(crate) fn read(line: &[u8]) -> Result<Event, StoreError> {
    let line = String::from_utf8_lossy(line);
    let (mut event, private): (Event, BTreeMap<String, Pii>) = row::decode(&line)?;
    event.private = private;
    Ok(event)
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
