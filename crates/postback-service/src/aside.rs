//! Events of offer sources that are no longer configured. They were acknowledged, so they are kept
//! until a source with that id is configured again or a person discards them.

use crate::lines::{Waiting, append, lines, read, replace};
use postback::Event;
use postback::value::{EventId, OfferSourceId};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The file of such events, and how many of each source it holds.
#[derive(Debug)]
pub(crate) struct Aside {
    path: PathBuf,
    /// The number of events by source. It is zero for a source whose events were taken in or
    /// discarded.
    held: Mutex<BTreeMap<OfferSourceId, u64>>,
}

impl Aside {
    /// Opens the file at `path`, which need not exist.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let held = Mutex::new(count(&all(&path)?));
        Ok(Self { path, held })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how many events it holds, by source, without the zeros.
    pub(crate) fn held(&self) -> BTreeMap<OfferSourceId, u64> {
        let mut held = self.seen();
        held.retain(|_, count| *count > 0);
        held
    }

    /// Returns the same, with a zero for sources of which it held some earlier.
    pub(crate) fn seen(&self) -> BTreeMap<OfferSourceId, u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds lines.
    pub(crate) fn add(&self, added: &[u8]) -> io::Result<()> {
        if added.is_empty() {
            return Ok(());
        }
        // A crash may have left half a line. An empty line is ignored.
        append(&self.path, &[b"\n", added].concat())?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, more) in count(added) {
            let known = held.entry(source).or_default();
            *known = known.saturating_add(more);
        }
        Ok(())
    }

    /// Replaces the content by these lines.
    pub(crate) fn keep(&self, kept: &[u8]) -> io::Result<()> {
        if !kept.is_empty() || self.path.exists() {
            replace(&self.path, kept)?;
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.values_mut().for_each(|count| *count = 0);
        held.extend(count(kept));
        Ok(())
    }

    /// Changes lines of the file, and counts anew what it holds. Returns what `change` returns.
    pub(crate) fn rewrite(&self, change: impl FnOnce(&Path) -> io::Result<u64>) -> io::Result<u64> {
        let changed = change(&self.path)?;
        if changed > 0 {
            self.keep(&all(&self.path)?)?;
        }
        Ok(changed)
    }

    /// Returns the first `most` of its events, each once: those of a source, or all, and of these
    /// what stands behind an event. If that event is no longer here, nothing is left out.
    pub(crate) fn events(
        &self,
        source: Option<&OfferSourceId>,
        behind: Option<&EventId>,
        most: usize,
    ) -> io::Result<Vec<Event>> {
        let (mut known, mut events, mut is_behind) = (BTreeSet::new(), Vec::new(), behind.is_none());
        if !self.path.exists() {
            return Ok(events);
        }
        for line in lines(&self.path)? {
            let Some(event) = event(&line?.text) else { continue };
            let is_chosen = source.is_none_or(|source| event.source == *source);
            if !is_chosen || !known.insert(event.id.clone()) {
                continue;
            }
            if behind == Some(&event.id) {
                (is_behind, events) = (true, Vec::new());
            } else if events.len() < most {
                events.push(event);
            } else if is_behind {
                break;
            }
        }
        Ok(events)
    }

    /// Forgets these events.
    pub(crate) fn forget(&self, events: &BTreeSet<EventId>) -> io::Result<()> {
        let stays = |line: &&[u8]| event(line).is_none_or(|event| !events.contains(&event.id));
        let all = all(&self.path)?;
        let kept: Vec<&[u8]> = all.split_inclusive(|byte| *byte == b'\n').filter(stays).collect();
        self.keep(&kept.concat())
    }

    /// Forgets the events of a source, and returns how many they were.
    pub(crate) fn discard(&self, source: &OfferSourceId) -> io::Result<u64> {
        let discarded = self.held().remove(source).unwrap_or_default();
        if discarded > 0 {
            let others = |line: &&[u8]| read(line).map_or(true, |waiting| waiting.source() != source);
            let all = all(&self.path)?;
            let kept: Vec<&[u8]> = all.split_inclusive(|byte| *byte == b'\n').filter(others).collect();
            self.keep(&kept.concat())?;
        }
        Ok(discarded)
    }
}

/// Returns the event of a line; none of a line that holds something else or cannot be read.
fn event(line: &[u8]) -> Option<Event> {
    match read(line) {
        Ok(Waiting::Event(event)) => Some(*event),
        Ok(Waiting::Refused(_)) | Err(_) => None,
    }
}

/// Returns all lines of a file, each with its line end; nothing if the file does not exist.
fn all(path: &Path) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if path.exists() {
        for line in lines(path)? {
            all.extend(line?.text);
            all.push(b'\n');
        }
    }
    Ok(all)
}

fn count(lines: &[u8]) -> BTreeMap<OfferSourceId, u64> {
    let mut held = BTreeMap::new();
    // A line that cannot be read belongs to no source. When the file is taken in, such lines are
    // moved to the journal's `.unreadable` file.
    for waiting in lines.split(|byte| *byte == b'\n').filter_map(|line| read(line).ok()) {
        let known: &mut u64 = held.entry(waiting.source().clone()).or_default();
        *known = known.saturating_add(1);
    }
    held
}
