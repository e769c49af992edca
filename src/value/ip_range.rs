//! Ranges of IP addresses, as in `10.0.0.0/8`.

use super::text::shown;
use alloc::string::String;
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};
use thiserror::Error;

/// A range of addresses: a base with no bit set beyond its prefix. The families never mix: an
/// IPv4-mapped IPv6 address is in no IPv4 range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpRange {
    /// IPv4; the prefix is at most 32.
    #[non_exhaustive]
    V4(Ipv4Addr, u8),
    /// IPv6; the prefix is at most 128.
    #[non_exhaustive]
    V6(Ipv6Addr, u8),
}

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` {problem}")]
pub struct IpRangeError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("is no IP address or range, as in `10.0.0.0/8`")]
    Address,
    #[error("has a prefix that is no length of this kind of address")]
    Prefix,
    #[error("has bits beyond its prefix; the range is {0}")]
    HostBits(IpRange),
}

impl IpRangeError {
    /// Whether the text begins with an address, so that a range was meant.
    pub(crate) fn is_of_an_address(&self) -> bool {
        self.problem != Problem::Address
    }
}

impl IpRange {
    /// The range of one address.
    #[must_use]
    pub const fn single(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(base) => Self::V4(base, 32),
            IpAddr::V6(base) => Self::V6(base, 128),
        }
    }

    /// The range of `prefix` leading bits of `base`, or none when the prefix is too long for its
    /// family.
    #[must_use]
    pub fn truncated(base: IpAddr, prefix: u8) -> Option<Self> {
        match base {
            IpAddr::V4(base) => {
                let unused = 32_u32.checked_sub(u32::from(prefix))?;
                let mask = u32::MAX.checked_shl(unused).unwrap_or(0);
                Some(Self::V4(Ipv4Addr::from_bits(base.to_bits() & mask), prefix))
            }
            IpAddr::V6(base) => {
                let unused = 128_u32.checked_sub(u32::from(prefix))?;
                let mask = u128::MAX.checked_shl(unused).unwrap_or(0);
                Some(Self::V6(Ipv6Addr::from_bits(base.to_bits() & mask), prefix))
            }
        }
    }

    /// The lowest address.
    #[must_use]
    pub const fn base(self) -> IpAddr {
        match self {
            Self::V4(base, _) => IpAddr::V4(base),
            Self::V6(base, _) => IpAddr::V6(base),
        }
    }

    /// Whether `address` lies in the range.
    #[must_use]
    pub const fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4(base, prefix), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= prefix as u32
            }
            (Self::V6(base, prefix), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).leading_zeros() >= prefix as u32
            }
            _ => false,
        }
    }
}

impl FromStr for IpRange {
    type Err = IpRangeError;

    /// Reads `10.0.0.0/8`, `127.0.0.1`, `::1/128`, `[::1]/128` or `[::1]`.
    ///
    /// # Errors
    /// - a text that is no address
    /// - a prefix that is no number or longer than its family's addresses
    /// - a base with bits beyond the prefix (`10.0.0.1/8`): it could mean the range or the address
    fn from_str(text: &str) -> Result<Self, IpRangeError> {
        let fail = |problem| IpRangeError {
            text: shown(text),
            problem,
        };
        let (host, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((host, prefix)) => (host, Some(prefix)),
        };
        let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let address = match bracketed {
            Some(inside) => inside.parse().ok().map(IpAddr::V6),
            None => host.parse().ok(),
        };
        let address: IpAddr = address.ok_or_else(|| fail(Problem::Address))?;
        let Some(prefix) = prefix else {
            return Ok(Self::single(address));
        };
        let plain = prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
        let range = plain
            .then(|| prefix.parse().ok())
            .flatten()
            .and_then(|prefix| Self::truncated(address, prefix));
        let range = range.ok_or_else(|| fail(Problem::Prefix))?;
        if range.base() == address {
            Ok(range)
        } else {
            Err(fail(Problem::HostBits(range)))
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(base, prefix) => write!(f, "{base}/{prefix}"),
            Self::V6(base, prefix) => write!(f, "{base}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let range: IpRange = "10.0.0.0/8".parse().unwrap();
        assert!(range.contains("10.255.255.255".parse().unwrap()));
        assert!(!range.contains("11.0.0.0".parse().unwrap()));
        assert!(!range.contains("::ffff:10.0.0.1".parse().unwrap()));
        let all: IpRange = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("255.255.255.255".parse().unwrap()));
        assert!("[::1]".parse::<IpRange>().unwrap().contains("::1".parse().unwrap()));
    }

    #[test]
    fn a_text_that_is_no_range_says_why() {
        let text = |t: &str| t.parse::<IpRange>().unwrap_err().to_string();
        assert_eq!(
            text("10.0.0.1/8"),
            "`10.0.0.1/8` has bits beyond its prefix; the range is 10.0.0.0/8"
        );
        assert_eq!(
            text("10.0.0.0/33"),
            "`10.0.0.0/33` has a prefix that is no length of this kind of address"
        );
        assert_eq!(text("host"), "`host` is no IP address or range, as in `10.0.0.0/8`");
    }

    #[test]
    fn a_prefix_of_zero_holds_its_whole_family_and_nothing_else() {
        let all = IpRange::V4(Ipv4Addr::UNSPECIFIED, 0);
        assert!(all.contains(IpAddr::V4(Ipv4Addr::BROADCAST)));
        assert!(!all.contains(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        assert!(!all.contains(IpAddr::V6(Ipv4Addr::LOCALHOST.to_ipv6_mapped())));
    }

    #[test]
    fn a_prefix_longer_than_its_family_is_no_range() {
        assert!(IpRange::truncated(IpAddr::V4(Ipv4Addr::LOCALHOST), 32).is_some());
        assert!(IpRange::truncated(IpAddr::V4(Ipv4Addr::LOCALHOST), 33).is_none());
        assert!(IpRange::truncated(IpAddr::V6(Ipv6Addr::LOCALHOST), 128).is_some());
        assert!(IpRange::truncated(IpAddr::V6(Ipv6Addr::LOCALHOST), 129).is_none());
    }
}
