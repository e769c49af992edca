//! How lanes share what a host can send at once. It is pure arithmetic over times that are handed
//! in.
//!
//! A host has a number of places, one for each request under way. A lane holds at most its share of
//! them, so a receiver that does not answer keeps its own share busy and nobody else's. A lane
//! whose requests go unanswered is *ailing*: it is left alone for a while, and then one request at
//! a time finds out whether it is well again. A delivery that waits for this loses no attempt.

use super::lane_policy::LanePolicy;
use crate::delivery::Lane;
use crate::port::Claim;
use crate::value::Timestamp;
use alloc::collections::BTreeMap;
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
}

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

    /// What may be leased at `now`; none while every place is taken.
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

    /// How many places are free.
    fn free(&self) -> u32 {
        self.policy.places.max(1).saturating_sub(self.under_way)
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

#[cfg(test)]
mod tests {
    use super::super::lane_policy::Rate;
    use super::*;
    use alloc::{format, vec, vec::Vec};

    const LEASE: Duration = Duration::from_secs(60);

    fn at(millis: u64) -> Timestamp {
        let begin = Timestamp::from_unix_seconds(1_780_000_000).unwrap();
        begin.checked_add(Duration::from_millis(millis)).unwrap()
    }

    fn share(lanes: &Lanes, lane: &Lane, now: Timestamp) -> u32 {
        lanes.claim(now, LEASE).map_or(0, |claim| claim.share(lane))
    }

    #[test]
    fn a_lane_begins_with_two_and_takes_no_more_than_its_share() {
        let lane = Lane::new("https://a.example");
        let mut lanes = Lanes::new(LanePolicy {
            share: 3,
            ..LanePolicy::default()
        });
        for left in [2, 1] {
            assert_eq!(share(&lanes, &lane, at(0)), left);
            lanes.began(&lane, at(0));
        }
        assert_eq!(share(&lanes, &lane, at(0)), 0);
        assert_eq!(lanes.ended(&lane, Ended::Answered, at(0)), None);
        assert_eq!(
            (share(&lanes, &lane, at(0)), lanes.under_way()),
            (2, 1),
            "the whole share"
        );
    }

    #[test]
    fn lanes_that_want_every_place_leave_some_to_those_who_have_none() {
        let mut lanes = Lanes::new(LanePolicy::default());
        let all: Vec<Lane> = (0..8)
            .map(|number| Lane::new(&format!("https://{number}.example")))
            .collect();
        for lane in &all {
            lanes.began(lane, at(0));
            lanes.ended(lane, Ended::Answered, at(0));
        }
        // Each of them takes what it gets, the first one first.
        loop {
            let claim = lanes.claim(at(0), LEASE).unwrap();
            let mut left = claim.limit;
            for lane in &all {
                for _ in 0..claim.share(lane).min(left) {
                    lanes.began(lane, at(0));
                    left -= 1;
                }
            }
            if left == claim.limit {
                break;
            }
        }
        let fresh = Lane::new("https://fresh.example");
        assert!((50..=60).contains(&lanes.under_way()), "{}", lanes.under_way());
        assert_eq!(share(&lanes, &fresh, at(0)), 2);
    }

    #[test]
    fn all_lanes_together_take_no_more_than_the_places() {
        let mut lanes = Lanes::new(LanePolicy {
            places: 2,
            ..LanePolicy::default()
        });
        for number in 0..2 {
            let claim = lanes.claim(at(0), LEASE).unwrap();
            assert_eq!(claim.limit, 1);
            lanes.began(&Lane::new(&format!("https://{number}.example")), at(0));
        }
        assert_eq!(lanes.claim(at(0), LEASE), None);
    }

    #[test]
    fn an_ailing_lane_is_left_alone_and_probed_by_one_request() {
        let lane = Lane::new("https://a.example");
        let mut lanes = Lanes::new(LanePolicy::default());
        let mut turns = Vec::new();
        for _ in 0..8 {
            lanes.began(&lane, at(0));
        }
        for _ in 0..8 {
            turns.extend(lanes.ended(&lane, Ended::Unanswered, at(15_000)));
        }
        assert_eq!(turns, [Turn::Ailing]);
        assert_eq!(lanes.ailing().collect::<Vec<_>>(), [&lane]);
        assert_eq!(
            (share(&lanes, &lane, at(19_999)), lanes.next_at(at(15_000))),
            (0, Some(at(20_000)))
        );
        // Requests that failed together have cost one wait; each probe that fails doubles the next.
        let mut now = 20_000;
        for wait in [10_000, 20_000, 40_000, 60_000, 60_000] {
            assert_eq!(share(&lanes, &lane, at(now)), 1);
            lanes.began(&lane, at(now));
            assert_eq!(share(&lanes, &lane, at(now)), 0, "one at a time");
            assert_eq!(lanes.ended(&lane, Ended::Unanswered, at(now)), None);
            assert_eq!(lanes.next_at(at(now)), Some(at(now + wait)));
            now += wait;
        }
        lanes.began(&lane, at(now));
        assert_eq!(lanes.ended(&lane, Ended::Answered, at(now)), Some(Turn::Well));
        assert_eq!((share(&lanes, &lane, at(now)), lanes.next_at(at(now))), (8, None));
    }

    #[test]
    fn many_ailing_lanes_leave_most_places_to_the_others() {
        let mut policy = LanePolicy::default();
        (policy.places, policy.ailing_after) = (8, 1);
        let mut lanes = Lanes::new(policy);
        let all: Vec<Lane> = (0..6)
            .map(|number| Lane::new(&format!("https://{number}.example")))
            .collect();
        for lane in &all {
            lanes.began(lane, at(0));
            lanes.ended(lane, Ended::Unanswered, at(0));
        }
        let claim = lanes.claim(at(6_000), LEASE).unwrap();
        let probes: u32 = all.iter().map(|lane| claim.share(lane)).sum();
        assert_eq!((probes, claim.limit), (2, 4), "a quarter of the places");
        lanes.began(&all[0], at(6_000));
        let claim = lanes.claim(at(6_000), LEASE).unwrap();
        assert_eq!(all.iter().map(|lane| claim.share(lane)).sum::<u32>(), 1);
    }

    #[test]
    fn of_many_lanes_those_that_nothing_is_sent_to_are_forgotten() {
        let mut lanes = Lanes::new(LanePolicy::default());
        let mut one = |number: usize, now| {
            let lane = Lane::new(&format!("https://{number}.example"));
            lanes.began(&lane, now);
            lanes.ended(&lane, Ended::Unanswered, now);
            lanes.lanes.len()
        };
        for number in 0..1_000 {
            one(number, at(0));
        }
        assert_eq!(one(1_000, at(3_600_000)), 1_001, "an hour is not over");
        assert_eq!(one(1_001, at(3_601_000)), 2);
    }

    #[test]
    fn a_clock_that_is_put_back_parks_no_lane() {
        let lane = Lane::new("https://a.example");
        let rate = Some(Rate {
            burst: 1,
            interval: Duration::from_secs(1),
        });
        let mut lanes = Lanes::new(LanePolicy {
            ailing_after: 1,
            rate,
            ..LanePolicy::default()
        });
        lanes.began(&lane, at(7_200_000));
        lanes.ended(&lane, Ended::Unanswered, at(7_200_000));
        assert_eq!(share(&lanes, &lane, at(7_200_000)), 0);
        assert_eq!(share(&lanes, &lane, at(0)), 1, "two hours before");
    }

    #[test]
    fn an_answer_between_two_failures_keeps_a_lane_well_and_what_was_not_sent_says_nothing() {
        let lane = Lane::new("https://a.example");
        let mut lanes = Lanes::new(LanePolicy::default());
        for how in [Ended::Unanswered; 4]
            .into_iter()
            .chain([Ended::Answered])
            .chain([Ended::Unanswered; 4])
            .chain([Ended::Unsent; 9])
        {
            lanes.began(&lane, at(0));
            assert_eq!(lanes.ended(&lane, how, at(0)), None);
        }
        lanes.began(&lane, at(0));
        assert_eq!(lanes.ended(&lane, Ended::Unanswered, at(0)), Some(Turn::Ailing));
    }

    #[test]
    fn a_rate_gives_a_burst_and_then_one_request_each_interval() {
        let lane = Lane::new("https://a.example");
        let rate = Some(Rate {
            burst: 3,
            interval: Duration::from_millis(100),
        });
        let mut lanes = Lanes::new(LanePolicy {
            rate,
            ..LanePolicy::default()
        });
        let mut sent = vec![];
        for millis in 0..1_000 {
            while share(&lanes, &lane, at(millis)) > 0 {
                lanes.began(&lane, at(millis));
                lanes.ended(&lane, Ended::Answered, at(millis));
                sent.push(millis);
            }
            let next = lanes.next_at(at(millis)).map(|next| next.saturating_since(at(millis)));
            assert!(next.is_none_or(|wait| wait <= Duration::from_millis(100)), "{next:?}");
        }
        assert_eq!(sent, [0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
        assert_eq!(
            format!("{:?}", lanes.next_at(at(1_000))),
            "None",
            "the next one may go at once"
        );
    }
}
