//! Members of an answer whose type nobody promises: a code is a number here and a text there.

use alloc::string::String;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A number, a text or a truth value, as it is written; or nothing of the kind.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(super) struct Scalar<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Scalar<'a> {
    pub(super) fn of(raw: &'a RawValue) -> Self {
        Self(Some(raw))
    }

    /// The number's digits, or the text, with its escapes as they stand; empty if absent.
    pub(super) fn text(self) -> &'a str {
        let raw = self.0.map_or("", RawValue::get);
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
        match inner {
            Some(inner) => inner,
            None if raw.starts_with(['{', '[']) => "",
            None => raw,
        }
    }

    /// The text that is meant, if it is one.
    pub(super) fn unescaped(self) -> Option<String> {
        serde_json::from_str(self.0?.get()).ok()
    }

    /// The whole number, however it is written.
    pub(super) fn number(self) -> Option<i64> {
        self.text().parse().ok()
    }

    /// The place in a list.
    pub(super) fn place(self) -> Option<usize> {
        self.text().parse().ok()
    }

    /// Whether it is `true`.
    pub(super) fn is_true(self) -> bool {
        self.text() == "true"
    }
}
