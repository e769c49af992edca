//! The shipped channels of ad platforms: where a click has the platform's ids, and what of them
//! comes by a cookie.

use postback::definition::TrafficChannel;
use postback::model::{NoteProblem, ParameterRole};
use postback::route::{Router, Visit};
use postback::scope::ClickSlot;
use postback::setup::Setup;
use postback::tracker::ClickIdKeys;
use postback::{Click, CompileOptions, Document, Timestamp, Tracker, compile};

/// A row with a platform's id: slot, name, role and cookie.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// The channels, and their rows with a platform's id.
const CHANNELS: [(&str, &[Row]); 9] = [
    ("bing", &[("ref_id", "msclkid", "msclkid", "")]),
    (
        "facebook",
        &[
            ("ref_id", "fbclid", "fbclid", ""),
            ("sub19", "sub19", "fbp", "_fbp"),
            ("sub20", "sub20", "fbc", "_fbc"),
        ],
    ),
    (
        "google",
        &[
            ("ref_id", "gclid", "gclid", ""),
            ("sub17", "wbraid", "wbraid", ""),
            ("sub18", "gbraid", "gbraid", ""),
        ],
    ),
    ("outbrain", &[("ref_id", "ref_id", "dicbo", "")]),
    ("pinterest", &[("ref_id", "epik", "epik", "_epik")]),
    (
        "reddit",
        &[
            ("ref_id", "rdt_cid", "rdt_cid", ""),
            ("sub18", "rdt_uuid", "rdt_uuid", "_rdt_uuid"),
        ],
    ),
    (
        "snapchat",
        &[("ref_id", "ScCid", "sccid", ""), ("sub18", "scid", "scid", "_scid")],
    ),
    ("taboola", &[("ref_id", "ref_id", "tblci", "")]),
    (
        "tiktok",
        &[("ref_id", "ttclid", "ttclid", ""), ("sub18", "ttp", "ttp", "_ttp")],
    ),
];

fn tracker(channel: &str) -> Tracker {
    let text = format!(
        r#"{{"version": 1, "currency": "USD",
        "domain": [{{"id": "main", "url": "https://trk.example.com"}}],
        "conversion_type": [{{"name": "Sale", "default": true, "counts": "sale"}}],
        "offer_source": [{{"id": "network", "template": "generic", "default_status": "approved"}}],
        "offer": [{{"id": "book", "source": "network", "url": "https://shop.example.com/?c={{clickid}}"}}],
        "traffic_channel": [{{"id": "ads", {channel}}}],
        "campaign": [{{"id": "summer", "channel": "ads", "domain": "main", "path": [{{"offers": [{{"offer": "book"}}]}}]}}]}}"#
    );
    compile(&Document::from_json(&text).unwrap(), &CompileOptions::default()).unwrap()
}

fn shipped(template: &str) -> Tracker {
    tracker(&format!("\"template\": \"{template}\""))
}

fn click(tracker: &Tracker, query: &str, cookies: &[u8]) -> Click {
    let visit = Visit {
        campaign: "summer",
        query: query.as_bytes(),
        cookies,
        at: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
        entropy: [1, 2, 3],
        visitor: [].into(),
        private: [].into(),
    };
    Router::new(tracker)
        .route(visit, &ClickIdKeys::default())
        .unwrap()
        .click
}

fn value<'c>(click: &'c Click, slot: &str) -> Option<&'c str> {
    match ClickSlot::from_word(slot).unwrap() {
        ClickSlot::RefId => click.ref_id.as_deref(),
        ClickSlot::Sub(number) => click.subs.get(&number).map(String::as_str),
        other => panic!("{other}"),
    }
}

#[test]
fn each_channel_has_its_platforms_ids_where_the_guide_says() {
    for (template, expected) in CHANNELS {
        let channel = TrafficChannel::from_template(template, "ads".parse().unwrap()).unwrap();
        let rows = channel.parameters.iter();
        let mut found: Vec<(String, String, String, String)> = rows
            .filter(|row| row.role.as_ref().is_some_and(ParameterRole::is_click_id))
            .map(|row| {
                let role = row.role.as_ref().unwrap().to_string();
                let cookie = row.cookie.clone().unwrap_or_default();
                (row.slot.to_string(), row.name.clone(), role, cookie)
            })
            .collect();
        found.sort_by_key(|(slot, ..)| slot.clone());
        let expected: Vec<_> = expected
            .iter()
            .map(|(slot, name, role, cookie)| ((*slot).into(), (*name).into(), (*role).into(), (*cookie).into()))
            .collect();
        assert_eq!(found, expected, "{template}");
    }
}

#[test]
fn the_guide_has_each_id_with_its_slot() {
    let guide = include_str!("../../docs/guides/ad-platforms.md");
    for (template, rows) in CHANNELS {
        for (slot, name, role, cookie) in rows {
            let cookie = if cookie.is_empty() {
                "-".into()
            } else {
                format!("`{cookie}`")
            };
            let line = format!("| `{template}` | `{role}` | `{slot}` | `{name}` | {cookie} |");
            assert!(guide.contains(&line), "{line}");
        }
    }
}

