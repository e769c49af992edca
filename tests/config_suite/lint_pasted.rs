//! Doubts about what people paste into an offer, a source or a value.

use crate::support::{OFFER, problem, problems, warnings};

const POSTBACK: &str = "https://ads.example.com/c?key={ref_id}&price={payout}";

fn offer(url: &str) -> Vec<String> {
    warnings(&[(OFFER, url)])
}

/// C1: an offer URL without `{clickid}`.
#[test]
fn an_offer_of_any_network_has_the_click_id() {
    let said = |name: &str| {
        format!(
            "offer[0].url: has no click id, so nothing that it sells can be attributed; add the parameter that the network gives back, as in `{name}={{clickid}}`"
        )
    };
    assert_eq!(offer("https://shop.example.com/"), [said("subid")]);
    assert_eq!(offer("https://shop.example.com/?id={campaignid}"), [said("subid")]);
    for (filled, name) in [("{sub1}", "sub1"), ("#s2#", "s2"), ("{a}-{b}", "subid")] {
        let pasted = format!("postback = {{ clickid = \"{filled}\", sum = \"{{sum}}\" }}");
        assert_eq!(
            warnings(&[(OFFER, "https://shop.example.com/"), ("#source", &pasted)]),
            [said(name)],
            "{filled}"
        );
    }
    for url in [
        "https://shop.example.com/?id={clickid}",
        "https://shop.example.com/{clickid}",
        "https://shop.example.com/?id=a-{clickid}&u={campaignid}",
    ] {
        assert_eq!(offer(url), [""; 0], "{url}");
    }
}

/// C4: the URL was copied out of the source of a page.
#[test]
fn an_escaped_ampersand_is_refused_in_every_url() {
    let said =
        |at: usize| format!("`&amp;` at byte {at}: the URL is HTML-escaped, as the source of a page has it; write `&`");
    assert_eq!(
        problem(OFFER, "https://www.example.com/?a=1&amp;cid={clickid}"),
        format!("offer[0].url: {}", said(28))
    );
    assert_eq!(
        problems(&[(POSTBACK, "https://ads.example.com/c?key={ref_id}&amp;price={payout}")])[0],
        format!("traffic_channel[0].postback.url: {}", said(38))
    );
    assert_eq!(
        problem("#postback", "url = \"https://ads.example.com/c?key={ref_id}&amp;a=1\""),
        format!("campaign[0].postback[0].url: {}", said(38))
    );
    assert_eq!(offer("https://www.example.com/?amp=1&cid={clickid}"), [""; 0]);
}

/// C5.
#[test]
fn a_second_question_mark_is_named_with_what_stands_before_it() {
    let said = |place: &str, before: &str| {
        format!(
            "{place}: a second `?` stands behind `{before}`, so what follows it is part of that value; write `&` in its place, or `%3F` if the character is meant"
        )
    };
    assert_eq!(
        offer("https://www.example.com/?a=1?cid={clickid}"),
        [said("offer[0].url", "a=1")]
    );
    assert_eq!(
        warnings(&[(POSTBACK, "https://ads.example.com/c?a=1?key={ref_id}&price={payout}")]),
        [said("traffic_channel[0].postback.url", "a=1")]
    );
    for url in [
        "https://www.example.com/?a=1&cid={clickid}",
        "https://www.example.com/?cid={clickid}&to=https://shop.example.com/?page=2",
        "https://www.example.com/?cid={clickid}&q=what%3F",
    ] {
        assert_eq!(offer(url), [""; 0], "{url}");
    }
}

