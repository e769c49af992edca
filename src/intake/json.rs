//! Turns a JSON body into parameters.

use crate::plan::RefusedReason;
use crate::protocol::Protocol;
use crate::text::{HALF_PAIR, prefix};
use crate::value::{MAX_QUERY, MAX_QUERY_PARAMETERS};
use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::fmt;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use url::form_urlencoded::byte_serialize;

/// The depth to which a JSON body is read. A value that is nested deeper counts as unreadable.
const MAX_DEPTH: usize = 8;
/// The longest path of a parameter, in bytes. A configured name is far shorter.
const MAX_PATH: usize = 256;
/// The most of a value that is read, in bytes. It is more than any value may have.
const MAX_VALUE: usize = 2_048;
/// A value that no query can hold. It causes an error only where the parameter is asked for.
const UNREADABLE: &str = "%";

/// Writes the values of a JSON object as a query. Nested names are joined by dots, numbers keep
/// their text, null counts as absent, and an object or a list without members is empty. A member
/// that cannot be read does not by itself make the body an error.
pub(super) fn flattened(body: &[u8]) -> Result<String, RefusedReason> {
    let text = String::from_utf8_lossy(body);
    let Object(members) = serde_json::from_str(text.trim()).map_err(|_| RefusedReason::MalformedBody)?;
    if Protocol::names_notification(|name| members.iter().any(|(own, _)| own == name)) {
        return Err(RefusedReason::Misdirected);
    }
    let mut flat = Flat {
        query: String::new(),
        count: 0,
        is_lossy: matches!(text, Cow::Owned(_)),
    };
    for (name, value) in &members {
        flat.add(name, value, MAX_DEPTH)?;
    }
    Ok(flat.query)
}

struct Flat {
    query: String,
    count: usize,
    /// Whether bytes that are not UTF-8 were replaced.
    is_lossy: bool,
}

impl Flat {
    fn add(&mut self, path: &str, value: &RawValue, depth: usize) -> Result<(), RefusedReason> {
        let text = value.get();
        let inner = depth.checked_sub(1).filter(|_| path.len() <= MAX_PATH);
        match (text.as_bytes().first(), inner) {
            (Some(b'n'), _) => Ok(()),
            (_, None) => self.put(path, Err(UNREADABLE)),
            (Some(b'{'), Some(inner)) => match serde_json::from_str(text) {
                Ok(Object(members)) if members.is_empty() => self.put(path, Ok("")),
                Ok(Object(members)) => members
                    .iter()
                    .try_for_each(|(name, value)| self.add(&format!("{path}.{name}"), value, inner)),
                Err(_) => self.put(path, Err(UNREADABLE)),
            },
            (Some(b'['), Some(inner)) => match serde_json::from_str(text) {
                Ok(Array(items)) if items.is_empty() => self.put(path, Ok("")),
                Ok(Array(items)) => items
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, value)| self.add(&format!("{path}.{index}"), value, inner)),
                Err(_) => self.put(path, Err(UNREADABLE)),
            },
            (Some(b'"'), _) => {
                let read = serde_json::from_str::<Cow<'_, str>>(text);
                self.put(
                    path,
                    match &read {
                        Ok(read) if self.is_lossy && read.contains('\u{fffd}') => Err(UNREADABLE),
                        Ok(read) => Ok(read),
                        // Half of a surrogate pair. Any other fault makes the body malformed.
                        Err(_) => Err(HALF_PAIR),
                    },
                )
            }
            _ => self.put(path, Ok(text)),
        }
    }

    /// Adds a parameter. An error is what stands for a value that cannot be read.
    fn put(&mut self, path: &str, value: Result<&str, &'static str>) -> Result<(), RefusedReason> {
        self.count = self.count.saturating_add(1);
        if self.count > MAX_QUERY_PARAMETERS {
            return Err(RefusedReason::TooManyParameters);
        }
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(byte_serialize(prefix(path, MAX_PATH).as_bytes()));
        self.query.push('=');
        match value {
            Ok(value) => self.query.extend(byte_serialize(prefix(value, MAX_VALUE).as_bytes())),
            Err(unreadable) => self.query.push_str(unreadable),
        }
        if self.query.len() > MAX_QUERY {
            return Err(RefusedReason::TooLong);
        }
        Ok(())
    }
}

