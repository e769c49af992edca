//! Layer 4: from a click URL to a click and the offer's URL.

use crate::delivery::{FillError, fill_private};
use crate::model::Click;
use crate::scope::{ClickSlot, Scope};
use crate::template::RenderError;
use crate::text::{Cut, shown};
use crate::tracker::{Campaign, Channel, ClickIdKeys, Offer, Path, Source, Tracker, names};
use crate::value::{
    Amount, CampaignId, ChannelId, Money, OfferId, OfferSourceId, Pii, Query, QueryError, Timestamp, is_unfilled_macro,
};
use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    string::{String, ToString},
};
use thiserror::Error;

/// The longest value that a click keeps of its URL, in bytes.
pub const MAX_CLICK_VALUE: usize = 1_024;

/// A visit of a click URL.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// The campaign's id, as in the URL's path.
    pub campaign: &'a str,
    /// The URL's query.
    pub query: &'a Query<'a>,
    /// When.
    pub at: Timestamp,
    /// 192 random bits: for the click's id and for the choice of path and offer.
    pub entropy: [u64; 3],
    /// What the host knows of the visitor, by macro name (`country`, `os` ..).
    pub visitor: BTreeMap<String, String>,
    /// Personal values by macro name (`ip`, `useragent`).
    pub private: BTreeMap<String, Pii>,
}

/// A visit with its click and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routed {
    /// The click, to be recorded before the visitor is sent on.
    pub click: Click,
    /// Where the visitor goes.
    pub url: String,
}

/// A visit that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RouteError {
    /// There is no such campaign.
    #[error("campaign `{0}` is not configured")]
    UnknownCampaign(String),
    /// No path of the campaign has a weight over 0.
    #[error("campaign `{0}` has no path to choose")]
    NoPath(String),
    /// The query is malformed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A value is longer than [`MAX_CLICK_VALUE`].
    #[error("parameter `{0}` is over {MAX_CLICK_VALUE} bytes long")]
    TooLong(String),
    /// The offer's URL cannot be written with this click's values.
    #[error("the offer's URL cannot be rendered: {0}")]
    Render(#[from] RenderError),
    /// A personal value of the visitor does not fit its place in the offer's URL.
    #[error("the offer's URL cannot be completed: {0}")]
    Fill(#[from] FillError),
}

/// Sends visitors on by one configuration. It holds what of the configuration routing may see;
/// cheap to make and to copy.
#[derive(Debug, Clone, Copy)]
pub struct Router<'t> {
    campaigns: &'t BTreeMap<CampaignId, Campaign>,
    channels: &'t BTreeMap<ChannelId, Channel>,
    offers: &'t BTreeMap<OfferId, Offer>,
    sources: &'t BTreeMap<OfferSourceId, Source>,
}

impl<'t> Router<'t> {
    /// Routes by the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            campaigns: &tracker.campaigns,
            channels: &tracker.channels,
            offers: &tracker.offers,
            sources: &tracker.sources,
        }
    }

    /// Makes the click of a visit: an id, the channel's parameters, one path and one offer by
    /// weight, and the offer's URL.
    ///
    /// # Errors
    /// [`RouteError`].
    pub fn route(&self, visit: Visit<'_>, keys: &ClickIdKeys) -> Result<Routed, RouteError> {
        let unknown = || RouteError::UnknownCampaign(shown(visit.campaign));
        let campaign = self.campaigns.get(visit.campaign).ok_or_else(unknown)?;
        let channel = self.channels.get(&campaign.channel).ok_or_else(unknown)?;
        let [id_entropy, unsigned_entropy, choice] = visit.entropy;
        let no_path = || RouteError::NoPath(visit.campaign.to_owned());
        let (offer_id, offer) = self.choose(campaign, choice).ok_or_else(no_path)?;
        let mut click = Click::new(
            keys.mint(visit.at, [id_entropy, unsigned_entropy]),
            visit.at,
            campaign.id.clone(),
            offer_id.clone(),
            offer.source.clone(),
            campaign.channel.clone(),
        );
        click.visitor = visit.visitor;
        click.private = visit.private;
        read_parameters(&mut click, channel, visit.query)?;
        click.cost = click.cost.or(campaign.cost);
        let mut scope = Scope::of_click(&click);
        let source = self.sources.get(&click.source);
        scope.names = names(campaign, channel, Some(offer), source);
        scope.roles = Some(&channel.roles);
        let rendered = offer.url.render(&scope)?;
        let url = fill_private(&rendered, &click.private, click.at)?;
        Ok(Routed { click, url })
    }

    fn choose(&self, campaign: &Campaign, choice: u64) -> Option<(&'t OfferId, &'t Offer)> {
        // Two independent draws of 32 bits; the bias of a remainder below 2^-16 for the largest
        // weights is far under any share that shows.
        let (high, low) = (choice >> 32, choice & 0xffff_ffff);
        let path: &Path = weighted(&campaign.paths, high, |path| path.weight)?;
        let (id, _) = weighted(&path.offers, low, |(_, weight)| *weight)?;
        self.offers.get_key_value(id)
    }
}

