//! The intake of one offer source: the tables and secrets that it may see.

use crate::event::Received;
use crate::tracker::{Credentials, Source};

/// Reads one message for one offer source.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    pub(super) source: &'a Source,
    pub(super) credentials: &'a Credentials,
    pub(super) received: Received,
}

impl<'a> Intake<'a> {
    /// An intake for a message to `source` that arrived just now.
    #[must_use]
    pub fn new(source: &'a Source, credentials: &'a Credentials, received: Received) -> Self {
        Self {
            source,
            credentials,
            received,
        }
    }
}
