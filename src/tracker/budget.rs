//! Limits how often a caller may be wrong about a check of 32 bits.

use crate::value::{OfferSourceId, Timestamp};
use alloc::{collections::BTreeMap, vec::Vec};
use core::{fmt, net::IpAddr, time::Duration};

/// The number of failures of one address prefix that are checked in one [`FAILURE_WINDOW`]. At this
/// pace a single prefix needs fifteen thousand years to search 32 bits. ClickBank sends a
/// notification at most five times, four hours apart, so a wrong secret stops nothing as long as
/// the source gets fewer than 64 notifications in two hours.
pub const MAX_FAILURES: u32 = 64;
/// The number of failures of one source, from all callers together, that raises an alarm in one
/// [`FAILURE_WINDOW`]. It stops nobody: otherwise a caller with many prefixes could close a source
/// to its network. With [`MAX_PREFIXES`] prefixes an attacker has 262,144 guesses in a window, so
/// that the whole search takes three to four years. With more prefixes than are remembered, only
/// this alarm limits the guesses.
pub const ALARMING_FAILURES: u32 = 1024;
/// A prefix starts again from zero this long after its first failure.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(2 * 60 * 60);
/// The largest number of prefixes that are remembered, so that a caller with many prefixes cannot
/// fill the memory. Beyond it the prefixes with the fewest failures are forgotten, since they are
/// the furthest from being stopped.
pub const MAX_PREFIXES: usize = 4096;

/// Counts failed checks of 32 bits (`cverify` of a form, `cbpop` of a thank-you page) by source and
/// by the caller's address prefix: /24 of IPv4 and /48 of IPv6, since whoever owns one address
/// there usually owns all. Callers without a known address share one count. Each source is counted
/// alone, so that a wrong secret of one account does not stop the network's valid notifications for
/// another.
///
/// It reads no clock and keeps nothing after the process ends. When secrets are replaced, start
/// with a new budget, since earlier failures say nothing about the new secrets.
/// [`Credentials`](super::Credentials) have one for notifications; a host that serves thank-you
/// pages keeps one of its own.
///
/// ```
/// use postback::tracker::{Alarm, Checked, FailureBudget, MAX_FAILURES};
/// use postback::Timestamp;
///
/// let mut budget = FailureBudget::default();
/// let (source, now) = ("clickbank".parse()?, Timestamp::from_unix_seconds(1_760_000_000)?);
/// let caller = Some("203.0.113.7".parse()?);
/// for _ in 1..MAX_FAILURES {
///     assert_eq!(budget.attempt(&source, caller, now, || None::<()>), Checked::Wrong(None));
/// }
/// assert_eq!(budget.attempt(&source, caller, now, || None::<()>), Checked::Wrong(Some(Alarm::Caller)));
/// assert_eq!(budget.attempt(&source, caller, now, || Some(())), Checked::Stopped);
/// assert_eq!(budget.attempt(&source, Some("198.51.100.7".parse()?), now, || Some(())), Checked::Right(()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct FailureBudget {
    windows: BTreeMap<(OfferSourceId, Option<Prefix>), Window>,
    /// The failures of each source, from all callers together.
    sources: BTreeMap<OfferSourceId, Window>,
}

/// The outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked<T> {
    /// The check was right.
    Right(T),
    /// The check was wrong and was counted. The alarm is raised once in a window.
    Wrong(Option<Alarm>),
    /// The check was not made, since the caller was wrong too often. Answer with the same refusal
    /// as for a wrong check.
    Stopped,
}

/// A warning for whoever runs the service: somebody guesses, or a secret is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The caller's prefix has used up its failures and is stopped until its window ends.
    Caller,
    /// The source has had [`ALARMING_FAILURES`] from all callers together.
    Source,
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
    const fn fresh(now: Timestamp) -> Self {
        Self {
            began: now,
            failures: 0,
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now.saturating_since(self.began) >= FAILURE_WINDOW
    }

    /// Counts one more failure, and returns how many there are now.
    fn count(&mut self, now: Timestamp) -> u32 {
        if self.is_over(now) {
            *self = Self::fresh(now);
        }
        self.failures = self.failures.saturating_add(1);
        self.failures
    }
}

impl FailureBudget {
    /// Makes the check unless the caller is stopped, and counts a failure if `check` returns none.
    /// `check` must return none only for a wrong check, not for another fault in a message whose
    /// check is right.
    pub fn attempt<T>(
        &mut self,
        source: &OfferSourceId,
        caller: Option<IpAddr>,
        now: Timestamp,
        check: impl FnOnce() -> Option<T>,
    ) -> Checked<T> {
        let key = (source.clone(), caller.map(prefix));
        let window = self.windows.get(&key);
        if window.is_some_and(|window| !window.is_over(now) && window.failures >= MAX_FAILURES) {
            return Checked::Stopped;
        }
        match check() {
            Some(right) => Checked::Right(right),
            None => Checked::Wrong(self.failed(key, now)),
        }
    }

