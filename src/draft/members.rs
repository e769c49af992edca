//! Writes the members of a JSON object, one after the other.

use crate::text::push_json;
use crate::value::{Amount, Timestamp};
use alloc::string::String;

/// The members of an object, without its braces.
#[derive(Debug)]
pub(crate) struct Members(String);

/// The room for usual members.
const ROOM: usize = 256;

impl Default for Members {
    fn default() -> Self {
        Self(String::with_capacity(ROOM))
    }
}

impl Members {
    /// Adds a text.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.quoted(text);
    }

    /// Adds a text if there is one that is not empty.
    pub(crate) fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.text(name, text);
        }
    }

    /// Adds a list of texts.
    pub(crate) fn texts<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) {
        self.name(name);
        self.0.push('[');
        for (place, text) in texts.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            self.quoted(text);
        }
        self.0.push(']');
    }

    /// Adds an amount as a number.
    pub(crate) fn amount(&mut self, name: &str, amount: Amount) {
        self.name(name);
        amount.push_to(&mut self.0);
    }

    /// Adds a time in Unix seconds, as a number.
    pub(crate) fn seconds(&mut self, name: &str, at: Timestamp) {
        self.name(name);
        self.0.push_str(itoa::Buffer::new().format(at.unix_seconds()));
    }

    /// Adds a value that is JSON already.
    pub(crate) fn json(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.push_str(json);
    }

    /// Adds an object if it has members.
    pub(crate) fn object(&mut self, name: &str, members: &Self) {
        if members.is_empty() {
            return;
        }
        self.name(name);
        self.0.push('{');
        self.0.push_str(&members.0);
        self.0.push('}');
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members, with commas between them.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The object.
    pub(crate) fn into_object(self) -> String {
        let mut text = self.0;
        text.insert(0, '{');
        text.push('}');
        text
    }

    fn name(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        // The names are our own and need no escape.
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        push_json(text, &mut self.0);
        self.0.push('"');
    }
}
