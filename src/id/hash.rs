//! Ids that are made here, as a hash of their parts.

use super::base32;
use core::ops::Deref;
use sha2::{Digest, Sha256};

/// A buffer size that fits the parts of most ids: a few other ids.
const TYPICAL_MESSAGE: usize = 128;
// A part that fits in the buffer behind its length is short enough for a length of one byte.
const _: () = assert!(TYPICAL_MESSAGE <= 0x80);

/// The text of a hash: twenty-six letters and digits.
pub(super) struct Text([u8; base32::HASH_LENGTH]);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns the text of sixteen bytes: the first bytes of [`digest`], or with `prefix_seconds` five
/// bytes of time before them, so that ids of one time sort together.
pub(super) fn hashed<'a>(prefix_seconds: Option<i64>, domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> Text {
    let digest = digest(domain, parts);
    let mut bytes = [0_u8; 16];
    let prefix = prefix_seconds.map(|s| u64::try_from(s).unwrap_or(0).to_be_bytes());
    // Five bytes of seconds last until the year 36812.
    let time = prefix.as_ref().and_then(|p| p.get(3..)).unwrap_or_default();
    for (slot, byte) in bytes.iter_mut().zip(time.iter().chain(digest.iter())) {
        *slot = *byte;
    }
    Text(base32::encode_hash(bytes))
}

/// The SHA-256 of a letter for the kind of id and of `parts`. Each part has its length before it,
/// so that no two lists of parts give the same bytes. The letter and the lengths are short: most
/// ids are made of at most fifty-five bytes, which fit in one block of the hash.
fn digest<'a>(domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    // Hashing one long piece is faster than hashing many short ones.
    let (mut gathered, mut length) = ([0_u8; TYPICAL_MESSAGE], 1_usize);
    gathered[0] = domain;
    for part in parts {
        let end = length.saturating_add(1).saturating_add(part.len());
        // A part that fits in the buffer with its length before it is shorter than 0x80 bytes, so
        // its length is one byte.
        if let (Ok(size), Some([first, rest @ ..])) = (u8::try_from(part.len()), gathered.get_mut(length..end)) {
            *first = size;
            rest.copy_from_slice(part);
            length = end;
            continue;
        }
        hasher.update(gathered.get(..length).unwrap_or_default());
        length = 0;
        let mut rest = part.len();
        // The length is written with seven bits in each byte, the lowest first. The highest bit
        // says that more bytes follow.
        while rest >= 0x80 {
            hasher.update([0x80 | (rest & 0x7f) as u8]);
            rest >>= 7;
        }
        hasher.update([(rest & 0x7f) as u8]);
        hasher.update(part);
    }
    hasher.update(gathered.get(..length).unwrap_or_default());
    hasher.finalize().into()
}

/// The part that all ids of one postback's deliveries share, hashed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryKey([u8; 16]);

impl DeliveryKey {
    pub(crate) fn of(parts: &[&str]) -> Self {
        let digest = digest(b'k', parts.iter().map(|part| part.as_bytes()));
        let mut bytes = [0_u8; 16];
        for (slot, byte) in bytes.iter_mut().zip(digest) {
            *slot = byte;
        }
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::EventId;

    #[test]
    fn hashed_ids_have_26_characters_and_depend_on_every_part() {
        let one = EventId::of(Some(1_700_000_000), &["a", "bc"]);
        assert_eq!(one.as_str().len(), 26);
        assert_ne!(one, EventId::of(Some(1_700_000_000), &["ab", "c"]));
        assert!(EventId::new(one.as_str()).is_ok());
        assert!(EventId::of(Some(1), &["x"]).as_str() < EventId::of(Some(2), &["x"]).as_str());
    }

    #[test]
    fn an_id_is_the_hash_of_a_letter_and_of_its_parts_with_their_lengths() {
        // echo -n 'e\x01a\x02bc' | sha256sum, the first 16 bytes.
        let expected = base32::encode(&[
            0x5d, 0x14, 0xac, 0x09, 0xb4, 0x21, 0x44, 0x0e, 0xb9, 0x0b, 0x3a, 0xed, 0x03, 0xe7, 0x5d, 0xa1,
        ]);
        assert_eq!(EventId::of(None, &["a", "bc"]).as_str(), expected);
    }

    #[test]
    fn a_long_part_is_hashed_as_any_other() {
        for (length, prefix) in [
            (0, [0x00].as_slice()),
            (127, &[0x7f]),
            (128, &[0x80, 0x01]),
            (TYPICAL_MESSAGE - 4, &[0x7c]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 0x01]),
        ] {
            let long = "x".repeat(length);
            let plain = [b"e\x01a".as_slice(), prefix, long.as_bytes(), b"\x01b"].concat();
            let expected = base32::encode(&Sha256::digest(&plain)[..16]);
            assert_eq!(EventId::of(None, &["a", &long, "b"]).as_str(), expected, "{length}");
            // The same holds when nothing is in the buffer before the long part.
            let (before, after) = ("y".repeat(200), [prefix, long.as_bytes()].concat());
            let plain = [b"e\xc8\x01".as_slice(), before.as_bytes(), &after].concat();
            let expected = base32::encode(&Sha256::digest(&plain)[..16]);
            assert_eq!(EventId::of(None, &[&before, &long]).as_str(), expected, "{length}");
        }
    }
}
