//! When the store was last written to, and when that last failed: what a read cannot tell. Here it
//! is decided, too, whether a call that may go to the journal waits for the store.

use crate::meter;
use crate::spell::Spell;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a failure counts where nothing was written since.
const FAILURE: Duration = Duration::from_secs(10);
/// A call that fails after this time made its caller wait: the store is stuck. One that fails at
/// once costs nothing.
const SLOW: Duration = Duration::from_millis(500);
/// How long a store counts as stuck where nothing was heard of it since.
const STUCK: Duration = Duration::from_secs(30);
/// The time between two calls that try a store that is stuck.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Why the store failed, where it said nothing.
pub(crate) const LATE: &str = "it did not answer in time";

/// What the calls of the store came to.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Beats>);

#[derive(Debug, Default)]
struct Beats {
    written: Option<Instant>,
    failed: Option<(Instant, String)>,
    /// When a failure last came late; none if something was written since.
    stuck: Option<Instant>,
    /// When a call was last let through to a store that is stuck.
    probed: Option<Instant>,
    away: Spell,
    /// What became of clicks and postbacks while the store was away.
    meanwhile: Meanwhile,
    looked: Option<Instant>,
    /// Why the outbox could not be looked at since.
    unseen: Option<String>,
}

/// What the store did not take while it was away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Meanwhile {
    /// How much went to the journal.
    journalled: u64,
    /// How much is durable nowhere: its sender was told to send it again.
    refused: u64,
}

/// Whether a call that may go to the journal waits for the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// It waits as long as it wants.
    Open,
    /// The store is stuck. This call tries it, and waits a moment only.
    Probe,
    /// The store is stuck, and was tried a moment ago.
    Shut,
}

impl Pulse {
    /// Notes that something is durable in the store.
    pub(crate) fn written(&self) {
        let mut beats = self.beats();
        beats.written = Some(Instant::now());
        (beats.failed, beats.stuck) = (None, None);
        beats.settle();
    }

    /// Notes that the store did not take something that it could have taken. `began` is when its
    /// call began.
    pub(crate) fn failed(&self, why: impl ToString, began: Instant) {
        let (now, why) = (Instant::now(), why.to_string());
        let mut beats = self.beats();
        // A stuck store may also fail at once, when its queue is full: then it is still stuck.
        if now.saturating_duration_since(began) >= SLOW {
            beats.stuck = Some(now);
        }
        if let Some(news) = beats.away.failed() {
            let Meanwhile { journalled, refused } = beats.meanwhile;
            meter::storing(news, Some(&why), journalled, refused);
        }
        beats.failed = Some((now, why));
    }

    /// Notes that something went to the journal.
    pub(crate) fn journalled(&self) {
        let mut beats = self.beats();
        beats.meanwhile.journalled = beats.meanwhile.journalled.saturating_add(1);
    }

    /// Notes that something is durable nowhere.
    pub(crate) fn refused(&self) {
        let mut beats = self.beats();
        beats.meanwhile.refused = beats.meanwhile.refused.saturating_add(1);
    }

    /// Says that the store is back, if it is: something was written since it last failed.
    pub(crate) fn settle(&self) {
        let mut beats = self.beats();
        if beats.failed.is_none() {
            beats.settle();
        }
    }

    /// Whether a call that may go to the journal waits for the store.
    pub(crate) fn door(&self) -> Door {
        let within = |at: Option<Instant>, span| at.is_some_and(|at| at.elapsed() < span);
        let mut beats = self.beats();
        if !within(beats.stuck, STUCK) {
            return Door::Open;
        }
        if within(beats.probed, PROBE_EVERY) {
            return Door::Shut;
        }
        beats.probed = Some(Instant::now());
        Door::Probe
    }

    /// Notes that the outbox was looked at, or that somebody began to.
    pub(crate) fn looked(&self) {
        let mut beats = self.beats();
        beats.looked = Some(Instant::now());
        beats.unseen = None;
    }

    /// Notes that the outbox could not be looked at.
    pub(crate) fn not_looked(&self, why: impl ToString) {
        self.beats().unseen = Some(why.to_string());
    }

    /// Returns why the outbox could not be looked at the last time.
    pub(crate) fn unseen(&self) -> Option<String> {
        self.beats().unseen.clone()
    }

    /// Returns how long ago something was written.
    pub(crate) fn since_written(&self) -> Option<Duration> {
        self.beats().written.map(|at| at.elapsed())
    }

    /// Returns why the store takes nothing, if it has taken nothing since and that is not long ago.
    pub(crate) fn failure(&self) -> Option<String> {
        let beats = self.beats();
        let (at, why) = beats.failed.as_ref()?;
        (at.elapsed() < FAILURE).then(|| why.clone())
    }

    /// Returns how long ago the outbox was looked at, or `None` if this process does not.
    pub(crate) fn since_looked(&self) -> Option<Duration> {
        self.beats().looked.map(|at| at.elapsed())
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Beats {
    /// Says that the store is back, where that is news.
    fn settle(&mut self) {
        if let Some(news) = self.away.well() {
            let Meanwhile { journalled, refused } = self.meanwhile;
            meter::storing(news, None, journalled, refused);
        }
        if !self.away.is_on() {
            self.meanwhile = Meanwhile::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_stuck_is_tried_each_second_until_it_takes_something() {
        let (pulse, moment) = (Pulse::default(), Duration::from_millis(1));
        let began = Instant::now();
        pulse.failed("at once", began);
        assert_eq!(pulse.door(), Door::Open, "nobody waited");
        advance(SLOW).await;
        pulse.failed(LATE, began);
        assert_eq!([pulse.door(), pulse.door()], [Door::Probe, Door::Shut]);
        advance(PROBE_EVERY - moment).await;
        assert_eq!(pulse.door(), Door::Shut);
        advance(moment).await;
        assert_eq!([pulse.door(), pulse.door()], [Door::Probe, Door::Shut]);
        pulse.written();
        assert_eq!(pulse.door(), Door::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_of_which_nothing_is_heard_is_given_its_time_again() {
        let pulse = Pulse::default();
        let began = Instant::now();
        advance(SLOW).await;
        pulse.failed(LATE, began);
        advance(STUCK).await;
        assert_eq!(pulse.door(), Door::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_stuck_and_has_no_room_for_more_calls_is_still_stuck() {
        let (pulse, began) = (Pulse::default(), Instant::now());
        advance(SLOW).await;
        pulse.failed(LATE, began);
        pulse.failed("too many calls wait, at once", Instant::now());
        assert_eq!([pulse.door(), pulse.door()], [Door::Probe, Door::Shut]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_became_of_others_is_counted_until_the_store_is_back() {
        let pulse = Pulse::default();
        pulse.journalled();
        pulse.failed("full", Instant::now());
        pulse.journalled();
        pulse.refused();
        pulse.written();
        let meanwhile = Meanwhile {
            journalled: 2,
            refused: 1,
        };
        assert_eq!(pulse.beats().meanwhile, meanwhile, "it may fail again");
        advance(Duration::from_secs(5)).await;
        pulse.settle();
        assert_eq!(pulse.beats().meanwhile, Meanwhile::default());
        assert!(!pulse.beats().away.is_on());
    }
}
