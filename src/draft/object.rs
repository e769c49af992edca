//! The JSON of one event, with a hole for what is personal.

use super::members::Members;
use crate::outbound::{Encoding, Hole, HoledText};
use crate::value::Pii;
use alloc::{collections::BTreeMap, string::String};

/// An object that is being written. What is personal stays a hole, and its text is kept apart: a
/// store writes it only to its expiring column. When it has expired, its members vanish.
#[derive(Debug)]
pub(crate) struct Draft {
    text: HoledText,
    private: BTreeMap<String, Pii>,
    is_begun: bool,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            text: HoledText::plain("{"),
            private: BTreeMap::new(),
            is_begun: false,
        }
    }

    /// Adds members.
    pub(crate) fn members(&mut self, members: Members) {
        if members.is_empty() {
            return;
        }
        self.comma();
        self.text.push_str(&members.into_text());
    }

    /// Adds an object of members that may be kept and of personal ones. `hole` names the latter.
    pub(crate) fn object(&mut self, name: &str, plain: Members, hole: &str, personal: Members) {
        if plain.is_empty() && personal.is_empty() {
            return;
        }
        self.comma();
        self.text.push_str("\"");
        self.text.push_str(name);
        self.text.push_str("\":{");
        let both = !plain.is_empty() && !personal.is_empty();
        self.text.push_str(&plain.into_text());
        if !personal.is_empty() {
            if both {
                self.text.push_str(",");
            }
            self.personal("", hole, personal.into_text(), "");
        }
        self.text.push_str("}");
    }

    /// Adds a member that is personal as a whole: it stands between `before` and `after`.
    pub(crate) fn whole(&mut self, before: &str, hole: &str, personal: String, after: &str) {
        if !personal.is_empty() {
            self.comma();
            self.personal(before, hole, personal, after);
        }
    }

    /// The text, and the values of its holes.
    pub(crate) fn finish(mut self) -> (HoledText, BTreeMap<String, Pii>) {
        self.text.push_str("}");
        (self.text, self.private)
    }

    fn personal(&mut self, before: &str, hole: &str, personal: String, after: &str) {
        let mut member = HoledText::plain(before);
        member.push_hole(Hole::Private {
            field: hole.into(),
            encoding: Encoding::Verbatim,
        });
        member.push_str(after);
        self.text.push_optional(member);
        self.private.insert(hole.into(), Pii::new(personal));
    }

    fn comma(&mut self) {
        if self.is_begun {
            self.text.push_str(",");
        }
        self.is_begun = true;
    }
}
