//! Strict JSON that loses nothing: members in their order, numbers as their text, absent apart from
//! null and from empty.
//!
//! A [`Document`] owns the text that was read and a flat list of nodes, each the place of one
//! value or key in it; nothing is copied but strings with escapes. [`Json`] is one value of it. The
//! reader is our own (`reader`) because what must be refused here, a key that stands twice, and
//! what must be kept, the text of a number, cost a second and a third pass with a general one.
//! It buys more than half of `open`: 2.8 us beside 6.4 us with `serde_json` and without those two
//! (BENCHMARKS.md).

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
