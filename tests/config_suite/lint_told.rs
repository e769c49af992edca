//! Doubts about what a traffic channel is told.

use crate::support::{changed, compiled, warnings};
use postback::delivery::address::AddressPolicy;
use postback::lint::lint_allowing;
use postback::{Definition, Document};

const POSTBACK: &str = "https://ads.example.com/c?key={ref_id}&price={payout}";

fn template(url: &str) -> Vec<String> {
    warnings(&[(POSTBACK, url)])
}

fn own(url: &str) -> Vec<String> {
    let all = warnings(&[("#postback", &format!("url = \"{url}\""))]);
    // That a copy differs from its template is another doubt.
    all.into_iter().filter(|said| !said.contains("differs from")).collect()
}

const OURS: &str = "`key={clickid}` tells the channel our own click id, which it does not know; write `key={ref_id}`";
const NONE: &str = "does not tell the channel's click id, so the channel cannot know which of its clicks converted; add its parameter for it with `{ref_id}`";

/// C2.
#[test]
fn a_channel_is_told_its_own_click_id() {
    let at = |said: &str| format!("traffic_channel[0].postback.url: {said}");
    assert_eq!(template("https://ads.example.com/c?price={payout}"), [at(NONE)]);
    assert_eq!(template("https://ads.example.com/c?key={clickid}"), [at(OURS)]);
    assert_eq!(
        template("https://ads.example.com/{clickid}/c"),
        [at(
            "tells the channel our own click id, `{clickid}`, which it does not know; write `{ref_id}` in its place"
        )]
    );
    assert_eq!(
        template("https://ads.example.com/c?key={ref_id}&own={clickid}"),
        [""; 0]
    );
}

#[test]
fn a_copy_of_a_campaign_tells_it_too() {
    let at = |said: &str| format!("campaign[0].postback[0].url: {said}");
    assert_eq!(own("https://ads.example.com/c?price={payout}"), [at(NONE)]);
    assert_eq!(own("https://ads.example.com/c?key={clickid}"), [at(OURS)]);
    assert_eq!(own(POSTBACK), [""; 0]);
    // The channel's other host is known by the parameter.
    assert_eq!(own("https://other.example.com/c?key={clickid}&x={ref_id}"), [at(OURS)]);
    // Another system than the channel may well be told our own id, or none.
    assert_eq!(own("https://crm.example.com/sale?id={clickid}"), [""; 0]);
    assert_eq!(own("https://crm.example.com/sale?sum={payout}"), [""; 0]);
}

#[test]
fn the_id_may_stand_in_the_body_or_in_another_slot() {
    let body = "method = \"POST\", content_type = \"text/plain\", body = \"{ref_id}\"";
    assert_eq!(
        warnings(&[(
            "postback = { url = \"https://ads.example.com/c?key={ref_id}&price={payout}\" }",
            &format!("postback = {{ url = \"https://ads.example.com/c?price={{payout}}\", {body} }}")
        )]),
        [""; 0]
    );
    assert_eq!(
        warnings(&[
            ("{ slot = \"ref_id\", name", "{ slot = \"sub1\", name"),
            (POSTBACK, "https://ads.example.com/c?key={sub1}"),
        ]),
        [""; 0]
    );
}

#[test]
fn a_macro_whose_slot_the_channel_does_not_fill_is_named_where_it_stands() {
    let said = |place: &str, name: &str, row: &str| {
        format!(
            "{place}: no parameter of channel `push` fills `{{{name}}}`, so it would be empty; add a row to its `parameter` with {row}, or take the macro out"
        )
    };
    assert_eq!(
        template("https://ads.example.com/c?key={ref_id}&zone={sub7}&ad={rt_adid}"),
        [
            said("traffic_channel[0].postback.url", "sub7", "`slot = \"sub7\"`"),
            said("traffic_channel[0].postback.url", "rt_adid", "`role = \"rt_ad_id\"`"),
        ]
    );
    assert_eq!(
        own("https://ads.example.com/c?key={ref_id}&x={external_id}"),
        [said(
            "campaign[0].postback[0].url",
            "external_id",
            "`slot = \"external_id\"`"
        )]
    );
    assert_eq!(
        warnings(&[
            (
                "macro = \"[CLICK_ID]\" }",
                "macro = \"[CLICK_ID]\" }, { slot = \"sub7\", name = \"ad\", role = \"rt_ad_id\" }"
            ),
            (
                POSTBACK,
                "https://ads.example.com/c?key={ref_id}&zone={sub7}&ad={rt_adid}"
            ),
        ]),
        [""; 0]
    );
}

