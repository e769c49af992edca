//! Decryption. CBC without a MAC can be tampered with, and an attacker who can tell a wrong padding
//! from a wrong text can decrypt block by block. So all refusals look the same, and the work does
//! not depend on the padding.

use super::{
    key_ring::{Key, KeyRing},
    posted::{BLOCK, Envelope},
};
use crate::clickbank::plaintext::{Fault, MAX_PLAINTEXT};
use aes::{Aes256Dec, Block, cipher::InnerIvInit};
use alloc::vec::Vec;
use cbc::{Decryptor, cipher::BlockModeDecrypt};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use thiserror::Error;

/// The one error for everything that does not open: a wrong secret, a tampered body, or a text that
/// is not a notification. It does not say which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("notification refused")]
#[non_exhaustive]
pub struct Refused;

/// The result of one secret of the key ring for an envelope ([`KeyRing::diagnose`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Diagnosis {
    /// The secret opens the envelope.
    #[error("opens")]
    Opens,
    /// The padding is not PKCS#7. A wrong secret gives this result 255 times in 256.
    #[error("padding is not valid: most likely another secret, or a body that was cut")]
    Padding,
    /// The padding is valid, but the text before it is not a notification.
    #[error("{0}")]
    Plaintext(Fault),
}

impl KeyRing {
    /// Decrypts an envelope and reads the text with `read`, whatever the padding was. The newest
    /// secret is tried first; before a refusal all are tried.
    pub(in crate::clickbank) fn open_as<T>(&self, envelope: &Envelope, read: impl Reader<T>) -> Result<T, Refused> {
        let mut attempts = self.keys.iter().map(|key| attempt(key, envelope, &read));
        attempts.find_map(Attempt::accepted).ok_or(Refused)
    }

    /// Returns for each secret which step failed, in the order of the key ring.
    pub(in crate::clickbank) fn diagnose_as<T>(&self, envelope: &Envelope, read: impl Reader<T>) -> Vec<Diagnosis> {
        let attempts = self.keys.iter().map(|key| attempt(key, envelope, &read));
        attempts.map(Attempt::diagnosis).collect()
    }
}

/// Reads a plaintext that was decrypted with a key.
pub(in crate::clickbank) trait Reader<T>: Fn(&Key, Vec<u8>) -> Result<T, Fault> {}
impl<T, F: Fn(&Key, Vec<u8>) -> Result<T, Fault>> Reader<T> for F {}

struct Attempt<T> {
    padded: Choice,
    fits: bool,
    read: Result<T, Fault>,
}

impl<T> Attempt<T> {
    fn accepted(self) -> Option<T> {
        self.read.ok().filter(|_| bool::from(self.padded) && self.fits)
    }

    fn diagnosis(self) -> Diagnosis {
        match self.read {
            _ if !bool::from(self.padded) => Diagnosis::Padding,
            _ if !self.fits => Diagnosis::Plaintext(Fault::TooLong),
            Ok(_) => Diagnosis::Opens,
            Err(fault) => Diagnosis::Plaintext(fault),
        }
    }
}

fn attempt<T>(key: &Key, envelope: &Envelope, read: &impl Reader<T>) -> Attempt<T> {
    let mut buffer = decrypt(&key.aes, envelope);
    let (length, padded) = unpad(&buffer);
    buffer.truncate(length);
    // The text is read whatever the padding and the size are. An attacker may learn where the text
    // breaks, but not whether the padding was right.
    Attempt {
        padded,
        fits: length <= MAX_PLAINTEXT,
        read: read(key, buffer),
    }
}

/// Returns the plaintext with its padding. Only [`unpad`] examines the padding, since the crate's
/// own check takes a time that depends on it.
fn decrypt(key: &Aes256Dec, envelope: &Envelope) -> Vec<u8> {
    let mut buffer = envelope.ciphertext().to_vec();
    // An envelope holds whole blocks, so no bytes are left over.
    let (blocks, _) = Block::slice_as_chunks_mut(&mut buffer);
    Decryptor::inner_iv_init(key, envelope.iv().into()).decrypt_blocks(blocks);
    buffer
}

/// Returns the length without the PKCS#7 padding, in constant time, or the whole length when there
/// is no valid padding.
fn unpad(buffer: &[u8]) -> (usize, Choice) {
    let Some(last) = buffer.last_chunk::<BLOCK>() else {
        return (buffer.len(), Choice::from(0));
    };
    let padding = last[BLOCK - 1];
    let mut valid = !padding.ct_eq(&0) & padding.ct_lt(&17);
    for (distance, byte) in (1_u8..).zip(last.iter().rev()) {
        let inside = !padding.ct_lt(&distance);
        valid &= !inside | byte.ct_eq(&padding);
    }
    let taken = u8::conditional_select(&0, &padding, valid);
    (buffer.len().saturating_sub(usize::from(taken)), valid)
}

#[cfg(test)]
mod wycheproof;

#[cfg(test)]
mod tests {
    use super::*;

    fn unpadded(tail: &[u8]) -> Option<usize> {
        let mut buffer = [b'x'; 2 * BLOCK];
        let start = buffer.len() - tail.len();
        buffer[start..].copy_from_slice(tail);
        let (length, valid) = unpad(&buffer);
        if !bool::from(valid) {
            assert_eq!(length, buffer.len());
        }
        bool::from(valid).then_some(length)
    }

    #[test]
    fn one_to_sixteen_bytes_of_padding_are_taken_off() {
        for count in 1..=16_u8 {
            assert_eq!(
                unpadded(&[count; 16][..usize::from(count)]),
                Some(32 - usize::from(count))
            );
        }
    }

    #[test]
    fn a_text_may_end_in_the_byte_of_its_padding() {
        for count in 1..=15_u8 {
            assert_eq!(unpadded(&[count; 17]), Some(32 - usize::from(count)), "{count}");
        }
        // A line end is the byte 10, and so is each byte of the padding behind it.
        assert_eq!(unpadded(b"{}\n\n\n\n\n\n\n\n\n\n\n"), Some(22));
    }

    #[test]
    fn every_other_last_byte_is_no_padding() {
        assert_eq!(unpadded(&[0]), None);
        for count in 17..=255_u8 {
            assert_eq!(unpadded(&[count; 32]), None, "{count}");
        }
    }

    #[test]
    fn each_byte_of_the_padding_counts() {
        for count in 2..=16_u8 {
            for wrong in 0..usize::from(count) {
                let mut tail = [count; 16];
                tail[16 - usize::from(count) + wrong] ^= 0x80;
                assert_eq!(unpadded(&tail[16 - usize::from(count)..]), None, "{count} {wrong}");
            }
        }
    }

    #[test]
    fn an_empty_buffer_has_no_padding() {
        let (length, valid) = unpad(&[]);
        assert_eq!((length, bool::from(valid)), (0, false));
    }
}
