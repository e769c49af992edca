//! A store in memory that writes down what it is asked and can be made to fail.

use postback::delivery::{Attempt, Cancelled, DeliveryRow, Settled, Settlement};
use postback::memory::MemoryStore;
use postback::plan::{
    Commit, Committed, ConfigurationRow, EventRow, FactQuery, RefusedBody, RefusedCount, RefusedRow, Tally,
};
use postback::port::{
    BoxFuture, Claim, Claimed, ConversionFilter, Cursor, DeadLetters, Decide, DeliveryFilter, EventFilter, Inspect,
    LaneQueue, Page, PageRequest, Purge, Purged, RefusedFilter, Selection, Store, StoreError, StoreErrorKind, Transact,
    Transacted,
};
use postback::value::{ClickId, DeliveryId, EventId, Fingerprint, Namespace, OfferSourceId, RefusedId};
use postback::{Click, Conversion, Event, Facts};
use std::{sync::Mutex, time::Duration};

/// How a [`Watched`] store answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Works,
    Fails,
    Corrupt,
    /// Only what has to do with one click cannot be read.
    CorruptFor(&'static str),
    Hangs,
    /// Each call begins late.
    Slow(Duration),
    /// One call alone fails.
    FailsAt(&'static str),
    HangsAt(&'static str),
    /// One call fails after it has worked so often.
    FailsAfter(usize, &'static str),
    /// A reader keeps what was forgotten in the files.
    FilesHold,
}

#[derive(Debug, Default)]
pub struct Watched {
    /// The store itself: what is asked here is not written down and never fails.
    pub inner: MemoryStore,
    mode: Mutex<Mode>,
    calls: Mutex<Vec<&'static str>>,
}

impl Watched {
    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// The calls since the last time.
    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    fn guarded<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        call: BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        self.calls.lock().unwrap().push(name);
        let mode = {
            let mut mode = self.mode.lock().unwrap();
            match &mut *mode {
                Mode::FailsAfter(0, call) => Mode::FailsAt(call),
                Mode::FailsAfter(count, call) => {
                    *count -= usize::from(*call == name);
                    Mode::Works
                }
                mode => *mode,
            }
        };
        Box::pin(async move {
            match mode {
                Mode::FailsAt(call) if call == name => Err(StoreErrorKind::Unavailable.into()),
                Mode::HangsAt(call) if call == name => std::future::pending().await,
                Mode::Slow(time) => {
                    tokio::time::sleep(time).await;
                    call.await
                }
                Mode::Works
                | Mode::CorruptFor(_)
                | Mode::FailsAt(_)
                | Mode::HangsAt(_)
                | Mode::FailsAfter(..)
                | Mode::FilesHold => call.await,
                Mode::Fails => Err(StoreErrorKind::Unavailable.into()),
                Mode::Corrupt => Err(StoreErrorKind::Corrupt.into()),
                Mode::Hangs => std::future::pending().await,
            }
        })
    }
}

macro_rules! guarded {
    ($($name:ident ( $($argument:ident : $type:ty),* ) -> $answer:ty;)+) => {
        $(fn $name<'a>(&'a self, $($argument: &'a $type),*) -> BoxFuture<'a, Result<$answer, StoreError>> {
            self.guarded(stringify!($name), Box::pin(async move { self.inner.$name($($argument),*).await }))
        })+
    };
}

impl Store for Watched {
    fn namespace(&self) -> &Namespace {
        self.inner.namespace()
    }

    fn transact(&self) -> Option<&dyn Transact> {
        self.inner.transact().map(|_| self as &dyn Transact)
    }

    guarded! {
        commit(commit: Commit) -> Committed;
        claim(claim: Claim) -> Claimed;
        settle(verdicts: [Settlement]) -> Vec<Settled>;
        requeue(selection: Selection) -> u64;
        cancel(delivery: DeliveryId, attempt: Attempt) -> Cancelled;
    }

    fn purge<'a>(&'a self, what: &'a Purge) -> BoxFuture<'a, Result<Purged, StoreError>> {
        let holds = *self.mode.lock().unwrap() == Mode::FilesHold;
        let purge = self.guarded("purge", Box::pin(async move { self.inner.purge(what).await }));
        Box::pin(async move {
            let mut purged = purge.await?;
            purged.files_hold = holds;
            Ok(purged)
        })
    }

    fn record<'a>(&'a self, clicks: &'a [Click]) -> BoxFuture<'a, Result<(), StoreError>> {
        let mode = *self.mode.lock().unwrap();
        let meant = |id: &str| clicks.iter().any(|click| click.id.as_str() == id);
        if matches!(mode, Mode::CorruptFor(click) if meant(click)) {
            return Box::pin(async { Err(StoreErrorKind::Corrupt.into()) });
        }
        self.guarded("record", Box::pin(async move { self.inner.record(clicks).await }))
    }

    fn facts<'a>(&'a self, query: &'a FactQuery) -> BoxFuture<'a, Result<Facts, StoreError>> {
        let mode = *self.mode.lock().unwrap();
        let meant = |click: &str| query.clicks.iter().any(|asked| asked.as_str() == click);
        if matches!(mode, Mode::CorruptFor(click) if meant(click)) {
            return Box::pin(async { Err(StoreErrorKind::Corrupt.into()) });
        }
        self.guarded("facts", self.inner.facts(query))
    }

    fn orphans<'a>(&'a self, after: &'a Cursor, limit: u32) -> BoxFuture<'a, Result<Vec<Event>, StoreError>> {
        self.guarded("orphans", self.inner.orphans(after, limit))
    }
}

impl Inspect for Watched {
    guarded! {
        click(id: ClickId) -> Option<Click>;
        tallies(click: ClickId) -> Vec<Tally>;
        conversions(filter: ConversionFilter, page: PageRequest) -> Page<Conversion>;
        events(filter: EventFilter, page: PageRequest) -> Page<EventRow>;
        event(id: EventId) -> Option<EventRow>;
        deliveries(filter: DeliveryFilter, page: PageRequest) -> Page<DeliveryRow>;
        refused(filter: RefusedFilter, page: PageRequest) -> Page<RefusedRow>;
        refused_counts(source: OfferSourceId) -> Vec<RefusedCount>;
        refused_body(id: RefusedId) -> Option<RefusedBody>;
        configuration(fingerprint: Fingerprint) -> Option<String>;
    }

    fn dead_letters(&self) -> BoxFuture<'_, Result<DeadLetters, StoreError>> {
        self.guarded("dead_letters", self.inner.dead_letters())
    }

    fn lane_queues(&self) -> BoxFuture<'_, Result<Vec<LaneQueue>, StoreError>> {
        self.guarded("lane_queues", self.inner.lane_queues())
    }

    fn last_configuration(&self) -> BoxFuture<'_, Result<Option<ConfigurationRow>, StoreError>> {
        self.guarded("last_configuration", self.inner.last_configuration())
    }
}

impl Transact for Watched {
    fn decide_and_commit<'a>(
        &'a self,
        query: FactQuery,
        decide: Decide,
    ) -> BoxFuture<'a, Result<Option<Transacted>, StoreError>> {
        let mode = *self.mode.lock().unwrap();
        let meant = |click: &str| query.clicks.iter().any(|asked| asked.as_str() == click);
        if matches!(mode, Mode::CorruptFor(click) if meant(click)) {
            return Box::pin(async { Err(StoreErrorKind::Corrupt.into()) });
        }
        let facts = self.guarded("facts", Box::pin(async { Ok(()) }));
        let rest = Box::pin(async move { self.inner.transact().unwrap().decide_and_commit(query, decide).await });
        let rest = self.guarded("commit", rest);
        Box::pin(async move {
            facts.await?;
            rest.await
        })
    }
}
