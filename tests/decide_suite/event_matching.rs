//! **Event matching**: a network's word or a kind becomes a conversion type.

use postback::plan::{Outcome, Reason};
use postback_test::{TRACKED, World, document, notification, with, with_postback};
use serde_json::json;

fn events(source: usize, events: serde_json::Value) -> World {
    World::new(&with(|d| d["offer_source"][source]["events"] = events))
}

#[test]
fn a_networks_own_word_is_matched_to_a_type() {
    let world = events(0, json!({"ftd": "Purchase"}));
    world.postback("clickid=c1&type=ftd&sum=10");
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn a_kind_is_matched_where_the_word_is_not() {
    let world = events(1, json!({"sale": "Purchase", "rebill": "Rebill"}));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    world.notify(&notification("BILL", "R1-B002", 61, "5", TRACKED));
    assert_eq!(
        world.told(),
        ["Purchase approved 10 USD 10 USD", "Rebill approved 5 USD 5 USD"]
    );
}

#[test]
fn the_kind_of_clickbanks_postback_words_is_matched_too() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["events"] = json!({"sale": "Purchase", "upsell": "Upsell", "impression": ""});
        d["offer_source"][1]["truth"] = "s2s".into();
    }));
    let ingest = |query: &str| world.ingest(&world.postback_to("clickbank", query)).0.outcome.as_str();
    assert_eq!(ingest("clickid=cb&type=PURCHASE&sum=10&receipt=R1"), "applied");
    assert_eq!(ingest("clickid=cb&type=upsell&sum=5&receipt=R2"), "applied");
    assert_eq!(ingest("clickid=cb&type=ORDER_IMPRESSION&eventid=x"), "ignored");
    assert_eq!(
        world.told(),
        ["Purchase approved 10 USD 10 USD", "Upsell approved 5 USD 5 USD"]
    );
}

#[test]
fn the_word_wins_over_the_kind() {
    let world = events(1, json!({"SALE": "Lead", "sale": "Purchase"}));
    world.notify(&notification("SALE", "R1", 60, "10", TRACKED));
    assert_eq!(world.told(), ["Lead approved 10 USD 10 USD"]);
}

#[test]
fn none_that_was_chosen_is_stored_answered_and_fires_nothing() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("UNCANCEL-REBILL", "R1", 60, "0", TRACKED)),
        "ignored: chosen_none"
    );
    assert_eq!(world.outcome(None), (Outcome::Chosen, Some(Reason::ChosenNone)));
    assert!(world.told().is_empty() && world.sent().is_empty());
    assert_eq!(world.events()[0].click.as_ref().unwrap().as_str(), "cb");
}

#[test]
fn an_absent_key_is_unmapped() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("SUBSCRIPTION-CHG", "R1", 60, "0", TRACKED)),
        "ignored: unmapped"
    );
    assert_eq!(world.outcome(None), (Outcome::Unmapped, Some(Reason::Unmapped)));
}

#[test]
fn a_subscription_change_with_its_products_goes_by_its_first_word() {
    let world = events(1, json!({"SUBSCRIPTION-CHG": "CancelRebill"}));
    world.notify(&notification("SUBSCRIPTION-CHG 12->34", "R1", 60, "0", TRACKED));
    assert_eq!(world.told(), ["CancelRebill approved none nothing"]);
}

#[test]
fn a_sale_of_upsells_never_goes_by_sale() {
    let world = events(1, json!({"SALE": "Purchase"}));
    world.notify(&notification(
        "SALE",
        "R1",
        60,
        "1",
        &format!(r#"{TRACKED},"lineItems":[{{"lineItemType":"UPSELL"}}]"#),
    ));
    assert_eq!(world.outcome(None), (Outcome::Unmapped, Some(Reason::Unmapped)));
}

#[test]
fn what_means_nothing_here_is_final_without_a_click_and_its_parent_is_noted() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("UNCANCEL-REBILL", "R9", 60, "0", "")),
        "ignored: chosen_none"
    );
    let unmapped = r#""upsell":{"upsellOriginalReceipt":"R1"}"#;
    assert_eq!(
        world.notify(&notification("SUBSCRIPTION-CHG", "R2", 61, "0", unmapped)),
        "ignored: unmapped"
    );
    assert_eq!(world.attribute(), 0);
    world.notify(&notification("SALE", "R1", 62, "10", TRACKED));
    assert_eq!(world.notify(&notification("BILL", "R2-B002", 63, "5", "")), "applied");
}

#[test]
fn clickbanks_purchase_and_upsell_go_by_the_words_of_the_notifications() {
    let told = |events: serde_json::Value, word: &str| {
        let world = World::new(&with(|d| {
            d["offer_source"][1]["events"] = events;
            d["offer_source"][1]["truth"] = "s2s".into();
        }));
        world.ingest(&world.postback_to("clickbank", &format!("clickid=cb&type={word}&sum=1&receipt=R1")));
        world.told().concat()
    };
    let rows = || json!({"SALE": "Purchase", "UPSELL": "Upsell"});
    assert_eq!(told(rows(), "PURCHASE"), "Purchase approved 1 USD 1 USD");
    assert_eq!(told(rows(), "purchase"), "Purchase approved 1 USD 1 USD");
    assert_eq!(told(rows(), "upsell"), "Upsell approved 1 USD 1 USD");
    let own = || json!({"SALE": "Purchase", "PURCHASE": "Lead"});
    assert_eq!(told(own(), "PURCHASE"), "Lead approved 1 USD 1 USD");
    let kind = || json!({"SALE": "Purchase", "sale": "Lead"});
    assert_eq!(told(kind(), "PURCHASE"), "Lead approved 1 USD 1 USD");
    assert_eq!(told(json!({"SALE": ""}), "PURCHASE"), "");
}

