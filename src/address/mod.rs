//! This module says who may be dialled. Begin with [`AddressPolicy`]: the check that stands between
//! a configured URL and the network.
//!
//! A tracker that fetches URLs from its configuration can be turned against the network it runs in.
//! So the default is public unicast only, and everything else is named explicitly by whoever runs
//! the host. [`AddressPolicy::check_url`] judges what a URL says;
//! [`AddressPolicy::check_resolved`] judges the address that is *dialled*, which a name can change
//! at any time. An HTTP client needs both: most clients never ask their resolver about a URL whose
//! host is already an address.
//!
//! ```
//! use postback::delivery::address::AddressPolicy;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let policy = AddressPolicy::default().allow("10.1.0.0/16".parse()?);
//!     assert!(policy.check("https://s2s.example.com/pb?cid=1").is_ok());
//!     assert!(policy.check("http://10.1.2.3/pb").is_ok());
//!     assert_eq!(
//!         policy.check("http://2130706433/pb").unwrap_err().to_string(),
//!         "address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant",
//!     );
//!     Ok(())
//! }
//! ```

mod range;

use crate::text::shown;
use crate::value::{IpNet, IpRangeError, ip_range};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, net::IpAddr, str::FromStr};
use url::{Host, Url};

/// The longest host name that DNS can carry, in characters (RFC 1035, section 2.3.4, without the
/// root's dot).
pub const MAX_HOST_LENGTH: usize = 253;
/// The longest label of a host name, in characters (RFC 1035, section 2.3.4).
pub const MAX_LABEL_LENGTH: usize = 63;

/// Names that a resolver answers only locally, or never in public: special-use names (RFC 6761,
/// 6762, 7686, 8375, 9476; `internal` is reserved by ICANN) and the private top-level names of RFC
/// 6762, appendix G. Names for documentation and tests are left out: they resolve nowhere, or to an
/// address that is judged itself.
const LOCAL_NAMES: [&str; 12] = [
    "alt",
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
];

/// Which destinations may be dialled: public unicast addresses, and what is allowed explicitly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    allowed: Vec<Allowed>,
}

impl AddressPolicy {
    /// The same policy with one more destination allowed.
    #[must_use]
    pub fn allow(mut self, destination: Allowed) -> Self {
        self.allowed.push(destination);
        self
    }

    /// Parses `text` as an absolute URL and checks it as [`check_url`](Self::check_url) does.
    ///
    /// # Errors
    /// - a control character anywhere: parsers drop some of them silently, so that the URL would
    ///   not be the one that was written
    /// - text that is not an absolute URL
    /// - everything that [`check_url`](Self::check_url) refuses
    pub fn check(&self, text: &str) -> Result<Url, Denied> {
        if text.chars().any(char::is_control) {
            return Err(Denied(Reason::Control));
        }
        let url = Url::parse(text).map_err(|error| Denied(Reason::NotAUrl(error)))?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// Checks what can be known of a URL before its name is resolved. [`Url`] has already made odd
    /// spellings of an address (`0x7f.1`, `2130706433`) plain, so they are judged as the address
    /// that they are.
    ///
    /// # Errors
    /// - a scheme other than `http` and `https`
    /// - a user name or a password
    /// - no host, a host that ends in a dot, and a host that is no DNS name (its length, its
    ///   labels, their characters)
    /// - a name of one label, and a name under `.localhost`, `.local`, `.internal`, `.home.arpa`,
    ///   `.onion` and the like, unless that very name is allowed
    /// - an address that [`check_address`](Self::check_address) refuses
    pub fn check_url(&self, url: &Url) -> Result<(), Denied> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Denied(Reason::Scheme(url.scheme().to_owned())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Denied(Reason::UserInfo));
        }
        match url.host() {
            None => Err(Denied(Reason::NoHost)),
            Some(Host::Ipv4(address)) => self.check_address(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.check_address(IpAddr::V6(address)),
            Some(Host::Domain(host)) => self.check_name(host),
        }
    }

    /// Checks one address, as it stands in a URL or is about to be dialled.
    ///
    /// # Errors
    /// Unless a range that holds it is allowed:
    /// - IPv4: every range of the IANA special-purpose registry, multicast, class E, broadcast
    /// - IPv6: everything outside 2000::/3 (IPv4-mapped and NAT64 forms among it), and 2001::/23
    ///   (Teredo and other protocols), 2001:db8::/32, 2002::/16 (6to4) and 3fff::/20 inside
    pub fn check_address(&self, address: IpAddr) -> Result<(), Denied> {
        if self.allowed.iter().any(|allowed| allowed.covers(address)) {
            return Ok(());
        }
        match range::special(address) {
            None => Ok(()),
            Some((range, what)) => Err(Denied(Reason::Address { address, range, what })),
        }
    }

    /// Checks an address that the name `host` resolved to. A name that is allowed explicitly may
    /// resolve to any address.
    ///
    /// # Errors
    /// Everything that [`check_address`](Self::check_address) refuses, unless `host` is allowed by
    /// its name.
    pub fn check_resolved(&self, host: &str, address: IpAddr) -> Result<(), Denied> {
        if self.allows_name(host) {
            Ok(())
        } else {
            self.check_address(address)
        }
    }

