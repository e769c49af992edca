//! Each doubt about the URL of an offer has its path and its text: whether the click id comes back
//! to where the source looks for it.

use crate::support::{EVENTS, OFFER, warnings};

/// The rows that match the words of ClickBank's postbacks.
const WORDS: &str = "events = { PURCHASE = \"Purchase\", UPSELL = \"Purchase\" }";

/// The doubts about an offer of a source for ClickBank's postbacks.
fn posted(lines: &str, url: &str) -> Vec<String> {
    let lines = format!("{WORDS}\n{lines}");
    warnings(&[("\"generic\"", "\"clickbank-s2s\""), (OFFER, url), ("#source", &lines)])
}

/// The doubts about an offer of a source for ClickBank's notifications.
fn offer(url: &str) -> Vec<String> {
    offer_with("", url)
}

fn offer_with(lines: &str, url: &str) -> Vec<String> {
    let lines = format!("secrets = [\"env:S\"]\n{EVENTS}\n{lines}");
    warnings(&[("\"generic\"", "\"clickbank-ins\""), (OFFER, url), ("#source", &lines)])
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
        ["offer[0].url: ClickBank does not give `clickid` back, so the click id in it is lost; write `tid={clickid}`"]
    );
    assert_eq!(
        offer("https://v.pay.clickbank.net/?cbitems=1&vtid={campaignid}"),
        [said("vtid")]
    );
}

#[test]
fn a_second_question_mark_is_said_once_and_the_rest_of_the_link_not_at_all() {
    for url in [
        "https://hop.clickbank.net/?affiliate=promoter&vendor=shop?tid={clickid}",
        "https://hop.clickbank.net/?affiliate=promoter&vendor={sub1}?tid={clickid}",
    ] {
        let doubts = offer(url);
        let said: Vec<&String> = doubts.iter().filter(|doubt| doubt.starts_with("offer[0]")).collect();
        assert!(
            said[0].starts_with("offer[0].url: a second `?` stands behind `vendor="),
            "{doubts:?}"
        );
        assert!(said.iter().all(|doubt| !doubt.contains("click id")), "{doubts:?}");
    }
}

#[test]
fn a_sellers_own_variable_is_named_for_click_id_from() {
    let url = "https://shop.pay.clickbank.net/?cbitems=1&ef-transaction-id={clickid}";
    assert_eq!(
        offer(url),
        [
            "offer[0].url: the click id is in `ef-transaction-id`, a variable of your own, which notifications repeat, and no path of \
             `click_id_from` looks there; write `click_id_from = [\"vendorVariables.ef-transaction-id\"]` in the source, or \
             `vtid={clickid}` here"
        ]
    );
    let named = "click_id_from = [\"vendorVariables.ef-transaction-id\"]";
    assert_eq!(offer_with(named, url), [""; 0]);
    // A path cannot name it.
    assert_eq!(
        offer("https://shop.pay.clickbank.net/?cbitems=1&a.b={clickid}"),
        ["offer[0].url: no click id can come back through this URL; add `vtid={clickid}`"]
    );
}

#[test]
fn a_parameter_that_is_nobodys_loses_the_click_id() {
    let lost = |name: &str, instead: &str| {
        format!(
            "offer[0].url: ClickBank does not give `{name}` back, so the click id in it is lost; write `{instead}={{clickid}}`"
        )
    };
    for (name, instead) in [("cb_click_id", "tid"), ("ext_clid", "extclid")] {
        let url = format!("https://hop.clickbank.net/?affiliate=promoter&vendor=shop&tid=p1&{name}={{clickid}}");
        assert_eq!(offer(&url), [lost(name, instead)]);
    }
    // It asks for `{tid}` alone.
    let url = "https://hop.clickbank.net/?affiliate=promoter&vendor=shop&ext_clid={clickid}";
    assert_eq!(posted("", url), [lost("ext_clid", "tid")]);
    // The seller's page may want it beside.
    let url = "https://hop.clickbank.net/?affiliate=promoter&vendor=shop&tid={clickid}&cb_click_id={clickid}";
    assert_eq!(offer(url), [""; 0]);
}

#[test]
fn a_postback_brings_back_what_its_url_asks_for() {
    for (lines, url) in [
        ("", "https://hop.clickbank.net/?vendor=v&tid={clickid}"),
        (
            "",
            "https://hop.clickbank.net/?vendor=v&extclid={clickid}&tid={clickid}",
        ),
        ("", "https://seller.example/?affiliate=a&tid={clickid}"),
        (
            "account_role = \"vendor\"",
            "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}",
        ),
        (
            "postback = { clickid = \"{extclid}\" }",
            "https://hop.clickbank.net/?vendor=v&extclid={clickid}",
        ),
        (
            "names = { clickid = \"subid\" }\npostback = { clickid = \"{aff_sub3}\" }",
            "https://hop.clickbank.net/?vendor=v&aff_sub3={clickid}",
        ),
        (
            "postback = { clickid = \"{aff_sub1}{aff_sub2}\" }",
            "https://hop.clickbank.net/?vendor=v&aff_sub1={clickid}",
        ),
        (
            "secrets = [\"env:S\"]",
            "https://hop.clickbank.net/?vendor=v&extclid={clickid}",
        ),
    ] {
        let doubts = posted(lines, url);
        assert!(
            doubts.iter().all(|doubt| !doubt.starts_with("offer[0]")),
            "{lines} {url}: {doubts:?}"
        );
    }
}