#[test]
fn an_offer_is_told_what_some_channel_fills() {
    let offer = "https://shop.example.com/?id={clickid}";
    let url = "https://shop.example.com/?id={clickid}&zone={sub7}";
    assert_eq!(
        warnings(&[(offer, url)]),
        [
            "offer[0].url: no channel that sends visitors here fills `{sub7}`, so it would be empty; add a row to the channel's `parameter` with `slot = \"sub7\"`, or take the macro out"
        ]
    );
    let row = "macro = \"[CLICK_ID]\" }, { slot = \"sub7\", name = \"zone\", macro = \"[ZONE]\" }";
    assert_eq!(warnings(&[(offer, url), ("macro = \"[CLICK_ID]\" }", row)]), [""; 0]);
    // Another campaign's channel fills it.
    let other = "[[traffic_channel]]\nid = \"pop\"\nparameter = [{ slot = \"sub7\", name = \"zone\" }]\n\
                 [[campaign]]\nid = \"winter\"\nchannel = \"pop\"\n[[campaign.path]]\noffers = [{ offer = \"book\" }]\n[[campaign]]";
    assert_eq!(warnings(&[(offer, url), ("[[campaign]]", other)]), [""; 0]);
}

#[test]
fn a_destination_that_is_allowed_is_no_doubt() {
    let text = changed(&[(POSTBACK, "https://127.0.0.1:9100/c?key={ref_id}")]);
    let tracker = compiled(&text).unwrap();
    let definition = Definition::from_document(&Document::from_toml(&text).unwrap()).unwrap();
    let said = |allowed: &str| {
        let policy = AddressPolicy::default().allow(allowed.parse().unwrap());
        lint_allowing(&definition, &tracker, &policy).len()
    };
    assert_eq!((said("127.0.0.1"), said("127.0.0.2")), (0, 1));
}

#[test]
fn a_payout_is_asked_for_in_the_currency_in_which_it_is_told() {
    let asked = |when: &str| warnings(&[("#postback", &format!("when = [\"{when}\"]"))]);
    assert_eq!(
        asked("payout at least 35 USD"),
        [
            "campaign[0].postback[0].when[0]: never holds: the channel is told its payouts in EUR, and two currencies are never compared; write the amount in EUR, or give the channel `currency = \"USD\"`"
        ]
    );
    for fine in ["payout at least 35 EUR", "payout at least 35", "sum at least 35 USD"] {
        assert_eq!(asked(fine), [""; 0], "{fine}");
    }
}

#[test]
fn a_channel_does_not_live_on_this_machine() {
    for (host, why) in [
        ("127.0.0.1:8080", "address 127.0.0.1 is loopback (127.0.0.0/8)"),
        ("192.168.1.7", "address 192.168.1.7 is private (192.168.0.0/16)"),
        ("localhost", "host `localhost` is a local name (`localhost`)"),
    ] {
        assert_eq!(
            template(&format!("https://{host}/c?key={{ref_id}}")),
            [format!(
                "traffic_channel[0].postback.url: is not called: {why}; allow it explicitly if it is meant"
            )]
        );
        assert!(
            own(&format!("https://{host}?key={{ref_id}}")).contains(&format!(
                "campaign[0].postback[0].url: is not called: {why}; allow it explicitly if it is meant"
            )),
            "{host}"
        );
    }
    assert_eq!(template("https://203.0.113.7.example.com/c?key={ref_id}"), [""; 0]);
}

#[test]
fn what_no_map_names_must_not_earn() {
    assert_eq!(
        warnings(&[("#root", "revenue_statuses = [\"approved\", \"pending\"]")]),
        [""; 0]
    );
    let told = warnings(&[("#root", "revenue_statuses = [\"approved\", \"other\"]")]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("revenue_statuses[1]: `other` stands for every status word that no row names"),
        "{told:?}"
    );
}