#[test]
fn a_postback_with_clickbanks_word_of_a_test_is_a_test() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["truth"] = "s2s".into();
        d["offer_source"][1]["events"]["test_purchase"] = "Purchase".into();
    }));
    for (word, test) in [
        ("TEST", true),
        ("test_purchase", true),
        ("Test_Upsell", true),
        ("TESTS", false),
    ] {
        let event = world.postback_to("clickbank", &format!("clickid=cb&type={word}&sum=10&eventid=e{word}"));
        assert_eq!(event.test, test, "{word}");
        assert_eq!(world.ingest(&event).0.outcome.as_str() == "test", test, "{word}");
    }
    assert_eq!(world.revenue(), "0");
    assert_eq!(world.sent(), [""; 0]);
    assert!(!World::new(&document()).postback_event("clickid=c1&type=TEST").test);
}

#[test]
fn what_a_notification_says_is_kept_though_it_looks_like_a_macro() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["parameter"] = json!([
            {"name": "product", "macro": "{r}", "from": "lineItems[0].productTitle"},
        ]);
    }));
    for title in ["{Best} Seller", "[Sale]", "{all}"] {
        let members = format!(r#"{TRACKED},"lineItems":[{{"productTitle":"{title}"}}]"#);
        let event = world.notification_event(&notification("SALE", "R1", 60, "10", &members));
        assert_eq!(event.parameters["product"], title);
    }
}

/// What the link to the order form said comes back as it was, unfilled macros and all.
#[test]
fn an_unfilled_macro_in_what_a_notification_echoes_is_a_missing_value() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["parameter"] = json!([
            {"name": "a", "macro": "{r}", "from": "vendorVariables.a"},
            {"name": "b", "macro": "{r}", "from": "affiliateTrackingParameters.affSub1"},
            {"name": "c", "macro": "{r}", "from": ["trackingCodes[1]", "vendorVariables.c"]},
        ]);
    }));
    let members = r#""trackingCodes":["cb","{c}"],"vendorVariables":{"a":"%7Bsub1%7D","c":"kept"},
        "affiliateTrackingParameters":{"affSub1":"[SUB]"}"#;
    let event = world.notification_event(&notification("SALE", "R1", 60, "10", members));
    let found: Vec<_> = event
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(found, ["c=kept", "eventid=R1"]);
}

#[test]
fn a_mapped_test_is_a_flagged_conversion_without_revenue() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("TEST_SALE", "R1", 60, "10", TRACKED)),
        "test"
    );
    assert_eq!(world.outcome(None), (Outcome::Test, None));
    assert!(world.conversions()[0].shown.test);
    assert_eq!(world.told(), ["Purchase approved none nothing"]);
    assert_eq!(world.sent(), [""; 0]);
}

#[test]
fn a_test_fires_only_where_the_postback_says_so() {
    let world = World::new(&with_postback(json!({"test": true})));
    world.notify(&notification("TEST_SALE", "R1", 60, "10", TRACKED));
    assert_eq!(world.sent(), ["key=ref-cb&type=Purchase&price=0"]);
}

#[test]
fn a_test_without_a_click_is_a_test_and_waits_for_nothing() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("TEST", "********", 60, "0", "")),
        "test: no_click_id"
    );
    assert_eq!(world.outcome(None), (Outcome::Test, Some(Reason::NoClickId)));
    assert_eq!(world.attribute(), 0);
}

#[test]
fn a_test_never_goes_through_the_duplicate_policy() {
    let world = World::new(&with(|d| d["conversion_type"][0]["duplicates"] = "ignore".into()));
    world.notify(&notification("TEST_SALE", "T1", 60, "10", TRACKED));
    world.notify(&notification("SALE", "R1", 61, "10", TRACKED));
    assert_eq!(
        world.told(),
        ["Purchase approved none nothing", "Purchase approved 10 USD 10 USD"]
    );
}

#[test]
fn nothing_is_learnt_of_receipts_from_a_test() {
    let world = World::new(&document());
    world.notify(&notification("TEST_SALE", "R1", 60, "10", TRACKED));
    assert_eq!(
        world.notify(&notification("RFND", "R1", 61, "10", "")),
        "unattributed: waits_for_sale"
    );
}

#[test]
fn an_unmapped_test_is_a_test() {
    let world = World::new(&document());
    assert_eq!(
        world.notify(&notification("TEST_BILL", "R1", 60, "10", TRACKED)),
        "test: unmapped"
    );
    assert!(world.told().is_empty());
}
