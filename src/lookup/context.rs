//! The context in which every part of the definition is resolved.

use super::rows::refer;
use super::zone::Zones;
use crate::config::Place;
use crate::definition::Definition;
use crate::model::Status;
use crate::tracker::compiled::ConversionType;
use crate::value::{Currency, Namespace, TypeName, Zone};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

/// What every part of the definition may refer to.
pub(crate) struct Context<'a> {
    pub(crate) namespace: &'a Namespace,
    pub(crate) zones: Option<&'a dyn Zones>,
    /// The account's time zone: its name, and what it means where that is known.
    pub(crate) timezone: (Option<&'a str>, Option<&'a Zone>),
    /// The account's currency.
    pub(crate) currency: Currency,
    pub(crate) known: Known<'a>,
    /// The conversion types of the account.
    pub(crate) types: BTreeMap<TypeName, ConversionType>,
    pub(crate) default_type: Option<TypeName>,
    pub(crate) revenue_statuses: BTreeSet<Status>,
}

impl Context<'_> {
    pub(crate) fn type_name(&self, name: &TypeName, place: &Place<'_>) -> Option<TypeName> {
        refer(name, "conversion type", &self.known.types, place)
    }

    /// The types that a list names; an unknown one is reported.
    pub(crate) fn type_names(&self, names: &[TypeName], key: &str, place: &Place<'_>) -> Vec<TypeName> {
        let names = place.rows(key, names);
        names.filter_map(|(place, name)| self.type_name(name, &place)).collect()
    }
}

/// The names that are defined, also by rows that have a problem of their own. So a broken row is
/// reported once, and not at every place that refers to it.
pub(crate) struct Known<'a> {
    pub(crate) types: BTreeSet<&'a str>,
    pub(crate) domains: BTreeSet<&'a str>,
    pub(crate) sources: BTreeSet<&'a str>,
    pub(crate) offers: BTreeSet<&'a str>,
    pub(crate) channels: BTreeSet<&'a str>,
    pub(crate) apis: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(definition: &'a Definition) -> Self {
        Self {
            types: definition
                .conversion_types
                .iter()
                .map(|row| row.name.as_str())
                .collect(),
            domains: definition.domains.iter().map(|row| row.id.as_str()).collect(),
            sources: definition.offer_sources.iter().map(|row| row.id.as_str()).collect(),
            offers: definition.offers.iter().map(|row| row.id.as_str()).collect(),
            channels: definition.traffic_channels.iter().map(|row| row.id.as_str()).collect(),
            apis: definition.conversion_apis.iter().map(|row| row.id.as_str()).collect(),
        }
    }
}
