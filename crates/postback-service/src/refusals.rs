//! Counts the postbacks that each source refused and did not keep, because their callers are not
//! accepted or nothing could be read. It holds the status of the last one, and how many came since
//! one was accepted. Senders see the response, but do not tell whoever pasted the URL.
//!
//! It takes little memory for each configured source, so that a flood costs nothing. A restart
//! forgets the counts.

use postback::value::OfferSourceId;
use postback::{Timestamp, Tracker};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The postbacks that a source refused and did not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RefusedPostbacks {
    /// How many were refused since one was accepted, or since the start.
    pub since_accepted: u64,
    /// The time of the last refused postback.
    pub last_at: Timestamp,
    /// The HTTP status of the last refusal.
    pub last_status: u16,
}

/// The refused postbacks of all sources.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<OfferSourceId, RefusedPostbacks>>);

impl Refusals {
    /// Counts a refused postback. `source` must be configured.
    pub(crate) fn refused(&self, source: &OfferSourceId, status: u16, at: Timestamp) {
        let mut all = self.all();
        if let Some(refused) = all.get_mut(source) {
            refused.since_accepted = refused.since_accepted.saturating_add(1);
            (refused.last_at, refused.last_status) = (at, status);
            return;
        }
        let first = RefusedPostbacks {
            since_accepted: 1,
            last_at: at,
            last_status: status,
        };
        all.insert(source.clone(), first);
    }

    /// Resets the count, since a postback was accepted.
    pub(crate) fn accepted(&self, source: &OfferSourceId) {
        if let Some(refused) = self.all().get_mut(source) {
            refused.since_accepted = 0;
        }
    }

    /// Returns the count of a source; none if it refused nothing since the start.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Option<RefusedPostbacks> {
        self.all().get(source).copied()
    }

    /// Forgets the sources that the tracker does not have.
    pub(crate) fn keep_those_of(&self, tracker: &Tracker) {
        self.all()
            .retain(|source, _| tracker.source(Some(source.as_str())).is_some());
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<OfferSourceId, RefusedPostbacks>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
