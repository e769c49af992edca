//! How the parts of a definition are read from a table of the document and written back.
//!
//! [`part`] gives a struct its keys. The type of a field says what stands under its key: a value
//! that must be there, an `Option` of one, a list, a table with free keys, a flag.

use super::shape::{self, Key, Shape};
use super::{Entries, MAX_DEPTH, MAX_ENTRIES, Node, Place, Refusal, Report, Seed, Table};
use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use serde::de::{DeserializeSeed, Deserializer, Error};

/// A value of the document.
pub(crate) trait Value: Sized {
    /// The most values of this type in a list.
    const MOST: usize = MAX_ENTRIES;

    /// Reads a value, and reports what is wrong with it.
    fn read(node: &Node, place: &Place<'_>) -> Option<Self>;

    /// A substitute for a required value that could not be read, so that reading can go on. Nobody
    /// ever sees it, since the reading ends in an error.
    fn unread() -> Self;

    fn node(&self) -> Node;

    /// What is read.
    fn shape() -> Shape;
}

/// A value that is a text in the document.
pub(crate) trait Word: Sized {
    /// See [`Value::MOST`].
    const MOST: usize = MAX_ENTRIES;

    fn parse(text: &str) -> Result<Self, Refusal>;

    /// See [`Value::unread`].
    fn unread() -> Self;

    fn text(&self) -> String;

    /// As [`Value::shape`].
    fn shape() -> Shape;
}

impl<W: Word> Value for W {
    const MOST: usize = W::MOST;

    fn read(node: &Node, place: &Place<'_>) -> Option<Self> {
        text(node, place).and_then(|text| place.accept(W::parse(text)))
    }

    fn unread() -> Self {
        W::unread()
    }

    fn node(&self) -> Node {
        Node::Text(self.text())
    }

    fn shape() -> Shape {
        W::shape()
    }
}

/// The text of a node; a node of another kind is reported.
pub(crate) fn text<'n>(node: &'n Node, place: &Place<'_>) -> Option<&'n str> {
    if node.text().is_none() {
        place.kind(node, "a text");
    }
    node.text()
}

/// A field of a part: what stands under a key of a table.
pub(crate) trait Field: Sized {
    fn read_at(table: &Table<'_>, key: &str) -> Self;

    /// What is written under the key; none if the key is left out.
    fn written(&self) -> Option<Node>;

    /// What is read.
    fn shape() -> Shape;

    /// Whether something must stand there.
    const NEEDED: bool = false;
}

impl<V: Value> Field for V {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        let read = table.needed(key).and_then(|node| V::read(node, &table.at(key)));
        read.unwrap_or_else(V::unread)
    }

    fn written(&self) -> Option<Node> {
        Some(self.node())
    }

    fn shape() -> Shape {
        V::shape()
    }

    const NEEDED: bool = true;
}

impl<V: Value> Field for Option<V> {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        V::read(table.node(key)?, &table.at(key))
    }

    fn written(&self) -> Option<Node> {
        self.as_ref().map(Value::node)
    }

    fn shape() -> Shape {
        V::shape()
    }
}

impl<V: Value> Field for Vec<V> {
    /// An item that cannot be read keeps its place, so that the paths of the others stay true.
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        let items = table.items(key, V::MOST).into_iter();
        items
            .map(|(place, node)| V::read(node, &place).unwrap_or_else(V::unread))
            .collect()
    }

    fn written(&self) -> Option<Node> {
        (!self.is_empty()).then(|| list(self))
    }

    fn shape() -> Shape {
        Shape::list(V::shape(), V::MOST)
    }
}

impl<V: Value> Field for Option<Vec<V>> {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        table.has(key).then(|| Field::read_at(table, key))
    }

    fn written(&self) -> Option<Node> {
        self.as_deref().map(list)
    }

    fn shape() -> Shape {
        Vec::<V>::shape()
    }
}

