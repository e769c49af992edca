//! The parameters of a conversion that the rules of a campaign can read: those of its offers'
//! sources, without the personal ones.

use crate::config::Refusal;
use crate::model::ParameterRole;
use crate::scope::{Field, ParameterName};
use crate::tracker::compiled::{Offer, Path, Source};
use crate::value::{OfferId, OfferSourceId};
use alloc::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    format,
};

/// The names of parameters, each with whether it is personal in every source that has it.
pub(crate) struct Reach<'a>(BTreeMap<&'a str, bool>);

impl<'a> Reach<'a> {
    /// The parameters of these sources.
    pub(crate) fn of(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut names = BTreeMap::new();
        for row in sources.into_iter().flat_map(|source| &source.parameters) {
            let personal = row.role.as_ref().is_some_and(ParameterRole::is_private);
            let known = names.entry(row.name.as_str()).or_insert(personal);
            *known = *known && personal;
        }
        Self(names)
    }

    /// The parameters of the sources of these paths' offers. None without an offer: then the clicks
    /// come from elsewhere and may name any.
    pub(crate) fn of_paths(
        paths: &[Path],
        offers: &BTreeMap<OfferId, Offer>,
        sources: &'a BTreeMap<OfferSourceId, Source>,
    ) -> Option<Self> {
        let offered = paths.iter().flat_map(|path| &path.offers);
        let named: BTreeSet<&OfferSourceId> = offered
            .filter_map(|(offer, _)| Some(&offers.get(offer)?.source))
            .collect();
        (!named.is_empty()).then(|| Self::of(named.into_iter().filter_map(|id| sources.get(id))))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names that a rule can read.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(|(_, personal)| !**personal).map(|(name, _)| *name)
    }

    /// The parameter that a condition names; a personal one is refused.
    pub(crate) fn condition_name(&self, text: &str) -> Result<ParameterName, Refusal> {
        if text.is_empty() {
            return Err("the parameter's name is empty".into());
        }
        let name = ParameterName::from(text);
        let read = match name.field() {
            None => Cow::Borrowed(text),
            Some(Field::ConversionSub(number)) => Cow::Owned(format!("sub{number}")),
            Some(_) => return Ok(name),
        };
        if self.0.get(read.as_ref()) == Some(&true) {
            return Err(format!("`{}` is a personal value, which no rule can read", text.escape_debug()).into());
        }
        Ok(name)
    }
}
