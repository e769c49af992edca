//! What an intake says to what it does not take.

use super::Unauthorized;
use crate::network::{InboundPostbackError, PostbackFault};
use crate::plan::{RefusedBody, RefusedReason};
use crate::text::QueryFault;
use crate::tracker::Alarm;
use crate::value::QueryError;
use alloc::boxed::Box;
use core::fmt;
use thiserror::Error;

/// What was refused, and what the host is to do about it. Prints as the text of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What to answer.
    pub reason: RefusalReason,
    /// The body to keep, with its ring: commit it as [`Write::Refused`](crate::plan::Write). It is
    /// there for every notification, and for a postback whose caller is authorised. Of two refused
    /// notifications nothing but its ring differs, and that is decided by what the caller knows
    /// anyway: the token, the address, and whether the wrapper can be read.
    pub kept: Option<Box<RefusedBody>>,
    /// Something to tell whoever runs the service, not the caller.
    pub alarm: Option<Alarm>,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefusalReason {
    /// A notification (HTTP 400, always the same): a wrong token or address, no wrapper, a wrong
    /// secret, a text that is no notification, a version that is not chosen, too many guesses. It
    /// says no more, since whoever could tell them apart could decrypt or guess.
    #[error("notification refused")]
    Notification,
    /// A postback whose caller is not taken (HTTP 403).
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
    /// Bytes that are no query (HTTP 400).
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A postback with a value that is malformed, too long or repeated (HTTP 400).
    #[error(transparent)]
    Malformed(#[from] InboundPostbackError),
    /// A postback that the host could not read as parameters, and why (HTTP 400).
    #[error("{}", .0.text())]
    Unread(RefusedReason),
}

impl RefusalReason {
    /// The code under which it is kept; none for a caller who is not taken.
    #[must_use]
    pub fn code(&self) -> Option<RefusedReason> {
        match self {
            Self::Notification => Some(RefusedReason::Notification),
            Self::Unauthorized(_) => None,
            Self::Query(error) => Some(of_query(error.fault())),
            Self::Malformed(error) => Some(of_postback(error.fault())),
            Self::Unread(reason) => Some(*reason),
        }
    }

    /// The parameter at fault, by its name as far as an error shows it.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Query(error) => error.parameter(),
            Self::Malformed(error) => error.parameter(),
            Self::Notification | Self::Unauthorized(_) | Self::Unread(_) => None,
        }
    }
}

fn of_query(fault: QueryFault) -> RefusedReason {
    match fault {
        QueryFault::TooLong => RefusedReason::TooLong,
        QueryFault::TooMany => RefusedReason::TooManyParameters,
        QueryFault::Unreadable => RefusedReason::MalformedQuery,
        QueryFault::Repeated => RefusedReason::Repeated,
    }
}

fn of_postback(fault: PostbackFault) -> RefusedReason {
    match fault {
        PostbackFault::Query(fault) => of_query(fault),
        PostbackFault::TooLong => RefusedReason::TooLong,
        PostbackFault::Amount => RefusedReason::MalformedAmount,
        PostbackFault::Currency => RefusedReason::MalformedCurrency,
        PostbackFault::Time => RefusedReason::MalformedTime,
        PostbackFault::Character => RefusedReason::MalformedValue,
    }
}

impl Refusal {
    pub(super) fn notification(kept: RefusedBody, alarm: Option<Alarm>) -> Self {
        Self {
            reason: RefusalReason::Notification,
            kept: Some(Box::new(kept)),
            alarm,
        }
    }
}

impl<R: Into<RefusalReason>> From<R> for Refusal {
    fn from(reason: R) -> Self {
        Self {
            reason: reason.into(),
            kept: None,
            alarm: None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl core::error::Error for Refusal {}
