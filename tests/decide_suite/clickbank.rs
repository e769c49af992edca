//! **ClickBank's interfaces as a whole**: the way of a click id, the Test button, the order-form pixel, both roles of an account.

use super::support::{World, after, answer, click, click_id, document, notification, with};
use postback::model::Click;
use postback::network::{CLICKBANK_EVENTS, Postback};
use postback::tracker::{Caller, ClickIdKeys, Reason};
use postback::value::{Query, Secret};
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

/// The case of a `tid` may change on its way (it once was raised), so an id of ours comes back whatever its case.
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
                "clickid=affsub1&sum=10.00&receipt=ABC12345&type=PURCHASE",
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
    assert_eq!(
        ingest(&world, "clickid=cb&sum=10&receipt=ABC12345&type=PURCHASE"),
        "applied"
    );
    assert_eq!(
        ingest(&world, "clickid=cb&sub1=affsub1&sum=5&receipt=R2&type=PURCHASE"),
        "applied"
    );
    assert_eq!(world.revenue(), "15");
    let other = World::new(&document());
    assert_eq!(
        other.postback("clickid=c1&sub1=affsub1&sum=10&receipt=ABC12345"),
        "applied"
    );
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
    for (index, event) in CLICKBANK_EVENTS.iter().enumerate() {
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
                let text = notification("SALE", "CWOGBZLN", 60, "10", super::support::TRACKED).replace("VENDOR", word);
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

/// The pixel of the order form: a source for notifications, one open type.
fn with_pixel() -> World {
    World::new(&with(|d| {
        d["offer_source"][1]["tokens"] = json!(["env:T"]);
        d["offer_source"][1]["open_types"] = json!(["InitiateCheckout"]);
    }))
}

/// What ClickBank appends to the pixel's URL.
const APPENDED: &str = "&verificationHash=0123&role=VENDOR&affiliate=promoter&vendor=seller&productTitle=A%20book&itemNo=1&receipt=CWOGBZLN\
                        &currency=EUR&totalProductAmount=99.00&totalTaxAmount=1.00&transactionType=SALE";

#[test]
fn the_order_form_pixel_needs_no_token_and_its_amounts_count_nothing() {
    let world = with_pixel();
    let source = world.tracker.source(Some("clickbank")).unwrap();
    let caller = |word| Caller {
        type_word: word,
        ..Caller::default()
    };
    assert!(
        source
            .authorize(&caller(Some("InitiateCheckout")), &world.credentials)
            .is_ok()
    );
    assert!(source.authorize(&caller(Some("Purchase")), &world.credentials).is_err());
    assert!(source.authorize(&caller(None), &world.credentials).is_err());
    let query = format!("type=InitiateCheckout&format=img&clickid=cb&sum=50{APPENDED}");
    assert_eq!(ingest(&world, &query), "applied");
    assert_eq!(world.told(), ["InitiateCheckout approved none nothing"]);
    // What it says of a receipt is not believed: the sale of that receipt is not found by it.
    assert_eq!(
        world.notify(&notification("BILL", "CWOGBZLN-B002", 61, "5", "")),
        "unattributed: no_click_id"
    );
}

#[test]
fn the_pixels_click_id_stands_in_the_field_of_the_guide_or_among_clickbanks_codes() {
    for codes in [
        "clickid=cb",
        "clickid=[cb]",
        "clickid=x,cb",
        "trackingCodes=cb",
        "trackingCodes=x,cb",
        "trackingCodes=[x,%20cb]",
        "trackingCodes=[%22x%22,%22cb%22]",
        "trackingCodes=x&trackingCodes=cb",
        "trackingCodes[]=x&trackingCodes[]=cb",
        "clickid={tid}&trackingCodes=cb",
    ] {
        let world = with_pixel();
        let query = format!("type=InitiateCheckout&format=img&{codes}{APPENDED}");
        let event = world.postback_to("clickbank", &query);
        assert!(event.clicks.contains(&click_id("cb")), "{codes}: {:?}", event.clicks);
        assert_eq!(answer(world.ingest(&event).0), "applied", "{codes}");
        assert_eq!(world.told(), ["InitiateCheckout approved none nothing"], "{codes}");
    }
}

#[test]
fn a_list_in_the_field_of_the_click_id_is_one_id_where_no_pixel_speaks() {
    let world = with_pixel();
    for (source, query) in [
        ("clickbank", "clickid=a,b&type=Purchase"),
        ("net", "clickid=a,b&type=InitiateCheckout"),
    ] {
        assert_eq!(world.postback_to(source, query).clicks, [click_id("a,b")]);
    }
    assert!(world.postback_event("trackingCodes=cb").clicks.is_empty());
}

#[test]
fn the_codes_of_a_pixel_are_not_among_the_ignored_names() {
    let world = with_pixel();
    let ignored = |source: &str| -> Vec<String> {
        let query = Query::parse(b"type=InitiateCheckout&trackingCodes=cb&trackingCodes[]=x&itemNo=1").unwrap();
        let received = postback::event::Received { at: after(1), nonce: 1 };
        let source = world.tracker.source(Some(source)).unwrap();
        let read: Postback = source.postback(&query, received, &world.credentials).unwrap().1;
        read.ignored
    };
    assert_eq!(ignored("clickbank"), ["itemNo"]);
    assert_eq!(ignored("net"), ["itemNo", "trackingCodes", "trackingCodes[]"]);
}
