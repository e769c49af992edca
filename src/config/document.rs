//! The document as a whole.

use super::node::{Entries, MAX_DEPTH, Node, Seed};
use super::problem::{Problem, Problems};
use crate::value::Fingerprint;
use alloc::{
    format,
    string::{String, ToString},
    vec,
};
use core::fmt;
use serde::de::DeserializeSeed;

/// The most bytes of a document. Ten thousand campaigns with three postbacks each have about 10
/// MiB.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// A configuration, read but not yet understood: a tree of texts, numbers, lists and tables.
/// [`compile`](crate::compile()) says what is wrong with it.
///
/// ```
/// use postback::Document;
/// let document = Document::from_json(r#"{"version": 1, "currency": "USD"}"#)?;
/// assert_eq!(document.to_json(), r#"{"currency":"USD","version":1}"#);
/// # Ok::<(), postback::config::Problems>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    entries: Entries,
}

impl Document {
    /// Reads JSON.
    ///
    /// # Errors
    /// - a text over [`MAX_DOCUMENT`] bytes
    /// - a text that is not JSON, or not an object
    /// - a key given twice, `null`, a number with a point or beyond 64 bits (amounts are texts)
    /// - lists and objects nested more than [`MAX_DEPTH`] deep
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        Self::sized(text)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Seed(MAX_DEPTH)
            .deserialize(&mut json)
            .and_then(|root| json.end().map(|()| root));
        Self::of(read.map_err(|error| whole(&format!("the document cannot be read as JSON: {error}")))?)
    }

    /// Reads TOML. A date without quotes is taken as its text.
    ///
    /// # Errors
    /// - a text over [`MAX_DOCUMENT`] bytes
    /// - a text that is not TOML
    /// - a number with a point (amounts are texts)
    /// - lists and tables nested more than [`MAX_DEPTH`] deep
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        Self::sized(text)?;
        let read = toml::Deserializer::parse(text).and_then(|toml| Seed(MAX_DEPTH).deserialize(toml));
        // The error's own text shows the line, which may hold a secret. The line's number is
        // enough.
        let said = |error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.split('\n').count();
            whole(&format!(
                "the document cannot be read as TOML: {} at line {line}",
                error.message()
            ))
        };
        Self::of(read.map_err(said)?)
    }

    fn sized(text: &str) -> Result<(), Problems> {
        if text.len() <= MAX_DOCUMENT {
            return Ok(());
        }
        Err(whole(&format!(
            "the document is {} bytes long, at most {MAX_DOCUMENT} are allowed",
            text.len()
        )))
    }

    /// Checks that a document which was not read from a text is no longer than one may be.
    pub(crate) fn check_size(&self) -> Result<(), Problems> {
        Self::sized(&self.to_json())
    }

    fn of(root: Node) -> Result<Self, Problems> {
        match root {
            Node::Table(entries) => Ok(Self { entries }),
            other => Err(whole(&format!("the document is {}, not a table", other.what()))),
        }
    }

    /// The document as canonical JSON: keys sorted, no spaces. It is the same for every way to
    /// write the document.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts, whole numbers and maps with text keys can always be serialised.
        serde_json::to_string(&self.entries).unwrap_or_default()
    }

    /// The fingerprint of the canonical JSON.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(None, &[&self.to_json()])
    }

    pub(crate) fn from_entries(entries: Entries) -> Self {
        Self { entries }
    }

    pub(crate) fn entries(&self) -> &Entries {
        &self.entries
    }
}

fn whole(message: &str) -> Problems {
    Problems::new(vec![Problem::new("", message.to_string(), None)])
}

impl fmt::Debug for Document {
    /// Shows the fingerprint alone: a document that was not compiled yet may hold a secret in the
    /// clear.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({})", self.fingerprint())
    }
}
