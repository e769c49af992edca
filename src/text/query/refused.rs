//! The limits of query strings, and why one is refused.

use alloc::string::String;
use thiserror::Error;

/// The longest query string, in bytes: twice what common servers take as a whole request line.
pub const MAX_QUERY: usize = 16 * 1024;
/// The most parameters of a query string; a full postback has about sixty (20 click slots, 20
/// conversion slots, roles).
pub const MAX_QUERY_PARAMETERS: usize = 256;

/// A query string that is refused, or a name that stands in it more than once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct QueryError(pub(super) Kind);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Kind {
    #[error("query string is {0} bytes long, at most {MAX_QUERY} are allowed")]
    TooLong(usize),
    #[error("query string has more than {MAX_QUERY_PARAMETERS} parameters")]
    TooMany,
    #[error("{part} of parameter `{name}` {fault}")]
    Parameter { part: Part, name: String, fault: Fault },
    #[error("parameter `{0}` is repeated")]
    Repeated(String),
}

/// What is wrong with a query, for those who have codes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryFault {
    TooLong,
    TooMany,
    Unreadable,
    Repeated,
}

impl QueryError {
    /// The parameter at fault, by its name as far as an error shows it.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match &self.0 {
            Kind::TooLong(_) | Kind::TooMany => None,
            Kind::Parameter { name, .. } | Kind::Repeated(name) => Some(name),
        }
    }

    /// More parameters than [`MAX_QUERY_PARAMETERS`], for whoever counts them.
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
    #[error("is not UTF-8")]
    NotUtf8,
    #[error("holds a control character")]
    Control,
}