#[test]
fn a_space_at_an_end_is_refused_or_named() {
    assert_eq!(
        problem(OFFER, "https://shop.example.com/?id={clickid} "),
        "offer[0].url: a space stands at the end of the URL; take it away"
    );
    assert_eq!(
        problem(OFFER, " https://shop.example.com/?id={clickid}"),
        "offer[0].url: a space stands at the beginning of the URL; take it away"
    );
    assert_eq!(
        offer("https://shop.example.com/?id={clickid}&page=summer%20"),
        ["offer[0].url: the value in `page=summer%20` begins or ends with an encoded space; remove it"]
    );
    assert_eq!(offer("https://shop.example.com/?id={clickid}&page=a%20b"), [""; 0]);
    let filled = |value: &str| {
        warnings(&[
            (POSTBACK, "https://ads.example.com/c?aid=REPLACE&key={ref_id}"),
            ("#postback", &format!("values = {{ aid = \"{value}\" }}")),
        ])
    };
    assert_eq!(
        filled("77 "),
        ["campaign[0].postback[0].values.aid: begins or ends with a space; remove it"]
    );
    assert_eq!(filled("7 7"), [""; 0]);
    assert_eq!(
        warnings(&[(
            "#source",
            "statuses = { \"approved \" = \"approved\", paid = \"approved\" }"
        )]),
        ["offer_source[0].statuses.approved : begins or ends with a space; remove it"]
    );
}

#[test]
fn what_is_left_to_fill_in_inside_a_map_is_named() {
    let map = |map: &str| {
        warnings(&[(
            POSTBACK,
            &format!("https://ads.example.com/c?key={{ref_id}}&goal={map}"),
        )])
    };
    let said = |key: &str, what: &str| {
        format!(
            "traffic_channel[0].postback.url: `{key}` in the map `{{type:..}}` {what}; write its value, as in `{key}=1`"
        )
    };
    let replace = "is still `REPLACE`, which would be sent as it is";
    assert_eq!(map("{type:Purchase=REPLACE *=9}"), [said("Purchase", replace)]);
    assert_eq!(map("{type:Purchase=1 *=REPLACE}"), [said("*", replace)]);
    assert_eq!(map("{type:Purchase= *=9}"), [said("Purchase", "has no value")]);
    for sound in ["{type:Purchase=1 *=9}", "{type:Purchase=1 *=}", "{type:Purchase=1}"] {
        assert_eq!(map(sound), [""; 0], "{sound}");
    }
    let body = r#"body = '{"goal":"{type:Purchase=REPLACE *=9}","key":"{ref_id}"}'"#;
    let own = format!("url = \"{POSTBACK}\"\n{body}");
    assert_eq!(
        warnings(&[("#postback", &own)]),
        [format!(
            "campaign[0].postback[0].body: `Purchase` in the map `{{type:..}}` {replace}; write its value, as in `Purchase=1`"
        )]
    );
}

#[test]
fn an_offer_is_https_where_the_tracker_is() {
    let http = "http://shop.example.com/?id={clickid}";
    assert_eq!(
        offer(http),
        [
            "offer[0].url: is `http`, and your domain has `https`: browsers warn of the step, and hide where the visitor came from; write `https` if the page has it"
        ]
    );
    assert_eq!(
        warnings(&[(OFFER, http), ("https://trk.example.com", "http://trk.example.com")]),
        [""; 0]
    );
}

