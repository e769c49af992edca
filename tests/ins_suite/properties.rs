//! Generated notifications: what was read prints back, and what was printed reads the same.

use crate::support::*;
use postback::Notification;
use proptest::prelude::*;

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        any::<String>().prop_map(|text| text.chars().take(12).collect()),
        Just("\u{0}\u{1f}\"\\/\u{7f}\u{2028}".to_owned()),
    ]
    .prop_map(|text| serde_json::to_string(&text).unwrap())
}

fn escaped_string() -> impl Strategy<Value = String> {
    proptest::collection::vec(any::<char>(), 0..6).prop_map(|characters| {
        let mut units = [0; 2];
        let escapes = characters.iter().flat_map(|c| c.encode_utf16(&mut units).to_vec());
        format!(
            "\"{}\"",
            escapes.map(|unit| format!("\\u{unit:04x}")).collect::<String>()
        )
    })
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        "(0|[1-9][0-9]{0,3})\\.[0-9]{2}"
    ]
}

fn object(members: Vec<(String, String)>, prefix: &str) -> String {
    // The place in the object keeps the names apart, whatever was generated.
    let members = members.into_iter().enumerate();
    let members: Vec<String> = members
        .map(|(place, (name, value))| format!("\"{prefix}{place}{}: {value}", &name[1..]))
        .collect();
    format!("{{{}}}", members.join(" ,\n"))
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        string(),
        escaped_string(),
        number(),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(", "))),
            proptest::collection::vec((string(), inner), 0..6).prop_map(|members| object(members, "")),
        ]
    })
}

const KNOWN: [&str; 24] = [
    "vendor",
    "affiliate",
    "role",
    "totalAccountAmount",
    "paymentMethod",
    "totalOrderAmount",
    "totalTaxAmount",
    "totalShippingAmount",
    "currency",
    "orderLanguage",
    "trackingCodes",
    "declinedConsent",
    "lineItems",
    "customer",
    "upsell",
    "hopfeed",
    "attemptCount",
    "vendorVariables",
    "commonTrackingParameters",
    "affiliateTrackingParameters",
    "x",
    "",
    "é",
    "lineItems[0]",
];

/// Any value under any known key: a notification whose required keys are right is never refused for
/// the others.
fn notification() -> impl Strategy<Value = String> {
    let keys = proptest::sample::subsequence(KNOWN.to_vec(), 0..=KNOWN.len());
    (keys, proptest::collection::vec(value(), KNOWN.len())).prop_map(|(keys, values)| {
        let members: Vec<String> = keys
            .iter()
            .zip(values)
            .map(|(key, value)| format!("\"{key}\" : {value}"))
            .collect();
        let (head, tail) = SMALL.split_at(SMALL.find(",\"transactionType\"").unwrap());
        let members = members.iter().map(|member| format!(",\n {member}")).collect::<String>();
        format!("{head}{members}{tail}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_read_prints_back_with_nothing_lost(text in notification()) {
        let read = open(text.as_bytes()).unwrap();
        let printed = read.to_json();
        prop_assert_eq!(tokens(&printed), tokens(&text));
        let again = Notification::parse(printed.as_bytes()).unwrap();
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.to_json(), printed);
    }

    #[test]
    fn every_method_answers_for_every_value(text in notification()) {
        let n = Notification::parse(text.as_bytes()).unwrap();
        let _ = (n.is_test(), n.all_items_are_upsells(), n.parent_receipt(), n.item_numbers_sorted(), n.order_currency(), n.role());
        let _ = (n.tracking_codes().count(), n.shipping(), n.billing().map(|c| (c.email(), c.address())), n.attempt_count());
        for item in n.line_items() {
            let _ = (item.item_number(), item.quantity(), item.account_amount().map(|a| a.amount()), item.payment_plan());
        }
        let _ = n.vendor_variables().map(|variables| variables.pairs().count());
        for path in ["lineItems[0].itemNo", "customer.billing.email", "vendorVariables", "trackingCodes[1]"] {
            let _ = n.lookup(&path.parse().unwrap());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Notification::parse(&bytes);
        let _ = postback::Envelope::parse(&bytes);
    }

    #[test]
    fn random_blocks_are_refused(blocks in proptest::collection::vec(any::<[u8; 16]>(), 1..20)) {
        prop_assert!(key_ring(&[SECRET]).open(&envelope(IV, &blocks.concat())).is_err());
    }
}
