//! Strict JSON as a tree that loses nothing: members in their order, numbers as their text, absent apart from null and from empty.
//!
//! `serde_json` reads the grammar, one level at a time. What it would let through is refused here: a key that stands twice (compared after
//! its escapes were decoded), and more than [`MAX_DEPTH`] levels. Reading level by level costs length times depth, which is four for
//! what ClickBank sends; it is what keeps each number's text without a float in between.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// How deep objects and lists may be nested, the notification itself included. ClickBank nests four levels; the bound keeps the stack small.
pub const MAX_DEPTH: usize = 64;

/// A JSON value. Equal when every text is equal and the members stand in the same order.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// The number's text.
    Number(String),
    /// Decoded. Any string may be personal, so all of them are wiped.
    Text(Zeroizing<String>),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Why a text is not strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonFault {
    Malformed,
    DuplicateKey,
    Depth,
}

impl From<serde_json::Error> for JsonFault {
    fn from(_: serde_json::Error) -> Self {
        Self::Malformed
    }
}

impl Json {
    /// Reads one object and nothing after it.
    pub(super) fn parse_object(text: &str) -> Result<Self, JsonFault> {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        if text.starts_with('{') {
            value(text, 1)
        } else {
            Err(JsonFault::Malformed)
        }
    }

    /// The member of that name, if this is an object.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}

/// `text` is one JSON value without whitespace around it, at the level `depth` if it is an object or a list.
fn value(text: &str, depth: usize) -> Result<Json, JsonFault> {
    match text.as_bytes().first() {
        Some(b'{' | b'[') if depth > MAX_DEPTH => Err(JsonFault::Depth),
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text)?;
            refuse_duplicates(&members)?;
            let members = members
                .into_iter()
                .map(|(key, raw)| Ok((key, value(raw.get(), depth.saturating_add(1))?)));
            members.collect::<Result<_, _>>().map(Json::Object)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter().map(|raw| value(raw.get(), depth.saturating_add(1)));
            items.collect::<Result<_, _>>().map(Json::List)
        }
        Some(b'"') => Ok(Json::Text(Zeroizing::new(serde_json::from_str(text)?))),
        Some(b'-' | b'0'..=b'9') => {
            serde_json::from_str::<&RawValue>(text)?;
            Ok(Json::Number(text.to_owned()))
        }
        _ => match text {
            "null" => Ok(Json::Null),
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            _ => Err(JsonFault::Malformed),
        },
    }
}

fn refuse_duplicates(members: &[(String, &RawValue)]) -> Result<(), JsonFault> {
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    if keys.iter().zip(keys.iter().skip(1)).any(|(one, next)| one == next) {
        return Err(JsonFault::DuplicateKey);
    }
    Ok(())
}

/// The members of one object in their order, duplicates and all.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// Writes the values in full. Made for `serde_json`: another format would see the number's text wrapped in `serde_json`'s own type.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => serde_json::from_str::<&RawValue>(text)
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(key, value)| (key, value))),
        }
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn printed(text: &str) -> Result<String, JsonFault> {
        Json::parse_object(text).map(|json| serde_json::to_string(&json).unwrap())
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
    fn debug_shows_no_value() {
        assert_eq!(
            format!("{:?}", Json::parse_object(r#"{"a":"CANARY"}"#).unwrap()),
            "Json(..)"
        );
    }
}
