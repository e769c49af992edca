//! What answer counts as success, and when to try again.

use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// What an answer must be to count as delivered. HTTP 200 alone is not always success: RichPush's
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

/// When a failed delivery is tried again: after `first`, then twice as long each time up to
/// `longest`, each wait shortened by up to half at random, at most `attempts` times in all. The
/// checks of a receipt follow the same policy and are counted apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How many attempts there are, the first one included.
    pub attempts: u32,
    /// The wait after the first attempt.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    /// Twelve attempts over at most fourteen and a half hours: 30 s, 1 min, 2 min .. 6 h.
    fn default() -> Self {
        Self {
            attempts: 12,
            first: Duration::from_secs(30),
            longest: Duration::from_secs(6 * 60 * 60),
        }
    }
}
