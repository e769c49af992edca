//! One name or value, decoded.

use super::refused::Fault;
use crate::text::escape::percent_decoded;
use alloc::{borrow::Cow, string::String};

/// What stands in a name or a value; nothing of it means that the text can be borrowed as it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen(u8);

impl Seen {
    pub(super) const ENCODED: Self = Self(1);
    pub(super) const CONTROL: Self = Self(2);
    pub(super) const NON_ASCII: Self = Self(4);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    const fn holds(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// `raw` with its escapes decoded; `seen` says what stands in it. Most need no decoding, and adding
/// those stays shorter when this is not a part of it.
#[inline(never)]
pub(super) fn decoded(raw: &str, seen: Seen) -> Result<Cow<'_, str>, Fault> {
    if seen.is_nothing() {
        return Ok(Cow::Borrowed(raw));
    }
    if seen.holds(Seen::CONTROL) {
        return Err(Fault::Control);
    }
    let text = if seen.holds(Seen::ENCODED) {
        let bytes = percent_decoded(raw.as_bytes(), b' ').ok_or(Fault::Escape)?;
        Cow::Owned(String::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?)
    } else {
        Cow::Borrowed(raw)
    };
    let is_printable = |byte| matches!(byte, b' '..=b'~');
    if !text.bytes().all(is_printable) && text.contains(char::is_control) {
        return Err(Fault::Control);
    }
    Ok(text)
}
