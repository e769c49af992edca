//! Doubts about how long rows are kept.

use crate::support::warnings;

/// The doubts about a table `[retention]`, where clicks of the source expire after 60 days.
fn kept(lines: &str) -> Vec<String> {
    let root = format!("[retention]\n{lines}");
    warnings(&[("#root", &root), ("#source", "click_expiration = \"60d\"")])
}

#[test]
fn what_is_kept_long_enough_is_not_doubted() {
    for lines in [
        "",
        "clicks = \"60d\"",
        "events = \"180d\"",
        "clicks = \"400d\"\nevents = \"400d\"",
        "deliveries = \"7d\"\nprivate = \"1d\"\nwaiting = \"1d\"",
    ] {
        assert_eq!(kept(lines), [""; 0], "{lines}");
    }
}

#[test]
fn clicks_are_kept_as_long_as_their_sales_may_come() {
    assert_eq!(
        kept("clicks = \"59d\""),
        [
            "retention.clicks: `click_expiration` of source `network` is 60d, and a sale that comes later than 59d after its click finds no click"
        ]
    );
}

#[test]
fn events_are_kept_as_long_as_sales_are_taken_back_and_as_clicks_are() {
    assert_eq!(
        kept("clicks = \"90d\"\nevents = \"80d\""),
        [
            "retention.clicks: a click without a sale would be kept for 90d, and one with a sale only for 80d after it; make `events` at least as long",
            "retention.events: refunds and chargebacks come up to 180d after a sale, and one that comes later than 80d finds no sale that it could take back"
        ]
    );
}

#[test]
fn what_was_given_up_is_kept_until_a_person_may_have_seen_it() {
    assert_eq!(
        kept("deliveries = \"6d\""),
        [
            "retention.deliveries: a delivery that was given up is deleted 6d later, perhaps before anybody has seen it; keep it for 7d at least"
        ]
    );
    assert_eq!(
        kept("deliveries = \"3d\""),
        [
            "retention.deliveries: a delivery that was given up is deleted 3d later, perhaps before anybody has seen it, and those that were delivered go while others of the same sale are still tried again, for about three days; keep it for 7d at least"
        ]
    );
}
