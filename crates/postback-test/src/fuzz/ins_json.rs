//! Compares the JSON reader with `serde_json`: both accept the same texts, and find the same values
//! in them.

use postback::Notification;
use postback::clickbank::ins::{Fault, MAX_DEPTH};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value: members in their order, numbers by their text.
#[derive(Debug, PartialEq)]
enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// What a notification needs, so that only the drawn JSON decides whether it is read.
const HEAD: &str = r#"{"transactionTime":"20220810T162015-0700","receipt":"R1","transactionType":"SALE","version":7.0"#;

/// Reads `data` as a whole notification, as the value of a key, as an item of a list, and as
/// further members.
pub fn ins_json(data: &[u8]) {
    compare(data);
    for (before, after) in [(",\"x\":", "}"), (",\"x\":[", "]}"), (",", "}"), ("", "")] {
        let text = [HEAD.as_bytes(), before.as_bytes(), data, after.as_bytes()].concat();
        if let Some(fault) = compare(&text) {
            let of_json = matches!(fault, Fault::Text | Fault::Json | Fault::DuplicateKey | Fault::Depth);
            assert!(of_json || fault == Fault::TooLong, "{fault} of {}", shown(&text));
        }
    }
}

/// Reads `text` with both, and returns why it is not a notification, if it is none.
fn compare(text: &[u8]) -> Option<Fault> {
    let expected = std::str::from_utf8(text).ok().and_then(object);
    match (Notification::parse(text), expected) {
        (Ok(notification), Some(expected)) => {
            let printed = notification.to_json();
            assert_eq!(object(&printed).as_ref(), Some(&expected), "{}", shown(text));
            let again = Notification::parse(printed.as_bytes()).unwrap();
            assert_eq!(again, notification, "{}", shown(text));
            assert_eq!(again.to_json(), printed);
            None
        }
        (Err(fault), None) => {
            let of_json = matches!(fault, Fault::Text | Fault::Json | Fault::DuplicateKey | Fault::Depth);
            assert!(of_json || fault == Fault::TooLong, "{fault} of {}", shown(text));
            Some(fault)
        }
        (Err(fault), Some(_)) => {
            let of_fields = matches!(fault, Fault::Missing(_) | Fault::Invalid(_) | Fault::TooLong);
            assert!(of_fields, "{fault} of {}", shown(text));
            Some(fault)
        }
        (Ok(_), None) => panic!("serde_json refuses {}", shown(text)),
    }
}

fn shown(text: &[u8]) -> String {
    format!("`{}`", text.escape_ascii())
}

fn object(text: &str) -> Option<Tree> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    text.starts_with('{').then(|| tree(text, 1))?
}

/// `serde_json` reads one level at a time, which keeps the text of each number. It accepts repeated
/// keys and any depth, so that these are refused in between.
fn tree(text: &str, depth: usize) -> Option<Tree> {
    Some(match text.as_bytes().first()? {
        b'{' | b'[' if depth > MAX_DEPTH => return None,
        b'{' => {
            let mut reader = serde_json::Deserializer::from_str(text);
            let members = reader.deserialize_map(Members).ok()?;
            reader.end().ok()?;
            let mut names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
            names.sort();
            names.dedup();
            if names.len() < members.len() {
                return None;
            }
            let members = members.into_iter();
            Tree::Object(
                members
                    .map(|(name, raw)| Some((name, tree(raw.get(), depth + 1)?)))
                    .collect::<Option<_>>()?,
            )
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            Tree::List(
                items
                    .into_iter()
                    .map(|raw| tree(raw.get(), depth + 1))
                    .collect::<Option<_>>()?,
            )
        }
        b'"' => Tree::Text(serde_json::from_str(text).ok()?),
        b'n' | b't' | b'f' => serde_json::from_str::<Option<bool>>(text)
            .ok()?
            .map_or(Tree::Null, Tree::Bool),
        _ => Tree::Number(serde_json::from_str::<&RawValue>(text).ok()?.get().to_owned()),
    })
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