/// The item under a draw, each as often as its weight says.
fn weighted<T>(items: &[T], draw: u64, weight: impl Fn(&T) -> u32) -> Option<&T> {
    let total: u64 = items.iter().map(|item| u64::from(weight(item))).sum();
    let mut rest = draw.checked_rem(total)?;
    items.iter().find(|item| {
        let weight = u64::from(weight(item));
        let here = rest < weight;
        rest = rest.saturating_sub(weight);
        here
    })
}

/// Fills the click's slots: by the channel's names, and `sub1`..`sub20`, `ref_id`, `external_id`
/// under their own. An unfilled macro is a missing value.
fn read_parameters(click: &mut Click, channel: &Channel, query: &Query<'_>) -> Result<(), RouteError> {
    for row in &channel.parameters {
        if let Some(value) = value(query, &row.name)? {
            put(click, channel, row.slot, value);
        }
    }
    let plain = [
        ("ref_id", ClickSlot::RefId),
        ("external_id", ClickSlot::ExternalId),
        ("cost", ClickSlot::Cost),
    ];
    let named = |slot: ClickSlot| channel.parameters.iter().any(|row| row.slot == slot);
    for (name, slot) in plain.into_iter().filter(|(_, slot)| !named(*slot)) {
        if let Some(value) = value(query, name)? {
            put(click, channel, slot, value);
        }
    }
    for number in 1..=crate::model::SLOTS {
        let slot = ClickSlot::Sub(number);
        if named(slot) {
            continue;
        }
        if let Some(value) = value(query, &alloc::format!("sub{number}"))? {
            put(click, channel, slot, value);
        }
    }
    Ok(())
}

fn value<'q>(query: &'q Query<'_>, name: &str) -> Result<Option<&'q str>, RouteError> {
    let value = query.value(name)?.filter(|value| !is_unfilled_macro(value));
    match value {
        Some(value) if value.len() > MAX_CLICK_VALUE => Err(RouteError::TooLong(Cut::new(name, 64).to_string())),
        value => Ok(value),
    }
}

fn put(click: &mut Click, channel: &Channel, slot: ClickSlot, value: &str) {
    match slot {
        ClickSlot::RefId => click.ref_id = Some(value.to_owned()),
        ClickSlot::ExternalId => click.external_id = Some(value.to_owned()),
        ClickSlot::Sub(number) => {
            click.subs.insert(number, value.to_owned());
        }
        // A cost that is no amount is left out: the visitor must not be turned away for it.
        ClickSlot::Cost => {
            let amount = value.parse::<Amount>().ok();
            click.cost = amount.map(|amount| Money {
                amount,
                currency: channel.currency,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_shares_and_zero_is_never_chosen() {
        let items = [("a", 1), ("b", 0), ("c", 3)];
        let chosen = |draw| weighted(&items, draw, |(_, weight)| *weight).map(|(name, _)| *name);
        assert_eq!(
            [0, 1, 2, 3, 4].map(chosen),
            [Some("a"), Some("c"), Some("c"), Some("c"), Some("a")]
        );
        assert_eq!(weighted(&[("a", 0)], 5, |(_, weight)| *weight), None);
    }
}
