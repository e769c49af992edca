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
#[inline]
pub(crate) fn push_json(text: &str, out: &mut String) {
    if is_clean(text.as_bytes()) {
        out.push_str(text);
    } else {
        push_escaped(text, out);
    }
}

#[cold]
fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_escaped) {
        let (clean, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(clean);
        let mut characters = from.chars();
        match characters.next() {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(control @ ..='\u{1f}') => {
                out.push_str(if control < '\u{10}' { "\\u000" } else { "\\u001" });
                out.extend(char::from_digit(u32::from(control) & 0x0f, 16));
            }
            Some(other) => out.extend(['\\', other]),
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Whether a JSON string must not have the byte as it is.
const fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether surely no byte must be escaped. Eight bytes are looked at together; the last eight may
/// have been looked at before.
#[inline]
fn is_clean(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else {
        return is_short_clean(text);
    };
    // An early end keeps the compiler from widening a loop that seldom runs more than four times.
    let words = &mut text.as_chunks().0.iter();
    escaped(u64::from_le_bytes(*last)) == 0 && words.all(|word| escaped(u64::from_le_bytes(*word)) == 0)
}

/// [`is_clean`] for fewer than eight bytes.
#[inline]
fn is_short_clean(text: &[u8]) -> bool {
    match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            escaped(u64::from(first) | (u64::from(last) << 32)) == 0
        }
        _ => !text.iter().copied().any(is_escaped),
    }
}

/// Returns a number other than 0 if one of eight bytes may have to be escaped: if it is below `#`
/// or a backslash. So a space and `!` are looked at once more. A number is taken from all bytes at
/// once; the highest bit of a byte that was smaller is then set. Such a byte also borrows from the
/// next one, which changes nothing: one was found.
const fn escaped(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let is_low = word.wrapping_sub(ONES.wrapping_mul(0x23));
    let is_backslash = (word ^ ONES.wrapping_mul(0x5c)).wrapping_sub(ONES);
    (is_low | is_backslash) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

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
    fn a_byte_that_is_escaped_is_found_at_every_place_of_every_length() {
        for length in 0..=40_usize {
            for byte in 0..0x80_u8 {
                for place in 0..=length {
                    let mut text = vec![b'a'; length];
                    text.insert(place, byte);
                    let is_seen = is_escaped(byte) || (text.len() > 3 && matches!(byte, b' ' | b'!'));
                    assert_eq!(is_clean(&text), !is_seen, "{byte:#x} at {place} of {length}");
                }
            }
            assert!(is_clean("é".repeat(length).as_bytes()));
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
