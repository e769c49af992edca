//! Signs requests as the Standard Webhooks specification says
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>),
//! for receivers of the host's own.

use crate::value::{Secret, Timestamp};
use alloc::{format, string::String, vec::Vec};
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// The headers of a signed request, in lower case: its id, the time of sending, the signatures.
pub(crate) const SIGNING_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// The fewest bytes of a key that the specification allows.
const LEAST: usize = 24;
/// People copy keys with and without the padding at their end.
const KEYS: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a secret cannot sign. Nothing of the secret is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum SigningKeyError {
    #[error("is no key that signs: it must be base64, with or without `whsec_` before it")]
    NotBase64,
    #[error("is too short to sign: it must have at least {LEAST} bytes before base64")]
    TooShort,
}

/// A key that signs requests.
#[derive(Debug)]
pub(crate) struct SigningKey(Secret);

impl SigningKey {
    /// Reads a key as the specification writes it: base64, with or without `whsec_` before it.
    ///
    /// # Errors
    /// [`SigningKeyError`]: a text that is not base64, and a key of fewer than 24 bytes.
    pub(crate) fn new(secret: &Secret) -> Result<Self, SigningKeyError> {
        let text = secret.expose().trim_ascii();
        let text = text.strip_prefix(b"whsec_").unwrap_or(text);
        let key = Secret::new(KEYS.decode(text).map_err(|_| SigningKeyError::NotBase64)?);
        if key.expose().len() < LEAST {
            return Err(SigningKeyError::TooShort);
        }
        Ok(Self(key))
    }

    /// Signs a message; none for a key that HMAC does not take, of which there is none.
    fn signature(&self, signed: &[&[u8]]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose()).ok()?;
        for part in signed {
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        Some(format!("v1,{}", general_purpose::STANDARD.encode(digest)))
    }
}

/// The values of the three headers: the id, the time, and one signature of each key.
pub(crate) fn signed(id: &str, now: Timestamp, body: &str, keys: &[SigningKey]) -> [String; 3] {
    let now = format!("{}", now.unix_seconds());
    let parts = [id.as_bytes(), b".", now.as_bytes(), b".", body.as_bytes()];
    let signatures: Vec<String> = keys.iter().filter_map(|key| key.signature(&parts)).collect();
    [id.into(), now, signatures.join(" ")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    // The known answer of the specification's reference libraries.
    const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn signatures(keys: &[&str]) -> String {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| SigningKey::new(&(*key).into()).unwrap())
            .collect();
        let now = Timestamp::from_unix_seconds(1_614_265_330).unwrap();
        let [id, time, signatures] = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", now, r#"{"test": 2432232314}"#, &keys);
        assert_eq!(
            (id.as_str(), time.as_str()),
            ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")
        );
        signatures
    }

    #[test]
    fn a_signature_is_the_known_answer() {
        assert_eq!(signatures(&[KEY]), SIGNATURE);
        assert_eq!(signatures(&["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"]), SIGNATURE);
    }

    #[test]
    fn each_key_signs_by_itself() {
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let both = signatures(&[KEY, other]);
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!((first, second), (SIGNATURE, signatures(&[other]).as_str()));
        assert_ne!(first, second);
    }

    #[test]
    fn a_secret_that_cannot_sign_is_refused_without_being_shown() {
        for (text, said) in [
            ("CANARY not base64", SigningKeyError::NotBase64),
            ("whsec_", SigningKeyError::TooShort),
            ("whsec_Q0FOQVJZ", SigningKeyError::TooShort),
        ] {
            let error = SigningKey::new(&text.into()).unwrap_err();
            assert_eq!(error, said);
            assert!(!error.to_string().contains("CANARY"));
        }
    }
}
