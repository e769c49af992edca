//! The limits of query strings, and the reasons for which one is refused.

use alloc::string::String;
use thiserror::Error;

/// The longest query string, in bytes: twice what common servers accept as a whole request line.
pub const MAX_QUERY: usize = 16 * 1024;
/// The most parameters of a query string; a full postback has about sixty (20 click slots, 20
/// conversion slots, roles).
pub const MAX_QUERY_PARAMETERS: usize = 256;

/// What stands in a query for half of a surrogate pair, which JSON can write and no query can hold.
pub(crate) const HALF_PAIR: &str = "%ud800";

/// The error for a query string that is refused, or for a name that stands in it more than once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct QueryError(pub(super) Kind);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Kind {
    #[error("parameters are {0} bytes long, at most {MAX_QUERY} are allowed")]
    TooLong(usize),
    #[error("parameters are more than {MAX_QUERY_PARAMETERS}")]
    TooMany,
    #[error("{part} of parameter `{name}` {fault}")]
    Parameter { part: Part, name: String, fault: Fault },
    #[error("parameter `{0}` is repeated")]
    Repeated(String),
}

/// The kind of a query's error, for callers that have error codes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryFault {
    TooLong,
    TooMany,
    Unreadable,
    Repeated,
}

impl QueryError {
    /// The name of the parameter with the error, cut to the length that errors show.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match &self.0 {
            Kind::TooLong(_) | Kind::TooMany => None,
            Kind::Parameter { name, .. } | Kind::Repeated(name) => Some(name),
        }
    }

    /// The error for more parameters than [`MAX_QUERY_PARAMETERS`], for callers that count them.
    pub(crate) const fn too_many() -> Self {
        Self(Kind::TooMany)
    }

    pub(crate) fn fault(&self) -> QueryFault {
        match &self.0 {
            Kind::TooLong(_) => QueryFault::TooLong,
            Kind::TooMany => QueryFault::TooMany,
            Kind::Parameter { .. } => QueryFault::Unreadable,
            Kind::Repeated(_) => QueryFault::Repeated,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Part {
    #[error("name")]
    Name,
    #[error("value")]
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Fault {
    #[error("holds a malformed percent escape")]
    Escape,
    #[error("holds half of a surrogate pair, which is no character")]
    Surrogate,
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("holds a control character")]
    Control,
}
