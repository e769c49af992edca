//! A place of the document, and the report of what is wrong there.

use super::node::Node;
use super::report::{Refusal, Report};
use super::shape::Below;
use alloc::{format, string::String};

/// A place of the document: its path, and where to report what is wrong there.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    path: String,
    report: &'a Report,
}

impl<'a> Place<'a> {
    /// The document as a whole.
    pub(crate) fn root(report: &'a Report) -> Self {
        Self {
            path: String::new(),
            report,
        }
    }

    /// The place of a key.
    pub(crate) fn at(&self, key: &str) -> Self {
        let key = key.escape_debug();
        let path = if self.path.is_empty() {
            format!("{key}")
        } else {
            format!("{}.{key}", self.path)
        };
        Self { path, ..*self }
    }

    /// The place of an item of a list; the first is 0.
    pub(crate) fn item(&self, index: usize) -> Self {
        Self {
            path: format!("{}[{index}]", self.path),
            ..*self
        }
    }

    /// How the table of a key is headed in TOML, whichever rows it belongs to.
    pub(crate) fn heading(&self, table: &Below) -> String {
        let mut path = String::new();
        let mut is_index = false;
        for c in self.at(table.key).path.chars() {
            is_index = c == '[' || is_index;
            if !is_index {
                path.push(c);
            }
            is_index = is_index && c != ']';
        }
        match table.is_list {
            true => format!("[[{path}]]"),
            false => format!("[{path}]"),
        }
    }

    /// The rows of a list under this key, with their places.
    pub(crate) fn rows<'r, T>(&self, key: &str, rows: &'r [T]) -> impl Iterator<Item = (Self, &'r T)> {
        let list = self.at(key);
        let placed = rows.iter().enumerate();
        placed.map(move |(index, row)| (list.item(index), row))
    }

    /// Reports what is wrong here.
    pub(crate) fn problem(&self, message: impl Into<String>) {
        self.report.add(self.path.as_str(), message);
    }

    /// Reports what is wrong with a list or a table here whose items can still be used.
    pub(crate) fn remark(&self, message: impl Into<String>) {
        self.report.remark(self.path.as_str(), message);
    }

    /// Reports why a text was refused here.
    pub(crate) fn refuse(&self, refusal: impl Into<Refusal>) {
        self.report.refuse(self.path.as_str(), refusal);
    }

    /// The value that was parsed from the text here; if it was refused, the reason is reported.
    pub(crate) fn accept<T, E: Into<Refusal>>(&self, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.refuse(error)).ok()
    }

    /// Reports a value whose kind is not the wanted one.
    pub(crate) fn kind(&self, node: &Node, wanted: &str) {
        self.problem(node.instead_of(wanted));
    }
}
