//! The secret keys of one account, with the AES keys that are derived from them.

use crate::value::Secret;
use aes::{Aes256Dec, cipher::KeyInit};
use alloc::vec::Vec;
use core::fmt;
use sha1::{Digest, Sha1};
use thiserror::Error;
use zeroize::Zeroizing;

/// How many secrets may be in use: the new one, the old one, and those of ClickBank's two URL
/// slots. Each one costs a decryption before a refusal.
pub(crate) const MAX_SECRETS: usize = 4;
/// The shortest secret, in bytes, that is accepted by default: 36^12 is about 2^62, and one
/// captured notification is enough to guess a shorter secret.
const MIN_SECRET: usize = 12;
/// The longest secret key that ClickBank accepts.
const CLICKBANK_LONGEST: usize = 16;

/// The secret keys of a ClickBank account, newest first, ready to decrypt and to check. `Debug`
/// shows only how many there are.
#[derive(Clone)]
pub struct KeyRing {
    pub(in crate::clickbank) keys: Vec<Key>,
}

/// One secret: the AES key that decrypts versions 6 and later, and the secret that is used for the
/// checks of all older versions.
#[derive(Clone)]
pub(in crate::clickbank) struct Key {
    pub(in crate::clickbank) aes: Aes256Dec,
    pub(in crate::clickbank) secret: Secret,
}

impl KeyRing {
    /// Takes the secrets, newest first. Case matters: ClickBank's keys have capital letters.
    ///
    /// # Errors
    /// - no secret, or more than four
    /// - an empty secret
    /// - a secret of fewer than twelve bytes, which [`KeyRing::allow_short`] accepts
    pub fn new(secrets: Vec<Secret>) -> Result<Self, KeyRingError> {
        Self::with_shortest(secrets, MIN_SECRET)
    }

    /// As [`KeyRing::new`], for an account whose secret is short. ClickBank allows short keys, but
    /// a short key can be guessed from one captured body.
    ///
    /// # Errors
    /// - no secret, or more than four
    /// - an empty secret
    pub fn allow_short(secrets: Vec<Secret>) -> Result<Self, KeyRingError> {
        Self::with_shortest(secrets, 1)
    }

    /// Whether both key rings hold the same secrets in the same order.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same = |(one, other): (&Key, &Key)| one.secret.matches(other.secret.expose());
        self.keys.len() == other.keys.len() && self.keys.iter().zip(&other.keys).all(same)
    }

    fn with_shortest(secrets: Vec<Secret>, shortest: usize) -> Result<Self, KeyRingError> {
        if secrets.is_empty() {
            return Err(KeyRingError(Problem::None));
        }
        if secrets.len() > MAX_SECRETS {
            return Err(KeyRingError(Problem::TooMany(secrets.len())));
        }
        let keys = secrets
            .iter()
            .enumerate()
            .map(|(index, secret)| match secret.expose().len() {
                0 => Err(KeyRingError(Problem::Empty(index.saturating_add(1)))),
                length if length < shortest => Err(KeyRingError(Problem::Short(index.saturating_add(1)))),
                _ => Ok(Key {
                    aes: aes(secret),
                    secret: secret.clone(),
                }),
            });
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} secrets)", self.keys.len())
    }
}

/// Secrets that make no key ring. The text tells which one by its place, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct KeyRingError(Problem);

impl KeyRingError {
    /// Whether a short secret is the only thing wrong, which [`KeyRing::allow_short`] accepts.
    #[must_use]
    pub fn is_short(&self) -> bool {
        matches!(self.0, Problem::Short(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("key ring needs a secret")]
    None,
    #[error("key ring has {0} secrets, at most {MAX_SECRETS} are allowed")]
    TooMany(usize),
    #[error("secret {0} is empty")]
    Empty(usize),
    #[error(
        "secret {0} is shorter than {MIN_SECRET} characters, so it can be guessed from one captured notification: choose one of {MIN_SECRET} to \
         {CLICKBANK_LONGEST} in ClickBank, or take this one with `allow_short_secret = true`"
    )]
    Short(usize),
}

