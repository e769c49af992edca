//! **ClickBank's notifications as a whole**: every transaction type, what has no receipt, and the
//! guide's four parameters.

use postback::clickbank::ins::TransactionType;
use postback::intake::Intake;
use postback::plan::{Outcome, Reason};
use postback_test::{World, document, notification, with};
use std::collections::BTreeSet;

#[test]
fn a_version_that_is_not_chosen_is_not_taken() {
    let world = World::new(&with(|d| {
        d["offer_source"][1]["ins_versions"] = serde_json::json!(["6.0", "7.0"])
    }));
    let text = notification("SALE", "R1", 60, "10", "");
    let read = postback::Notification::parse(text.as_bytes()).unwrap();
    let received = postback::Received {
        at: postback_test::after(61),
        nonce: 1,
    };
    let source = world.tracker.source(Some("clickbank")).unwrap();
    let refused = Intake::new(source, &world.credentials, received)
        .assume_authorized()
        .message(&read)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "version `8.0` is not one of the source's `ins_versions`"
    );
}

/// Each transaction type with the kind that it is, and what it comes to where `events` has the rows
/// of the support's document.
#[test]
fn every_transaction_type_is_an_event_and_only_what_is_matched_is_a_conversion() {
    const UPSELL: &str = r#","lineItems":[{"lineItemType":"UPSELL"}]"#;
    const BUMP: &str = r#","lineItems":[{"lineItemType":"UPSELL"},{"lineItemType":"BUMP"}]"#;
    const AUTH_FAILURE: &str = "CUSTOMER_AUTH_FAILURE";
    const EMAIL_UPDATE: &str = "CUSTOMER_EMAIL_UPDATE";
    const CARD_UPDATE: &str = "CUSTOMER_UPDATE_CC_NOTIFICATION";
    const DETAILS: &str = "PURCHASE_DETAILS_EMAIL_RESPONSE";
    // Type, further members, kind, what is answered, the conversion.
    let rows = [
        ("SALE", "", "sale", "applied", "Purchase approved 10 USD 10 USD"),
        ("SALE", UPSELL, "upsell", "applied", "Upsell approved 10 USD 10 USD"),
        ("SALE", BUMP, "sale", "applied", "Purchase approved 10 USD 10 USD"),
        ("BILL", "", "rebill", "applied", "Rebill approved 10 USD 10 USD"),
        ("RFND", "", "refund", "unattributed: waits_for_sale", ""),
        ("CGBK", "", "chargeback", "unattributed: waits_for_sale", ""),
        ("INSF", "", "echeck_return", "unattributed: waits_for_sale", ""),
        (
            "CANCEL-REBILL",
            "",
            "cancel",
            "applied",
            "CancelRebill approved none nothing",
        ),
        ("UNCANCEL-REBILL", "", "uncancel", "ignored: chosen_none", ""),
        ("SUBSCRIPTION-CHG", "", "change", "ignored: unmapped", ""),
        ("SUBSCRIPTION-CHG 12->34", "", "change", "ignored: unmapped", ""),
        ("ABANDONED_ORDER", "", "abandoned", "ignored: unmapped", ""),
        ("TEST", "", "test", "test: unmapped", ""),
        ("TEST_SALE", "", "test", "test", "Purchase approved none nothing"),
        ("TEST_BILL", "", "test", "test: unmapped", ""),
        ("TEST_RFND", "", "test", "test: unmapped", ""),
        ("CANCEL-TEST-REBILL", "", "test", "test: unmapped", ""),
        ("UNCANCEL-TEST-REBILL", "", "test", "test: unmapped", ""),
        ("TEST_CANCEL-REBILL", "", "test", "test: unmapped", ""),
        ("TEST_CGBK", "", "test", "test: unmapped", ""),
        ("TEST_CHGBK", "", "test", "test: unmapped", ""),
        ("TEST_INSF", "", "test", "test: unmapped", ""),
        ("JV_SALE", "", "jv_sale", "ignored: unmapped", ""),
        ("JV_BILL", "", "jv_bill", "ignored: unmapped", ""),
        ("FEE", "", "fee", "ignored: unmapped", ""),
        ("TEST_FEE", "", "test", "test: unmapped", ""),
        ("SOMETHING_NEW", "", "something_new", "ignored: unmapped", ""),
        (AUTH_FAILURE, "", "customer_auth_failure", "ignored: unmapped", ""),
        (EMAIL_UPDATE, "", "customer_email_update", "ignored: unmapped", ""),
        (
            CARD_UPDATE,
            "",
            "customer_update_cc_notification",
            "ignored: unmapped",
            "",
        ),
        (DETAILS, "", "purchase_details_email_response", "ignored: unmapped", ""),
    ];
    for (word, members, kind, said, told) in rows {
        let world = World::new(&document());
        let text = notification(
            word,
            "CWOGBZLN",
            60,
            "10",
            &format!("{}{members}", postback_test::TRACKED),
        );
        let event = world.notification_event(&text);
        assert_eq!(event.kind.as_ref().unwrap().as_str(), kind, "{word}");
        assert_eq!(event.name.as_deref(), Some(word));
        assert_eq!(event.test, kind == "test", "{word}");
        assert_eq!(world.notify(&text), said, "{word} {members}");
        assert_eq!(world.told().concat(), told, "{word} {members}");
    }
    let types = rows.iter().map(|row| TransactionType::parse(row.0));
    let known: BTreeSet<_> = types
        .filter(|word| !matches!(word, TransactionType::Other(_)))
        .collect();
    assert_eq!(known.len(), 20, "every type that is known has a row");
}

