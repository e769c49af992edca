//! What was decrypted, before anybody knows what it is: one strict JSON object, or a [`Fault`].

use super::json::{Document, JsonFault, MAX_DEPTH, wipe};
use alloc::{string::String, vec::Vec};
use thiserror::Error;

/// The longest plaintext, in bytes. Real ones are 1 to 4 KiB; the seller's variables are at most
/// 128 bytes, so lines make the rest.
pub const MAX_PLAINTEXT: usize = 256 * 1024;

/// Why a plaintext is not a notification. For a person at the own machine: whoever answers a caller
/// with it opens a decryption oracle (that is what
/// [`Refused`](crate::clickbank::envelope::Refused) is for).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Over [`MAX_PLAINTEXT`].
    #[error("plaintext is longer than {MAX_PLAINTEXT} bytes")]
    TooLong,
    /// Bytes that are not UTF-8: most likely another secret.
    #[error("plaintext is not UTF-8")]
    Text,
    /// Not one JSON object with nothing around it.
    #[error("plaintext is not one strict JSON object")]
    Json,
    /// A key that stands twice in its object.
    #[error("a key stands twice in one object")]
    DuplicateKey,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("objects and lists are nested deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A required key is absent, null or empty.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A required key holds another type, or a text that cannot be read.
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

/// The object that a plaintext is; the buffer is kept, or wiped.
pub(super) fn document(plaintext: Vec<u8>) -> Result<Document, Fault> {
    // All of it is checked before anything is read: what a tampered block leaves is hardly ever
    // text.
    let text = String::from_utf8(plaintext).map_err(|error| {
        wipe(error.into_bytes());
        Fault::Text
    })?;
    Ok(Document::parse(text)?)
}
