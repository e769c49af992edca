//! The keys that are read, each with what is said of it.

use super::row::{About, Row, Usual};
use super::tables::TABLES;
use crate::config::Shape;
use crate::config::part::Value;
use crate::config::shape;
use crate::definition::whole::Definition;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde::Serialize;

/// A table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Table {
    /// The keys that lead to it, between points, as in `campaign.postback`; empty for the document
    /// itself.
    pub path: String,
    /// How it is headed in TOML, as in `[[campaign.postback]]`; empty for the document itself.
    pub heading: String,
    /// What it is, in a sentence.
    pub what: &'static str,
    /// Its keys, in the order in which they are read.
    pub keys: Vec<Key>,
}

/// A key of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What is written there, as in `a text: a currency, as in `USD``.
    pub kind: String,
    /// Whether a table without it is refused.
    pub needed: bool,
    /// What holds without it, in words or as a value within backticks; none where nothing does.
    pub usual: Option<String>,
    /// What it does, in a sentence or more.
    pub does: &'static str,
    /// A value as TOML writes it.
    pub example: &'static str,
}

/// Every table of the configuration, the document itself first, and each with those below it.
#[must_use]
pub fn tables() -> Vec<Table> {
    let mut tables = Vec::new();
    walk("", "", &Definition::shape(), &mut tables);
    tables
}

fn walk(path: &str, heading: &str, shape: &Shape, tables: &mut Vec<Table>) {
    let Some(keys) = shape.keys() else { return };
    tables.push(Table {
        path: path.into(),
        heading: heading.into(),
        what: about(path).map(|about| about.what).unwrap_or_default(),
        keys: keys.iter().map(|key| told(path, key)).collect(),
    });
    for key in keys {
        let below = below(path, key.name);
        let heading = match key.shape {
            Shape::List(..) => format!("[[{below}]]"),
            _ => format!("[{below}]"),
        };
        walk(&below, &heading, &key.shape, tables);
    }
}

/// The path of a table below another one.
pub(super) fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.into(),
        path => format!("{path}.{name}"),
    }
}

pub(super) fn about(path: &str) -> Option<&'static About> {
    TABLES.iter().find(|about| about.path == path)
}

/// What is said of a key.
pub(super) fn row(path: &str, name: &str) -> Option<&'static Row> {
    let mut rows = about(path)?.rows.iter().copied().flatten();
    rows.find(|row| row.key == name)
}

fn told(path: &str, key: &shape::Key) -> Key {
    let row = row(path, key.name);
    Key {
        name: key.name,
        kind: kind(&key.shape),
        needed: key.needed,
        usual: row.and_then(|row| usual(row.usual)),
        does: row.map(|row| row.does).unwrap_or_default(),
        example: row.map(|row| row.example).unwrap_or_default(),
    }
}

/// What holds without a key, as people read it.
pub(super) fn usual(usual: Usual) -> Option<String> {
    match usual {
        Usual::Nothing => None,
        Usual::Value(value) => Some(format!("`{value}`")),
        Usual::Words(words) => Some(words.into()),
    }
}

fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Text("a text") => "a text".into(),
        Shape::Text(what) => format!("a text: {what}"),
        Shape::Choice(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("a text: {}", or(&words))
        }
        Shape::Number(least, most) if least == most => format!("the number {least}"),
        Shape::Number(least, most) => format!("a whole number from {least} to {most}"),
        Shape::Flag => "`true` or `false`".into(),
        Shape::List(item, most) => match item.keys() {
            Some(_) => format!("a list of tables, at most {most}"),
            None => format!("a list of at most {most}; each is {}", kind(item)),
        },
        Shape::Map(value) => format!("a table of keys of your own; each value is {}", kind(value)),
        Shape::Table(_) => "a table".into(),
        Shape::OneOrMore(item, most) => format!("{}; or a list of at most {most} of them", kind(item)),
    }
}

/// `a, b or c`.
fn or(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
