//! Work for which nobody waits, such as the deletion of old rows. It comes in small transactions,
//! and while others call, the writer rests after each, so that it has most of its time for them.
//! Time comes from outside.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The writer rests so many times as long as such work took.
const REST: u32 = 3;

/// After so long the work goes on even if calls wait all the time. Otherwise a store that is always
/// busy would only grow.
const PATIENCE: Duration = Duration::from_secs(1);

/// What waits for leisure.
#[derive(Debug)]
pub(crate) struct Leisure<T> {
    waiting: VecDeque<T>,
    /// When the next may begin.
    due: Option<Instant>,
    /// Whether anybody called since the last of them ended.
    called: bool,
}

impl<T> Default for Leisure<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            due: None,
            called: false,
        }
    }
}

impl<T> Leisure<T> {
    pub(crate) fn push(&mut self, work: T, now: Instant) {
        self.due.get_or_insert(now);
        self.waiting.push_back(work);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Notes that somebody calls.
    pub(crate) fn called(&mut self) {
        self.called = true;
    }

    /// Returns how long the next may still not begin; none if nothing waits.
    pub(crate) fn rest(&self, now: Instant) -> Option<Duration> {
        let due = self.due.filter(|_| !self.waiting.is_empty());
        match due {
            Some(due) => Some(due.saturating_duration_since(now)),
            None => (!self.waiting.is_empty()).then_some(Duration::ZERO),
        }
    }

    /// Whether the next one goes before the calls that wait.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        let due = self.due.and_then(|due| due.checked_add(PATIENCE));
        !self.waiting.is_empty() && due.is_some_and(|due| now >= due)
    }

    /// Takes the next one.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.waiting.pop_front()
    }

    /// Notes that one took so long.
    pub(crate) fn ended(&mut self, took: Duration, now: Instant) {
        let rest = if self.called {
            took.saturating_mul(REST)
        } else {
            Duration::ZERO
        };
        self.due = now.checked_add(rest);
        self.called = false;
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]
mod tests {
    use super::*;

    const TOOK: Duration = Duration::from_millis(20);

    #[test]
    fn while_nobody_calls_it_goes_on_without_a_rest() {
        let (mut leisure, now) = (Leisure::default(), Instant::now());
        assert_eq!(leisure.rest(now), None);
        leisure.push(1, now);
        assert_eq!((leisure.rest(now), leisure.pop()), (Some(Duration::ZERO), Some(1)));
        leisure.ended(TOOK, now);
        leisure.push(2, now);
        assert_eq!(leisure.rest(now), Some(Duration::ZERO));
    }

    #[test]
    fn while_others_call_three_quarters_of_the_time_are_theirs() {
        let (mut leisure, now) = (Leisure::default(), Instant::now());
        leisure.called();
        leisure.ended(TOOK, now);
        leisure.push(1, now);
        assert_eq!(leisure.rest(now), Some(TOOK * 3));
        assert_eq!(leisure.rest(now + TOOK * 3), Some(Duration::ZERO));
        leisure.ended(TOOK, now);
        assert_eq!(leisure.rest(now), Some(Duration::ZERO), "nobody called since");
    }

    #[test]
    fn the_first_one_is_held_up_for_no_longer_than_the_others() {
        let (mut leisure, now) = (Leisure::default(), Instant::now());
        leisure.push(1, now);
        assert!(!leisure.is_overdue(now));
        assert!(leisure.is_overdue(now + PATIENCE));
    }

    #[test]
    fn calls_without_end_hold_it_up_for_a_second_and_not_for_ever() {
        let (mut leisure, now) = (Leisure::default(), Instant::now());
        leisure.called();
        leisure.ended(TOOK, now);
        assert!(!leisure.is_overdue(now + PATIENCE * 2), "nothing waits");
        leisure.push(1, now);
        assert!(!leisure.is_overdue(now + PATIENCE));
        assert!(leisure.is_overdue(now + PATIENCE + TOOK * 3));
    }
}
