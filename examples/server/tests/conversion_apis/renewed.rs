//! A token that expires before its time and renews itself.

use crate::accounts::{all_four, rule};
use crate::world::{World, finding, is_of, round};
use postback::delivery::DeliveryState;

/// The statuses of the requests that Google was sent.
fn statuses(world: &World) -> Vec<u16> {
    world.google.requests().iter().map(|request| request.status).collect()
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_and_the_lane_goes_on_at_once() {
    let world = World::new();
    world.queue(&world.tracker(&rule("gads", "")), 3).await;
    world.google.expire_token();
    world.google.renew_token("CANARY-renewed");
    world.secrets.renews_itself("env:GOOGLE_TOKEN", "CANARY-renewed");
    let sent = round(&world).await;
    assert_eq!((sent.requests, sent.accepted, sent.held), (1, 3, 0));
    assert_eq!(statuses(&world), [401, 200]);
    for row in world.rows().await {
        assert_eq!((row.state, row.attempts), (DeliveryState::Accepted, 1));
        assert!(row.hold.is_none());
    }
}

#[tokio::test]
async fn a_second_token_that_is_refused_holds_the_lane_and_nothing_goes_round() {
    let world = World::new();
    world.queue(&world.tracker(&rule("gads", "")), 3).await;
    world.google.expire_token();
    world.secrets.renews_itself("env:GOOGLE_TOKEN", "CANARY-wrong-too");
    let sent = round(&world).await;
    assert_eq!((sent.requests, sent.accepted, sent.held), (1, 0, 3));
    assert_eq!(statuses(&world), [401, 401]);
    for row in world.rows().await {
        assert_eq!((row.state, row.attempts), (DeliveryState::Queued, 0));
        assert!(
            finding(&row).starts_with("HTTP 401 (google UNAUTHENTICATED"),
            "{}",
            finding(&row)
        );
    }
}

#[tokio::test]
async fn a_token_that_stays_as_it_is_is_tried_once() {
    let world = World::new();
    world.queue(&world.tracker(&all_four()), 1).await;
    for (_, stand_in) in world.stand_ins() {
        stand_in.expire_token();
    }
    round(&world).await;
    for (platform, stand_in) in world.stand_ins() {
        assert_eq!(stand_in.requests().len(), 1, "{platform}");
    }
    let rows = world.rows().await;
    assert!(rows.iter().any(|row| is_of(row, "gads") && row.attempts == 0));
}
