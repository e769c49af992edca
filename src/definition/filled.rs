//! Rows that are filled in from a shipped template.

use crate::config::part::{Field, Value};
use crate::config::{Document, Entries, Node, Place, Problems, Report, Shape, Table};
use alloc::{vec, vec::Vec};

/// The name of a template. Once the template is filled in, nothing depends on the name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FilledIn;

impl Field for FilledIn {
    fn read_at(_: &Table<'_>, _: &str) -> Self {
        Self
    }

    fn written(&self) -> Option<Node> {
        None
    }

    fn shape() -> Shape {
        Shape::Text("the name of a shipped template")
    }
}

/// Makes a row of a list from its id and a shipped template.
pub(super) fn template<V: Value>(list: &str, name: &str, id: &str) -> Result<V, Problems> {
    let text = |text: &str| Node::Text(text.into());
    let row = Entries::from([("id".into(), text(id)), ("template".into(), text(name))]);
    let rows = Node::List(vec![Node::Table(row)]);
    let report = Report::default();
    let expanded = Document::from_entries(Entries::from([(list.into(), rows)])).expanded(&report);
    let read = Vec::read_at(&Table::new(&expanded, Place::root(&report)), list).pop();
    report.finish(read)
}
