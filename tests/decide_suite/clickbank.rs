//! **ClickBank's interfaces as a whole**: the way of a click id, the Test button, both roles of an
//! account.

use postback::Click;
use postback::clickbank::s2s::EVENTS;
use postback_test::{World, after, answer, click, document, notification, with};

use postback::Secret;
use postback::plan::Reason;
use postback::tracker::ClickIdKeys;
use postback_test::story::drawn::permutations;
use serde_json::{Value, json};

/// ClickBank's postbacks under their own words, counted.
fn posted(change: impl FnOnce(&mut Value)) -> World {
    World::new(&with(|d| {
        let source = &mut d["offer_source"][1];
        source["template"] = "clickbank-s2s".into();
        source["events"] = json!({"PURCHASE": "Purchase", "UPSELL": "Upsell", "ORDER_IMPRESSION": "InitiateCheckout"});
        change(source);
    }))
}

fn ingest(world: &World, query: &str) -> String {
    answer(world.ingest(&world.postback_to("clickbank", query)).0)
}

/// The case of a `tid` may change on its way (it once was raised), so an id of ours comes back
/// whatever its case.
#[test]
fn our_click_id_comes_back_in_capitals_by_postback_and_among_the_tracking_codes() {
    let keys = ClickIdKeys::new(vec![Secret::from("SECRETSECRET1234")]);
    let id = keys.mint(after(0), [7, 8]);
    let raised = id.as_str().to_uppercase();
    assert_ne!(raised, id.as_str());
    let signed = |truth: &str| {
        let world = World::without_clicks(&with(|d| {
            d["click_id"] = json!({"keys": ["env:CLICK_KEY"]});
            d["offer_source"][1]["truth"] = truth.into();
        }));
        let mut click: Click = click("cb");
        click.id = id.clone();
        world.record(&click);
        world
    };
    let codes = format!(r#""trackingCodes":["{raised}"]"#);
    let variables = format!(r#""vendorVariables":{{"vtid":"{raised}"}}"#);
    for members in [codes, variables] {
        let world = signed("ins");
        assert_eq!(world.notify(&notification("SALE", "R1", 60, "10", &members)), "applied");
        assert_eq!(world.conversions()[0].click, id);
    }
    let world = signed("s2s");
    assert_eq!(
        ingest(&world, &format!("clickid={raised}&type=Purchase&sum=10&receipt=R1")),
        "applied"
    );
    assert_eq!(world.conversions()[0].click, id);
    let forged = raised.replace(&raised[30..], "AAA");
    let event = world.postback_to("clickbank", &format!("clickid={forged}&sum=1&receipt=R2"));
    assert_eq!((event.clicks.len(), event.forged.len()), (0, 1));
}

#[test]
fn the_test_button_is_a_test_for_both_roles_and_counts_nothing() {
    for role in ["affiliate", "vendor"] {
        let world = posted(|source| {
            source["account_role"] = role.into();
            source["parameter"] = json!([{"name": "aff", "macro": "{aff_sub1}"}]);
        });
        // The made-up receipt is the same for each event type.
        for (query, said) in [
            (
                "clickid=tid&sub1=affsub1&sum=10.00&receipt=ABC12345&type=PURCHASE",
                "test: unknown_click",
            ),
            ("clickid=cb&aff=affsub1&sum=10.00&receipt=ABC12345&type=UPSELL", "test"),
            (
                "aff=affsub1&receipt=ABC12345&type=ORDER_IMPRESSION",
                "test: no_click_id",
            ),
        ] {
            assert_eq!(ingest(&world, query), said, "{role} {query}");
        }
        assert_eq!(world.told(), ["Upsell approved none nothing"], "{role}");
        assert!(world.conversions()[0].shown.test);
        assert_eq!((world.revenue().as_str(), world.sent().len()), ("0", 0), "{role}");
    }
}

#[test]
fn one_of_the_test_buttons_values_alone_is_no_test() {
    let world = posted(|_| {});
    for query in [
        "clickid=cb&sum=10&receipt=ABC12345&type=PURCHASE",
        "clickid=cb&sub1=affsub1&sum=5&receipt=R2&type=PURCHASE",
    ] {
        assert_eq!(ingest(&world, query), "applied", "{query}");
    }
    assert_eq!(world.revenue(), "15");
    let other = World::new(&document());
    assert_eq!(
        other.postback("clickid=c1&sub1=affsub1&sum=10&receipt=ABC12345"),
        "applied"
    );
}

/// What a visitor writes into the link comes back in slots, what a buyer writes in the postal code.
#[test]
fn a_visitor_cannot_make_a_test_of_a_sale() {
    let sale = "clickid=cb&sum=57.35&eventid=E9&receipt=P3RGBKGX&type=PURCHASE";
    for written in [
        "zip=ABC12345&sub1=affsub1",
        "zip=affsub1&sub1=ABC12345",
        "sub2=ABC12345&sub1=affsub1",
        "order_id=ABC12345&sub1=affsub1",
        "x=ABC12345&y=affsub1",
    ] {
        let world = posted(|_| {});
        assert_eq!(ingest(&world, &format!("{sale}&{written}")), "applied", "{written}");
        assert_eq!(world.told(), ["Purchase approved 57.35 USD 57.35 USD"], "{written}");
        assert!(!world.conversions()[0].shown.test);
    }
}

/// It is the same in each test of each account, and a seller's test has nothing else that says what
/// it is.
#[test]
fn the_made_up_receipt_of_a_test_ties_no_messages_together() {
    let world = posted(|source| source["account_role"] = "vendor".into());
    for id in ["t1", "t2"] {
        assert_eq!(
            ingest(
                &world,
                &format!("clickid=vtid&sum=10.00&receipt=ABC12345&eventid={id}&type=PURCHASE")
            ),
            "unattributed: unknown_click"
        );
    }
    let named = "clickid=cb&sum=5&receipt=ABC12345&eventid=e1&type=UPSELL";
    assert_eq!(ingest(&world, named), "applied");
    for receipts in ["receipt=ABC12345", "parent=ABC12345", "receipt=ABC12345-B002"] {
        let query = format!("{receipts}&sum=5&eventid={}&type=UPSELL", receipts.len());
        assert_eq!(ingest(&world, &query), "unattributed: no_click_id", "{receipts}");
    }
    assert_eq!(world.attribute(), 0);
    assert_eq!(world.told(), ["Upsell approved 5 USD 5 USD"]);
    // Another network may well have such a receipt.
    assert_eq!(world.postback("clickid=c1&sum=1&receipt=ABC12345"), "applied");
    assert_eq!(world.postback("sum=2&receipt=ABC12345&type=Upsell"), "applied");
}

#[test]
fn earnings_are_in_usd_whatever_currency_the_customer_paid_in() {
    let world = posted(|source| source["parameter"] = json!([{"name": "currency", "macro": "{currency}"}]));
    let event = world.postback_to(
        "clickbank",
        "clickid=cb&type=PURCHASE&sum=57.35&currency=EUR&receipt=R1",
    );
    assert_eq!(event.sum.unwrap().to_string(), "57.35 USD");
    assert_eq!(event.parameters["currency"], "EUR");
    world.ingest(&event);
    assert_eq!(world.told(), ["Purchase approved 57.35 USD 57.35 USD"]);
    let without_a_row = posted(|_| {});
    let event = without_a_row.postback_to(
        "clickbank",
        "clickid=cb&type=PURCHASE&sum=57.35&currency=EUR&receipt=R1",
    );
    assert_eq!(event.sum.unwrap().to_string(), "57.35 USD");
    assert!(!event.parameters.contains_key("currency"));
}

#[test]
fn a_type_with_the_title_of_clickbanks_event_is_matched_with_its_spaces() {
    let world = World::new(&with(|d| {
        d["conversion_type"].as_array_mut().unwrap().extend([
            json!({"name": "Order Form Impression", "counts": "step"}),
            json!({"name": "Add Payment Info", "counts": "step"}),
            json!({"name": "Initial Purchase", "counts": "sale"}),
            json!({"name": "Upsell Purchase", "counts": "revenue"}),
            json!({"name": "Combined Conversion", "counts": "sale"}),
        ]);
        d["offer_source"][1] = json!({"id": "clickbank", "template": "clickbank-s2s"});
    }));
    for (index, event) in EVENTS.iter().enumerate() {
        let sum = if event.has_amount { "&sum=1" } else { "" };
        let space = if index % 2 == 0 { "%20" } else { "+" };
        let query = format!(
            "clickid=cb&type={}{sum}&eventid=e{index}",
            event.title.replace(' ', space)
        );
        assert_eq!(ingest(&world, &query), "applied", "{query}");
    }
    let mut told = world.told();
    told.sort();
    assert_eq!(
        told,
        [
            "Add Payment Info approved none nothing",
            "Combined Conversion approved 1 USD 1 USD",
            "Initial Purchase approved 1 USD 1 USD",
            "Order Form Impression approved none nothing",
            "Upsell Purchase approved 1 USD 1 USD",
        ]
    );
}

#[test]
fn a_sale_that_comes_by_both_interfaces_counts_once_for_both_roles_in_both_orders() {
    for (role, word) in [("vendor", "VENDOR"), ("affiliate", "AFFILIATE")] {
        for (truth, ignored) in [("ins", Reason::CountedByIns), ("s2s", Reason::CountedByS2s)] {
            for notification_first in [true, false] {
                let world = World::new(&with(|d| {
                    let source = &mut d["offer_source"][1];
                    source["account_role"] = role.into();
                    source["truth"] = truth.into();
                    source["events"]["PURCHASE"] = "Purchase".into();
                }));
                let text = notification("SALE", "CWOGBZLN", 60, "10", postback_test::TRACKED).replace("VENDOR", word);
                assert!(text.contains(word));
                let notify = || world.notify(&text);
                let post = || ingest(&world, "clickid=cb&type=PURCHASE&sum=10.00&receipt=CWOGBZLN&eventid=e1");
                let said = match notification_first {
                    true => [notify(), post()],
                    false => [post(), notify()],
                };
                let case = format!("{role} {truth} {notification_first}: {said:?}");
                assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"], "{case}");
                let reasons: Vec<_> = world.events().iter().filter_map(|row| row.reason).collect();
                assert_eq!(reasons, [ignored], "{case}");
            }
        }
    }
}

/// ClickBank's rebills have the sale's receipt with their number behind it, and a refund names that
/// of its own payment.
#[test]
fn a_refund_takes_back_the_rebill_that_it_names() {
    let paid = [
        "clickid=cb&type=PURCHASE&sum=10&receipt=R1",
        "type=Rebill&sum=5&receipt=R1-B002",
        "type=Rebill&sum=7&receipt=R1-B003",
    ];
    for amounts in [["", "", ""], ["&sum=5", "&sum=7", "&sum=10"], ["&sum=5", "", "&sum=10"]] {
        let [second, third, sale] = amounts;
        let refunds = [
            (format!("type=Refund&receipt=R1-B002{second}"), "17"),
            (format!("type=Refund&receipt=R1-B003{third}"), "10"),
            (format!("type=Refund&receipt=R1{sale}"), "0"),
        ];
        let world = World::new(&with(|d| d["offer_source"][1]["truth"] = "s2s".into()));
        paid.iter().for_each(|query| drop(ingest(&world, query)));
        for (refund, revenue) in &refunds {
            assert_eq!(ingest(&world, refund), "applied", "{refund}");
            assert_eq!(world.revenue(), *revenue, "{refund}");
        }
        // The refund of a rebill that is not known yet waits for no other payment of the receipt.
        for order in permutations(5) {
            let texts: Vec<&str> = paid[1..]
                .iter()
                .copied()
                .chain(refunds.iter().map(|(text, _)| text.as_str()))
                .collect();
            let world = World::new(&with(|d| d["offer_source"][1]["truth"] = "s2s".into()));
            ingest(&world, paid[0]);
            order.iter().for_each(|index| drop(ingest(&world, texts[*index])));
            assert_eq!(world.revenue(), "0", "{order:?}");
        }
    }
}

#[test]
fn the_refund_of_a_rebill_leaves_the_other_payments_of_its_receipt() {
    let world = World::new(&with(|d| d["offer_source"][1]["truth"] = "ins".into()));
    world.notify(&notification("SALE", "R1", 60, "10", r#""trackingCodes":["cb"]"#));
    for (number, second) in [(2, 70), (3, 80)] {
        world.notify(&notification("BILL", &format!("R1-B00{number}"), second, "10", ""));
    }
    world.notify(&notification("RFND", "R1-B003", 90, "-10", ""));
    assert_eq!(world.revenue(), "20");
    assert_eq!(
        world.notify(&notification("CGBK", "R1-B003", 100, "-10", "")),
        "applied: takes_back_more",
        "it is believed, and says so"
    );
    assert_eq!(
        world.notify(&notification("RFND", "R1-B002", 110, "-10", "")),
        "applied"
    );
    assert_eq!(world.revenue(), "0");
}
