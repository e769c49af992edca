//! The JSON Schema of the document: what an editor checks while one writes.

use super::keys::{about, below, row, usual};
use crate::config::part::Value;
use crate::config::{Entries, MAX_ENTRIES, Node, Shape, shape};
use crate::definition::whole::Definition;
use alloc::{format, string::String, vec, vec::Vec};
use serde::Serialize;

/// The JSON Schema (draft 2020-12) of the document, as TOML or JSON: every table, key, kind and
/// word. What values must be to each other is found only when a document is compiled.
#[must_use]
pub fn schema() -> String {
    let mut entries = described("", Definition::shape());
    entries.insert("$schema".into(), text("https://json-schema.org/draft/2020-12/schema"));
    entries.insert("title".into(), text("A configuration of postback"));
    let mut schema = String::new();
    lines(&entries, 0, &mut schema);
    schema.push('\n');
    schema
}

/// Writes a table with an entry in each line: what describes one key stands in one line.
fn lines(entries: &Entries, depth: usize, out: &mut String) {
    let inner = depth.saturating_add(1);
    for (place, (key, node)) in entries.iter().enumerate() {
        out.push_str(if place == 0 { "{\n" } else { ",\n" });
        indent(inner, out);
        json(key, out);
        out.push_str(": ");
        match node {
            Node::Table(entries) if key == PROPERTIES || describes_a_table(entries) => lines(entries, inner, out),
            node => json(node, out),
        }
    }
    out.push('}');
}

fn indent(depth: usize, out: &mut String) {
    out.extend(core::iter::repeat_n("  ", depth));
}

/// A tree of texts, numbers and flags with keys that are texts is always JSON.
fn json(value: &impl Serialize, out: &mut String) {
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

/// Whether keys of a table are described in it.
fn describes_a_table(entries: &Entries) -> bool {
    let below = |node: &Node| node.table().is_some_and(describes_a_table);
    entries.contains_key(PROPERTIES) || entries.values().any(below)
}

const PROPERTIES: &str = "properties";

fn text(text: impl Into<String>) -> Node {
    Node::Text(text.into())
}

fn number(number: usize) -> Node {
    Node::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The schema of what stands at a path.
fn described(path: &str, shape: Shape) -> Entries {
    match shape {
        Shape::Text(what) => kind("string", [("description", text(what))]),
        Shape::Choice(words) => {
            let words = words.into_iter().map(Node::Text).collect();
            kind("string", [("enum", Node::List(words))])
        }
        Shape::Number(least, most) => {
            let bounds = [
                ("minimum", Node::Integer(least.into())),
                ("maximum", Node::Integer(most.into())),
            ];
            kind("integer", bounds)
        }
        Shape::Flag => kind("boolean", []),
        Shape::List(item, most) => {
            let items = Node::Table(described(path, *item));
            kind("array", [("items", items), ("maxItems", number(most))])
        }
        Shape::Map(value) => {
            let values = Node::Table(described(path, *value));
            let most = number(MAX_ENTRIES);
            kind("object", [("additionalProperties", values), ("maxProperties", most)])
        }
        Shape::Table(keys) => table(path, keys),
        Shape::OneOrMore(item, most) => {
            let one = Node::Table(described(path, (*item).clone()));
            let more = Node::Table(described(path, Shape::List(item, most)));
            Entries::from([("anyOf".into(), Node::List(vec![one, more]))])
        }
    }
}

fn kind<const N: usize>(name: &str, others: [(&str, Node); N]) -> Entries {
    let others = others.map(|(key, node)| (key.into(), node));
    let mut entries = Entries::from(others);
    entries.insert("type".into(), text(name));
    entries
}

fn table(path: &str, keys: Vec<shape::Key>) -> Entries {
    let needed = keys.iter().filter(|key| key.needed).map(|key| text(key.name));
    let needed: Vec<Node> = needed.collect();
    let properties = keys.into_iter().map(|key| {
        let mut schema = described(&below(path, key.name), key.shape);
        if let Some(said) = said(path, key.name) {
            schema.insert("description".into(), text(said));
        }
        (key.name.into(), Node::Table(schema))
    });
    let properties = Node::Table(properties.collect());
    let mut entries = kind(
        "object",
        [(PROPERTIES, properties), ("additionalProperties", Node::Flag(false))],
    );
    if !needed.is_empty() {
        entries.insert("required".into(), Node::List(needed));
    }
    if let Some(about) = about(path) {
        entries.insert("description".into(), text(about.what));
    }
    entries
}

fn said(path: &str, name: &str) -> Option<String> {
    let row = row(path, name)?;
    Some(match usual(row.usual) {
        Some(usual) => format!("{} By default: {usual}.", row.does),
        None => row.does.into(),
    })
}
