//! A version of an API that is no more.

use crate::accounts::rule;
use crate::world::{HOUR, World, finding, now};
use postback::delivery::DeliveryState;
use postback::port::{Claim, Store};
use postback_test::standin::Trouble;
use std::time::Duration;

#[tokio::test]
async fn a_bare_404_holds_the_lane_and_names_the_version() {
    let world = World::new();
    world.meta.trouble(Trouble::DeadVersion, 1);
    let mut running = world.serve(&rule("fb", "")).await;
    running.sales(&world, "order-", 1).await;
    let rows = world
        .until("the refusal", |rows| rows.iter().any(|row| row.last.is_some()))
        .await;
    assert_eq!((rows[0].state, rows[0].attempts), (DeliveryState::Queued, 0));
    assert_eq!(
        finding(&rows[0]),
        "HTTP 404 (meta HTTP_404 version_retired (no such version of the API, or a wrong path), not JSON)"
    );
    let holds = world
        .store
        .claim(&Claim::new(now(&world), HOUR, 0))
        .await
        .unwrap()
        .holds;
    assert_eq!((holds.len(), holds[0].lane.account()), (1, Some("fb")));
    assert!(
        holds[0].why.starts_with("meta HTTP_404 version_retired"),
        "{}",
        holds[0].why
    );
    // What comes later is not even tried, and all goes on when the hold is over.
    running.sales(&world, "later-", 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(world.meta.requests().len(), 1);
    running.later(&world, Duration::from_secs(16 * 60));
    world
        .until("all", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    assert_eq!(world.meta.accepted().len(), 3);
    running.stop().await;
}