#[test]
fn a_click_id_that_a_postback_does_not_ask_for_is_lost() {
    let (vendor, said) = ("account_role = \"vendor\"", "offer[0].url: the click id is in");
    for (lines, url, asked) in [
        (
            "",
            "https://hop.clickbank.net/?vendor=v&extclid={clickid}",
            "`extclid`, and the postback's URL asks for `{tid}`; write `tid={clickid}`",
        ),
        (
            vendor,
            "https://seller.example/?affiliate=a&tid={clickid}",
            "`tid`, and the postback's URL asks for `{vtid}`; write `vtid={clickid}`",
        ),
        (
            "",
            "https://v.pay.clickbank.net/?cbitems=1&vtid={clickid}",
            "`vtid`, and the postback's URL asks for `{tid}`; say `account_role = \"vendor\"`",
        ),
        (
            vendor,
            "https://hop.clickbank.net/?vendor=v&tid={clickid}",
            "`tid`, and the postback's URL asks for `{vtid}`; say `account_role = \"affiliate\"` and write `tid={clickid}`",
        ),
        (
            "postback = { clickid = \"{extclid}\" }",
            "https://hop.clickbank.net/?vendor=v&tid={clickid}",
            "`tid`, and the postback's URL asks for `{extclid}`; write `extclid={clickid}`",
        ),
    ] {
        assert_eq!(posted(lines, url), [format!("{said} {asked}")]);
    }
}

#[test]
fn without_a_click_id_the_parameter_that_comes_back_is_named() {
    let extclid = "postback = { clickid = \"{extclid}\" }";
    for (lines, url, name) in [
        ("", "https://hop.clickbank.net/?vendor=v", "tid"),
        ("", "https://seller.example/?affiliate=a", "tid"),
        (
            "account_role = \"vendor\"",
            "https://v.pay.clickbank.net/?cbitems=1",
            "vtid",
        ),
        (extclid, "https://hop.clickbank.net/?vendor=v", "extclid"),
    ] {
        assert_eq!(
            posted(lines, url),
            [format!(
                "offer[0].url: no click id can come back through this URL; add `{name}={{clickid}}`"
            )]
        );
    }
}

#[test]
fn a_notification_brings_back_what_the_source_looks_for() {
    for (paths, url) in [
        ("trackingCodes", "https://v.pay.clickbank.net/?vtid={clickid}"),
        ("trackingCodes[0]", "https://hop.clickbank.net/?tid={clickid}"),
        ("vendorVariables.my", "https://v.pay.clickbank.net/?my={clickid}"),
        (
            "vendorVariables.aff_sub2",
            "https://hop.clickbank.net/?aff_sub2={clickid}",
        ),
        (
            "affiliateTrackingParameters.uniqueAffSub2",
            "https://hop.clickbank.net/?unique_aff_sub2={clickid}",
        ),
        (
            "affiliateTrackingParameters.extclid",
            "https://hop.clickbank.net/?extclid={clickid}",
        ),
    ] {
        let found = format!("click_id_from = [\"a\", \"{paths}\"]");
        assert_eq!(offer_with(&found, url), [""; 0], "{paths} {url}");
        let name = url
            .split_once('?')
            .and_then(|(_, query)| query.split_once('='))
            .unwrap()
            .0;
        let lost = if name == "my" {
            "the click id is in `my`, a variable of your own, which notifications repeat, and no path of `click_id_from` looks there; write \
             `click_id_from = [\"vendorVariables.my\"]` in the source, or `vtid={clickid}` here"
                .to_owned()
        } else {
            format!("the click id is in `{name}`, and no path of `click_id_from` looks there")
        };
        assert_eq!(
            offer_with("click_id_from = [\"vendorVariables.other\"]", url),
            [format!("offer[0].url: {lost}")]
        );
    }
}

