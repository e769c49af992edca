//! What a source's table `events` says of a network's word. Both reading and deciding use it.

use super::compiled::Source;
use crate::event::Kind;
use crate::value::TypeName;

/// Finds the row of the table `events` for an event: the row of the network's own word, otherwise
/// the row of its kind, otherwise the row of the word that the network's notifications use for that
/// kind (ClickBank's `PURCHASE` is their `SALE`).
pub(crate) fn listed<'a>(source: &'a Source, name: &str, kind: Option<&Kind>) -> Option<&'a Option<TypeName>> {
    if let Some(row) = mapped_word(source, name, kind) {
        return Some(row);
    }
    let kind = kind.cloned().or_else(|| word_kind(source, name))?;
    let notified = || source.events.get(source.protocol.notified_word(&kind)?);
    source.events.get(kind.as_str()).or_else(notified)
}

/// The kind that a postback's word means by itself, without the table.
pub(crate) fn word_kind(source: &Source, name: &str) -> Option<Kind> {
    source.protocol.kind_of(name)
}

/// Finds the row of the network's own word. A `SALE` that has only upsells uses the row `UPSELL`,
/// never the row `SALE`.
fn mapped_word<'a>(source: &'a Source, name: &str, kind: Option<&Kind>) -> Option<&'a Option<TypeName>> {
    if source.events.is_empty() {
        return None;
    }
    if kind == Some(&Kind::Upsell) && name == "SALE" {
        return source.events.get("UPSELL");
    }
    let exact = source.events.get(name);
    // The word `SUBSCRIPTION-CHG 12->34` carries the change in itself.
    let prefix = || name.split_once(' ').and_then(|(word, _)| source.events.get(word));
    let folded = || match source.protocol.folds_words() {
        true => source.events.get(&name.to_ascii_uppercase()),
        false => None,
    };
    let alike = || only(source.events.iter().filter(|(word, _)| word.eq_ignore_ascii_case(name)));
    exact
        .or_else(prefix)
        .or_else(folded)
        .or_else(|| alike().filter(|_| !source.exact_types).map(|(_, row)| row))
}

/// Returns the only item; none if there are several.
pub(crate) fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

impl Source {
    /// Whether a postback's word is an open type and nothing else: a word that `events` maps to
    /// another type could carry money. Upper and lower case count as they do in the decision. An
    /// open type needs neither a token nor an address.
    #[must_use]
    pub fn is_open(&self, word: &str) -> bool {
        let open = |name: &str| self.open_types.contains(name);
        let alike = || self.open_in_any_case.contains(&word.to_ascii_lowercase());
        let mapped = || listed(self, word, None);
        (open(word) || alike()) && mapped().is_none_or(|mapped| mapped.as_ref().is_some_and(|name| open(name.as_str())))
    }
}
