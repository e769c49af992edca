//! Postbacks of several networks, read: the cases of `vectors/postbacks.jsonl`, each with its
//! origin, and the limits.

use postback::Query;
use postback::clickbank::s2s::is_test_button;
use postback::model::AccountRole;
use postback::network::{InboundPostback, MAX_IGNORED_SHOWN, MAX_PARAMETER, MAX_STATUS_WORD, ParameterMap};
use postback::value::{Amount, is_unfilled_macro};
use postback_test::jsonl;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    origin: String,
    map: String,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    own: Vec<String>,
    query: String,
    expected: Option<Fields>,
    refused: Option<String>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    click_id: Option<String>,
    sum: Option<String>,
    currency: Option<String>,
    #[serde(rename = "type")]
    type_word: Option<String>,
    status: Option<String>,
    event_id: Option<String>,
    order_id: Option<String>,
    receipt: Option<String>,
    parent: Option<String>,
    time: Option<String>,
    token: Option<String>,
    format: Option<String>,
    parameters: BTreeMap<String, String>,
    ignored: Vec<String>,
    is_test: bool,
}

impl From<InboundPostback> for Fields {
    fn from(read: InboundPostback) -> Self {
        Self {
            is_test: is_test_button(&read),
            click_id: read.click_id.map(|v| v.to_string()),
            sum: read.sum.map(|v| v.to_string()),
            currency: read.currency.map(|v| v.to_string()),
            type_word: read.type_word.map(|v| v.to_string()),
            status: read.status_word.map(|word| word.to_string()),
            event_id: read.event_id.map(|id| id.to_string()),
            order_id: read.order_id.map(|id| id.to_string()),
            receipt: read.receipt.map(|v| v.to_string()),
            parent: read.parent.map(|v| v.to_string()),
            time: read.time.map(|v| v.to_string()),
            token: read.token.map(|v| v.expose_str().unwrap().into()),
            format: read.format.map(|v| v.to_string()),
            parameters: read.parameters.into_inner(),
            ignored: read.ignored,
        }
    }
}

fn read(query: &str, map: &ParameterMap, own: &[&str]) -> Result<InboundPostback, String> {
    let query = Query::parse(query.as_bytes()).unwrap();
    InboundPostback::read(&query, map, own).map_err(|error| error.to_string())
}

fn map(name: &str) -> ParameterMap {
    match name {
        "redtrack" => ParameterMap::redtrack(),
        "generic" => ParameterMap::generic(),
        "clickbank_affiliate" => postback::clickbank::s2s::parameter_map(AccountRole::Affiliate),
        "clickbank_vendor" => postback::clickbank::s2s::parameter_map(AccountRole::Vendor),
        other => panic!("no map {other}"),
    }
}

#[test]
fn every_vector_is_read_or_refused_as_it_says() {
    for vector in jsonl::<Vector>(include_str!("../vectors/postbacks.jsonl")) {
        let map = map(&vector.map).with_names(&vector.names).unwrap();
        let own: Vec<&str> = vector.own.iter().map(String::as_str).collect();
        let expected = match (vector.expected, vector.refused) {
            (Some(expected), None) => Ok(expected),
            (None, Some(refused)) => Err(refused),
            _ => panic!("{}: neither expected nor refused", vector.name),
        };
        assert_eq!(
            read(&vector.query, &map, &own).map(Fields::from),
            expected,
            "{} of {}",
            vector.name,
            vector.origin
        );
    }
}

#[test]
fn a_value_has_its_longest_length_and_one_more_is_refused_by_name() {
    for (name, longest) in [
        ("clickid", 256),
        ("rdtk_event_id", 256),
        ("eventid", 256),
        ("order_id", 256),
        ("receipt", 256),
        ("parent", 256),
        ("token", 256),
        ("format", 256),
        ("type", 64),
        ("status", MAX_STATUS_WORD),
    ] {
        let of = |length: usize| {
            read(
                &format!("{name}={}", "é".repeat(length / 2) + &"a".repeat(length % 2)),
                &ParameterMap::generic(),
                &["product"],
            )
        };
        assert!(of(longest - 1).is_ok(), "{name}");
        assert!(of(longest).is_ok(), "{name}");
        let text = format!(
            "parameter `{name}` is {} bytes long, at most {longest} are allowed",
            longest + 1
        );
        assert_eq!(of(longest + 1).unwrap_err(), text);
    }
}

