//! Decodes one name or value.

use super::refused::{Fault, HALF_PAIR};
use crate::text::escape::percent_decoded;
use alloc::{borrow::Cow, string::String};

/// The kinds of special characters that a name or a value holds. When it holds none, the text can
/// be borrowed as it is.
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

/// Decodes the escapes of `raw`; `seen` says which special characters it holds. Most texts need no
/// decoding, and a caller that adds those stays shorter when this function is not inlined.
#[inline(never)]
pub(super) fn decoded(raw: &str, seen: Seen) -> Result<Cow<'_, str>, Fault> {
    if seen.is_nothing() {
        return Ok(Cow::Borrowed(raw));
    }
    if seen.holds(Seen::CONTROL) {
        return Err(Fault::Control);
    }
    let text = if seen.holds(Seen::ENCODED) {
        let bytes = percent_decoded(raw.as_bytes(), b' ').ok_or_else(|| malformed(raw))?;
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

fn malformed(raw: &str) -> Fault {
    if raw == HALF_PAIR {
        Fault::Surrogate
    } else {
        Fault::Escape
    }
}
