//! Deliveries and their leases.

use super::rows::Sending;
use super::state::State;
use crate::delivery::{Attempt, Cancelled, Delivery, DeliveryState, Hold, Lane, Leased, Progress, Settled, Settlement};
use crate::port::{Claim, Claimed, Selection, StoreError, StoreErrorKind, Which};
use crate::value::{DeliveryId, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};

impl State {
    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Claimed, StoreError> {
        let until = claim
            .now
            .checked_add(claim.lease)
            .ok_or_else(|| StoreError::new(StoreErrorKind::ApiMisuse, "the lease ends after the year 9999"))?;
        self.holds.retain(|_, hold| hold.until > claim.now);
        let in_lane = |row: &Sending| claim.lane.as_ref().is_none_or(|lane| row.delivery.lane == *lane);
        let ready_at = |row: &Sending| {
            let held = self.holds.get(&row.delivery.lane).map(|hold| hold.until);
            let ready = row.ready_at()?;
            Some(held.map_or(ready, |until| until.max(ready)))
        };
        // If several are ready at the same time, the one that was stored first comes first.
        let mut ready: Vec<(Timestamp, u64, &DeliveryId, &Lane)> = self
            .deliveries
            .iter()
            .filter(|(_, kept)| in_lane(&kept.row))
            .filter_map(|(id, kept)| Some((ready_at(&kept.row)?, kept.number, id, &kept.row.delivery.lane)))
            .collect();
        ready.sort();
        let mut given: BTreeMap<&Lane, u32> = BTreeMap::new();
        ready.retain(|(.., lane)| {
            let given = given.entry(lane).or_default();
            *given = given.saturating_add(1);
            *given <= claim.share(lane)
        });
        let due = ready
            .iter()
            .take(claim.limit as usize)
            .take_while(|(at, ..)| *at <= claim.now)
            .count();
        let next_due = ready.get(due).map(|(at, ..)| *at);
        let due: Vec<DeliveryId> = ready.into_iter().take(due).map(|(_, _, id, _)| id.clone()).collect();
        let mut deliveries = Vec::new();
        for id in due {
            let waits_for = self.deliveries.get(&id).map(|kept| kept.row.delivery.after.clone());
            let waits_for = waits_for.unwrap_or_default();
            let after = waits_for.iter().map(|id| self.progress(id)).collect();
            if let Some(kept) = self.deliveries.get_mut(&id) {
                kept.row.fence = kept.row.fence.saturating_add(1);
                kept.row.lease = Some(until);
                kept.row.held = false;
                let delivery = Delivery {
                    private: kept.private.clone(),
                    ..kept.row.delivery.clone()
                };
                let mut leased = Leased::new(delivery, kept.row.attempts, kept.row.fence);
                leased.checks = kept.row.checks;
                leased.receipt = kept.row.receipt.clone();
                leased.most = kept.row.most;
                leased.after = after;
                deliveries.push(leased);
            }
        }
        Ok(Claimed {
            deliveries,
            next_due,
            unreadable: 0,
            holds: self.holds.values().cloned().collect(),
        })
    }

    /// How far a delivery has come.
    pub(super) fn progress(&self, id: &DeliveryId) -> Progress {
        let known = self.deliveries.get(id);
        known.map_or(Progress::Unknown, |kept| kept.row.progress())
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
        let change = settlement.verdict.change();
        row.lease = None;
        let count = match row.receipt {
            None => &mut row.attempts,
            Some(_) => &mut row.checks,
        };
        *count = count.saturating_add(change.attempts);
        row.last = Some(settlement.attempt.clone());
        row.due_at = change.due_at.unwrap_or(row.due_at);
        row.most = change.most.or(row.most);
        row.state = change.state.unwrap_or(row.state);
        if !change.keeps_receipt {
            row.receipt = change.receipt.map(Into::into);
        }
        if change.state == Some(DeliveryState::Queued) {
            row.checks = 0;
        }
        row.held = change.hold.is_some();
        if let Some((why, until)) = change.hold {
            let lane = row.delivery.lane.clone();
            let known = self.holds.get(&lane).map(|hold| hold.until);
            let until = known.map_or(until, |known| known.max(until));
            let why = why.into();
            self.holds.insert(lane.clone(), Hold { lane, until, why });
        }
        Settled::Recorded
    }

    pub(super) fn requeue(&mut self, selection: &Selection) -> u64 {
        let selected = |delivery: &Delivery| match &selection.which {
            Which::One(id) => delivery.id == *id,
            Which::Lane(lane) => delivery.lane == *lane,
            Which::Held(_) => false,
            Which::All => true,
        };
        let lifted = |lane: &Lane| match &selection.which {
            Which::One(_) => false,
            Which::Lane(named) | Which::Held(named) => lane == named,
            Which::All => true,
        };
        let is_on = |(lane, hold): (&Lane, &Hold)| lifted(lane) && hold.until > selection.due_at;
        let ended = u64::from(self.holds.iter().any(is_on));
        self.holds.retain(|lane, _| !lifted(lane));
        let rows = self.deliveries.values_mut().map(|kept| &mut kept.row);
        for row in rows.filter(|row| row.held && lifted(&row.delivery.lane)) {
            row.held = false;
            row.due_at = row.due_at.min(selection.due_at);
        }
        if matches!(selection.which, Which::Held(_)) {
            return ended;
        }
        let rows = self.deliveries.values_mut().map(|kept| &mut kept.row);
        let dead = rows.filter(|row| row.state == DeliveryState::Dead && selected(&row.delivery));
        count(dead.map(|row| {
            row.state = match row.receipt {
                None => DeliveryState::Queued,
                Some(_) => DeliveryState::Accepted,
            };
            row.due_at = selection.due_at;
            (row.attempts, row.checks) = (0, 0);
            row.last = None;
        }))
    }

    pub(super) fn cancel(&mut self, id: &DeliveryId, attempt: &Attempt) -> Cancelled {
        let row = self.deliveries.get_mut(id).map(|kept| &mut kept.row);
        let waits = |row: &&mut Sending| match row.state {
            DeliveryState::Dead => !row.last.as_ref().is_some_and(Attempt::is_cancelled),
            state => state.is_open(),
        };
        let Some(row) = row.filter(waits) else {
            return Cancelled::NotOpen;
        };
        if row.lease.is_some_and(|until| until > attempt.at) {
            return Cancelled::Leased;
        }
        row.give_up(attempt);
        Cancelled::Recorded
    }
}

fn count(changes: impl Iterator<Item = ()>) -> u64 {
    changes.fold(0, |count, ()| u64::saturating_add(count, 1))
}
