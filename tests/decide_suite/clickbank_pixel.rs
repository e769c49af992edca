//! **ClickBank's order-form pixel**: anyone may send it, so it says which click came that far and
//! nothing else is believed.

use postback::Query;
use postback::intake::{Caller, Intake};
use postback::network::InboundPostback;
use postback_test::{World, after, answer, click_id, notification, with};
use serde_json::json;

fn ingest(world: &World, query: &str) -> String {
    answer(world.ingest(&world.postback_to("clickbank", query)).0)
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
    let intake = Intake::new(source, &world.credentials, world.received());
    let is_taken = |query: &str| intake.postback(&Caller::default(), query.as_bytes()).is_ok();
    let is_pixel = |query: &str| intake.pixel(&Caller::default(), query.as_bytes()).is_ok();
    for is_sent in [&is_taken as &dyn Fn(&str) -> bool, &is_pixel] {
        assert!(is_sent("type=InitiateCheckout&clickid=cb"));
        assert!(!is_sent("type=Purchase&clickid=cb"));
        assert!(!is_sent("clickid=cb"));
    }
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
fn what_a_pixel_says_of_receipts_is_not_believed_for_itself_either() {
    let world = with_pixel();
    assert_eq!(
        world.notify(&notification("SALE", "CWOGBZLN", 60, "10", postback_test::TRACKED)),
        "applied"
    );
    for (index, said) in [
        "receipt=CWOGBZLN",
        "parent=CWOGBZLN",
        "receipt=OTHER111&parent=CWOGBZLN",
    ]
    .iter()
    .enumerate()
    {
        let event = world.postback_to("clickbank", &format!("type=InitiateCheckout&{said}&eventid=p{index}"));
        assert_eq!((&event.receipt, &event.parent), (&None, &None), "{said}");
        assert_eq!(answer(world.ingest(&event).0), "unattributed: no_click_id", "{said}");
    }
    assert_eq!(world.told(), ["Purchase approved 10 USD 10 USD"]);
    let network = World::new(&with(|d| {
        d["offer_source"][0]["open_types"] = json!(["InitiateCheckout"])
    }));
    assert_eq!(network.postback("clickid=c1&sum=10&receipt=R1"), "applied");
    for said in ["receipt=R1", "receipt=R2&parent=R1"] {
        let open = format!("type=InitiateCheckout&{said}");
        assert_eq!(network.postback(&open), "unattributed: no_click_id", "{said}");
    }
    assert_eq!(network.postback("receipt=R1&type=Upsell&sum=1"), "applied");
}

#[test]
fn what_a_pixel_says_of_amounts_refuses_nothing() {
    let world = with_pixel();
    let read = |source: &str, query: &str| {
        let query = Query::parse(query.as_bytes()).unwrap();
        let received = postback::Received { at: after(1), nonce: 1 };
        let source = world.tracker.source(Some(source)).unwrap();
        let read = Intake::new(source, &world.credentials, received)
            .assume_authorized()
            .postback(&query);
        read.map(|(event, read)| (event.sum, read.ignored))
            .map_err(|error| error.to_string())
    };
    for said in [
        "sum=abc&currency=EURO",
        "sum=1,00&currency=USD",
        "sum=1&sum=2&currency=EUR",
    ] {
        let query = format!("type=InitiateCheckout&clickid=cb&{said}");
        assert_eq!(
            read("clickbank", &query),
            Ok((None, vec!["currency".into(), "sum".into()])),
            "{said}"
        );
        assert_eq!(ingest(&world, &query), "applied", "{said}");
    }
    let text = "parameter `sum` is not an amount: it holds 'a'";
    for (source, query) in [
        ("clickbank", "type=Purchase&clickid=cb&sum=abc"),
        ("clickbank", "clickid=cb&sum=abc"),
        ("net", "type=InitiateCheckout&clickid=cb&sum=abc"),
    ] {
        assert_eq!(read(source, query), Err(text.into()), "{source} {query}");
    }
    assert_eq!(
        read("clickbank", "type=InitiateCheckout&clickid=a&clickid=b"),
        Err("parameter `clickid` is repeated".into())
    );
}

#[test]
fn each_code_of_a_pixels_list_has_the_length_of_a_click_id_and_16_are_read() {
    let world = with_pixel();
    let clicks = |codes: &[String]| {
        let codes = codes.join(",");
        world
            .postback_to("clickbank", &format!("type=InitiateCheckout&clickid={codes}"))
            .clicks
    };
    let code = |number: usize| format!("{number:0>256}");
    for (count, read) in [(15, 15), (16, 16), (17, 16)] {
        let codes: Vec<String> = (0..count).map(code).collect();
        let clicks = clicks(&codes);
        assert_eq!(clicks.len(), read, "{count}");
        assert_eq!(clicks[0].as_str(), codes[0]);
    }
    for (length, read) in [(255, 2), (256, 2), (257, 1)] {
        assert_eq!(clicks(&["a".repeat(length), "cb".into()]).len(), read, "{length}");
    }
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
        let received = postback::Received { at: after(1), nonce: 1 };
        let source = world.tracker.source(Some(source)).unwrap();
        let read: InboundPostback = Intake::new(source, &world.credentials, received)
            .assume_authorized()
            .postback(&query)
            .unwrap()
            .1;
        read.ignored
    };
    assert_eq!(ignored("clickbank"), ["itemNo"]);
    assert_eq!(ignored("net"), ["itemNo", "trackingCodes", "trackingCodes[]"]);
}
