//! Query strings: what is read, what is refused and how it is named, and when a value is missing.

use postback::{
    Query,
    value::{MAX_QUERY, MAX_QUERY_PARAMETERS, is_unfilled_macro},
};
use proptest::prelude::*;
use std::fmt::Write as _;

fn pairs(query: &str) -> Vec<(String, String)> {
    Query::parse(query.as_bytes())
        .unwrap()
        .pairs()
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

fn refusal(query: impl AsRef<[u8]>) -> String {
    Query::parse(query.as_ref()).unwrap_err().to_string()
}

fn read(query: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
    assert_eq!(pairs(query), expected, "{query}");
}

#[test]
fn parameters_come_decoded_and_in_order() {
    read("b=2&a=1", &[("b", "2"), ("a", "1")]);
    read("a=x+y%20z%2B&%61b=%E2%82%AC", &[("a", "x y z+"), ("ab", "€")]);
    read("a=€", &[("a", "€")]);
}

#[test]
fn an_empty_query_has_no_parameters() {
    read("", &[]);
    read("&", &[]);
    read("a=1&&b=2&", &[("a", "1"), ("b", "2")]);
}

#[test]
fn a_value_may_be_empty_or_left_out() {
    read("a&b=", &[("a", ""), ("b", "")]);
    read("=x", &[("", "x")]);
    read("=", &[("", "")]);
}

#[test]
fn only_the_first_equals_sign_separates() {
    read("a=b=c&d==", &[("a", "b=c"), ("d", "=")]);
    read("a%3Db=c", &[("a=b", "c")]);
    read("a=b%26c", &[("a", "b&c")]);
}

#[test]
fn a_semicolon_is_data() {
    read("a=1;b=2", &[("a", "1;b=2")]);
}

#[test]
fn a_value_is_decoded_once() {
    read("a=%2541", &[("a", "%41")]);
}

#[test]
fn an_empty_value_or_an_unfilled_macro_is_missing() {
    let text =
        "empty=&tid={tid}&click=[CLICK_ID]&sub=${SUBID}&enc=%7Btid%7D&twice=%257Btid%257D&cake=%25tid%25&sum=8.50";
    let query = Query::parse(text.as_bytes()).unwrap();
    for name in ["empty", "tid", "click", "sub", "enc", "twice", "cake", "absent"] {
        assert_eq!(query.value(name).unwrap(), None, "{name}");
    }
    assert_eq!(query.value("sum").unwrap(), Some("8.50"));
}

#[test]
fn the_raw_value_is_kept_as_it_came() {
    let query = Query::parse(b"empty=&tid={tid}&enc=%7Btid%7D").unwrap();
    assert_eq!(query.raw("empty").unwrap(), Some(""));
    assert_eq!(query.raw("tid").unwrap(), Some("{tid}"));
    assert_eq!(query.raw("enc").unwrap(), Some("{tid}"));
    assert_eq!(query.raw("absent").unwrap(), None);
}

#[test]
fn names_are_compared_exactly() {
    let query = Query::parse(b"ClickId=a").unwrap();
    assert_eq!(query.value("clickid").unwrap(), None);
    assert_eq!(query.value("ClickId").unwrap(), Some("a"));
}

#[test]
fn a_repeated_name_is_refused_when_it_is_asked_for() {
    let query = Query::parse(b"sum=1&a=x&s%75m=1&b=&b={b}").unwrap();
    assert_eq!(query.value("a").unwrap(), Some("x"));
    assert_eq!(
        query.value("sum").unwrap_err().to_string(),
        "parameter `sum` is repeated"
    );
    assert_eq!(query.raw("sum").unwrap_err().to_string(), "parameter `sum` is repeated");
    assert_eq!(query.value("b").unwrap_err().to_string(), "parameter `b` is repeated");
}

#[test]
fn a_malformed_escape_is_refused_by_name() {
    for value in ["%zz", "%", "%4", "%4g", "a%", "%%41", "%+1", "%u0041"] {
        let wanted = "value of parameter `sum` holds a malformed percent escape";
        assert_eq!(refusal(format!("a=1&sum={value}&b=2")), wanted, "{value}");
    }
    assert_eq!(
        refusal("a%zz=1"),
        "name of parameter `a%zz` holds a malformed percent escape"
    );
    assert_eq!(
        refusal("%zz"),
        "name of parameter `%zz` holds a malformed percent escape"
    );
}

#[test]
fn text_that_is_not_utf_8_after_decoding_is_refused_by_name() {
    for value in ["%FF", "%C3", "%C3%28", "%C0%80", "%ED%A0%80", "%F4%90%80%80"] {
        assert_eq!(
            refusal(format!("sum={value}")),
            "value of parameter `sum` is not UTF-8",
            "{value}"
        );
    }
    assert_eq!(refusal("%FFx=1"), "name of parameter `%FFx` is not UTF-8");
}

#[test]
fn raw_bytes_that_are_not_utf_8_are_refused_by_name() {
    assert_eq!(refusal(b"a=1&sum=x\xffy&b=2"), "value of parameter `sum` is not UTF-8");
    assert_eq!(
        refusal(b"a=1&s\xffm=x&b=2"),
        "name of parameter `s\u{fffd}m` is not UTF-8"
    );
    assert_eq!(refusal(b"\xff"), "name of parameter `\u{fffd}` is not UTF-8");
}

#[test]
fn control_characters_are_refused_raw_and_encoded() {
    for value in [
        "%00", "%0A", "%0d", "%09", "%1F", "%7F", "%C2%85", "\0", "\n", "\t", "\u{7f}", "\u{85}",
    ] {
        assert_eq!(
            refusal(format!("sum=a{value}b")),
            "value of parameter `sum` holds a control character"
        );
    }
    assert_eq!(
        refusal("s%00m=1"),
        "name of parameter `s%00m` holds a control character"
    );
    assert_eq!(refusal("s\nm=1"), "name of parameter `s\\nm` holds a control character");
}

#[test]
fn a_query_is_at_most_16_kib_long() {
    let of = |length: usize| format!("a={}", "x".repeat(length - 2));
    for length in [MAX_QUERY - 1, MAX_QUERY] {
        assert!(Query::parse(of(length).as_bytes()).is_ok());
    }
    let wanted = "parameters are 16385 bytes long, at most 16384 are allowed";
    assert_eq!(refusal(of(MAX_QUERY + 1)), wanted);
}

#[test]
fn a_query_has_at_most_256_parameters() {
    let of = |count: usize| vec!["a=1"; count].join("&");
    for count in [MAX_QUERY_PARAMETERS - 1, MAX_QUERY_PARAMETERS] {
        assert_eq!(pairs(&of(count)).len(), count);
    }
    assert_eq!(refusal(of(MAX_QUERY_PARAMETERS + 1)), "parameters are more than 256");
    assert_eq!(
        pairs(&format!("{}&&&", of(MAX_QUERY_PARAMETERS))).len(),
        MAX_QUERY_PARAMETERS
    );
}

#[test]
fn an_error_shows_at_most_64_bytes_of_a_name_and_nothing_of_a_value() {
    let name = "n".repeat(500);
    let wanted = format!(
        "value of parameter `{}` holds a malformed percent escape",
        "n".repeat(64)
    );
    assert_eq!(refusal(format!("{name}=CANARY%zz")), wanted);
    let query = format!("{name}=1&{name}=2");
    let error = Query::parse(query.as_bytes())
        .unwrap()
        .value(&name)
        .unwrap_err()
        .to_string();
    assert_eq!(error, format!("parameter `{}` is repeated", "n".repeat(64)));
}

#[test]
fn debug_shows_no_value() {
    let query = Query::parse(b"token=CANARY&email=canary%40example.com").unwrap();
    assert_eq!(format!("{query:?}"), "Query(2 parameters)");
}

#[test]
fn what_means_something_is_seen_at_every_place() {
    for before in 0..=24 {
        let filler = "a".repeat(before);
        let owned = |name: String, value: String| (name, value);
        assert_eq!(
            pairs(&format!("{filler}n=v&m={filler}%41+=é&&{filler}o")),
            [
                owned(format!("{filler}n"), "v".into()),
                owned("m".into(), format!("{filler}A =é")),
                owned(format!("{filler}o"), String::new()),
            ]
        );
        for fault in [
            "\u{0}", "\u{1f}", "\u{7f}", "\u{80}", "\u{9f}", "%00", "%7F", "%C2%85", "%", "%4", "%4g", "%FF",
        ] {
            for query in [
                format!("{filler}{fault}"),
                format!("n={filler}{fault}"),
                format!("n={filler}{fault}&m=1"),
            ] {
                assert!(Query::parse(query.as_bytes()).is_err(), "{query:?}");
            }
        }
    }
}

/// Encodes each byte that is not a letter or a digit.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
        out
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_back_the_same(
        expected in prop::collection::vec(("\\PC{1,12}", "\\PC{0,12}"), 0..20),
    ) {
        prop_assume!(!expected.iter().any(|(n, v)| n.contains(char::is_control) || v.contains(char::is_control)));
        let query: Vec<String> = expected.iter().map(|(n, v)| format!("{}={}", encoded(n), encoded(v))).collect();
        prop_assert_eq!(pairs(&query.join("&")), expected);
    }

    #[test]
    fn the_url_crate_agrees_on_every_query_that_is_read(query in "[a-c=&%+;0-9A-F€ {}]{0,40}") {
        if let Ok(parsed) = Query::parse(query.as_bytes()) {
            let theirs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let ours: Vec<_> = parsed.pairs().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(query in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(parsed) = Query::parse(&query) {
            for (name, value) in parsed.pairs() {
                prop_assert!(!name.contains(char::is_control) && !value.contains(char::is_control));
            }
        }
    }

    #[test]
    fn a_macro_s_value_is_missing_however_often_it_is_encoded(name in "[A-Za-z_][A-Za-z0-9_.-]{0,20}", times in 0..3) {
        for text in [format!("{{{name}}}"), format!("[{name}]"), format!("${{{name}}}"), format!("[%{name}%]")] {
            let mut value = text;
            for _ in 0..times {
                value = encoded(&value);
            }
            prop_assert!(is_unfilled_macro(&value), "{}", value);
        }
    }

    #[test]
    fn a_value_without_brackets_and_percent_signs_is_never_a_macro(value in "[^{}\\[\\]%]{0,40}") {
        prop_assert!(!is_unfilled_macro(&value));
    }
}
