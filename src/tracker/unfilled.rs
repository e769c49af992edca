//! Macros that a network did not fill, in place of values on which the worth of a message depends.

use super::compiled::Source;
use crate::network::Meaning;
use crate::text::Cut;
use crate::value::{Query, is_unfilled_macro};
use alloc::{format, string::String, vec::Vec};

/// The longest part of a macro that a hint shows, in characters.
const MAX_SHOWN: usize = 64;

impl Source {
    /// Returns the unfilled macro in place of the value with this meaning, with the parameter's
    /// name.
    pub(crate) fn unfilled<'q>(&'q self, query: &'q Query<'_>, meaning: Meaning) -> Option<(&'q str, &'q str)> {
        let found = |name: &'q str| Some((name, query.raw(name).ok()??.trim()));
        let mut found = self.names.names(meaning).filter_map(found);
        found.find(|(_, text)| is_unfilled_macro(text))
    }

    /// Returns a sentence for each unfilled macro in place of a status, a type or an event id,
    /// which says how to correct it. For an amount the reason `no_amount` says it.
    #[must_use]
    pub fn unfilled_hints(&self, query: &Query<'_>) -> Vec<String> {
        let read = [Meaning::Status, Meaning::Type, Meaning::EventId];
        let found = read.into_iter().filter_map(|meaning| self.unfilled(query, meaning));
        let said = found.map(|(name, text)| {
            format!(
                "`{name}` came as `{}`, a macro that nobody filled; write the macro that the network has for it, or \
                 leave `{name}` out",
                Cut::new(text, MAX_SHOWN)
            )
        });
        said.collect()
    }
}