fn list<V: Value>(values: &[V]) -> Node {
    Node::List(values.iter().map(Value::node).collect())
}

impl<V: Value> Field for BTreeMap<String, V> {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        let entries = table.entries(key).into_iter();
        entries
            .filter_map(|(place, name, node)| Some((name.into(), V::read(node, &place)?)))
            .collect()
    }

    fn written(&self) -> Option<Node> {
        let entries = self.iter().map(|(name, value)| (name.clone(), value.node()));
        (!self.is_empty()).then(|| Node::Table(entries.collect()))
    }

    fn shape() -> Shape {
        Shape::map(V::shape())
    }
}

impl Field for Option<bool> {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        match table.node(key)? {
            Node::Flag(flag) => Some(*flag),
            other => {
                table.at(key).kind(other, "true or false");
                None
            }
        }
    }

    fn written(&self) -> Option<Node> {
        self.map(Node::Flag)
    }

    fn shape() -> Shape {
        Shape::Flag
    }
}

impl Field for bool {
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        Option::<bool>::read_at(table, key).unwrap_or_default()
    }

    fn written(&self) -> Option<Node> {
        self.then_some(Node::Flag(true))
    }

    fn shape() -> Shape {
        Shape::Flag
    }
}

impl Field for Option<u32> {
    /// Reads a number that has no bounds of its own. A number with bounds has a function of its
    /// own.
    fn read_at(table: &Table<'_>, key: &str) -> Self {
        table.number(key, 0, u32::MAX)
    }

    fn written(&self) -> Option<Node> {
        self.map(|number| Node::Integer(number.into()))
    }

    fn shape() -> Shape {
        Shape::Number(0, u32::MAX)
    }
}

/// Reads a field otherwise than its type does.
pub(crate) trait Reader {
    type Field: Field;

    fn read_at(table: &Table<'_>, key: &str) -> Self::Field;

    /// What is read.
    fn shape() -> Shape;
}

/// Reads a whole number from `LEAST` to `MOST`.
pub(crate) struct Number<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> Reader for Number<LEAST, MOST> {
    type Field = Option<u32>;

    fn read_at(table: &Table<'_>, key: &str) -> Option<u32> {
        table.number(key, LEAST, MOST)
    }

    fn shape() -> Shape {
        Shape::Number(LEAST, MOST)
    }
}

/// A table of the document with known keys.
pub(crate) trait Part: Sized {
    fn keys() -> Vec<&'static str>;

    /// The same keys, and what is read there.
    fn shapes() -> Vec<Key>;

