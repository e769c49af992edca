//! Each limit of a document, from both sides.

use postback::compile::compile;
use postback::config::{MAX_DEPTH, MAX_DOCUMENT, MAX_ENTRIES};
use postback::definition::{
    MAX_ATTEMPTS, MAX_REFERENCES, MAX_REFUSED_DAYS, MAX_REFUSED_KEPT, MAX_REFUSED_MIB, MAX_ROWS, MAX_TYPES, MAX_WEIGHT,
};
use postback::{CompileOptions, Document};
use std::fmt::Write;

/// What is wrong with a document of one conversion type and these parts, in JSON.
fn problems(parts: &str) -> Vec<String> {
    let types = r#""conversion_type": [{"name": "Purchase", "default": true}]"#;
    problems_of(&format!(r#"{{"version": 1, {types}, {parts}}}"#))
}

fn problems_of(text: &str) -> Vec<String> {
    let document = Document::from_json(text).unwrap();
    match compile(&document, &CompileOptions::new("test".parse().unwrap())) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// The items of a list, the n-th made by `item`.
fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    let mut out = String::new();
    for index in 0..count {
        write!(out, "{}{}", if index > 0 { "," } else { "" }, item(index)).unwrap();
    }
    out
}

/// Checks that `limit - 1` and `limit` entries are taken and one more is said to be too many.
fn counted(path: &str, limit: usize, problems: impl Fn(usize) -> Vec<String>) {
    assert_eq!(problems(limit - 1), [""; 0]);
    assert_eq!(problems(limit), [""; 0]);
    let more = limit + 1;
    assert_eq!(
        problems(more),
        [format!("{path}: has {more} entries, at most {limit} are allowed")]
    );
}

#[test]
fn a_list_of_the_document_has_at_most_ten_thousand_rows() {
    counted("traffic_channel", MAX_ROWS, |count| {
        problems(&format!(
            r#""traffic_channel": [{}]"#,
            list(count, |n| format!(r#"{{"id": "c{n}"}}"#))
        ))
    });
    counted("campaign", MAX_ROWS, |count| {
        let rows = list(count, |n| format!(r#"{{"id": "c{n}", "channel": "a"}}"#));
        problems(&format!(r#""traffic_channel": [{{"id": "a"}}], "campaign": [{rows}]"#))
    });
}

#[test]
fn there_are_at_most_256_conversion_types() {
    counted("conversion_type", MAX_TYPES, |count| {
        let rows = list(count, |n| format!(r#"{{"name": "t{n}", "default": {}}}"#, n == 0));
        problems_of(&format!(r#"{{"version": 1, "conversion_type": [{rows}]}}"#))
    });
}

#[test]
fn a_campaign_has_at_most_ten_thousand_postbacks() {
    counted("campaign[0].postback", MAX_ROWS, |count| {
        let rows = list(count, |n| format!(r#"{{"id": "p{n}", "url": "https://a.example/"}}"#));
        let campaign = format!(r#"{{"id": "c", "channel": "a", "postback": [{rows}]}}"#);
        problems(&format!(
            r#""traffic_channel": [{{"id": "a"}}], "campaign": [{campaign}]"#
        ))
    });
}

#[test]
fn a_table_with_free_keys_has_at_most_256_entries() {
    counted("offer_source[0].events", MAX_ENTRIES, |count| {
        let events = list(count, |n| format!(r#""e{n}": "Purchase""#));
        problems(&format!(r#""offer_source": [{{"id": "s", "events": {{{events}}}}}]"#))
    });
}

#[test]
fn a_source_has_at_most_4_live_tokens() {
    counted("offer_source[0].tokens", MAX_REFERENCES, |count| {
        let tokens = list(count, |n| format!(r#""env:T{n}""#));
        problems(&format!(r#""offer_source": [{{"id": "s", "tokens": [{tokens}]}}]"#))
    });
}

#[test]
fn a_source_has_at_most_20_parameters_and_a_channel_23() {
    counted("offer_source[0].parameter", 20, |count| {
        let rows = list(count, |n| format!(r#"{{"name": "p{n}"}}"#));
        problems(&format!(r#""offer_source": [{{"id": "s", "parameter": [{rows}]}}]"#))
    });
    let slots = |n: usize| match n {
        0 => "ref_id".to_owned(),
        1 => "external_id".to_owned(),
        2 => "cost".to_owned(),
        n => format!("sub{}", n - 2),
    };
    let channel = |count| {
        let rows = list(count, |n| format!(r#"{{"slot": "{}", "name": "p{n}"}}"#, slots(n)));
        problems(&format!(r#""traffic_channel": [{{"id": "a", "parameter": [{rows}]}}]"#))
    };
    counted("traffic_channel[0].parameter", 23, channel);
}

#[test]
fn a_weight_is_at_most_a_million() {
    let problems = |weight: u32| {
        let path = format!(r#"{{"weight": {weight}, "offers": [{{"offer": "o"}}]}}"#);
        problems(&format!(
            r#""offer_source": [{{"id": "s"}}], "offer": [{{"id": "o", "source": "s", "url": "https://a.example/"}}],
               "traffic_channel": [{{"id": "a"}}], "campaign": [{{"id": "c", "channel": "a", "path": [{path}]}}]"#
        ))
    };
    assert_eq!(problems(MAX_WEIGHT - 1), [""; 0]);
    assert_eq!(problems(MAX_WEIGHT), [""; 0]);
    assert_eq!(
        problems(MAX_WEIGHT + 1),
        ["campaign[0].path[0].weight: `1000001` is not between 0 and 1000000"]
    );
}

#[test]
fn what_was_refused_is_kept_within_bounds() {
    let problems = |refused: &str| problems(&format!(r#""offer_source": [{{"id": "a", "refused": {{{refused}}}}}]"#));
    let said = |key: &str, number: u32, most: u32| {
        format!("offer_source[0].refused.{key}: `{number}` is not between 1 and {most}")
    };
    for (key, most) in [
        ("keep", MAX_REFUSED_KEPT),
        ("mib", MAX_REFUSED_MIB),
        ("days", MAX_REFUSED_DAYS),
    ] {
        for number in [1, most] {
            assert_eq!(problems(&format!(r#""{key}": {number}"#)), [""; 0]);
        }
        for number in [0, most + 1] {
            assert_eq!(problems(&format!(r#""{key}": {number}"#)), [said(key, number, most)]);
        }
    }
    assert_eq!(
        problems(r#""keeps": 9"#),
        ["offer_source[0].refused.keeps: there is no such key; did you mean `keep`?"]
    );
}

#[test]
fn a_delivery_has_1_to_100_attempts() {
    let problems = |attempts: u32| {
        let postback = format!(r#"{{"url": "https://a.example/", "retry": {{"attempts": {attempts}}}}}"#);
        problems(&format!(
            r#""traffic_channel": [{{"id": "a", "postback": {postback}}}]"#
        ))
    };
    assert_eq!(problems(1), [""; 0]);
    assert_eq!(problems(MAX_ATTEMPTS - 1), [""; 0]);
    assert_eq!(problems(MAX_ATTEMPTS), [""; 0]);
    for attempts in [0, MAX_ATTEMPTS + 1] {
        let said = format!("traffic_channel[0].postback.retry.attempts: `{attempts}` is not between 1 and 100");
        assert_eq!(problems(attempts), [said]);
    }
}

#[test]
fn a_parameters_name_has_at_most_64_bytes() {
    let problems = |length: usize| {
        let name = "n".repeat(length);
        problems(&format!(
            r#""offer_source": [{{"id": "s", "parameter": [{{"name": "{name}"}}]}}]"#
        ))
    };
    assert_eq!(problems(63), [""; 0]);
    assert_eq!(problems(64), [""; 0]);
    assert_eq!(
        problems(65),
        ["offer_source[0].parameter[0].name: is 65 bytes long, at most 64 are allowed"]
    );
}

#[test]
fn a_success_rule_has_at_most_256_ranges_of_statuses() {
    let problems = |count: usize| {
        let postback = format!(
            r#"{{"url": "https://a.example/", "success": {{"status": "{}"}}}}"#,
            list(count, |_| "200".to_owned())
        );
        problems(&format!(
            r#""traffic_channel": [{{"id": "a", "postback": {postback}}}]"#
        ))
    };
    assert_eq!(problems(MAX_ENTRIES - 1), [""; 0]);
    assert_eq!(problems(MAX_ENTRIES), [""; 0]);
    assert_eq!(
        problems(MAX_ENTRIES + 1),
        ["traffic_channel[0].postback.success.status: has 257 ranges, at most 256 are allowed"]
    );
}

#[test]
fn the_name_of_a_time_zone_has_at_most_64_bytes() {
    let problems = |length: usize| problems(&format!(r#""timezone": "{}""#, "z".repeat(length)));
    assert_eq!(problems(63), [""; 0]);
    assert_eq!(problems(64), [""; 0]);
    let said = "is not the name of a time zone, as in `America/Los_Angeles`";
    assert_eq!(problems(65), [format!("timezone: `{}` {said}", "z".repeat(65))]);
}

#[test]
fn lists_stand_at_most_64_deep_in_each_other() {
    let deep = |depth: usize| {
        let lists = depth - 1;
        Document::from_json(&format!(r#"{{"a": {}{}}}"#, "[".repeat(lists), "]".repeat(lists)))
            .map_err(|p| p.to_string())
    };
    let limit = usize::from(MAX_DEPTH);
    assert!(deep(limit - 1).is_ok());
    assert!(deep(limit).is_ok());
    let said = deep(limit + 1).unwrap_err();
    assert!(
        said.starts_with("the document cannot be read as JSON: lists and tables are nested more than 64 deep"),
        "{said}"
    );
}

#[test]
fn a_document_has_at_most_16_mib() {
    let sized = |length: usize| {
        let empty = r#"{"a": ""}"#.len();
        Document::from_json(&format!(r#"{{"a": "{}"}}"#, "x".repeat(length - empty))).map_err(|p| p.to_string())
    };
    assert!(sized(MAX_DOCUMENT - 1).is_ok());
    assert!(sized(MAX_DOCUMENT).is_ok());
    assert_eq!(
        sized(MAX_DOCUMENT + 1).unwrap_err(),
        "the document is 16777217 bytes long, at most 16777216 are allowed"
    );
}
