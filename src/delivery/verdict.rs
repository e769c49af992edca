//! What an attempt came to, what becomes of the delivery, and what a store writes of it.

use super::lane::Lane;
use super::row::Leased;
use super::state::DeliveryState;
use crate::value::{DeliveryId, Timestamp};
use alloc::string::String;
use serde::{Deserialize, Serialize};

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

/// What becomes of a delivery after an attempt, or after a check of its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Done.
    Delivered,
    /// Done, and the receiver found something about it.
    DeliveredWithWarning,
    /// Done before: the receiver has it already.
    AlreadyThere,
    /// The receiver took it under a receipt whose truth comes later.
    Accepted {
        /// The receipt.
        receipt: String,
        /// When it is checked.
        check_at: Timestamp,
    },
    /// To be sent again.
    Retry {
        /// Not before.
        at: Timestamp,
    },
    /// To be sent again at once in smaller requests. It counts as no attempt.
    RetrySmaller {
        /// How many items a request may hold at most.
        most: u32,
    },
    /// Credentials or settings are wrong: nothing of the lane is sent or checked until then. It
    /// counts as no attempt.
    Held {
        /// Why, for a person; holds no URL, secret or personal value.
        why: String,
        /// Until when.
        until: Timestamp,
    },
    /// Given up.
    Dead,
}

/// A lane that stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The lane.
    pub lane: Lane,
    /// Until when.
    pub until: Timestamp,
    /// Why, for a person.
    pub why: String,
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

impl Settlement {
    pub(super) fn of(leased: &Leased, verdict: Verdict, attempt: Attempt) -> Self {
        Self {
            delivery: leased.delivery.id.clone(),
            fence: leased.fence,
            verdict,
            attempt,
        }
    }
}

/// What a verdict changes in a delivery's row. The lease ends, and the attempt becomes the last one
/// in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'a> {
    /// Where it stands now; without, that stays. What is queued begins with no checks.
    pub state: Option<DeliveryState>,
    /// Its receipt from now on, or that it has none; unless it keeps the one that it has.
    pub receipt: Option<&'a str>,
    /// Whether it keeps the receipt that it has, if it has one.
    pub keeps_receipt: bool,
    /// When it is due; else that stays, and so it is due at once.
    pub due_at: Option<Timestamp>,
    /// The most items in its requests; else that stays.
    pub most: Option<u32>,
    /// How many attempts are added: to its checks where it had a receipt before this verdict, else
    /// to its attempts.
    pub attempts: u32,
    /// Why and until when its lane stands still from now on. Its row is then marked, until it is
    /// leased again: a lane that is released releases what was marked.
    pub hold: Option<(&'a str, Timestamp)>,
}

impl Verdict {
    /// What it changes; for stores.
    #[must_use]
    pub fn change(&self) -> Change<'_> {
        let mut change = Change {
            state: Some(DeliveryState::Queued),
            receipt: None,
            keeps_receipt: false,
            due_at: None,
            most: None,
            attempts: 1,
            hold: None,
        };
        match self {
            Self::Delivered | Self::DeliveredWithWarning | Self::AlreadyThere => {
                change.state = Some(DeliveryState::Delivered);
            }
            Self::Accepted { receipt, check_at } => {
                change.state = Some(DeliveryState::Accepted);
                change.receipt = Some(receipt);
                change.due_at = Some(*check_at);
            }
            Self::Retry { at } => change.due_at = Some(*at),
            Self::RetrySmaller { most } => (change.most, change.attempts) = (Some(*most), 0),
            Self::Held { why, until } => {
                // Behind what else waits in the lane: the fault may be this one's alone.
                (change.state, change.due_at, change.attempts) = (None, Some(*until), 0);
                change.keeps_receipt = true;
                change.hold = Some((why, *until));
            }
            // What was taken under a receipt is checked again when it is queued again, not sent.
            Self::Dead => (change.state, change.keeps_receipt) = (Some(DeliveryState::Dead), true),
        }
        change
    }
}

/// What became of a [`Settlement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is written.
    Recorded,
    /// The lease was lost to another worker, or the delivery is gone; nothing was written.
    LeaseLost,
}
