//! This module has [`MemoryStore`], a [`Store`] in memory for tests, demonstrations and tools.
//! (Layer 5.)
//!
//! It is also the contract of [`Store`] written as a program: `state.rs` says in a few lines each
//! what every adapter must do, and the suite in `conformance` (feature `conformance`) holds them
//! all to it. Its answers are as durable as the process, and lists look at every row.
//!
//! ```
//! use postback::memory::MemoryStore;
//! use postback::port::{Inspect, Store};
//! use postback::{Click, Timestamp};
//! use std::task::{Context, Poll, Waker};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = MemoryStore::new();
//!     let at: Timestamp = "2026-04-23T15:00:00Z".parse()?;
//!     let (campaign, offer) = ("summer".parse()?, "book".parse()?);
//!     let click = Click::new("p2345".parse()?, at, campaign, offer, "network".parse()?, "push".parse()?);
//!     ready(store.record(std::slice::from_ref(&click)))?;
//!     assert_eq!(ready(Inspect::click(&store, &click.id))?, Some(click.clone()));
//!     Ok(())
//! }
//!
//! /// The store in memory never waits, so no runtime is needed.
//! fn ready<T>(future: impl Future<Output = T>) -> T {
//!     match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//!         Poll::Ready(answer) => answer,
//!         Poll::Pending => unreachable!("the store in memory never waits"),
//!     }
//! }
//! ```

mod lists;
mod outbox;
mod purge;
mod reads;
mod refused;
mod rows;
mod state;
mod sync;

use crate::delivery::{Attempt, Cancelled, DeliveryRow, Settled, Settlement};
use crate::event::Event;
use crate::model::{Click, Conversion};
use crate::plan::{
    Commit, Committed, ConfigurationRow, EventRow, FactQuery, Facts, RefusedBody, RefusedCount, RefusedRow, Reported,
    Tally,
};
use crate::port::{
    BoxFuture, Claim, Claimed, ConversionFilter, Cursor, DeadLetters, Decide, DeliveryFilter, EventFilter, Inspect,
    LaneQueue, Page, PageRequest, Purge, Purged, RefusedFilter, Selection, Store, StoreError, Transact, Transacted,
    decided,
};
use crate::value::{ClickId, DeliveryId, EventId, Fingerprint, Namespace, OfferSourceId, RefusedId};
use alloc::{boxed::Box, string::String, vec::Vec};
use core::future::ready;
use rows::Sending;
use state::State;
use sync::{Mutex, PoisonError};

/// A store in memory.
///
/// ```
/// use postback::memory::MemoryStore;
/// use std::sync::Arc;
/// let store: Arc<dyn postback::port::Store> = Arc::new(MemoryStore::new());
/// # let _ = store;
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    namespace: Namespace,
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store of the tenant `default`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store of this tenant.
    #[must_use]
    pub fn with_namespace(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// Keeps deliveries of another store, as far as they have come there. What is known stays.
    pub(crate) fn keep_reported(&self, reported: impl IntoIterator<Item = Reported>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for known in reported {
            if !state.deliveries.contains_key(&known.delivery.id) {
                let number = state.number();
                let kept = Sending::reported(number, &known);
                state.deliveries.insert(known.delivery.id.clone(), kept);
            }
        }
    }

    /// Works on the locked state, so every call is a transaction. Nothing in here panics, so no
    /// panic can leave the state half written, and a poisoned lock is taken as it is.
    fn with<'a, T: Send + 'a>(&self, work: impl FnOnce(&mut State) -> T) -> BoxFuture<'a, T> {
        let answer = work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(ready(answer))
    }
}

impl Store for MemoryStore {
    fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.with(|state| {
            state.record(clicks);
            Ok(())
        })
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        self.with(|state| {
            let Ok(facts) = Facts::read(state, query);
            Ok(facts)
        })
    }

    fn transact(&self) -> Option<&dyn Transact> {
        Some(self)
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        self.with(|state| Ok(state.commit(commit)))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.with(|state| state.orphans(after, limit))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        self.with(|state| state.claim(claim))
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        self.with(|state| Ok(verdicts.iter().map(|verdict| state.settle(verdict)).collect()))
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.with(|state| Ok(state.requeue(selection)))
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        self.with(|state| Ok(state.cancel(delivery, attempt)))
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        self.with(|state| Ok(state.purge(what)))
    }
}

impl Transact for MemoryStore {
    fn decide_and_commit<'a>(
        &'a self,
        query: FactQuery,
        decide: Decide,
    ) -> BoxFuture<'a, Result<Option<Transacted>, StoreError>> {
        self.with(|state| {
            let Ok(facts) = Facts::read(state, &query);
            let Some(commit) = decided(&decide, &facts)? else {
                return Ok(None);
            };
            let committed = state.commit(&commit);
            Ok(Some(Transacted::new(commit, committed)))
        })
    }
}

impl Inspect for MemoryStore {
    fn click<'a>(&'a self, id: &'a ClickId) -> BoxFuture<'a, Result<Option<Click>, StoreError>> {
        self.with(|state| Ok(state.recorded(id)))
    }

    fn tallies<'a>(&'a self, click: &'a ClickId) -> BoxFuture<'a, Result<Vec<Tally>, StoreError>> {
        self.with(|state| Ok(state.tallies(click)))
    }

    fn conversions<'a>(
        &'a self,
        filter: &'a ConversionFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<Conversion>, StoreError>> {
        self.with(|state| state.list_conversions(filter, page))
    }

    fn events<'a>(
        &'a self,
        filter: &'a EventFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<EventRow>, StoreError>> {
        self.with(|state| state.list_events(filter, page))
    }

    fn event<'a>(&'a self, id: &'a EventId) -> BoxFuture<'a, Result<Option<EventRow>, StoreError>> {
        self.with(|state| Ok(state.event_row(id)))
    }

    fn deliveries<'a>(
        &'a self,
        filter: &'a DeliveryFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<DeliveryRow>, StoreError>> {
        self.with(|state| state.list_deliveries(filter, page))
    }

    fn dead_letters(&self) -> BoxFuture<'_, Result<DeadLetters, StoreError>> {
        self.with(|state| Ok(state.dead_letters()))
    }

    fn lane_queues(&self) -> BoxFuture<'_, Result<Vec<LaneQueue>, StoreError>> {
        self.with(|state| Ok(state.lane_queues()))
    }

    fn refused<'a>(
        &'a self,
        filter: &'a RefusedFilter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page<RefusedRow>, StoreError>> {
        self.with(|state| state.list_refused(filter, page))
    }

    fn refused_counts<'a>(&'a self, source: &'a OfferSourceId) -> BoxFuture<'a, Result<Vec<RefusedCount>, StoreError>> {
        self.with(|state| Ok(state.refused.counts(source)))
    }

    fn refused_body<'a>(&'a self, id: &'a RefusedId) -> BoxFuture<'a, Result<Option<RefusedBody>, StoreError>> {
        self.with(|state| Ok(state.refused.body(id)))
    }

    fn configuration<'a>(&'a self, fingerprint: &'a Fingerprint) -> BoxFuture<'a, Result<Option<String>, StoreError>> {
        self.with(|state| Ok(state.configuration(fingerprint)))
    }

    fn last_configuration(&self) -> BoxFuture<'_, Result<Option<ConfigurationRow>, StoreError>> {
        self.with(|state| Ok(state.last_configuration()))
    }
}

#[cfg(test)]
mod tests;
