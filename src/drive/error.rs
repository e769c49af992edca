//! Why an event could not be taken in.

use crate::decide::UnknownSource;
use crate::port::StoreError;
use thiserror::Error;

/// How often a decision is made again because its facts changed meanwhile. In each round another
/// event of the same click went through, so sixteen conflicts in a row mean a storm of events for
/// one click, and the sender may try again.
pub const MAX_CONFLICTS: u32 = 16;

/// An event that could not be taken in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event's source is not configured.
    #[error(transparent)]
    UnknownSource(#[from] UnknownSource),
    /// The facts of the event changed [`MAX_CONFLICTS`] times.
    #[error("its click changed {MAX_CONFLICTS} times while it was decided")]
    Contended,
}

impl IngestError {
    /// Whether the same event may go through later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_retryable(),
            Self::UnknownSource(_) => false,
            Self::Contended => true,
        }
    }
}
