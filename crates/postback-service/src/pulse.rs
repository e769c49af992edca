//! When the store was last written to, and when that last failed: what a read cannot tell.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a failure counts where nothing was written since.
const FAILURE: Duration = Duration::from_secs(10);

/// Why the store failed, where it said nothing.
pub(crate) const LATE: &str = "it did not answer in time";

/// What the calls of the store came to.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<Beats>);

#[derive(Debug, Default)]
struct Beats {
    written: Option<Instant>,
    failed: Option<(Instant, String)>,
    looked: Option<Instant>,
    /// Why the outbox could not be looked at since.
    unseen: Option<String>,
}

impl Pulse {
    /// Notes that something is durable in the store.
    pub(crate) fn written(&self) {
        let mut beats = self.beats();
        beats.written = Some(Instant::now());
        beats.failed = None;
    }

    /// Notes that the store did not take something that it could have taken.
    pub(crate) fn failed(&self, why: impl ToString) {
        self.beats().failed = Some((Instant::now(), why.to_string()));
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
