//! How many requests a host sends at once, and how fast.

use crate::value::Timestamp;
use core::time::Duration;

/// How many requests a host sends at once, and how a lane is spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LanePolicy {
    /// How many requests are under way at once, of all lanes together.
    pub places: u32,
    /// How many of them may be of one lane.
    pub share: u32,
    /// How many requests of a lane go unanswered in a row before it is ailing.
    pub ailing_after: u32,
    /// For how long an ailing lane is left alone; twice as long after each probe that fails.
    pub probe_after: Duration,
    /// The longest time for which an ailing lane is left alone.
    pub probe_longest: Duration,
    /// How fast a lane is sent to; if absent, as fast as it answers.
    pub rate: Option<Rate>,
}

impl Default for LanePolicy {
    /// 64 places, 8 of them for one lane. A lane is ailing after 5 requests without an answer, and
    /// is left alone for 5 seconds at first, for a minute at most.
    fn default() -> Self {
        Self {
            places: 64,
            share: 8,
            ailing_after: 5,
            probe_after: Duration::from_secs(5),
            probe_longest: Duration::from_secs(60),
            rate: None,
        }
    }
}

/// How fast a lane is sent to (the generic cell rate algorithm: a bucket of `burst` tokens, to
/// which one is added each `interval`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many requests may be sent at the same moment; 0 is taken as 1.
    pub burst: u32,
    /// The time from one request to the next in the long run.
    pub interval: Duration,
}

impl Rate {
    /// How many requests may be sent at `now`, when the bucket is full again at `full_at`.
    pub(super) fn room(self, full_at: Option<Timestamp>, now: Timestamp) -> u32 {
        let burst = self.burst.max(1);
        // More than the whole bucket is missing only where the clock was put back.
        let whole = self.interval.saturating_mul(burst);
        let missing = full_at.map_or(Duration::ZERO, |at| at.saturating_since(now));
        let missing = if missing > whole { Duration::ZERO } else { missing };
        let missing = missing.as_nanos().div_ceil(self.interval.as_nanos().max(1));
        burst.saturating_sub(u32::try_from(missing).unwrap_or(u32::MAX))
    }

    /// When the bucket is full again after one more request at `now`.
    pub(super) fn taken(self, full_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let latest = now.checked_add(self.interval.saturating_mul(self.burst.max(1)));
        let full_at = full_at.filter(|at| latest.is_none_or(|latest| *at <= latest));
        full_at.map_or(now, |at| at.max(now)).checked_add(self.interval)
    }

    /// When there is room for one more request.
    pub(super) fn next(self, full_at: Timestamp) -> Timestamp {
        let others = self.interval.saturating_mul(self.burst.max(1).saturating_sub(1));
        full_at.checked_sub(others).unwrap_or(full_at)
    }
}
