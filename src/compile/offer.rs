//! Offers.

use super::rows::{amount, named, refer, template, title};
use super::{Context, MAX_ROWS};
use crate::config::Table;
use crate::model::Status;
use crate::template::UrlTemplate;
use crate::tracker::compiled::{Offer, Source};
use crate::value::{Currency, Money, OfferId, OfferSourceId};
use alloc::collections::BTreeMap;

const KEYS: &[&str] = &["id", "title", "source", "url", "payout", "currency", "default_status"];

pub(super) fn read(
    root: &Table<'_>,
    context: &Context<'_>,
    sources: &BTreeMap<OfferSourceId, Source>,
) -> BTreeMap<OfferId, Offer> {
    named(root, "offer", MAX_ROWS, KEYS, |row, id| {
        let title = title(row, id);
        let source: Option<OfferSourceId> =
            row.needed("source", |text| refer(text, "offer source", &context.known.sources));
        let url = template(row, "url", UrlTemplate::parse_offer);
        let own: Option<Currency> = row.parsed("currency", str::parse);
        let of_source = || Some(sources.get(source.as_ref()?)?.currency);
        let currency = own.or_else(of_source).unwrap_or(context.currency);
        let payout = row.parsed("payout", amount).map(|amount| Money { amount, currency });
        let default_status = row.word("default_status", "a status", Status::ALL);
        Some(Offer {
            title,
            source: source?,
            url: url?,
            payout,
            default_status,
        })
    })
}