/// None that was chosen and a row that is absent are told apart, whatever the type.
#[test]
fn none_and_unmapped_are_told_apart_for_every_type_that_moves_no_money() {
    for word in [
        "ABANDONED_ORDER",
        "CUSTOMER_EMAIL_UPDATE",
        "JV_SALE",
        "SOMETHING_NEW",
        "SUBSCRIPTION-CHG 1->2",
    ] {
        for (row, outcome, reason) in [
            (Some(""), Outcome::Chosen, Reason::ChosenNone),
            (None, Outcome::Unmapped, Reason::Unmapped),
        ] {
            let world = World::new(&with(|d| {
                if let Some(row) = row {
                    let key = word.split(' ').next().unwrap();
                    d["offer_source"][1]["events"][key] = row.into();
                }
            }));
            world.notify(&notification(word, "R1", 60, "0", postback_test::TRACKED));
            assert_eq!(world.outcome(None), (outcome, Some(reason)), "{word} {row:?}");
        }
    }
    // A word that is matched is a conversion, of ClickBank's partners too.
    let world = World::new(&with(|d| d["offer_source"][1]["events"]["JV_SALE"] = "Purchase".into()));
    assert_eq!(
        world.notify(&notification("JV_SALE", "R1", 60, "10", postback_test::TRACKED)),
        "applied"
    );
}

#[test]
fn what_comes_without_a_receipt_is_known_by_its_text_but_for_the_attempt() {
    let world = World::new(&document());
    let text = |word: &str, attempt: u8, mail: &str| {
        format!(
            r#"{{"transactionTime":"20260401T000100+0000","transactionType":"{word}","role":"VENDOR","version":8.0,"attemptCount":{attempt},
               "customer":{{"billing":{{"email":"{mail}"}}}}}}"#
        )
    };
    for word in [
        "ABANDONED_ORDER",
        "CUSTOMER_AUTH_FAILURE",
        "CUSTOMER_EMAIL_UPDATE",
        "CUSTOMER_UPDATE_CC_NOTIFICATION",
        "CUSTOMER_SOMETHING_NEW",
    ] {
        let of = |attempt, mail| world.notification_event(&text(word, attempt, mail));
        assert!(of(1, "a@b.example").identified);
        assert_eq!(of(1, "a@b.example").id, of(5, "a@b.example").id, "{word}");
        assert_ne!(of(1, "a@b.example").id, of(1, "c@b.example").id, "{word}");
        assert_eq!(world.notify(&text(word, 1, "a@b.example")), "ignored: unmapped");
        assert_eq!(world.notify(&text(word, 2, "a@b.example")), "duplicate");
    }
}

