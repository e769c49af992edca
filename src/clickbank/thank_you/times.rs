//! How old a page may be.

use crate::value::Timestamp;
use core::time::Duration;
use thiserror::Error;

/// How far ahead of the clock the time of a page may be: clocks differ, and by more only where one
/// is wrong.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// Why a page is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ThankYouRefused {
    /// It is not ClickBank's, as far as can be told; it says no more.
    #[error("thank-you page refused")]
    Refused,
    /// Its check was right, and its time is longer ago than was allowed. No failed guess: a budget
    /// does not count it.
    #[error("thank-you page is too old")]
    TooOld,
    /// Its check was right, and its time is further ahead of the clock than [`MAX_SKEW`]. No failed
    /// guess either.
    #[error("thank-you page is of a time to come")]
    TooNew,
}

/// When the orders of a page were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) first: Timestamp,
    last: Timestamp,
}

impl Times {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut times = None;
        for part in text.split('|') {
            let time = Timestamp::parse_unix(part)
                .ok()
                .filter(|time| time.unix_seconds() >= 0)?;
            times = Some(times.map_or((time, time), |(first, last)| (time.min(first), time.max(last))));
        }
        times.map(|(first, last)| Self { first, last })
    }

    pub(super) fn check(self, now: Timestamp, max_age: Duration) -> Result<(), ThankYouRefused> {
        if self.last.saturating_since(now) > MAX_SKEW {
            return Err(ThankYouRefused::TooNew);
        }
        if now.saturating_since(self.first) > max_age {
            return Err(ThankYouRefused::TooOld);
        }
        Ok(())
    }
}
