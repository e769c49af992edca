//! Checks that several platforms make.

use serde_json::Value;

/// What is wrong with a request.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The event that is meant; none where it is the request.
    pub(super) row: Option<usize>,
    /// The path of the member, in the platform's own writing.
    pub(super) path: String,
    /// The platform's code.
    pub(super) code: String,
    /// What was sent there: platforms quote it.
    pub(super) value: String,
    /// Whether the member alone is left out, and the event counts.
    pub(super) is_warning: bool,
}

impl Fault {
    pub(super) fn new(path: impl Into<String>, code: &str, value: &Value) -> Self {
        Self {
            row: None,
            path: path.into(),
            code: code.into(),
            value: match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
            is_warning: false,
        }
    }

    pub(super) fn of(self, row: usize) -> Self {
        let row = Some(row);
        Self { row, ..self }
    }
}

/// The first key of an object that is none of these; an empty text where it is no object.
pub(super) fn unknown_key<'v>(object: &'v Value, keys: &[&str]) -> Option<&'v str> {
    let Some(members) = object.as_object() else {
        return Some("");
    };
    members.keys().map(String::as_str).find(|key| !keys.contains(key))
}

/// A SHA-256 in lower-case hexadecimal digits.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A text, or a list of texts, as it is written.
pub(super) fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(all) if !all.is_empty() => all.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Three capitals.
pub(super) fn is_currency(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
}

/// A text that is not empty.
pub(super) fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

pub(super) fn is_digits(value: &Value) -> bool {
    is_text(value)
        && value
            .as_str()
            .is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) const DAY: i64 = 24 * 60 * 60;