/// Returns the text of the first member with this name, at any depth. The body may be broken or cut
/// off.
pub(super) fn member(body: &[u8], name: &str) -> Option<String> {
    let (start, end) = member_text(body, name)?;
    let quoted = body.get(start.checked_sub(1)?..end.checked_add(1)?)?;
    serde_json::from_slice(quoted).ok()
}

/// Returns a body without the texts of all members with this name.
pub(super) fn without_members(body: &[u8], name: &str) -> Vec<u8> {
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((start, end)) = member_text(rest, name) {
        kept.extend_from_slice(rest.get(..start).unwrap_or_default());
        rest = rest.get(end..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
    kept
}

/// Returns where the text of the first member with this name begins and ends, without its quotes.
fn member_text(body: &[u8], name: &str) -> Option<(usize, usize)> {
    let quoted = format!("\"{name}\"");
    let quoted = quoted.as_bytes();
    let mut from = 0_usize;
    loop {
        let rest = body.get(from..)?;
        let at = rest.windows(quoted.len()).position(|window| window == quoted)?;
        from = from.checked_add(at)?.checked_add(quoted.len())?;
        let behind = body.get(from..)?.trim_ascii_start();
        let Some(value) = behind.strip_prefix(b":") else {
            continue;
        };
        let Some(text) = value.trim_ascii_start().strip_prefix(b"\"") else {
            continue;
        };
        let start = body.len().checked_sub(text.len())?;
        return Some((start, start.checked_add(text_length(text))?));
    }
}

/// Returns the length of a text up to its closing quote, or to the end of the body.
fn text_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    end.unwrap_or(text.len())
}

/// The members of an object in their order, with repeated ones.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// The items of an array.
struct Array<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Array<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Array<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Array(all))
            }
        }
        deserializer.deserialize_seq(Items)
    }
}

/// The name of a member. It is borrowed unless an escape had to be decoded.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_unreadable_alone() {
        let deep = format!(r#"{{"clickid":"C","a":{}1{}}}"#, r#"{"a":"#.repeat(9), "}".repeat(9));
        let path = "a".repeat(300);
        let long = format!(r#"{{"clickid":"C","{path}":[1,2],"b":"{}"}}"#, "x".repeat(3_000));
        for (body, expected) in [
            (
                &br#"{"clickid":"C","note":"\ud83d"}"#[..],
                "clickid=C&note=%ud800".into(),
            ),
            (
                b"{\"clickid\":\"C\",\"city\":\"M\xfcnchen\"}",
                "clickid=C&city=%".into(),
            ),
            (deep.as_bytes(), format!("clickid=C&a{}=%", ".a".repeat(8))),
            (
                long.as_bytes(),
                format!("clickid=C&{}=%&b={}", "a".repeat(256), "x".repeat(MAX_VALUE)),
            ),
        ] {
            assert_eq!(flattened(body), Ok(expected));
        }
    }

    #[test]
    fn a_small_body_makes_no_large_query() {
        let items = "1,".repeat(255);
        let body = format!(r#"{{"{}":[{items}1]}}"#, "\u{e9}".repeat(30_000));
        assert_eq!(flattened(body.as_bytes()).map(|query| query.len() < 2_000), Ok(true));
        let body = format!(r#"{{"{}":[{items}1]}}"#, "\u{e9}".repeat(100));
        assert_eq!(flattened(body.as_bytes()), Err(RefusedReason::TooLong));
    }

    #[test]
    fn a_member_is_found_in_a_body_that_is_not_whole() {
        let broken = br#"{"x": "\"token\": ", "token" : "a\/b", "note": "\ud83d"#;
        assert_eq!(member(broken, "token").as_deref(), Some("a/b"));
        assert_eq!(member(broken, "note"), None);
        assert_eq!(member(b"{\"token\": 5, \"token\"", "token"), None);
        let without = without_members(broken, "token");
        assert_eq!(without, br#"{"x": "\"token\": ", "token" : "", "note": "\ud83d"#);
    }
}
