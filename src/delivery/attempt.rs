//! The result of one attempt.

use crate::value::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// The HTTP status, if there was a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What was found, for a person. It holds no URL, secret or personal value.
    pub finding: String,
}

impl Attempt {
    /// What is found of a delivery that a person gave up. A store may look for it.
    pub const CANCELLED: &str = "cancelled by a person";

    /// What begins the finding of a delivery that was withdrawn. A store may look for it.
    pub const WITHDRAWN: &str = "withdrawn: ";

    /// What is found of a delivery that waits for another one. A store may look for it.
    pub const WAITS: &str = "waits for the verdict on what it corrects";

    /// What the finding of a delivery has in it that was taken in a request with others, of which
    /// the receiver refused some and does not say which. A store may look for it.
    pub const TAKEN_IN_PART: &str = "PARTIAL_SUCCESS accepted, ";

    /// The same where all was refused, a part of it because it was there already.
    pub const THERE_IN_PART: &str = " refused, some were there: ";

    /// The last attempt of a delivery that a person gives up, which is none.
    #[must_use]
    pub fn cancelled(at: Timestamp) -> Self {
        Self {
            at,
            status: None,
            finding: Self::CANCELLED.into(),
        }
    }

    /// The last attempt of a delivery that is of no use any more and is closed without being sent:
    /// the sale that it tells of was taken back, or what it corrects was not taken.
    #[must_use]
    pub fn withdrawn(at: Timestamp, why: &str) -> Self {
        Self {
            at,
            status: None,
            finding: [Self::WITHDRAWN, why].concat(),
        }
    }

    /// The last attempt of a delivery that waits for another one, which is none.
    #[must_use]
    pub fn wait(at: Timestamp) -> Self {
        Self {
            at,
            status: None,
            finding: Self::WAITS.into(),
        }
    }

    /// Whether the delivery was given up on purpose, so that nobody needs to look at it: a person
    /// gave it up, or it was withdrawn.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.finding == Self::CANCELLED || self.is_withdrawn()
    }

    /// Whether the delivery was withdrawn.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.finding.starts_with(Self::WITHDRAWN)
    }

    /// Whether the receiver refused a part of the request, and nobody knows whether the delivery
    /// was in that part.
    #[must_use]
    pub fn is_in_part(&self) -> bool {
        let has = |part| self.finding.contains(part);
        has(Self::TAKEN_IN_PART) || has(Self::THERE_IN_PART)
    }

    /// Whether the delivery waits for another one.
    #[must_use]
    pub fn is_wait(&self) -> bool {
        self.finding == Self::WAITS
    }
}
