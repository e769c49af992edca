//! Secrets and personal data as types: they do not print, and they are wiped when dropped.

use alloc::{string::String, vec::Vec};
use core::fmt;
use zeroize::Zeroizing;

/// A secret: an INS secret key, a token, or an HMAC key. `Debug` prints a placeholder, there is no
/// `Display`, and the memory is wiped on drop. The wiping is best effort: copies that other crates
/// make are out of reach.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes of a secret.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes themselves. The name is conspicuous on purpose: search for it to see every place
    /// that reads a secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, if it is UTF-8.
    #[must_use]
    pub fn expose_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// Compares the secret with `presented` in a time that depends only on the two lengths.
    #[must_use]
    pub fn matches(&self, presented: &[u8]) -> bool {
        use subtle::ConstantTimeEq;
        self.0.as_slice().ct_eq(presented).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A personal value in plain text: an e-mail address, a phone number, or an IP address. `Debug`
/// prints a placeholder, there is no `Display`, and the memory is wiped on drop.
///
/// Serialising writes the value itself. Only the expiring `private` columns of a store do that.
#[derive(Clone, PartialEq, Eq)]
pub struct Pii(Zeroizing<String>);

impl Pii {
    /// Takes a personal value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pii(..)")
    }
}

impl serde::Serialize for Pii {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Pii {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_shows_nothing_of_a_secret_or_a_personal_value() {
        assert_eq!(format!("{:?}", Secret::from("CANARYSECRET")), "Secret(..)");
        assert_eq!(format!("{:?}", Pii::new("canary@example.com")), "Pii(..)");
    }

    #[test]
    fn a_secret_matches_itself_and_nothing_else() {
        let secret = Secret::from(String::from("ABCDEF"));
        assert!(secret.matches(Secret::from("ABCDEF").expose()));
        assert!(secret.matches(b"ABCDEF"));
        assert!(!secret.matches(b"ABCDEG"));
        assert!(!secret.matches(b"ABCDE"));
        assert!(!secret.matches(b""));
    }
}
