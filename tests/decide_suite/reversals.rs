//! **Reversals** bypass the policy.

use postback::plan::{DuplicateDecision, Outcome};
use postback_test::{TRACKED, World, document, notification, verdicts, with, with_policy, with_postback};
use serde_json::json;

fn sale_and_refund(world: &World, order: [usize; 2]) {
    let texts = [
        notification("SALE", "R1", 60, "10", TRACKED),
        notification("RFND", "R1", 90, "-10", TRACKED),
    ];
    for index in order {
        world.notify(&texts[index]);
    }
}

#[test]
fn a_reversal_is_a_conversion_of_its_own_and_the_sale_is_not_rewritten() {
    let world = World::new(&document());
    sale_and_refund(&world, [0, 1]);
    assert_eq!(
        world.told(),
        ["Purchase approved 10 USD 10 USD", "Refund declined -10 USD -10 USD"]
    );
    let rows = world.conversions();
    assert_eq!(rows[0].shown.receipt, rows[1].shown.receipt);
    assert_ne!(rows[0].id, rows[1].id);
}

#[test]
fn a_reversal_never_goes_through_the_policy() {
    for policy in ["ignore", "edit", "increment", "ignore_event_id", "create_marked"] {
        let world = World::new(&with_policy(policy, &[("Refund", policy)]));
        world.postback("clickid=c1&eventid=a&receipt=R1&sum=10&time=@60");
        let plan = world.plan("clickid=c1&eventid=b&receipt=R1&type=Refund&sum=4&time=@61");
        world.postback("clickid=c1&eventid=c&receipt=R1&type=Refund&sum=3&time=@62");
        assert_eq!(plan.trace.duplicate, Some(DuplicateDecision::Bypassed), "{policy}");
        assert_eq!(world.revenue(), "3", "{policy}");
        assert_eq!(world.told().len(), 3, "{policy}");
    }
}

#[test]
fn a_reversals_status_is_the_sources_and_declined_by_default() {
    let world = World::new(&with(|d| d["offer_source"][1]["reversal_status"] = "pending".into()));
    sale_and_refund(&world, [0, 1]);
    assert_eq!(world.told()[1], "Refund pending -10 USD -10 USD");
}

#[test]
fn a_reversals_own_status_word_is_kept_and_not_believed() {
    let world = World::new(&document());
    world.postback("clickid=c1&type=Refund&sum=5&status=approved");
    let row = &world.conversions()[0];
    assert_eq!(row.shown.status.as_str(), "declined");
    assert_eq!(row.shown.status_word.as_deref(), Some("approved"));
}

#[test]
fn a_reversal_with_a_receipt_waits_for_a_payment_of_that_receipt() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("RFND", "R1", 90, "-10", TRACKED)),
        "unattributed: waits_for_sale"
    );
    assert!(world.told().is_empty());
    assert_eq!(world.notify(&notification("SALE", "R1", 60, "10", TRACKED)), "applied");
    assert_eq!(world.revenue(), "0");
    assert_eq!(world.told().len(), 2);
}

#[test]
fn a_reversal_without_a_receipt_goes_by_its_click_id() {
    let world = World::new(&document());
    assert_eq!(world.postback("clickid=c1&eventid=b&type=Refund&sum=10"), "applied");
    assert_eq!(world.revenue(), "-10");
}

#[test]
fn a_reversal_waits_for_a_payment_whose_status_counts() {
    for status in ["pending", "declined"] {
        let world = World::new(&document());
        world.postback(&format!("clickid=c1&receipt=R1&sum=10&status={status}&time=@60"));
        assert_eq!(
            world.postback("receipt=R1&type=Refund&sum=10&time=@61"),
            "unattributed: waits_for_sale"
        );
        assert_eq!(world.revenue(), "0", "{status}");
        world.postback("clickid=c1&receipt=R1&sum=10&status=approved&time=@62");
        assert_eq!(world.revenue(), "0", "{status}");
        assert_eq!(world.told().len(), 3, "{status}");
    }
}

#[test]
fn a_reversal_of_notifications_that_are_pending_by_default_takes_nothing_back() {
    let world = World::new(&with(|d| d["offer"][1]["default_status"] = "pending".into()));
    sale_and_refund(&world, [0, 1]);
    assert_eq!(world.told(), ["Purchase pending 10 USD (10 USD)"]);
    assert_eq!(world.revenue(), "0");
}

#[test]
fn a_reversal_waits_for_a_payment_that_has_a_rate() {
    let rate = |since: i64| {
        with(|d| {
            d["rate"] =
                json!([{"from": "EUR", "to": "USD", "rate": "2", "since": postback_test::after(since).to_string()}]);
        })
    };
    for (since, revenue, conversions) in [(61, "0", 1), (60, "0", 2)] {
        let world = World::new(&rate(since));
        world.postback("clickid=c1&receipt=R1&sum=10&currency=EUR&time=@60");
        world.postback("receipt=R1&type=Refund&sum=10&currency=EUR&time=@61");
        assert_eq!(
            (world.revenue().as_str(), world.told().len()),
            (revenue, conversions),
            "{since}"
        );
    }
}

#[test]
fn a_sale_that_means_nothing_here_has_nothing_to_take_back() {
    for events in [
        json!({"RFND": "Refund"}),
        json!({"SALE": "", "RFND": "Refund"}),
        json!({"SALE": "CancelRebill", "RFND": "Refund"}),
    ] {
        let world = World::new(&with(|d| d["offer_source"][1]["events"] = events));
        sale_and_refund(&world, [0, 1]);
        assert_eq!(world.revenue(), "0");
        let refund = world
            .events()
            .into_iter()
            .find(|row| row.event.name.as_deref() == Some("RFND"))
            .unwrap();
        assert_eq!(refund.outcome, Outcome::Unattributed);
    }
}

#[test]
fn a_rule_skips_what_takes_money_back_unless_it_says_send() {
    let skip = World::new(&document());
    skip.postback("clickid=c1&eventid=a&receipt=R1&sum=10&time=@60");
    let plan = skip.plan("eventid=b&receipt=R1&type=Refund&sum=10&time=@61");
    assert_eq!(verdicts(&plan), ["all: failed on negative"]);
    let send = World::new(&with_postback(json!({"negative": "send", "types": ["Refund"]})));
    send.postback("clickid=c1&eventid=a&receipt=R1&sum=10&time=@60");
    send.postback("eventid=b&receipt=R1&type=Refund&sum=10&time=@61");
    assert_eq!(send.sent(), ["key=ref-c1&type=Refund&price=-10"]);
}

#[test]
fn every_partial_refund_is_taken_back() {
    let world = World::new(&document());
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("RFND", "R1", 90, "-3", ""));
    world.notify(&notification("RFND", "R1", 91, "-3", ""));
    assert_eq!(world.revenue(), "4");
}
