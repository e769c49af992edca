//! What belongs to the account as a whole: currency, statuses, types, rates, domains, the keys of
//! click ids.

use crate::config::Place;
use crate::definition::{Definition, Rate};
use crate::lookup::{Zones, domain_url, is_default, named, web_url, zone};
use crate::model::{Counts, Status};
use crate::tracker::compiled::{ConversionType, Domain};
use crate::tracker::rates::Rates;
use crate::value::{Currency, DomainId, SecretReference, TypeName, Zone};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    vec::Vec,
};

pub(super) struct Account {
    pub(super) currency: Currency,
    /// The account's time zone, where it is named and known.
    pub(super) zone: Option<Zone>,
    pub(super) revenue_statuses: BTreeSet<Status>,
    pub(super) types: BTreeMap<TypeName, ConversionType>,
    pub(super) default_type: Option<TypeName>,
    pub(super) rates: Rates,
    pub(super) domains: BTreeMap<DomainId, Domain>,
    pub(super) click_id_keys: Vec<SecretReference>,
}

pub(super) fn resolve(definition: &Definition, root: &Place<'_>, zones: Option<&dyn Zones>) -> Account {
    let (types, default_type) = types(definition, root);
    let name = definition.timezone.as_deref();
    let zone = name.and_then(|name| root.at("timezone").accept(zone(name, zones)).flatten());
    let revenue = definition.revenue_statuses.clone();
    Account {
        currency: definition.currency.unwrap_or(Currency::USD),
        zone,
        revenue_statuses: revenue
            .unwrap_or_else(|| [Status::Approved].into())
            .into_iter()
            .collect(),
        types,
        default_type,
        rates: rates(definition, root),
        domains: domains(definition, root),
        click_id_keys: definition.click_id.clone().unwrap_or_default().keys,
    }
}

fn types(definition: &Definition, root: &Place<'_>) -> (BTreeMap<TypeName, ConversionType>, Option<TypeName>) {
    let mut default = None;
    let mut has_default = false;
    let rows = (root, "conversion_type", definition.conversion_types.as_slice());
    let types: BTreeMap<TypeName, ConversionType> = named(rows, ("name", |row| &row.name), |row, place| {
        if is_default(row.default, "type", &mut has_default, place) {
            default = Some(row.name.clone());
        }
        Some(ConversionType {
            name: row.name.clone(),
            counts: row.counts.unwrap_or(Counts::Sale),
            duplicates: row.duplicates,
        })
    });
    if !has_default {
        root.at("conversion_type")
            .problem("no type has `default = true`; conversions without a type need one");
    }
    (types, default)
}

fn rates(definition: &Definition, root: &Place<'_>) -> Rates {
    let mut rates = Rates::default();
    let mut seen = BTreeSet::new();
    for (place, row) in root.rows("rate", &definition.rates) {
        let Rate {
            from, to, rate, since, ..
        } = *row;
        if rate.is_zero() {
            place.at("rate").problem("is zero");
        }
        if from == to {
            let said = format!("a rate from {from} to itself is always 1");
            place.at("to").problem(said);
        } else if !seen.insert((from, to, since)) {
            let said = format!("there are two rates from {from} to {to} since {since}");
            place.at("since").problem(said);
        }
        rates.insert(from, to, since, rate);
    }
    rates
}

fn domains(definition: &Definition, root: &Place<'_>) -> BTreeMap<DomainId, Domain> {
    let rows = (root, "domain", definition.domains.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        let url = place.at("url").accept(domain_url(&row.url));
        if let Some(text) = &row.fallback
            && web_url(text).is_none()
        {
            let said = format!("`{}` is not an absolute http or https URL", text.escape_debug());
            place.at("fallback").problem(said);
        }
        Some(Domain {
            url: url?,
            fallback: row.fallback.clone(),
            referrer_policy: row.referrer_policy.unwrap_or_default(),
        })
    })
}
