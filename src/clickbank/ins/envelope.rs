//! The wrapper of INS 6.0 and later: `{"notification": base64, "iv": base64}`. Nothing in it is secret, so its faults are said plainly.

use super::notification::MAX_PLAINTEXT;
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use thiserror::Error;

/// The block of AES, in bytes; also the length of the initialisation vector.
pub(super) const BLOCK: usize = 16;
/// The longest ciphertext, in bytes: the longest plaintext and the full block of padding that follows it. Real ones are 1 to 4 KiB.
pub const MAX_CIPHERTEXT: usize = MAX_PLAINTEXT + BLOCK;
/// The longest body, in bytes: the longest ciphertext in base64 with an escaped line break after every 76 characters needs 361 KiB.
pub const MAX_BODY: usize = 512 * 1024;

/// An encrypted notification as it was posted: 16 bytes of initialisation vector and at least one whole block.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    iv: [u8; BLOCK],
    ciphertext: Vec<u8>,
}

impl Envelope {
    /// Reads the body of the POST, whatever its content type says (ClickBank documents none).
    ///
    /// The two keys may stand in any order. Others are ignored, because the wrapper is not authenticated and a new one must not lose
    /// sales. ASCII whitespace inside the base64 is taken out first: ClickBank wrapped it at 76 characters until 2015.
    ///
    /// # Errors
    /// - a body of more than [`MAX_BODY`] bytes ([`EnvelopeError::is_too_large`])
    /// - what is not a JSON object, or has bytes after it
    /// - a key that stands twice
    /// - `notification` or `iv` missing, or not a string
    /// - what is not strict base64: the URL alphabet, missing padding, unused bits that are set
    /// - an IV that is not 16 bytes long
    /// - a notification that is empty, not a multiple of 16 bytes, or longer than [`MAX_CIPHERTEXT`] ([`EnvelopeError::is_too_large`])
    pub fn parse(body: &[u8]) -> Result<Self, EnvelopeError> {
        if body.len() > MAX_BODY {
            return Err(EnvelopeError(Problem::Body(body.len())));
        }
        let wrapper: Wrapper = serde_json::from_slice(body).map_err(|error| EnvelopeError(Problem::Json(error)))?;
        let notification = wrapper
            .notification
            .ok_or(EnvelopeError(Problem::Missing("notification")))?;
        let iv = wrapper.iv.ok_or(EnvelopeError(Problem::Missing("iv")))?;
        let iv = decode("iv", iv)?;
        let iv = <[u8; BLOCK]>::try_from(iv).map_err(|iv| EnvelopeError(Problem::Iv(iv.len())))?;
        let ciphertext = decode("notification", notification)?;
        match ciphertext.len() {
            length if length > MAX_CIPHERTEXT => Err(EnvelopeError(Problem::Ciphertext(length))),
            length if length == 0 || !length.is_multiple_of(BLOCK) => Err(EnvelopeError(Problem::Blocks(length))),
            _ => Ok(Self { iv, ciphertext }),
        }
    }

    /// The initialisation vector. In every capture it is 16 upper-case hex digits; any 16 bytes are taken.
    #[must_use]
    pub fn iv(&self) -> &[u8; 16] {
        &self.iv
    }

    /// The ciphertext: a positive multiple of 16 bytes.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} bytes)", self.ciphertext.len())
    }
}

/// A body that is not the wrapper of an encrypted notification. The text may be shown to the caller: it says nothing of what is inside.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct EnvelopeError(Problem);

impl EnvelopeError {
    /// Whether it was refused for its size alone (HTTP 413).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.0, Problem::Body(_) | Problem::Ciphertext(_))
    }
}

#[derive(Debug, Error)]
enum Problem {
    #[error("body is {0} bytes long, at most {MAX_BODY} are allowed")]
    Body(usize),
    #[error("body is not the wrapper of a notification: {0}")]
    Json(serde_json::Error),
    #[error("`{0}` is missing")]
    Missing(&'static str),
    #[error("`{0}` is not strict base64")]
    Base64(&'static str),
    #[error("`iv` is {0} bytes long, it must be 16")]
    Iv(usize),
    #[error("`notification` is {0} bytes long, it must be a positive multiple of 16")]
    Blocks(usize),
    #[error("`notification` is {0} bytes long, at most {MAX_CIPHERTEXT} are allowed")]
    Ciphertext(usize),
}

fn decode(name: &'static str, mut text: String) -> Result<Vec<u8>, EnvelopeError> {
    text.retain(|character| !character.is_ascii_whitespace());
    STANDARD.decode(text).map_err(|_| EnvelopeError(Problem::Base64(name)))
}

#[derive(Default)]
struct Wrapper {
    notification: Option<String>,
    iv: Option<String>,
}

impl<'de> Deserialize<'de> for Wrapper {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WrapperVisitor)
    }
}

struct WrapperVisitor;

impl<'de> Visitor<'de> for WrapperVisitor {
    type Value = Wrapper;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `notification` and `iv`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wrapper, A::Error> {
        let mut wrapper = Wrapper::default();
        let mut others = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let repeated = match key.as_str() {
                "notification" => wrapper.notification.replace(map.next_value()?).is_some(),
                "iv" => wrapper.iv.replace(map.next_value()?).is_some(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    !others.insert(key.clone())
                }
            };
            if repeated {
                return Err(A::Error::custom(format_args!("`{key}` stands twice")));
            }
        }
        Ok(wrapper)
    }
}
