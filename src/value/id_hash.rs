//! Ids that are made here: a hash of what they name.

use super::base32;
use super::id_text::HashText;
use sha2::{Digest, Sha256};

/// Room for what most ids are made of: a few other ids.
pub(super) const TYPICAL_MESSAGE: usize = 128;
// What fits in there behind its length has a length of one byte.
const _: () = assert!(TYPICAL_MESSAGE <= 0x80);

/// The text of sixteen bytes of [`digest`]; with a time prefix of whole seconds, ids of one time
/// lie together.
pub(super) fn hashed<'a>(prefix_seconds: Option<i64>, domain: u8, parts: impl Iterator<Item = &'a [u8]>) -> HashText {
    let digest = digest(domain, parts);
    let mut bytes = [0_u8; 16];
    let prefix = prefix_seconds.map(|s| u64::try_from(s).unwrap_or(0).to_be_bytes());
    // Forty bits of seconds reach the year 36812.
    let time = prefix.as_ref().and_then(|p| p.get(3..)).unwrap_or_default();
    for (slot, byte) in bytes.iter_mut().zip(time.iter().chain(digest.iter())) {
        *slot = *byte;
    }
    base32::encode_hash(bytes).into()
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
