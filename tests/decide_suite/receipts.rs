//! **Receipts**: children and reversals inherit the sale's click.

use postback::plan::{Found, MAX_HOPS};
use postback_test::{TRACKED, World, click, click_id, document, notification, with};
use serde_json::json;

#[test]
fn a_rebill_and_a_refund_inherit_the_sales_click_though_their_receipts_have_suffixes() {
    let world = World::new(&document());
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    assert_eq!(world.notify(&notification("BILL", "R1-B002", 61, "5", "")), "applied");
    assert_eq!(world.notify(&notification("RFND", "R1-B002", 62, "-5", "")), "applied");
    assert!(world.conversions().iter().all(|row| row.click == click_id("cb")));
    assert_eq!(world.revenue(), "10");
}

#[test]
fn an_upsell_inherits_by_the_receipt_of_its_first_sale_and_the_trace_says_the_way() {
    let world = World::new(&document());
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    let upsell = r#""lineItems":[{"lineItemType":"UPSELL"}],"upsell":{"upsellOriginalReceipt":"R1"}"#;
    let text = notification("SALE", "R2", 61, "5", upsell);
    let plan = world.ingest(&world.notification_event(&text)).1.unwrap();
    let path = vec!["R2".parse().unwrap(), "R1".parse().unwrap()];
    assert_eq!(
        plan.trace.found,
        Some(Found::Receipt {
            path,
            click: click_id("cb")
        })
    );
    assert_eq!(world.told()[1], "Upsell approved 5 USD 5 USD");
}

#[test]
fn an_original_receipt_that_is_the_own_one_is_no_parent() {
    let world = World::new(&document());
    let event = world.notification_event(&notification(
        "SALE",
        "R1",
        60,
        "10",
        r#""upsell":{"upsellOriginalReceipt":"R1"}"#,
    ));
    assert_eq!(event.parent, None);
}

#[test]
fn a_click_id_of_ones_own_comes_before_the_receipts() {
    let world = World::new(&document());
    world.record(&click("cb2"));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("BILL", "R1-B002", 61, "5", r#""trackingCodes":["cb2"]"#));
    assert_eq!(world.conversions()[1].click, click_id("cb2"));
}

#[test]
fn a_receipts_click_is_that_of_the_earliest_event_that_named_one() {
    for order in [[0, 1], [1, 0]] {
        let world = World::new(&document());
        world.record(&click("cb2"));
        let texts = [
            notification("SALE", "R1", 60, "10", TRACKED),
            notification("BILL", "R1-B002", 61, "5", r#""trackingCodes":["cb2"]"#),
        ];
        for index in order {
            world.notify(&texts[index]);
        }
        world.notify(&notification("BILL", "R1-B003", 62, "5", ""));
        assert_eq!(world.conversions()[2].click, click_id("cb"), "{order:?}");
    }
}

/// Postbacks `R0`..`Rn`, each the child of the one before; only `R0` names the click.
fn chain(world: &World, links: usize) -> String {
    world.postback("clickid=c1&receipt=R0&sum=1&time=@1");
    for link in 1..links {
        world.postback(&format!(
            "receipt=R{link}&parent=R{}&type=Upsell&sum=1&time=@{link}",
            link - 1
        ));
    }
    world.postback(&format!(
        "receipt=R{links}&parent=R{}&type=Upsell&sum=1&time=@{links}",
        links - 1
    ))
}

#[test]
fn a_chain_ends_after_eight_hops() {
    for (links, answer) in [
        (MAX_HOPS - 1, "applied"),
        (MAX_HOPS, "applied"),
        (MAX_HOPS + 1, "unattributed: too_many_hops"),
    ] {
        assert_eq!(chain(&World::new(&document()), links), answer, "{links}");
    }
}

#[test]
fn a_cycle_of_receipts_ends_and_says_so() {
    let world = World::new(&document());
    world.postback("receipt=R1&parent=R2&sum=1&time=@1");
    assert_eq!(
        world.postback("receipt=R2&parent=R1&sum=1&time=@2"),
        "unattributed: receipt_cycle"
    );
}

#[test]
fn a_click_found_in_a_cycle_counts_all_the_same() {
    let world = World::new(&document());
    world.postback("receipt=R1&parent=R2&sum=1&time=@1");
    assert_eq!(
        world.postback("clickid=c1&receipt=R2&parent=R1&sum=1&time=@2"),
        "applied"
    );
    assert_eq!(world.revenue(), "2");
}

#[test]
fn a_parent_without_an_own_receipt_leads_to_the_click() {
    let world = World::new(&document());
    world.postback("clickid=c1&receipt=R1&sum=1");
    assert_eq!(world.postback("parent=R1&eventid=u&type=Upsell&sum=2"), "applied");
}

#[test]
fn receipts_of_another_source_are_other_receipts() {
    let world = World::new(&document());
    world.postback("clickid=c1&receipt=R1&sum=1");
    let event = world.postback_to("other", "receipt=R1&type=Upsell&sum=1");
    assert_eq!(
        postback_test::answer(world.ingest(&event).0),
        "unattributed: no_click_id"
    );
}

/// The order-form pixel needs no token, so that anyone may send what it sends.
#[test]
fn an_open_type_binds_no_receipt() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["open_types"] = json!(["InitiateCheckout"])
    }));
    world.record(&click("c2"));
    world.postback("clickid=c2&receipt=R1&parent=A0&type=InitiateCheckout&sum=9&time=@1");
    world.postback("clickid=c1&receipt=R1&sum=10&time=@60");
    world.postback("receipt=R1&type=Refund&sum=10&time=@61");
    let refund = &world.conversions()[2];
    assert_eq!((refund.click.as_str(), world.revenue().as_str()), ("c1", "0"));
    assert_eq!(world.told()[0], "InitiateCheckout approved none nothing");
}

#[test]
fn a_word_that_is_open_and_means_money_needs_the_token() {
    use postback::intake::{Caller, Intake, RefusalReason, Unauthorized};
    let open = |events: serde_json::Value| {
        World::new(&with(|d| {
            d["offer_source"][0]["tokens"] = json!(["env:TOKEN"]);
            d["offer_source"][0]["open_types"] = json!(["InitiateCheckout"]);
            d["offer_source"][0]["events"] = events;
        }))
    };
    let authorize = |world: &World, word: &str| {
        let intake = Intake::new(
            world.tracker.source(None).unwrap(),
            &world.credentials,
            world.received(),
        );
        let event = intake.postback(&Caller::default(), format!("type={word}&clickid=c1").as_bytes());
        event.map(|_| ()).map_err(|refusal| match refusal.reason {
            RefusalReason::Unauthorized(why) => why,
            other => panic!("{other}"),
        })
    };
    assert_eq!(authorize(&open(json!({})), "InitiateCheckout"), Ok(()));
    assert_eq!(
        authorize(&open(json!({"InitiateCheckout": "Purchase"})), "InitiateCheckout"),
        Err(Unauthorized::Token)
    );
    assert_eq!(
        authorize(&open(json!({"x": "InitiateCheckout"})), "x"),
        Err(Unauthorized::Token)
    );
    assert_eq!(authorize(&open(json!({})), "Purchase"), Err(Unauthorized::Token));
}