#[test]
fn a_postback_is_https_where_the_tracker_is_and_the_channel_is_public() {
    let said = |url: &str| {
        let all = warnings(&[(POSTBACK, url)]);
        all.into_iter()
            .filter(|said| said.contains("is `http`"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        said("http://channel.example.com/?key={ref_id}"),
        [
            "traffic_channel[0].postback.url: is `http`, so anybody on the way can read and change what the channel is told, tokens too; \
          write `https` if the channel has it"
        ]
    );
    assert_eq!(said("https://channel.example.com/?key={ref_id}"), [""; 0]);
    // What is not called needs no other scheme.
    assert_eq!(said("http://127.0.0.1/?key={ref_id}"), [""; 0]);
}

#[test]
fn a_fallback_is_https_where_its_domain_is() {
    let domain = |url: &str| {
        let rows = format!("url = \"{url}\"\nfallback = \"http://shop.example.com/\"");
        warnings(&[("url = \"https://trk.example.com\"", &rows)])
    };
    assert_eq!(
        domain("https://trk.example.com"),
        [
            "domain[0].fallback: is `http`, and your domain has `https`: browsers warn of the step, and hide where the visitor came from; write `https` if the page has it"
        ]
    );
    assert_eq!(domain("http://trk.example.com"), [""; 0]);
}

#[test]
fn the_macros_to_paste_ask_for_the_click_id_and_the_amount() {
    let pasted = |rows: &str| warnings(&[("#source", &format!("postback = {{ {rows} }}"))]);
    let clickid = "offer_source[0].postback: the URL to paste asks for no click id, so nothing can be attributed; add `clickid` with the network's macro for it, as in `clickid = \"{sub1}\"`";
    let sum = "offer_source[0].postback: the URL to paste asks for no amount, and an offer without a `payout` is then worth nothing, nor is a share of it told to a channel; add `sum` with the network's macro for it, as in `sum = \"{payout}\"`";
    assert_eq!(pasted("status = \"{status}\""), [clickid, sum]);
    assert_eq!(pasted("clickid = \"{sub1}\""), [sum]);
    assert_eq!(pasted("sum = \"{payout}\""), [clickid]);
    assert_eq!(pasted("clickid = \"{sub1}\", sum = \"{payout}\""), [""; 0]);
    assert_eq!(
        warnings(&[
            ("#source", "postback = { clickid = \"{sub1}\" }"),
            ("#offer", "payout = \"8\"")
        ]),
        [""; 0]
    );
}

#[test]
fn statuses_that_make_conversions_of_their_own_are_named() {
    let said = "offer_source[0].duplicates: `statuses` tells pending from declined, and under the policy `create` each status of an order makes a conversion of its own, so a pending one that is approved counts twice and one that is declined stays; have the network send its event id and write `duplicates = \"update\"`";
    let statuses = "statuses = { hold = \"pending\", rejected = \"declined\" }";
    let without_id = |lines: &str| {
        let row = "{ name = \"txid\", macro = \"{event_id}\", role = \"event_id\" }";
        let found = warnings(&[("\"generic\"", "\"generic\""), (row, ""), ("#source", lines)]);
        found.iter().any(|doubt| doubt == said)
    };
    assert!(without_id(&format!("duplicates = \"create\"\n{statuses}")));
    assert!(!without_id(&format!("duplicates = \"edit\"\n{statuses}")));
    // Where an id is sent the policy itself is named.
    let with_id = warnings(&[("#source", &format!("duplicates = \"create\"\n{statuses}"))]);
    assert_eq!(with_id.len(), 1);
    assert!(
        with_id[0].ends_with("`update` follows an order by its event id"),
        "{with_id:?}"
    );
}

/// C3, and its neighbours.
#[test]
fn another_systems_macros_are_refused_with_ours() {
    for (theirs, near) in [
        ("externalid", "ref_id"),
        ("txid", "event_id"),
        ("cid", "ref_id"),
        ("revenue", "payout"),
        ("sub_id_1", "sub1"),
        ("aff_sub", "ref_id"),
        ("status_id", "status"),
    ] {
        let url = format!("https://ads.example.com/c?key={{{theirs}}}");
        let said = problems(&[(POSTBACK, &url)]).remove(0);
        assert!(
            said.starts_with(&format!(
                "traffic_channel[0].postback.url: unknown macro `{{{theirs}}}` at byte 30, known from "
            )),
            "{said}"
        );
        assert!(said.ends_with(&format!("; did you mean `{{{near}}}`?")), "{said}");
    }
    assert_eq!(
        problem(OFFER, "https://shop.example.com/?id=__CLICKID__"),
        "offer[0].url: parameter `id` is `__CLICKID__`, another system's macro, which would be sent as it is; name a field, as in `{clickid}`"
    );
}
