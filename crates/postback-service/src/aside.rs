//! Events of offer sources that the configuration no longer has. They were acknowledged, so they
//! are kept until a source of that id is back or a person discards them.

use crate::lines::{append, read, replace};
use postback::value::OfferSourceId;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// A file of such events, and how many of each source it holds.
#[derive(Debug)]
pub(crate) struct Aside {
    path: PathBuf,
    /// With a zero for what is taken in or discarded since.
    held: Mutex<BTreeMap<OfferSourceId, u64>>,
}

impl Aside {
    /// The file at `path`, which need not be there.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let held = Mutex::new(count(&lines(&path)?));
        Ok(Self { path, held })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many events of which sources it holds.
    pub(crate) fn held(&self) -> BTreeMap<OfferSourceId, u64> {
        let mut held = self.seen();
        held.retain(|_, count| *count > 0);
        held
    }

    /// The same, with a zero for sources of which it held some.
    pub(crate) fn seen(&self) -> BTreeMap<OfferSourceId, u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds lines.
    pub(crate) fn add(&self, added: &[u8]) -> io::Result<()> {
        if added.is_empty() {
            return Ok(());
        }
        // A crash may have left half a line behind; empty lines mean nothing.
        append(&self.path, &[b"\n", added].concat())?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, more) in count(added) {
            let known = held.entry(source).or_default();
            *known = known.saturating_add(more);
        }
        Ok(())
    }

    /// Keeps these lines and no others.
    pub(crate) fn keep(&self, kept: &[u8]) -> io::Result<()> {
        match kept {
            [] if self.path.exists() => fs::remove_file(&self.path)?,
            [] => {}
            kept => replace(&self.path, kept)?,
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.values_mut().for_each(|count| *count = 0);
        held.extend(count(kept));
        Ok(())
    }

    /// Forgets the events of a source; says how many.
    pub(crate) fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let discarded = self.held().remove(source).unwrap_or_default();
        if discarded > 0 {
            let others = |line: &&[u8]| read(line).map_or(true, |waiting| waiting.source() != source);
            let all = lines(&self.path)?;
            let kept: Vec<&[u8]> = all.split_inclusive(|byte| *byte == b'\n').filter(others).collect();
            self.keep(&kept.concat())?;
        }
        Ok(discarded)
    }
}

/// All lines of a file, each with its end; none when there is no file.
fn lines(path: &Path) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if path.exists() {
        for line in BufReader::new(File::open(path)?).split(b'\n') {
            let line = line?;
            if !line.is_empty() {
                all.extend(line);
                all.push(b'\n');
            }
        }
    }
    Ok(all)
}

fn count(lines: &[u8]) -> BTreeMap<OfferSourceId, u64> {
    let mut held = BTreeMap::new();
    // What cannot be read is of no source; taking it in keeps it beside the journal.
    for waiting in lines.split(|byte| *byte == b'\n').filter_map(|line| read(line).ok()) {
        let known: &mut u64 = held.entry(waiting.source().clone()).or_default();
        *known = known.saturating_add(1);
    }
    held
}
