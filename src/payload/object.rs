//! The members of an object, one after the other.

use super::json::{self, Written};
use crate::text::push_json;
use crate::value::{Amount, Money, Timestamp};
use alloc::string::String;
use serde::Serialize;

/// The name of a member as it stands in the text.
macro_rules! name {
    ($name:literal) => {
        concat!("\"", $name, "\":")
    };
}

pub(super) use name;

/// Writes the members of an object. Each has a comma behind it; the last comma is taken back.
pub(super) struct Object<'o>(&'o mut String);

impl<'o> Object<'o> {
    /// Begins an object.
    pub(super) fn open(out: &'o mut String) -> Self {
        out.push('{');
        Self(out)
    }

    /// Ends the object.
    pub(super) fn close(self) {
        if self.0.ends_with(',') {
            self.0.pop();
        }
        self.0.push('}');
    }

    /// Adds a member whose value is an object.
    pub(super) fn object(&mut self, name: &'static str, members: impl FnOnce(&mut Object<'_>) -> Written) -> Written {
        self.0.push_str(name);
        let mut inside = Object::open(self.0);
        members(&mut inside)?;
        inside.close();
        self.0.push(',');
        Ok(())
    }

    /// Adds an object under a name that is made of letters.
    pub(super) fn named(&mut self, name: &str, members: impl FnOnce(&mut Object<'_>)) {
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
        let mut inside = Object::open(self.0);
        members(&mut inside);
        inside.close();
        self.0.push(',');
    }

    /// Adds a member whose value another function writes.
    pub(super) fn with(&mut self, name: &'static str, write: impl FnOnce(&mut String) -> Written) -> Written {
        self.0.push_str(name);
        write(self.0)?;
        self.0.push(',');
        Ok(())
    }

    /// Adds a text that needs no escape: an id that is made here, a name of the configuration, a
    /// word.
    #[inline]
    pub(super) fn word(&mut self, name: &'static str, word: &str) {
        self.0.push_str(name);
        self.0.push('"');
        self.0.push_str(word);
        self.0.push_str("\",");
    }

    /// Adds a text.
    #[inline]
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.0.push_str(name);
        self.0.push('"');
        push_json(text, self.0);
        self.0.push_str("\",");
    }

    pub(super) fn time(&mut self, name: &'static str, at: Timestamp) {
        self.0.push_str(name);
        self.0.push('"');
        at.push_to(self.0);
        self.0.push_str("\",");
    }

    pub(super) fn money(&mut self, name: &'static str, money: Money) {
        self.0.push_str(name);
        self.0.push('"');
        money.push_to(self.0);
        self.0.push_str("\",");
    }

    pub(super) fn amount(&mut self, name: &'static str, amount: Amount) {
        self.0.push_str(name);
        self.0.push('"');
        amount.push_to(self.0);
        self.0.push_str("\",");
    }

    pub(super) fn number(&mut self, name: &'static str, number: u32) {
        self.0.push_str(name);
        self.0.push_str(itoa::Buffer::new().format(number));
        self.0.push(',');
    }

    /// Adds a flag if it differs from what is usual.
    pub(super) fn flag(&mut self, name: &'static str, flag: bool, usual: bool) {
        if flag != usual {
            self.0.push_str(name);
            self.0.push_str(if flag { "true," } else { "false," });
        }
    }

    /// Adds any value.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.0.push_str(name);
        json::write(value, self.0)?;
        self.0.push(',');
        Ok(())
    }

    /// Adds any value if there is one.
    pub(super) fn some<T: Serialize>(&mut self, name: &'static str, value: Option<&T>) -> Written {
        value.map_or(Ok(()), |value| self.value(name, value))
    }

    /// Adds a list if it is not empty.
    pub(super) fn list<T: Serialize>(&mut self, name: &'static str, list: &[T]) -> Written {
        if list.is_empty() {
            return Ok(());
        }
        self.value(name, list)
    }

    /// Adds texts by name if there are any.
    pub(super) fn texts<'t>(&mut self, name: &'static str, texts: impl IntoIterator<Item = (&'t str, &'t str)>) {
        let mut texts = texts.into_iter().peekable();
        if texts.peek().is_none() {
            return;
        }
        self.0.push_str(name);
        self.0.push('{');
        for (key, text) in texts {
            self.0.push('"');
            push_json(key, self.0);
            self.0.push_str("\":\"");
            push_json(text, self.0);
            self.0.push_str("\",");
        }
        self.0.pop();
        self.0.push_str("},");
    }
}
