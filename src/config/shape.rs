//! The shape of a document: which keys and values may stand where. The types that are read describe
//! themselves, so a list of the keys cannot differ from what is read.

use alloc::{boxed::Box, string::String, vec::Vec};

/// What may stand at a place of the document.
#[cfg_attr(
    not(feature = "reference"),
    expect(dead_code, reason = "without the reference only keys are looked for")
)]
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// A text, and what it is: `an amount`.
    Text(&'static str),
    /// One of these words.
    Choice(Vec<String>),
    /// A whole number, from the first to the second.
    Number(u32, u32),
    /// `true` or `false`.
    Flag,
    /// A list with at most so many items.
    List(Box<Shape>, usize),
    /// A table with keys of one's own choice.
    Map(Box<Shape>),
    /// A table with these keys.
    Table(Vec<Key>),
    /// One of it, or a list with at most so many.
    OneOrMore(Box<Shape>, usize),
}

/// A key of a table.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    #[cfg_attr(
        not(feature = "reference"),
        expect(dead_code, reason = "without the reference only keys are looked for")
    )]
    pub(crate) needed: bool,
    pub(crate) shape: Shape,
}

impl Shape {
    pub(crate) fn list(item: Self, most: usize) -> Self {
        Self::List(Box::new(item), most)
    }

    pub(crate) fn map(value: Self) -> Self {
        Self::Map(Box::new(value))
    }

    /// The keys of the table that stands here, or of each table of a list.
    pub(crate) fn keys(&self) -> Option<&[Key]> {
        match self {
            Self::Table(keys) => Some(keys),
            Self::List(item, _) => item.keys(),
            _ => None,
        }
    }
}

/// A table below another one.
pub(crate) struct Below {
    pub(crate) key: &'static str,
    pub(crate) is_list: bool,
}

/// Which table of these keys has a key of this name.
pub(crate) fn below(keys: &[Key], name: &str) -> Option<Below> {
    let has = |key: &&Key| {
        key.shape
            .keys()
            .is_some_and(|keys| keys.iter().any(|key| key.name == name))
    };
    keys.iter().find(has).map(|key| Below {
        key: key.name,
        is_list: matches!(key.shape, Shape::List(..)),
    })
}
