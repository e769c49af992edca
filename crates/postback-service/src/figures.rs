//! How full a journal is, for whoever asks. Nobody waits for the disk to know it: the file may be
//! locked for as long as a slow disk takes to write a line.

use std::sync::atomic::{AtomicU64, Ordering};

/// The numbers of an area. They are what they were when it was last changed.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// How many lines stand in it.
    pub(crate) lines: Figure,
    /// The end of the last line.
    pub(crate) end: Figure,
    /// The length of the file.
    pub(crate) length: Figure,
    /// How many bytes are in the files of earlier rounds. They count against the limit, too.
    pub(crate) beside: Figure,
    /// How many lines were copied out of a file that was moved away or removed.
    pub(crate) carried: Figure,
}

/// One number.
#[derive(Debug, Default)]
pub(crate) struct Figure(AtomicU64);

impl Figure {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}
