//! Reads the tree. What is missing, unknown or of another kind is reported with its path, and
//! reading goes on.

use super::node::{Entries, Node};
use super::place::Place;
use super::report::Refusal;
use super::shape::Below;
use alloc::{format, vec::Vec};

/// The most entries of a list or a table inside a row, such as parameters, postbacks, conditions or
/// words. More entries are a mistake, and every event would pay for them.
pub const MAX_ENTRIES: usize = 256;

/// A table of the document with its place.
pub(crate) struct Table<'a> {
    entries: &'a Entries,
    place: Place<'a>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(entries: &'a Entries, place: Place<'a>) -> Self {
        Self { entries, place }
    }

    /// The place of a key.
    pub(crate) fn at(&self, key: &str) -> Place<'a> {
        self.place.at(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    pub(crate) fn node(&self, key: &str) -> Option<&'a Node> {
        self.entries.get(key)
    }

    /// A value that must be there.
    pub(crate) fn needed(&self, key: &str) -> Option<&'a Node> {
        let node = self.node(key);
        if node.is_none() {
            self.at(key).problem("is missing");
        }
        node
    }

    /// Reports every key that is not one of these.
    pub(crate) fn only(&self, keys: &[&str]) {
        self.only_or(keys, |_| None);
    }

    /// Reports every key but these; `below` says which table of these has it.
    pub(crate) fn only_or(&self, keys: &[&str], below: impl Fn(&str) -> Option<Below>) {
        for key in self.entries.keys().filter(|key| !keys.contains(&key.as_str())) {
            let place = self.at(key);
            match below(key) {
                Some(below) => {
                    let heading = self.place.heading(&below);
                    let message = format!("there is no such key here; it stands under `{heading}`");
                    place.refuse(Refusal::near(message, key, keys.iter().copied()));
                }
                None => place.refuse(Refusal::key(key, keys)),
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(&self, key: &str, least: u32, most: u32) -> Option<u32> {
        let number = match self.node(key)? {
            Node::Integer(number) => *number,
            other => {
                self.at(key).kind(other, "a whole number");
                return None;
            }
        };
        let fits = u32::try_from(number)
            .ok()
            .filter(|number| (least..=most).contains(number));
        if fits.is_none() {
            let said = format!("`{number}` is not between {least} and {most}");
            self.at(key).problem(said);
        }
        fits
    }

    /// The items of a list with their places.
    pub(crate) fn items(&self, key: &str, most: usize) -> Vec<(Place<'a>, &'a Node)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let place = self.at(key);
        let Node::List(items) = node else {
            place.kind(node, "a list");
            return Vec::new();
        };
        counted(&place, items.len(), most);
        let placed = items.iter().take(most).enumerate();
        placed.map(|(index, node)| (place.item(index), node)).collect()
    }

    /// The entries of a table with free keys, with their places.
    pub(crate) fn entries(&self, key: &str) -> Vec<(Place<'a>, &'a str, &'a Node)> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let place = self.at(key);
        let Node::Table(entries) = node else {
            place.kind(node, "a table");
            return Vec::new();
        };
        counted(&place, entries.len(), MAX_ENTRIES);
        let placed = entries.iter().take(MAX_ENTRIES);
        placed
            .map(|(name, node)| (place.at(name), name.as_str(), node))
            .collect()
    }
}

fn counted(place: &Place<'_>, count: usize, most: usize) {
    if count > most {
        place.remark(format!("has {count} entries, at most {most} are allowed"));
    }
}
