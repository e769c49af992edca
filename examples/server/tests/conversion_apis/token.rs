//! A token that expires under load.

use crate::world::{HOUR, World, is_of, rule};
use postback::delivery::DeliveryState;
use std::collections::BTreeSet;
use std::time::Duration;

/// How many deliveries one lane has under way at most: what meets the expired token first.
const SHARE: usize = 8;

#[tokio::test]
async fn a_token_that_expires_holds_its_lane_and_all_arrives_when_it_is_renewed() {
    let world = World::new();
    let mut running = world.serve(&(rule("fb", "") + &rule("tt", ""))).await;
    running.sales(&world, "early-", 5).await;
    world
        .until("the first ones", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    world.meta.expire_token();
    running.sales(&world, "late-", 60).await;
    // The other platform is told meanwhile.
    let rows = world
        .until("the other lane", |rows| {
            let mut others = rows.iter().filter(|row| is_of(row, "tt"));
            others.all(|row| row.state == DeliveryState::Delivered)
        })
        .await;
    let waiting = rows.iter().filter(|row| is_of(row, "fb") && row.state == DeliveryState::Queued);
    assert_eq!(waiting.count(), 60);
    let refused = |status: u16| {
        let requests = world.meta.requests();
        requests.iter().filter(|request| request.status == status).count()
    };
    // Those that were under way at once; then nothing is sent.
    assert!((1..=SHARE).contains(&refused(400)), "{}", refused(400));
    let held: Vec<&str> = rows.iter().filter(|row| is_of(row, "fb")).filter_map(|row| row.last.as_ref())
        .filter(|last| last.status == Some(400)).map(|last| last.finding.as_str()).collect();
    assert!(!held.is_empty());
    assert!(held.iter().all(|finding| *finding == "HTTP 400 (meta 190/463 bad_token)"), "{held:?}");

    world.meta.renew_token("CANARY-renewed");
    world.secrets.renew("env:META_TOKEN", "CANARY-renewed");
    running.later(&world, HOUR);
    let rows = world
        .until("all", |rows| rows.iter().all(|row| row.state == DeliveryState::Delivered))
        .await;
    assert_eq!(rows.len(), 2 * 65);
    // No attempt was counted for the wait.
    let attempts: BTreeSet<u32> = rows.iter().map(|row| row.attempts).collect();
    assert_eq!(attempts, [1].into());
    let accepted = world.meta.accepted();
    let ids: BTreeSet<&str> = accepted.iter().map(|accepted| accepted.id.as_str()).collect();
    assert_eq!((accepted.len(), ids.len()), (65, 65));
    // The oldest go first, since they have the shortest time left; those that met the expired
    // token come behind the others of their lane.
    let times: Vec<i64> = accepted.iter().map(|accepted| accepted.event["event_time"].as_i64().unwrap()).collect();
    let ascending = {
        let mut sorted = times.clone();
        sorted.sort_unstable();
        sorted
    };
    let before = times.iter().zip(&ascending).filter(|(one, other)| one != other).count();
    assert!(before == 0, "{} of {} are out of order: {times:?}", before, times.len());
    running.stop().await;
}

#[tokio::test]
async fn a_lane_goes_on_at_once_when_a_person_releases_it() {
    let world = World::new();
    let mut running = world.serve(&rule("fb", "")).await;
    world.meta.expire_token();
    running.sales(&world, "order-", 3).await;
    world
        .until("the refusal", |rows| rows.iter().any(|row| row.last.is_some()))
        .await;
    world.meta.renew_token("CANARY-renewed");
    world.secrets.renew("env:META_TOKEN", "CANARY-renewed");
    world.clock.advance(Duration::from_secs(1));
    let lane = format!("{}%23fb", world.meta.url());
    running
        .connection
        .post_api(&format!("deliveries/retry?lane={lane}"))
        .await;
    world
        .until("all", |rows| rows.iter().all(|row| row.state == DeliveryState::Delivered))
        .await;
    assert_eq!(world.meta.accepted().len(), 3);
    running.stop().await;
}
