//! Each doubt about a document has its path and its text.
#![cfg(feature = "toml")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod config_support;
use config_support::warnings;

const OFFER: &str = "https://shop.example.com/?id={clickid}";
const EVENTS: &str = "events = { SALE = \"Purchase\", UPSELL = \"Purchase\", BILL = \"Purchase\", RFND = \"Refund\", CGBK = \"Refund\", \
                      INSF = \"Refund\", CANCEL-REBILL = \"\", UNCANCEL-REBILL = \"\", SUBSCRIPTION-CHG = \"\", ABANDONED_ORDER = \"\" }";

/// The doubts about an offer of a ClickBank source.
fn offer(url: &str) -> Vec<String> {
    warnings(&[("\"generic\"", "\"clickbank-s2s\""), (OFFER, url)])
}

/// The doubts about a source for ClickBank's notifications.
fn notified(lines: &str) -> Vec<String> {
    warnings(&[
        ("\"generic\"", "\"clickbank-ins\""),
        (OFFER, "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}"),
        ("#source", lines),
    ])
}

#[test]
fn nothing_is_doubtful_about_the_base() {
    assert_eq!(warnings(&[]), [""; 0]);
}

#[test]
fn a_clickbank_offer_brings_the_click_id_back() {
    for url in [
        "https://hop.clickbank.net/?affiliate=a&vendor=v&tid={clickid}",
        "https://abc123.hop.clickbank.net/?tid={clickid}&cbpage=2",
        "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}",
        "https://v.pay.clickbank.net/?cbitems=1&clickid={clickid}",
        "https://hop.clickbank.net/?vendor=v&extclid={clickid}",
        "https://seller.example/?affiliate=a&aff_sub3={clickid}",
    ] {
        assert_eq!(offer(url), [""; 0], "{url}");
    }
    let said =
        |name: &str| format!("offer[0].url: no click id can come back through this URL; add `{name}={{clickid}}`");
    assert_eq!(offer("https://hop.clickbank.net/?affiliate=a&vendor=v"), [said("tid")]);
    assert_eq!(offer("https://v.pay.clickbank.net/?cbitems=1"), [said("vtid")]);
    assert_eq!(
        offer("https://hop.clickbank.net/?vendor=v&clickid={clickid}"),
        [said("tid")]
    );
    assert_eq!(
        offer("https://v.pay.clickbank.net/?cbitems=1&vtid={sub1}"),
        [said("vtid")]
    );
}

#[test]
fn another_networks_offer_may_look_as_it_likes() {
    assert_eq!(warnings(&[(OFFER, "https://shop.example.com/")]), [""; 0]);
}

#[test]
fn a_sellers_code_does_not_come_back_from_a_hoplink() {
    for host in ["hop.clickbank.net", "abc123.hop.clickbank.net"] {
        assert_eq!(
            offer(&format!("https://{host}/?vendor=v&vtid={{clickid}}")),
            ["offer[0].url: `vtid` is the seller's and does not come back from a hoplink; write `tid={clickid}`"]
        );
    }
}

#[test]
fn a_code_that_holds_more_than_the_click_id_may_be_dropped() {
    assert_eq!(
        offer("https://hop.clickbank.net/?vendor=v&tid={clickid}-{sub1}"),
        [
            "offer[0].url: `tid={clickid}-{sub1}` holds more than the click id, and one character that ClickBank does not allow may drop the whole code; write `tid={clickid}` and put the rest elsewhere"
        ]
    );
}

#[test]
fn a_postback_without_types_covers_steps_and_reversals() {
    assert_eq!(
        warnings(&[("types = [\"Purchase\"]\n", "")]),
        [
            "campaign[0].postback[0].types: covers every type, steps and reversals too (`InitiateCheckout`, `Refund`); name the types that are meant"
        ]
    );
}

#[test]
fn a_copy_that_differs_from_its_channels_template_has_drifted() {
    let copy = |template: &str, own: &str| {
        warnings(&[
            ("https://ads.example.com/c?key={ref_id}&price={payout}", template),
            ("#postback", &format!("url = \"{own}\"")),
        ])
    };
    let template = "https://ads.example.com/c?key={ref_id}&goal=";
    for own in [
        "https://ads.example.com/c?key={ref_id}&goal=1",
        "https://ads.example.com/c?goal=2&key={ref_id}",
    ] {
        assert_eq!(copy(template, own), [""; 0], "{own}");
    }
    for own in [
        "https://ads.example.com/c?key={ref_id}",
        "https://ads.example.com/c?key={sub1}&goal=1",
        "https://ads.example.net/c?key={ref_id}&goal=1",
        "https://ads.example.com/c?key={ref_id}&goal=1&price={payout}",
    ] {
        assert_eq!(
            copy(template, own),
            [format!(
                "campaign[0].postback[0].url: differs from the template of channel `push`, `{template}`; a copy does not follow it"
            )]
        );
    }
}

#[test]
fn a_segment_of_the_path_that_the_template_leaves_open_is_no_drift() {
    assert_eq!(
        warnings(&[
            (
                "https://ads.example.com/c?key={ref_id}&price={payout}",
                "https://ads.example.com/name/REPLACE/at?key={ref_id}"
            ),
            (
                "#postback",
                "url = \"https://ads.example.com/name/joe/at?key={ref_id}\""
            ),
        ]),
        [""; 0]
    );
}

