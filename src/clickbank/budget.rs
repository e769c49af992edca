//! How often a caller may be wrong about a check of 32 bits.

use crate::value::Timestamp;
use alloc::{collections::BTreeMap, vec::Vec};
use core::{fmt, net::IpAddr, time::Duration};

/// How many failures of one address prefix are looked at in one [`FAILURE_WINDOW`]. At this pace 32 bits take fifteen thousand years to
/// search, and ClickBank, which sends a notification five times at most, is not stopped by a wrong secret before a dozen sales have failed.
pub const MAX_FAILURES: u32 = 64;
/// The time after its first failure when a prefix has a clean slate.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(2 * 60 * 60);
/// The most prefixes that are remembered, so that whoever calls from many does not fill the memory. Beyond it those that began first are
/// forgotten: a caller who was never wrong is not to be stopped because others were.
pub const MAX_PREFIXES: usize = 4096;

/// Counts failed checks of 32 bits (`cverify` of a form, `cbpop` of a thank-you page) by the caller's address prefix, /24 of IPv4 and /48
/// of IPv6: who owns one address there mostly owns all. Callers without a known address count as one.
///
/// Ask [`FailureBudget::allows`] before a check, tell [`FailureBudget::failed`] after one that failed. It reads no clock and keeps nothing
/// beyond the process.
///
/// ```
/// use postback::clickbank::{FailureBudget, MAX_FAILURES};
/// use postback::value::Timestamp;
///
/// let mut budget = FailureBudget::default();
/// let (caller, now) = (Some("203.0.113.7".parse()?), Timestamp::from_unix_seconds(1_760_000_000)?);
/// for _ in 1..MAX_FAILURES {
///     assert!(!budget.failed(caller, now));
/// }
/// assert!(budget.failed(caller, now), "the last one is the alarm");
/// assert!(!budget.allows(caller, now));
/// assert!(budget.allows(Some("198.51.100.7".parse()?), now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct FailureBudget {
    windows: BTreeMap<Option<Prefix>, Window>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Prefix {
    V4([u8; 3]),
    V6([u16; 3]),
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    failures: u32,
}

impl Window {
    fn is_over(&self, now: Timestamp) -> bool {
        now.saturating_since(self.began) >= FAILURE_WINDOW
    }
}

impl FailureBudget {
    /// Whether a check of this caller may still be looked at. If not, the answer is the refusal that a failed one gets.
    #[must_use]
    pub fn allows(&self, caller: Option<IpAddr>, now: Timestamp) -> bool {
        let window = self.windows.get(&caller.map(prefix));
        window.is_none_or(|window| window.is_over(now) || window.failures < MAX_FAILURES)
    }

    /// Counts a failed check. True when it is the one that spends the prefix's budget, once a window: the time to raise an alarm.
    pub fn failed(&mut self, caller: Option<IpAddr>, now: Timestamp) -> bool {
        let prefix = caller.map(prefix);
        if self.windows.len() >= MAX_PREFIXES && !self.windows.contains_key(&prefix) {
            self.make_room(now);
        }
        let fresh = Window {
            began: now,
            failures: 0,
        };
        let window = self.windows.entry(prefix).or_insert(fresh);
        if window.is_over(now) {
            *window = fresh;
        }
        window.failures = window.failures.saturating_add(1);
        window.failures == MAX_FAILURES
    }

    fn make_room(&mut self, now: Timestamp) {
        self.windows.retain(|_, window| !window.is_over(now));
        if self.windows.len() < MAX_PREFIXES {
            return;
        }
        // A sixteenth at once, so that whoever calls from ever new prefixes does not have the whole table searched each time.
        let mut began: Vec<Timestamp> = self.windows.values().map(|window| window.began).collect();
        began.sort_unstable();
        let oldest = began.get(MAX_PREFIXES / 16).copied().unwrap_or(now);
        let before = self.windows.len();
        self.windows.retain(|_, window| window.began >= oldest);
        if self.windows.len() == before {
            // All began together: any of them is as old as another.
            self.windows.pop_first();
        }
    }
}

/// Shows no address.
impl fmt::Debug for FailureBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FailureBudget({} prefixes)", self.windows.len())
    }
}

