//! How lanes share what a host can send at once. It is pure arithmetic over times that are handed
//! in.
//!
//! A host has a number of places, one for each request under way. A lane holds at most its share of
//! them, so a receiver that does not answer keeps its own share busy and nobody else's. A lane
//! whose requests go unanswered is *ailing*: it is left alone for a while, and then one request at
//! a time finds out whether it is well again. A delivery that waits for this loses no attempt.
//!
//! A lane whose requests hold many deliveries each is claimed alone, so that a request is not made
//! of the few deliveries of a share.

#[cfg(test)]
mod tests;

use super::lane_policy::LanePolicy;
use crate::delivery::Lane;
use crate::port::Claim;
use crate::value::Timestamp;
use alloc::{collections::BTreeMap, vec::Vec};
use core::time::Duration;

/// How a request ended, as far as this says something about its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The receiver answered.
    Answered,
    /// It did not answer, or it answered that it cannot do its work now.
    Unanswered,
    /// Nothing was sent.
    Unsent,
}

/// The requests that are under way in each lane, and the lanes that are ailing.
#[derive(Debug, Clone)]
pub struct Lanes {
    policy: LanePolicy,
    under_way: u32,
    lanes: BTreeMap<Lane, Traffic>,
}

/// How many requests of a lane are under way until the first one is answered.
const AT_FIRST: u32 = 2;
/// How many lanes are kept before those that nothing is sent to are forgotten.
const MANY: usize = 256;
/// For how long nothing was sent to a lane that is forgotten.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// What is known of one lane.
#[derive(Debug, Clone, Default)]
struct Traffic {
    under_way: u32,
    /// Whether the last request that ended was answered.
    answers: bool,
    /// How many requests went unanswered in a row.
    unanswered: u32,
    /// Until when it is left alone.
    alone_until: Option<Timestamp>,
    /// For how long it was left alone last.
    alone: Duration,
    /// When its last request ended.
    ended_at: Option<Timestamp>,
    /// When its bucket is full.
    full_at: Option<Timestamp>,
    /// How many deliveries are claimed for one request, where it may hold several.
    items: u32,
}

/// The most deliveries that are claimed at once for a lane whose requests hold many. A store leases
/// them in one transaction.
const MOST_ITEMS: u32 = 2_000;

impl Lanes {
    /// No request is under way, and every lane is well.
    #[must_use]
    pub fn new(policy: LanePolicy) -> Self {
        Self {
            policy,
            under_way: 0,
            lanes: BTreeMap::new(),
        }
    }

    /// What may be leased at `now`; none while every place is taken. Lanes whose requests hold
    /// several deliveries are left out: see [`batches`](Self::batches).
    #[must_use]
    pub fn claim(&self, now: Timestamp, lease: Duration) -> Option<Claim> {
        let free = self.free();
        (free > 0).then(|| {
            // A half at a time, so that no single look gives every place to those who wait longest.
            let mut claim = Claim::new(now, lease, free.div_ceil(2));
            claim.per_lane = self.share(&Traffic::default(), now);
            let mut probes = self.probes_left();
            let shares = self.lanes.iter().map(|(lane, traffic)| {
                let mut share = self.share(traffic, now);
                if traffic.items > 1 {
                    share = 0;
                }
                if traffic.is_ailing(&self.policy) {
                    share = share.min(probes);
                    probes = probes.saturating_sub(share);
                }
                (lane.clone(), share)
            });
            claim.shares = shares.collect();
            claim
        })
    }

    /// What may be leased at `now` of each lane whose requests hold several deliveries, as far as
    /// it has room for a request.
    #[must_use]
    pub fn batches(&self, now: Timestamp, lease: Duration) -> Vec<Claim> {
        let mut probes = self.probes_left();
        let lanes = self.lanes.iter().filter(|(_, traffic)| traffic.items > 1);
        let claims = lanes.filter_map(|(lane, traffic)| {
            let mut room = self.share(traffic, now);
            if traffic.is_ailing(&self.policy) {
                room = room.min(probes);
                probes = probes.saturating_sub(room);
            }
            let mut claim = Claim::new(now, lease, traffic.items);
            claim.lane = Some(lane.clone());
            (room > 0).then_some(claim)
        });
        claims.collect()
    }

    /// How many more requests of a lane may begin at `now`.
    #[must_use]
    pub fn room(&self, lane: &Lane, now: Timestamp) -> u32 {
        self.share(self.lanes.get(lane).unwrap_or(&Traffic::default()), now)
    }

    /// Notes that so many deliveries of a lane made so many requests, and that one of its requests
    /// may hold `limit`. The next claim of the lane follows from it: twice as much as was leased
    /// while a half of the lane's share is enough for it, and less where not all of it fits into
    /// the share.
    pub fn leased(&mut self, lane: &Lane, deliveries: u32, requests: u32, limit: u32) {
        if limit <= 1 {
            return;
        }
        let (share, requests) = (self.policy.share.max(1), requests.max(1));
        let traffic = self.lanes.entry(lane.clone()).or_default();
        traffic.items = if requests > share {
            let fits = u64::from(deliveries).saturating_mul(share.into());
            u32::try_from(fits.checked_div(requests.into()).unwrap_or_default()).unwrap_or(u32::MAX)
        } else if requests <= share.div_ceil(2) {
            traffic.items.max(deliveries.saturating_mul(2))
        } else {
            traffic.items
        }
        .clamp(2, limit.saturating_mul(requests).clamp(2, MOST_ITEMS));
    }

