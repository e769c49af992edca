//! The conditions and the updates of a rule hold also where money is taken back.

use crate::platforms::Mood;
use crate::world::Shop;
use postback::delivery::DeliveryState;

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