#[test]
fn transaction_types_that_are_not_matched_are_named() {
    assert_eq!(notified(&format!("secrets = [\"env:S\"]\n{EVENTS}")), [""; 0]);
    assert_eq!(
        notified(&format!(
            "secrets = [\"env:S\"]\n{}",
            EVENTS
                .replace("BILL = \"Purchase\", ", "")
                .replace("INSF = \"Refund\", ", "")
        )),
        [
            "offer_source[0].events: not matched, so stored without a conversion: `BILL`, `INSF`; match each to a type, or to \"\" if that is meant"
        ]
    );
    let kinds = EVENTS.replace("SALE", "sale").replace("RFND", "refund");
    assert_eq!(
        notified(&format!("secrets = [\"env:S\"]\n{kinds}")),
        [""; 0],
        "a neutral kind covers its word"
    );
}

#[test]
fn a_word_that_clickbank_does_not_send_is_named_with_a_suggestion() {
    let events = EVENTS.replace(
        "events = { ",
        "events = { CANCEL_REBIL = \"\", TEST_SALE = \"Purchase\", INITIATE_CHECKOUT = \"\", ",
    );
    assert_eq!(
        notified(&format!("secrets = [\"env:S\"]\n{events}")),
        [
            "offer_source[0].events.CANCEL_REBIL: is not a word of ClickBank's, as far as is known; did you mean `CANCEL-REBILL`?"
        ]
    );
}

#[test]
fn without_a_secret_no_notification_can_be_read() {
    assert_eq!(
        notified(EVENTS),
        ["offer_source[0].secrets: without a secret no notification can be read"]
    );
}

#[test]
fn a_role_is_known_or_ones_own() {
    assert_eq!(
        warnings(&[(
            "role = \"event_id\" }",
            "role = \"event_id\" }, { name = \"a\", role = \"zipp\" }, { name = \"b\", role = \"x_zipp\" }, { name = \"c\", role = \"rt_ad\" }"
        )]),
        [
            "offer_source[0].parameter[1].role: `zipp` is not a known role; one of your own begins with `x_`; did you mean `zip`?",
            "offer_source[0].parameter[3].role: `rt_ad` belongs to the other side: to a traffic channel's parameter",
        ]
    );
    assert_eq!(
        warnings(&[(
            "macro = \"[CLICK_ID]\" }",
            "macro = \"[CLICK_ID]\", role = \"rt_campain\" }, { slot = \"sub1\", name = \"a\", role = \"email\" }"
        )]),
        [
            "traffic_channel[0].parameter[0].role: `rt_campain` is not a known role; one of your own begins with `x_`; did you mean `rt_campaign`?",
            "traffic_channel[0].parameter[1].role: `email` belongs to the other side: to an offer source's parameter",
        ]
    );
}

#[test]
fn a_source_without_tokens_and_addresses_accepts_anyone() {
    let tokens = "tokens = [\"env:TOKEN\"]";
    assert_eq!(
        warnings(&[(tokens, "")]),
        ["offer_source[0].tokens: anyone may send postbacks: there are neither tokens nor `allow_ips`"]
    );
    assert_eq!(warnings(&[(tokens, "allow_ips = [\"192.0.2.0/24\"]")]), [""; 0]);
}

#[test]
fn a_source_that_sends_no_id_cannot_tell_a_retry_from_news() {
    let row = "{ name = \"txid\", macro = \"{transaction}\", role = \"event_id\" }";
    assert_eq!(
        warnings(&[(row, "")]),
        ["offer_source[0]: source `network` sends no event id: a network's retry cannot be told from a new conversion"]
    );
    for (row_instead, line) in [
        ("{ name = \"receipt\", macro = \"{order}\" }", ""),
        ("{ name = \"eventid\", macro = \"{id}\" }", ""),
        ("", "names = { event_id = \"tid\" }"),
        ("", "names = { receipt = \"order\" }"),
    ] {
        assert_eq!(
            warnings(&[(row, row_instead), ("#source", line)]),
            [""; 0],
            "{row_instead} {line}"
        );
    }
}

#[test]
fn a_campaign_without_a_path_sends_nobody_anywhere() {
    assert_eq!(
        warnings(&[("[[campaign.path]]\noffers = [{ offer = \"book\" }]\n", "")]),
        ["campaign[0].path: there is none, so no click can be sent to an offer"]
    );
}

#[test]
fn a_part_that_changes_nothing_yet_is_named() {
    let said = "is accepted, and changes nothing in this version";
    let api = "[[conversion_api]]\nid = \"fb\"\nplatform = \"meta\"\ntoken = \"env:T\"";
    for (from, to, path) in [
        ("#root", api, "conversion_api"),
        ("#offer", "caps = { clicks = 10 }", "offer[0].caps"),
        (
            "#channel",
            "api = { recipe = \"push\", key = \"env:K\" }",
            "traffic_channel[0].api",
        ),
    ] {
        assert_eq!(warnings(&[(from, to)]), [format!("{path}: {said}")]);
    }
    assert_eq!(
        warnings(&[("#campaign", "cost = { model = \"cpm\", amount = \"1\" }")]),
        ["campaign[0].cost.model: `cpm` is accepted, and changes nothing in this version"]
    );
}
