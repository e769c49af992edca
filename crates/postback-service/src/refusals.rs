//! The postbacks that each source refused and did not keep, since their callers are not taken or
//! nothing could be read: how the last one ended, and how many came since one was taken in. Their
//! senders see the answer and do not tell whoever pasted the URL.
//!
//! A few words of memory for each source that is configured, so that a flood costs nothing; a
//! restart forgets them.

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
    /// How many were refused since one was taken in, or since the start.
    pub since_accepted: u64,
    /// When the last one came.
    pub last_at: Timestamp,
    /// The HTTP status that it was answered with.
    pub last_status: u16,
}

/// Those of all sources.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<OfferSourceId, RefusedPostbacks>>);

impl Refusals {
    /// Counts one. `source` is one that is configured.
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

    /// Begins to count anew: one was taken in.
    pub(crate) fn accepted(&self, source: &OfferSourceId) {
        if let Some(refused) = self.all().get_mut(source) {
            refused.since_accepted = 0;
        }
    }

    /// Those of a source; none when it refused none since the start.
    pub(crate) fn of(&self, source: &OfferSourceId) -> Option<RefusedPostbacks> {
        self.all().get(source).copied()
    }

    /// Forgets the sources that a tracker does not have.
    pub(crate) fn keep_those_of(&self, tracker: &Tracker) {
        self.all()
            .retain(|source, _| tracker.source(Some(source.as_str())).is_some());
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<OfferSourceId, RefusedPostbacks>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
