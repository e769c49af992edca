//! Ranges of IP addresses, as in `10.0.0.0/8`. The type is that of `ipnet`; the text is read more
//! strictly.

use crate::text::shown;
use alloc::string::String;
use core::net::IpAddr;
use ipnet::IpNet;
use thiserror::Error;

/// The error for a text that is not a range of IP addresses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` {problem}")]
pub struct IpRangeError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("is not an IP address or a range, as in `10.0.0.0/8`")]
    Address,
    #[error("has a prefix that is too long or not a number")]
    Prefix,
    #[error("has bits beyond its prefix; the range is {0}")]
    HostBits(IpNet),
}

impl IpRangeError {
    /// Whether the text begins with an IP address, so that its author meant a range.
    pub(crate) fn is_of_an_address(&self) -> bool {
        self.problem != Problem::Address
    }
}

/// Reads `10.0.0.0/8`, `127.0.0.1`, `::1/128`, `[::1]/128` or `[::1]`. IPv4 and IPv6 never mix: an
/// IPv4-mapped IPv6 address is in no IPv4 range.
///
/// ```
/// let office = postback::value::ip_range("10.0.0.0/8")?;
/// assert!(office.contains(&std::net::IpAddr::from([10, 1, 2, 3])));
/// # Ok::<(), postback::value::IpRangeError>(())
/// ```
///
/// # Errors
/// - a text that does not begin with an IP address
/// - a prefix that is not a number, or is longer than an address of that family
/// - an address with bits beyond the prefix (`10.0.0.1/8`), which could mean the range or the one
///   address
pub fn ip_range(text: &str) -> Result<IpNet, IpRangeError> {
    read(text).map_err(|problem| IpRangeError {
        text: shown(text),
        problem,
    })
}

fn read(text: &str) -> Result<IpNet, Problem> {
    let (host, prefix) = match text.split_once('/') {
        None => (text, None),
        Some((host, prefix)) => (host, Some(prefix)),
    };
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match bracketed {
        Some(inside) => inside.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    };
    let address: IpAddr = address.ok_or(Problem::Address)?;
    let Some(prefix) = prefix else {
        return Ok(address.into());
    };
    let plain = prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
    let prefix = plain.then(|| prefix.parse().ok()).flatten().ok_or(Problem::Prefix)?;
    let range = IpNet::new(address, prefix).map_err(|_| Problem::Prefix)?;
    if range.trunc() == range {
        Ok(range)
    } else {
        Err(Problem::HostBits(range.trunc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let holds = |range, address: &str| ip_range(range).unwrap().contains(&address.parse::<IpAddr>().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.255.255"));
        assert!(!holds("10.0.0.0/8", "11.0.0.0"));
        assert!(!holds("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(holds("[::1]", "::1"));
    }

    #[test]
    fn a_text_that_is_no_range_says_why() {
        let text = |text| ip_range(text).unwrap_err().to_string();
        assert_eq!(
            text("10.0.0.1/8"),
            "`10.0.0.1/8` has bits beyond its prefix; the range is 10.0.0.0/8"
        );
        assert_eq!(
            text("10.0.0.0/33"),
            "`10.0.0.0/33` has a prefix that is too long or not a number"
        );
        assert_eq!(
            text("host"),
            "`host` is not an IP address or a range, as in `10.0.0.0/8`"
        );
    }

    #[test]
    fn a_prefix_of_zero_holds_its_whole_family_and_nothing_else() {
        let all = ip_range("0.0.0.0/0").unwrap();
        for (address, held) in [("255.255.255.255", true), ("::1", false), ("::ffff:127.0.0.1", false)] {
            assert_eq!(all.contains(&address.parse::<IpAddr>().unwrap()), held, "{address}");
        }
    }

    #[test]
    fn a_prefix_longer_than_its_family_is_no_range() {
        for (text, is_range) in [
            ("127.0.0.1/32", true),
            ("127.0.0.1/33", false),
            ("::1/128", true),
            ("::1/129", false),
            ("127.0.0.1/256", false),
        ] {
            assert_eq!(ip_range(text).is_ok(), is_range, "{text}");
        }
    }
}