#[test]
fn the_guides_configuration_compiles() {
    let guide = include_str!("../../docs/guides/ad-platforms.md");
    let blocks = guide.split("\n```toml\n").skip(1);
    let text: String = blocks.map(|block| block.split("```").next().unwrap()).collect();
    let compiled = compile(&Document::from_toml(&text).unwrap(), &CompileOptions::default());
    assert_eq!(compiled.map_err(|problems| problems.to_string()).err(), None);
}

#[test]
fn an_id_comes_by_the_url_and_its_case_is_kept() {
    for (template, rows) in CHANNELS {
        let tracker = shipped(template);
        for (slot, name, ..) in rows {
            let click = click(&tracker, &format!("{name}=AbC-_1"), b"");
            assert_eq!(value(&click, slot), Some("AbC-_1"), "{template}: {name}");
            assert!(click.notes.is_empty());
        }
    }
}

#[test]
fn an_id_without_a_parameter_comes_by_its_cookie_and_a_parameter_wins() {
    for (template, rows) in CHANNELS {
        let tracker = shipped(template);
        for (slot, name, _, cookie) in rows.iter().filter(|(.., cookie)| !cookie.is_empty()) {
            let cookies = format!("a=1; {cookie}=fb.1.2.C%20+; {cookie}=other");
            let by_cookie = click(&tracker, &format!("{name}="), cookies.as_bytes());
            assert_eq!(value(&by_cookie, slot), Some("fb.1.2.C%20+"), "{template}: {cookie}");
            assert!(
                by_cookie.notes.is_empty(),
                "two cookies of one name are no fault of the link"
            );
            let by_url = click(&tracker, &format!("{name}=url"), cookies.as_bytes());
            assert_eq!(value(&by_url, slot), Some("url"), "{template}: {cookie}");
        }
    }
}

#[test]
fn a_cookie_that_no_row_names_is_not_kept() {
    let click = click(&shipped("bing"), "", b"_fbc=fb.1.2.a; msclkid=x; _uetmsclkid=_uetx");
    assert_eq!((click.ref_id, click.subs.len()), (None, 0));
}

#[test]
fn what_holds_for_values_of_the_url_holds_for_cookies() {
    let tracker = shipped("pinterest");
    let long = format!("_epik={}", "a".repeat(1_025));
    for (cookies, kept, noted) in [
        (&b"_epik=a\x01b"[..], None, Some(NoteProblem::Control)),
        (b"_epik=a\xff", None, Some(NoteProblem::NotUtf8)),
        (b"_epik={epik}", None, Some(NoteProblem::Unfilled)),
        (long.as_bytes(), None, Some(NoteProblem::TooLong)),
        (b"_epik=dj0yJnU9", Some("dj0yJnU9"), None),
    ] {
        let click = click(&tracker, "", cookies);
        assert_eq!(click.ref_id.as_deref(), kept, "{noted:?}");
        let notes: Vec<NoteProblem> = click.notes.iter().map(|note| note.problem).collect();
        assert_eq!(notes, Vec::from_iter(noted));
    }
}

#[test]
fn a_cookies_name_is_a_token_and_stands_in_one_row() {
    let problems = |rows: &str| {
        let channel = format!(
            r#"{{"version": 1, "conversion_type": [{{"name": "Sale", "default": true}}],
            "traffic_channel": [{{"id": "ads", "parameter": [{rows}]}}]}}"#
        );
        let document = Document::from_json(&channel).unwrap();
        let problems = compile(&document, &CompileOptions::default()).unwrap_err();
        problems
            .to_string()
            .lines()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let row = |slot: &str, cookie: &str| format!(r#"{{"slot": "{slot}", "name": "{slot}", "cookie": "{cookie}"}}"#);
    for (cookie, said) in [
        ("", "is empty"),
        ("a b", "holds ' ', which is not allowed in a cookie's name"),
        ("_fbc=", "holds '=', which is not allowed in a cookie's name"),
    ] {
        let expected = format!("traffic_channel[0].parameter[0].cookie: {said}");
        assert_eq!(problems(&row("sub1", cookie)), [expected]);
    }
    assert_eq!(
        problems(&format!("{}, {}", row("sub1", "_fbc"), row("sub2", "_fbc"))),
        ["traffic_channel[0].parameter[1].cookie: `_fbc` is given twice"]
    );
}

#[test]
fn only_macros_that_the_platform_fills_are_pasted() {
    for (template, rows) in CHANNELS {
        let tracker = shipped(template);
        let url = Setup::new(&tracker)
            .click_url(tracker.campaign("summer").unwrap())
            .unwrap();
        for (_, name, ..) in rows.iter().filter(|(_, name, ..)| *name != "ref_id") {
            assert!(
                !url.contains(&format!("{name}=")),
                "{template} appends `{name}` itself: {url}"
            );
        }
        // A click whose macros were all left unfilled keeps none of them.
        let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let click = click(&tracker, query, b"");
        assert_eq!((click.ref_id, click.subs.len()), (None, 0), "{template}");
    }
}
