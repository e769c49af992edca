//! The wrapper of INS 6.0 and later: `{"notification": base64, "iv": base64}`. Nothing in it is
//! secret, so its errors are plain.

use super::{
    base64,
    wrapper::{Usual, Wrapper},
};
use crate::clickbank::plaintext::MAX_PLAINTEXT;
use alloc::{string::String, vec::Vec};
use core::fmt;
use thiserror::Error;

/// The length of an AES block, in bytes; the initialisation vector has the same length.
pub(super) const BLOCK: usize = 16;
/// The longest ciphertext, in bytes: the longest plaintext and the full block of padding that
/// follows it. Real ones have 1 to 4 KiB.
pub const MAX_CIPHERTEXT: usize = MAX_PLAINTEXT + BLOCK;
/// The longest body, in bytes. The longest ciphertext in base64, with an escaped line break after
/// every 76 characters, needs 361 KiB.
pub const MAX_BODY: usize = 512 * 1024;

/// An encrypted notification as it was posted: 16 bytes of initialisation vector and at least one
/// whole block.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    iv: [u8; BLOCK],
    ciphertext: Vec<u8>,
}

impl Envelope {
    /// Reads the body of the POST, whatever its content type says (ClickBank documents none).
    ///
    /// The two keys may stand in either order. Other keys are ignored: the wrapper is not
    /// authenticated, and a new key must not lose sales. ASCII whitespace inside the base64 is
    /// removed first, since ClickBank wrapped it at 76 characters until 2015.
    ///
    /// # Errors
    /// - a body of more than [`MAX_BODY`] bytes ([`EnvelopeError::is_too_large`])
    /// - a body that is not a JSON object, or has bytes after the object
    /// - a key that stands twice
    /// - `notification` or `iv` missing, or not a string
    /// - a value that is not strict base64: it has the URL alphabet, no padding, or unused bits
    ///   that are set
    /// - an IV that is not 16 bytes long
    /// - a notification that is empty, not a multiple of 16 bytes, or longer than
    ///   [`MAX_CIPHERTEXT`] ([`EnvelopeError::is_too_large`])
    pub fn parse(body: &[u8]) -> Result<Self, EnvelopeError> {
        if body.len() > MAX_BODY {
            return Err(EnvelopeError(Problem::Body(body.len())));
        }
        let (iv, ciphertext) = match decode_usual(body) {
            Some(both) => both,
            None => decode_any(body)?,
        };
        match ciphertext.len() {
            length if length > MAX_CIPHERTEXT => Err(EnvelopeError(Problem::Ciphertext(length))),
            length => Self::of(iv, ciphertext).ok_or(EnvelopeError(Problem::Blocks(length))),
        }
    }

    /// Makes an envelope of an initialisation vector and a ciphertext that came in another wrapper.
    /// None when the ciphertext is empty or does not fill its last block.
    pub(in crate::clickbank) fn of(iv: [u8; BLOCK], ciphertext: Vec<u8>) -> Option<Self> {
        (!ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK)).then_some(Self { iv, ciphertext })
    }

    /// The initialisation vector. In every capture it is 16 upper-case hex digits; any 16 bytes are
    /// accepted.
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

/// The error for a body that is not the wrapper of an encrypted notification. Its text may be shown
/// to the caller, since it tells nothing of the notification's content.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct EnvelopeError(Problem);

impl EnvelopeError {
    /// Whether the body was refused only for its size (HTTP 413).
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

/// Returns the IV and the ciphertext of a wrapper as ClickBank prints it. None for any other
/// wrapper and for every wrapper with an error.
fn decode_usual(body: &[u8]) -> Option<([u8; BLOCK], Vec<u8>)> {
    let usual = Usual::read(body)?;
    let iv = base64::decode(usual.iv).ok()?.try_into().ok()?;
    Some((iv, base64::decode(usual.notification).ok()?))
}

/// Returns the IV and the ciphertext of any wrapper, or the error in it.
fn decode_any(body: &[u8]) -> Result<([u8; BLOCK], Vec<u8>), EnvelopeError> {
    let wrapper: Wrapper = serde_json::from_slice(body).map_err(|error| EnvelopeError(Problem::Json(error)))?;
    let missing = |name| EnvelopeError(Problem::Missing(name));
    let notification = wrapper.notification.ok_or(missing("notification"))?;
    let iv = decode("iv", wrapper.iv.ok_or(missing("iv"))?)?;
    let iv = iv
        .try_into()
        .map_err(|iv: Vec<u8>| EnvelopeError(Problem::Iv(iv.len())))?;
    Ok((iv, decode("notification", notification)?))
}

fn decode(name: &'static str, mut text: String) -> Result<Vec<u8>, EnvelopeError> {
    text.retain(|character| !character.is_ascii_whitespace());
    base64::decode(text.as_bytes()).map_err(|_| EnvelopeError(Problem::Base64(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    const NOTIFICATION: &str = "AAAAAAAAAAAAAAAAAAAAAA==";
    const IV: &str = "MjAwQkFGNjYyNkNCMkMxMg==";

    #[test]
    fn the_usual_wrapper_is_read_as_any_other() {
        for body in [
            format!("{{\"notification\":\"{NOTIFICATION}\",\"iv\":\"{IV}\"}}"),
            format!(" {{ \"iv\"\t: \"{IV}\"\r\n, \"notification\" :\"{NOTIFICATION}\" }} \n"),
        ] {
            let usual = decode_usual(body.as_bytes());
            assert_eq!(usual, Some((*b"200BAF6626CB2C12", [0; 16].to_vec())), "{body}");
            assert_eq!(usual, decode_any(body.as_bytes()).ok(), "{body}");
        }
    }

    #[test]
    fn what_is_at_fault_is_never_usual() {
        let good = format!("{{\"notification\":\"{NOTIFICATION}\",\"iv\":\"{IV}\"}}");
        assert!(decode_usual(good.as_bytes()).is_some());
        for place in 0..good.len() {
            for byte in 0..=255 {
                let mut body = good.clone().into_bytes();
                body[place] = byte;
                let (usual, any) = (decode_usual(&body), decode_any(&body));
                assert!(usual.is_none() || usual == any.ok(), "{}", body.escape_ascii());
            }
            let cut = good.as_bytes().get(..place).unwrap();
            assert!(decode_usual(cut).is_none() && decode_any(cut).is_err());
        }
        for body in [
            format!("{good}x"),
            good.replace("\"}", "\",}"),
            good.replace("\"}", "\",\"x\":1}"),
            good.replace("iv", "notification"),
            good.replace("notification", "iv"),
        ] {
            assert!(decode_usual(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_wrong_iv_is_named_before_a_wrong_notification() {
        let error = Envelope::parse(br#"{"notification":"?","iv":""}"#).unwrap_err();
        assert_eq!(error.to_string(), "`iv` is 0 bytes long, it must be 16");
    }
}
