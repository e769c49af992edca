//! Decodes the bytes of a form into names and values.

use crate::text::percent_decoded;
use crate::value::Pii;
use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    string::String,
    vec::Vec,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The longest form, in bytes. A captured form has 857. The longest documented fields are the
/// customer's name with 510 characters and the seller's variables with 1024; together they have 18
/// KiB when each character is four bytes long and every byte is escaped.
pub const MAX_FORM: usize = 64 * 1024;
/// The most parameters of a form. Version 4.0 has 44, and more than two hundred new ones are
/// unlikely.
pub const MAX_FORM_PARAMETERS: usize = 256;

/// How the bytes of a form are read as text.
///
/// No post with a character outside ASCII is known (ClickBank's sample converts to UTF-8 before it
/// checks). So the default is strict. If an account turns out to post ISO 8859-1,
/// [`FormCharset::Latin1`] is the way out. Then a guess may match either of two checks, and a body
/// that was cut inside a character is still accepted as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FormCharset {
    /// The form is UTF-8, and anything else is refused.
    #[default]
    Utf8,
    /// The form is UTF-8, and a name or a value that is not UTF-8 is read as ISO 8859-1. Each of
    /// them is decided separately, so that a parameter outside the check changes none inside it.
    /// The check may have been made over the bytes as they came or over the text in UTF-8.
    Latin1,
}

/// The error for a body that is not a form. Its text may be shown to whoever has the body: it tells
/// no secret and no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct FormError(Problem);

impl FormError {
    /// Whether the body was refused only for its size (HTTP 413).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.0, Problem::TooLong(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("form is {0} bytes long, at most {MAX_FORM} are allowed")]
    TooLong(usize),
    #[error("form has more than {MAX_FORM_PARAMETERS} parameters")]
    TooMany,
    #[error("parameter `{0}` holds a malformed percent escape")]
    Escape(String),
    #[error("parameter `{0}` is not UTF-8")]
    NotUtf8(String),
    #[error("parameter `{0}` is repeated")]
    Repeated(String),
}

/// A name or a value with its escapes decoded.
type Bytes = Zeroizing<Vec<u8>>;

/// Returns the values of a form by their names, and the names of the values that were not UTF-8.
pub(super) fn form(body: &[u8], charset: FormCharset) -> Result<(BTreeMap<String, Pii>, BTreeSet<String>), FormError> {
    if body.len() > MAX_FORM {
        return Err(FormError(Problem::TooLong(body.len())));
    }
    let (mut values, mut latins) = (BTreeMap::new(), BTreeSet::new());
    for (name, value) in pairs(body)? {
        let read = |bytes: &Bytes| match (core::str::from_utf8(bytes), charset) {
            (Ok(text), _) => Ok((text.to_owned(), false)),
            (Err(_), FormCharset::Latin1) => Ok((bytes.iter().copied().map(char::from).collect(), true)),
            (Err(_), FormCharset::Utf8) => Err(FormError(Problem::NotUtf8(shown(&name)))),
        };
        let ((known, _), (text, latin1)) = (read(&name)?, read(&value)?);
        if latin1 {
            latins.insert(known.clone());
        }
        match values.entry(known) {
            Entry::Occupied(_) => return Err(FormError(Problem::Repeated(shown(&name)))),
            Entry::Vacant(free) => free.insert(Pii::new(text)),
        };
    }
    Ok((values, latins))
}

fn pairs(mut body: &[u8]) -> Result<Vec<(Bytes, Bytes)>, FormError> {
    while let [b'\r' | b'\n', rest @ ..] | [rest @ .., b'\r' | b'\n'] = body {
        body = rest;
    }
    let parts = body.split(|byte| *byte == b'&');
    let mut pairs = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        if pairs.len() == MAX_FORM_PARAMETERS {
            return Err(FormError(Problem::TooMany));
        }
        let mut halves = part.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        let malformed = || FormError(Problem::Escape(shown(name)));
        pairs.push((
            unescaped(name).ok_or_else(malformed)?,
            unescaped(value).ok_or_else(malformed)?,
        ));
    }
    Ok(pairs)
}

/// Returns the bytes that an encoded text stands for; none when an escape is malformed.
pub(super) fn unescaped(text: &[u8]) -> Option<Bytes> {
    percent_decoded(text, b' ').map(Zeroizing::new)
}

/// The form of a name in an error: short, and on one line.
fn shown(name: &[u8]) -> String {
    crate::text::shown(&String::from_utf8_lossy(name))
}
