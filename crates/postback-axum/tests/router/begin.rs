//! The begin of a service: how long it waits for its store, and what is said once it is up.

use crate::canary::plain;
use crate::support::{CONFIG, Tested, compiled, tested};
use crate::watched::Mode;
use postback::port::{HttpError, Store};
use postback::testing::RecordingClient;
use postback_service::{Journal, JournalOptions, Service, ServiceBuilder, Stores};
use postback_test::Log;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout};

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

/// Another service over the store of this one, whose configuration has renamed a postback.
fn after(tested: &Tested, stores: Stores) -> ServiceBuilder {
    let renamed = CONFIG.replacen("id = \"sales\"", "id = \"sold\"", 1);
    let renamed = Arc::new(compiled(&renamed).unwrap());
    let nobody = RecordingClient::new().fails(HttpError::Connect(None));
    Service::builder(renamed, stores, Arc::new(nobody), tested.secrets.clone())
}

/// Builds a service whose store hangs, and returns how long that took.
async fn built(tested: &Tested, stores: Stores) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let mut options = JournalOptions::default();
    options.reserve = 64 * 1024;
    let journal = Journal::open_with(folder.path().join("journal"), options).unwrap();
    let began = Instant::now();
    let service = after(tested, stores).journal(journal).build().await.unwrap();
    let took = began.elapsed();
    let health = service.health(SOON).await;
    let text = health.checks["store"].text.clone().unwrap();
    assert!(text.contains("the configuration was not stored within"), "{text}");
    took
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_waited_for_three_seconds_in_all() {
    let tested = tested();
    for call in ["commit", "last_configuration"] {
        tested.store.set(Mode::HangsAt(call));
        let took = built(&tested, Stores::from(tested.store.clone())).await;
        assert_eq!(took.as_secs(), 3, "{call}");
    }
}

#[tokio::test]
async fn a_store_that_opens_late_and_then_hangs_is_not_waited_for_without_end() {
    let tested = tested();
    tested.store.set(Mode::HangsAt("commit"));
    let open = Stores::from(tested.store.clone());
    let stores = Stores::later(tested.store.namespace().clone(), move || Ok(open.clone()));
    assert!(built(&tested, stores).await < SOON);
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
    let named = async {
        while !log.text().contains(said) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, service.clone().run(named)).await.expect("it is named");
    service.clone().run(sleep(Duration::from_millis(300))).await;
    assert_eq!(log.text().matches(said).count(), 1, "{}", log.text());
}
