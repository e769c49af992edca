//! Which name of the platform an event has.

use super::row::Recipe;
use crate::model::Counts;
use alloc::string::String;

impl Recipe {
    /// The name of an event for a conversion type that no account names: the platform's name that
    /// is equal but for case, spaces, `_` and `-`; else `sale` for a sale; else the type's own name
    /// if the platform takes such names. None if it is told nothing.
    pub(crate) fn usual(&self, type_name: &str, counts: Counts) -> Option<String> {
        let wanted = plain(type_name);
        let known = self.names.iter().find(|name| plain(name) == wanted);
        let sale = || self.sale.as_ref().filter(|_| counts == Counts::Sale);
        let own = || self.custom.as_ref().map(|_| type_name.into());
        known.or_else(sale).cloned().or_else(own)
    }

    /// Whether it is one of the platform's names.
    pub(crate) fn is_standard(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name) || self.sale.as_deref() == Some(name)
    }
}

fn plain(text: &str) -> String {
    let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    letters.flat_map(char::to_lowercase).collect()
}
