//! A form's bytes as names and values.

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

/// The longest form, in bytes. A captured one has 857; the longest fields that are documented, the
/// customer's name with 510 characters and the seller's variables with 1024, have 18 KiB together
/// when each is four bytes long and every byte is escaped.
pub const MAX_FORM: usize = 64 * 1024;
/// The most parameters of a form. Version 4.0 has 44; more than two hundred new ones are not to be
/// expected.
pub const MAX_FORM_PARAMETERS: usize = 256;

/// How the bytes of a form are read as text.
///
/// No post with a character outside of ASCII is known (ClickBank's sample converts to UTF-8 before
/// it checks). So the default is strict; where an account turns out to post ISO 8859-1,
/// [`FormCharset::Latin1`] is the way out. A guess then has two checks to hit in place of one, and
/// a body that was cut inside a character is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FormCharset {
    /// UTF-8, and what is not is refused.
    #[default]
    Utf8,
    /// UTF-8, and a name or a value that is not is read as ISO 8859-1. Each by itself, so that what
    /// is not covered changes nothing that is. The check may be over the bytes as they came or over
    /// the UTF-8 of the text.
    Latin1,
}

/// A body that is no form. The text may be shown to whoever has the body: it says nothing of a
/// secret, and no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct FormError(Problem);

impl FormError {
    /// Whether it was refused for its size alone (HTTP 413).
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

/// A name or a value, its escapes decoded.
type Bytes = Zeroizing<Vec<u8>>;

/// The values of a form by their names, and the names of those that were not UTF-8.
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

/// The bytes that an encoded text stands for; none when an escape is malformed.
pub(super) fn unescaped(text: &[u8]) -> Option<Bytes> {
    percent_decoded(text, b' ').map(Zeroizing::new)
}

/// A name as an error shows it: short, and on one line.
fn shown(name: &[u8]) -> String {
    crate::text::shown(&String::from_utf8_lossy(name))
}
