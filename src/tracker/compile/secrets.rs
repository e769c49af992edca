//! Which secrets a configuration needs.

use crate::template::{BodyTemplate, UrlTemplate};
use crate::tracker::compiled::Tracker;
use alloc::collections::BTreeSet;

impl Tracker {
    /// Every reference to a secret: keys of click ids, sources' secrets and tokens, and the holes of templates (`env:META_TOKEN`). A host
    /// that resolves them at its start finds out then, not at the first conversion, that one is missing.
    #[must_use]
    pub fn secret_references(&self) -> BTreeSet<&str> {
        let postbacks = self.campaigns.values().flat_map(|campaign| &campaign.postbacks);
        let templates = postbacks.flat_map(|postback| {
            postback
                .url
                .secrets()
                .chain(postback.body.iter().flat_map(BodyTemplate::secrets))
        });
        let offers = self.offers.values().flat_map(|offer| UrlTemplate::secrets(&offer.url));
        self.inbound_references()
            .into_iter()
            .chain(templates)
            .chain(offers)
            .collect()
    }
}
