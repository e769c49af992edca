//! Ids that are made here: a hash of what they name.

use super::base32;
use core::ops::Deref;
use sha2::{Digest, Sha256};

/// Room for what most ids are made of: a few other ids.
const TYPICAL_MESSAGE: usize = 128;
// What fits in there behind its length has a length of one byte.
const _: () = assert!(TYPICAL_MESSAGE <= 0x80);

/// Twenty-six letters and digits.
pub(super) struct Text([u8; base32::HASH_LENGTH]);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The text of sixteen bytes of [`digest`]; with a time prefix of whole seconds, ids of one time
/// lie together.
pub(super) fn hashed<'a>(prefix_seconds: Option<i64>, domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> Text {
    let digest = digest(domain, parts);
    let mut bytes = [0_u8; 16];
    let prefix = prefix_seconds.map(|s| u64::try_from(s).unwrap_or(0).to_be_bytes());
    // Forty bits of seconds reach the year 36812.
    let time = prefix.as_ref().and_then(|p| p.get(3..)).unwrap_or_default();
    for (slot, byte) in bytes.iter_mut().zip(time.iter().chain(digest.iter())) {
        *slot = *byte;
    }
    Text(base32::encode_hash(bytes))
}

/// SHA-256 of a letter for what is named and of `parts`, each with its length in front, so that no
/// two lists collide by concatenation. The letter and the lengths are short: most ids are made of
/// fifty-five bytes at most, which is what one block of the hash takes.
fn digest<'a>(domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    // One long piece is hashed sooner than many short ones.
    let (mut gathered, mut length) = ([0_u8; TYPICAL_MESSAGE], 1_usize);
    gathered[0] = domain;
    for part in parts {
        let end = length.saturating_add(1).saturating_add(part.len());
        // A part that fits in there, its length in front, is shorter than 0x80 bytes, so that the
        // length is one byte.
        if let (Ok(size), Some([first, rest @ ..])) = (u8::try_from(part.len()), gathered.get_mut(length..end)) {
            *first = size;
            rest.copy_from_slice(part);
            length = end;
            continue;
        }
        hasher.update(gathered.get(..length).unwrap_or_default());
        length = 0;
        let mut rest = part.len();
        // Seven bits a byte, the lowest first; the highest bit says that there are more.
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

/// What is the same in all ids of the deliveries of one postback, hashed once.
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
            // The same where nothing is gathered before it.
            let (before, after) = ("y".repeat(200), [prefix, long.as_bytes()].concat());
            let plain = [b"e\xc8\x01".as_slice(), before.as_bytes(), &after].concat();
            let expected = base32::encode(&Sha256::digest(&plain)[..16]);
            assert_eq!(EventId::of(None, &[&before, &long]).as_str(), expected, "{length}");
        }
    }
}
