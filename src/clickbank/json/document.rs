//! A JSON document that was read, and its values.

use super::node::{JsonFault, Kind, Node, after};
use super::{keys, reader};
use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// A text that is one JSON object. Any string in it may be personal, so the text and its decoded
/// strings are wiped on drop.
#[derive(Clone)]
pub(in crate::clickbank) struct Document {
    text: String,
    /// The decoded form of the strings that held escapes, one after the other.
    decoded: String,
    /// The nodes: each value stands before the values inside it, and each key before its value. The
    /// first node is the whole object.
    nodes: Vec<Node>,
}

/// One value of a document. Two values are equal when all their texts are equal and their members
/// stand in the same order.
#[derive(Clone, Copy)]
pub(in crate::clickbank) struct Json<'a> {
    document: &'a Document,
    at: usize,
}

/// The type of a value, with its content.
#[derive(Clone, Copy)]
pub(in crate::clickbank) enum Shape<'a> {
    Null,
    Bool(bool),
    /// The text of the number.
    Number(&'a str),
    /// The string, decoded.
    Text(&'a str),
    List(Items<'a>),
    Object(Members<'a>),
}

impl Document {
    /// Reads one object and nothing after it.
    pub(in crate::clickbank) fn parse(text: String) -> Result<Self, JsonFault> {
        // The document is made first, so that dropping it wipes its content on every error too.
        let mut document = Self {
            text,
            decoded: String::new(),
            nodes: Vec::new(),
        };
        document.nodes = reader::read(&document.text, &mut document.decoded)?;
        Ok(document)
    }

    /// The object that the document is.
    pub(in crate::clickbank) fn root(&self) -> Json<'_> {
        Json { document: self, at: 0 }
    }

    /// The text of a number, a string or a key.
    fn text(&self, node: Node) -> &str {
        node.text(&self.text, &self.decoded)
    }

    /// The place after the value at `at` and everything inside it.
    fn after(&self, at: usize) -> usize {
        after(&self.nodes, at)
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        wipe(core::mem::take(&mut self.text).into_bytes());
        wipe(core::mem::take(&mut self.decoded).into_bytes());
    }
}

/// Overwrites a buffer that is no longer needed. `Zeroize` would write a slice byte by byte; `fill`
/// writes many bytes at once. The barrier keeps the compiler from leaving the write out because
/// nobody reads the buffer again.
pub(in crate::clickbank) fn wipe(mut bytes: Vec<u8>) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes.as_slice());
}

impl<'a> Json<'a> {
    #[inline]
    pub(in crate::clickbank) fn shape(self) -> Shape<'a> {
        let document = self.document;
        let Some(&node) = document.nodes.get(self.at) else {
            return Shape::Null;
        };
        let inside = || Items {
            document,
            at: self.at.saturating_add(1),
            end: node.end as usize,
        };
        match node.kind {
            Kind::Null => Shape::Null,
            Kind::False => Shape::Bool(false),
            Kind::True => Shape::Bool(true),
            Kind::Number => Shape::Number(document.text(node)),
            Kind::Text | Kind::Decoded => Shape::Text(document.text(node)),
            Kind::List => Shape::List(inside()),
            Kind::Object => Shape::Object(Members(inside())),
        }
    }

    /// The member with that name, if this value is an object.
    pub(in crate::clickbank) fn member(self, name: &str) -> Option<Self> {
        let Shape::Object(Members(inside)) = self.shape() else {
            return None;
        };
        let (document, hash) = (self.document, keys::hash(name.as_bytes()));
        let mut at = inside.at;
        while at < inside.end {
            let key = document.nodes.get(at)?;
            at = at.saturating_add(1);
            if key.hash == hash && document.text(*key) == name {
                return Some(Self { document, at });
            }
            at = document.after(at);
        }
        None
    }

    /// Returns this value alone, as if it were the only item of a list.
    pub(in crate::clickbank) fn alone(self) -> Items<'a> {
        Items {
            document: self.document,
            at: self.at,
            end: self.document.after(self.at),
        }
    }

    fn nodes(self) -> &'a [Node] {
        self.document
            .nodes
            .get(self.at..self.document.after(self.at))
            .unwrap_or_default()
    }
}

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (self.nodes(), other.nodes());
        let same = |(one, another): (&Node, &Node)| match (one.kind, another.kind) {
            (Kind::Text | Kind::Decoded, Kind::Text | Kind::Decoded) | (Kind::Number, Kind::Number) => {
                self.document.text(*one) == other.document.text(*another)
            }
            (Kind::List, Kind::List) | (Kind::Object, Kind::Object) => {
                (one.end as usize).checked_sub(self.at) == (another.end as usize).checked_sub(other.at)
            }
            (one, another) => one == another,
        };
        own.len() == others.len() && own.iter().zip(others).all(same)
    }
}

impl Eq for Json<'_> {}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl Eq for Document {}

/// The values of a list, in their order.
#[derive(Debug, Clone, Copy)]
pub(in crate::clickbank) struct Items<'a> {
    document: &'a Document,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        let (document, at) = (self.document, self.at);
        (at < self.end).then(|| {
            self.at = document.after(at);
            Json { document, at }
        })
    }
}

/// The names and values of an object, in their order.
#[derive(Debug, Clone, Copy)]
pub(in crate::clickbank) struct Members<'a>(Items<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Json<'a>);

    fn next(&mut self) -> Option<(&'a str, Json<'a>)> {
        let key = self.0.next()?;
        let name = key.document.text(*key.document.nodes.get(key.at)?);
        Some((name, self.0.next()?))
    }
}

/// Writes the values in full. This is made for `serde_json`: another format would see a number
/// wrapped in `serde_json`'s own type.
impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.shape() {
            Shape::Null => serializer.serialize_unit(),
            Shape::Bool(value) => serializer.serialize_bool(value),
            Shape::Number(text) => serde_json::from_str::<&RawValue>(text)
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Shape::Text(text) => serializer.serialize_str(text),
            Shape::List(items) => serializer.collect_seq(items),
            Shape::Object(members) => serializer.collect_map(members),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document(..)")
    }
}

impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}
