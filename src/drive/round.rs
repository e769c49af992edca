//! The result of sending.

use crate::delivery::{Cause, Delivery, Hold, Lane, Settlement, Verdict};
use crate::value::{DeliveryId, Timestamp};
use alloc::{string::String, vec::Vec};

/// The result of one round of sending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Round {
    /// How many requests were made. Checks count too, and so do requests that were not sent because
    /// a secret is missing.
    pub requests: u64,
    /// How many of them the receivers answered.
    pub answered: u64,
    /// How many of them had no answer, or one that says that the receiver cannot do its work now.
    pub unanswered: u64,
    /// How many deliveries the receivers have now.
    pub delivered: u64,
    /// How many of them were taken with a warning.
    pub warned: u64,
    /// How many of them were there already.
    pub already_there: u64,
    /// How many were taken under a receipt that is still to be checked.
    pub accepted: u64,
    /// How many will be tried again.
    pub retried: u64,
    /// How many wait because their lane is held from now on.
    pub held: u64,
    /// How many wait for the verdict on the delivery that they correct.
    pub waiting: u64,
    /// How many were closed without being sent, since what they correct was not taken.
    pub withdrawn: u64,
    /// How many were given up.
    pub dead: u64,
    /// How many of them were too late to be sent.
    pub late: u64,
    /// How many verdicts came too late, since another worker holds the lease.
    pub lost: u64,
    /// How many could not be read: a newer version wrote them. They are tried again when their
    /// leases end.
    pub unreadable: u32,
    /// The lanes that are held, those that this round stopped included. Somebody must look at their
    /// credentials or settings.
    pub holds: Vec<Hold>,
    /// Each of those that were given up: somebody must look at them.
    pub given_up: Vec<GivenUp>,
    /// When the next delivery is due; it may lie in the past.
    pub next_due: Option<Timestamp>,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GivenUp {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Why it was to be delivered, and of what it tells.
    pub cause: Cause,
    /// Where it was to go.
    pub lane: Lane,
    /// What was found at last; holds no URL, secret or personal value.
    pub finding: String,
}

impl Round {
    /// Adds the result of another part of the same round.
    pub fn add(&mut self, other: Self) {
        let counters = [
            (&mut self.requests, other.requests),
            (&mut self.answered, other.answered),
            (&mut self.unanswered, other.unanswered),
            (&mut self.delivered, other.delivered),
            (&mut self.warned, other.warned),
            (&mut self.already_there, other.already_there),
            (&mut self.accepted, other.accepted),
            (&mut self.retried, other.retried),
            (&mut self.held, other.held),
            (&mut self.waiting, other.waiting),
            (&mut self.withdrawn, other.withdrawn),
            (&mut self.dead, other.dead),
            (&mut self.late, other.late),
            (&mut self.lost, other.lost),
        ];
        for (counter, more) in counters {
            *counter = counter.saturating_add(more);
        }
        self.unreadable = self.unreadable.saturating_add(other.unreadable);
        for hold in other.holds {
            self.hold(hold);
        }
        self.given_up.extend(other.given_up);
        self.next_due = self.next_due.into_iter().chain(other.next_due).min();
    }

    /// Counts a verdict that was written for a delivery.
    pub(super) fn count(&mut self, settlement: &Settlement, delivery: Option<&Delivery>) {
        let verdict = &settlement.verdict;
        let (counter, more) = match verdict {
            Verdict::Delivered => (&mut self.delivered, None),
            Verdict::DeliveredWithWarning => (&mut self.delivered, Some(&mut self.warned)),
            Verdict::AlreadyThere => (&mut self.delivered, Some(&mut self.already_there)),
            Verdict::Accepted { .. } => (&mut self.accepted, None),
            Verdict::Retry { .. } | Verdict::RetrySmaller { .. } => (&mut self.retried, None),
            Verdict::Held { .. } => (&mut self.held, None),
            Verdict::Waits { .. } => (&mut self.waiting, None),
            Verdict::Dead if settlement.attempt.is_cancelled() => (&mut self.withdrawn, None),
            Verdict::Dead => (&mut self.dead, None),
        };
        for counter in core::iter::once(counter).chain(more) {
            *counter = counter.saturating_add(1);
        }
        let change = verdict.change();
        if let (Some((why, until)), Some(delivery)) = (change.hold, delivery) {
            let (lane, why) = (delivery.lane.clone(), why.into());
            self.hold(Hold { lane, until, why });
        }
        if let (Verdict::Dead, Some(delivery)) = (verdict, delivery)
            && !settlement.attempt.is_cancelled()
        {
            self.given_up.push(GivenUp {
                delivery: delivery.id.clone(),
                cause: delivery.cause.clone(),
                lane: delivery.lane.clone(),
                finding: settlement.attempt.finding.clone(),
            });
        }
        let next = match verdict {
            Verdict::RetrySmaller { .. } => Some(settlement.attempt.at),
            _ => change.due_at,
        };
        self.next_due = self.next_due.into_iter().chain(next).min();
    }

    /// Notes that a lane is held from now on.
    fn hold(&mut self, hold: Hold) {
        match self.holds.iter_mut().find(|known| known.lane == hold.lane) {
            Some(known) => known.until = known.until.max(hold.until),
            None => self.holds.push(hold),
        }
    }
}
