//! Resolves host names into addresses that may be connected to.

use postback::delivery::address::{AddressPolicy, Denied};
use postback::port::http::BoxFuture;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::{fmt, io};

/// The largest number of addresses of one name that are tried. A zone may list hundreds, and each
/// takes a part of the time to connect.
const MAX_ADDRESSES: usize = 16;

/// Looks up the addresses of a host name. They are checked before a connection is made, so that an
/// implementation need not check anything.
pub trait Resolver: fmt::Debug + Send + Sync {
    /// Returns all addresses of `host`, the preferred ones first.
    ///
    /// # Errors
    /// Any error that stopped the look-up. A name without addresses may be an error or an empty
    /// list.
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver. It uses `/etc/hosts`, `nsswitch.conf` and the configured name servers,
/// like every other program on the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((host, 0))
                .await?
                .map(|found| found.ip())
                .collect())
        })
    }
}

/// The look-up found no address. It is passed through reqwest's errors.
#[derive(Debug)]
pub(crate) struct Unresolved;

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host name was not resolved")
    }
}

impl Error for Unresolved {}

/// The resolver that reqwest asks. Only addresses that the policy allows ever reach reqwest's
/// connector.
pub(crate) struct Vetting {
    pub(crate) policy: Arc<AddressPolicy>,
    pub(crate) resolver: Arc<dyn Resolver>,
}

impl reqwest::dns::Resolve for Vetting {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (policy, resolver) = (Arc::clone(&self.policy), Arc::clone(&self.resolver));
        Box::pin(async move {
            let host = name.as_str();
            let found = resolver.resolve(host).await.map_err(|_| Unresolved)?;
            let vetted = vet(&policy, host, found)?.ok_or(Unresolved)?;
            // The port comes from the URL. Reqwest inserts it where the port is zero.
            let addresses = vetted.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as reqwest::dns::Addrs)
        })
    }
}

/// Returns the addresses in `found` that may be connected to, in their order; none if nothing was
/// found.
///
/// # Errors
/// The reason why the first address is denied, if all are denied.
fn vet(policy: &AddressPolicy, host: &str, found: Vec<IpAddr>) -> Result<Option<Vec<IpAddr>>, Denied> {
    let mut denied = None;
    let mut vetted = Vec::new();
    for address in found {
        match policy.check_resolved(host, address) {
            Ok(()) if vetted.len() < MAX_ADDRESSES => vetted.push(address),
            Ok(()) => break,
            Err(reason) => denied = denied.or(Some(reason)),
        }
    }
    match denied {
        _ if !vetted.is_empty() => Ok(Some(vetted)),
        Some(reason) => Err(reason),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn of_a_mixed_list_only_the_public_addresses_are_kept_in_their_order() {
        let found = addresses(&[
            "127.0.0.1",
            "8.8.8.8",
            "::1",
            "2606:4700:4700::1111",
            "169.254.169.254",
            "1.1.1.1",
        ]);
        let vetted = vet(&AddressPolicy::default(), "rebind.example.com", found);
        assert_eq!(
            vetted,
            Ok(Some(addresses(&["8.8.8.8", "2606:4700:4700::1111", "1.1.1.1"])))
        );
    }

    #[test]
    fn a_list_of_denied_addresses_is_refused_with_the_first_reason() {
        let denied = vet(
            &AddressPolicy::default(),
            "rebind.example.com",
            addresses(&["::1", "127.0.0.1"]),
        )
        .unwrap_err();
        assert_eq!(
            denied.to_string(),
            "address ::1 is loopback (::1/128); allow it explicitly if it is meant"
        );
    }

    #[test]
    fn a_name_without_addresses_is_not_a_refusal() {
        assert_eq!(
            vet(&AddressPolicy::default(), "empty.example.com", Vec::new()),
            Ok(None)
        );
    }

    #[test]
    fn an_allowed_name_keeps_whatever_it_resolves_to() {
        let policy = AddressPolicy::default().allow("channel-stub".parse().unwrap());
        let found = addresses(&["172.18.0.3"]);
        assert_eq!(vet(&policy, "channel-stub", found.clone()), Ok(Some(found.clone())));
        assert!(vet(&policy, "other.example.com", found).is_err());
    }

    #[test]
    fn at_most_sixteen_addresses_of_a_name_are_tried() {
        for (found, kept) in [(MAX_ADDRESSES - 1, 15), (MAX_ADDRESSES, 16), (MAX_ADDRESSES + 1, 16)] {
            let found = vec![IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)); found];
            let vetted = vet(&AddressPolicy::default(), "many.example.com", found)
                .unwrap()
                .unwrap();
            assert_eq!(vetted.len(), kept);
        }
    }
}
