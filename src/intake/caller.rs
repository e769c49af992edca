//! The caller of a request, and whether a source accepts messages from it.

use super::door::Intake;
use core::{fmt, net::IpAddr};
use thiserror::Error;

/// The caller of a request, as far as the host knows it.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Caller<'a> {
    /// The IP address of the connection, or the one that a trusted proxy reports. None if unknown.
    pub address: Option<IpAddr>,
    /// The token that the caller presented: for a notification the token in its URL, for a postback
    /// the one in a header. A token in the postback's own query comes before this one.
    pub token: Option<&'a [u8]>,
}

impl<'a> Caller<'a> {
    /// A caller from this address, without a token. None is an unknown address.
    #[must_use]
    pub fn new(address: Option<IpAddr>) -> Self {
        let address = address.map(|address| address.to_canonical());
        Self { address, token: None }
    }

    /// Returns the caller with the token that it presented.
    #[must_use]
    pub fn with_token(mut self, token: Option<&'a [u8]>) -> Self {
        self.token = token;
        self
    }
}

impl fmt::Debug for Caller<'_> {
    /// Shows neither the address nor the token: the caller may be a pixel's visitor, and the token
    /// may be right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// Why a source does not accept a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unauthorized {
    /// The source requires a token, and the token is missing or wrong.
    #[error("the token is missing or wrong")]
    Token,
    /// The source lists addresses, and the caller's address is not among them.
    #[error("the address is not allowed")]
    Address,
    /// The pixel's conversion type is not in the source's `open_types`.
    #[error("this type needs a token: list it in the source's `open_types`, or send it as a postback, with the token")]
    Type,
}

impl Intake<'_> {
    /// Checks whether a caller may send events to this source. Every check that is configured must
    /// pass: a token if the source has tokens, an address if it lists addresses.
    pub(super) fn authorize(&self, caller: &Caller<'_>) -> Result<(), Unauthorized> {
        let tokens = self.credentials.tokens(&self.source.id);
        let presented = caller.token.unwrap_or_default();
        // There is no short circuit, so that the time taken does not show which of several tokens
        // is right.
        let known = tokens
            .iter()
            .fold(false, |known, token| known | token.matches(presented));
        if !self.source.tokens.is_empty() && !known {
            return Err(Unauthorized::Token);
        }
        let allowed = &self.source.allow_ips;
        let inside = caller
            .address
            .is_some_and(|address| allowed.iter().any(|range| range.contains(&address)));
        if !allowed.is_empty() && !inside {
            return Err(Unauthorized::Address);
        }
        Ok(())
    }
}
