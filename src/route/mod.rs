//! This module leads from a click URL to a click and the offer's URL. Begin with [`Router`] and
//! [`Visit`]. (Layer 4.)
//!
//! ```
//! use postback::route::{Router, Visit};
//! use postback::tracker::ClickIdKeys;
//! use postback::{CompileOptions, Document, Timestamp, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "domain": [{"id": "main", "url": "https://trk.example.com"}],
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default_status": "approved"}],
//!         "offer": [{"id": "book", "source": "network", "url": "https://shop.example.com/?c={clickid}"}],
//!         "traffic_channel": [{"id": "push", "template": "richpush"}],
//!         "campaign": [{"id": "summer", "channel": "push",
//!             "path": [{"offers": [{"offer": "book"}]}],
//!             "postback": [{"id": "sales", "types": ["Sale"]}]}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!
//!     let visit = Visit {
//!         campaign: "summer",
//!         query: b"ref_id=RP1",
//!         cookies: b"",
//!         at: Timestamp::from_unix_seconds(1_800_000_000)?,
//!         entropy: [1, 2, 3], // random bits of the host's
//!         visitor: [("country".to_owned(), "DE".to_owned())].into(),
//!         private: [].into(),
//!     };
//!     let routed = Router::new(&tracker).route(visit, &ClickIdKeys::default())?;
//!     // Record the click, then send the visitor on.
//!     assert_eq!(routed.click.ref_id.as_deref(), Some("RP1"));
//!     assert_eq!(routed.url, format!("https://shop.example.com/?c={}", routed.click.id));
//!     Ok(())
//! }
//! ```

mod cookies;
mod fit;
mod limit;
mod query;
mod slots;

pub use cookies::MAX_COOKIES;
pub use limit::{MAX_CLICK, MAX_CLICK_VALUE};

use crate::delivery::{FillError, fill_private};
use crate::model::{Click, Kept, Note, NoteProblem, ReferrerPolicy};
use crate::outbound::HoledText;
use crate::scope::{Field, Scope, Value};
use crate::template::RenderError;
use crate::text::shown;
use crate::tracker::{Campaign, Channel, ClickIdKeys, Domain, Offer, Path, Source, Tracker, domain_of, names};
use crate::value::{CampaignId, ChannelId, DomainId, OfferId, OfferSourceId, Pii, Timestamp};
use alloc::{borrow::ToOwned, collections::BTreeMap, string::String};
use thiserror::Error;

/// A visit of a click URL.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// The campaign's id, as in the URL's path.
    pub campaign: &'a str,
    /// The URL's query, as it came. A fault in it never stops the visitor.
    pub query: &'a [u8],
    /// The request's cookies, as the header `Cookie` has them (`name=value; name2=value2`); several
    /// such headers are joined by `; `. Only those that a parameter of the channel names are read,
    /// and only the first [`MAX_COOKIES`] bytes.
    pub cookies: &'a [u8],
    /// The time of the visit.
    pub at: Timestamp,
    /// 192 random bits, for the click's id and for the choice of path and offer.
    pub entropy: [u64; 3],
    /// What the host knows of the visitor, by macro name (`country`, `os`, ...).
    pub visitor: BTreeMap<String, String>,
    /// Personal values of the visitor, by macro name (`ip`, `useragent`).
    pub private: BTreeMap<String, Pii>,
}

/// The outcome of a visit: its click and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routed {
    /// The click. Record it before the visitor is redirected.
    pub click: Click,
    /// The URL to which the visitor is redirected.
    pub url: String,
    /// The referrer policy of the redirect, which says how much the browser tells the offer of
    /// where the visitor comes from. It is the setting of the campaign's domain.
    pub referrer_policy: ReferrerPolicy,
}

/// Why a visit leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RouteError {
    /// No campaign has this id.
    #[error("campaign `{0}` is not configured")]
    UnknownCampaign(String),
    /// No path of the campaign has a weight above 0.
    #[error("campaign `{0}` has no path to choose: give it a `path` with a weight over 0")]
    NoPath(String),
    /// The offer's URL cannot be written, even without the values from the click's URL.
    #[error("the offer's URL cannot be rendered: {0}")]
    Render(#[from] RenderError),
    /// A personal value of the visitor does not fit its place in the offer's URL.
    #[error("the offer's URL cannot be completed: {0}")]
    Fill(#[from] FillError),
}

/// Sends visitors on by one configuration. It holds the part of the configuration that routing may
/// see, and is cheap to make and to copy.
#[derive(Debug, Clone, Copy)]
pub struct Router<'t> {
    domains: &'t BTreeMap<DomainId, Domain>,
    campaigns: &'t BTreeMap<CampaignId, Campaign>,
    channels: &'t BTreeMap<ChannelId, Channel>,
    offers: &'t BTreeMap<OfferId, Offer>,
    sources: &'t BTreeMap<OfferSourceId, Source>,
}

