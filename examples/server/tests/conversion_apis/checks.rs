//! Google: what is accepted is checked later.

use crate::accounts::rule;
use crate::running::{PERSON, Running};
use crate::world::{World, finding, round};
use postback::delivery::{DeliveryRow, DeliveryState};
use postback_test::standin::Trouble;
use std::time::Duration;

const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

fn checks(world: &World) -> usize {
    let requests = world.google.requests();
    requests.iter().filter(|request| request.method == "GET").count()
}

/// One sale that was accepted, and how it stands.
async fn accepted(world: &World) -> Running {
    let mut running = world.serve(&rule("gads", "")).await;
    let click = running.click().await;
    running.sale(&click, &format!("sum=8.50&order=A-1&{PERSON}")).await;
    let rows = world
        .until("the receipt", |rows| {
            rows.iter().all(|row| row.state == DeliveryState::Accepted)
        })
        .await;
    assert_eq!(finding(&rows[0]), "HTTP 200 (google accepted)");
    running
}

async fn checked(world: &World, running: &Running, wait: Duration, count: usize) -> DeliveryRow {
    // Nothing is asked before its time.
    running.later(world, wait - Duration::from_secs(1));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(checks(world), count - 1);
    running.later(world, Duration::from_secs(1));
    let mut rows = world
        .until("the check", |rows| rows.iter().all(|row| row.checks as usize == count))
        .await;
    assert_eq!(checks(world), count);
    rows.remove(0)
}

#[tokio::test]
async fn a_receipt_is_checked_after_half_an_hour_and_again_until_it_is_a_success() {
    let world = World::new();
    world.google.process_for(1);
    let running = accepted(&world).await;
    let row = checked(&world, &running, HALF_HOUR, 1).await;
    assert_eq!(
        (row.state, finding(&row)),
        (DeliveryState::Accepted, "HTTP 200 (google PROCESSING)")
    );
    let row = checked(&world, &running, 2 * HALF_HOUR, 2).await;
    assert_eq!((row.state, row.attempts), (DeliveryState::Delivered, 1));
    // It was told once.
    assert_eq!(world.google.accepted_ids(), ["A-1.Purchase"]);
    running.stop().await;
}

#[tokio::test]
async fn a_click_that_is_not_found_is_the_end_of_the_event() {
    let world = World::new();
    world.google.fail_later("A-1.Purchase", "CLICK_NOT_FOUND");
    let running = accepted(&world).await;
    let row = checked(&world, &running, HALF_HOUR, 1).await;
    assert_eq!(
        (row.state, finding(&row)),
        (DeliveryState::Dead, "HTTP 200 (google FAILED CLICK_NOT_FOUND)")
    );
    running.stop().await;
}

#[tokio::test]
async fn a_transaction_that_is_there_already_is_delivered() {
    let world = World::new();
    world.google.fail_later("A-1.Purchase", "DUPLICATE_TRANSACTION_ID");
    let running = accepted(&world).await;
    let row = checked(&world, &running, HALF_HOUR, 1).await;
    assert_eq!(
        (row.state, finding(&row)),
        (
            DeliveryState::Delivered,
            "HTTP 200 (google FAILED DUPLICATE_TRANSACTION_ID)"
        )
    );
    running.stop().await;
}

#[tokio::test]
async fn of_several_events_under_one_receipt_nobody_says_which_one_failed() {
    let world = World::new();
    world.google.fail_later("A-1.Purchase", "CLICK_NOT_FOUND");
    world.queue(&world.tracker(&rule("gads", "")), 3).await;
    let sent = round(&world).await;
    assert_eq!((sent.requests, sent.accepted), (1, 3));
    world.clock.advance(HALF_HOUR);
    let told = round(&world).await;
    // One check is made for the receipt that all three have.
    assert_eq!(
        (checks(&world), told.requests, told.delivered, told.warned),
        (1, 1, 3, 3)
    );
    for row in world.rows().await {
        assert_eq!(
            finding(&row),
            "HTTP 200 (google PARTIAL_SUCCESS accepted, 1 of 3 refused: CLICK_NOT_FOUND)"
        );
    }
}

#[tokio::test]
async fn a_check_that_is_not_answered_is_made_again_and_the_event_is_not() {
    for trouble in [
        Trouble::RateLimit,
        Trouble::ServerError,
        Trouble::Html,
        Trouble::FaultInSuccess,
        Trouble::DeadVersion,
        Trouble::Truncated,
    ] {
        let world = World::new();
        world.queue(&world.tracker(&rule("gads", "")), 2).await;
        assert_eq!(round(&world).await.accepted, 2);
        world.google.trouble(trouble, 1);
        world.clock.advance(HALF_HOUR);
        round(&world).await;
        let states: Vec<DeliveryState> = world.rows().await.iter().map(|row| row.state).collect();
        assert_eq!(states, [DeliveryState::Accepted; 2], "{trouble:?}");
        world.clock.advance(3 * HALF_HOUR);
        let told = round(&world).await;
        assert_eq!((told.delivered, world.google.accepted().len()), (2, 2), "{trouble:?}");
    }
}
