//! What the fields mean where they could be misread.

use crate::support::*;
use postback::clickbank::ins::TransactionType;
use postback::value::Currency;
use postback::value::FieldPath;

#[test]
fn line_items_may_be_a_list_an_object_null_or_absent_and_print_back_as_they_came() {
    for (items, count) in [
        (r#"[{"itemNo":"b"},{"itemNo":"a"}]"#, 2),
        (r#"{"itemNo":"b"}"#, 1),
        ("null", 0),
        ("[]", 0),
        (r#"[null,7,{"itemNo":"b"}]"#, 1),
        ("\"\"", 0),
    ] {
        let text = with_member(&format!(r#""lineItems":{items}"#));
        let n = parse(&text);
        assert_eq!(n.line_items().count(), count, "{items}");
        assert_eq!(n.to_json(), text);
    }
    assert_eq!(parse(SMALL).line_items().count(), 0);
    let one = parse(&with_member(r#""lineItems":{"itemNo":"b","lineItemType":"UPSELL"}"#));
    assert!(one.all_items_are_upsells());
    assert_eq!(one.lookup(&"lineItems[0].itemNo".parse().unwrap()), Some("b"));
}

#[test]
fn absent_null_and_empty_print_back_apart() {
    for member in [
        r#""affiliate":null"#,
        r#""affiliate":"""#,
        r#""upsell":{}"#,
        r#""upsell":null"#,
        r#""trackingCodes":[]"#,
        r#""x":[{}]"#,
    ] {
        let text = with_member(member);
        let n = parse(&text);
        assert_eq!(n.to_json(), text);
        assert_eq!(
            (n.affiliate(), n.parent_receipt(), n.tracking_codes().count()),
            (None, None, 0)
        );
    }
}

#[test]
fn an_order_is_an_upsell_only_when_every_line_is() {
    let all = |items: &str| parse(&with_member(&format!(r#""lineItems":{items}"#))).all_items_are_upsells();
    assert!(all(r#"[{"lineItemType":"UPSELL"}]"#));
    assert!(all(r#"[{"lineItemType":"UPSELL"},{"lineItemType":"UPSELL"}]"#));
    for items in [
        "[]",
        "null",
        r#"[{"lineItemType":"UPSELL"},{"lineItemType":"BUMP"}]"#,
        r#"[{"lineItemType":"UPSELL"},{}]"#,
        r#"[{"lineItemType":"upsell"}]"#,
        r#"[{"lineItemType":"ORIGINAL"}]"#,
    ] {
        assert!(!all(items), "{items}");
    }
}

#[test]
fn the_parent_is_the_original_receipt_unless_it_is_the_own_one() {
    let parent = |original: &str, own: &str| {
        let text = with_member(&format!(r#""upsell":{{"upsellOriginalReceipt":{original}}}"#)).replace("R1", own);
        parse(&text).parent_receipt().map(|receipt| receipt.as_str().to_owned())
    };
    assert_eq!(parent(r#""R0""#, "R1"), Some("R0".into()));
    assert_eq!(parent(r#""R1""#, "R1"), None);
    assert_eq!(parent(r#""R1""#, "R1-B002"), None);
    assert_eq!(parent(r#""R0-B003""#, "R1"), Some("R0".into()));
    assert_eq!(parent(r#""""#, "R1"), None);
    assert_eq!(parent("null", "R1"), None);
    assert_eq!(parent("7", "R1"), None);
}

#[test]
fn a_subscription_change_keeps_its_text_and_names_its_products() {
    let n = parse(&SMALL.replace("SALE", "SUBSCRIPTION-CHG gold-1->gold-2"));
    assert_eq!(n.transaction_type(), &TransactionType::SubscriptionChange);
    assert_eq!(n.transaction_type_text(), "SUBSCRIPTION-CHG gold-1->gold-2");
    let change = n.subscription_change().unwrap();
    assert_eq!((change.old, change.new), ("gold-1", "gold-2"));
    assert_eq!(parse(SMALL).subscription_change(), None);
}

#[test]
fn a_rebill_is_read_with_its_number() {
    let n = parse(&SMALL.replace("R1", "LPJ9VE42-B002"));
    let receipt = n.receipt().unwrap();
    assert_eq!(
        (receipt.text(), receipt.stripped().as_str(), receipt.rebill()),
        ("LPJ9VE42-B002", "LPJ9VE42", Some(2))
    );
}

#[test]
fn item_numbers_are_sorted_and_repeated_ones_kept() {
    let n = parse(&with_member(
        r#""lineItems":[{"itemNo":"b"},{"itemNo":"B"},{},{"itemNo":10},{"itemNo":"b"}]"#,
    ));
    assert_eq!(n.item_numbers_sorted(), ["10", "B", "b", "b"]);
}

#[test]
fn an_amount_that_is_there_is_never_taken_for_absent() {
    let amount = |value: &str| {
        let n = parse(&with_member(&format!(r#""totalAccountAmount":{value}"#)));
        n.total_account_amount()
            .map(|number| number.amount().map(|amount| amount.to_string()).map_err(drop))
    };
    assert_eq!(amount("-8.690"), Some(Ok("-8.69".into())));
    assert_eq!(amount("0.00"), Some(Ok("0".into())));
    assert_eq!(amount(r#""8.25""#), Some(Ok("8.25".into())));
    assert_eq!(amount("null"), None);
    for wrong in ["8e1", "true", "[8]", "{}", r#""""#, r#""1_000""#, "1E400"] {
        assert_eq!(amount(wrong), Some(Err(())), "{wrong}");
    }
}

#[test]
fn a_list_or_an_object_in_place_of_an_amount_shows_as_one() {
    for wrong in ["[8]", "{}"] {
        let n = parse(&with_member(&format!(r#""totalAccountAmount":{wrong}"#)));
        assert_eq!(n.total_account_amount().unwrap().text(), "[..]", "{wrong}");
    }
}

#[test]
fn a_member_is_of_its_own_object_and_of_its_whole_name() {
    let n = parse(&with_member(
        r#""outer":{"inner":{},"long-end1long-end":"one","long-end2long-end":"two"},"itemNo":"x""#,
    ));
    let at = |path: &str| n.lookup(&path.parse::<FieldPath>().unwrap());
    assert_eq!(
        at("outer.inner.long-end1long-end"),
        None,
        "the next one of the object around it"
    );
    assert_eq!(at("outer.itemNo"), None, "the next one of the whole");
    // Two names of one length that begin and end alike.
    assert_eq!(at("outer.long-end1long-end"), Some("one"));
    assert_eq!(at("outer.long-end2long-end"), Some("two"));
}

#[test]
fn escapes_are_decoded() {
    let n = parse(&with_member(r#""a":"\"\\\/\b\f\n\r\t","b":"\u00e9\ud83d\ude00""#));
    let at = |path: &str| n.lookup(&path.parse::<FieldPath>().unwrap());
    assert_eq!(at("a"), Some("\"\\/\u{8}\u{c}\n\r\t"));
    assert_eq!(at("b"), Some("é\u{1f600}"));
}

#[test]
fn a_count_is_a_whole_number_whatever_its_text() {
    let count = |value: &str| parse(&with_member(&format!(r#""attemptCount":{value}"#))).attempt_count();
    assert_eq!((count("2"), count("2.0"), count("2.00")), (Some(2), Some(2), Some(2)));
    for wrong in ["2.5", "-1", "2e0", "\"2\"", "99999999999999999999", "null"] {
        assert_eq!(count(wrong), None, "{wrong}");
    }
}

#[test]
fn a_path_finds_texts_and_numbers_and_takes_empty_for_missing() {
    let n = parse(sample("v8_0"));
    let at = |path: &str| n.lookup(&path.parse::<FieldPath>().unwrap());
    assert_eq!(at("receipt"), Some("TEST0001"));
    assert_eq!(at("lineItems[0].productTitle"), Some("Test Product"));
    assert_eq!(at("lineItems[0].taxAmount"), Some("26.75"));
    assert_eq!(at("lineItems[0].shippable"), Some("true"));
    assert_eq!(at("customer.billing.address.postalCode"), Some("85050"));
    assert_eq!(at("vendorVariables.aff_sub1"), Some("1559512"));
    assert_eq!(at("version"), Some("8"));
    for missing in [
        "vendorVariables.adgroup",
        "lineItems[1].itemNo",
        "customer",
        "lineItems",
        "nothing.at.all",
        "trackingCodes[0]",
    ] {
        assert_eq!(at(missing), None, "{missing}");
    }
    assert_eq!(parse(&with_member(r#""x":null"#)).lookup(&"x".parse().unwrap()), None);
    let codes = parse(&with_member(r#""trackingCodes":["","b"]"#));
    assert_eq!(codes.lookup(&"trackingCodes[0]".parse().unwrap()), None);
    assert_eq!(codes.lookup(&"trackingCodes[1]".parse().unwrap()), Some("b"));
    assert_eq!(codes.tracking_codes().collect::<Vec<_>>(), ["b"]);
}

#[test]
fn an_unknown_currency_is_none_and_a_known_one_is_typed() {
    let currency = |text: &str| parse(&with_member(&format!(r#""currency":"{text}""#))).order_currency();
    assert_eq!(currency("USD"), Some(Currency::USD));
    assert_eq!((currency("DOLLARS"), currency("")), (None, None));
}
