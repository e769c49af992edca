//! **Types and statuses**.

use postback::model::Status;
use postback::plan::{Outcome, Reason};
use postback_test::{World, document, with, with_postback};
use serde_json::json;

#[test]
fn a_postback_without_a_type_is_the_default_type() {
    let world = World::new(&document());
    world.postback("clickid=c1&sum=10");
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
}

#[test]
fn a_types_name_is_sent_as_it_is_configured() {
    let world = World::new(&with_postback(json!({})));
    world.postback("clickid=c1&type=Lead&sum=3");
    world.postback("clickid=c1&type=lead&sum=4");
    assert_eq!(world.told(), ["Lead approved 3 USD 3 USD", "Lead approved 4 USD 4 USD"]);
    assert_eq!(
        world.sent(),
        ["key=ref-c1&type=Lead&price=3", "key=ref-c1&type=Lead&price=4"]
    );
}

#[test]
fn an_unknown_type_is_kept_under_its_name_and_fires_nothing_even_without_types() {
    let world = World::new(&document());
    assert_eq!(
        world.postback("clickid=c1&type=Mystery&sum=10"),
        "applied: unknown_type"
    );
    assert!(!world.conversions()[0].shown.known);
    assert_eq!(world.outcome(None), (Outcome::Applied, Some(Reason::UnknownType)));
    assert_eq!(world.told(), ["Mystery approved none nothing"]);
    assert_eq!(world.sent(), [""; 0]);
}

#[test]
fn a_step_and_an_info_are_never_money_whatever_they_carry() {
    let world = World::new(&document());
    world.postback("clickid=c1&type=InitiateCheckout&sum=10");
    world.postback("clickid=c1&type=CancelRebill&sum=10");
    assert_eq!(
        world.told(),
        [
            "InitiateCheckout approved none nothing",
            "CancelRebill approved none nothing"
        ]
    );
    assert_eq!(world.sent(), ["key=ref-c1&price=0", "key=ref-c1&price=0"]);
}

#[test]
fn without_a_status_it_is_the_offers_default_else_the_sources() {
    let world = World::new(&document());
    world.postback("clickid=c1&sum=1");
    let of_source = World::new(&with(|d| d["offer_source"][0]["default_status"] = "pending".into()));
    of_source.postback("clickid=c1&sum=1");
    let of_offer = World::new(&with(|d| {
        d["offer_source"][0]["default_status"] = "pending".into();
        d["offer"][0]["default_status"] = "declined".into();
    }));
    of_offer.postback("clickid=c1&sum=1");
    let statuses = [world, of_source, of_offer].map(|world| world.conversions()[0].shown.status);
    assert_eq!(statuses, [Status::Approved, Status::Pending, Status::Declined]);
}

#[test]
fn a_source_maps_its_words_and_an_unmapped_word_is_other_with_its_text_kept() {
    let world = World::new(&with(|d| {
        d["offer_source"][0]["statuses"] = json!({"confirmed": "approved", "Hold": "pending"})
    }));
    for (word, status) in [
        ("confirmed", Status::Approved),
        ("Hold", Status::Pending),
        ("declined", Status::Declined),
    ] {
        let conversion = world.plan(&format!("clickid=c1&sum=1&status={word}"));
        let row = world
            .conversions()
            .into_iter()
            .find(|row| row.shown.status_word.as_deref() == Some(word))
            .unwrap();
        assert_eq!(row.shown.status, status, "{word}");
        assert_eq!(conversion.reply.reason, None);
    }
}

#[test]
fn a_word_that_nothing_names_is_other_with_its_text_kept_and_says_so() {
    let world = World::new(&document());
    for word in ["trash", "foo", "1"] {
        assert_eq!(
            world.postback(&format!("clickid=c1&sum=1&status={word}")),
            "applied: unknown_status",
            "{word}"
        );
    }
    assert_eq!(world.revenue(), "0");
    let words: Vec<_> = world
        .conversions()
        .iter()
        .map(|row| row.shown.status_word.clone().unwrap())
        .collect();
    assert!(
        ["trash", "foo", "1"]
            .iter()
            .all(|word| words.iter().any(|kept| &**kept == *word))
    );
    let mapped = World::new(&with(|d| d["offer_source"][0]["statuses"] = json!({"foo": "other"})));
    assert_eq!(mapped.postback("clickid=c1&sum=1&status=foo"), "applied");
}

#[test]
fn a_status_word_that_is_an_events_name_says_so_and_a_reversals_never_earns() {
    let words = |statuses: serde_json::Value, word: &str| {
        let world = World::new(&with(|d| d["offer_source"][0]["statuses"] = statuses));
        let said = world.postback(&format!("clickid=c1&eventid=A&sum=47&status={word}"));
        (said, world.revenue())
    };
    let said = |said: &str, revenue: &str| (said.to_owned(), revenue.to_owned());
    for word in ["PURCHASE", "purchase", "SALE", "sale"] {
        assert_eq!(words(json!({}), word), said("applied: status_is_event", "47"), "{word}");
    }
    for word in ["RFND", "rfnd", "refund", "Chargeback", "CGBK", "INSF"] {
        assert_eq!(words(json!({}), word), said("applied: status_is_event", "0"), "{word}");
        assert_eq!(
            words(json!({"*": "approved"}), word),
            said("applied: status_is_event", "0"),
            "{word}"
        );
        assert_eq!(words(json!({word: "approved"}), word), said("applied", "0"), "{word}");
    }
    assert_eq!(words(json!({}), "CANCEL-REBILL"), said("applied: status_is_event", "0"));
    assert_eq!(words(json!({}), "cancel"), said("applied: unknown_status", "0"));
    assert_eq!(words(json!({"PURCHASE": "pending"}), "PURCHASE"), said("applied", "0"));
}