fn prefix(address: IpAddr) -> Prefix {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            Prefix::V4([a, b, c])
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Prefix::V6([a, b, c])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn at(seconds: u64) -> Timestamp {
        let start = Timestamp::from_unix_seconds(1_760_000_000).unwrap();
        start.checked_add(Duration::from_secs(seconds)).unwrap()
    }

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    fn spent(callers: &[Option<IpAddr>]) -> FailureBudget {
        let mut budget = FailureBudget::default();
        for caller in callers {
            for _ in 0..MAX_FAILURES {
                budget.failed(*caller, at(0));
            }
        }
        budget
    }

    #[test]
    fn a_caller_is_stopped_at_the_last_failure_and_the_alarm_is_raised_once() {
        let mut budget = FailureBudget::default();
        let caller = ip("203.0.113.7");
        for count in 1..=MAX_FAILURES + 5 {
            assert_eq!(budget.allows(caller, at(1)), count <= MAX_FAILURES, "{count}");
            assert_eq!(budget.failed(caller, at(1)), count == MAX_FAILURES, "{count}");
        }
    }

    #[test]
    fn a_prefix_has_one_budget_and_the_next_prefix_another() {
        let budget = spent(&[ip("203.0.113.7"), ip("2001:db8:1:2::3")]);
        for caller in [
            "203.0.113.8",
            "203.0.113.255",
            "::ffff:203.0.113.9",
            "2001:db8:1:ffff::1",
        ] {
            assert!(!budget.allows(ip(caller), at(1)), "{caller}");
        }
        for caller in ["203.0.112.7", "203.0.114.7", "2001:db8:2::3", "::1"] {
            assert!(budget.allows(ip(caller), at(1)), "{caller}");
        }
        assert!(budget.allows(None, at(1)));
    }

    #[test]
    fn callers_without_an_address_are_one() {
        assert!(!spent(&[None]).allows(None, at(1)));
        assert!(spent(&[None]).allows(ip("203.0.113.7"), at(1)));
    }

    #[test]
    fn the_slate_is_clean_when_the_window_is_over() {
        let caller = ip("203.0.113.7");
        let mut budget = spent(&[caller]);
        let window = FAILURE_WINDOW.as_secs();
        for (seconds, allowed) in [(0, false), (window - 1, false), (window, true), (window + 1, true)] {
            assert_eq!(budget.allows(caller, at(seconds)), allowed, "{seconds}");
        }
        assert!(!budget.failed(caller, at(window)));
        assert!(budget.allows(caller, at(window)));
        // A clock that was set back opens nothing.
        assert!(!spent(&[caller]).allows(caller, Timestamp::from_unix_seconds(0).unwrap()));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_who_began_first() {
        let mut budget = FailureBudget::default();
        let caller = |number: u32| Some(IpAddr::from((number << 8).to_be_bytes()));
        let spend = |budget: &mut FailureBudget, number: u32, seconds| {
            for _ in 0..MAX_FAILURES {
                budget.failed(caller(number), at(seconds));
            }
        };
        let most = u32::try_from(MAX_PREFIXES).unwrap();
        for number in 0..most {
            spend(&mut budget, number, u64::from(number) / 8);
        }
        assert_eq!(budget.windows.len(), MAX_PREFIXES);
        assert!(!budget.allows(caller(0), at(600)));
        spend(&mut budget, most, 600);
        assert!(budget.windows.len() <= MAX_PREFIXES);
        assert!(budget.allows(caller(0), at(600)));
        assert!(!budget.allows(caller(most - 1), at(600)));
        assert!(!budget.allows(caller(most), at(600)));
    }

    #[test]
    fn the_table_is_bounded_when_all_begin_at_once() {
        let mut budget = FailureBudget::default();
        let most = u32::try_from(MAX_PREFIXES).unwrap();
        for number in 0..most + 100 {
            budget.failed(Some(IpAddr::from((number << 8).to_be_bytes())), at(0));
            assert!(budget.windows.len() <= MAX_PREFIXES);
        }
        // What is over is forgotten first.
        budget.failed(None, at(FAILURE_WINDOW.as_secs()));
        assert_eq!(budget.windows.len(), 1);
        assert_eq!(format!("{budget:?}"), "FailureBudget(1 prefixes)");
    }
}
