//! Which secrets a configuration needs.

use super::compiled::Tracker;
use crate::template::BodyTemplate;
use crate::value::SecretReference;
use alloc::collections::BTreeSet;

impl Tracker {
    /// Every reference that [`Credentials`](super::Credentials) needs: click-id keys, INS secrets,
    /// tokens.
    #[must_use]
    pub fn inbound_references(&self) -> BTreeSet<&SecretReference> {
        let sources = self
            .sources
            .values()
            .flat_map(|source| source.protocol.secrets().iter().chain(&source.tokens));
        self.click_id_keys.iter().chain(sources).collect()
    }

    /// Every reference to a secret: keys of click ids, sources' secrets and tokens, and the holes
    /// of templates (`env:META_TOKEN`). A host that resolves them at its start finds out then, not
    /// at the first conversion, that one is missing.
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
