//! A query as far as it can be read.

use crate::text::percent_decoded;
use alloc::{borrow::ToOwned, string::String};

/// What stands between two `&`, with what follows its `=`.
pub(super) fn pairs(query: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let pairs = query.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        (parts.next().unwrap_or_default(), parts.next())
    })
}

/// A text as far as it can be read.
pub(super) fn text(raw: &[u8]) -> String {
    let decoded = percent_decoded(raw, b' ').unwrap_or_else(|| raw.to_owned());
    String::from_utf8_lossy(&decoded).into_owned()
}
