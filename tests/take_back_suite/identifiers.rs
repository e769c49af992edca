//! What identifies the person when a correction is told, after the personal values have expired.

use crate::world::{Shop, said};
use postback::delivery::DeliveryState;
use postback::port::{Clock, Purge, Store};
use postback::testing::block_on;
use std::time::Duration;

const SIXTY_DAYS: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// Sixty days after everything was delivered; personal values are forgotten.
fn sixty_days_later(shop: &Shop) {
    shop.days();
    shop.later(SIXTY_DAYS);
    let now = shop.world.clock.now();
    block_on(shop.world.store.purge(&Purge::PrivateBefore(now))).unwrap();
}

#[test]
fn after_sixty_days_transaction_and_click_id_remain() {
    let shop = Shop::google("update", "");
    shop.message("sum=30&email=a%40example.com");
    sixty_days_later(&shop);
    assert_eq!(shop.said("type=Refund&sum=30"), ["to-ads restated_still_counted 0"]);
    shop.days();
    let events = shop.platforms.events();
    assert_eq!(events[1]["adIdentifiers"], events[0]["adIdentifiers"]);
    assert!(!events[0]["userData"].is_null() && events[1]["userData"].is_null());
    assert_eq!((shop.counted(), shop.platforms.counted().len()), (Some(0), 1));
}

#[test]
fn where_nothing_identifies_the_person_any_more_that_is_said_and_nothing_is_sent() {
    let shop = Shop::google("update", "");
    shop.visitor("c2", false);
    shop.postback("clickid=c2&eventid=B&sum=30&email=a%40example.com");
    sixty_days_later(&shop);
    shop.postback("clickid=c2&eventid=B&type=Refund&sum=30");
    let event = shop.world.events().pop().unwrap();
    let told: Vec<String> = event.trace.corrections.iter().map(said).collect();
    assert_eq!(told, ["no_identifier 0"]);
    shop.days();
    assert_eq!(shop.platforms.events().len(), 1);
}

#[test]
fn where_the_deliveries_were_forgotten_it_is_said_that_nothing_is_known() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    sixty_days_later(&shop);
    let now = shop.world.clock.now();
    block_on(shop.world.store.purge(&Purge::DeliveriesBefore(now))).unwrap();
    assert_eq!(shop.said("type=Refund&sum=30"), ["to-ads sale_unknown 0"]);
    assert_eq!(shop.count(DeliveryState::Queued), 0);
}