    /// Reads the fields, and ignores other keys.
    fn fields(table: &Table<'_>) -> Self;

    /// Writes the fields.
    fn write(&self, entries: &mut Entries);
}

/// Reads a part, and reports the keys that it does not have.
pub(crate) fn read<P: Part>(node: &Node, place: &Place<'_>) -> Option<P> {
    let Some(entries) = node.table() else {
        place.kind(node, "a table");
        return None;
    };
    let table = Table::new(entries, place.clone());
    only::<P>(&table);
    Some(P::fields(&table))
}

/// Reports every key that the part does not have, and which table has it instead.
pub(crate) fn only<P: Part>(table: &Table<'_>) {
    table.only_or(&P::keys(), |key| shape::below(&P::shapes(), key));
}

/// A part of which nothing could be read.
pub(crate) fn unread<P: Part>() -> P {
    let (nothing, nobody) = (Entries::new(), Report::default());
    P::fields(&Table::new(&nothing, Place::root(&nobody)))
}

pub(crate) fn node<P: Part>(part: &P) -> Node {
    let mut entries = Entries::new();
    part.write(&mut entries);
    Node::Table(entries)
}

/// The key of a field, which says what it reads by its type alone.
pub(crate) fn key<P, F: Field>(_: impl Fn(&P) -> &F, name: &'static str) -> Key {
    Key {
        name,
        needed: F::NEEDED,
        shape: F::shape(),
    }
}

/// The key of what a reader reads.
pub(crate) fn read_key<R: Reader>(name: &'static str) -> Key {
    Key {
        name,
        needed: R::Field::NEEDED,
        shape: R::shape(),
    }
}

/// Puts a field under its key.
pub(crate) fn put(entries: &mut Entries, key: &str, field: &impl Field) {
    if let Some(node) = field.written() {
        entries.insert(key.into(), node);
    }
}

/// Reads a part from any format that serde reads. The error has all problems of the part.
pub(crate) fn deserialize<'de, V: Value, D: Deserializer<'de>>(deserializer: D) -> Result<V, D::Error> {
    let node = Seed(MAX_DEPTH).deserialize(deserializer)?;
    let report = Report::default();
    let read = V::read(&node, &Place::root(&report));
    report
        .finish(read)
        .map_err(|problems| Error::custom(problems.to_string()))
}

/// Gives a struct its keys. Each is `field`, or `field: "key"` where the key is another word, and
/// `= Reader` follows where a reader of its own reads it. The keys of `..field: Type` stand
/// among the struct's own. `most` is the most rows of this type in a list. `@serde` implements
/// serde's traits for what a host keeps by itself, such as a campaign in its own database.
macro_rules! part {
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@read $table:ident $key:expr) => { $crate::config::part::Field::read_at($table, $key) };
    (@read $table:ident $key:expr, $reader:ty) => { <$reader as $crate::config::part::Reader>::read_at($table, $key) };
    (@key_of $name:ident $field:ident $key:expr) => {
        $crate::config::part::key(|part: &$name| &part.$field, $key)
    };
    (@key_of $name:ident $field:ident $key:expr, $reader:ty) => {
        $crate::config::part::read_key::<$reader>($key)
    };
    ($name:ident, $most:expr, {
        $($field:ident $(: $key:literal)? $(= $reader:ty)?,)*
        $(..$flat:ident: $type:ty)?
    }) => {
        impl $crate::config::part::Part for $name {
            fn keys() -> alloc::vec::Vec<&'static str> {
                #[allow(unused_mut, reason = "most have no keys of another's")]
                let mut keys = alloc::vec![$(part!(@key $field $($key)?)),*];
                $(keys.extend(<$type as $crate::config::part::Part>::keys());)?
                keys
            }

            fn shapes() -> alloc::vec::Vec<$crate::config::shape::Key> {
                #[allow(unused_mut, reason = "most have no keys of another's")]
                let mut keys = alloc::vec![$(part!(@key_of $name $field part!(@key $field $($key)?) $(, $reader)?)),*];
                $(keys.extend(<$type as $crate::config::part::Part>::shapes());)?
                keys
            }

            fn fields(table: &$crate::config::Table<'_>) -> Self {
                Self {
                    $($field: part!(@read table part!(@key $field $($key)?) $(, $reader)?),)*
                    $($flat: <$type as $crate::config::part::Part>::fields(table),)?
                }
            }

            fn write(&self, entries: &mut $crate::config::Entries) {
                $($crate::config::part::put(entries, part!(@key $field $($key)?), &self.$field);)*
                $(self.$flat.write(entries);)?
            }
        }

        part!(@value $name, $most);
    };
    (@value $name:ident, $most:expr) => {
        impl $crate::config::part::Value for $name {
            const MOST: usize = $most;

            fn read(node: &$crate::config::Node, place: &$crate::config::Place<'_>) -> Option<Self> {
                $crate::config::part::read(node, place)
            }

            fn unread() -> Self {
                $crate::config::part::unread()
            }

            fn node(&self) -> $crate::config::Node {
                $crate::config::part::node(self)
            }

            fn shape() -> $crate::config::Shape {
                $crate::config::Shape::Table(<Self as $crate::config::part::Part>::shapes())
            }
        }
    };
    (@serde $name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::config::part::Value::node(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::config::part::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use part;
