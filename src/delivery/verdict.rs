//! What becomes of the delivery, and what a store writes of it.

use super::attempt::Attempt;
use super::lane::Lane;
use super::row::Leased;
use super::state::DeliveryState;
use crate::value::{DeliveryId, Timestamp};
use alloc::string::String;

/// What becomes of a delivery after an attempt, or after a check of its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It was delivered.
    Delivered,
    /// It was delivered, and the receiver gave a warning about it.
    DeliveredWithWarning,
    /// It was delivered before: the receiver has it already.
    AlreadyThere,
    /// The receiver took it under a receipt; the result is known when the receipt is checked.
    Accepted {
        /// The receipt.
        receipt: String,
        /// When the receipt is checked.
        check_at: Timestamp,
    },
    /// It is to be sent again.
    Retry {
        /// The earliest time at which it is sent.
        at: Timestamp,
    },
    /// It is to be sent again at once, in smaller requests. This counts as no attempt.
    RetrySmaller {
        /// The most items that a request may hold.
        most: u32,
    },
    /// Nothing was sent, since it waits for the verdict on another delivery
    /// ([`Delivery::after`](super::Delivery::after)). This counts as no attempt.
    Waits {
        /// When it is looked at again.
        until: Timestamp,
    },
    /// Credentials or settings are wrong: nothing of the lane is sent or checked before `until`.
    /// This counts as no attempt.
    Held {
        /// The reason, for a person. It holds no URL, secret or personal value.
        why: String,
        /// When the hold ends.
        until: Timestamp,
    },
    /// It was given up.
    Dead,
}

/// A hold on a lane: nothing in it is sent or checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The lane.
    pub lane: Lane,
    /// When the hold ends.
    pub until: Timestamp,
    /// The reason, for a person.
    pub why: String,
}

/// A verdict to be written under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The fencing number of the lease.
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

/// What a verdict changes in a delivery's row. In every case the lease ends, and the attempt
/// becomes the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change<'a> {
    /// The new state; if absent, the state stays. A delivery that becomes queued begins with no
    /// checks.
    pub state: Option<DeliveryState>,
    /// The new receipt; if absent, the delivery has none, unless `keeps_receipt` is set.
    pub receipt: Option<&'a str>,
    /// Whether it keeps the receipt that it has, if it has one.
    pub keeps_receipt: bool,
    /// The new due time; if absent, it stays, so that the delivery is due at once.
    pub due_at: Option<Timestamp>,
    /// The most items in its requests from now on; if absent, that stays.
    pub most: Option<u32>,
    /// How many attempts are added. They count as checks where the delivery had a receipt before
    /// this verdict, else as attempts.
    pub attempts: u32,
    /// The reason for a hold on its lane, and when the hold ends. The row is then marked until it
    /// is leased again: when the lane is released, the marked rows are released too.
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
            Self::Waits { until } => (change.due_at, change.attempts) = (Some(*until), 0),
            Self::Held { why, until } => {
                // It comes behind what else waits in the lane, since the fault may be its own.
                (change.state, change.due_at, change.attempts) = (None, Some(*until), 0);
                change.keeps_receipt = true;
                change.hold = Some((why, *until));
            }
            // A dead delivery that has a receipt is checked when it is queued again, not sent.
            Self::Dead => (change.state, change.keeps_receipt) = (Some(DeliveryState::Dead), true),
        }
        change
    }
}

/// The result of a [`Settlement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It was written.
    Recorded,
    /// The lease was lost to another worker, or the delivery is gone; nothing was written.
    LeaseLost,
}

/// What became of a delivery that a person gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It is dead.
    Recorded,
    /// A worker is sending or checking it, so what becomes of it is not known yet; nothing was
    /// written.
    Leased,
    /// It is delivered, was given up by a person before, or is not known; nothing was written.
    NotOpen,
}
