//! The secrets that a configuration needs.

use super::compiled::{PostbackRule, Tracker};
use crate::outbound::SigningKey;
use crate::value::{Secret, SecretReference};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

impl Tracker {
    /// All references that [`Credentials`](super::Credentials) need: keys of click ids, INS secrets
    /// and tokens.
    #[must_use]
    pub fn inbound_references(&self) -> BTreeSet<&SecretReference> {
        let sources = self
            .tables
            .sources
            .values()
            .flat_map(|source| source.protocol.secrets().iter().chain(&source.tokens));
        self.tables.click_id_keys.iter().chain(sources).collect()
    }

    /// All references to secrets: keys of click ids, the sources' secrets and tokens, the holes of
    /// templates (`env:META_TOKEN`), and the keys that sign requests. A host that resolves them
    /// when it starts learns then that one is missing, not at the first conversion.
    #[must_use]
    pub fn secret_references(&self) -> BTreeSet<&SecretReference> {
        let mut references = self.inbound_references();
        for postback in self.tables.campaigns.values().flat_map(|campaign| &campaign.postbacks) {
            references.extend(postback.secrets());
        }
        references
    }

    /// What keeps the given secrets from signing requests, with their references. Secrets that are
    /// not given are not looked at.
    pub(super) fn signing_refusals(&self, secrets: &BTreeMap<SecretReference, Secret>) -> Vec<String> {
        let postbacks = self.tables.campaigns.values().flat_map(|campaign| &campaign.postbacks);
        let requests = postbacks.filter_map(PostbackRule::request);
        let named: BTreeSet<_> = requests.flat_map(|request| &request.sign).collect();
        let given = named.into_iter().filter_map(|reference| {
            let secret = secrets.get(reference).filter(|secret| !secret.expose().is_empty())?;
            Some((reference, SigningKey::new(secret).err()?))
        });
        given
            .map(|(reference, error)| format!("secret `{reference}` {error}"))
            .collect()
    }
}
