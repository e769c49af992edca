//! What the reader makes of a text, and why it refuses one.

/// How deep objects and lists may be nested, the notification itself included. ClickBank nests four
/// levels; the bound keeps the stack small.
pub const MAX_DEPTH: usize = 64;

/// A value or a key.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Of a number or a string: the place of its first byte.
    pub(super) start: u32,
    /// Of a number or a string: the place after its last byte. Of a list or an object: the node
    /// after what is inside it.
    pub(super) end: u32,
    /// Of a key: [`hash`](super::keys::hash) of it.
    pub(super) hash: u32,
}

impl Node {
    /// The text of a number, a string or a key, out of the two buffers of its document.
    #[inline]
    pub(super) fn text<'a>(self, text: &'a str, decoded: &'a str) -> &'a str {
        let buffer = if self.kind == Kind::Decoded { decoded } else { text };
        buffer.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    False,
    True,
    /// Stands in the text.
    Number,
    /// Stands in the text.
    Text,
    /// Stands in what was decoded.
    Decoded,
    List,
    Object,
}

/// Why a text is not strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clickbank) enum JsonFault {
    Malformed,
    DuplicateKey,
    Depth,
}

/// The place after the value at `at` and what is inside it.
pub(super) fn after(nodes: &[Node], at: usize) -> usize {
    match nodes.get(at) {
        Some(node) if matches!(node.kind, Kind::List | Kind::Object) => node.end as usize,
        _ => at.saturating_add(1),
    }
}
