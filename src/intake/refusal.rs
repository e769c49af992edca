//! What an intake says to what it does not take.

use super::Unauthorized;
use crate::network::PostbackError;
use crate::plan::RefusedBody;
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
    /// The body to keep, with its ring: commit it as [`Write::Refused`](crate::plan::Write). Only
    /// notifications are kept; of two refusals nothing but this differs, and it is decided by what
    /// the caller knows anyway: the token, the address, and whether the wrapper can be read.
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
    Malformed(#[from] PostbackError),
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
