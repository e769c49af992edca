//! **INS and S2S of the same sale**: who counts.

use postback::plan::{Outcome, Reason};
use postback_test::{TRACKED, World, document, notification, with};

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

/// ClickBank's postbacks tell of first purchases and upsells alone; of rebills and reversals none
/// was seen.
#[test]
fn where_the_postbacks_count_rebills_and_reversals_come_by_notification() {
    let world = world(Some("s2s"));
    let upsell = r#""lineItems":[{"lineItemType":"UPSELL"}],"upsell":{"upsellOriginalReceipt":"R1"}"#;
    world.ingest(&world.postback_to("clickbank", S2S));
    for (text, said) in [
        (notification("SALE", "R1", 60, "10", TRACKED), "ignored: counted_by_s2s"),
        (notification("SALE", "R2", 61, "5", upsell), "ignored: counted_by_s2s"),
        (notification("BILL", "R1-B002", 62, "7", ""), "applied"),
        (notification("RFND", "R1", 63, "-4", ""), "applied"),
        (notification("CGBK", "R1", 64, "-2", ""), "applied"),
        (notification("INSF", "R1", 65, "-1", ""), "applied"),
    ] {
        assert_eq!(world.notify(&text), said, "{text}");
    }
    assert_eq!(world.revenue(), "10");
}

#[test]
fn where_the_notifications_count_no_money_of_a_postback_does() {
    let world = world(Some("ins"));
    for kind in ["Purchase", "PURCHASE", "Upsell", "Rebill", "Refund", "Chargeback"] {
        let event = world.postback_to("clickbank", &format!("clickid=cb&type={kind}&sum=10&receipt=R1"));
        assert_eq!(
            postback_test::answer(world.ingest(&event).0),
            "ignored: counted_by_ins",
            "{kind}"
        );
    }
    assert!(world.told().is_empty());
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
        let source = d["offer_source"][1].as_object_mut().unwrap();
        source.remove("template");
        source.insert("protocol".into(), "clickbank".into());
    }));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.ingest(&world.postback_to("clickbank", "clickid=cb&type=Purchase&sum=10&receipt=R1"));
    assert_eq!(world.revenue(), "20");
}
