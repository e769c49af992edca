//! What a network did not fill, in place of values on which the worth of a message depends.

use super::compiled::Source;
use crate::network::{Meaning, is_part_of};
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
    /// which says how to correct it. [`Source::amount_hint`] is for an amount.
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

    /// Returns a sentence that says what came in place of the amount, and how to correct it. It is
    /// for a postback in which no amount was read; `ignored` are its names that mean nothing.
    #[must_use]
    pub fn amount_hint(&self, query: &Query<'_>, ignored: &[String]) -> String {
        let names: Vec<&str> = self.names.names(Meaning::Sum).collect();
        for name in &names {
            if let Some(part) = ignored.iter().find(|part| is_part_of(part, name)) {
                return format!(
                    "`{name}` came as an object or a list; name the part that is the amount, as in `names = {{ sum = \
                     \"{part}\" }}` in the source's row"
                );
            }
        }
        let mut found = names.iter().map(|name| (*name, query.raw(name).ok().flatten()));
        let came = match found.find_map(|(name, text)| Some((name, text?.trim()))) {
            Some((name, "")) => format!("`{name}` came empty"),
            Some((name, text)) => format!("`{name}` came as `{}`, which is no amount", Cut::new(text, MAX_SHOWN)),
            None => format!("no `{}` came", names.first().unwrap_or(&"sum")),
        };
        format!("{came}; write the network's macro for the amount there, or give the postback a fixed `payout`")
    }
}
