//! What a stranger writes does not break the line of a log: errors show control characters escaped.
//! Found by the fuzz targets `config`, `template` and `address`.

use postback::compile::compile;
use postback::delivery::address::Allowed;
use postback::route::{Router, Visit};
use postback::template::UrlTemplate;
use postback::value::ip_range;
use postback::{CompileOptions, Credentials, Document, Timestamp};
use std::collections::BTreeMap;

#[test]
fn what_is_unknown_in_a_document_is_shown_on_one_line() {
    for (text, said) in [
        (
            r#"{"versi\nn": 1}"#,
            "versi\\nn: there is no such key; did you mean `version`?",
        ),
        (
            r#"{"offer": [{"\n": 1}]}"#,
            "offer[0].\\n: there is no such key; there are id, title, source, url, payout, currency, default_status",
        ),
        (
            // A name that was read holds no control character, so no suggestion can.
            r#"{"conversion_type": [{"name": "Lead"}], "offer_source": [{"open_types": ["\tLead"]}]}"#,
            "offer_source[0].open_types[0]: conversion type holds '\\t', which is not allowed there",
        ),
    ] {
        let problems = compile(&Document::from_json(text).unwrap(), &CompileOptions::default()).unwrap_err();
        assert!(
            problems.as_slice().iter().any(|problem| problem.to_string() == said),
            "{problems}"
        );
    }
}

#[test]
fn a_path_is_shown_on_one_line() {
    for (path, said) in [
        (
            "a\nb[",
            "path `a\\nb[` holds a bracket out of place, an index is written `name[0]`",
        ),
        (
            "a[\u{7}]",
            "path `a[\\u{7}]` holds the index `\\u{7}`, which is not 0 to 999",
        ),
    ] {
        assert_eq!(
            path.parse::<postback::value::FieldPath>().unwrap_err().to_string(),
            said
        );
    }
}

#[test]
fn a_range_and_a_destination_are_shown_on_one_line() {
    let range = ip_range("10.0.0.0\n").unwrap_err().to_string();
    assert_eq!(
        range,
        "`10.0.0.0\\n` is not an IP address or a range, as in `10.0.0.0/8`"
    );
    let destination = "a b\n".parse::<Allowed>().unwrap_err().to_string();
    assert_eq!(
        destination,
        "destination `a b\\n` is neither an address, nor a range as in `10.0.0.0/8`, nor a host name (without port)"
    );
}

#[test]
fn the_value_of_a_blank_is_named_on_one_line() {
    let values = BTreeMap::from([("go\nal".to_owned(), "1".to_owned())]);
    let refused = UrlTemplate::parse_with("https://a.example/?x=1", &values).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "value `go\\nal` fills nothing: the template has no blanks"
    );
}

#[test]
fn an_unknown_campaign_is_shown_on_one_line() {
    let document = r#"{"version": 1, "conversion_type": [{"name": "Purchase", "default": true}]}"#;
    let tracker = compile(&Document::from_json(document).unwrap(), &CompileOptions::default()).unwrap();
    let visit = Visit {
        campaign: "a\nb",
        query: b"",
        cookies: b"",
        at: Timestamp::from_unix_seconds(0).unwrap(),
        entropy: [0; 3],
        visitor: BTreeMap::new(),
        private: BTreeMap::new(),
    };
    let refused = Router::new(&tracker)
        .route(visit, Credentials::default().click_ids())
        .unwrap_err();
    assert_eq!(refused.to_string(), "campaign `a\\nb` is not configured");
}
