//! The secrets to which a configuration refers. The host resolves them once.

#[cfg(feature = "legacy-ins")]
use super::budget::Failures;
use super::click_id::ClickIdKeys;
use super::compiled::{Source, Tracker};
use crate::protocol::KeyRing;
use crate::value::{OfferSourceId, Secret, SecretReference};
#[cfg(feature = "legacy-ins")]
use alloc::sync::Arc;
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt;

/// All secrets that reading events needs: key rings, tokens, keys of click ids. The secrets of
/// outgoing requests are not here: they are resolved when a request is sent, so that a rotated
/// token works for retries.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    click_ids: ClickIdKeys,
    sources: BTreeMap<OfferSourceId, SourceCredentials>,
    /// Counts who was wrong about a check of 32 bits, by source. It belongs to these secrets:
    /// failures with earlier secrets say nothing about them. Clones share it.
    #[cfg(feature = "legacy-ins")]
    failures: Arc<Failures>,
}

#[derive(Debug, Clone, Default)]
struct SourceCredentials {
    key_ring: Option<KeyRing>,
    tokens: Vec<Secret>,
}

/// The error for secrets that are missing or cannot be used. It lists all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsError(Vec<String>);

impl CredentialsError {
    /// The problems, one text for each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl core::error::Error for CredentialsError {}

impl Credentials {
    /// Takes the secrets for [`Tracker::inbound_references`], by reference.
    ///
    /// # Errors
    /// Every reference that is not in `secrets`, and every list of INS secrets that
    /// [`KeyRing::new`] rejects.
    pub fn new(tracker: &Tracker, secrets: &BTreeMap<SecretReference, Secret>) -> Result<Self, CredentialsError> {
        let mut problems = Vec::new();
        let mut resolve = |references: &[SecretReference]| -> Vec<Secret> {
            let found = references.iter().filter_map(|reference| match secrets.get(reference) {
                Some(secret) if !secret.expose().is_empty() => Some(secret.clone()),
                _ => {
                    problems.push(format!("secret `{reference}` is not set"));
                    None
                }
            });
            found.collect()
        };
        let click_ids = ClickIdKeys::new(resolve(&tracker.tables.click_id_keys));
        let mut sources = BTreeMap::new();
        let mut refused = Vec::new();
        for (id, source) in &tracker.tables.sources {
            let tokens = resolve(&source.tokens);
            let references = source.protocol.secrets();
            let secrets = resolve(references);
            let complete = !secrets.is_empty() && secrets.len() == references.len();
            let made = complete.then(|| source.protocol.key_ring(secrets)).flatten();
            let key_ring = match made {
                None => None,
                Some(Ok(key_ring)) => Some(key_ring),
                Some(Err(error)) => {
                    refused.push(format!("offer source `{id}`: {}", error));
                    None
                }
            };
            sources.insert(id.clone(), SourceCredentials { key_ring, tokens });
        }
        problems.extend(refused);
        if problems.is_empty() {
            Ok(Self {
                click_ids,
                sources,
                #[cfg(feature = "legacy-ins")]
                failures: Arc::default(),
            })
        } else {
            Err(CredentialsError(problems))
        }
    }

    /// Returns what [`Credentials::new`] would reject about the secrets that are present. It serves
    /// tools that look at a configuration without having all secrets.
    #[must_use]
    pub fn refusals(tracker: &Tracker, secrets: &BTreeMap<SecretReference, Secret>) -> Vec<String> {
        let refused = known(tracker, secrets).filter_map(|(id, source, reference, secret)| {
            let error = source.protocol.key_ring([secret.clone()].into())?.err()?;
            Some(format!("offer source `{id}`, `{reference}`: {error}"))
        });
        refused.chain(tracker.signing_refusals(secrets)).collect()
    }

    /// Returns what is doubtful about the secrets of notifications, with their references: a line
    /// break at the end, or characters that the network's secrets do not have. Such secrets are
    /// accepted all the same.
    #[must_use]
    pub fn doubts(tracker: &Tracker, secrets: &BTreeMap<SecretReference, Secret>) -> Vec<String> {
        let doubts = known(tracker, secrets).filter_map(|(id, source, reference, secret)| {
            let doubt = source.protocol.secret_doubt(secret)?;
            Some(format!(
                "offer source `{id}`: the secret `{reference}` {doubt}, unlike the network's own; unless it is exactly the one that is set there, no \
                 notification opens"
            ))
        });
        doubts.collect()
    }

    /// Credentials for a tool that only reads postbacks: they hold the keys that sign click ids and
    /// nothing else. Every token is wrong for them.
    #[must_use]
    pub fn of_click_ids(click_ids: ClickIdKeys) -> Self {
        Self {
            click_ids,
            sources: BTreeMap::new(),
            #[cfg(feature = "legacy-ins")]
            failures: Arc::default(),
        }
    }

    /// Returns these credentials with the failures that were counted under `before`, if the secrets
    /// of notifications are the same. So a configuration that is replaced for another reason gives
    /// nobody new guesses.
    #[cfg(feature = "legacy-ins")]
    #[must_use]
    pub fn in_place_of(mut self, before: &Self) -> Self {
        fn rings(of: &Credentials) -> impl Iterator<Item = (&OfferSourceId, &KeyRing)> {
            let sources = of.sources.iter();
            sources.filter_map(|(id, source)| Some((id, source.key_ring.as_ref()?)))
        }
        let same = |one: (&OfferSourceId, &KeyRing), other: (&OfferSourceId, &KeyRing)| {
            one.0 == other.0 && one.1.is_same(other.1)
        };
        let (now, then): (Vec<_>, Vec<_>) = (rings(&self).collect(), rings(before).collect());
        if now.len() == then.len() && now.into_iter().zip(then).all(|(one, other)| same(one, other)) {
            self.failures = before.failures.clone();
        }
        self
    }

    /// The keys that sign click ids.
    #[must_use]
    pub fn click_ids(&self) -> &ClickIdKeys {
        &self.click_ids
    }

    /// Whether a source accepts notifications: it has the secrets with which they are read.
    #[must_use]
    pub fn takes_notifications(&self, source: &OfferSourceId) -> bool {
        self.keys(source).is_some()
    }

    /// The keys with which a source's notifications are read; none if the source has no secret.
    pub(crate) fn keys(&self, source: &OfferSourceId) -> Option<&KeyRing> {
        self.sources.get(source)?.key_ring.as_ref()
    }

    /// The tokens of a source, newest first.
    pub(crate) fn tokens(&self, source: &OfferSourceId) -> &[Secret] {
        self.sources.get(source).map_or(&[], |known| &known.tokens)
    }

    /// The count of callers' wrong guesses.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn failures(&self) -> &Failures {
        &self.failures
    }
}

/// Iterates over the secrets of notifications that are present.
fn known<'a>(
    tracker: &'a Tracker,
    secrets: &'a BTreeMap<SecretReference, Secret>,
) -> impl Iterator<Item = (&'a OfferSourceId, &'a Source, &'a SecretReference, &'a Secret)> {
    tracker.tables.sources.iter().flat_map(move |(id, source)| {
        let references = source.protocol.secrets().iter();
        references.filter_map(move |reference| {
            let secret = secrets.get(reference).filter(|secret| !secret.expose().is_empty())?;
            Some((id, source, reference, secret))
        })
    })
}
