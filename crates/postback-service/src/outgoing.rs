//! The secrets of outgoing requests.

use crate::shared::Shared;
use postback::Secret;
use postback::port::{BoxFuture, Renewing, SecretError, Secrets};
use postback::value::SecretReference;
use std::fmt;

/// What to do about deliveries that were queued under a reference which was renamed since. They
/// hold their lane, and with it those that are written under the new reference.
const RENAMED: &str = ", and the configuration names it no more: set it again until what was queued under it is sent, or \
                       cancel that";

/// The secrets of outgoing requests. A row names its secrets as the configuration did when it was
/// decided, so what is missing may be one that nobody names any more.
pub(crate) struct Outgoing<'a>(pub(crate) &'a Shared);

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outgoing")
    }
}

impl Secrets for Outgoing<'_> {
    fn secret<'a>(&'a self, reference: &'a SecretReference) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async move {
            let found = self.0.secrets.secret(reference).await;
            found.map_err(|error| {
                let live = self.0.live();
                match live.tracker.secret_references().contains(reference) {
                    true => error,
                    false => error.and(RENAMED),
                }
            })
        })
    }

    fn renewing(&self, reference: &SecretReference) -> Option<Renewing> {
        self.0.secrets.renewing(reference)
    }

    fn refused(&self, reference: &SecretReference, secret: &Secret) -> bool {
        self.0.secrets.refused(reference, secret)
    }
}
