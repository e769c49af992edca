//! A store that is opened later: while its disk is full or somebody holds its lock, a service works
//! without it, and what comes in waits in the journal.
//!
//! Until it is open every call is answered at once, as by a store that is not available. Whoever
//! has it tries to open it ([`Later::attempt`]) and puts it to work ([`Later::put_to_work`]).

use crate::stores::Stores;
use postback::delivery::{Attempt, Cancelled, DeliveryRow, Settled, Settlement};
use postback::plan::{
    Commit, Committed, ConfigurationRow, EventRow, FactQuery, RefusedBody, RefusedCount, RefusedRow, Tally,
};
use postback::port::{
    BoxFuture, Claim, Claimed, ConversionFilter, Cursor, DeadLetters, DeliveryFilter, EventFilter, Inspect, LaneQueue,
    Page, PageRequest, Purge, Purged, RefusedFilter, Selection, Store, StoreError, StoreErrorKind, Transact,
};
use postback::value::{ClickId, DeliveryId, EventId, Fingerprint, Namespace, OfferSourceId, RefusedId};
use postback::{Click, Conversion, Event, Facts};
use std::{
    fmt,
    future::ready,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

/// Opens a store. It may block.
type Open = dyn Fn() -> Result<Stores, StoreError> + Send + Sync;

pub(crate) struct Later {
    namespace: Namespace,
    open: Arc<Open>,
    /// The store, from when it is put to work.
    working: OnceLock<Stores>,
    is_open: watch::Sender<bool>,
    /// Why it is not open.
    why: Mutex<String>,
    trying: tokio::sync::Mutex<Trying>,
}

/// What one attempt leaves for the next one.
#[derive(Default)]
struct Trying {
    /// The thread that opens it.
    opening: Option<oneshot::Receiver<Result<Stores, StoreError>>>,
    /// The open store that was not put to work yet.
    opened: Option<Stores>,
}

/// What an attempt came to.
pub(crate) enum Attempted {
    /// It is open. Until it is put to work, each attempt returns it.
    Opened(Stores),
    Failed(StoreError),
    /// It is still being opened: it may be migrated to a new version.
    Opening,
}

impl Later {
    pub(crate) fn new(
        namespace: Namespace,
        open: impl Fn() -> Result<Stores, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            namespace,
            open: Arc::new(open),
            working: OnceLock::new(),
            is_open: watch::Sender::new(false),
            why: Mutex::new("it is being opened".to_owned()),
            trying: tokio::sync::Mutex::default(),
        }
    }

    /// A store that is open and takes nothing.
    pub(crate) fn of(stores: Stores) -> Self {
        let namespace = stores.store.namespace().clone();
        Self::new(namespace, move || Ok(stores.clone()))
    }

    /// Tries to open it, for so long at most. What takes longer goes on, and the next attempt sees
    /// what it came to.
    pub(crate) async fn attempt(&self, patience: Duration) -> Attempted {
        let mut trying = self.trying.lock().await;
        if let Some(stores) = &trying.opened {
            return Attempted::Opened(stores.clone());
        }
        let opening = trying.opening.get_or_insert_with(|| self.begin());
        let Ok(ended) = timeout(patience, opening).await else {
            self.note("it is still being opened: it may be brought to the schema of this version");
            return Attempted::Opening;
        };
        trying.opening = None;
        let gone = || StoreError::new(StoreErrorKind::Unavailable, "the thread that opens the store has ended");
        match ended.unwrap_or_else(|_| Err(gone())) {
            Ok(stores) => {
                trying.opened = Some(stores.clone());
                Attempted::Opened(stores)
            }
            Err(error) => {
                self.note(&error);
                Attempted::Failed(error)
            }
        }
    }

    /// Opens it on a thread of its own, since the end of a runtime waits for its own threads.
    fn begin(&self) -> oneshot::Receiver<Result<Stores, StoreError>> {
        let (caller, answer) = oneshot::channel();
        let open = self.open.clone();
        // Without the thread the caller is gone, and the attempt has failed.
        drop(thread::Builder::new().name("postback-open".into()).spawn(move || {
            // The service may have ended meanwhile.
            drop(caller.send(open()));
        }));
        answer
    }

    /// Lets an open store answer from now on.
    pub(crate) fn put_to_work(&self, stores: Stores) {
        // It is put to work once.
        drop(self.working.set(stores));
        self.is_open.send_replace(true);
    }

    pub(crate) fn working(&self) -> Option<&Stores> {
        self.working.get()
    }

    /// Waits until it is put to work.
    pub(crate) async fn opened(&self) {
        // The sender is this store's own.
        drop(self.is_open.subscribe().wait_for(|is_open| *is_open).await);
    }

    /// Notes why it is not open.
    pub(crate) fn note(&self, why: impl ToString) {
        *self.why.lock().unwrap_or_else(PoisonError::into_inner) = why.to_string();
    }

    /// Returns why it is not open.
    pub(crate) fn why(&self) -> String {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn closed<'a, T: Send + 'a>(&self) -> BoxFuture<'a, Result<T, StoreError>> {
        let text = format!("the store is not open yet: {}", self.why());
        Box::pin(ready(Err(StoreError::new(StoreErrorKind::Unavailable, text))))
    }
}

/// Shows no store.
impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Later")
            .field("is_open", &self.working().is_some())
            .finish_non_exhaustive()
    }
}

macro_rules! passed_on {
    ($part:ident: $($name:ident ( $($argument:ident : $type:ty),* ) -> $answer:ty;)+) => {
        $(fn $name<'a>(&'a self, $($argument: &'a $type),*) -> BoxFuture<'a, Result<$answer, StoreError>> {
            match self.working() {
                Some(stores) => stores.$part.$name($($argument),*),
                None => self.closed(),
            }
        })+
    };
}

impl Store for Later {
    fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn transact(&self) -> Option<&dyn Transact> {
        self.working()?.store.transact()
    }

    passed_on! { store:
        record(clicks: [Click]) -> ();
        facts(query: FactQuery) -> Facts;
        commit(commit: Commit) -> Committed;
        claim(claim: Claim) -> Claimed;
        settle(verdicts: [Settlement]) -> Vec<Settled>;
        requeue(selection: Selection) -> u64;
        cancel(delivery: DeliveryId, attempt: Attempt) -> Cancelled;
        purge(what: Purge) -> Purged;
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        match self.working() {
            Some(stores) => stores.store.orphans(after, limit),
            None => self.closed(),
        }
    }
}

impl Inspect for Later {
    passed_on! { inspect:
        click(id: ClickId) -> Option<Click>;
        tallies(click: ClickId) -> Vec<Tally>;
        conversions(filter: ConversionFilter, page: PageRequest) -> Page<Conversion>;
        events(filter: EventFilter, page: PageRequest) -> Page<EventRow>;
        event(id: EventId) -> Option<EventRow>;
        deliveries(filter: DeliveryFilter, page: PageRequest) -> Page<DeliveryRow>;
        dead_letters() -> DeadLetters;
        lane_queues() -> Vec<LaneQueue>;
        refused(filter: RefusedFilter, page: PageRequest) -> Page<RefusedRow>;
        refused_counts(source: OfferSourceId) -> Vec<RefusedCount>;
        refused_body(id: RefusedId) -> Option<RefusedBody>;
        configuration(fingerprint: Fingerprint) -> Option<String>;
        last_configuration() -> Option<ConfigurationRow>;
    }
}
