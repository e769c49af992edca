//! Says seldom what happens often. While a store is down, each click and each postback would write
//! a line of log, and the log would fill the disk that the journal needs.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The time between two lines of one kind.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// When something was last said, and how often it has happened since.
#[derive(Debug)]
pub(crate) struct Seldom {
    every: Duration,
    seen: Mutex<(Option<Instant>, u64)>,
}

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self::every(TELL_EVERY)
    }

    /// Leaves this time between two lines.
    pub(crate) const fn every(every: Duration) -> Self {
        let seen = Mutex::new((None, 0));
        Self { every, seen }
    }

    /// Notes that it happened once more. Returns how often it has happened since it was last said,
    /// if it is time to say it.
    pub(crate) fn happened(&self) -> Option<u64> {
        self.at(Instant::now())
    }

    fn at(&self, now: Instant) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (told, count) = &mut *seen;
        *count = count.saturating_add(1);
        if told.is_some_and(|told| now.saturating_duration_since(told) < self.every) {
            return None;
        }
        *told = Some(now);
        Some(std::mem::take(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_at_once_and_the_next_ones_together() {
        let (seldom, start) = (Seldom::new(), Instant::now());
        let at = |seconds| seldom.at(start + Duration::from_secs(seconds));
        assert_eq!([at(0), at(1), at(9)], [Some(1), None, None]);
        assert_eq!([at(10), at(11)], [Some(3), None]);
        assert_eq!(at(60), Some(2));
    }
}
