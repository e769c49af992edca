//! Which responses are success, and when a delivery is tried again.

use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// What a response must be to count as success. HTTP 200 alone is not always enough: RichPush's
/// endpoint answers 200 to a call that misses a parameter, and ExoClick answers `ERROR: ..` with
/// 200.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SuccessRule {
    /// The statuses, as inclusive ranges.
    pub status: Vec<(u16, u16)>,
    /// A text that the body must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_includes: Option<String>,
    /// A text that the body must not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_excludes: Option<String>,
}

impl Default for SuccessRule {
    fn default() -> Self {
        Self {
            status: alloc::vec![(200, 299)],
            body_includes: None,
            body_excludes: None,
        }
    }
}

/// When a failed delivery is tried again, and how often. Each wait is shortened or lengthened by up
/// to a fifth at random, so that what failed together is not tried together. The checks of a
/// receipt follow the same policy and are counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many attempts there are, the first one included.
    pub attempts: u32,
    /// The wait after the first attempt; each later one is twice as long as the one before. Without
    /// it the waits are [`RetryPolicy::WAITS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Duration>,
    /// The longest wait; without it a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest: Option<Duration>,
    /// Whether a request that may have reached the receiver is not sent again, for receivers that
    /// would count it twice. A request without a response is then given up, and a person finds out
    /// whether it arrived.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub unless_sent: bool,
}

impl RetryPolicy {
    /// The longest wait of a policy that names none: a day.
    pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// The usual waits: 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours; about three
    /// days in all. They are those of Svix's webhooks, with longer ones at the end.
    pub const WAITS: [Duration; 9] = [
        Duration::from_secs(5),
        Duration::from_secs(5 * 60),
        Duration::from_secs(30 * 60),
        Duration::from_secs(2 * 60 * 60),
        Duration::from_secs(5 * 60 * 60),
        Duration::from_secs(10 * 60 * 60),
        Duration::from_secs(14 * 60 * 60),
        Duration::from_secs(20 * 60 * 60),
        Self::LONGEST,
    ];

    /// The wait after an attempt that had this many attempts before it.
    pub(super) fn wait(&self, before: u32) -> Duration {
        let wait = match self.first {
            Some(first) => first.saturating_mul(2_u32.saturating_pow(before.min(31))),
            None => usual(before),
        };
        wait.min(self.longest.unwrap_or(Self::LONGEST))
    }
}

fn usual(before: u32) -> Duration {
    let place = usize::try_from(before).unwrap_or(usize::MAX);
    RetryPolicy::WAITS.get(place).copied().unwrap_or(RetryPolicy::LONGEST)
}

impl Default for RetryPolicy {
    /// Ten attempts over about three days.
    fn default() -> Self {
        Self {
            attempts: 10,
            first: None,
            longest: None,
            unless_sent: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_stored_policy_is_read_as_it_was_written() {
        let old = r#"{"attempts":12,"first":{"secs":30,"nanos":0},"longest":{"secs":21600,"nanos":0}}"#;
        let policy: RetryPolicy = serde_json::from_str(old).unwrap();
        assert_eq!(
            [0, 1, 2, 9, 10].map(|before| policy.wait(before).as_secs()),
            [30, 60, 120, 15_360, 21_600]
        );
        let usual = serde_json::to_string(&RetryPolicy::default()).unwrap();
        assert_eq!(usual, r#"{"attempts":10}"#.to_string());
        assert_eq!(
            serde_json::from_str::<RetryPolicy>(&usual).unwrap(),
            RetryPolicy::default()
        );
    }
}
