//! The conditions and the updates of a rule hold also where money is taken back.

use crate::platforms::Mood;
use crate::world::Shop;
use postback::delivery::DeliveryState;
use postback::port::{Clock, Purge, Store};
use postback::testing::block_on;
use std::time::Duration;

#[test]
fn a_withdrawn_sale_is_sent_again_only_when_the_rule_asks_for_it() {
    let shop = Shop::ruled("ads", ", \"statuses\": [\"approved\"]");
    shop.message("sum=30&status=confirmed&time=@60");
    assert_eq!(shop.said("status=rejected&time=@120"), ["to-ads cancelled 0"]);
    assert!(shop.said("status=other&time=@180").is_empty());
    shop.days();
    assert_eq!(shop.counted(), None);
    assert_eq!(shop.said("status=confirmed&time=@240"), ["to-ads sent_again 30"]);
    shop.days();
    assert_eq!(shop.counted(), Some(3_000));
}

#[test]
fn what_is_left_is_sent_only_where_the_rule_asks_for_so_much() {
    for (sum, wanted, counted) in [("15", "cancelled 15", None), ("5", "sent_with_rest 25", Some(2_500))] {
        let shop = Shop::ruled("ads", ", \"min_payout\": \"20\"");
        shop.message("sum=30");
        let said = shop.said(&format!("type=Refund&sum={sum}"));
        assert_eq!(said, [format!("to-ads {wanted}")]);
        shop.days();
        assert_eq!(shop.counted(), counted, "{sum}");
    }
}

const EVERY: &str = ", \"updates\": \"every_change\"";

#[test]
fn where_a_sale_is_stopped_no_later_value_of_it_goes_out() {
    let shop = Shop::ruled("fb", EVERY);
    shop.message("sum=30&time=@60");
    shop.platforms.are(Mood::Down);
    shop.round();
    shop.message("sum=40&time=@120");
    assert_eq!(shop.said("type=Refund&sum=40&time=@180"), ["to-fb stopped 0"]);
    shop.platforms.are(Mood::Well);
    shop.days();
    assert_eq!(shop.platforms.others().len(), 0);
    assert_eq!(shop.count(DeliveryState::Queued), 0);
}

#[test]
fn where_nothing_is_corrected_no_wrong_value_follows_what_was_told() {
    for (refund, sent) in [("40", 1), ("10", 1)] {
        let shop = Shop::ruled("fb", EVERY);
        shop.message("sum=30&time=@60");
        shop.round();
        shop.message("sum=40&time=@120");
        let said = shop.said(&format!("type=Refund&sum={refund}&time=@180"));
        assert!(said[0].starts_with("to-fb unsupported"), "{said:?}");
        shop.days();
        assert_eq!(shop.platforms.others().len(), sent, "{refund}");
    }
}

#[test]
fn a_queued_value_that_is_right_is_sent_all_the_same() {
    let shop = Shop::ruled("fb", EVERY);
    for message in ["sum=30&time=@60", "sum=35&time=@120", "sum=40&time=@180"] {
        shop.message(message);
        shop.round();
        if message.starts_with("sum=30") {
            shop.platforms.are(Mood::Locked);
        }
    }
    shop.message("type=Refund&sum=5&time=@240");
    shop.platforms.are(Mood::Well);
    shop.days();
    let sent = shop.platforms.others();
    let values: Vec<bool> = sent.iter().map(|body| body.contains("\"value\":35")).collect();
    assert_eq!(values, [false, true], "{sent:?}");
}

/// At the Data Manager a later value must not be overtaken by an earlier one that was tried before.
#[test]
fn every_change_reaches_google_in_its_order() {
    for changes in [
        &["sum=20", "sum=50"][..],
        &["status=rejected", "status=confirmed&sum=30"],
        &["sum=50"],
    ] {
        let shop = Shop::ruled("ads", ", \"updates\": \"every_change\", \"statuses\": [\"approved\"]");
        shop.message("sum=30&status=confirmed&time=@60");
        shop.platforms.are(Mood::Down);
        shop.round();
        for (place, change) in changes.iter().enumerate() {
            shop.later(Duration::from_secs(2));
            shop.message(&format!("{change}&time=@{}", 120 + 60 * place));
        }
        shop.platforms.are(Mood::Well);
        shop.days();
        let worth = if changes.len() == 2 && changes[0] != "sum=20" {
            3_000
        } else {
            5_000
        };
        assert_eq!(shop.counted(), Some(worth), "{changes:?}");
    }
}

/// Without `statuses` a rule asks for a rejected sale too, but not to tell it a second time.
#[test]
fn a_rejection_is_told_as_such_and_never_by_another_event() {
    for account in ["ads", "fb", "tt", "ms", "old", "off"] {
        let shop = Shop::ruled(account, EVERY);
        shop.later(Duration::from_secs(7 * 60 * 60));
        shop.message("sum=30&status=confirmed");
        shop.days();
        let said = shop.said("status=rejected");
        assert_eq!(said.len(), 1, "{account} {said:?}");
        shop.days();
        match account {
            "ads" => assert_eq!(shop.counted(), Some(0)),
            "fb" | "tt" | "ms" => assert_eq!(shop.platforms.others().len(), 1, "{account}"),
            _ => assert_eq!(said, [format!("to-{account} retracted 0")]),
        }
    }
}

#[test]
fn a_lead_that_is_rejected_is_not_sent_and_retracted_where_it_can_be() {
    for (account, after) in [
        ("fb", "unsupported"),
        ("ads", "unsupported"),
        ("old", "retracted"),
        ("off", "retracted"),
    ] {
        let shop = Shop::ruled(account, "");
        shop.later(Duration::from_secs(7 * 60 * 60));
        shop.message("type=Lead");
        assert_eq!(
            shop.said("type=Lead&status=rejected"),
            [format!("to-{account} cancelled 0")]
        );
        shop.days();
        assert_eq!(shop.count(DeliveryState::Delivered), 0, "{account}");

        let shop = Shop::ruled(account, "");
        shop.later(Duration::from_secs(7 * 60 * 60));
        shop.message("type=Lead");
        shop.days();
        assert_eq!(
            shop.said("type=Lead&status=rejected"),
            [format!("to-{account} {after} 0")]
        );
    }
}

#[test]
fn a_correction_that_was_on_its_way_goes_even_if_the_sale_s_delivery_is_gone_by_then() {
    let shop = Shop::ruled("ads", "");
    shop.message("sum=30");
    shop.days();
    shop.platforms.are(Mood::Down);
    shop.message("type=Refund&sum=30");
    shop.round();
    let now = shop.world.clock.now();
    block_on(shop.world.store.purge(&Purge::DeliveriesBefore(now))).unwrap();
    shop.platforms.are(Mood::Well);
    shop.days();
    assert_eq!(shop.counted(), Some(0));
}

#[test]
fn no_value_below_zero_is_told() {
    let shop = Shop::ruled("ads", "");
    shop.message("sum=49");
    shop.days();
    assert_eq!(shop.said("sum=-49"), ["to-ads restated_still_counted 0"]);
    shop.days();
    assert_eq!(shop.counted(), Some(0));
}

#[test]
fn a_refund_without_a_rate_is_said_again_with_each_further_one() {
    let shop = Shop::ruled("ads", "");
    shop.message("sum=30");
    shop.days();
    for refund in ["type=Refund&sum=10&currency=EUR", "type=Chargeback&sum=10"] {
        let said = shop.said(refund);
        assert!(
            said.iter().any(|said| said.starts_with("to-ads no_rate")),
            "{refund} {said:?}"
        );
    }
}
