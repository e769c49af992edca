//! Rows as they are kept: personal values stand apart, and deliveries have their state beside them.

use crate::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState, Footing, Hold, Progress};
use crate::plan::Reported;
use crate::value::{Pii, Timestamp};
use alloc::{collections::BTreeMap, string::String};
use core::mem::take;

/// Personal values by name.
pub(super) type Private = BTreeMap<String, Pii>;

/// A row with its place in the order of first writing, its personal values apart.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) number: u64,
    pub(super) row: T,
    pub(super) private: Private,
}

/// A delivery and where it stands.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) delivery: Delivery,
    pub(super) state: DeliveryState,
    pub(super) due_at: Timestamp,
    pub(super) attempts: u32,
    pub(super) checks: u32,
    pub(super) last: Option<Attempt>,
    pub(super) receipt: Option<String>,
    pub(super) most: Option<u32>,
    /// Whether it waits because its own attempt stopped its lane.
    pub(super) held: bool,
    /// When the lease on it ends, if a worker holds one.
    pub(super) lease: Option<Timestamp>,
    pub(super) fence: u64,
}

impl Sending {
    pub(super) fn queued(number: u64, delivery: &Delivery, now: Timestamp) -> Kept<Self> {
        let mut delivery = delivery.clone();
        let private = take(&mut delivery.private);
        let row = Self {
            due_at: delivery.due_at(now),
            delivery,
            state: DeliveryState::Queued,
            attempts: 0,
            checks: 0,
            last: None,
            receipt: None,
            most: None,
            held: false,
            lease: None,
            fence: 0,
        };
        Kept { number, row, private }
    }

    pub(super) fn listed(&self, hold: Option<&Hold>) -> DeliveryRow {
        let mut row = DeliveryRow::new(
            self.delivery.clone(),
            self.state,
            self.due_at,
            self.attempts,
            self.last.clone(),
        );
        row.checks = self.checks;
        row.receipt = self.receipt.clone();
        row.hold = hold.filter(|_| self.state.is_open()).cloned();
        row
    }

    /// A delivery of another store that has come so far.
    pub(super) fn reported(number: u64, reported: &Reported) -> Kept<Self> {
        let at = reported.delivery.created_at;
        let mut kept = Self::queued(number, &reported.delivery, at);
        let row = &mut kept.row;
        row.fence = u64::from(reported.progress != Progress::Unsent);
        match reported.progress {
            Progress::Unsent | Progress::Tried => {}
            Progress::UnderWay => row.lease = Some(at),
            Progress::Accepted => row.state = DeliveryState::Accepted,
            Progress::Delivered => row.state = DeliveryState::Delivered,
            Progress::InPart => {
                row.state = DeliveryState::Delivered;
                let finding = Attempt::TAKEN_IN_PART.into();
                row.last = Some(Attempt {
                    at,
                    status: None,
                    finding,
                });
            }
            Progress::Unknown | Progress::Dead => row.state = DeliveryState::Dead,
            Progress::Withdrawn => row.give_up(&Attempt::withdrawn(at, "")),
        }
        kept
    }

    /// How far it has come.
    pub(super) fn progress(&self) -> Progress {
        Progress::of(&Footing {
            state: self.state,
            leased: self.lease.is_some(),
            fence: self.fence,
            attempts: self.attempts,
            held: self.held,
            smaller: self.most.is_some(),
            last: self.last.as_ref(),
        })
    }

    /// It is given up, and this is its last attempt.
    pub(super) fn give_up(&mut self, attempt: &Attempt) {
        (self.state, self.lease, self.held) = (DeliveryState::Dead, None, false);
        self.last = Some(attempt.clone());
    }

    /// When its last attempt was. What has ended has had one.
    pub(super) fn last_at(&self) -> Timestamp {
        self.last.as_ref().map_or(self.due_at, |last| last.at)
    }

    /// When a worker may take it: when it is due, or when the lease of the last one has run out.
    pub(super) fn ready_at(&self) -> Option<Timestamp> {
        self.state.is_open().then(|| self.lease.unwrap_or(self.due_at))
    }
}
