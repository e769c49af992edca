//! The door of one offer source: what an intake may see.

use crate::event::Received;
use crate::tracker::{Credentials, Source};

/// The door of one offer source, for one arrival.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    pub(super) source: &'a Source,
    pub(super) credentials: &'a Credentials,
    pub(super) received: Received,
}

impl<'a> Intake<'a> {
    /// The door of `source` for what arrived just now.
    #[must_use]
    pub fn new(source: &'a Source, credentials: &'a Credentials, received: Received) -> Self {
        Self {
            source,
            credentials,
            received,
        }
    }
}
