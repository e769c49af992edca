//! The secrets of one run of the demo.

use postback::port::Entropy;
use postback_service::{FixedSecrets, OsEntropy};

/// The secret under which the real notification was published.
pub(super) const REAL_SECRET: &str = "SECRETSECRET1234";

/// Secrets that are drawn at random for this run.
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

    /// Returns the secrets by the configuration's references.
    pub(super) fn resolver(&self) -> FixedSecrets {
        FixedSecrets::from_iter([
            ("env:DEMO_SECRET", self.ins.as_str()),
            ("env:DEMO_OLD_SECRET", REAL_SECRET),
            ("env:DEMO_TOKEN", &self.token),
            ("env:DEMO_CLICK_KEY", &self.click_key),
        ])
    }
}
