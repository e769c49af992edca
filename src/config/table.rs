//! Reading the tree: what is missing, unknown or of another kind is reported with its path, and
//! reading goes on.

use super::node::{Entries, Node};
use super::report::{Refusal, Report, one_of};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt::Display;

/// The most entries of a list or a table inside a row: parameters, postbacks, conditions, words.
/// More is a mistake, and every event would pay for it.
pub const MAX_ENTRIES: usize = 256;

/// A table of the document with its path.
pub(crate) struct Table<'a> {
    entries: &'a Entries,
    path: String,
    report: &'a Report,
}

impl<'a> Table<'a> {
    pub(crate) fn new(entries: &'a Entries, path: impl Into<String>, report: &'a Report) -> Self {
        Self {
            entries,
            path: path.into(),
            report,
        }
    }

    /// Other entries at the same place.
    pub(crate) fn other<'b>(&'b self, entries: &'b Entries) -> Table<'b> {
        Table::new(entries, self.path.as_str(), self.report)
    }

    pub(crate) fn entries(&self) -> &'a Entries {
        self.entries
    }

    /// The path of a key.
    pub(crate) fn at(&self, key: &str) -> String {
        let key = key.escape_debug();
        if self.path.is_empty() {
            format!("{key}")
        } else {
            format!("{}.{key}", self.path)
        }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn node(&self, key: &str) -> Option<&'a Node> {
        self.entries.get(key)
    }

    /// Reports what is wrong with the value of a key.
    pub(crate) fn problem(&self, key: &str, message: impl Into<String>) {
        self.report.add(self.at(key), message);
    }

    /// Reports what is wrong with the table as a whole.
    pub(crate) fn problem_here(&self, message: impl Into<String>) {
        self.report.add(self.path.as_str(), message);
    }

    /// Reports why a text at this path was refused.
    pub(crate) fn refuse(&self, path: String, refusal: impl Into<Refusal>) {
        self.report.refuse(path, refusal);
    }

    /// Reports every key but these.
    pub(crate) fn only(&self, keys: &[&str]) {
        for key in self.entries.keys().filter(|key| !keys.contains(&key.as_str())) {
            let refusal = Refusal::near("there is no such key", key, keys.iter().copied());
            self.refuse(self.at(key), refusal);
        }
    }

    fn kind(&self, key: &str, node: &Node, wanted: &str) {
        self.problem(key, format!("is {}, not {wanted}", node.what()));
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        let node = self.node(key)?;
        if node.text().is_none() {
            self.kind(key, node, "a text");
        }
        node.text()
    }

    /// A text that `parse` takes.
    pub(crate) fn parsed<T, E: Into<Refusal>>(
        &self,
        key: &str,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(self.text(key)?);
        parsed.map_err(|error| self.refuse(self.at(key), error)).ok()
    }

    /// A text that must be there and that `parse` takes.
    pub(crate) fn needed<T, E: Into<Refusal>>(
        &self,
        key: &str,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Option<T> {
        if !self.has(key) {
            self.problem(key, "is missing");
        }
        self.parsed(key, parse)
    }

    /// One of the words of a closed enum.
    pub(crate) fn word<T: Copy + Display>(&self, key: &str, what: &str, all: &[T]) -> Option<T> {
        self.parsed(key, |word| one_of(word, what, all))
    }

    /// What one of a few words stands for.
    pub(crate) fn choice<T: Copy>(&self, key: &str, what: &str, words: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |word| {
            let found = words.iter().find(|(known, _)| *known == word);
            found
                .map(|(_, meant)| *meant)
                .ok_or_else(|| Refusal::word(word, what, words.iter().map(|(known, _)| *known)))
        })
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.node(key)? {
            Node::Flag(flag) => Some(*flag),
            other => {
                self.kind(key, other, "true or false");
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(&self, key: &str, least: u32, most: u32) -> Option<u32> {
        let number = match self.node(key)? {
            Node::Integer(number) => *number,
            other => {
                self.kind(key, other, "a whole number");
                return None;
            }
        };
        let fits = u32::try_from(number)
            .ok()
            .filter(|number| (least..=most).contains(number));
        if fits.is_none() {
            self.problem(key, format!("`{number}` is not between {least} and {most}"));
        }
        fits
    }

    /// A table inside.
    pub(crate) fn table(&self, key: &str) -> Option<Table<'a>> {
        let node = self.node(key)?;
        let Some(entries) = node.table() else {
            self.kind(key, node, "a table");
            return None;
        };
        Some(Table::new(entries, self.at(key), self.report))
    }

    /// The rows of a list of tables.
    pub(crate) fn rows(&self, key: &str, most: usize) -> Vec<Table<'a>> {
        let items = self.items(key, most).into_iter();
        let rows = items.filter_map(|(path, node)| match node.table() {
            Some(entries) => Some(Table::new(entries, path, self.report)),
            None => {
                self.report.add(path, format!("is {}, not a table", node.what()));
                None
            }
        });
        rows.collect()
    }

    /// The texts of a list, with their paths.
    pub(crate) fn texts(&self, key: &str, most: usize) -> Vec<(String, &'a str)> {
        self.items(key, most)
            .into_iter()
            .filter_map(|(path, node)| self.as_text(path, node))
            .collect()
    }

    /// The texts of a list that `parse` takes.
    pub(crate) fn parsed_list<T, E: Into<Refusal>>(
        &self,
        key: &str,
        most: usize,
        mut parse: impl FnMut(&'a str) -> Result<T, E>,
    ) -> Vec<T> {
        let texts = self.texts(key, most).into_iter();
        texts
            .filter_map(|(path, text)| parse(text).map_err(|error| self.refuse(path, error)).ok())
            .collect()
    }

    /// The entries of a table with free keys and texts as values, with their paths.
    pub(crate) fn text_entries(&self, key: &str) -> Vec<(String, &'a str, &'a str)> {
        let Some(table) = self.table(key) else {
            return Vec::new();
        };
        self.counted(key, table.entries.len(), MAX_ENTRIES);
        let entries = table.entries.iter().take(MAX_ENTRIES);
        let texts = entries.filter_map(|(name, node)| {
            let (path, text) = self.as_text(table.at(name), node)?;
            Some((path, name.as_str(), text))
        });
        texts.collect()
    }

    /// The entries of a table with free keys whose keys and texts `parse` takes, by key.
    pub(crate) fn parsed_entries<T, E: Into<Refusal>>(
        &self,
        key: &str,
        mut parse: impl FnMut(&'a str, &'a str) -> Result<T, E>,
    ) -> BTreeMap<String, T> {
        let entries = self.text_entries(key).into_iter();
        let parsed = entries.filter_map(|(path, name, text)| {
            let parsed = parse(name, text).map_err(|error| self.refuse(path, error));
            Some((name.into(), parsed.ok()?))
        });
        parsed.collect()
    }

    fn as_text(&self, path: String, node: &'a Node) -> Option<(String, &'a str)> {
        if node.text().is_none() {
            self.report
                .add(path.as_str(), format!("is {}, not a text", node.what()));
        }
        node.text().map(|text| (path, text))
    }

    fn items(&self, key: &str, most: usize) -> Vec<(String, &'a Node)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let Node::List(items) = node else {
            self.kind(key, node, "a list");
            return Vec::new();
        };
        self.counted(key, items.len(), most);
        let path = self.at(key);
        items
            .iter()
            .take(most)
            .enumerate()
            .map(|(index, node)| (format!("{path}[{index}]"), node))
            .collect()
    }

    fn counted(&self, key: &str, count: usize, most: usize) {
        if count > most {
            self.problem(key, format!("has {count} entries, at most {most} are allowed"));
        }
    }
}
