//! Campaigns: paths, costs, postbacks.

use super::channel::Draft;
use super::reach::Reach;
use super::rows::{amount, named, refer, title};
use super::{Context, MAX_ROWS, postback};
use crate::config::{MAX_ENTRIES, Table, one_of};
use crate::plan::MAX_TRACED_RULES;
use crate::rule::{Conditions, Index};
use crate::tracker::compiled::{Campaign, Demand, Offer, Path, Postback, Source};
use crate::value::{CampaignId, ChannelId, Currency, Money, OfferId, OfferSourceId, Percent, TypeName};
use alloc::{collections::BTreeMap, format, vec::Vec};

/// The names of routes, which stand where a campaign's id stands in a URL.
pub(super) const ROUTES: &[&str] = &[
    "postback", "ins", "api", "healthz", "metrics", "track.js", "view", "click", "clickupd", "imp",
];

/// The largest weight: finer shares than a millionth cannot be seen in any traffic, and sums stay
/// far below 32 bits.
pub const MAX_WEIGHT: u32 = 1_000_000;

/// The weight of a path or an offer that says none, as in the trackers of the field.
const WEIGHT: u32 = 100;

const KEYS: &[&str] = &[
    "id",
    "title",
    "channel",
    "domain",
    "cost",
    "path",
    "postback",
    "conversion_api",
];

pub(super) fn read(
    root: &Table<'_>,
    context: &Context<'_>,
    channels: &BTreeMap<ChannelId, Draft<'_>>,
    offers: &BTreeMap<OfferId, Offer>,
    sources: &BTreeMap<OfferSourceId, Source>,
) -> BTreeMap<CampaignId, Campaign> {
    let types: Vec<TypeName> = context.types.keys().cloned().collect();
    let every = Reach::of(sources.values());
    named(root, "campaign", MAX_ROWS, KEYS, |row, id: Option<&CampaignId>| {
        if let Some(id) = id.filter(|id| ROUTES.contains(&id.as_str())) {
            row.problem(
                "id",
                format!("`{id}` is the name of a route, so no click would reach the campaign"),
            );
        }
        let title = title(row, id);
        let channel: Option<ChannelId> = row.needed("channel", |text| {
            refer(text, "traffic channel", &context.known.channels)
        });
        let draft = channel.as_ref().and_then(|id| channels.get(id));
        let domain = row.parsed("domain", |text| refer(text, "domain", &context.known.domains));
        let cost = cost(row, draft.map_or(context.currency, |draft| draft.channel.currency));
        let paths = paths(row, context);
        let offered = Reach::of_paths(&paths, offers, sources);
        let mut postbacks = postback::read(row, id, context, draft, offered.as_ref().unwrap_or(&every));
        super::later::campaign_apis(row, context);
        let conditions: Vec<&Conditions> = postbacks.iter().map(|postback| &postback.conditions).collect();
        let rules = Index::new(&conditions, &types);
        let demands = demands(&mut postbacks);
        let named = postbacks.iter().take(MAX_TRACED_RULES);
        let traced = named.map(|postback| postback.id.clone()).collect();
        Some(Campaign {
            id: id?.clone(),
            title,
            channel: channel?,
            domain,
            cost,
            paths,
            postbacks,
            rules,
            demands,
            traced,
        })
    })
}

/// What the postbacks ask besides types and statuses, each different one once; every postback is
/// told its place.
fn demands(postbacks: &mut [Postback]) -> Vec<Demand> {
    let mut demands: Vec<Demand> = Vec::new();
    for postback in postbacks {
        let demand = Demand {
            conditions: postback.conditions.without_names(),
            payout: postback.payout,
        };
        postback.demand = demands
            .iter()
            .position(|known| *known == demand)
            .unwrap_or(demands.len());
        if postback.demand == demands.len() {
            demands.push(demand);
        }
    }
    demands
}

/// What one click costs, where the model says so. The other models are checked for their shape and
/// change nothing yet.
fn cost(row: &Table<'_>, currency: Currency) -> Option<Money> {
    const MODELS: &[&str] = &["cpc", "cpa", "cpm", "popcpm", "revshare", "none"];
    let table = row.table("cost")?;
    table.only(&["model", "amount"]);
    match table.needed("model", |word| one_of(word, "a cost model", MODELS))? {
        "none" => {
            if table.has("amount") {
                table.problem("amount", "the model `none` has no amount");
            }
            None
        }
        "revshare" => {
            table.needed("amount", str::parse::<Percent>);
            None
        }
        model => {
            let amount = table.needed("amount", amount)?;
            (model == "cpc").then_some(Money { amount, currency })
        }
    }
}

fn paths(row: &Table<'_>, context: &Context<'_>) -> Vec<Path> {
    let rows = row.rows("path", MAX_ENTRIES);
    let mut paths = Vec::new();
    for path in &rows {
        path.only(&["weight", "offers"]);
        let weight = weight(path);
        let offers = path.rows("offers", MAX_ENTRIES);
        if offers.is_empty() {
            path.problem("offers", "a path needs an offer");
        }
        let offers = offers.iter().filter_map(|row| {
            row.only(&["offer", "weight"]);
            let weight = self::weight(row);
            let offer: Option<OfferId> = row.needed("offer", |text| refer(text, "offer", &context.known.offers));
            Some((offer?, weight))
        });
        let offers: Vec<_> = offers.collect();
        all_zero(path, "offers", offers.iter().map(|(_, weight)| *weight));
        paths.push(Path { weight, offers });
    }
    all_zero(row, "path", paths.iter().map(|path| path.weight));
    paths
}

fn weight(row: &Table<'_>) -> u32 {
    row.number("weight", 0, MAX_WEIGHT).unwrap_or(WEIGHT)
}

fn all_zero(row: &Table<'_>, key: &str, mut weights: impl ExactSizeIterator<Item = u32>) {
    if weights.len() > 0 && weights.all(|weight| weight == 0) {
        row.problem(key, "every weight is zero, so none can be chosen");
    }
}
