//! Secrets that change while the service runs.

use postback::Secret;
use postback::port::{BoxFuture, SecretError, Secrets};
use postback::value::SecretReference;
use postback_service::FixedSecrets;
use std::{collections::BTreeMap, sync::Mutex};

/// Secrets of which one can be renewed while the service runs, and some renew themselves.
#[derive(Debug)]
pub(crate) struct Renewable {
    secrets: Mutex<BTreeMap<String, String>>,
    /// What takes the place of a secret that a receiver refuses.
    next: Mutex<BTreeMap<String, String>>,
}

impl Renewable {
    pub(crate) fn new(secrets: impl Iterator<Item = (String, String)>) -> Self {
        Self {
            secrets: Mutex::new(secrets.collect()),
            next: Mutex::default(),
        }
    }

    pub(crate) fn renew(&self, reference: &str, secret: &str) {
        self.secrets.lock().unwrap().insert(reference.into(), secret.into());
    }

    pub(crate) fn forget(&self, reference: &str) {
        self.secrets.lock().unwrap().remove(reference);
    }

    /// The secret renews itself once.
    pub(crate) fn renews_itself(&self, reference: &str, next: &str) {
        self.next.lock().unwrap().insert(reference.into(), next.into());
    }
}

impl Secrets for Renewable {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let secrets: FixedSecrets = self.secrets.lock().unwrap().clone().into_iter().collect();
        Box::pin(async move { secrets.secret(reference).await })
    }

    fn refused(&self, reference: &SecretReference, secret: &Secret) -> bool {
        let (mut secrets, reference) = (self.secrets.lock().unwrap(), reference.to_string());
        let is_old = secrets
            .get(&reference)
            .is_some_and(|now| !secret.matches(now.as_bytes()));
        let next = self.next.lock().unwrap().remove(&reference).filter(|_| !is_old);
        let is_renewed = next.is_some();
        secrets.extend(next.map(|next| (reference, next)));
        is_renewed || is_old
    }
}
