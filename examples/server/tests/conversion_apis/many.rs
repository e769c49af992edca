//! A thousand events of which one is bad.

use crate::accounts::{all_four, rule};
use crate::world::{World, finding, is_of, round};
use postback::delivery::DeliveryState;
use std::collections::BTreeSet;

const MANY: usize = 1_000;
const BAD: &str = "A-377.Purchase";

#[tokio::test]
async fn the_service_sends_a_thousand_events_of_which_one_is_refused() {
    let world = World::new();
    world.meta.refuse(BAD, "2804003");
    world.queue(&world.tracker(&rule("fb", "")), MANY).await;
    let running = world.serve(&rule("fb", "")).await;
    let rows = world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state != DeliveryState::Queued)
        })
        .await;
    let dead: Vec<&str> = rows
        .iter()
        .filter(|row| row.state == DeliveryState::Dead)
        .map(finding)
        .collect();
    assert_eq!(dead, ["HTTP 400 (meta 100/2804003 too_old)"]);
    let accepted = world.meta.accepted_ids();
    let once: BTreeSet<&String> = accepted.iter().collect();
    assert_eq!((accepted.len(), once.len()), (MANY - 1, MANY - 1));
    running.stop().await;
}

#[tokio::test]
async fn of_a_thousand_events_one_is_refused_and_the_others_count_once() {
    let world = World::new();
    world.meta.refuse(BAD, "2804003");
    world.tiktok.refuse(BAD, "40002");
    world.google.refuse(BAD, "EVENT_TIME_INVALID");
    world.microsoft.refuse(BAD, "InvalidValue");
    world.queue(&world.tracker(&all_four()), MANY).await;
    // Until nothing is due.
    while round(&world).await.requests > 0 {}
    let rows = world.rows().await;
    assert_eq!(rows.len(), 4 * MANY);
    let reasons = [
        ("fb", "HTTP 400 (meta 100/2804003 too_old)"),
        ("tt", "HTTP 200 (tiktok 40002 invalid_parameter)"),
        (
            "gads",
            "HTTP 400 (google EVENT_TIME_INVALID events.events[377].transaction_id)",
        ),
        (
            "ms",
            "HTTP 200 (microsoft VALIDATION_ERROR/INVALID_VALUE data[377].eventId)",
        ),
    ];
    for ((api, reason), (platform, stand_in)) in reasons.iter().zip(world.stand_ins()) {
        let accepted = stand_in.accepted_ids();
        let once: BTreeSet<&String> = accepted.iter().collect();
        assert_eq!((accepted.len(), once.len()), (MANY - 1, MANY - 1), "{platform}");
        assert!(!accepted.iter().any(|id| id == BAD), "{platform}");
        let dead = rows
            .iter()
            .filter(|row| is_of(row, api) && row.state == DeliveryState::Dead);
        let dead: Vec<&str> = dead.map(finding).collect();
        let row = |place: &str| place.split_once('[').map_or("", |(before, _)| before).to_owned();
        assert_eq!(dead.len(), 1, "{platform}");
        // Which place it has in its request depends on the order of ids.
        match reason.contains('[') {
            true => assert_eq!(row(dead[0]), row(reason), "{platform}"),
            false => assert_eq!(dead[0], *reason, "{platform}"),
        }
        let done = match *api {
            "gads" => DeliveryState::Accepted,
            _ => DeliveryState::Delivered,
        };
        let done = rows.iter().filter(|row| is_of(row, api) && row.state == done);
        // Splitting costs nobody an attempt.
        let attempts: BTreeSet<u32> = done.clone().map(|row| row.attempts).collect();
        assert_eq!((done.count(), attempts), (MANY - 1, [1].into()), "{platform}");
    }
    // Halves until one stands alone; a row that is named goes, and the others come once more.
    let requests = world.stand_ins().map(|(_, stand_in)| stand_in.requests().len());
    assert!(requests[0] <= 2 * 10 + 1 && requests[1] <= 2 * 10 + 1, "{requests:?}");
    assert!(requests[2] <= 3 && requests[3] == 1, "{requests:?}");
}

#[tokio::test]
async fn of_a_thousand_events_every_eightieth_is_refused_and_each_platform_has_the_others() {
    let world = World::new();
    let bad: BTreeSet<String> = (0..MANY)
        .step_by(80)
        .map(|number| format!("A-{number}.Purchase"))
        .collect();
    let codes = ["2804009", "40002", "INVALID_CURRENCY_CODE", "InvalidValue"];
    for ((_, stand_in), code) in world.stand_ins().into_iter().zip(codes) {
        bad.iter().for_each(|id| stand_in.refuse(id, code));
    }
    world.queue(&world.tracker(&all_four()), MANY).await;
    while round(&world).await.requests > 0 {}
    let rows = world.rows().await;
    for (api, (platform, stand_in)) in ["fb", "tt", "gads", "ms"].into_iter().zip(world.stand_ins()) {
        let dead = rows
            .iter()
            .filter(|row| is_of(row, api) && row.state == DeliveryState::Dead);
        assert_eq!(dead.count(), bad.len(), "{platform}");
        let accepted = stand_in.accepted_ids();
        let once: BTreeSet<&String> = accepted.iter().collect();
        assert_eq!(once.len(), MANY - bad.len(), "{platform}");
        assert!(once.iter().all(|id| !bad.contains(*id)), "{platform}");
        // Microsoft lists ten errors, and does not say that it took the rest: their ids come again.
        if platform != "microsoft" {
            assert_eq!(accepted.len(), once.len(), "{platform}");
        }
    }
    // 13 bad ones are found by halves, by their names, and by the first ten names.
    let requests = world.stand_ins().map(|(_, stand_in)| stand_in.requests().len());
    assert!(requests[0] < 250 && requests[1] < 250, "{requests:?}");
    assert!(requests[2] <= 3 && requests[3] < 10, "{requests:?}");
}
