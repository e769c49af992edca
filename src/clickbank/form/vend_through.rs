//! `cvendthru`: the parameters of the link to the order form.

use super::decode::unescaped;
use alloc::{borrow::Cow, borrow::ToOwned, string::String};
use core::fmt;

/// The seller's own query parameters of the order form, in their order (captured posts). They are a
/// query string inside the form, encoded once more and with a `&` at the end. Versions 6 and later
/// call them `vendorVariables`.
///
/// A buyer can write anything there, so nothing in it is refused: a value with a broken escape is
/// read without decoding, and of a name that stands there twice the first one counts (ClickBank is
/// said to remove repeated ones).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VendThrough<'a>(pub(super) &'a str);

impl<'a> VendThrough<'a> {
    /// The text as it came; the query string inside it is still encoded.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.0
    }

    /// The value with that name, decoded; none when it is absent or empty.
    #[must_use]
    pub fn value(self, name: &str) -> Option<Cow<'a, str>> {
        let first = self.pairs().find(|(known, _)| known == name);
        first.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// Every name and value, decoded, in their order.
    pub fn pairs(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        let parts = self.0.split('&').filter(|part| !part.is_empty());
        parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(name), decoded(value))
        })
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let bytes = unescaped(text.as_bytes());
    let read = bytes.as_ref().and_then(|bytes| core::str::from_utf8(bytes).ok());
    Cow::Owned(read.map_or_else(|| String::from(text), ToOwned::to_owned))
}

impl fmt::Debug for VendThrough<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VendThrough(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", VendThrough("email=a")), "VendThrough(..)");
    }

    #[test]
    fn what_stands_in_it_has_an_encoding_of_its_own() {
        let through = VendThrough("cbfid=12425&email=email%40aol.com&a+b=c+d%2B&empty=&alone&email=other&");
        assert_eq!(through.value("email").as_deref(), Some("email@aol.com"));
        assert_eq!(through.value("a b").as_deref(), Some("c d+"));
        for name in ["empty", "alone", "CBFID", "nobody", ""] {
            assert_eq!(through.value(name), None, "{name}");
        }
        assert_eq!(through.pairs().count(), 6);
    }

    #[test]
    fn a_broken_escape_is_read_as_it_stands() {
        let through = VendThrough("rebate=50%&tid=abc&x=%zz&y=%ff+a&z=%4");
        for (name, value) in [
            ("rebate", "50%"),
            ("tid", "abc"),
            ("x", "%zz"),
            ("y", "%ff+a"),
            ("z", "%4"),
        ] {
            assert_eq!(through.value(name).as_deref(), Some(value));
        }
    }
}
