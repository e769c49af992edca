//! The neutral tree into which a document is read, whichever format it has.

use alloc::{
    collections::{BTreeMap, btree_map::Entry},
    format,
    string::String,
    vec::Vec,
};
use core::fmt;
use serde::{
    Serialize, Serializer,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};

/// How deep lists and tables may be nested. The document's own parts need six levels; the limit
/// keeps the recursion from exhausting the stack.
pub const MAX_DEPTH: u8 = 64;

/// The key under which the `toml` crate hands over a date or a time that was written without
/// quotes.
const TOML_DATE: &str = "$__toml_private_datetime";

/// The entries of a table, sorted by their keys.
pub(crate) type Entries = BTreeMap<String, Node>;

/// A value of a document. There is no number with a point: amounts are text, since a float would
/// change them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Entries),
}

impl Node {
    /// The kind of the value, with an article.
    pub(crate) fn what(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// That it is of another kind, and what to write where that is clear.
    pub(crate) fn instead_of(&self, wanted: &str) -> String {
        let hint = match (self, wanted) {
            // An amount, a version, an id: a text, so that no reader changes it.
            (Self::Integer(number), "a text") => format!("; write it in quotes: \"{number}\""),
            (Self::Text(text), "a whole number") if text.parse::<u32>().is_ok() => {
                format!("; write it without quotes: {text}")
            }
            (Self::Text(text), "true or false") if matches!(text.as_str(), "true" | "false") => {
                format!("; write it without quotes: {text}")
            }
            // A text may be a secret, so it is not repeated.
            (Self::Text(_), "a list") => "; write it in brackets, as in [\"..\"]".into(),
            (Self::Table(_), "a list") => {
                "; write a heading in two brackets, as in `[[..]]`, or the value as `[{..}]`".into()
            }
            (Self::List(_), "a table") => {
                "; write a heading in one bracket, as in `[..]`, or the value as `{..}`".into()
            }
            (_, "a table") => "; write it as `{ key = value }`".into(),
            _ => String::new(),
        };
        format!("is {}, not {wanted}{hint}", self.what())
    }

    pub(crate) fn table(&self) -> Option<&Entries> {
        match self {
            Self::Table(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(entries) => serializer.collect_map(entries),
        }
    }
}

/// Reads a [`Node`] that may be nested this many more levels deep.
pub(crate) struct Seed(pub(crate) u8);

impl Seed {
    fn below<E: Error>(&self) -> Result<Self, E> {
        let below = self.0.checked_sub(1).map(Self);
        below.ok_or_else(|| E::custom(format!("lists and tables are nested more than {MAX_DEPTH} deep")))
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number, true or false, a list or a table (an amount is a text, as in \"25.00\")")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.into()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        let fits = i64::try_from(number).map(Node::Integer);
        fits.map_err(|_| E::custom(format!("number {number} is too large")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below()?)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut table = Entries::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(self.below()?)?;
            if key == TOML_DATE {
                return Ok(value);
            }
            match table.entry(key) {
                Entry::Vacant(free) => free.insert(value),
                Entry::Occupied(taken) => {
                    return Err(A::Error::custom(format!(
                        "key `{}` is given twice",
                        taken.key().escape_debug()
                    )));
                }
            };
        }
        Ok(Node::Table(table))
    }
}
