//! The parts of a source that its protocol sees.

use super::{Meaning, ParameterMap};
use crate::event::Interface;
use crate::model::ParameterRole;
use crate::value::{Currency, FieldPath, OfferSourceId, TypeName};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// A row of an offer source's parameter table.
#[derive(Debug, Clone)]
pub(crate) struct SourceParameter {
    pub(crate) name: String,
    /// The network's macro, as it is pasted into the network's postback URL. With `{r}` the value
    /// is read from the notification.
    pub(crate) macro_text: String,
    pub(crate) role: Option<ParameterRole>,
    pub(crate) from: Vec<FieldPath>,
}

/// The parts of a source that its protocol sees. The protocols stand below the compiled tables and
/// cannot use them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SourceView<'a> {
    pub(crate) id: &'a OfferSourceId,
    /// The currency of an amount that comes without one.
    pub(crate) currency: Currency,
    /// The interface that counts where two interfaces report the same sale.
    pub(crate) truth: Option<Interface>,
    /// The network's words and kinds of event, each with the type that it is matched to.
    pub(crate) events: &'a BTreeMap<String, Option<TypeName>>,
    pub(crate) parameters: &'a [SourceParameter],
    /// The meanings of a postback's query parameters.
    pub(crate) names: &'a ParameterMap,
    /// Macros for the pasted URL, by the word of their meaning.
    pub(crate) pasted: &'a BTreeMap<String, String>,
}

impl<'a> SourceView<'a> {
    /// The names and macros of the URL to paste into the network: those of its dialect, and then
    /// those that the source adds or replaces.
    pub(crate) fn pasted_pairs(&self) -> Vec<(&'a str, &'a str)> {
        let mut pairs: Vec<(&str, &str)> = self.names.pasted().collect();
        for (word, filled) in self.pasted {
            let Some(meaning) = Meaning::from_word(word) else {
                continue;
            };
            let place = pairs
                .iter_mut()
                .find(|(name, _)| self.names.meaning(name) == Some(meaning));
            match (place, self.names.names(meaning).next()) {
                (Some((_, known)), _) => *known = filled,
                (None, Some(name)) => pairs.push((name, filled)),
                (None, None) => {}
            }
        }
        let is_pasted = |filled: &str| !filled.is_empty() && filled != "{r}";
        for row in self.parameters.iter().filter(|row| is_pasted(&row.macro_text)) {
            match pairs.iter_mut().find(|(name, _)| *name == row.name) {
                Some((_, known)) => *known = &row.macro_text,
                None => pairs.push((&row.name, &row.macro_text)),
            }
        }
        pairs
    }
}