/// The four rows of the guide, over the captured notifications: what each has of event id, product,
/// email and zip.
#[test]
fn the_parameters_of_the_guide_are_read_from_captured_notifications() {
    let rows = [
        (
            include_str!("../vectors/ins_sample_v6_0_TEST_SALE_recurring_2014_pyramid_bimt.json"),
            ["LPJ9VE42", "IPN Test", "john.smith@gmail.com", "10000"],
        ),
        (
            include_str!("../vectors/ins_sample_v6_0_doc_sample_2016.json"),
            ["CWOGBZLN", "ProductTitle", "redacted@example.com", "89101"],
        ),
        // An affiliate is told nothing personal but the place.
        (
            include_str!("../vectors/ins_sample_v7_0_SALE_AFFILIATE_role_2020.json"),
            ["R0000NSV", "40% OFF! Sample Product -w- Added Bonuses", "", "00000"],
        ),
        // The test of the settings has no receipt, and an empty address.
        (
            include_str!("../vectors/ins_sample_v7_0_TEST_2022_openclickbank.json"),
            ["", "A passed in title", "testuser@somesite.com", ""],
        ),
        (
            include_str!("../vectors/ins_sample_v8_0_SALE_2026_northdashboard.json"),
            ["TEST0001", "Test Product", "buyer@example.test", "85050"],
        ),
    ];
    let world = World::new(&document());
    for (sample, values) in rows {
        let event = world.notification_event(sample);
        let name = &event.receipt;
        let read = ["eventid", "product", "email", "zip"].map(|key| {
            let plain = event.parameters.get(key).cloned();
            let private = || event.private.get(key).map(|value| value.expose().to_owned());
            plain.or_else(private).unwrap_or_default()
        });
        assert_eq!(read, values, "{name:?}");
        assert_eq!(event.event_id.as_deref().unwrap_or_default(), values[0], "{name:?}");
        assert!(
            event.private.keys().all(|key| key == "email" || key == "zip"),
            "{name:?}"
        );
    }
}

#[test]
fn what_billing_lacks_comes_from_shipping_and_what_both_lack_is_left_out() {
    let world = World::new(&document());
    let read = |members: &str| {
        let event = world.notification_event(&notification("SALE", "R1", 60, "10", members));
        ["email", "zip"].map(|key| {
            event
                .private
                .get(key)
                .map(|value| value.expose().to_owned())
                .unwrap_or_default()
        })
    };
    let shipping = r#""shipping":{"email":"s@b.example","address":{"postalCode":"2"}}"#;
    for (billing, values) in [
        (
            r#""billing":{"email":"b@b.example","address":{"postalCode":"1"}}"#,
            ["b@b.example", "1"],
        ),
        (
            r#""billing":{"email":"","address":{"postalCode":""}}"#,
            ["s@b.example", "2"],
        ),
        (r#""billing":{"address":{}}"#, ["s@b.example", "2"]),
        (r#""billing":null"#, ["s@b.example", "2"]),
    ] {
        assert_eq!(
            read(&format!(r#""customer":{{{billing},{shipping}}}"#)),
            values,
            "{billing}"
        );
    }
    assert_eq!(read(r#""customer":{}"#), ["", ""]);
    assert_eq!(read(""), ["", ""]);
}

#[test]
fn the_order_form_pixels_row_is_empty_where_nothing_is_said() {
    let world = World::new(&document());
    let events = world.tracker.source(Some("clickbank")).unwrap().events();
    assert_eq!(events.get("INITIATE_CHECKOUT"), Some(&None));
}
