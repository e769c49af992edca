//! Each doubt about a macro that is pasted into ClickBank has its path and its text.

use crate::support::{EVENTS, OFFER, warnings};

/// The doubts about a source for ClickBank's postbacks.
fn posted(lines: &str) -> Vec<String> {
    let vendor = lines.contains("vendor");
    let url = match vendor {
        true => "https://seller.pay.clickbank.net/?cbitems=1&vtid={clickid}",
        false => "https://hop.clickbank.net/?vendor=v&extclid={clickid}&aff_sub1={clickid}&tid={clickid}",
    };
    let lines = format!("events = {{ PURCHASE = \"Purchase\", UPSELL = \"Purchase\" }}\n{lines}");
    let said = warnings(&[("\"generic\"", "\"clickbank-s2s\""), (OFFER, url), ("#source", &lines)]);
    said.into_iter()
        .filter(|doubt| !doubt.starts_with("offer[0]"))
        .collect()
}

/// The document's own row of the parameter table is followed by this one.
fn row(row: &str) -> Vec<String> {
    let events = "events = { PURCHASE = \"Purchase\", UPSELL = \"Purchase\" }";
    warnings(&[
        ("\"generic\"", "\"clickbank-s2s\""),
        (OFFER, "https://hop.clickbank.net/?vendor=v&tid={clickid}"),
        ("{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }", row),
        ("#source", events),
    ])
}

#[test]
fn every_macro_that_is_known_is_pasted_without_a_word() {
    for lines in [
        "",
        "account_role = \"vendor\"",
        "postback = { clickid = \"{extclid}\" }",
        "postback = { clickid = \"{aff_sub1}\", type = \"{event_type}\" }",
        "account_role = \"vendor\"\npostback = { order_id = \"{receipt_id}\" }",
    ] {
        assert_eq!(
            posted(lines).iter().filter(|doubt| doubt.contains(".postback")).count(),
            0,
            "{lines}"
        );
    }
    for name in [
        "event_id",
        "unique_aff_sub5",
        "currency",
        "country",
        "vendor",
        "click_timestamp",
    ] {
        assert_eq!(
            row(&format!("{{ name = \"own\", macro = \"{{{name}}}\" }}")),
            [""; 0],
            "{name}"
        );
    }
}

#[test]
fn a_macro_that_is_not_known_is_named_with_a_suggestion() {
    assert_eq!(
        row("{ name = \"own\", macro = \"{vendr}\" }"),
        [
            "offer_source[0].parameter[0].macro: `{vendr}` is not a macro of ClickBank's, as far as is known; did you mean `{vendor}`?"
        ]
    );
    assert_eq!(
        posted("postback = { clickid = \"{aff_sub6}\" }"),
        [
            "offer_source[0].postback.clickid: `{aff_sub6}` is not a macro of ClickBank's, as far as is known; did you mean `{aff_sub1}`?"
        ]
    );
}

#[test]
fn a_name_that_nothing_speaks_for_says_what_to_write_instead() {
    for (name, instead) in [
        ("email", "what is personal comes by notification (INS) alone"),
        ("first_name", "what is personal comes by notification (INS) alone"),
        ("city", "what is personal comes by notification (INS) alone"),
        ("product_id", "products come by notification (INS) alone"),
        (
            "gclid",
            "it is a parameter of the link, for ClickBank's own integration of Google Ads",
        ),
        ("order_total", "what the customer paid is `{total_transaction_amount}`"),
        ("receipt", "the receipt is `{receipt_id}`"),
        ("amount", "earnings are `{affiliate_earnings}` or `{vendor_earnings}`"),
        ("transactionType", "the event's word is `{event_type}`"),
        ("ext_clid", "it was seen once, probably by mistake for `{extclid}`"),
    ] {
        assert_eq!(
            row(&format!("{{ name = \"own\", macro = \"x-{{{name}}}\" }}")),
            [format!(
                "offer_source[0].parameter[0].macro: `{{{name}}}` is not a macro of ClickBank's, as far as is known; {instead}"
            )]
        );
    }
}

#[test]
fn a_macro_of_the_other_side_is_never_filled() {
    let said = |name: &str, text: &str| format!("offer_source[0].postback.{name}: {text}");
    let vendor = |macros: &str| posted(&format!("account_role = \"vendor\"\npostback = {{ {macros} }}"));
    let alone =
        |name: &str| format!("`{{{name}}}` is filled for affiliates alone, and the source's account is a vendor's");
    assert_eq!(
        vendor("clickid = \"{tid}\", sum = \"{affiliate_earnings}\", sub1 = \"{aff_sub1}\""),
        [
            said("clickid", &format!("{}; write `{{vtid}}`", alone("tid"))),
            said("sub1", &alone("aff_sub1")),
            said(
                "sum",
                &format!("{}; write `{{vendor_earnings}}`", alone("affiliate_earnings"))
            ),
        ]
    );
    for role in ["", "account_role = \"affiliate\"\n"] {
        assert_eq!(
            posted(&format!("{role}postback = {{ sum = \"{{vendor_earnings}}\" }}")),
            [said(
                "sum",
                "`{vendor_earnings}` is filled for sellers alone; say `account_role = \"vendor\"` if the account is a seller's"
            )]
        );
    }
}

#[test]
fn the_customers_currency_is_not_that_of_the_earnings() {
    assert_eq!(
        posted("postback = { currency = \"{currency}\" }"),
        [
            "offer_source[0].postback.currency: is not pasted: earnings are always in USD, and `{currency}` is what the customer paid in; give it a row under `parameter` if it is wanted"
        ]
    );
    assert_eq!(
        row("{ name = \"currency\", macro = \"{currency}\", role = \"currency\" }"),
        [
            "offer_source[0].parameter[0].role: `{currency}` is what the customer paid in, and earnings are in USD; leave the role out"
        ]
    );
    assert_eq!(row("{ name = \"currency\", macro = \"{currency}\" }"), [""; 0]);
    for (role, earnings) in [("affiliate", "{affiliate_earnings}"), ("vendor", "{vendor_earnings}")] {
        assert_eq!(
            posted(&format!(
                "account_role = \"{role}\"\npostback = {{ sum = \"{{total_transaction_amount}}\" }}"
            )),
            [format!(
                "offer_source[0].postback.sum: `{{total_transaction_amount}}` is what the customer paid, in a currency that it does not name, and would be read as USD; write `{earnings}`"
            )]
        );
    }
}

#[test]
fn what_is_read_from_a_notification_is_no_macro_of_clickbanks() {
    let lines = format!("secrets = [\"env:S\"]\n{EVENTS}");
    let url = "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}";
    assert_eq!(
        warnings(&[
            ("\"generic\"", "\"clickbank-ins\""),
            (OFFER, url),
            (
                "{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }",
                "{ name = \"plan\", macro = \"{r}\", from = \"lineItems[0].itemNo\" }"
            ),
            ("#source", &lines),
        ]),
        [""; 0]
    );
}
