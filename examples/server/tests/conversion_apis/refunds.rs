//! Money that is taken back: what Google is told when, and what is not sent at all.

use crate::accounts::{all_four, rule};
use crate::running::PERSON;
use crate::world::{HOUR, World, finding, is_of};
use postback::delivery::DeliveryState;
use std::collections::BTreeMap;
use std::time::Duration;

const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

#[tokio::test]
async fn a_sale_that_is_refunded_is_told_again_with_the_value_0_after_it_was_counted() {
    let world = World::new();
    let mut running = world.serve(&rule("gads", "")).await;
    let click = running.click().await;
    let sale = format!("eventid=A-1&sum=8.50&status=confirmed&order=A-1&{PERSON}");
    running.sale(&click, &sale).await;
    let is_accepted = |row: &postback::delivery::DeliveryRow| row.state == DeliveryState::Accepted;
    world.until("the receipt", |rows| rows.iter().all(is_accepted)).await;
    running.sale(&click, "eventid=A-1&status=rejected").await;
    let explained = running
        .connection
        .api(&format!("explain?clickid={click}"))
        .await
        .to_string();
    assert!(explained.contains("restated_still_counted"), "{explained}");
    let waits = |row: &postback::delivery::DeliveryRow| finding(row) == "waits for the verdict on what it corrects";
    world.until("the wait", |rows| rows.iter().any(waits)).await;
    assert_eq!(
        world.google.accepted_ids(),
        ["A-1.Purchase"],
        "the sale is not counted yet"
    );
    running.later(&world, HALF_HOUR);
    let is_delivered = |row: &postback::delivery::DeliveryRow| row.state == DeliveryState::Delivered;
    world
        .until("the sale's verdict", |rows| rows.iter().any(is_delivered))
        .await;
    running.later(&world, HOUR);
    world
        .until("the correction's receipt", |rows| rows.iter().any(is_accepted))
        .await;
    running.later(&world, HOUR);
    world.until("both verdicts", |rows| rows.iter().all(is_delivered)).await;
    let told = world.google.accepted();
    let (sale, correction) = (&told[0].event, &told[1].event);
    for member in [
        "transactionId",
        "eventTimestamp",
        "eventSource",
        "currency",
        "adIdentifiers",
        "userData",
        "consent",
    ] {
        assert!(
            !sale[member].is_null() && sale[member] == correction[member],
            "{member}: {correction}"
        );
    }
    assert_eq!(
        world.google.counted(),
        BTreeMap::from([("A-1.Purchase".to_owned(), 0.0)])
    );
    running.stop().await;
}

#[tokio::test]
async fn of_a_sale_that_is_refunded_while_its_lanes_are_held_nothing_is_ever_told() {
    let world = World::new();
    for (_, stand_in) in world.stand_ins() {
        stand_in.expire_token();
    }
    let mut running = world.serve(&all_four()).await;
    let click = running.click().await;
    let sale = format!("eventid=A-1&sum=8.50&status=confirmed&order=A-1&{PERSON}");
    running.sale(&click, &sale).await;
    world
        .until("the holds", |rows| rows.iter().all(|row| row.last.is_some()))
        .await;
    running.sale(&click, "eventid=A-1&status=rejected").await;
    let rows = world.rows().await;
    assert_eq!(rows.len(), 4);
    for row in &rows {
        assert_eq!(finding(row), "withdrawn: its sale was taken back before it was sent");
        assert_eq!((row.state, row.attempts), (DeliveryState::Dead, 0));
    }
    let letters = running.connection.api("deliveries?state=dead").await.to_string();
    assert!(letters.contains("withdrawn"), "{letters}");
    running.later(&world, HOUR);
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (name, stand_in) in world.stand_ins() {
        assert!(stand_in.accepted().is_empty(), "{name}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_sale_that_is_refunded_after_all_have_it_is_corrected_at_google_alone() {
    let world = World::new();
    let mut running = world.serve(&all_four()).await;
    let click = running.click().await;
    running
        .sale(
            &click,
            &format!("eventid=A-1&sum=8.50&status=confirmed&order=A-1&{PERSON}"),
        )
        .await;
    let has_left = |row: &postback::delivery::DeliveryRow| row.state != DeliveryState::Queued;
    world.until("all four", |rows| rows.iter().all(has_left)).await;
    running.sale(&click, "eventid=A-1&status=rejected").await;
    let explained = running
        .connection
        .api(&format!("explain?clickid={click}"))
        .await
        .to_string();
    assert_eq!(explained.matches("\"what\":\"unsupported\"").count(), 3, "{explained}");
    let rows = world.rows().await;
    let corrections: Vec<_> = rows
        .iter()
        .filter(|row| row.delivery.cause.corrects().is_some())
        .collect();
    assert!(corrections.len() == 1 && is_of(corrections[0], "gads"));
    running.stop().await;
}
