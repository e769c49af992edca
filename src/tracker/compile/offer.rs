//! Offers.

use super::{Context, MAX_ROWS, amount, name, refer, title};
use crate::config::Table;
use crate::model::Status;
use crate::template::{TemplateError, UrlTemplate};
use crate::tracker::compiled::{Offer, Source};
use crate::value::{Currency, Money, OfferId, OfferSourceId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::ToString,
};

pub(super) fn read(
    root: &Table<'_>,
    context: &Context<'_>,
    sources: &BTreeMap<OfferSourceId, Source>,
) -> BTreeMap<OfferId, Offer> {
    let mut seen = BTreeSet::new();
    let mut offers = BTreeMap::new();
    for row in root.rows("offer", MAX_ROWS) {
        row.only(&["id", "title", "source", "url", "payout", "currency", "default_status"]);
        let id: Option<OfferId> = name(&row, "id", &mut seen);
        let title = title(&row, id.as_ref());
        let source: Option<OfferSourceId> =
            row.needed("source", |text| refer(text, "offer source", &context.known.sources));
        let url = template(&row, "url", UrlTemplate::parse_offer);
        let own: Option<Currency> = row.parsed("currency", str::parse);
        let of_source = source
            .as_ref()
            .and_then(|id| sources.get(id))
            .map(|source| source.currency);
        let currency = own.or(of_source).unwrap_or(context.currency);
        let payout = row.parsed("payout", amount).map(|amount| Money { amount, currency });
        let default_status = row.word("default_status", "a status", Status::ALL);
        if let (Some(id), Some(source), Some(url)) = (id, source, url) {
            offers.insert(
                id,
                Offer {
                    title,
                    source,
                    url,
                    payout,
                    default_status,
                },
            );
        }
    }
    offers
}

/// A template; each of its problems is reported on its own.
pub(super) fn template<T>(
    row: &Table<'_>,
    key: &str,
    parse: impl FnOnce(&str) -> Result<T, TemplateError>,
) -> Option<T> {
    if !row.has(key) {
        row.problem(key, "is missing");
    }
    match parse(row.text(key)?) {
        Ok(template) => Some(template),
        Err(error) => {
            for problem in error.problems() {
                row.refuse(row.at(key), problem.to_string());
            }
            None
        }
    }
}
