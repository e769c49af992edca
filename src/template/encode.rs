//! Writes values so that the text around them keeps its structure.

use crate::outbound::Encoding;
use crate::text::{is_escape, push_json};
use alloc::string::String;
use percent_encoding::percent_encode_byte;

/// The unreserved characters of RFC 3986, section 2.3.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses a bad index"
)]
static UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// The position of a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A segment of a URL's path.
    Path,
    /// A parameter's name, in a URL or a form.
    Name,
    /// A parameter's value.
    Value,
    /// Inside a JSON string.
    JsonString,
    /// In the place of a JSON number.
    JsonNumber,
    /// In a plain text.
    Plain,
}

/// The reason why a value cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Raw(char),
    NotANumber,
    Control,
}

impl Position {
    /// The encoding of a hole at this position; none where no hole is allowed.
    pub(super) fn hole(self) -> Option<Encoding> {
        match self {
            Self::Path => Some(Encoding::Path),
            Self::Name | Self::Value => Some(Encoding::Query),
            Self::JsonString => Some(Encoding::Json),
            Self::Plain => Some(Encoding::Verbatim),
            Self::JsonNumber => None,
        }
    }

    /// Writes `value`, encoded so that the text around it keeps its structure.
    pub(super) fn write(self, value: &str, out: &mut String) -> Result<(), Fault> {
        match self {
            Self::Path | Self::Name | Self::Value => percent(value, out),
            Self::JsonString => push_json(value, out),
            Self::JsonNumber if is_json_number(value) => out.push_str(value),
            Self::JsonNumber => return Err(Fault::NotANumber),
            Self::Plain if value.chars().any(char::is_control) => return Err(Fault::Control),
            Self::Plain => out.push_str(value),
        }
        Ok(())
    }

    /// Writes `value` without encoding, if the text around it keeps its structure.
    pub(super) fn write_raw(self, value: &str, out: &mut String) -> Result<(), Fault> {
        let mut rest = value.chars();
        while let Some(character) = rest.next() {
            let allowed = match character {
                '%' => is_escape(rest.as_str()),
                '=' => self == Self::Value,
                '/' | '?' => self != Self::Path,
                // These are the other characters of RFC 3986's `query`, except `&`, which separates
                // parameters, and `+`, which is decoded as a space.
                '-' | '.' | '_' | '~' | '!' | '$' | '\'' | '(' | ')' | '*' | ',' | ';' | ':' | '@' => true,
                other => other.is_ascii_alphanumeric(),
            };
            if !allowed {
                return Err(Fault::Raw(character));
            }
        }
        out.push_str(value);
        Ok(())
    }
}

/// Percent-encodes all but the unreserved characters. Most values are ids and amounts, which have
/// no others. This takes 213 instructions for a value and the crate takes 292, which is a quarter
/// of `render`.
pub(super) fn percent(value: &str, out: &mut String) {
    if value.bytes().all(is_unreserved) {
        out.push_str(value);
        return;
    }
    let mut written = 0;
    for (at, byte) in value.bytes().enumerate() {
        if !is_unreserved(byte) {
            out.push_str(value.get(written..at).unwrap_or_default());
            out.push_str(percent_encode_byte(byte));
            written = at.saturating_add(1);
        }
    }
    out.push_str(value.get(written..).unwrap_or_default());
}

/// Whether the byte is in the `unreserved` set of RFC 3986, section 2.3. It is looked up in a
/// table, since values are checked byte by byte.
fn is_unreserved(byte: u8) -> bool {
    UNRESERVED.get(usize::from(byte)).is_some_and(|unreserved| *unreserved)
}

/// Whether a client would change this path segment: `.` and `..`, also with encoded dots (WHATWG
/// URL, section 4.1).
pub(super) fn is_dot_segment(segment: &str) -> bool {
    [".", "%2e", "..", ".%2e", "%2e.", "%2e%2e"]
        .iter()
        .any(|dots| dots.eq_ignore_ascii_case(segment))
}

/// Whether `text` is a number by RFC 8259, section 6: without a leading zero, a `+`, or a point
/// without digits on both sides.
pub(super) fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ESCAPED;
    use alloc::string::ToString;
    use percent_encoding::utf8_percent_encode;

    fn raw(position: Position, value: &str) -> Result<(), Fault> {
        position.write_raw(value, &mut String::new())
    }

    #[test]
    fn percent_encoding_is_that_of_the_library() {
        for code in 0..=0x1_0000_u32 {
            let text: String = char::from_u32(code)
                .into_iter()
                .chain(['a', 'é', '&', '€', ' '])
                .collect();
            let mut out = String::new();
            percent(&text, &mut out);
            assert_eq!(out, utf8_percent_encode(&text, ESCAPED).to_string(), "{text:?}");
        }
    }

    #[test]
    fn numbers_are_those_of_rfc_8259() {
        for number in [
            "0",
            "-0",
            "8",
            "8.5",
            "-3.20",
            "10",
            "1e3",
            "1E+3",
            "1.5e-10",
            "123456789012345678901234567890",
        ] {
            assert!(is_json_number(number), "{number}");
        }
        for text in [
            "", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "0x1", "1_000", "1,5", "NaN", "Infinity", " 1", "1 ",
            "--1",
        ] {
            assert!(!is_json_number(text), "{text:?}");
        }
    }

    #[test]
    fn raw_values_take_the_bytes_that_change_nothing_where_they_stand() {
        assert_eq!(raw(Position::Value, "a=b/c?d:e@f;g,h%20i"), Ok(()));
        for (value, character) in [
            ("a&b", '&'),
            ("a#b", '#'),
            ("a+b", '+'),
            ("a b", ' '),
            ("50%", '%'),
            ("%2", '%'),
            ("%zz", '%'),
            ("\r\n", '\r'),
            ("é", 'é'),
            ("a\"", '"'),
            ("[1]", '['),
        ] {
            assert_eq!(raw(Position::Value, value), Err(Fault::Raw(character)), "{value}");
        }
        assert_eq!(raw(Position::Name, "a=b"), Err(Fault::Raw('=')));
        assert_eq!(raw(Position::Path, "a/b"), Err(Fault::Raw('/')));
        assert_eq!(raw(Position::Path, "a?b"), Err(Fault::Raw('?')));
    }

    #[test]
    fn dot_segments_are_seen_in_every_writing() {
        for segment in [".", "..", "%2e", "%2E", ".%2e", "%2E.", "%2e%2E"] {
            assert!(is_dot_segment(segment), "{segment}");
        }
        for segment in ["", "...", "a.", "%2f", "%252e"] {
            assert!(!is_dot_segment(segment), "{segment}");
        }
    }
}
