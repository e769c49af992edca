//! How far old rows were looked at. Most old clicks and events stay, because younger events belong
//! to them, and it would be in vain to look at all of them again in every round.
//!
//! The place is kept in memory alone. It is the number of a row, or for late rows (`marks.rs`) its
//! time: what stands before it stays, whatever is old by now. Three things lead back to it: a row
//! that is written late and the deletion of the last rows, whose numbers are given out again, both
//! of which this process notes; and for everything else (another process, a click that loses its
//! event) a round over all rows, once a day.

use crate::retention::{Found, LastRow};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// How often all old rows are looked at.
const WHOLE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How far the old rows of one kind were looked at.
#[derive(Debug)]
pub(crate) struct Reached {
    /// The rows before this place were looked at. While a round is under way it is the first place
    /// that was noted meanwhile.
    place: AtomicI64,
    /// When the last round over all rows began.
    whole: Mutex<Option<Instant>>,
}

impl Default for Reached {
    fn default() -> Self {
        Self {
            place: AtomicI64::new(i64::MIN),
            whole: Mutex::new(None),
        }
    }
}

impl Reached {
    /// Notes that a row with this place was written.
    pub(crate) fn note(&self, place: i64) {
        self.place.fetch_min(place, Ordering::AcqRel);
    }

    /// Begins a round where the last one ended, or at the oldest row.
    pub(crate) fn begin(&self, now: Instant) -> Round<'_> {
        let from = match (self.place.swap(i64::MAX, Ordering::AcqRel), self.is_whole(now)) {
            // Another round is under way, and nobody knows how far it gets.
            (i64::MAX, _) | (_, true) => i64::MIN,
            (from, false) => from,
        };
        Round {
            reached: self,
            from,
            stays: false,
        }
    }

    /// Whether all rows are to be looked at now.
    fn is_whole(&self, now: Instant) -> bool {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = whole.is_none_or(|last| now.saturating_duration_since(last) >= WHOLE_EVERY);
        if is_due {
            *whole = Some(now);
        }
        is_due
    }
}

/// A round under way. When it is dropped, the next one begins where it has got to.
#[derive(Debug)]
pub(crate) struct Round<'a> {
    reached: &'a Reached,
    from: i64,
    /// Whether it has met a row that the next round must look at again.
    stays: bool,
}

impl Round<'_> {
    /// Returns where it begins.
    pub(crate) fn first(&self) -> LastRow {
        LastRow::at(self.from)
    }

    /// Notes that all is done that a page has found.
    pub(crate) fn done(&mut self, page: &Found) {
        if !self.stays {
            self.from = page.stays.or(page.kept).unwrap_or(self.from);
            self.stays = page.stays.is_some();
        }
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        self.reached.note(self.from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(last: i64, stays: Option<i64>) -> Found {
        Found {
            kept: Some(last),
            stays,
            ..Found::default()
        }
    }

    #[test]
    fn a_round_begins_where_the_last_one_ended_and_once_a_day_at_the_oldest_row() {
        let (reached, begun) = (Reached::default(), Instant::now());
        let mut round = reached.begin(begun);
        assert_eq!(round.first().place(), i64::MIN);
        round.done(&page(7, None));
        round.done(&page(9, None));
        round.done(&Found::default());
        drop(round);
        let later = begun + WHOLE_EVERY.checked_sub(Duration::from_secs(1)).unwrap();
        assert_eq!(reached.begin(later).first().place(), 9);
        assert_eq!(
            reached.begin(later).first().place(),
            9,
            "one that was cut off leads nowhere else"
        );
        assert_eq!(reached.begin(begun + WHOLE_EVERY).first().place(), i64::MIN);
    }

    #[test]
    fn what_stays_because_of_a_delivery_and_what_is_written_late_is_looked_at_again() {
        let (reached, now) = (Reached::default(), Instant::now());
        let mut round = reached.begin(now);
        round.done(&page(7, Some(5)));
        round.done(&page(9, Some(8)));
        drop(round);
        let mut round = reached.begin(now);
        assert_eq!(round.first().place(), 5);
        reached.note(6);
        assert_eq!(
            reached.begin(now).first().place(),
            6,
            "noted while a round is under way"
        );
        round.done(&page(9, None));
        drop(round);
        assert!(reached.begin(now).first().place() <= 6);
        reached.note(3);
        reached.note(8);
        assert_eq!(reached.begin(now).first().place(), 3);
    }
}