    fn failed(&mut self, key: (OfferSourceId, Option<Prefix>), now: Timestamp) -> Option<Alarm> {
        if self.windows.len() >= MAX_PREFIXES && !self.windows.contains_key(&key) {
            self.make_room(now);
        }
        let of_source = self.sources.entry(key.0.clone()).or_insert(Window::fresh(now));
        let alarming = of_source.count(now) == ALARMING_FAILURES;
        let of_caller = self.windows.entry(key).or_insert(Window::fresh(now));
        let spent = of_caller.count(now) == MAX_FAILURES;
        match (alarming, spent) {
            (true, _) => Some(Alarm::Source),
            (false, true) => Some(Alarm::Caller),
            (false, false) => None,
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        self.windows.retain(|_, window| !window.is_over(now));
        if self.windows.len() < MAX_PREFIXES {
            return;
        }
        // A sixteenth is removed at once, so that a caller who always comes from new prefixes does
        // not have the whole table searched each time.
        let rank = |window: &Window| (window.failures, window.began);
        let mut ranks: Vec<(u32, Timestamp)> = self.windows.values().map(rank).collect();
        ranks.sort_unstable();
        let mut left = MAX_PREFIXES / 16;
        let Some(last) = ranks.get(left).copied() else { return };
        self.windows.retain(|_, window| {
            let goes = left > 0 && rank(window) <= last;
            left = left.saturating_sub(usize::from(goes));
            !goes
        });
    }
}

/// A budget that is shared by all who read with the same secrets.
#[cfg(feature = "legacy-ins")]
#[derive(Debug, Default)]
pub(crate) struct Failures(std::sync::Mutex<FailureBudget>);

#[cfg(feature = "legacy-ins")]
impl Failures {
    /// As [`FailureBudget::attempt`]. The lock is held while the check is made, so that no more
    /// guesses are checked when many callers come at once. The check is a hash over at most 64 KiB.
    pub(crate) fn attempt<T>(
        &self,
        source: &OfferSourceId,
        caller: Option<IpAddr>,
        now: Timestamp,
        check: impl FnOnce() -> Option<T>,
    ) -> Checked<T> {
        let mut budget = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        budget.attempt(source, caller, now, check)
    }
}

/// Shows the number of prefixes and no address.
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

    fn source() -> OfferSourceId {
        "cb".parse().unwrap()
    }

    fn wrong(budget: &mut FailureBudget, caller: Option<IpAddr>, now: Timestamp) -> Checked<()> {
        budget.attempt(&source(), caller, now, || None)
    }

    fn allows(budget: &mut FailureBudget, caller: Option<IpAddr>, now: Timestamp) -> bool {
        budget.attempt(&source(), caller, now, || Some(())) == Checked::Right(())
    }

    fn spent(callers: &[Option<IpAddr>]) -> FailureBudget {
        let mut budget = FailureBudget::default();
        for caller in callers {
            for _ in 0..MAX_FAILURES {
                wrong(&mut budget, *caller, at(0));
            }
        }
        budget
    }

    #[test]
    fn a_caller_is_stopped_at_the_last_failure_and_the_alarm_is_raised_once() {
        let mut budget = FailureBudget::default();
        let caller = ip("203.0.113.7");
        for count in 1..=MAX_FAILURES + 5 {
            let expected = match count {
                MAX_FAILURES => Checked::Wrong(Some(Alarm::Caller)),
                _ if count < MAX_FAILURES => Checked::Wrong(None),
                _ => Checked::Stopped,
            };
            assert_eq!(allows(&mut budget, caller, at(1)), count <= MAX_FAILURES, "{count}");
            assert_eq!(wrong(&mut budget, caller, at(1)), expected, "{count}");
        }
    }

    #[test]
    fn what_is_stopped_is_not_checked() {
        let caller = ip("203.0.113.7");
        let stopped = spent(&[caller]).attempt(&source(), caller, at(1), || -> Option<()> { panic!("checked") });
        assert_eq!(stopped, Checked::Stopped);
    }

    #[test]
    fn a_prefix_has_one_budget_and_the_next_prefix_another() {
        let mut budget = spent(&[ip("203.0.113.7"), ip("2001:db8:1:2::3")]);
        for caller in [
            "203.0.113.8",
            "203.0.113.255",
            "::ffff:203.0.113.9",
            "2001:db8:1:ffff::1",
        ] {
            assert!(!allows(&mut budget, ip(caller), at(1)), "{caller}");
        }
        for caller in ["203.0.112.7", "203.0.114.7", "2001:db8:2::3", "::1"] {
            assert!(allows(&mut budget, ip(caller), at(1)), "{caller}");
        }
        assert!(allows(&mut budget, None, at(1)));
    }

    #[test]
    fn the_wrong_secret_of_one_source_stops_no_other() {
        let caller = ip("203.0.113.7");
        let mut budget = spent(&[caller]);
        let other = "other".parse().unwrap();
        assert_eq!(budget.attempt(&other, caller, at(1), || Some(7)), Checked::Right(7));
        assert!(!allows(&mut budget, caller, at(1)));
    }

