//! A store that fails when a test says so. It is public as
//! [`conformance::FaultStore`](crate::conformance::FaultStore). (Layer 5.)

use crate::delivery::{Attempt, Cancelled, Settled, Settlement};
use crate::event::Event;
use crate::model::Click;
use crate::plan::{Commit, Committed, FactQuery, Facts};
use crate::port::{
    BoxFuture, Claim, Claimed, Cursor, Decide, Purge, Purged, Selection, Store, StoreError, StoreErrorKind, Transact,
    Transacted,
};
use crate::value::{DeliveryId, Namespace};
use alloc::{boxed::Box, format, vec::Vec};
use core::future::pending;
use core::ops::{Bound, RangeBounds};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// A call of a [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// [`Store::record`].
    Record,
    /// [`Store::facts`].
    Facts,
    /// [`Store::commit`].
    Commit,
    /// [`Store::orphans`].
    Orphans,
    /// [`Store::claim`].
    Claim,
    /// [`Store::settle`].
    Settle,
    /// [`Store::requeue`].
    Requeue,
    /// [`Store::cancel`].
    Cancel,
    /// [`Store::purge`].
    Purge,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, and the answer is an error.
    Fails,
    /// It is done, and the answer is an error all the same.
    FailsAfter,
    /// Nothing is done, and there is never an answer.
    Hangs,
    /// It is done, and there is never an answer.
    HangsAfter,
}

/// Any store, of which chosen calls fail or hang. The errors are of the kind
/// [`StoreErrorKind::Unavailable`]. Without a fault, every call goes to the store that is wrapped.
///
/// ```
/// use postback::conformance::{Call, Fault, FaultStore};
/// use postback::memory::MemoryStore;
/// use postback::port::Store;
/// use postback::testing::block_on;
/// use std::sync::Arc;
///
/// let kept = Arc::new(MemoryStore::new());
/// let store = FaultStore::new(kept.clone());
///
/// // The next call that records clicks fails, and the one after it does not.
/// store.inject(Call::Record, ..1, Fault::Fails);
/// assert!(block_on(store.record(&[])).unwrap_err().is_retryable());
/// assert!(block_on(store.record(&[])).is_ok());
///
/// // `..2` is twice, `..` always, and `3..4` the fourth call from now alone.
/// store.inject(Call::Record, .., Fault::FailsAfter);
/// assert!(block_on(store.record(&[])).is_err());
///
/// store.heal();
/// assert!(block_on(store.record(&[])).is_ok());
/// assert_eq!(store.struck(), 2);
/// ```
#[derive(Debug)]
pub struct FaultStore {
    store: Arc<dyn Store>,
    rules: Mutex<Vec<Rule>>,
    struck: AtomicU64,
    in_two_visits: bool,
}

/// A fault, the calls that it strikes, and how many there were since it was injected.
#[derive(Debug)]
struct Rule {
    call: Call,
    which: (Bound<u64>, Bound<u64>),
    fault: Fault,
    seen: u64,
}

impl FaultStore {
    /// Wraps a store. Whoever wants to look at what is stored keeps a pointer of his own.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            rules: Mutex::default(),
            struck: AtomicU64::new(0),
            in_two_visits: false,
        }
    }

    /// Lets decisions be made between a call of [`Store::facts`] and one of [`Store::commit`], as
    /// for a store that makes none in its own transaction.
    #[must_use]
    pub fn in_two_visits(mut self) -> Self {
        self.in_two_visits = true;
        self
    }

    /// Lets calls fail. `which` numbers the calls of this kind from now on, beginning with 0. If
    /// several faults strike one call, the one that was injected last counts.
    pub fn inject(&self, call: Call, which: impl RangeBounds<u64>, fault: Fault) {
        let which = (which.start_bound().cloned(), which.end_bound().cloned());
        let seen = 0;
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).push(Rule {
            call,
            which,
            fault,
            seen,
        });
    }

    /// Ends all faults. A call that hangs already goes on hanging until its caller drops it.
    pub fn heal(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns how many calls were struck. A call that is done first counts when it is done.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.struck.load(Ordering::SeqCst)
    }

    /// Counts a call, and returns what goes wrong with it.
    fn fault(&self, call: Call) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for rule in rules.iter_mut().filter(|rule| rule.call == call) {
            if rule.which.contains(&rule.seen) {
                struck = Some(rule.fault);
            }
            rule.seen = rule.seen.saturating_add(1);
        }
        struck
    }

    /// Makes a call, with its fault. `work` is not begun where nothing is to be done.
    fn call<'a, T: Send + 'a>(
        &'a self,
        call: Call,
        work: impl FnOnce() -> BoxFuture<'a, Result<T, StoreError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            let Some(fault) = self.fault(call) else {
                return work().await;
            };
            if matches!(fault, Fault::FailsAfter | Fault::HangsAfter) {
                drop(work().await?);
            }
            self.strike(call, fault).await
        })
    }

    /// Answers a call that is struck.
    async fn strike<T>(&self, call: Call, fault: Fault) -> Result<T, StoreError> {
        self.struck.fetch_add(1, Ordering::SeqCst);
        match fault {
            Fault::Fails | Fault::FailsAfter => Err(injected(call)),
            Fault::Hangs | Fault::HangsAfter => pending().await,
        }
    }
}

fn injected(call: Call) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        format!("a fault of `{call:?}` was injected"),
    )
}

impl Store for FaultStore {
    fn namespace(&self) -> &Namespace {
        self.store.namespace()
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.call(Call::Record, move || self.store.record(clicks))
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        self.call(Call::Facts, move || self.store.facts(query))
    }

    fn transact(&self) -> Option<&dyn Transact> {
        let store = self.store.transact().filter(|_| !self.in_two_visits);
        store.map(|_| self as &dyn Transact)
    }

    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        self.call(Call::Commit, move || self.store.commit(commit))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.call(Call::Orphans, move || self.store.orphans(after, limit))
    }

    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        self.call(Call::Claim, move || self.store.claim(claim))
    }

    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        self.call(Call::Settle, move || self.store.settle(verdicts))
    }

    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.call(Call::Requeue, move || self.store.requeue(selection))
    }

    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        self.call(Call::Cancel, move || self.store.cancel(delivery, attempt))
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        self.call(Call::Purge, move || self.store.purge(what))
    }
}

/// A fault of [`Call::Facts`] strikes before anything is decided, one of [`Call::Commit`] strikes
/// the rest.
impl Transact for FaultStore {
    fn decide_and_commit<'a>(
        &'a self,
        query: FactQuery,
        decide: Decide,
    ) -> BoxFuture<'a, Result<Option<Transacted>, StoreError>> {
        Box::pin(async move {
            let Some(store) = self.store.transact() else {
                let text = "the store that is wrapped decides nothing in its transaction";
                return Err(StoreError::new(StoreErrorKind::ApiMisuse, text));
            };
            if let Some(fault) = self.fault(Call::Facts) {
                return self.strike(Call::Facts, fault).await;
            }
            self.call(Call::Commit, move || store.decide_and_commit(query, decide))
                .await
        })
    }
}
