//! A form's bytes as names and values.

use super::{Form, FormCharset};
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

pub(super) fn form(body: &[u8], charset: FormCharset) -> Result<Form, FormError> {
    if body.len() > MAX_FORM {
        return Err(FormError(Problem::TooLong(body.len())));
    }
    let mut form = Form {
        values: BTreeMap::new(),
        latin1: BTreeSet::new(),
    };
    for (name, value) in pairs(body)? {
        let read = |bytes: &Bytes| match (core::str::from_utf8(bytes), charset) {
            (Ok(text), _) => Ok((text.to_owned(), false)),
            (Err(_), FormCharset::Latin1) => Ok((bytes.iter().copied().map(char::from).collect(), true)),
            (Err(_), FormCharset::Utf8) => Err(FormError(Problem::NotUtf8(shown(&name)))),
        };
        let ((known, _), (text, latin1)) = (read(&name)?, read(&value)?);
        if latin1 {
            form.latin1.insert(known.clone());
        }
        match form.values.entry(known) {
            Entry::Occupied(_) => return Err(FormError(Problem::Repeated(shown(&name)))),
            Entry::Vacant(free) => free.insert(Pii::new(text)),
        };
    }
    Ok(form)
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
