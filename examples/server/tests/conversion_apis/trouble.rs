//! Whatever a platform answers once, the event counts once in the end.

use crate::accounts::all_four;
use crate::world::{HOUR, World};
use postback::delivery::DeliveryState;
use postback_test::standin::Trouble;

#[tokio::test]
async fn what_passes_is_told_again_under_the_same_id() {
    for trouble in [
        Trouble::RateLimit,
        Trouble::ServerError,
        Trouble::Html,
        Trouble::FaultInSuccess,
        Trouble::Truncated,
    ] {
        let world = World::new();
        for (_, stand_in) in world.stand_ins() {
            stand_in.trouble(trouble, 1);
        }
        let mut running = world.serve(&all_four()).await;
        running.sales(&world, "order-", 1).await;
        world
            .until("a first answer", |rows| {
                rows.len() == 4 && rows.iter().all(|row| row.last.is_some())
            })
            .await;
        assert_eq!(world.count(DeliveryState::Dead).await, 0, "{trouble:?}");
        running.later(&world, HOUR);
        world
            .until("the end", |rows| {
                rows.iter().all(|row| row.state != DeliveryState::Queued)
            })
            .await;
        assert_eq!(world.count(DeliveryState::Dead).await, 0, "{trouble:?}");
        for (platform, stand_in) in world.stand_ins() {
            let mut ids = stand_in.accepted_ids();
            // What was accepted without an answer is told twice, and its id says so.
            ids.dedup();
            assert_eq!(ids, ["order-0.Purchase"], "{platform}: {trouble:?}");
        }
        running.stop().await;
    }
}
