//! What an intake answers when it refuses a message.

use super::Unauthorized;
use crate::network::{InboundPostbackError, PostbackFault};
use crate::plan::{RefusedBody, RefusedReason};
use crate::text::QueryFault;
use crate::tracker::Alarm;
use crate::value::QueryError;
use alloc::boxed::Box;
use core::fmt;
use thiserror::Error;

/// A refused message, and what the host is to do about it. It prints as the text of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// Why the message was refused; the host answers with this.
    pub reason: RefusalReason,
    /// The body to keep, with its ring: commit it as [`Write::Refused`](crate::plan::Write). It is
    /// present for every notification, and for a postback whose caller is authorised. Two refused
    /// notifications differ in nothing but the ring, and the ring depends only on what the caller
    /// knows anyway: the token, the address, and whether the encrypted wrapper can be read.
    pub kept: Option<Box<RefusedBody>>,
    /// A warning for whoever runs the service. Do not show it to the caller.
    pub alarm: Option<Alarm>,
}

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefusalReason {
    /// A notification was refused. The response is HTTP 400 and always the same for: a wrong token
    /// or address, a missing wrapper, a wrong secret, a text that is not a notification, a version
    /// that is not chosen, too many guesses. It says no more, since a caller who could tell these
    /// apart could decrypt or guess.
    #[error("notification refused")]
    Notification,
    /// The caller of a postback is not accepted (HTTP 403).
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
    /// The bytes are not a query (HTTP 400).
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A value of a postback is malformed, too long or repeated (HTTP 400).
    #[error(transparent)]
    Malformed(#[from] InboundPostbackError),
    /// The host could not read a postback as parameters, for this reason (HTTP 400).
    #[error("{}", .0.text())]
    Unread(RefusedReason),
}

impl RefusalReason {
    /// Returns the code under which the message is kept; none if the caller is not accepted.
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

    /// Returns the name of the faulty parameter, as far as an error may show it.
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
