//! A postback on its way: the row, the lease on it, and the verdict over an attempt.

use super::{RetryPolicy, SuccessRule};
use crate::outbound::Outbound;
use crate::value::{CampaignId, ClickId, ConversionId, DeliveryId, EventId, Pii, PostbackId, Shared, Timestamp};
use alloc::{collections::BTreeMap, string::String};
use core::fmt;
use serde::{Deserialize, Serialize};

/// A destination: the origin of the URL (scheme, host and port), lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lane(Shared<str>);

impl Lane {
    /// The lane of an origin, as in `https://channel.example`.
    #[must_use]
    pub fn new(destination: &str) -> Self {
        Self(destination.to_ascii_lowercase().into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A postback to be delivered, as it was decided. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Its id, the same over retries, restarts and replays.
    pub id: DeliveryId,
    /// The destination.
    pub lane: Lane,
    /// The conversion that it tells of.
    pub conversion: ConversionId,
    /// The conversion's click.
    pub click: ClickId,
    /// The event that fired it.
    pub event: EventId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The postback in the campaign.
    pub postback: PostbackId,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The request.
    pub outbound: Outbound,
    /// What answer counts as success.
    pub success: Shared<SuccessRule>,
    /// When to try again.
    pub retry: RetryPolicy,
    /// The personal values that the request's holes need. Kept apart: a store writes them to its
    /// expiring column alone.
    #[serde(skip)]
    pub private: BTreeMap<String, Pii>,
}

/// A delivery with the lease that its worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The delivery.
    pub delivery: Delivery,
    /// How many attempts were made before.
    pub attempts: u32,
    /// The number of the lease: a verdict under an older number is refused.
    pub fence: u64,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or being sent.
    Queued,
    /// The receiver took it.
    Delivered,
    /// Given up; it can be queued again under the same id.
    Dead,
}

impl DeliveryState {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Queued, Self::Delivered, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryRow {
    /// The delivery.
    pub delivery: Delivery,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is to be sent (again).
    pub due_at: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// The last attempt.
    pub last: Option<Attempt>,
}

impl DeliveryRow {
    /// A row from its parts; for stores.
    #[must_use]
    pub fn new(
        delivery: Delivery,
        state: DeliveryState,
        due_at: Timestamp,
        attempts: u32,
        last: Option<Attempt>,
    ) -> Self {
        Self {
            delivery,
            state,
            due_at,
            attempts,
            last,
        }
    }
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// The HTTP status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What was found, for a person; holds no URL, secret or personal value.
    pub finding: String,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done.
    Delivered,
    /// To be tried again.
    Retry {
        /// Not before.
        due_at: Timestamp,
    },
    /// Given up.
    Dead,
}

/// A verdict to be written under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The number of the lease.
    pub fence: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// The attempt.
    pub attempt: Attempt,
}

/// What became of a [`Settlement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is written.
    Recorded,
    /// The lease was lost to another worker, or the delivery is gone; nothing was written.
    LeaseLost,
}
