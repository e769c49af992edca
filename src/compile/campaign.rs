//! Campaigns: paths, costs, postbacks.

use super::channel::Draft;
use super::postback;
use super::reach::Reach;
use crate::config::Place;
use crate::conversion_api::Account;
use crate::definition::{self, Cost, Definition};
use crate::lookup::{Context, named, refer, title};
use crate::plan::MAX_TRACED_RULES;
use crate::tracker::compiled::{Campaign, Offer, Path, PostbackRule, Source};
use crate::value::{CampaignId, ChannelId, Currency, Money, OfferId, OfferSourceId, PostbackId};
use alloc::{collections::BTreeMap, format, sync::Arc, vec::Vec};

/// The names of routes. They stand where a campaign's id stands in a URL, so no campaign can have
/// one as its id.
pub(super) const ROUTES: &[&str] = &[
    "postback", "ins", "api", "healthz", "readyz", "metrics", "track.js", "view", "click", "clickupd", "imp",
];

/// What campaigns refer to.
pub(super) struct Parts<'a> {
    pub(super) channels: &'a BTreeMap<ChannelId, Draft<'a>>,
    pub(super) offers: &'a BTreeMap<OfferId, Offer>,
    pub(super) sources: &'a BTreeMap<OfferSourceId, Source>,
    pub(super) accounts: &'a BTreeMap<PostbackId, Arc<Account>>,
}

/// The default weight of a path or an offer, as in the trackers of the field.
const WEIGHT: u32 = 100;

pub(super) fn resolve(
    definition: &Definition,
    root: &Place<'_>,
    context: &Context<'_>,
    parts: &Parts<'_>,
) -> BTreeMap<CampaignId, Campaign> {
    let Parts {
        channels,
        offers,
        sources,
        accounts,
    } = *parts;
    let every = Reach::of(sources.values());
    let rows = (root, "campaign", definition.campaigns.as_slice());
    named(rows, ("id", |row| &row.id), |row, place| {
        let id = &row.id;
        if ROUTES.contains(&id.as_str()) {
            let said = format!("`{id}` is the name of a route, so no click would reach the campaign");
            place.at("id").problem(said);
        }
        let known = &context.known;
        let channel = refer(&row.channel, "traffic channel", &known.channels, &place.at("channel"));
        let draft = channel.as_ref().and_then(|id| channels.get(id));
        let domain = row.domain.as_ref();
        let domain = domain.and_then(|id| refer(id, "domain", &known.domains, &place.at("domain")));
        let cost = cost(row, draft.map_or(context.currency, |draft| draft.channel.currency));
        let paths = paths(row, place, context);
        let offered = Reach::of_paths(&paths, offers, sources);
        let resolved = postback::Parts {
            context,
            channel: draft,
            reach: offered.as_ref().unwrap_or(&every),
            accounts,
        };
        let mut postbacks = postback::resolve(row, place, resolved);
        number(&mut postbacks);
        let named = postbacks.iter().take(MAX_TRACED_RULES);
        let traced = named.map(|postback| postback.id.clone()).collect();
        Some(Campaign {
            id: id.clone(),
            title: title(row.title.as_ref(), id),
            channel: channel?,
            domain,
            cost,
            paths,
            postbacks,
            traced,
        })
    })
}

/// Gives every postback the number of what it asks, types and statuses left aside. Postbacks that
/// ask the same have the same number.
fn number(postbacks: &mut [PostbackRule]) {
    let mut firsts: Vec<usize> = Vec::new();
    for place in 0..postbacks.len() {
        let Some((before, [own, ..])) = postbacks.split_at_mut_checked(place) else {
            return;
        };
        let alike = |first: &usize| {
            let known = before.get(*first);
            known.is_some_and(|known| known.payout == own.payout && known.conditions.asks_like(&own.conditions))
        };
        let asks = firsts.iter().position(alike);
        own.asks = asks.unwrap_or(firsts.len());
        if asks.is_none() {
            firsts.push(place);
        }
    }
}

/// The cost of one click, where the model says it. The other models change nothing yet.
fn cost(row: &definition::Campaign, currency: Currency) -> Option<Money> {
    match row.cost? {
        Cost::Cpc(amount) => Some(Money { amount, currency }),
        _ => None,
    }
}

fn paths(row: &definition::Campaign, place: &Place<'_>, context: &Context<'_>) -> Vec<Path> {
    let path = |(place, row): (Place<'_>, &definition::Path)| {
        if row.offers.is_empty() {
            place.at("offers").problem("a path needs an offer");
        }
        let offers = place.rows("offers", &row.offers).filter_map(|(place, row)| {
            let offer = refer(&row.offer, "offer", &context.known.offers, &place.at("offer"));
            Some((offer?, row.weight.unwrap_or(WEIGHT)))
        });
        let offers: Vec<_> = offers.collect();
        all_zero(&place.at("offers"), offers.iter().map(|(_, weight)| *weight));
        Path {
            weight: row.weight.unwrap_or(WEIGHT),
            offers,
        }
    };
    let paths: Vec<Path> = place.rows("path", &row.paths).map(path).collect();
    all_zero(&place.at("path"), paths.iter().map(|path| path.weight));
    paths
}

fn all_zero(place: &Place<'_>, mut weights: impl ExactSizeIterator<Item = u32>) {
    if weights.len() > 0 && weights.all(|weight| weight == 0) {
        place.problem("every weight is zero, so none can be chosen");
    }
}
