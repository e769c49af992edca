//! Files of events, refused postbacks and clicks, one on each line, that survive a crash of the
//! process or the machine.

use postback::plan::RefusedBody;
use postback::port::{StoreError, row};
use postback::value::{OfferSourceId, Pii};
use postback::{Click, Event};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Write},
    ops::Range,
    path::{Path, PathBuf},
};

/// A line of a journal.
#[derive(Debug)]
pub(crate) enum Waiting {
    /// An event that is to be taken in.
    Event(Box<Event>),
    /// A refused postback that is to be kept.
    Refused(RefusedBody),
}

impl Waiting {
    /// Returns the id of its offer source.
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

/// Reads a line.
pub(crate) fn read(line: &[u8]) -> Result<Waiting, StoreError> {
    let line = String::from_utf8_lossy(line);
    if let Ok(Line { refused }) = row::decode(&line) {
        return Ok(Waiting::Refused(refused));
    }
    let (mut event, private): (Event, BTreeMap<String, Pii>) = row::decode(&line)?;
    event.private = private;
    Ok(Waiting::Event(Box::new(event)))
}

/// What stands before the row of a click; no other line begins so.
const CLICK: &str = "click ";

/// Returns the line of a click.
pub(crate) fn of_click(click: &Click) -> Result<String, StoreError> {
    Ok(format!("{CLICK}{}", row::encode(&(click, &click.private))?))
}

/// Returns the line of an event.
pub(crate) fn of_event(event: &Event) -> Result<String, StoreError> {
    row::encode(&(event, &event.private))
}

/// Returns whether a line holds a click.
pub(crate) fn is_click(line: &[u8]) -> bool {
    line.starts_with(CLICK.as_bytes())
}

/// Returns whether a newer version wrote a line.
pub(crate) fn is_newer(line: &[u8]) -> bool {
    let read = row::decode::<IgnoredAny>(&String::from_utf8_lossy(row_of(line)));
    // The error for a text that is no row has a cause; that for a newer version has none.
    read.is_err_and(|error| std::error::Error::source(&error).is_none())
}

fn row_of(line: &[u8]) -> &[u8] {
    line.strip_prefix(CLICK.as_bytes()).unwrap_or(line)
}

/// Reads the click of a line that holds one.
pub(crate) fn read_click(line: &[u8]) -> Result<Click, StoreError> {
    let row = row_of(line);
    let (mut click, private): (Click, BTreeMap<String, Pii>) = row::decode(&String::from_utf8_lossy(row))?;
    click.private = private;
    Ok(click)
}

/// Returns the path of the file that has the same name with this ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// A line with the place where it begins in its file.
pub(crate) struct Placed {
    pub(crate) at: u64,
    /// The line without its end.
    pub(crate) text: Vec<u8>,
}

impl Placed {
    /// The bytes of the file that are this line.
    pub(crate) fn place(&self) -> Range<u64> {
        self.at..self.at.saturating_add(size(self.text.len()))
    }
}

/// Returns the lines of what is read that are not empty.
pub(crate) fn lines_of<R: Read>(read: R) -> impl Iterator<Item = io::Result<Placed>> + use<R> {
    let mut at = 0_u64;
    let lines = BufReader::new(read).split(b'\n');
    let placed = lines.map(move |line| {
        let placed = Placed { at, text: line? };
        at = placed.place().end.saturating_add(1);
        Ok(placed)
    });
    placed.filter(|line| line.as_ref().map_or(true, |line| !line.text.is_empty()))
}

/// Returns the lines of a file that are not empty.
pub(crate) fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Placed>> + Send + use<>> {
    Ok(lines_of(File::open(path)?))
}

/// Counts lines.
pub(crate) fn count_of(mut lines: impl Iterator<Item = io::Result<Placed>>) -> io::Result<u64> {
    lines.try_fold(0_u64, |count, line| line.map(|_| count.saturating_add(1)))
}

/// Counts the lines of a file that are not empty. There are none if the file does not exist.
pub(crate) fn count(path: &Path) -> io::Result<u64> {
    match lines(path) {
        Ok(lines) => count_of(lines),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Returns a length as it is counted in files.
pub(crate) fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Appends bytes and synchronises the file. The file is created if it does not exist.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().append(true).open(path)?;
    let before = file.metadata()?.len();
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a line would damage the next one.
        drop(file.set_len(before));
    } else if before == 0 {
        sync_folder(path)?;
    }
    written
}

/// Replaces the content of a file atomically; by nothing, it is removed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return fs::remove_file(path);
    }
    let new = beside(path, ".new");
    let mut file = private().write(true).truncate(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder(path)
}

/// Synchronises a file's folder: a file's name is durable only if its folder is.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// Returns the folder of a file.
pub(crate) fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Opens a file so that, if it is created, only its owner can read it.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
