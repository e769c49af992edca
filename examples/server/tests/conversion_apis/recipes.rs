//! The platforms that recipes describe, from the click to the verdict.

use crate::accounts::rule;
use crate::running::PERSON;
use crate::world::{HOUR, RECIPE_TOKENS, World, finding, round};
use postback::delivery::DeliveryState;
use postback_test::standin::{StandIn, Trouble};
use std::collections::BTreeSet;

const APIS: [&str; 3] = ["snap", "rdt", "pin"];
const TYPES: [&str; 3] = ["Purchase", "Upsell", "Lead"];
const STATUSES: [&str; 2] = ["approved", "pending"];

fn stand_ins(world: &World) -> [(&'static str, &StandIn); 3] {
    [
        ("snap", &world.snapchat),
        ("rdt", &world.reddit),
        ("pin", &world.pinterest),
    ]
}

fn rules(lines: &str) -> String {
    APIS.map(|api| rule(api, lines)).concat()
}

#[tokio::test]
async fn each_is_told_of_the_types_and_statuses_that_its_rule_asks_for() {
    let world = World::with_recipes();
    let asked = [
        ("snap", "types = [\"Purchase\", \"Lead\"]\nstatuses = [\"approved\"]"),
        ("rdt", "statuses = [\"pending\"]"),
        ("pin", "types = [\"Upsell\", \"Purchase\"]"),
    ];
    let mut running = world.serve(&asked.map(|(api, lines)| rule(api, lines)).concat()).await;
    for type_name in TYPES {
        for status in STATUSES {
            let click = running.click().await;
            let query = format!("type={type_name}&status={status}&sum=5&order={status}&{PERSON}");
            running.sale(&click, &query).await;
        }
    }
    let rows = world
        .until("the end", |rows| {
            rows.iter().all(|row| row.state != DeliveryState::Queued)
        })
        .await;
    let states: Vec<_> = rows.iter().map(|row| (row.state, finding(row))).collect();
    assert!(
        rows.iter().all(|row| row.state == DeliveryState::Delivered),
        "{states:?}"
    );
    let wanted: [(&str, &[&str]); 3] = [
        ("snap", &["approved.Lead", "approved.Purchase"]),
        ("rdt", &["pending.Lead", "pending.Purchase", "pending.Upsell"]),
        (
            "pin",
            &[
                "approved.Purchase",
                "approved.Upsell",
                "pending.Purchase",
                "pending.Upsell",
            ],
        ),
    ];
    for ((api, wanted), (_, stand_in)) in wanted.into_iter().zip(stand_ins(&world)) {
        let told = stand_in.accepted_ids();
        let once: BTreeSet<&str> = told.iter().map(String::as_str).collect();
        assert_eq!(
            (once.len(), once),
            (told.len(), wanted.iter().copied().collect()),
            "{api}"
        );
    }
    // Each with its click id.
    assert_eq!(
        world.snapchat.accepted()[0].event["user_data"]["sc_click_id"],
        "ScCid-1"
    );
    assert_eq!(world.reddit.accepted()[0].event["click_id"], "7310000000000000000");
    assert_eq!(
        world.pinterest.accepted()[0].event["user_data"]["click_id"],
        "dj0yExample"
    );
    running.stop().await;
}

#[tokio::test]
async fn one_bad_event_never_sinks_its_neighbours() {
    let world = World::with_recipes();
    for (_, stand_in) in stand_ins(&world) {
        stand_in.refuse("A-3.Purchase", "CANARY-word");
    }
    let tracker = world.tracker(&rules(""));
    world.queue(&tracker, 12).await;
    for _ in 0..8 {
        round(&world).await;
    }
    for row in world.rows().await {
        let is_bad = row
            .delivery
            .outbound
            .item
            .as_ref()
            .unwrap()
            .key
            .as_deref()
            .unwrap()
            .ends_with(" A-3.Purchase");
        let wanted = if is_bad {
            DeliveryState::Dead
        } else {
            DeliveryState::Delivered
        };
        assert_eq!(row.state, wanted, "{} {}", row.delivery.lane, finding(&row));
        assert!(!finding(&row).contains("CANARY"), "{}", finding(&row));
    }
    for (api, stand_in) in stand_ins(&world) {
        assert_eq!(stand_in.accepted().len(), 11, "{api}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_holds_the_lane_and_loses_nothing() {
    let world = World::with_recipes();
    for (_, stand_in) in stand_ins(&world) {
        stand_in.expire_token();
    }
    let tracker = world.tracker(&rules(""));
    world.queue(&tracker, 3).await;
    let first = round(&world).await;
    assert_eq!(first.holds.len(), 3);
    for (place, (_, stand_in)) in stand_ins(&world).into_iter().enumerate() {
        stand_in.renew_token(RECIPE_TOKENS[place].1);
    }
    world.clock.advance(HOUR);
    round(&world).await;
    assert_eq!(world.count(DeliveryState::Delivered).await, 9);
}

#[tokio::test]
async fn trouble_passes_and_each_event_is_counted_once() {
    for trouble in [
        Trouble::RateLimit,
        Trouble::ServerError,
        Trouble::Html,
        Trouble::DeadVersion,
        Trouble::FaultInSuccess,
        Trouble::Truncated,
    ] {
        let world = World::with_recipes();
        for (_, stand_in) in stand_ins(&world) {
            stand_in.trouble(trouble, 1);
        }
        let tracker = world.tracker(&rules(""));
        world.queue(&tracker, 2).await;
        for _ in 0..6 {
            round(&world).await;
            world.clock.advance(HOUR);
        }
        for row in world.rows().await {
            assert_eq!(
                row.state,
                DeliveryState::Delivered,
                "{trouble:?} {} {}",
                row.delivery.lane,
                finding(&row)
            );
        }
        for (api, stand_in) in stand_ins(&world) {
            let ids: BTreeSet<String> = stand_in.accepted_ids().into_iter().collect();
            assert_eq!(ids.len(), 2, "{trouble:?} {api}");
        }
    }
}
