//! The secrets that a configuration needs.

use super::compiled::Tracker;
use crate::template::BodyTemplate;
use crate::value::SecretReference;
use alloc::collections::BTreeSet;

impl Tracker {
    /// All references that [`Credentials`](super::Credentials) need: keys of click ids, INS secrets
    /// and tokens.
    #[must_use]
    pub fn inbound_references(&self) -> BTreeSet<&SecretReference> {
        let sources = self
            .sources
            .values()
            .flat_map(|source| source.protocol.secrets().iter().chain(&source.tokens));
        self.click_id_keys.iter().chain(sources).collect()
    }

    /// All references to secrets: keys of click ids, the sources' secrets and tokens, and the holes
    /// of templates (`env:META_TOKEN`). A host that resolves them when it starts learns then that
    /// one is missing, not at the first conversion.
    #[must_use]
    pub fn secret_references(&self) -> BTreeSet<&SecretReference> {
        let mut references = self.inbound_references();
        for postback in self.campaigns.values().flat_map(|campaign| &campaign.postbacks) {
            references.extend(postback.url.secrets());
            references.extend(postback.body.iter().flat_map(BodyTemplate::secrets));
        }
        references
    }
}
