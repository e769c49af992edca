//! Deliveries and their leases, and what is forgotten when.

use super::state::{Kept, Private, State};
use crate::delivery::{Attempt, Delivery, DeliveryRow, DeliveryState, Leased, Settled, Settlement, Verdict};
use crate::model::Click;
use crate::plan::EventRow;
use crate::port::{Claim, Claimed, Purge, Selection, StoreError, StoreErrorKind, Which};
use crate::value::{DeliveryId, Timestamp};
use alloc::vec::Vec;
use core::mem::take;

/// A delivery and where it stands.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) delivery: Delivery,
    pub(super) state: DeliveryState,
    due_at: Timestamp,
    attempts: u32,
    last: Option<Attempt>,
    /// When the lease on it ends, if a worker holds one.
    lease: Option<Timestamp>,
    fence: u64,
}

impl Sending {
    pub(super) fn queued(number: u64, delivery: &Delivery, due_at: Timestamp) -> Kept<Self> {
        let mut delivery = delivery.clone();
        let private = take(&mut delivery.private);
        let row = Self {
            delivery,
            state: DeliveryState::Queued,
            due_at,
            attempts: 0,
            last: None,
            lease: None,
            fence: 0,
        };
        Kept { number, row, private }
    }

    pub(super) fn listed(&self) -> DeliveryRow {
        DeliveryRow::new(
            self.delivery.clone(),
            self.state,
            self.due_at,
            self.attempts,
            self.last.clone(),
        )
    }

    /// When a worker may take it: when it is due, or when the lease of the last one has run out.
    fn ready_at(&self) -> Option<Timestamp> {
        (self.state == DeliveryState::Queued).then(|| self.lease.unwrap_or(self.due_at))
    }
}

impl State {
    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Claimed, StoreError> {
        let until = claim
            .now
            .checked_add(claim.lease)
            .ok_or_else(|| StoreError::new(StoreErrorKind::ApiMisuse, "the lease ends after the year 9999"))?;
        let in_lane = |row: &Sending| claim.lane.as_ref().is_none_or(|lane| row.delivery.lane == *lane);
        let mut ready: Vec<(Timestamp, DeliveryId)> = self
            .deliveries
            .iter()
            .filter(|(_, kept)| in_lane(&kept.row))
            .filter_map(|(id, kept)| Some((kept.row.ready_at()?, id.clone())))
            .collect();
        ready.sort();
        let due = ready
            .iter()
            .take(claim.limit as usize)
            .take_while(|(at, _)| *at <= claim.now)
            .count();
        let next_due = ready.get(due).map(|(at, _)| *at);
        let mut deliveries = Vec::new();
        for (_, id) in ready.into_iter().take(due) {
            if let Some(kept) = self.deliveries.get_mut(&id) {
                kept.row.fence = kept.row.fence.saturating_add(1);
                kept.row.lease = Some(until);
                let delivery = Delivery {
                    private: kept.private.clone(),
                    ..kept.row.delivery.clone()
                };
                deliveries.push(Leased {
                    delivery,
                    attempts: kept.row.attempts,
                    fence: kept.row.fence,
                });
            }
        }
        Ok(Claimed {
            deliveries,
            next_due,
            unreadable: 0,
        })
    }

    pub(super) fn settle(&mut self, settlement: &Settlement) -> Settled {
        let held = self
            .deliveries
            .get_mut(&settlement.delivery)
            .map(|kept| &mut kept.row)
            .filter(|row| row.fence == settlement.fence && row.lease.is_some());
        let Some(row) = held else {
            return Settled::LeaseLost;
        };
        row.lease = None;
        row.attempts = row.attempts.saturating_add(1);
        row.last = Some(settlement.attempt.clone());
        match settlement.verdict {
            Verdict::Delivered => row.state = DeliveryState::Delivered,
            Verdict::Retry { due_at } => row.due_at = due_at,
            Verdict::Dead => row.state = DeliveryState::Dead,
        }
        Settled::Recorded
    }

    pub(super) fn requeue(&mut self, selection: &Selection) -> u64 {
        let selected = |delivery: &Delivery| match &selection.which {
            Which::One(id) => delivery.id == *id,
            Which::Lane(lane) => delivery.lane == *lane,
            Which::All => true,
        };
        let rows = self.deliveries.values_mut().map(|kept| &mut kept.row);
        let dead = rows.filter(|row| row.state == DeliveryState::Dead && selected(&row.delivery));
        count(dead.map(|row| {
            row.state = DeliveryState::Queued;
            row.due_at = selection.due_at;
            row.attempts = 0;
            row.last = None;
        }))
    }

    pub(super) fn purge(&mut self, what: &Purge) -> u64 {
        match what {
            Purge::PrivateBefore(time) => {
                let emptied = self.empty(
                    |click| click.at < *time,
                    |row| row.event.received_at < *time,
                    |row| row.state != DeliveryState::Queued && row.delivery.created_at < *time,
                );
                let before = self.refused.len();
                self.refused.retain(|_, kept| kept.row.at >= *time);
                emptied.saturating_add(dropped(before, self.refused.len()))
            }
            Purge::Erase(id) => self.empty(
                |click| click.id == *id,
                |row| row.click.as_ref() == Some(id),
                |row| row.delivery.click == *id,
            ),
            Purge::DeliveriesBefore(time) => {
                let before = self.deliveries.len();
                let keeps = |row: &Sending| row.state == DeliveryState::Queued || row.delivery.created_at >= *time;
                self.deliveries.retain(|_, kept| keeps(&kept.row));
                dropped(before, self.deliveries.len())
            }
            Purge::Refused(taken) => {
                let before = self.refused.len();
                self.refused.retain(|_, kept| !taken.contains(&kept.row.id));
                dropped(before, self.refused.len())
            }
        }
    }

    /// Forgets the personal values of these clicks, events and deliveries; says how many had some.
    fn empty(
        &mut self,
        click: impl Fn(&Click) -> bool,
        event: impl Fn(&EventRow) -> bool,
        delivery: impl Fn(&Sending) -> bool,
    ) -> u64 {
        let clicks = self.clicks.values_mut().filter(|kept| click(&kept.row));
        let events = self.events.values_mut().filter(|kept| event(&kept.row));
        let deliveries = self.deliveries.values_mut().filter(|kept| delivery(&kept.row));
        let columns = clicks.map(|kept| &mut kept.private);
        let columns = columns.chain(events.map(|kept| &mut kept.private));
        let columns = columns.chain(deliveries.map(|kept| &mut kept.private));
        count(columns.filter(|private| !private.is_empty()).map(Private::clear))
    }
}

fn dropped(before: usize, after: usize) -> u64 {
    u64::try_from(before.saturating_sub(after)).unwrap_or(u64::MAX)
}

fn count(changes: impl Iterator<Item = ()>) -> u64 {
    changes.fold(0, |count, ()| u64::saturating_add(count, 1))
}
