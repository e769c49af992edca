//! A service whose store cannot be opened when it is built.
#![cfg(test)]

mod common;

use bytes::Bytes;
use common::tracker;
use postback::memory::MemoryStore;
use postback::port::{
    BoxFuture, ConversionFilter, HttpClient, HttpError, Inspect, PageRequest, Store, StoreError, StoreErrorKind,
};
use postback_service::{FixedSecrets, Journal, JournalOptions, Service, ServiceBuilder, Stores, Taken, Visitor};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const CONFIGURATION: &str = concat!(
    include_str!("common/world.toml"),
    r#"
[[offer_source]]
id = "net"
template = "generic"
default = true
"#
);

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

/// Nothing is sent here.
#[derive(Debug)]
struct Nobody;

impl HttpClient for Nobody {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        Box::pin(std::future::pending())
    }
}

/// A store that is opened when it may be.
#[derive(Clone)]
struct Door {
    store: Arc<MemoryStore>,
    kind: StoreErrorKind,
    opens: Arc<AtomicBool>,
    knocks: Arc<AtomicUsize>,
}

impl Door {
    fn closed(kind: StoreErrorKind) -> Self {
        Self {
            store: Arc::new(MemoryStore::new()),
            kind,
            opens: Arc::default(),
            knocks: Arc::default(),
        }
    }

    fn stores(&self) -> Stores {
        let door = self.clone();
        Stores::later(self.store.namespace().clone(), move || {
            door.knocks.fetch_add(1, Ordering::SeqCst);
            match door.opens.load(Ordering::SeqCst) {
                true => Ok(Stores::from(door.store.clone())),
                false => Err(StoreError::new(door.kind, "somebody holds the lock")),
            }
        })
    }
}

fn builder(stores: Stores) -> ServiceBuilder {
    let secrets = FixedSecrets::from_iter([("env:NONE", "none")]);
    Service::builder(tracker(CONFIGURATION), stores, Arc::new(Nobody), Arc::new(secrets))
}

fn journal() -> (TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = JournalOptions::default();
    options.reserve = 64 * 1024;
    let journal = Journal::open_with(folder.path().join("journal"), options).unwrap();
    (folder, journal)
}

#[tokio::test]
async fn a_service_with_a_journal_works_before_its_store_is_open_and_with_it_afterwards() {
    let (door, (_folder, journal)) = (Door::closed(StoreErrorKind::Unavailable), journal());
    let service = builder(door.stores()).journal(journal).build().await.unwrap();
    let running = tokio::spawn(service.clone().run(std::future::pending()));
    let visitor = Visitor {
        campaign: "summer",
        ..Visitor::default()
    };
    let click = service.visit(&visitor).await.unwrap().click.id;
    let sale = format!("clickid={click}&sum=8.50&eventid=E1");
    let answer = service.postback(None, None, sale.as_bytes()).await;
    assert!(matches!(answer.taken, Ok(Taken::Journalled)), "{:?}", answer.taken);
    let health = service.health(SOON).await;
    assert!(health.live && !health.ready);
    assert_eq!(
        health.checks["store"].text.as_deref(),
        Some("the store is not open yet, and what comes in waits in the journal: somebody holds the lock")
    );
    let late = service.stores().inspect.click(&click).await.unwrap_err();
    assert_eq!(
        (late.to_string().as_str(), late.is_retryable()),
        ("the store is not open yet: somebody holds the lock", true)
    );

    // A reload meanwhile is at work at once, and its configuration is in the store when that opens.
    let other = tracker(&CONFIGURATION.replace("\"book\"", "\"bundle\""));
    let fingerprint = other.fingerprint().clone();
    service.replace(other).await.unwrap();
    door.opens.store(true, Ordering::SeqCst);
    let taken = async {
        let page = PageRequest::first(10);
        while door
            .store
            .conversions(&ConversionFilter::default(), &page)
            .await
            .unwrap()
            .items
            .is_empty()
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, taken)
        .await
        .expect("the store is opened, and the journal taken in");
    assert!(door.store.configuration(&fingerprint).await.unwrap().is_some());
    assert!(service.health(SOON).await.ready, "{:?}", service.health(SOON).await);
    assert!(service.stores().inspect.click(&click).await.unwrap().is_some());
    running.abort();
}

#[tokio::test]
async fn without_a_journal_or_where_waiting_mends_nothing_it_is_not_built() {
    for (kind, with_journal) in [
        (StoreErrorKind::Unavailable, false),
        (StoreErrorKind::Corrupt, true),
        (StoreErrorKind::ApiMisuse, true),
    ] {
        let (door, (_folder, journal)) = (Door::closed(kind), journal());
        let builder = builder(door.stores());
        let builder = if with_journal {
            builder.journal(journal)
        } else {
            builder
        };
        let error = builder.build().await.unwrap_err();
        assert_eq!(error.to_string(), "the store failed: somebody holds the lock");
        assert_eq!(door.knocks.load(Ordering::SeqCst), 1);
    }
}

/// A migration that takes minutes: the start does not wait for it, and it is not begun again.
#[tokio::test]
async fn a_store_that_takes_long_to_open_is_waited_for_beside_the_work() {
    let (door, (_folder, journal)) = (Door::closed(StoreErrorKind::Unavailable), journal());
    let (store, knocks) = (door.store.clone(), door.knocks.clone());
    let (end, ends) = std::sync::mpsc::channel::<()>();
    let ends = Mutex::new(ends);
    let stores = Stores::later(store.namespace().clone(), move || {
        knocks.fetch_add(1, Ordering::SeqCst);
        ends.lock().unwrap().recv().unwrap();
        Ok(Stores::from(store.clone()))
    });
    // It is built although the store is not opened before it is allowed to.
    let building = builder(stores).journal(journal).build();
    let service = timeout(SOON, building).await.expect("it is built").unwrap();
    let said = service.health(SOON).await.checks["store"].text.clone().unwrap();
    assert!(said.contains("brought to the schema of this version"), "{said}");
    let running = tokio::spawn(service.clone().run(std::future::pending()));
    end.send(()).unwrap();
    let opened = async {
        while !service.health(SOON).await.ready {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, opened).await.expect("it is opened");
    assert_eq!(door.knocks.load(Ordering::SeqCst), 1);
    running.abort();
}

#[tokio::test]
async fn a_service_that_stops_does_not_wait_for_a_store_that_never_opens() {
    let (door, (_folder, journal)) = (Door::closed(StoreErrorKind::Unavailable), journal());
    let service = builder(door.stores()).journal(journal).build().await.unwrap();
    let stopped = service.run(sleep(Duration::from_millis(100)));
    timeout(SOON, stopped).await.expect("it stops");
}
