//! A store whose calls take turns. A task that calls it stops before each call and after it, so
//! that anything may happen in between: other tasks, or the end of the process. What the calls did
//! is written down for the audit.

use postback::delivery::{Attempt, Cancelled, Settled, Settlement};
use postback::plan::{Commit, Committed, FactQuery};
use postback::port::{BoxFuture, Claim, Claimed, Cursor, Purge, Purged, Selection, Store, StoreError, Transact};
use postback::value::{DeliveryId, Namespace};
use postback::{Click, Event, Facts};
use std::future::poll_fn;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// Something that a store has done, as it said itself.
#[derive(Debug, Clone)]
pub(super) enum Done {
    /// It wrote clicks, or a commit.
    Wrote,
    /// It leased deliveries, each under the number of its lease.
    Leased(Vec<(DeliveryId, u64)>),
    /// It wrote these verdicts, under the numbers of their leases.
    Settled(Vec<(DeliveryId, u64)>),
    /// It may have queued dead deliveries again.
    Requeued,
    /// A person gave this delivery up.
    Cancelled(DeliveryId),
    Purged(Purge),
}

/// Lets others go on before the task does.
pub(super) async fn turn() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The store, and what it has done.
#[derive(Debug)]
pub struct Turns {
    /// What is below fails never: faults are injected above, so that the audit sees what was done.
    store: Arc<dyn Store>,
    done: Mutex<Vec<Done>>,
}

impl Turns {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            done: Mutex::default(),
        }
    }

    /// Returns what was done since it was asked last.
    pub(super) fn take(&self) -> Vec<Done> {
        take(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a call, with a turn before and after it. `done` says of the answer what was done.
    fn call<'a, T: Send + 'a>(
        &'a self,
        call: impl FnOnce() -> BoxFuture<'a, Result<T, StoreError>> + Send + 'a,
        done: impl FnOnce(&T) -> Option<Done> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            turn().await;
            let answer = call().await;
            let done = answer.as_ref().ok().and_then(done);
            self.done.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
            turn().await;
            answer
        })
    }
}

impl Store for Turns {
    fn namespace(&self) -> &Namespace {
        self.store.namespace()
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.call(move || self.store.record(clicks), |()| Some(Done::Wrote))
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        self.call(move || self.store.facts(query), |_| None)
    }

    /// None: others have turns between the reading and the writing.
    fn transact(&self) -> Option<&dyn Transact> {
        None
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        self.call(move || self.store.commit(commit), |_| Some(Done::Wrote))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.call(move || self.store.orphans(after, limit), |_| None)
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        let leased = |claimed: &Claimed| {
            let leases = claimed.deliveries.iter();
            Some(Done::Leased(
                leases.map(|one| (one.delivery.id.clone(), one.fence)).collect(),
            ))
        };
        self.call(move || self.store.claim(claim), leased)
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        let written = |answers: &Vec<Settled>| {
            let each = verdicts.iter().zip(answers);
            let written = each.filter(|(_, answer)| **answer == Settled::Recorded);
            Some(Done::Settled(
                written.map(|(one, _)| (one.delivery.clone(), one.fence)).collect(),
            ))
        };
        self.call(move || self.store.settle(verdicts), written)
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.call(move || self.store.requeue(selection), |_| Some(Done::Requeued))
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        let done = |answer: &Cancelled| {
            let gave_up = *answer == Cancelled::Recorded;
            gave_up.then(|| Done::Cancelled(delivery.clone()))
        };
        self.call(move || self.store.cancel(delivery, attempt), done)
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        self.call(
            move || self.store.purge(what),
            move |_| Some(Done::Purged(what.clone())),
        )
    }
}
