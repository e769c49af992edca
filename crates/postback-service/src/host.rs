//! The usual clock and random source, for hosts that need no others.

use postback::Timestamp;
use postback::port::{Clock, Entropy};
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock. A clock outside the years 1970 to 9999 reads as 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
        Timestamp::from_parts(seconds, since.subsec_nanos()).unwrap_or_else(|_| epoch())
    }
}

fn epoch() -> Timestamp {
    #[expect(clippy::expect_used, reason = "a constant that a test checks")]
    Timestamp::from_unix_seconds(0).expect("the epoch is a time")
}

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    /// # Panics
    /// If the operating system gives no random bytes: ids made without them could be guessed.
    fn next_u64(&self) -> u64 {
        #[expect(clippy::expect_used, reason = "there is no safe way to go on")]
        getrandom::u64().expect("the operating system has a random source")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_tells_the_time_and_random_numbers_differ() {
        assert!(SystemClock.now() > Timestamp::from_unix_seconds(1_700_000_000).unwrap());
        assert_eq!(epoch().unix_seconds(), 0);
        assert_ne!(OsEntropy.next_u64(), OsEntropy.next_u64());
    }
}