#[test]
fn a_long_text_that_nothing_hangs_on_is_left_out_and_named() {
    for name in ["sub1", "product"] {
        for (length, is_kept) in [
            (MAX_PARAMETER - 1, true),
            (MAX_PARAMETER, true),
            (MAX_PARAMETER + 1, false),
        ] {
            let query = format!("{name}={}&sum=1", "a".repeat(length));
            let read = read(&query, &ParameterMap::generic(), &["product"]).unwrap();
            assert_eq!(read.parameters.contains_key(name), is_kept, "{name} {length}");
            assert_eq!(read.ignored.iter().any(|ignored| ignored == name), !is_kept);
        }
    }
}

#[test]
fn an_ignored_name_is_cut() {
    for (length, kept) in [
        (MAX_IGNORED_SHOWN - 1, 63),
        (MAX_IGNORED_SHOWN, 64),
        (MAX_IGNORED_SHOWN + 1, 64),
    ] {
        let read = read(&"é".repeat(length), &ParameterMap::generic(), &[]).unwrap();
        assert_eq!(read.ignored, ["é".repeat(kept)]);
    }
}

#[test]
fn debug_shows_neither_a_parameters_value_nor_the_token() {
    let query = "clickid=a&token=canarytoken&email=canary@example.com&sub1=canarysub&canaryname=canaryvalue";
    let text = format!("{:?}", read(query, &ParameterMap::generic(), &["email"]).unwrap());
    assert_eq!(
        text.replace("canaryname", ""),
        text.replace("canaryname", "").replace("canary", "")
    );
    assert!(text.contains("email"));
}

#[test]
fn a_refusal_never_shows_a_parameters_value() {
    let query = format!("order_id={}", "canary".repeat(50));
    let text = read(&query, &ParameterMap::generic(), &[]).unwrap_err();
    assert_eq!(text, "parameter `order_id` is 300 bytes long, at most 256 are allowed");
}

proptest! {
    #[test]
    fn a_sum_is_the_amount_that_was_sent_or_missing_or_refused(text in "[-0-9.,eE{}a ]{0,12}") {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let outcome = read(&format!("sum={encoded}"), &ParameterMap::generic(), &[]);
        let text = text.trim();
        if text.is_empty() || is_unfilled_macro(text) {
            prop_assert!(outcome.unwrap().sum.is_none());
        } else {
            match text.parse::<Amount>() {
                Ok(amount) => prop_assert_eq!(outcome.unwrap().sum, Some(amount)),
                Err(error) => {
                    let (error, refused) = (error.to_string(), outcome.unwrap_err());
                    let reason = error.split_once("is not an amount: ").unwrap().1;
                    // What whoever writes a configuration is told besides.
                    let reason = reason.split("; write a point").next().unwrap();
                    let said = format!("parameter `sum` is not an amount: {reason}");
                    prop_assert!(refused == said || refused.starts_with(&format!("{said}; ")), "{}", refused);
                }
            }
        }
    }

    #[test]
    fn any_query_is_read_or_refused(query in "(clickid|sum|type|sub1|eventid|rdtk_event_id|x)=[a-z0-9.{}]{0,4}(&(clickid|sum|type|sub1|eventid|rdtk_event_id|x)=[a-z0-9.{}]{0,4}){0,6}") {
        for map in ["redtrack", "generic", "clickbank_vendor"].map(map) {
            if let Ok(read) = read(&query, &map, &["eventid"]) {
                prop_assert!(read.parameters.values().all(|value| !value.is_empty()));
                prop_assert!(read.ignored.is_sorted());
            }
        }
    }
}

/// P19: what a network calls `datetime` is a time, and one that cannot be read is not passed over.
#[test]
fn a_time_under_its_usual_name_is_read_or_refused() {
    let read = |query: &str| {
        let query = Query::parse(query.as_bytes()).unwrap();
        InboundPostback::read(&query, &ParameterMap::generic(), &[])
    };
    let time = read("clickid=a&datetime=2026-11-29T12:00:00Z").unwrap().time;
    assert_eq!(time.unwrap().to_string(), "2026-11-29T12:00:00Z");
    let refused = read("clickid=a&datetime=2026-11-29%2012:00:00").unwrap_err();
    assert_eq!(refused.parameter(), Some("datetime"));
}
