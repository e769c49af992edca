//! This module has the URLs that a configuration asks one to paste elsewhere. Begin with [`Setup`].
//! They begin with the domain that is named, or with the only one. (Layer 4.)
//!
//! ```
//! use postback::{CompileOptions, Document, compile, setup::Setup};
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
//!     let setup = Setup::new(&tracker);
//!     let campaign = tracker.campaign("summer").ok_or("no such campaign")?;
//!     let url = setup.click_url(campaign).ok_or("no domain")?;
//!     assert!(url.starts_with("https://trk.example.com/summer?ref_id=[CLICK_ID]&cost=[BID_PRICE]"));
//!     let source = tracker.source(Some("network")).ok_or("no such source")?;
//!     let url = setup.postback_url(source).ok_or("no domain")?;
//!     assert!(url.starts_with("https://trk.example.com/postback/network"));
//!     Ok(())
//! }
//! ```

use crate::tracker::{Campaign, Channel, Domain, Source, Tracker, domain_of};
use crate::value::{ChannelId, DomainId};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

/// Makes the URLs that are to be pasted elsewhere, for one configuration.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'t> {
    domains: &'t BTreeMap<DomainId, Domain>,
    channels: &'t BTreeMap<ChannelId, Channel>,
}

impl<'t> Setup<'t> {
    /// The URLs for the configuration of `tracker`.
    #[must_use]
    pub fn new(tracker: &'t Tracker) -> Self {
        Self {
            domains: &tracker.tables.domains,
            channels: &tracker.tables.channels,
        }
    }

    /// The URL of a source's postbacks, with [`pasted_query`]; none without a domain.
    #[must_use]
    pub fn postback_url(&self, source: &Source) -> Option<String> {
        let domain = domain_of(self.domains, source.domain.as_ref())?;
        let page = format!("{}/postback/{}", domain.url, source.id);
        Some(with_query(page, source.view().pasted_pairs()))
    }

    /// The URL of a source's notifications, to which `?token=..` must be appended; none without a
    /// domain.
    #[must_use]
    pub fn ins_url(&self, source: &Source) -> Option<String> {
        let domain = domain_of(self.domains, source.domain.as_ref())?;
        Some(format!("{}/ins/{}", domain.url, source.id))
    }

    /// The click URL of a campaign, with its channel's macros, to paste into the channel; none
    /// without a domain.
    #[must_use]
    pub fn click_url(&self, campaign: &Campaign) -> Option<String> {
        let domain = domain_of(self.domains, campaign.domain.as_ref())?;
        Some(format!("{}{}", domain.url, self.click_path(campaign)))
    }

    /// The path and query of [`Setup::click_url`], for a domain that is not in the document.
    #[must_use]
    pub fn click_path(&self, campaign: &Campaign) -> String {
        let channel = self.channels.get(&campaign.channel);
        let rows = channel.into_iter().flat_map(|channel| &channel.parameters);
        let rows = rows.filter(|row| !row.macro_text.is_empty());
        let pairs = rows.map(|row| (row.name.as_str(), row.macro_text.as_str()));
        with_query(format!("/{}", campaign.id), pairs.collect())
    }
}

fn with_query(page: String, pairs: Vec<(&str, &str)>) -> String {
    if pairs.is_empty() {
        return page;
    }
    format!("{page}?{}", query(pairs))
}

/// Macros stay as they are, since the network would not recognise them when encoded.
fn query(pairs: Vec<(&str, &str)>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, filled)| format!("{name}={filled}")).collect();
    pairs.join("&")
}

/// The query to paste into the network's postback URL, with its macros unfilled. For ClickBank the
/// guide's parameters come first, in its order; then comes what `[offer_source.postback]` and the
/// parameter table add. It is empty where neither says anything. `&type=NAME` for each event and
/// the token must be appended.
///
/// Parameters that are read from a notification (`{r}`) are left out: the guide for INS says to
/// remove them from the URL.
#[must_use]
pub fn pasted_query(source: &Source) -> String {
    query(source.view().pasted_pairs())
}
