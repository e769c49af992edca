//! Reads a small decrypted object without a schema: texts and numbers by name.

use crate::clickbank::plaintext::{Fault, document};
use crate::value::Pii;
use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

/// Returns the members of one strict JSON object that have a text: strings, numbers by their text,
/// `true` and `false`. Null, empty texts, lists and objects are left out.
pub(super) fn read(plaintext: Vec<u8>) -> Result<BTreeMap<String, Pii>, Fault> {
    let document = document(plaintext)?;
    let members = document.root().members().into_iter().flatten();
    let texts = members.filter_map(|(name, value)| Some((name.to_owned(), Pii::new(value.scalar()?))));
    Ok(texts.collect())
}