    /// How many places are free, of all lanes together.
    #[must_use]
    pub fn free(&self) -> u32 {
        self.policy.places.max(1).saturating_sub(self.under_way)
    }

    /// Notes that a request of this lane begins.
    pub fn began(&mut self, lane: &Lane, now: Timestamp) {
        self.under_way = self.under_way.saturating_add(1);
        let traffic = self.lanes.entry(lane.clone()).or_default();
        traffic.under_way = traffic.under_way.saturating_add(1);
        if let Some(rate) = self.policy.rate {
            traffic.full_at = rate.taken(traffic.full_at, now);
        }
    }

    /// Notes that a request of this lane ended. Returns whether the lane is ailing from now on, or
    /// well again; none while it stays as it was.
    pub fn ended(&mut self, lane: &Lane, how: Ended, now: Timestamp) -> Option<Turn> {
        self.under_way = self.under_way.saturating_sub(1);
        let policy = self.policy;
        let traffic = self.lanes.get_mut(lane)?;
        traffic.under_way = traffic.under_way.saturating_sub(1);
        let was_ailing = traffic.is_ailing(&policy);
        match how {
            Ended::Answered => {
                (traffic.unanswered, traffic.alone_until, traffic.alone) = Default::default();
                traffic.answers = true;
            }
            Ended::Unanswered => traffic.goes_unanswered(&policy, now),
            Ended::Unsent => {}
        }
        let is_ailing = traffic.is_ailing(&policy);
        traffic.ended_at = Some(now);
        self.forget(now);
        match (was_ailing, is_ailing) {
            (false, true) => Some(Turn::Ailing),
            (true, false) => Some(Turn::Well),
            _ => None,
        }
    }

    /// When the next lane that only waits for its time may be sent to again. Lanes whose whole
    /// share is under way do not count, since the end of a request frees them.
    #[must_use]
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        let times = self.lanes.values().flat_map(|traffic| {
            let bucket = self.policy.rate.zip(traffic.full_at).map(|(rate, at)| rate.next(at));
            [traffic.alone_until(&self.policy, now), bucket]
        });
        times.flatten().filter(|at| *at > now).min()
    }

    /// How many requests are under way.
    #[must_use]
    pub fn under_way(&self) -> u32 {
        self.under_way
    }

    /// The lanes that are ailing.
    pub fn ailing(&self) -> impl Iterator<Item = &Lane> {
        let ailing = self.lanes.iter().filter(|(_, traffic)| traffic.is_ailing(&self.policy));
        ailing.map(|(lane, _)| lane)
    }

    /// Forgets lanes that nothing was sent to lately, where there are many.
    fn forget(&mut self, now: Timestamp) {
        if self.lanes.len() > MANY {
            self.lanes.retain(|_, traffic| !traffic.is_idle(now));
        }
    }

    /// How many more probes may begin: many ailing lanes together take a quarter of the places.
    fn probes_left(&self) -> u32 {
        let ailing = self.lanes.values().filter(|traffic| traffic.is_ailing(&self.policy));
        let under_way = ailing.fold(0_u32, |sum, traffic| sum.saturating_add(traffic.under_way));
        let most = self.policy.places.checked_div(4).unwrap_or_default().max(1);
        most.saturating_sub(under_way)
    }

    /// How many more requests of a lane may begin now.
    fn share(&self, traffic: &Traffic, now: Timestamp) -> u32 {
        if traffic.alone_until(&self.policy, now).is_some_and(|until| until > now) {
            return 0;
        }
        let whole = self.policy.share.max(1);
        let most = match traffic.answers {
            _ if traffic.is_ailing(&self.policy) => 1,
            true => whole,
            false => whole.min(AT_FIRST),
        };
        let room = self
            .policy
            .rate
            .map_or(u32::MAX, |rate| rate.room(traffic.full_at, now));
        // No lane holds more places than are free, so that there is one for a lane that has none.
        most.min(self.free()).saturating_sub(traffic.under_way).min(room)
    }
}

/// A change in the state of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is ailing from now on.
    Ailing,
    /// It is well again.
    Well,
}

impl Traffic {
    /// Until when the lane is left alone. A time that lies further ahead than any wait was noted
    /// before the clock was put back, and no longer holds.
    fn alone_until(&self, policy: &LanePolicy, now: Timestamp) -> Option<Timestamp> {
        let latest = now.checked_add(policy.probe_longest);
        self.alone_until
            .filter(|until| latest.is_none_or(|latest| *until <= latest))
    }

    fn is_ailing(&self, policy: &LanePolicy) -> bool {
        self.unanswered >= policy.ailing_after.max(1)
    }

    /// Whether nothing is under way, and nothing was for longer than any wait.
    fn is_idle(&self, now: Timestamp) -> bool {
        self.under_way == 0 && self.ended_at.is_none_or(|at| now.saturating_since(at) > IDLE)
    }

    fn goes_unanswered(&mut self, policy: &LanePolicy, now: Timestamp) {
        self.unanswered = self.unanswered.saturating_add(1);
        // Requests that began together fail together, and that is one failure.
        self.answers = false;
        if !self.is_ailing(policy) || self.alone_until(policy, now).is_some_and(|until| until > now) {
            return;
        }
        self.alone = match self.alone {
            Duration::ZERO => policy.probe_after,
            before => before.saturating_mul(2),
        }
        .min(policy.probe_longest);
        self.alone_until = now.checked_add(self.alone);
    }
}
