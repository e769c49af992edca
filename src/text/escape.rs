//! Escapes: decoders of percent-encoding that notice a malformed escape, and the one escaper of
//! JSON strings.
//!
//! They are written by hand for speed. Checking the escapes first and then decoding with the
//! `percent-encoding` crate takes half as many instructions again (727 against 493 for a value of
//! 15 bytes, counted under callgrind), which is 6 % of `query`. Text that may be malformed is
//! decoded with that crate. JSON is escaped directly into the text of which it becomes a part,
//! while `serde_json` writes it with quotes into a new text.

use alloc::{borrow::Cow, string::String, vec::Vec};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// The characters that are escaped in a query that this crate writes: all but the unreserved
/// characters of RFC 3986, section 2.3.
pub(crate) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Returns the bytes that `text` stands for, with `plus` for each `+`. None where a `%` is not
/// followed by two hexadecimal digits. The decoded text is never longer than `text`, so the buffer
/// does not grow and leaves no copy behind.
pub(crate) fn percent_decoded(text: &[u8], plus: u8) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match first {
            b'+' => plus,
            b'%' => {
                let [high, low, after @ ..] = rest else { return None };
                rest = after;
                (hex(*high)? << 4) | hex(*low)?
            }
            other => *other,
        });
    }
    Some(out)
}

/// Returns the bytes that `text` stands for, with a space for each `+`, up to the first `%` without
/// two hexadecimal digits. The second result is whether all of the text was decoded.
pub(crate) fn decoded_so_far(text: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return (Cow::Borrowed(text), true);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match first {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else {
                    return (Cow::Owned(out), false);
                };
                let (Some(high), Some(low)) = (hex(*high), hex(*low)) else {
                    return (Cow::Owned(out), false);
                };
                rest = after;
                (high << 4) | low
            }
            other => *other,
        });
    }
    (Cow::Owned(out), true)
}

/// The text as far as it can be read. A text with a malformed escape is returned without decoding.
pub(crate) fn lossy(raw: &[u8]) -> String {
    let decoded = percent_decoded(raw, b' ').map_or(Cow::Borrowed(raw), Cow::Owned);
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Whether the text after a `%` begins with two hexadecimal digits.
pub(crate) fn is_escape(behind: &str) -> bool {
    matches!(behind.as_bytes(), [high, low, ..] if hex(*high).is_some() && hex(*low).is_some())
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 0x0f),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 0x0f).wrapping_add(9)),
        _ => None,
    }
}

/// Adds `text` to `out` as a part of a JSON string: the quote, the backslash and the control
/// characters are escaped (RFC 8259, section 7).
pub(crate) fn push_json(text: &str, out: &mut String) {
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(text.get(start..at).unwrap_or_default());
        if short.is_empty() {
            out.push_str(if byte < 0x10 { "\\u000" } else { "\\u001" });
            out.extend(char::from_digit(u32::from(byte & 0x0f), 16));
        } else {
            out.push_str(short);
        }
        start = at.saturating_add(1);
    }
    out.push_str(text.get(start..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_a_plus_is_what_it_is_taken_for() {
        assert_eq!(
            percent_decoded(b"a%20b+c%2B%c3%A9", b' ').unwrap(),
            "a b c+é".as_bytes()
        );
        assert_eq!(percent_decoded(b"a+b", b'+').unwrap(), b"a+b");
        for malformed in ["%", "%4", "a%4", "%zz", "%4g", "%+1", "%%41"] {
            assert_eq!(percent_decoded(malformed.as_bytes(), b' '), None, "{malformed}");
        }
        assert!(is_escape("4aX") && is_escape("4A") && !is_escape("4") && !is_escape("g4"));
    }

    #[test]
    fn what_is_well_formed_decodes_as_the_crate_does_it() {
        for byte in 0..=u8::MAX {
            let text = alloc::format!("%{byte:02x}{byte:02X}%{byte:02X}%7E");
            let theirs: Vec<u8> = percent_encoding::percent_decode(text.as_bytes()).collect();
            assert_eq!(percent_decoded(text.as_bytes(), b'+'), Some(theirs), "{text}");
        }
    }

    #[test]
    fn json_strings_are_escaped_as_serde_json_does() {
        for code in 0..=0x2ff_u32 {
            let value: String = char::from_u32(code).into_iter().chain(['é', '"', '\u{2028}']).collect();
            let mut out = String::from("\"");
            push_json(&value, &mut out);
            out.push('"');
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), value, "{out}");
        }
        let mut out = String::new();
        push_json("a\"b\\c\nd\u{1}\u{1f}", &mut out);
        assert_eq!(out, r#"a\"b\\c\nd\u0001\u001f"#);
    }
}
