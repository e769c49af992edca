//! Decodes strings with escapes. They are rare, and they are the only strings that are copied.

use super::node::JsonFault;
use super::scan::plain_end;
use alloc::string::String;

/// Decodes the string whose first byte is at `start` and appends it to `decoded`. Returns the place
/// of its closing quote.
#[cold]
pub(super) fn decode(text: &str, start: usize, decoded: &mut String) -> Result<usize, JsonFault> {
    if decoded.capacity() == 0 {
        // A decoded string is never longer than its text, and the strings do not overlap. So the
        // buffer never moves and leaves no copy behind that is not wiped.
        decoded.reserve_exact(text.len().saturating_sub(start));
    }
    let bytes = text.as_bytes();
    let mut run = start;
    loop {
        let end = plain_end(bytes, run);
        decoded.push_str(text.get(run..end).unwrap_or_default());
        match bytes.get(end) {
            Some(b'"') => return Ok(end),
            Some(b'\\') => {
                let (character, after) = escape(bytes, end.saturating_add(1)).ok_or(JsonFault::Malformed)?;
                decoded.push(character);
                run = after;
            }
            _ => return Err(JsonFault::Malformed),
        }
    }
}

/// Returns the character of the escape whose letter is at `at`, after the backslash, and the place
/// after the escape.
fn escape(text: &[u8], at: usize) -> Option<(char, usize)> {
    let after = at.checked_add(1)?;
    let character = match text.get(at)? {
        simple @ (b'"' | b'\\' | b'/') => char::from(*simple),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text, after),
        _ => return None,
    };
    Some((character, after))
}

/// Reads four hexadecimal digits at `at`, or the eight of a surrogate pair with `\u` between them.
/// Half a pair is not a character.
fn unicode(text: &[u8], at: usize) -> Option<(char, usize)> {
    let unit = unit(text, at)?;
    let after = at.checked_add(4)?;
    if let Some(character) = char::from_u32(unit.into()) {
        return Some((character, after));
    }
    if !text.get(after..)?.starts_with(b"\\u") {
        return None;
    }
    let low = after.checked_add(2)?;
    let pair = [unit, self::unit(text, low)?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, low.checked_add(4)?))
}

fn unit(text: &[u8], at: usize) -> Option<u16> {
    let digits: &[u8; 4] = text.get(at..)?.first_chunk()?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn the_buffer_of_decoded_strings_never_grows() {
        let long = "x".repeat(100);
        let text = format!(r#""\u0041bc" "\n{long}""#);
        let mut decoded = String::new();
        assert_eq!(decode(&text, 1, &mut decoded), Ok(9));
        let (place, capacity) = (decoded.as_ptr(), decoded.capacity());
        assert_eq!(decode(&text, 12, &mut decoded), Ok(text.len() - 1));
        assert_eq!(decoded, format!("Abc\n{long}"));
        // A buffer that grew would have left a copy behind that nobody wipes.
        assert_eq!((decoded.as_ptr(), decoded.capacity()), (place, capacity));
    }
}
