//! Whether a group of calls waits for more before its transaction begins. Calls that share a
//! commit share its wait for the disk and the pages that it writes, so a few milliseconds of
//! waiting save processor time and bytes while calls come steadily. It never pays for a lone
//! caller, who cannot call again before he is answered. So the rate of calls says whether to wait,
//! and waits that were in vain make the next ones rarer. Time comes from outside.

use std::time::{Duration, Instant};

/// After this many waits in vain, one after the other, waiting does not become rarer any more: one
/// group in 256 tries it.
const MOST_VAIN: u32 = 8;

/// The wait ends when no call came for this many times the usual time between two.
const QUIET: u32 = 3;

/// The shortest time that counts as quiet: that of a thread that wakes up.
const SHORTEST: Duration = Duration::from_micros(200);

/// The weight of all calls before in the time between two calls.
const BEFORE: u32 = 7;

/// Decides how long groups wait.
#[derive(Debug)]
pub(crate) struct Gather {
    /// How long a group waits at most.
    most: Duration,
    /// The usual time between two calls.
    between: Duration,
    last: Option<Instant>,
    /// How many waits were in vain, one after the other.
    vain: u32,
    /// How many groups do not wait.
    skip: u32,
}

/// The wait of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    until: Instant,
    quiet: Duration,
    /// Whether a call came.
    paid: bool,
}

impl Gather {
    pub(crate) fn new(most: Duration) -> Self {
        Self {
            most,
            // Nothing is known of the rate, so no group waits.
            between: Duration::MAX,
            last: None,
            vain: 0,
            skip: 0,
        }
    }

    /// Notes that a call came.
    pub(crate) fn came(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            // After a silence the rate must be found anew, in few calls.
            let since = now
                .saturating_duration_since(last)
                .min(self.most.saturating_mul(BEFORE));
            let before = self.between.min(self.most.saturating_mul(BEFORE));
            let sum = before.saturating_mul(BEFORE).saturating_add(since);
            self.between = sum.checked_div(BEFORE.saturating_add(1)).unwrap_or(since);
        }
    }

    /// Begins the wait of a group; none if it is not worth it.
    pub(crate) fn begin(&mut self, now: Instant) -> Option<Wait> {
        if self.between > self.most || self.most.is_zero() {
            return None;
        }
        if let Some(left) = self.skip.checked_sub(1) {
            self.skip = left;
            return None;
        }
        Some(Wait {
            until: now.checked_add(self.most)?,
            quiet: self.between.saturating_mul(QUIET).max(SHORTEST),
            paid: false,
        })
    }

    /// Ends the wait of a group.
    pub(crate) fn end(&mut self, wait: Wait) {
        self.vain = if wait.paid {
            0
        } else {
            self.vain.saturating_add(1).min(MOST_VAIN)
        };
        self.skip = 1_u32.checked_shl(self.vain).unwrap_or(0).saturating_sub(1);
    }
}

impl Wait {
    /// How long the group goes on waiting for the next call; none if it waited long enough.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        let left = self.until.saturating_duration_since(now);
        (!left.is_zero()).then(|| left.min(self.quiet))
    }

    /// Notes that a call came. A call that is in a hurry ends the wait.
    pub(crate) fn joined(&mut self, hurried: bool, now: Instant) {
        self.paid = true;
        if hurried {
            self.until = now;
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_millis(4);

    fn micros(count: u64) -> Duration {
        Duration::from_micros(count)
    }

    /// A gather that has seen calls at this distance, and the time of the last one.
    fn after_calls(every: Duration) -> (Gather, Instant) {
        let (mut gather, mut now) = (Gather::new(MOST), Instant::now());
        for _ in 0..100 {
            gather.came(now);
            now += every;
        }
        (gather, now)
    }

    #[test]
    fn without_a_steady_rate_nobody_waits() {
        let now = Instant::now();
        assert_eq!(Gather::new(MOST).begin(now), None);
        for every in [micros(5_000), Duration::from_secs(60)] {
            let (mut gather, now) = after_calls(every);
            assert_eq!(gather.begin(now), None, "{every:?}");
        }
    }

    #[test]
    fn a_group_waits_for_steady_calls_but_not_longer_than_is_said() {
        let (mut gather, now) = after_calls(micros(1_000));
        let mut wait = gather.begin(now).unwrap();
        let quiet = wait.left(now).unwrap();
        assert!((micros(2_900)..micros(3_200)).contains(&quiet), "{quiet:?}");
        wait.joined(false, now + micros(1_000));
        assert_eq!(wait.left(now + micros(3_500)), Some(micros(500)));
        assert_eq!(wait.left(now + MOST), None);
    }

    #[test]
    fn a_call_in_a_hurry_ends_the_wait() {
        let (mut gather, now) = after_calls(micros(1_000));
        let mut wait = gather.begin(now).unwrap();
        wait.joined(true, now + micros(10));
        assert_eq!(wait.left(now + micros(10)), None);
    }

    #[test]
    fn a_lone_caller_is_made_to_wait_ever_more_rarely() {
        let (mut gather, mut now) = after_calls(micros(900));
        let mut waited = 0;
        for _ in 0..1_000 {
            // He calls only after he was answered, so no call joins.
            gather.came(now);
            if let Some(wait) = gather.begin(now) {
                waited += 1;
                gather.end(wait);
            }
            now += micros(900);
        }
        assert!((8..=12).contains(&waited), "{waited}");
    }

    #[test]
    fn one_wait_that_paid_makes_the_next_group_wait_again() {
        let (mut gather, now) = after_calls(micros(900));
        for _ in 0..3 {
            let vain = std::iter::repeat_with(|| gather.begin(now)).flatten().next().unwrap();
            gather.end(vain);
        }
        assert_eq!(gather.begin(now), None);
        let mut wait = std::iter::repeat_with(|| gather.begin(now)).flatten().next().unwrap();
        wait.joined(false, now);
        gather.end(wait);
        assert!(gather.begin(now).is_some());
    }

    #[test]
    fn zero_never_waits() {
        let mut gather = Gather::new(Duration::ZERO);
        let now = Instant::now();
        gather.came(now);
        gather.came(now);
        assert_eq!(gather.begin(now), None);
    }
}
