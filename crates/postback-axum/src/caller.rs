//! Finds out who calls.

use crate::options::Served;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use postback::intake::Caller;
use postback::value::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

/// The caller's address: the address of the connection, or, if that is a trusted proxy, the one
/// that the proxy reports in `X-Forwarded-For`. None if the host did not provide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallerAddress(pub(crate) Option<IpAddr>);

impl FromRequestParts<Served> for CallerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        Ok(Self(peer.and_then(|peer| {
            address(peer, &parts.headers, &served.options().trusted_proxies)
        })))
    }
}

/// The caller with the token of `Authorization`, where a postback's token may stand.
pub(crate) struct Called {
    address: CallerAddress,
    token: Option<Vec<u8>>,
}

impl Called {
    pub(crate) fn caller(&self) -> Caller<'_> {
        Caller::new(self.address.0).with_token(self.token.as_deref())
    }
}

impl FromRequestParts<Served> for Called {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Infallible> {
        let address = CallerAddress::from_request_parts(parts, served).await?;
        let token = bearer(&parts.headers).map(<[u8]>::to_vec);
        Ok(Self { address, token })
    }
}

/// Returns the token of `Authorization: Bearer ..`. The scheme may be in any case, and
/// spaces around the token are no part of it (RFC 9110, sections 11.1 and 11.4).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .as_bytes()
        .split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

/// Goes back from the connection as long as the address is a trusted proxy. Each proxy appends the
/// address of its own caller, so that the rightmost address that is no trusted proxy is the caller.
/// The caller may have written everything left of it. If a proxy reports something that is not an
/// address, the caller is unknown.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    // On a dual-stack socket IPv4 callers have mapped addresses, which no IPv4 range contains.
    let mut caller = peer.to_canonical();
    let values: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    let hops = values.iter().rev().flat_map(|value| value.rsplit(','));
    for hop in hops {
        if !trusted.iter().any(|range| range.contains(&caller)) {
            break;
        }
        caller = parse(hop.trim())?.to_canonical();
    }
    Some(caller)
}

/// Reads an address as proxies write it: alone, with a port, or in brackets.
fn parse(hop: &str) -> Option<IpAddr> {
    let plain = hop.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|range| postback::value::ip_range(range).unwrap())
            .collect();
        address(peer.parse().unwrap(), &headers, &trusted).map(|address| address.to_string())
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(seen("203.0.113.1", &["198.51.100.7"], &[]).unwrap(), "203.0.113.1");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_its_caller_and_no_further() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"], &trusted).unwrap(), "198.51.100.7");
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 198.51.100.7"], &trusted).unwrap(),
            "198.51.100.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.9.9.9"], &trusted).unwrap(),
            "198.51.100.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "198.51.100.7"], &trusted).unwrap(),
            "198.51.100.7"
        );
        assert_eq!(seen("203.0.113.1", &["198.51.100.7"], &trusted).unwrap(), "203.0.113.1");
        assert_eq!(seen("10.0.0.1", &[], &trusted).unwrap(), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.2,10.0.0.3"], &trusted).unwrap(), "10.0.0.2");
    }

    #[test]
    fn a_mapped_address_is_the_ipv4_address_that_it_means() {
        assert_eq!(
            seen("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], &["10.0.0.0/8"]).unwrap(),
            "198.51.100.7"
        );
    }

    #[test]
    fn a_hop_may_have_a_port_or_brackets() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.7:4711"], &trusted).unwrap(),
            "198.51.100.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["[2001:db8::1]:80"], &trusted).unwrap(),
            "2001:db8::1"
        );
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"], &trusted).unwrap(), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &["2001:db8::1"], &trusted).unwrap(), "2001:db8::1");
    }

    #[test]
    fn a_proxy_that_says_what_is_no_address_leaves_the_caller_unknown() {
        for hop in ["unknown", "", "198.51.100.7, ", "_hidden", "é"] {
            assert_eq!(seen("10.0.0.1", &[hop], &["10.0.0.0/8"]), None, "{hop}");
        }
    }
}