/// Says why `secret` is probably not a ClickBank secret key; this is for a lint. ClickBank's keys
/// have at most 16 characters, digits and capital letters. Only restatements of that rule were
/// found, so such a secret is accepted all the same.
#[must_use]
pub fn secret_hint(secret: &Secret) -> Option<&'static str> {
    let bytes = secret.expose();
    if bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        Some("ends with a line break")
    } else if bytes.iter().any(u8::is_ascii_lowercase) {
        Some("holds lower-case letters")
    } else if bytes
        .iter()
        .any(|byte| !byte.is_ascii_uppercase() && !byte.is_ascii_digit())
    {
        Some("holds characters other than digits and capital letters")
    } else if bytes.len() > CLICKBANK_LONGEST {
        Some("is longer than 16 characters")
    } else {
        None
    }
}

fn aes(secret: &Secret) -> Aes256Dec {
    Aes256Dec::new((&*aes_key(secret)).into())
}

/// The key of AES-256: the first 32 characters of the lower-case hex SHA-1 of the secret, as ASCII
/// bytes (recomputed from real notifications of versions 6 and 7). It is not 32 raw bytes, not
/// SHA-256 and not upper-case hex; each of these is in public code, and wrong.
pub(super) fn aes_key(secret: &Secret) -> Zeroizing<[u8; 32]> {
    let mut hex = Zeroizing::new([0_u8; 32]);
    let digest = Zeroizing::new(<[u8; 20]>::from(Sha1::digest(secret.expose())));
    for (pair, byte) in hex.chunks_exact_mut(2).zip(digest.iter()) {
        for (slot, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0x0f]) {
            *slot = if nibble < 10 {
                b'0'.wrapping_add(nibble)
            } else {
                b'a'.wrapping_add(nibble.wrapping_sub(10))
            };
        }
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString, vec};

    fn error(secrets: &[&str]) -> alloc::string::String {
        KeyRing::new(secrets.iter().map(|text| Secret::from(*text)).collect())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_key_ring_says_what_is_wrong_with_its_secrets() {
        assert_eq!(error(&[]), "key ring needs a secret");
        assert_eq!(
            error(&["SECRETSECRET1234"; 5]),
            "key ring has 5 secrets, at most 4 are allowed"
        );
        assert_eq!(error(&["SECRETSECRET1234", ""]), "secret 2 is empty");
        assert_eq!(
            error(&["SECRETSECRE"]),
            "secret 1 is shorter than 12 characters, so it can be guessed from one captured notification: choose one of 12 to 16 in ClickBank, or \
             take this one with `allow_short_secret = true`"
        );
    }

    #[test]
    fn one_to_four_secrets_of_12_bytes_or_more_are_taken() {
        for count in [1, 3, 4] {
            assert!(KeyRing::new(vec![Secret::from("SECRETSECRET"); count]).is_ok());
        }
        assert!(KeyRing::new(vec![Secret::from("SECRETSECRET1")]).is_ok());
    }

    #[test]
    fn a_short_secret_is_taken_only_on_request() {
        assert!(KeyRing::allow_short(vec![Secret::from("A")]).is_ok());
        let error = KeyRing::allow_short(vec![Secret::from("")]).unwrap_err();
        assert_eq!(error.to_string(), "secret 1 is empty");
    }

    #[test]
    fn a_secret_unlike_those_of_clickbank_is_taken_with_a_hint() {
        assert_eq!(secret_hint(&"SECRETSECRET1234".into()), None);
        assert_eq!(
            secret_hint(&"SECRETSECRET12345".into()),
            Some("is longer than 16 characters")
        );
        for (text, hint) in [
            ("secretsecret1234", "holds lower-case letters"),
            ("SECRETSECRET123\n", "ends with a line break"),
            ("SECRETSECRET123\r\n", "ends with a line break"),
            (
                "SECRET SECRET12",
                "holds characters other than digits and capital letters",
            ),
        ] {
            assert_eq!(secret_hint(&text.into()), Some(hint));
            assert!(KeyRing::new(vec![Secret::from(text)]).is_ok());
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_secret() {
        let ring = KeyRing::new(vec![Secret::from("CANARYCANARY")]).unwrap();
        assert_eq!(format!("{ring:?}"), "KeyRing(1 secrets)");
    }
}
