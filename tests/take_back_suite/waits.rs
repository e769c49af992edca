//! A correction waits for the verdict on the sale's own event.

use crate::platforms::Mood;
use crate::world::{HALF_HOUR, Shop, finding};
use postback::delivery::{DeliveryState, WAIT};

#[test]
fn a_correction_goes_out_after_the_sale_was_counted_and_not_before() {
    let shop = Shop::google("update", "");
    shop.message("sum=30&email=a%40example.com");
    shop.round();
    assert_eq!(shop.said("type=Refund&sum=30"), ["to-ads restated_still_counted 0"]);
    for _ in 0..5 {
        shop.round();
        shop.later(WAIT);
    }
    assert_eq!(shop.platforms.events().len(), 1, "Google has only accepted the sale");
    shop.later(HALF_HOUR);
    shop.round();
    shop.later(WAIT);
    shop.round();
    let events = shop.platforms.events();
    assert_eq!(events.len(), 2);
    let (sale, correction) = (&events[0], &events[1]);
    assert_eq!(
        (&sale["conversionValue"], &correction["conversionValue"]),
        (&30.into(), &0.into())
    );
    for member in [
        "transactionId",
        "eventTimestamp",
        "eventSource",
        "currency",
        "adIdentifiers",
        "userData",
    ] {
        assert!(
            !sale[member].is_null() && sale[member] == correction[member],
            "{member}: {correction}"
        );
    }
    shop.days();
    assert_eq!(shop.count(DeliveryState::Delivered), 2);
    assert_eq!((shop.platforms.counted().len(), shop.counted()), (1, Some(0)));
}

#[test]
fn waiting_counts_no_attempt() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.platforms.are(Mood::Down);
    shop.round();
    shop.message("type=Refund&sum=10");
    for _ in 0..20 {
        shop.round();
        shop.later(WAIT);
    }
    let row = &shop.rows()[1];
    assert_eq!((row.state, row.attempts), (DeliveryState::Queued, 0));
    assert_eq!(finding(row), "waits for the verdict on what it corrects");
}

#[test]
fn a_correction_of_a_sale_that_was_refused_after_all_is_closed_and_waits_for_nobody() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.platforms.are(Mood::Down);
    shop.round();
    assert_eq!(shop.said("type=Refund&sum=30"), ["to-ads restated_still_counted 0"]);
    shop.platforms.are(Mood::Refusing);
    shop.days();
    let rows = shop.rows();
    assert_eq!([rows[0].state, rows[1].state], [DeliveryState::Dead; 2]);
    assert!(!rows[0].is_cancelled() && rows[1].is_cancelled());
    assert_eq!(
        finding(&rows[1]),
        "withdrawn: what it corrects was not taken, so there is nothing to take back"
    );
    shop.platforms.are(Mood::Well);
    shop.days();
    assert_eq!(shop.platforms.counted().len(), 0);
}

#[test]
fn a_second_refund_takes_the_place_of_a_correction_that_still_waits() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.round();
    shop.message("type=Refund&sum=10");
    shop.round();
    assert_eq!(shop.said("type=Refund&sum=5"), ["to-ads restated_still_counted 15"]);
    shop.days();
    let values: Vec<_> = shop
        .platforms
        .events()
        .iter()
        .map(|event| event["conversionValue"].clone())
        .collect();
    assert_eq!(values, [30, 15]);
    assert_eq!(
        finding(&shop.rows()[1]),
        "withdrawn: another one tells what is left of the sale now"
    );
}

#[test]
fn a_correction_waits_for_the_one_before_it() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.round();
    shop.later(HALF_HOUR);
    shop.round();
    shop.message("type=Refund&sum=10");
    shop.round();
    assert_eq!(shop.platforms.events().len(), 2, "the first correction was accepted");
    shop.message("type=Refund&sum=20");
    shop.round();
    assert_eq!(
        shop.platforms.events().len(),
        2,
        "it is not known yet whether it counts"
    );
    shop.days();
    assert_eq!(shop.counted(), Some(0));
    assert_eq!(shop.count(DeliveryState::Delivered), 3);
}

#[test]
fn what_is_still_queued_is_not_sent_when_its_order_is_rejected_and_is_sent_when_it_is_confirmed_again() {
    let shop = Shop::of("update", &["ads", "fb"], "");
    shop.message("sum=30&status=confirmed&time=@60");
    let said = shop.said("status=rejected&time=@120");
    assert_eq!(said, ["to-ads cancelled 0", "to-fb cancelled 0"]);
    let said = shop.said("status=confirmed&time=@180");
    assert_eq!(said, ["to-ads sent_again 30", "to-fb sent_again 30"]);
    shop.days();
    assert_eq!((shop.counted(), shop.platforms.others().len()), (Some(3_000), 1));
}

#[test]
fn a_rejection_after_the_sale_was_counted_is_told_and_taken_back_again() {
    let shop = Shop::google("update", "");
    shop.message("sum=30&status=confirmed&time=@60");
    shop.days();
    assert_eq!(
        shop.said("status=rejected&time=@120"),
        ["to-ads restated_still_counted 0"]
    );
    shop.days();
    assert_eq!(shop.counted(), Some(0));
    assert_eq!(
        shop.said("status=confirmed&time=@180"),
        ["to-ads restated_still_counted 30"]
    );
    shop.days();
    assert_eq!((shop.counted(), shop.platforms.counted().len()), (Some(3_000), 1));
}

#[test]
fn a_sale_that_google_may_have_refused_with_others_is_not_corrected() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.platforms.are(Mood::Partly);
    shop.round();
    shop.later(HALF_HOUR);
    shop.round();
    assert_eq!(shop.count(DeliveryState::Delivered), 1);
    assert_eq!(shop.said("type=Refund&sum=10"), ["to-ads sale_unknown 20"]);
    assert_eq!(shop.said("type=Refund&sum=20"), ["to-ads sale_unknown 0"]);
    shop.days();
    assert_eq!(shop.platforms.events().len(), 1);
}

#[test]
fn a_correction_that_waits_for_such_a_sale_is_closed() {
    let shop = Shop::google("update", "");
    shop.message("sum=30");
    shop.platforms.are(Mood::Partly);
    shop.round();
    assert_eq!(shop.said("type=Refund&sum=10"), ["to-ads restated_still_counted 20"]);
    shop.days();
    assert_eq!(shop.platforms.events().len(), 1);
    assert_eq!(
        finding(&shop.rows()[1]),
        "withdrawn: some of the request of what it corrects were refused, and nobody says which"
    );
}
