//! Whatever the values are, a template keeps the structure that its author gave it.

use postback::outbound::{HoledText, Part};
use postback::scope::{Field, Value};
use postback::template::{BodyTemplate, RenderError, UrlTemplate, placeholders};
use proptest::prelude::*;
use std::collections::BTreeMap;
use url::Url;

fn whole(text: &HoledText) -> &str {
    match text.0.as_slice() {
        [Part::Text(text)] => text,
        parts => panic!("not one text: {parts:?}"),
    }
}

fn valued<'v>(value: &'v str) -> impl Fn(&Field) -> Value<'v> {
    move |_| {
        if value.is_empty() {
            Value::Empty
        } else {
            Value::Text(value.into())
        }
    }
}

/// Anything, and more often than chance what means something to a URL, a template or JSON.
fn hostile() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        "{clickid}",
        "{_sub1}",
        "}",
        "{",
        "&x=1",
        "=",
        "#",
        "?",
        "/",
        "..",
        ".",
        "%00",
        "%2e",
        "%",
        "+",
        " ",
        "\r\n",
        "\\",
        "\"",
        "@",
        ":",
        ";",
        "é",
        "\u{0}",
        "\u{2028}",
        "[CLICK_ID]",
        "REPLACE",
        "//evil.example",
    ]);
    let piece = prop_oneof![mark.prop_map(str::to_owned), any::<String>(), "[a-z0-9]{1,8}"];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_value_never_changes_the_structure_of_a_url(value in hostile()) {
        let template = UrlTemplate::parse("https://a.example:8443/p/x{sub1}y/z?a={sub1}&b{sub1}=1&c=k{sub1}&{sub1}&d=9").unwrap();
        let rendered = template.render_with(valued(&value)).unwrap();
        let url = Url::parse(whole(&rendered)).unwrap();
        prop_assert_eq!(url.as_str(), whole(&rendered), "it is normalised already");
        prop_assert_eq!(url.origin().ascii_serialization(), "https://a.example:8443");
        prop_assert_eq!(url.fragment(), None);
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(segments.len(), 3);
        let decoded = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
        prop_assert_eq!(decoded, format!("x{value}y"));
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let text = |text: &str| text.to_owned();
        let mut expected = vec![(text("a"), value.clone()), (format!("b{value}"), text("1")), (text("c"), format!("k{value}"))];
        if !value.is_empty() {
            expected.push((value.clone(), text("")));
        }
        expected.push((text("d"), text("9")));
        prop_assert_eq!(pairs, expected);
    }

    #[test]
    fn a_raw_value_is_written_as_it_is_or_not_at_all(value in hostile()) {
        let template = UrlTemplate::parse("https://a.example/p/{_sub1}/z?a={_sub1}&d=9").unwrap();
        let Ok(rendered) = template.render_with(valued(&value)) else { return Ok(()) };
        let url = Url::parse(whole(&rendered)).unwrap();
        prop_assert_eq!(whole(&rendered), format!("https://a.example/p/{value}/z?a={value}&d=9"));
        prop_assert_eq!(url.path_segments().unwrap().count(), 3);
        prop_assert_eq!(url.query_pairs().map(|(name, _)| name.into_owned()).collect::<Vec<_>>(), ["a", "d"]);
    }

    #[test]
    fn a_whole_segment_is_the_value_or_is_not_rendered(value in hostile()) {
        let template = UrlTemplate::parse("https://a.example/p/{sub1}/z").unwrap();
        match template.render_with(valued(&value)) {
            Ok(rendered) => {
                let url = Url::parse(whole(&rendered)).unwrap();
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 3);
                prop_assert_eq!(percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap(), value);
            }
            Err(error) => {
                prop_assert!(["", ".", ".."].contains(&value.as_str()), "{value}");
                prop_assert_eq!(error, RenderError::Segment { name: "{sub1}".into() });
            }
        }
    }

    #[test]
    fn a_given_value_arrives_as_it_is(value in hostile()) {
        let values = BTreeMap::from([("goal".to_owned(), value.clone())]);
        let Ok(template) = UrlTemplate::parse_with("https://a.example/?goal=&x={sub1}", &values) else {
            prop_assert!(value.starts_with("REPLACE"), "{value}");
            return Ok(());
        };
        let rendered = template.render_with(|_| Value::Text("1".into())).unwrap();
        let pairs: Vec<(String, String)> = Url::parse(whole(&rendered)).unwrap().query_pairs().into_owned().collect();
        prop_assert_eq!(pairs, [("goal".to_owned(), value), ("x".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn a_json_string_holds_the_value_and_nothing_else_changes(value in hostile()) {
        let body = BodyTemplate::parse(r#"{"a":"x{sub1}y","b":["{sub1}",7]}"#, "application/json").unwrap();
        let rendered = body.render_with(valued(&value)).unwrap();
        let json: serde_json::Value = serde_json::from_str(whole(&rendered)).unwrap();
        prop_assert_eq!(json, serde_json::json!({"a": format!("x{value}y"), "b": [value, 7]}));
    }

    #[test]
    fn a_json_number_is_the_value_or_is_not_rendered(value in prop_oneof![hostile(), "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9])?"]) {
        let body = BodyTemplate::parse(r#"{"a":{sub1},"b":1}"#, "application/json").unwrap();
        let is_number = serde_json::from_str::<serde_json::Number>(&value).is_ok() && !value.contains(char::is_whitespace);
        match body.render_with(valued(&value)) {
            Ok(rendered) => prop_assert_eq!(whole(&rendered), format!(r#"{{"a":{value},"b":1}}"#)),
            Err(error) => {
                prop_assert_eq!(error, RenderError::NotANumber { name: "{sub1}".into() });
                prop_assert!(!is_number, "{value}");
            }
        }
    }

    #[test]
    fn a_form_keeps_its_fields(value in hostile()) {
        let body = BodyTemplate::parse("a={sub1}&b=2", "application/x-www-form-urlencoded").unwrap();
        let rendered = body.render_with(valued(&value)).unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(whole(&rendered).as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs, [("a".to_owned(), value), ("b".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn any_text_is_a_template_or_a_list_of_problems(text in hostile(), prefix in prop::sample::select(vec!["", "https://a.example/", "https://a.example/?x=", "https://"])) {
        let text = prefix.to_owned() + &text;
        for template in [UrlTemplate::parse(&text), UrlTemplate::parse_offer(&text)] {
            match template {
                Ok(template) => {
                    prop_assert_eq!(template.as_str(), text.as_str());
                    let first = template.render_with(|_| Value::Text("a b".into()));
                    prop_assert_eq!(&first, &template.render_with(|_| Value::Text("a b".into())), "the same each time");
                    if let Ok(rendered) = first {
                        let holed: String = rendered.0.iter().filter_map(|part| match part {
                            Part::Text(text) => Some(text.as_str()),
                            Part::Hole(_) | Part::Optional { .. } => None,
                        }).collect();
                        prop_assert_eq!(Url::parse(&holed).unwrap().origin().ascii_serialization(), template.origin());
                    }
                }
                Err(error) => prop_assert!(!error.problems().is_empty()),
            }
        }
        let _ = placeholders(&text);
        for content_type in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
            let _ = BodyTemplate::parse(&text, content_type).map(|body| body.render_with(|_| Value::Text("1".into())));
        }
    }
}