/// ClickBank's text on `affiliateTrackingParameters`: version 8.0, affiliates alone. Of the
/// seller's variables, which repeat the link too, captured notifications have the parameters that
/// are not unique to a click.
#[test]
fn an_affiliates_parameter_comes_back_with_version_8_and_to_affiliates_alone() {
    let extclid = "https://hop.clickbank.net/?vendor=v&extclid={clickid}";
    for lines in ["", "account_role = \"affiliate\"", "ins_versions = [\"7.0\", \"8.0\"]"] {
        assert_eq!(offer_with(lines, extclid), [""; 0], "{lines}");
    }
    for lines in [
        "ins_versions = [\"7.0\"]",
        "ins_versions = [\"6.0\", \"7.0\"]",
        "account_role = \"vendor\"",
    ] {
        assert_eq!(
            offer_with(lines, extclid),
            [
                "offer[0].url: the click id is in `extclid`, which notifications have only since version 8.0 and only for affiliates; write \
                 `tid={clickid}`"
            ],
            "{lines}"
        );
    }
    let slot = "https://seller.example/?affiliate=a&aff_sub3={clickid}";
    assert_eq!(offer_with("ins_versions = [\"7.0\"]", slot), [""; 0]);
    assert_eq!(
        offer("https://seller.example/?affiliate=a"),
        ["offer[0].url: no click id can come back through this URL; add `tid={clickid}`"]
    );
}

#[test]
fn a_seller_may_not_be_told_the_affiliates_code() {
    let vendor = "account_role = \"vendor\"";
    for host in ["hop.clickbank.net/?vendor=v", "seller.example/?affiliate=a"] {
        assert_eq!(
            offer_with(vendor, &format!("https://{host}&tid={{clickid}}")),
            [
                "offer[0].url: `tid` is the affiliate's code, and it is not certain that a seller's notification has it; \
              `vtid={clickid}` on a pay link comes back to a seller"
            ],
            "{host}"
        );
    }
    let both = "https://hop.clickbank.net/?vendor=v&tid={clickid}&aff_sub1={clickid}";
    assert_eq!(offer_with(vendor, both), [""; 0]);
    for role in ["", "account_role = \"affiliate\""] {
        assert_eq!(
            offer_with(role, "https://hop.clickbank.net/?vendor=v&tid={clickid}"),
            [""; 0]
        );
    }
}

#[test]
fn a_sellers_code_does_not_come_back_from_a_hoplink() {
    for (host, form) in [
        ("hop.clickbank.net", "a hoplink"),
        ("abc123.hop.clickbank.net", "an encrypted hoplink"),
    ] {
        assert_eq!(
            offer(&format!("https://{host}/?vendor=v&vtid={{clickid}}")),
            [format!(
                "offer[0].url: `vtid` is the seller's, and {form} gives back `tid`; write `tid={{clickid}}`"
            )]
        );
    }
}

#[test]
fn the_other_sides_code_beside_the_right_one_is_left_out() {
    assert_eq!(
        offer("https://hop.clickbank.net/?vendor=v&tid={clickid}&vtid={clickid}"),
        ["offer[0].url: `vtid` is the seller's, and a hoplink gives back `tid`; leave `vtid` out"]
    );
    assert_eq!(
        offer("https://hop.clickbank.net/?vendor=v&tid={clickid}&vtid=abc"),
        [""; 0]
    );
}

#[test]
fn a_code_that_holds_more_than_the_click_id_may_be_dropped() {
    assert_eq!(
        offer("https://hop.clickbank.net/?vendor=v&tid={clickid}-{campaignid}"),
        [
            "offer[0].url: `tid={clickid}-{campaignid}` holds more than the click id, and one character that ClickBank does not allow may drop the whole code; write `tid={clickid}` and put the rest elsewhere"
        ]
    );
}

#[test]
fn an_affiliates_code_does_not_come_back_from_a_pay_link() {
    for (host, form) in [
        ("v.pay.clickbank.net", "a pay link"),
        ("1.v.pay.clickbank.net", "an old pay link"),
    ] {
        let said =
            format!("offer[0].url: `tid` is the affiliate's, and {form} gives back `vtid`; write `vtid={{clickid}}`");
        let url = format!("https://{host}/?cbitems=1&tid={{clickid}}");
        assert_eq!(offer(&url), [said.as_str()]);
        assert_eq!(posted("account_role = \"vendor\"", &url), [said]);
    }
}

#[test]
fn a_page_that_a_link_leads_to_is_no_link_to_send_visitors_to() {
    assert_eq!(
        offer("https://orders.clickbank.net/?cbfid=1&vvvv=seller&vtid={clickid}"),
        [
            "offer[0].url: this is the order form of one visit; send visitors to the hoplink or the pay link that led there"
        ]
    );
    assert_eq!(
        offer("https://seller.example/?hop=promoter&hopId=1&tid={clickid}"),
        [
            "offer[0].url: a hoplink has led to this page; visitors who are sent here have no hop of their own, so use the hoplink"
        ]
    );
}

#[test]
fn a_click_id_that_stands_twice_is_named() {
    for codes in [
        "tid={clickid}&tid=x",
        "tid=x&tid={clickid}",
        "tid=x&tid=y&tid={_clickid}",
    ] {
        assert_eq!(
            offer(&format!("https://hop.clickbank.net/?vendor=v&{codes}")),
            ["offer[0].url: `tid` is there more than once, and it is not known which one ClickBank takes"],
            "{codes}"
        );
    }
}
