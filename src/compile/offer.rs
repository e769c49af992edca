//! Offers.

use crate::config::Place;
use crate::definition::Definition;
use crate::lookup::{Context, named, refer, template, title};
use crate::template::UrlTemplate;
use crate::tracker::compiled::{Offer, Source};
use crate::value::{Money, OfferId, OfferSourceId};
use alloc::collections::BTreeMap;

pub(super) fn resolve(
    definition: &Definition,
    root: &Place<'_>,
    context: &Context<'_>,
    sources: &BTreeMap<OfferSourceId, Source>,
) -> BTreeMap<OfferId, Offer> {
    let rows = (root, "offer", definition.offers.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        let source = refer(&row.source, "offer source", &context.known.sources, &place.at("source"));
        let url = template(UrlTemplate::parse_offer(&row.url), &place.at("url"));
        let of_source = || Some(sources.get(source.as_ref()?)?.currency);
        let currency = row.currency.or_else(of_source).unwrap_or(context.currency);
        Some(Offer {
            title: title(row.title.as_ref(), &row.id),
            source: source?,
            url: url?,
            payout: row.payout.map(|amount| Money { amount, currency }),
            default_status: row.default_status,
        })
    })
}
