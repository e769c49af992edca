//! The place where a secret is kept. A configuration and its rows name the place, and the host
//! reads the secret from there.

use super::{Shared, text_serde::text_serde};
use core::{fmt, str::FromStr};
use thiserror::Error;

/// A reference to a secret: `env:NAME`, `file:PATH` or `host:NAME`. Only the host can read the
/// secret behind it.
///
/// ```
/// use postback::value::{SecretPlace, SecretReference};
/// let reference: SecretReference = "env:META_TOKEN".parse()?;
/// assert_eq!(reference.place(), SecretPlace::Env("META_TOKEN"));
/// assert_eq!(reference.to_string(), "env:META_TOKEN");
/// # Ok::<(), postback::value::SecretReferenceError>(())
/// ```
// Invariant: the text is one that `from_str` below accepts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretReference(Shared<str>);

/// The place to which a reference leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace<'a> {
    /// A variable of the environment. The name has letters, digits and underscores.
    Env(&'a str),
    /// A file, by its path.
    File(&'a str),
    /// A secret that the host knows by this name.
    Host(&'a str),
}

/// The error for a text that is not a reference to a secret. It does not repeat the text, which is
/// probably the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct SecretReferenceError(Problem);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
enum Problem {
    #[error("is not a reference to a secret, as in `env:NAME`, `file:PATH` or `host:NAME`")]
    Malformed,
    #[error("a secret stands here in the clear; write where it is kept, as in `env:NAME`, `file:PATH` or `host:NAME`")]
    Clear,
}

impl SecretReference {
    /// The place where the secret is.
    #[must_use]
    pub fn place(&self) -> SecretPlace<'_> {
        match self.0.split_once(':') {
            Some(("env", name)) => SecretPlace::Env(name),
            Some(("file", path)) => SecretPlace::File(path),
            Some((_, name)) => SecretPlace::Host(name),
            None => SecretPlace::Host(&self.0),
        }
    }
}

impl FromStr for SecretReference {
    type Err = SecretReferenceError;

    /// Reads `env:NAME`, `file:PATH` or `host:NAME`.
    ///
    /// # Errors
    /// - a text that begins with none of `env:`, `file:` and `host:`
    /// - an `env:` followed by nothing, or by anything but ASCII letters, digits and underscores
    /// - a `file:` or `host:` followed by nothing, or by a text with a control character
    fn from_str(text: &str) -> Result<Self, SecretReferenceError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let fits = match text.split_once(':') {
            Some(("env", name)) => !name.is_empty() && name.bytes().all(is_name),
            Some(("file" | "host", rest)) => !rest.is_empty() && !rest.contains(char::is_control),
            _ => return Err(SecretReferenceError(Problem::Clear)),
        };
        fits.then(|| Self(text.into()))
            .ok_or(SecretReferenceError(Problem::Malformed))
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretReference({self})")
    }
}

text_serde!(
    SecretReference,
    "a reference to a secret, such as \"env:NAME\"",
    str::parse::<SecretReference>
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec::Vec};

    #[test]
    fn a_reference_prints_and_serialises_as_it_was_written() {
        for text in ["env:META_TOKEN", "file:/run/secrets/meta", "host:meta", "file:a:b"] {
            let reference: SecretReference = text.parse().unwrap();
            assert_eq!(reference.to_string(), text);
            let json = serde_json::to_string(&reference).unwrap();
            assert_eq!(json, alloc::format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<SecretReference>(&json).unwrap(), reference);
        }
        assert!(serde_json::from_str::<SecretReference>("\"s3cret\"").is_err());
    }

    #[test]
    fn references_sort_as_their_texts_do() {
        let texts = ["env:A", "env:A1", "env:B", "file:/a", "file:/b", "host:a"];
        let mut references: Vec<SecretReference> = texts.iter().rev().map(|text| text.parse().unwrap()).collect();
        references.sort();
        let sorted: Vec<_> = references.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, texts);
    }

    #[test]
    fn a_text_that_is_no_reference_is_refused_without_being_repeated() {
        let refusal = |text: &str| text.parse::<SecretReference>().unwrap_err().to_string();
        for text in ["", "CANARY", "vault:x", "a b", "Env:A"] {
            assert_eq!(
                refusal(text),
                "a secret stands here in the clear; write where it is kept, as in `env:NAME`, `file:PATH` or `host:NAME`"
            );
        }
        for text in ["env:", "env:A-B", "file:", "host:", "host:a\n"] {
            assert_eq!(
                refusal(text),
                "is not a reference to a secret, as in `env:NAME`, `file:PATH` or `host:NAME`"
            );
        }
    }
}
