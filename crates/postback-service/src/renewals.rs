//! Counts renewals of access tokens, which are done outside of this crate.

use crate::numbers::{TOKEN_REFUSED, TOKEN_RENEWALS};
use metrics::{counter, gauge};

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
