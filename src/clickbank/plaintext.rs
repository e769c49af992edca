//! Reads a decrypted text before its type is known: it is one strict JSON object, or a [`Fault`].

use super::json::{Document, JsonFault, MAX_DEPTH, wipe};
use alloc::{string::String, vec::Vec};
use thiserror::Error;

/// The longest plaintext, in bytes. Real ones have 1 to 4 KiB. The seller's variables have at most
/// 128 bytes, so only more lines make a plaintext longer.
pub const MAX_PLAINTEXT: usize = 256 * 1024;

/// The reason why a plaintext is not a notification. This is for a person at their own machine:
/// returning it to a caller opens a decryption oracle, so callers get
/// [`Refused`](crate::clickbank::envelope::Refused).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The plaintext is longer than [`MAX_PLAINTEXT`].
    #[error("plaintext is longer than {MAX_PLAINTEXT} bytes")]
    TooLong,
    /// The bytes are not UTF-8, most likely because the secret is another one.
    #[error("plaintext is not UTF-8")]
    Text,
    /// The text is not exactly one JSON object.
    #[error("plaintext is not one strict JSON object")]
    Json,
    /// A key stands twice in its object.
    #[error("a key stands twice in one object")]
    DuplicateKey,
    /// The object is nested deeper than [`MAX_DEPTH`].
    #[error("objects and lists are nested deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A required key is absent, null or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A required key has a value of another type, or a text that cannot be read.
    #[error("`{0}` cannot be read")]
    Invalid(&'static str),
}

impl From<JsonFault> for Fault {
    fn from(fault: JsonFault) -> Self {
        match fault {
            JsonFault::Malformed => Self::Json,
            JsonFault::DuplicateKey => Self::DuplicateKey,
            JsonFault::Depth => Self::Depth,
        }
    }
}

/// Reads the object of a plaintext. The buffer is kept or wiped.
pub(super) fn document(plaintext: Vec<u8>) -> Result<Document, Fault> {
    // All bytes are checked before anything is read: a tampered block is hardly ever decrypted to
    // text.
    let text = String::from_utf8(plaintext).map_err(|error| {
        wipe(error.into_bytes());
        Fault::Text
    })?;
    Ok(Document::parse(text)?)
}
