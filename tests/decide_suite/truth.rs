//! **INS and S2S of the same sale**: who counts.

use super::support::{TRACKED, World, document, notification, with};
use postback::tracker::{Outcome, Reason};

fn world(truth: Option<&str>) -> World {
    World::new(&match truth {
        Some(word) => with(|d| d["offer_source"][1]["truth"] = word.into()),
        None => document(),
    })
}

const S2S: &str = "clickid=cb&type=PURCHASE&sum=10&receipt=R1&eventid=x";

fn both(world: &World, notification_first: bool) {
    let notify = || world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    let postback = || world.ingest(&world.postback_to("clickbank", S2S));
    if notification_first {
        notify();
        postback();
    } else {
        postback();
        notify();
    }
}

#[test]
fn truth_says_who_counts_whatever_came_first() {
    for (truth, ignored) in [("ins", Reason::CountedByIns), ("s2s", Reason::CountedByS2s)] {
        for notification_first in [true, false] {
            let world = World::new(&with(|d| {
                d["offer_source"][1]["truth"] = truth.into();
                d["offer_source"][1]["events"]["PURCHASE"] = "Purchase".into();
            }));
            both(&world, notification_first);
            assert_eq!(
                world.told(),
                ["Purchase approved 10 USD 10 USD"],
                "{truth} {notification_first}"
            );
            let reasons: Vec<_> = world.events().iter().map(|row| (row.outcome, row.reason)).collect();
            assert!(reasons.contains(&(Outcome::Ignored, Some(ignored))), "{reasons:?}");
        }
    }
}

#[test]
fn the_template_of_the_notifications_lets_them_count() {
    let world = world(None);
    both(&world, false);
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
    assert!(
        world
            .events()
            .iter()
            .any(|row| row.reason == Some(Reason::CountedByIns))
    );
}

#[test]
fn the_other_interface_is_heard_where_it_brings_no_receipt_or_no_money() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["events"]["ORDER_IMPRESSION"] = "InitiateCheckout".into()
    }));
    let ingest = |query: &str| world.ingest(&world.postback_to("clickbank", query)).0.outcome.as_str();
    assert_eq!(ingest("clickid=cb&type=ORDER_IMPRESSION&receipt=R9"), "applied");
    assert_eq!(ingest("clickid=cb&type=Lead&sum=1&eventid=e"), "applied");
}

#[test]
fn without_truth_both_count() {
    let world = World::new(&with(|d| {
        d["offer_source"][1].as_object_mut().unwrap().remove("template");
    }));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.ingest(&world.postback_to("clickbank", "clickid=cb&type=Purchase&sum=10&receipt=R1"));
    assert_eq!(world.revenue(), "20");
}
