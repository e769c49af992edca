//! Who calls, and whether a source takes it from him.

use super::door::Intake;
use core::{fmt, net::IpAddr};
use thiserror::Error;

/// Who calls, as the host knows it.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Caller<'a> {
    /// The address of the connection, or what a trusted proxy says of it.
    pub address: Option<IpAddr>,
    /// The token that was presented: of a notification that of its URL. A postback says its own in
    /// its query; where it says none, this one counts.
    pub token: Option<&'a [u8]>,
}

impl<'a> Caller<'a> {
    /// A caller from this address, or from an unknown one.
    #[must_use]
    pub fn new(address: Option<IpAddr>) -> Self {
        let address = address.map(|address| address.to_canonical());
        Self { address, token: None }
    }

    /// The same with the token that it presented.
    #[must_use]
    pub fn with_token(mut self, token: Option<&'a [u8]>) -> Self {
        self.token = token;
        self
    }
}

impl fmt::Debug for Caller<'_> {
    /// Shows nothing: whoever calls, a pixel's visitor among them, is nobody's business, and a
    /// token may be right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

/// A caller that a source does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unauthorized {
    /// The source asks for a token, and this one is missing or wrong.
    #[error("the token is missing or wrong")]
    Token,
    /// The source lists addresses, and this one is not among them.
    #[error("the address is not allowed")]
    Address,
    /// A pixel of a type that not anyone may send.
    #[error(
        "the type is none that anyone may send: list it in the source's `open_types`, or send it as a postback, with the token"
    )]
    Type,
}

impl Intake<'_> {
    /// Whether a caller may bring events to this source. Every check that is configured must hold:
    /// a token where there are tokens, an address where addresses are listed.
    pub(super) fn authorize(&self, caller: &Caller<'_>) -> Result<(), Unauthorized> {
        let tokens = self.credentials.tokens(&self.source.id);
        let presented = caller.token.unwrap_or_default();
        // Without a short circuit: which of several tokens is right shows in no time.
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
