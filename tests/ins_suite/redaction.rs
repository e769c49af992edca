use crate::support::*;
use postback::Notification;

/// Each personal value of a notification, and each that may be: the seller's variables and what is
/// not known.
const CANARIES: &str = r#"
    "customer": {
        "shipping": {"firstName":"CANARY1","lastName":"CANARY2","fullName":"CANARY3","phoneNumber":"CANARY4","email":"canary@example.com",
            "address":{"address1":"CANARY5","address2":"CANARY6","city":"CANARY7","county":"CANARY8","state":"CANARY9","postalCode":"CANARY10"}},
        "billing": {"firstName":"CANARY11","email":"canary@example.com","address":{"postalCode":"CANARY12"}}
    },
    "lineItems":[{"itemNo":"ITEM7","downloadUrl":"https://example.com/?cname=CANARY&cemail=canary%40example.com"}],
    "vendorVariables":{"email":"canary@example.com"},
    "trackingCodes":["CANARY13"],
    "upsell":{"upsellSession":"CANARY14"},
    "hopfeed":{"hopfeedClickId":"CANARY15"},
    "commonTrackingParameters":{"useragent":"CANARY16","city":"CANARY17","clickId":"CANARY18"},
    "affiliateTrackingParameters":{"extclid":"CANARY19"},
    "unknown":{"email":"canary@example.com"}"#;

fn clean(debug: &str) {
    assert!(!debug.to_lowercase().contains("canary"), "{debug}");
}

#[test]
fn debug_shows_the_transaction_and_nothing_of_the_customer() {
    let notification = Notification::parse(with_member(CANARIES).as_bytes()).unwrap();
    let debug = format!("{notification:?}{notification:#?}");
    clean(&debug);
    for shown in ["V7", "Sale", "20220810T162015-0700", "R1", "ITEM7"] {
        assert!(debug.contains(shown), "{shown} in {debug}");
    }
}

#[test]
fn debug_of_each_part_shows_no_value() {
    let n = Notification::parse(with_member(CANARIES).as_bytes()).unwrap();
    let (shipping, billing) = (n.shipping().unwrap(), n.billing().unwrap());
    clean(&format!(
        "{shipping:?} {billing:?} {:?} {:?}",
        shipping.address(),
        billing.address()
    ));
    clean(&format!(
        "{:?} {:?}",
        shipping.email(),
        shipping.address().unwrap().address1()
    ));
    let items: Vec<_> = n.line_items().collect();
    clean(&format!("{items:?} {:?}", items[0].download_url()));
    clean(&format!("{:?} {:?}", n.vendor_variables(), n.upsell()));
    clean(&format!(
        "{:?} {:?}",
        n.common_tracking_parameters(),
        n.affiliate_tracking_parameters()
    ));
    clean(&format!("{:?}", n.common_tracking_parameters().unwrap().user_agent()));
}

#[test]
fn what_shows_nothing_still_says_what_it_is() {
    let n = Notification::parse(with_member(CANARIES).as_bytes()).unwrap();
    assert_eq!(format!("{:?}", n.vendor_variables()), "Some(LinkParameters(Json(..)))");
}

#[test]
fn no_error_repeats_what_stood_in_the_text() {
    let duplicate = with_member(r#""canary@example.com":1,"canary@example.com":1"#);
    let time = SMALL.replace("20220810T162015-0700", "canary@example.com");
    let receipt = SMALL.replace("R1", r"canary\n@example.com");
    let broken = SMALL.replace("\"R1\"", "canary");
    for text in [duplicate, time, receipt, broken] {
        let fault = Notification::parse(text.as_bytes()).unwrap_err();
        let refused = open(text.as_bytes()).unwrap_err();
        clean(&format!(
            "{fault} {fault:?} {refused} {refused:?} {} {0:?}",
            diagnosis(text.as_bytes())
        ));
    }
}

#[test]
fn debug_of_an_envelope_and_a_key_ring_shows_no_bytes() {
    let (iv, ciphertext) = real();
    assert_eq!(format!("{:?}", envelope(&iv, &ciphertext)), "Envelope(1168 bytes)");
    assert_eq!(
        format!("{:?}", key_ring(&[SECRET, "CANARYCANARY"])),
        "KeyRing(2 secrets)"
    );
}

#[test]
fn printing_back_is_the_only_way_to_the_whole() {
    let notification = Notification::parse(with_member(CANARIES).as_bytes()).unwrap();
    assert_eq!(tokens(&notification.to_json()), tokens(&with_member(CANARIES)));
    assert_eq!(serde_json::to_string(&notification).unwrap(), notification.to_json());
}
