//! What a store says when it cannot do what it was asked.

use alloc::{borrow::Cow, boxed::Box, string::ToString};
use thiserror::Error;

/// An error of a store.
#[derive(Debug, Error)]
#[error("{context}")]
pub struct StoreError {
    kind: StoreErrorKind,
    context: Cow<'static, str>,
    #[source]
    source: Option<Box<dyn core::error::Error + Send + Sync>>,
}

/// Whose fault a [`StoreError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store is busy or away; the same call may go through later.
    Unavailable,
    /// A stored row cannot be read by this version.
    Corrupt,
    /// The host called the store wrongly: with a foreign cursor, or with a row that breaks the
    /// contract.
    ApiMisuse,
}

impl StoreError {
    /// An error. `context` says what was being done.
    #[must_use]
    pub fn new(kind: StoreErrorKind, context: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }

    /// An error with its cause. `context` says what was being done.
    #[must_use]
    pub fn caused(
        kind: StoreErrorKind,
        context: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            context: context.into(),
            source: Some(source.into()),
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the same call may go through later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == StoreErrorKind::Unavailable
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        let context = match kind {
            StoreErrorKind::Unavailable => "the store is not available",
            StoreErrorKind::Corrupt => "a stored row cannot be read",
            StoreErrorKind::ApiMisuse => "the store was called wrongly",
        };
        Self::new(kind, context.to_string())
    }
}
