//! The secrets behind a configuration's references, resolved once by the host.

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

/// Everything secret that reading events needs: key rings, tokens, click-id keys. What outgoing
/// requests need is resolved when they are sent, so a rotated token works for retries.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    click_ids: ClickIdKeys,
    sources: BTreeMap<OfferSourceId, SourceCredentials>,
    /// Who was wrong about a check of 32 bits, of which source, and how often. It goes with the
    /// secrets: what failed with those of before says nothing any more. Clones share it.
    #[cfg(feature = "legacy-ins")]
    failures: Arc<Failures>,
}

#[derive(Debug, Clone, Default)]
struct SourceCredentials {
    key_ring: Option<KeyRing>,
    tokens: Vec<Secret>,
}

/// Every reference that is missing or holds what cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsError(Vec<String>);

impl CredentialsError {
    /// One text for each problem.
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
    /// Takes the secrets behind [`Tracker::inbound_references`], by reference.
    ///
    /// # Errors
    /// Every reference that is not in `secrets`, and every list of INS secrets that
    /// [`KeyRing::new`] refuses.
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
        let click_ids = ClickIdKeys::new(resolve(&tracker.click_id_keys));
        let mut sources = BTreeMap::new();
        let mut refused = Vec::new();
        for (id, source) in &tracker.sources {
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

    /// What [`Credentials::new`] would refuse of those secrets that are there, for whoever looks at
    /// a configuration where not all of them are.
    #[must_use]
    pub fn refusals(tracker: &Tracker, secrets: &BTreeMap<SecretReference, Secret>) -> Vec<String> {
        let refused = known(tracker, secrets).filter_map(|(id, source, reference, secret)| {
            let error = source.protocol.key_ring([secret.clone()].into())?.err()?;
            Some(format!("offer source `{id}`, `{reference}`: {error}"))
        });
        refused.collect()
    }

    /// What is doubtful about the secrets of notifications, by their references: a line break at
    /// the end, letters that the network's have not. Each is taken all the same.
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

    /// Those of a tool that only reads postbacks: the keys that sign click ids, and nothing else.
    /// Every token is wrong for them.
    #[must_use]
    pub fn of_click_ids(click_ids: ClickIdKeys) -> Self {
        Self {
            click_ids,
            sources: BTreeMap::new(),
            #[cfg(feature = "legacy-ins")]
            failures: Arc::default(),
        }
    }

    /// These, with what was guessed under `before` where the secrets of notifications are the same:
    /// a configuration that is swapped for another reason gives nobody new guesses.
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

    /// Whether a source takes notifications: it has the secrets that they are read with.
    #[must_use]
    pub fn takes_notifications(&self, source: &OfferSourceId) -> bool {
        self.keys(source).is_some()
    }

    /// The keys of a source that reads notifications; absent when it has no secret.
    pub(crate) fn keys(&self, source: &OfferSourceId) -> Option<&KeyRing> {
        self.sources.get(source)?.key_ring.as_ref()
    }

    /// The tokens of a source, newest first.
    pub(crate) fn tokens(&self, source: &OfferSourceId) -> &[Secret] {
        self.sources.get(source).map_or(&[], |known| &known.tokens)
    }

    /// How often callers were wrong about a check that can be guessed.
    #[cfg(feature = "legacy-ins")]
    pub(crate) fn failures(&self) -> &Failures {
        &self.failures
    }
}

/// Each secret of notifications that is there.
fn known<'a>(
    tracker: &'a Tracker,
    secrets: &'a BTreeMap<SecretReference, Secret>,
) -> impl Iterator<Item = (&'a OfferSourceId, &'a Source, &'a SecretReference, &'a Secret)> {
    tracker.sources.iter().flat_map(move |(id, source)| {
        let references = source.protocol.secrets().iter();
        references.filter_map(move |reference| {
            let secret = secrets.get(reference).filter(|secret| !secret.expose().is_empty())?;
            Some((id, source, reference, secret))
        })
    })
}
