//! The secrets of one run.

use postback::port::{BoxFuture, Entropy, SecretError, Secrets};
use postback::value::{Secret, SecretPlace, SecretReference};
use postback_axum::OsEntropy;
use std::collections::BTreeMap;

/// The secret under which the real notification was published.
pub(super) const REAL_SECRET: &str = "SECRETSECRET1234";

/// Secrets that nobody knew before.
pub(super) struct Drawn {
    pub(super) ins: String,
    pub(super) token: String,
    pub(super) api: String,
    click_key: String,
}

impl Drawn {
    pub(super) fn draw() -> Self {
        let draw = || format!("{:016X}", OsEntropy.next_u64());
        Self {
            ins: draw(),
            token: draw(),
            api: draw(),
            click_key: draw(),
        }
    }

    /// What the configuration's references stand for.
    pub(super) fn resolver(&self) -> Resolver {
        let pairs = [
            ("DEMO_SECRET", self.ins.as_str()),
            ("DEMO_OLD_SECRET", REAL_SECRET),
            ("DEMO_TOKEN", &self.token),
            ("DEMO_CLICK_KEY", &self.click_key),
        ];
        Resolver(pairs.map(|(name, secret)| (name, secret.into())).into())
    }
}

#[derive(Debug)]
pub(super) struct Resolver(BTreeMap<&'static str, Secret>);

impl Secrets for Resolver {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        let found = match reference.place() {
            SecretPlace::Env(name) => self.0.get(name).cloned(),
            _ => None,
        };
        let found = found.ok_or_else(|| SecretError::new(reference, "is not one of the demo's"));
        Box::pin(async move { found })
    }
}
