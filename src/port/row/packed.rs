//! Packs a body that has long base64 in it, as an encrypted notification does: three bytes stand
//! for four. What is unpacked is what was packed, to the byte.
//!
//! The first byte is [`AS_IT_CAME`] or [`IN_PARTS`]. Parts are texts and decoded base64 in turn,
//! each with its length before it in four bytes, the lowest first.

use alloc::vec::Vec;
use base64::{Engine as _, engine::general_purpose::STANDARD};

const AS_IT_CAME: u8 = 0;
const IN_PARTS: u8 = 1;
/// The shortest base64 that is packed: a shorter one would save less than its two lengths take.
const SHORTEST: usize = 64;

/// Packs a body; see [`unpack`].
#[must_use]
pub fn pack(body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(body.len().saturating_add(1));
    packed.push(IN_PARTS);
    let mut rest = body;
    while let Some((before, bytes, after)) = next(rest) {
        part(&mut packed, before);
        part(&mut packed, &bytes);
        rest = after;
    }
    if packed.len() > 1 && u32::try_from(body.len()).is_ok() {
        part(&mut packed, rest);
        return packed;
    }
    packed.clear();
    packed.push(AS_IT_CAME);
    packed.extend_from_slice(body);
    packed
}

/// Returns the body that was packed; none for bytes that [`pack`] does not make.
#[must_use]
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (form, mut rest) = packed.split_first()?;
    match *form {
        AS_IT_CAME => return Some(rest.to_vec()),
        IN_PARTS => {}
        _ => return None,
    }
    let mut body = Vec::new();
    let mut is_text = true;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (bytes, after) = after.split_at_checked(length)?;
        match is_text {
            true => body.extend_from_slice(bytes),
            false => body.extend_from_slice(STANDARD.encode(bytes).as_bytes()),
        }
        (is_text, rest) = (!is_text, after);
    }
    Some(body)
}

/// Returns the next long base64, decoded, with what stands before and after it.
fn next(body: &[u8]) -> Option<(&[u8], Vec<u8>, &[u8])> {
    let mut begin = 0_usize;
    for run in body.split_inclusive(|byte| !is_digit(*byte)) {
        let digits = run.iter().take_while(|byte| is_digit(**byte)).count();
        if digits >= SHORTEST {
            let (before, from) = body.split_at_checked(begin)?;
            // Decoding is strict, so that one text alone has these bytes.
            let quads = digits & !3;
            let whole = [quads.saturating_add(4), quads].into_iter();
            return whole
                .filter_map(|length| from.split_at_checked(length))
                .find_map(|(text, after)| {
                    let bytes = STANDARD.decode(text).ok()?;
                    Some((before, bytes, after))
                });
        }
        begin = begin.saturating_add(run.len());
    }
    None
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn part(packed: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};
    use proptest::prelude::*;

    #[test]
    fn a_notification_takes_three_quarters() {
        for length in [48, 160, 1_600] {
            let text = STANDARD.encode([0xa5_u8, 0, 0xff, 7].repeat(length / 4));
            let body = format!(r#"{{"notification":"{text}","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}}"#);
            let packed = pack(body.as_bytes());
            assert_eq!(packed.len(), 1 + 4 + 17 + 4 + length + 4 + 34, "{body}");
            assert_eq!(unpack(&packed).unwrap(), body.as_bytes());
        }
    }

    #[test]
    fn what_has_no_long_base64_stays_as_it_is() {
        for body in [
            String::new(),
            "clickid=a&sum=1.5".into(),
            "a".repeat(63),
            "=".repeat(99),
        ] {
            let packed = pack(body.as_bytes());
            assert_eq!((packed.len(), packed.first()), (body.len() + 1, Some(&AS_IT_CAME)));
            assert_eq!(unpack(&packed).unwrap(), body.as_bytes());
        }
    }

    #[test]
    fn base64_that_nobody_prints_so_is_not_changed() {
        let long = "QUJD".repeat(20);
        for end in [
            "", "=", "==", "===", "QQ==", "QR==", "QUI=", "QUJ=", "Q", "QU", "QUJ", "QQ==QUJD", "\\/", "-_",
        ] {
            let body = format!("{long}{end}");
            assert_eq!(unpack(&pack(body.as_bytes())).unwrap(), body.as_bytes(), "{body}");
        }
    }

    #[test]
    fn bytes_that_were_never_packed_are_none() {
        for bytes in [&b""[..], &[2], &[1, 0], &[1, 9, 0, 0, 0, b'a']] {
            assert_eq!(unpack(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_unpacked_is_what_was_packed(parts in prop::collection::vec("[A-Za-z0-9+/]{0,150}|=|==|\\PC{0,9}", 0..8)) {
            let body = parts.concat().into_bytes();
            prop_assert_eq!(unpack(&pack(&body)), Some(body));
        }

        #[test]
        fn any_bytes_are_unpacked_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(unpack(&pack(&bytes)), Some(bytes.clone()));
            let _ = unpack(&bytes);
        }
    }
}
