//! The nodes that the reader makes of a text, and the reasons for which it refuses one.

/// How deep objects and lists may be nested; the notification itself is one level. ClickBank nests
/// four levels. The limit keeps the stack small.
pub const MAX_DEPTH: usize = 64;

/// A value or a key.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// For a number or a string: the place of its first byte.
    pub(super) start: u32,
    /// For a number or a string: the place after its last byte. For a list or an object: the node
    /// after everything inside it.
    pub(super) end: u32,
    /// For a key: its [`hash`](super::keys::hash).
    pub(super) hash: u32,
}

impl Node {
    /// The text of a number, a string or a key, from one of the two buffers of its document.
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
    /// A number; its characters stand in the text.
    Number,
    /// A string without escapes; it stands in the text.
    Text,
    /// A string that had escapes; it stands in the buffer of decoded strings.
    Decoded,
    List,
    Object,
}

/// The reason why a text is not strict JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clickbank) enum JsonFault {
    Malformed,
    DuplicateKey,
    Depth,
}

/// The place after the value at `at` and everything inside it.
pub(super) fn after(nodes: &[Node], at: usize) -> usize {
    match nodes.get(at) {
        Some(node) if matches!(node.kind, Kind::List | Kind::Object) => node.end as usize,
        _ => at.saturating_add(1),
    }
}
