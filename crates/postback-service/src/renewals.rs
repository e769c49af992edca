//! Counts renewals of access tokens, which are done outside of this crate, and measures for how
//! long the tokens are valid.

use crate::numbers::{TOKEN_EXPIRES, TOKEN_REFUSED, TOKEN_RENEWALS};
use crate::shared::Shared;
use metrics::{counter, gauge};
use postback::value::SecretPlace;

/// Counts a renewal of an OAuth access token, for a host whose secrets renew themselves, as those
/// of `postback_http::oauth` do. `outcome` is one of the words `renewed`, `failed` and `refused`.
pub fn record_token_renewal(credential: &str, outcome: &'static str) {
    let name = credential.to_owned();
    counter!(TOKEN_RENEWALS.name, "credential" => name.clone(), "outcome" => outcome).increment(1);
    match outcome {
        "renewed" => gauge!(TOKEN_REFUSED.name, "credential" => name).set(0.0),
        "refused" => gauge!(TOKEN_REFUSED.name, "credential" => name).set(1.0),
        _ => {}
    }
}

/// Measures for how long each token of the configuration is valid.
pub(crate) fn measure_tokens(shared: &Shared) {
    let tracker = shared.live().tracker.clone();
    for reference in tracker.secret_references() {
        let Some(known) = shared.secrets.renewing(reference) else {
            continue;
        };
        let name = match reference.place() {
            SecretPlace::Host(name) => name.to_owned(),
            _ => reference.to_string(),
        };
        let left = known.expires_in.unwrap_or_default().as_secs_f64();
        gauge!(TOKEN_EXPIRES.name, "credential" => name).set(left);
    }
}
