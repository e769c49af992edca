//! The begin of a service: how long it waits for its store, and what is said once it is up.

use crate::canary::{Log, plain};
use crate::support::{CONFIG, Tested, compiled, tested};
use crate::watched::Mode;
use postback::port::{HttpError, Store};
use postback::testing::RecordingClient;
use postback_service::{Journal, JournalOptions, Service, ServiceBuilder, Stores};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Another service over the store of this one, whose configuration has renamed a postback.
fn after(tested: &Tested, stores: Stores) -> ServiceBuilder {
    let renamed = CONFIG.replacen("id = \"sales\"", "id = \"sold\"", 1);
    let renamed = Arc::new(compiled(&renamed).unwrap());
    let nobody = RecordingClient::new().fails(HttpError::Connect(None));
    Service::builder(renamed, stores, Arc::new(nobody), tested.secrets.clone())
}

#[tokio::test]
async fn a_store_that_opens_and_then_hangs_is_waited_for_three_seconds_in_all() {
    let tested = tested();
    for (call, late) in [("commit", false), ("last_configuration", false), ("commit", true)] {
        tested.store.set(Mode::HangsAt(call));
        let open = Stores::from(tested.store.clone());
        let stores = match late {
            false => open,
            true => Stores::later(tested.store.namespace().clone(), move || {
                std::thread::sleep(Duration::from_secs(2));
                Ok(open.clone())
            }),
        };
        let folder = tempfile::tempdir().unwrap();
        let mut options = JournalOptions::default();
        options.reserve = 64 * 1024;
        let journal = Journal::open_with(folder.path().join("journal"), options).unwrap();
        let began = Instant::now();
        let service = after(&tested, stores).journal(journal).build().await.unwrap();
        let took = began.elapsed();
        assert!(took < Duration::from_secs(4), "{call}, late: {late}: {took:?}");
        let health = service.health(Duration::from_secs(1)).await;
        let text = health.checks["store"].text.clone().unwrap();
        assert!(text.contains("the configuration was not stored within"), "{text}");
    }
}

#[tokio::test]
async fn what_is_gone_is_named_when_the_service_runs() {
    let tested = tested();
    let log = Log::default();
    let _logging = plain(&log);
    let service = after(&tested, Stores::from(tested.store.clone()))
        .build()
        .await
        .unwrap();
    let said = "the configuration before had what this one has not";
    assert!(!log.text().contains(said), "the start does not wait for it");
    for _ in 0..2 {
        service.clone().run(sleep(Duration::from_millis(300))).await;
    }
    assert_eq!(log.text().matches(said).count(), 1, "{}", log.text());
}