    #[test]
    fn callers_without_an_address_are_one() {
        assert!(!allows(&mut spent(&[None]), None, at(1)));
        assert!(allows(&mut spent(&[None]), ip("203.0.113.7"), at(1)));
    }

    #[test]
    fn the_slate_is_clean_when_the_window_is_over() {
        let caller = ip("203.0.113.7");
        let mut budget = spent(&[caller]);
        let window = 7_200;
        assert_eq!(FAILURE_WINDOW.as_secs(), window);
        for (seconds, allowed) in [(0, false), (window - 1, false), (window, true), (window + 1, true)] {
            assert_eq!(allows(&mut budget, caller, at(seconds)), allowed, "{seconds}");
        }
        assert_eq!(wrong(&mut budget, caller, at(window)), Checked::Wrong(None));
        assert!(allows(&mut budget, caller, at(window)));
        // A clock that was set back lets nobody in.
        let past = Timestamp::from_unix_seconds(0).unwrap();
        assert!(!allows(&mut spent(&[caller]), caller, past));
    }

    #[test]
    fn the_failures_of_a_source_raise_an_alarm_once_a_window_and_stop_nobody() {
        let mut budget = FailureBudget::default();
        let caller = |number: u32| Some(IpAddr::from((number << 8).to_be_bytes()));
        for count in 1..=ALARMING_FAILURES + 1 {
            let alarm = (count == ALARMING_FAILURES).then_some(Alarm::Source);
            assert_eq!(
                wrong(&mut budget, caller(count), at(0)),
                Checked::Wrong(alarm),
                "{count}"
            );
        }
        assert!(allows(&mut budget, caller(1), at(0)));
        let later = FAILURE_WINDOW.as_secs();
        for count in 1..=ALARMING_FAILURES {
            let alarm = (count == ALARMING_FAILURES).then_some(Alarm::Source);
            assert_eq!(wrong(&mut budget, caller(count), at(later)), Checked::Wrong(alarm));
        }
    }

    #[test]
    fn the_table_is_bounded_and_forgets_who_failed_least() {
        let mut budget = FailureBudget::default();
        let caller = |number: u32| Some(IpAddr::from((number << 8).to_be_bytes()));
        let most = u32::try_from(MAX_PREFIXES).unwrap();
        for _ in 0..MAX_FAILURES {
            wrong(&mut budget, caller(0), at(0));
        }
        for number in 1..most + 1000 {
            wrong(&mut budget, caller(number), at(1));
            assert!(budget.windows.len() <= MAX_PREFIXES);
        }
        assert!(
            !allows(&mut budget, caller(0), at(1)),
            "it began first, and stays stopped"
        );
        // Windows that are over are forgotten first.
        wrong(&mut budget, None, at(FAILURE_WINDOW.as_secs() + 1));
        wrong(&mut budget, caller(most + 2000), at(FAILURE_WINDOW.as_secs() + 1));
        assert!(budget.windows.len() <= MAX_PREFIXES);
    }

    #[test]
    fn a_full_table_forgets_a_sixteenth_of_those_alike_and_only_for_a_new_caller() {
        let mut budget = FailureBudget::default();
        let caller = |number: usize| Some(IpAddr::from(u32::try_from(number << 8).unwrap().to_be_bytes()));
        for number in 0..MAX_PREFIXES {
            wrong(&mut budget, caller(number), at(0));
        }
        wrong(&mut budget, caller(0), at(1));
        assert_eq!(budget.windows.len(), MAX_PREFIXES, "a known caller needs no room");
        wrong(&mut budget, caller(MAX_PREFIXES), at(1));
        assert_eq!(budget.windows.len(), MAX_PREFIXES - MAX_PREFIXES / 16 + 1);
    }

    #[test]
    fn nobody_is_forgotten_where_what_is_over_makes_room() {
        let mut budget = FailureBudget::default();
        let caller = |number: usize| Some(IpAddr::from(u32::try_from(number << 8).unwrap().to_be_bytes()));
        let over = FAILURE_WINDOW.as_secs();
        for number in 0..MAX_PREFIXES {
            wrong(&mut budget, caller(number), at(if number == 0 { 0 } else { 1 }));
        }
        wrong(&mut budget, caller(MAX_PREFIXES), at(over));
        assert_eq!(budget.windows.len(), MAX_PREFIXES);
    }

    #[test]
    fn the_table_is_bounded_when_all_are_stopped() {
        let mut budget = FailureBudget::default();
        let caller = |number: u32| Some(IpAddr::from((number << 8).to_be_bytes()));
        let most = u32::try_from(MAX_PREFIXES).unwrap();
        for number in 0..=most {
            for _ in 0..MAX_FAILURES {
                wrong(&mut budget, caller(number), at(u64::from(number) / 8));
            }
            assert!(budget.windows.len() <= MAX_PREFIXES);
        }
        // The window that began first is forgotten first.
        assert!(allows(&mut budget, caller(0), at(600)));
        assert!(!allows(&mut budget, caller(most), at(600)));
        assert_eq!(format!("{:?}", FailureBudget::default()), "FailureBudget(0 prefixes)");
    }
}