#[test]
fn a_purchase_and_its_refund_in_the_place_of_the_status_are_never_two_sales() {
    for policy in postback::model::Duplicates::ALL {
        let world = World::new(&postback_test::with_policy(policy.as_str(), &[]));
        world.postback("clickid=c1&eventid=A&sum=47&status=PURCHASE");
        assert_eq!(world.revenue(), "47", "{policy}");
        assert_eq!(
            world.postback("clickid=c1&eventid=A&sum=47&status=RFND"),
            "applied: status_is_event",
            "{policy}"
        );
        assert_eq!(world.revenue(), "0", "{policy}");
    }
}

#[test]
fn a_type_is_matched_in_any_case_where_that_is_unambiguous_and_exactly_where_the_source_says_so() {
    let shown = |document: serde_json::Value, word: &str| {
        let world = World::new(&document);
        let said = world.postback(&format!("clickid=c1&sum=1&type={word}"));
        (world.conversions()[0].shown.type_name.to_string(), said)
    };
    let said = |name: &str, said: &str| (name.to_owned(), said.to_owned());
    assert_eq!(shown(document(), "purchase"), said("Purchase", "applied"));
    assert_eq!(shown(document(), "UPSELL"), said("Upsell", "applied"));
    let exact = with(|d| d["offer_source"][0]["type_case"] = "exact".into());
    assert_eq!(shown(exact, "purchase"), said("purchase", "applied: unknown_type"));
    let two = with(|d| {
        d["conversion_type"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "PURCHASE"}))
    });
    assert_eq!(
        shown(two.clone(), "purchase"),
        said("purchase", "applied: unknown_type")
    );
    assert_eq!(shown(two, "PURCHASE"), said("PURCHASE", "applied"));
    let mapped = with(|d| d["offer_source"][0]["events"] = json!({"Sold": "Purchase", "b": "Lead", "B": "Upsell"}));
    assert_eq!(shown(mapped.clone(), "SOLD"), said("Purchase", "applied"));
    assert_eq!(shown(mapped, "B"), said("Upsell", "applied"));
}

#[test]
fn a_status_word_goes_by_its_row_then_by_its_case_then_by_the_star_then_by_our_own_words() {
    let status = |statuses: serde_json::Value, word: &str| {
        let world = World::new(&with(|d| d["offer_source"][0]["statuses"] = statuses));
        world.postback(&format!("clickid=c1&sum=1&status={word}"));
        world.conversions()[0].shown.status.as_str()
    };
    let rows = || json!({"Confirmed": "approved", "approved": "pending", "PAID": "approved", "paid": "declined"});
    for (word, expected) in [
        ("Confirmed", "approved"),
        ("CONFIRMED", "approved"),
        ("PAID", "approved"),
        ("paid", "declined"),
        ("approved", "pending"),
        ("Approved", "pending"),
        ("Declined", "declined"),
        ("PENDING", "pending"),
        ("trash", "other"),
    ] {
        assert_eq!(status(rows(), word), expected, "{word}");
    }
    let star = || json!({"Confirmed": "approved", "*": "pending"});
    for (word, expected) in [("confirmed", "approved"), ("trash", "pending"), ("declined", "pending")] {
        assert_eq!(status(star(), word), expected, "{word}");
    }
}

#[test]
fn approved_alone_counts_as_money_unless_the_account_says_otherwise() {
    let statuses = ["approved", "pending", "declined", "odd"];
    let told = |document| {
        let world = World::new(&document);
        for status in statuses {
            world.postback(&format!("clickid=c1&sum=1&status={status}"));
        }
        world.told()
    };
    assert_eq!(
        told(document()),
        [
            "Purchase approved 1 USD 1 USD",
            "Purchase pending 1 USD (1 USD)",
            "Purchase declined 1 USD (1 USD)",
            "Purchase other 1 USD (1 USD)",
        ]
    );
    assert_eq!(
        told(with(|d| d["revenue_statuses"] = json!(["pending"]))),
        [
            "Purchase approved 1 USD (1 USD)",
            "Purchase pending 1 USD 1 USD",
            "Purchase declined 1 USD (1 USD)",
            "Purchase other 1 USD (1 USD)",
        ]
    );
}

#[test]
fn changing_a_default_rewrites_nothing() {
    let world = World::new(&document());
    world.postback("clickid=c1&sum=1");
    let world = world.reconfigured(&with(|d| d["offer_source"][0]["default_status"] = "declined".into()));
    world.postback("clickid=c1&sum=2");
    assert_eq!(
        world.told(),
        ["Purchase approved 1 USD 1 USD", "Purchase declined 2 USD (2 USD)"]
    );
}

#[test]
fn a_sale_whose_items_are_all_upsells_is_an_upsell() {
    use postback_test::{TRACKED, notification};
    let world = World::new(&document());
    let items = |types: &[&str]| {
        let items: Vec<String> = types.iter().map(|t| format!(r#"{{"lineItemType":"{t}"}}"#)).collect();
        format!(r#"{TRACKED},"lineItems":[{}]"#, items.join(","))
    };
    world.notify(&notification("SALE", "R1", 60, "1", &items(&["STANDARD", "BUMP"])));
    world.notify(&notification("SALE", "R2", 61, "2", &items(&["UPSELL", "UPSELL"])));
    world.notify(&notification("SALE", "R3", 62, "3", &items(&["UPSELL", "STANDARD"])));
    assert_eq!(
        world.told(),
        [
            "Purchase approved 1 USD 1 USD",
            "Upsell approved 2 USD 2 USD",
            "Purchase approved 3 USD 3 USD"
        ]
    );
}
