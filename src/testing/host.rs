//! The clock, the random source and the secrets of a test.

use crate::port::{BoxFuture, Clock, Entropy, SecretError, Secrets};
use crate::value::{Secret, SecretReference, Timestamp};
use alloc::boxed::Box;
use core::{
    future::ready,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::sync::{Mutex, PoisonError};

/// A clock that stands still until it is set.
///
/// ```
/// use postback::{port::Clock, testing::SettableClock};
/// use core::time::Duration;
///
/// let clock = SettableClock::new("2026-04-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), "2026-04-01T00:01:00Z".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SettableClock(Mutex<Timestamp>);

impl SettableClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Shows another time from now on; it may be an earlier one.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Goes on by so much, and says what it shows. At the end of the year 9999 it stands still.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap_or(*now);
        *now
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbers that look random and follow from a seed (SplitMix64), so that a test is the same each
/// time. Anybody can guess them.
///
/// ```
/// use postback::{port::Entropy, testing::SeededEntropy};
///
/// let (one, other) = (SeededEntropy::new(7), SeededEntropy::new(7));
/// assert_eq!(one.next_u64(), other.next_u64());
/// assert_ne!(one.next_u64(), SeededEntropy::new(8).next_u64());
/// ```
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

/// The step of SplitMix64 (Steele, Lea and Flood, 2014), and its two multipliers.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
const FIRST: u64 = 0xbf58_476d_1ce4_e5b9;
const SECOND: u64 = 0x94d0_49bb_1331_11eb;

impl SeededEntropy {
    /// A source of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn next_u64(&self) -> u64 {
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(FIRST);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(SECOND);
        mixed ^ (mixed >> 31)
    }
}

/// Every reference leads to one secret.
///
/// ```
/// use postback::port::Secrets;
/// use postback::testing::{OneSecret, block_on};
///
/// let secrets = OneSecret("a-secret-of-the-test".into());
/// let found = block_on(secrets.secret(&"env:ADS_KEY".parse()?))?;
/// assert_eq!(found.expose(), b"a-secret-of-the-test");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct OneSecret(pub Secret);

impl Secrets for OneSecret {
    fn secret<'a>(&'a self, _: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(ready(Ok(self.0.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first outputs of the seed 1234567 (rosettacode.org, "Pseudo-random
        // numbers/Splitmix64").
        let entropy = SeededEntropy::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!([(); 3].map(|()| entropy.next_u64()), expected);
    }
}