    fn check_name(&self, host: &str) -> Result<(), Denied> {
        if host.ends_with('.') {
            return Err(Denied(Reason::TrailingDot));
        }
        if !is_dns_name(host) {
            return Err(Denied(Reason::NotAName));
        }
        if self.allows_name(host) {
            return Ok(());
        }
        if let Some(local) = local_name(host) {
            return Err(Denied(Reason::LocalName(host.to_owned(), local)));
        }
        if !host.contains('.') {
            return Err(Denied(Reason::SingleLabel(host.to_owned())));
        }
        Ok(())
    }

    fn allows_name(&self, host: &str) -> bool {
        self.allowed
            .iter()
            .any(|allowed| matches!(&allowed.0, Destination::Name(name) if name.eq_ignore_ascii_case(host)))
    }
}

impl FromIterator<Allowed> for AddressPolicy {
    fn from_iter<I: IntoIterator<Item = Allowed>>(destinations: I) -> Self {
        Self {
            allowed: destinations.into_iter().collect(),
        }
    }
}

/// A destination that is allowed although it is not public: a range of addresses, one address, or
/// one exact host name (any address that it resolves to; no other name of the same machine). It
/// holds for every port.
///
/// ```
/// use postback::delivery::address::Allowed;
///
/// assert_eq!("10.0.0.0/8".parse::<Allowed>()?.to_string(), "10.0.0.0/8");
/// assert_eq!("[::1]".parse::<Allowed>()?.to_string(), "::1/128");
/// assert_eq!("Channel-Stub".parse::<Allowed>()?.to_string(), "channel-stub");
/// # Ok::<(), postback::delivery::address::AllowedError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allowed(Destination);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Destination {
    Range(IpNet),
    Name(String),
}

impl Allowed {
    fn covers(&self, address: IpAddr) -> bool {
        matches!(&self.0, Destination::Range(range) if range.contains(&address))
    }
}

impl FromStr for Allowed {
    type Err = AllowedError;

    /// Reads `10.0.0.0/8`, `127.0.0.1`, `::1/128`, `[::1]/128`, `[::1]` or a host name
    /// (`localhost`, `channel-stub`).
    ///
    /// # Errors
    /// - a prefix that is no number or longer than its family's addresses
    /// - a base with bits beyond the prefix (`10.0.0.1/8`): it could mean the range or the address
    /// - a port, a URL, a wildcard, and anything else that is neither an address nor a DNS name
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (ip_range(text), Host::parse(text)) {
            (Ok(range), _) => Ok(Self(Destination::Range(range))),
            // `Host` also reads odd spellings of addresses; what is allowed should be plain to see.
            (Err(_), Ok(Host::Domain(name))) if is_dns_name(&name) => Ok(Self(Destination::Name(name))),
            (Err(range), _) if range.is_of_an_address() => Err(AllowedError(Problem::Range(range))),
            _ => Err(AllowedError(Problem::Unknown(shown(text)))),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Destination::Range(range) => range.fmt(f),
            Destination::Name(name) => f.write_str(name),
        }
    }
}

/// Why a text does not name a destination to allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("destination {0}")]
pub struct AllowedError(Problem);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Range(IpRangeError),
    #[error("`{0}` is neither an address, nor a range as in `10.0.0.0/8`, nor a host name (without port)")]
    Unknown(String),
}

/// Why a destination is not dialled. The text names the host or the address, never a path or a
/// query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Denied(Reason);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("the URL holds a control character")]
    Control,
    #[error("not an absolute URL, as in `https://example.com/path`: {0}")]
    NotAUrl(url::ParseError),
    #[error("scheme `{0}` is neither http nor https")]
    Scheme(String),
    #[error("the URL holds a user name or a password")]
    UserInfo,
    #[error("the URL has no host")]
    NoHost,
    #[error("the host ends in a dot")]
    TrailingDot,
    #[error("the host is no DNS name")]
    NotAName,
    #[error("host `{0}` is a single label, which only a local network resolves; allow it explicitly if it is meant")]
    SingleLabel(String),
    #[error("host `{0}` is a local name (`{1}`); allow it explicitly if it is meant")]
    LocalName(String, &'static str),
    #[error("address {address} is {what} ({range}); allow it explicitly if it is meant")]
    Address {
        address: IpAddr,
        range: IpNet,
        what: &'static str,
    },
}

/// Whether a host is a DNS name: letters, digits, hyphens and underscores in labels of 1 to 63, at
/// most 253 in all.
fn is_dns_name(host: &str) -> bool {
    host.len() <= MAX_HOST_LENGTH
        && host.split('.').all(|label| {
            (1..=MAX_LABEL_LENGTH).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}

/// The entry of [`LOCAL_NAMES`] that `host` is or ends in.
fn local_name(host: &str) -> Option<&'static str> {
    LOCAL_NAMES.into_iter().find(|name| {
        host.strip_suffix(name)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}
