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
pub(super) struct Context<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) zones: Option<&'a dyn Zones>,
    /// The account's time zone: its name, and what it means where that is known.
    pub(super) timezone: (Option<&'a str>, Option<&'a Zone>),
    /// The account's currency.
    pub(super) currency: Currency,
    pub(super) known: Known<'a>,
    /// The conversion types of the account.
    pub(super) types: BTreeMap<TypeName, ConversionType>,
    pub(super) default_type: Option<TypeName>,
    pub(super) revenue_statuses: BTreeSet<Status>,
}

impl Context<'_> {
    pub(super) fn type_name(&self, name: &TypeName, place: &Place<'_>) -> Option<TypeName> {
        refer(name, "conversion type", &self.known.types, place)
    }

    /// The types that a list names; an unknown one is reported.
    pub(super) fn type_names(&self, names: &[TypeName], key: &str, place: &Place<'_>) -> Vec<TypeName> {
        let names = place.rows(key, names);
        names.filter_map(|(place, name)| self.type_name(name, &place)).collect()
    }
}

/// The names that are defined, also by rows that have a problem of their own. So a broken row is
/// reported once, and not at every place that refers to it.
pub(super) struct Known<'a> {
    pub(super) types: BTreeSet<&'a str>,
    pub(super) domains: BTreeSet<&'a str>,
    pub(super) sources: BTreeSet<&'a str>,
    pub(super) offers: BTreeSet<&'a str>,
    pub(super) channels: BTreeSet<&'a str>,
    pub(super) apis: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(definition: &'a Definition) -> Self {
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
