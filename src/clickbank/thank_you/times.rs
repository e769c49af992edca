//! Checks the age of a page.

use crate::value::Timestamp;
use core::time::Duration;
use thiserror::Error;

/// How far the time of a page may be ahead of the clock. Clocks differ, and by more than this only
/// where one is wrong.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// The reason why a page is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ThankYouRefused {
    /// The page is not ClickBank's, as far as can be told. The error does not say more.
    #[error("thank-you page refused")]
    Refused,
    /// The check was right, but the time of the page is longer ago than was allowed. This is not a
    /// failed guess, so a budget does not count it.
    #[error("thank-you page is too old")]
    TooOld,
    /// The check was right, but the time of the page is further ahead of the clock than
    /// [`MAX_SKEW`]. This is not a failed guess either.
    #[error("thank-you page has a time in the future")]
    TooNew,
}

/// The times of the orders of a page.
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
