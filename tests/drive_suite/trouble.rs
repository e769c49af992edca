//! What `drive` promises of a store that is busy or in trouble.

use postback::compile::compile;
use postback::delivery::{Attempt, Cancelled, Settled, Settlement};
use postback::drive::{Attributed, IngestError, MAX_CONFLICTS, attribute, ingest};
use postback::event::Interface;
use postback::memory::MemoryStore;
use postback::plan::{Commit, Committed, FactQuery};
use postback::port::{
    BoxFuture, Claim, Claimed, Cursor, EventFilter, Inspect, PageRequest, Purge, Purged, Selection, Store, StoreError,
    StoreErrorKind, Transact,
};
use postback::value::{DeliveryId, EventId, Namespace};
use postback::{Click, CompileOptions, Document, Event, Facts, Timestamp, Tracker};
use postback_test::block_on;
use std::sync::atomic::{AtomicU32, Ordering};

/// A store whose first commits conflict, as if other events of the click were faster each time.
#[derive(Debug)]
struct Contended {
    inner: MemoryStore,
    conflicts: AtomicU32,
    commits: AtomicU32,
    trouble: Option<StoreErrorKind>,
    /// What was listed as waiting before a host deleted it.
    deleted: Vec<Event>,
}

impl Contended {
    fn with(conflicts: u32) -> Self {
        Self {
            inner: MemoryStore::new(),
            conflicts: conflicts.into(),
            commits: 0.into(),
            trouble: None,
            deleted: Vec::new(),
        }
    }
}

impl Store for Contended {
    fn namespace(&self) -> &Namespace {
        self.inner.namespace()
    }
    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        self.inner.record(clicks)
    }
    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        self.inner.facts(query)
    }
    fn transact(&self) -> Option<&dyn Transact> {
        None
    }
    fn commit<'a>(&'a self, commit: &'a Commit) -> BoxFuture<'a, Result<Committed, StoreError>> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        if let Some(kind) = self.trouble {
            return Box::pin(async move { Err(kind.into()) });
        }
        let left = self
            .conflicts
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match left {
            Ok(_) => Box::pin(async { Ok(Committed::Conflict) }),
            Err(_) => self.inner.commit(commit),
        }
    }
    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        if self.deleted.is_empty() || *after != Cursor::start() {
            return self.inner.orphans(after, limit);
        }
        Box::pin(async { Ok(self.deleted.clone()) })
    }
    fn claim<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Claimed, StoreError>> {
        self.inner.claim(claim)
    }
    fn settle<'a>(&'a self, verdicts: &'a [Settlement]) -> BoxFuture<'a, Result<Vec<Settled>, StoreError>> {
        self.inner.settle(verdicts)
    }
    fn requeue<'a>(&'a self, selection: &'a Selection) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.inner.requeue(selection)
    }
    fn cancel<'a>(
        &'a self,
        delivery: &'a DeliveryId,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Cancelled, StoreError>> {
        self.inner.cancel(delivery, attempt)
    }
    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        self.inner.purge(what)
    }
}

fn tracker() -> Tracker {
    let document = r#"{"version": 1, "currency": "USD",
        "conversion_type": [{"name": "Purchase", "default": true, "counts": "sale"}],
        "offer_source": [{"id": "net", "template": "generic", "tokens": ["env:T"]}]}"#;
    compile(&Document::from_json(document).unwrap(), &CompileOptions::default()).unwrap()
}

fn event() -> Event {
    let id = EventId::new("2".repeat(26)).unwrap();
    Event::assume_authentic(id, "net".parse().unwrap(), Interface::Postback, now())
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn stored(store: &Contended) -> usize {
    block_on(store.inner.events(&EventFilter::default(), &PageRequest::first(9)))
        .unwrap()
        .items
        .len()
}

#[test]
fn a_decision_is_made_again_up_to_sixteen_times() {
    assert_eq!(MAX_CONFLICTS, 16);
    for (conflicts, commits) in [(0, 1), (1, 2), (15, 16)] {
        let store = Contended::with(conflicts);
        let reply = block_on(ingest(&tracker(), &store, &event(), now())).unwrap();
        assert_eq!(reply.outcome.as_str(), "unattributed");
        assert_eq!((store.commits.load(Ordering::Relaxed), stored(&store)), (commits, 1));
    }
}

#[test]
fn after_sixteen_conflicts_the_sender_may_try_again() {
    for conflicts in [16, 17] {
        let store = Contended::with(conflicts);
        let error = block_on(ingest(&tracker(), &store, &event(), now())).unwrap_err();
        assert!(matches!(error, IngestError::Contended) && error.is_retryable());
        assert_eq!(error.to_string(), "its click changed 16 times while it was decided");
        assert_eq!((store.commits.load(Ordering::Relaxed), stored(&store)), (16, 0));
        // And then it goes through.
        let reply = block_on(ingest(&tracker(), &store, &event(), now())).unwrap();
        assert_eq!((reply.outcome.as_str(), stored(&store)), ("unattributed", 1));
    }
}

#[test]
fn trouble_of_the_store_says_whether_to_try_again() {
    for (kind, retry) in [(StoreErrorKind::Unavailable, true), (StoreErrorKind::Corrupt, false)] {
        let store = Contended {
            trouble: Some(kind),
            ..Contended::with(0)
        };
        let error = block_on(ingest(&tracker(), &store, &event(), now())).unwrap_err();
        assert_eq!(error.is_retryable(), retry);
        assert_eq!(store.commits.into_inner(), 1, "it is the host's to try again");
    }
}

#[test]
fn an_event_of_a_source_that_is_not_configured_is_refused() {
    let mut event = event();
    event.source = "gone".parse().unwrap();
    let store = Contended::with(0);
    let error = block_on(ingest(&tracker(), &store, &event, now())).unwrap_err();
    assert_eq!(error.to_string(), "offer source `gone` is not configured");
    assert!(!error.is_retryable());
    assert_eq!(stored(&store), 0);
}

#[test]
fn a_waiting_event_that_was_deleted_after_it_was_listed_is_not_brought_back() {
    let store = Contended {
        deleted: vec![event()],
        ..Contended::with(0)
    };
    let done = block_on(attribute(&tracker(), &store, None, now())).unwrap();
    assert_eq!(done, Attributed { seen: 1, resolved: 0 });
    assert_eq!((stored(&store), store.commits.into_inner()), (0, 0));
}

#[test]
fn a_tracker_of_another_tenant_is_refused_before_anything_is_read_or_written() {
    let mut store = Contended::with(0);
    store.inner = MemoryStore::with_namespace("other".parse().unwrap());
    let said = "the tracker was compiled for namespace `default`, the store is that of `other`";
    let error = block_on(ingest(&tracker(), &store, &event(), now())).unwrap_err();
    assert!(error.to_string().contains(said) && !error.is_retryable(), "{error}");
    let error = block_on(postback::drive::install(&tracker(), &store, now())).unwrap_err();
    assert!(error.to_string().contains(said), "{error}");
    assert_eq!((store.commits.load(Ordering::Relaxed), stored(&store)), (0, 0));
}
