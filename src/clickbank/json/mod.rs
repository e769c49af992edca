//! A strict JSON reader that loses nothing: it keeps the members in their order and numbers as
//! their text, and it tells an absent value from null and from an empty one.
//!
//! A [`Document`] owns the text that was read and a flat list of nodes. Each node is the place of
//! one value or key in the text; only strings with escapes are copied. [`Json`] is one value of a
//! document. The reader is our own (`reader`), since it must refuse a key that stands twice and
//! keep the text of a number, and a general reader needs a second and a third pass for these. It
//! saves more than half of the time of `open`: 2.8 us against 6.4 us with `serde_json`, which does
//! neither of the two (BENCHMARKS.md).

mod document;
mod escapes;
mod keys;
mod node;
mod reader;
mod scan;

pub(in crate::clickbank) use document::{Document, Json, Members, Shape, wipe};
pub(in crate::clickbank) use node::JsonFault;
pub use node::MAX_DEPTH;

#[cfg(test)]
mod tests;
