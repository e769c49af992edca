//! Tests of what is read and what is refused inside one object.

use super::*;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

fn printed(text: &str) -> Result<String, JsonFault> {
    Document::parse(text.to_owned()).map(|document| serde_json::to_string(&document.root()).unwrap())
}

#[test]
fn order_numbers_null_and_empty_are_kept() {
    let text = r#"{"z":0.00,"a":[],"b":{},"c":null,"d":"","e":-0.10,"f":1E400,"g":8.690,"":47,"h":123456789012345678901234567890}"#;
    assert_eq!(printed(text).unwrap(), text);
}

#[test]
fn whitespace_is_dropped_and_escapes_are_decoded() {
    assert_eq!(
        printed(" \r\n\t{ \"\\u0061\" : \"\\ud83d\\ude00\\/\" }\n").unwrap(),
        "{\"a\":\"\u{1f600}/\"}"
    );
}

#[test]
fn a_key_may_stand_once_whatever_its_escapes_and_its_depth() {
    for text in [
        r#"{"a":1,"b":2,"a":1}"#,
        r#"{"a":1,"\u0061":1}"#,
        r#"{"x":[{"y":{"":1,"":1}}]}"#,
        "{\"\u{e9}\":1,\"\\u00e9\":1}",
    ] {
        assert_eq!(printed(text), Err(JsonFault::DuplicateKey), "{text}");
    }
    assert!(printed(r#"{"a":{"a":{"a":1}},"A":1}"#).is_ok());
}

#[test]
fn sixty_four_levels_are_read_and_not_one_more() {
    let nested = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(printed(&nested(MAX_DEPTH - 1)).is_ok());
    assert!(printed(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(printed(&nested(MAX_DEPTH + 1)), Err(JsonFault::Depth));
    let objects = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
    assert!(printed(&objects(MAX_DEPTH)).is_ok());
    assert_eq!(printed(&objects(MAX_DEPTH + 1)), Err(JsonFault::Depth));
    assert_eq!(printed(&objects(20_000)), Err(JsonFault::Depth));
}

#[test]
fn only_one_object_is_read_and_nothing_around_it() {
    for text in [
        "",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{}{}",
        "{} 1",
        "\u{feff}{}",
        "{}\0",
        "\u{a0}{}",
        "{\"a\":1}]",
    ] {
        assert_eq!(printed(text), Err(JsonFault::Malformed), "{text:?}");
    }
    assert_eq!(printed("{}").unwrap(), "{}");
}

#[test]
fn lone_surrogates_and_control_characters_are_refused() {
    for text in [
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\udc00"}"#,
        r#"{"\ud800":1}"#,
        "{\"a\":\"\n\"}",
        r#"{"a":[{"b":"\ud800\u0041"}]}"#,
    ] {
        assert_eq!(printed(text), Err(JsonFault::Malformed), "{text}");
    }
}

#[test]
fn what_was_escaped_equals_what_was_not_and_order_counts() {
    let read = |text: &str| Document::parse(text.to_owned()).unwrap();
    let plain = read(r#"{"a":[{"b":"x/y"},1.0],"c":"\u0064\ud83d\ude00","d":{}}"#);
    assert_eq!(
        plain,
        read("{ \"\\u0061\" : [ {\"b\":\"x\\/y\"} ,1.0 ], \"c\":\"d\u{1f600}\", \"d\":{} }")
    );
    for other in [
        r#"{"a":[{"b":"x/y"},1.0],"d":{},"c":"\u0064\ud83d\ude00"}"#,
        r#"{"a":[{"b":"x/y"},1.00],"c":"\u0064\ud83d\ude00","d":{}}"#,
        r#"{"a":[{"b":"x/y"},"1.0"],"c":"\u0064\ud83d\ude00","d":{}}"#,
        r#"{"a":[{"b":"x/y"}],"c":"\u0064\ud83d\ude00","d":{}}"#,
        r#"{"a":[{"b":"x/y"},1.0],"c":"\u0064\ud83d\ude00","d":[]}"#,
        r#"{"a":[{"b":"x/y","e":1.0}],"c":"\u0064\ud83d\ude00","d":{}}"#,
    ] {
        assert_ne!(plain, read(other), "{other}");
    }
    assert_ne!(read(r#"{"a":[[1],2]}"#), read(r#"{"a":[[1,2]]}"#));
    assert_ne!(read(r#"{"a":null}"#), read(r#"{"a":false}"#));
}

#[test]
fn a_part_equals_the_same_part_of_another_text() {
    let one = Document::parse(r#"{"x":1,"a":{"b":[1,{"c":2}]}}"#.to_owned()).unwrap();
    let other = Document::parse(r#"{"a": {"b": [1, {"c": 2}]}}"#.to_owned()).unwrap();
    assert_eq!(one.root().member("a"), other.root().member("a"));
    assert_ne!(one.root(), other.root());
}

#[test]
fn members_and_items_come_in_their_order() {
    let document = Document::parse(r#"{"b":[1,[2,{"x":3}],4],"a":{"y":{}},"c":null}"#.to_owned()).unwrap();
    let Shape::Object(members) = document.root().shape() else {
        panic!("an object")
    };
    let names: Vec<&str> = members.map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "a", "c"]);
    let Some(Shape::List(items)) = document.root().member("b").map(Json::shape) else {
        panic!("a list")
    };
    let texts: Vec<String> = items.map(|item| serde_json::to_string(&item).unwrap()).collect();
    assert_eq!(texts, ["1", r#"[2,{"x":3}]"#, "4"]);
    let alone: Vec<Json> = document.root().member("a").unwrap().alone().collect();
    assert_eq!(alone.len(), 1);
    assert!(alone[0].member("y").is_some() && alone[0].member("x").is_none());
}

#[test]
fn debug_shows_no_value() {
    let document = Document::parse(r#"{"a":"CANARY"}"#.to_owned()).unwrap();
    assert_eq!(format!("{document:?} {:?}", document.root()), "Document(..) Json(..)");
}