impl<'t> Router<'t> {
    /// A router for the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            domains: &tracker.tables.domains,
            campaigns: &tracker.tables.campaigns,
            channels: &tracker.tables.channels,
            offers: &tracker.tables.offers,
            sources: &tracker.tables.sources,
        }
    }

    /// Makes the click of a visit: it mints an id, reads the channel's parameters, chooses one path
    /// and one offer by weight, and writes the offer's URL. A part of the query that cannot be
    /// read, or that does not fit the offer's URL, is noted on the click ([`Click::notes`]), and so
    /// is what is cut because the click would be larger than [`MAX_CLICK`].
    ///
    /// # Errors
    /// - a campaign that is not configured, or has no path with a weight over 0
    /// - an offer's URL that cannot be written, even without the values from the click's URL
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
        slots::fill(&mut click, channel, visit.query, visit.cookies);
        click.cost = click.cost.or(campaign.cost);
        fit::fit(&mut click);
        let mut scope = Scope::of_click(&click);
        let source = self.sources.get(&click.source);
        scope.names = names(campaign, channel, Some(offer), source);
        scope.roles = Some(&channel.roles);
        let (rendered, unfit) = rendered(offer, &scope)?;
        let url = fill_private(&rendered, &click.private, click.at)?;
        if let Some(name) = unfit {
            slots::push(&mut click, Note::new(name, NoteProblem::Unfit, Kept::Whole));
        }
        let domain = domain_of(self.domains, campaign.domain.as_ref());
        Ok(Routed {
            click,
            url,
            referrer_policy: domain.map_or_else(Default::default, |domain| domain.referrer_policy),
        })
    }

    fn choose(&self, campaign: &Campaign, choice: u64) -> Option<(&'t OfferId, &'t Offer)> {
        // These are two independent draws of 32 bits. The bias of the remainder is below 2^-16 for
        // the largest weights, far less than any statistics can show.
        let (high, low) = (choice >> 32, choice & 0xffff_ffff);
        let path: &Path = weighted(&campaign.paths, high, |path| path.weight)?;
        let (id, _) = weighted(&path.offers, low, |(_, weight)| *weight)?;
        self.offers.get_key_value(id)
    }
}

/// Writes the offer's URL. If a value from the click's URL does not fit, it writes the URL without
/// these values, and returns also the name of the one that does not fit.
fn rendered(offer: &Offer, scope: &Scope<'_>) -> Result<(HoledText, Option<String>), RenderError> {
    let error = match offer.url.render(scope) {
        Ok(rendered) => return Ok((rendered, None)),
        Err(error) => error,
    };
    let came = |field: &Field| {
        matches!(
            field,
            Field::RefId | Field::ExternalId | Field::Sub(_) | Field::Role(_) | Field::Visitor(_)
        )
    };
    let rendered = offer.url.render_with(|field| match came(field) {
        true => Value::Empty,
        false => scope.value(field),
    });
    rendered.map(|rendered| (rendered, Some(error.name().to_owned())))
}

/// Chooses an item by a draw, each as often as its weight says.
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

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

    #[test]
    fn a_campaign_without_a_path_says_what_it_needs() {
        let document = r#"{"version": 1, "conversion_type": [{"name": "Sale", "default": true}],
            "traffic_channel": [{"id": "push"}], "campaign": [{"id": "c", "channel": "push"}]}"#;
        let document = crate::Document::from_json(document).unwrap();
        let tracker = crate::compile(&document, &crate::CompileOptions::default()).unwrap();
        let visit = Visit {
            campaign: "c",
            query: b"",
            cookies: b"",
            at: Timestamp::from_unix_seconds(0).unwrap(),
            entropy: [0; 3],
            visitor: BTreeMap::new(),
            private: BTreeMap::new(),
        };
        let refused = Router::new(&tracker).route(visit, &ClickIdKeys::default()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "campaign `c` has no path to choose: give it a `path` with a weight over 0"
        );
    }
}
