//! The tables of addresses that are not public.
//!
//! Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries, the IPv4 multicast and class
//! E assignments (RFC 5771, RFC 1112) and the IPv6 address space registry (of which only 2000::/3
//! is global unicast, RFC 4291).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A range that is not dialled, and what its addresses are.
pub(super) type Special = (IpNet, &'static str);

/// Why `address` is not public unicast: the range that holds it, and the reason in words. None if
/// it is public.
pub(super) fn special(address: IpAddr) -> Option<Special> {
    let (listed, elsewhere) = match address {
        IpAddr::V4(_) => (IPV4.iter(), None),
        IpAddr::V6(_) if GLOBAL_UNICAST.contains(&address) => (IPV6_INSIDE.iter(), None),
        IpAddr::V6(_) => (IPV6_OUTSIDE.iter(), Some((GLOBAL_UNICAST, "outside public unicast"))),
    };
    listed
        .copied()
        .find(|(range, _)| range.contains(&address))
        .or(elsewhere)
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

/// An IPv6 range whose base is written by its first four groups; the others are zero.
const fn v6(a: u16, b: u16, c: u16, d: u16, prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix))
}

/// The only IPv6 range that is handed out for public unicast (RFC 4291, section 2.4).
const GLOBAL_UNICAST: IpNet = v6(0x2000, 0, 0, 0, 3);

/// The IPv4 ranges that are not public unicast. A longer prefix stands before the range that holds
/// it.
const IPV4: [Special; 20] = [
    (v4(0, 0, 0, 0, 32), "unspecified"),
    (v4(0, 0, 0, 0, 8), "of this network only"),
    (v4(10, 0, 0, 0, 8), "private"),
    (v4(100, 64, 0, 0, 10), "of a carrier's shared space"),
    (v4(127, 0, 0, 0, 8), "loopback"),
    (v4(169, 254, 0, 0, 16), "link-local"),
    (v4(172, 16, 0, 0, 12), "private"),
    (v4(192, 0, 0, 0, 24), "reserved for protocol assignments"),
    (v4(192, 0, 2, 0, 24), "for documentation"),
    (v4(192, 31, 196, 0, 24), "of the AS112 service"),
    (v4(192, 52, 193, 0, 24), "of automatic multicast tunnels"),
    (v4(192, 88, 99, 0, 24), "of the retired 6to4 relays"),
    (v4(192, 168, 0, 0, 16), "private"),
    (v4(192, 175, 48, 0, 24), "of the AS112 service"),
    (v4(198, 18, 0, 0, 15), "for benchmarks"),
    (v4(198, 51, 100, 0, 24), "for documentation"),
    (v4(203, 0, 113, 0, 24), "for documentation"),
    (v4(224, 0, 0, 0, 4), "multicast"),
    (v4(255, 255, 255, 255, 32), "broadcast"),
    (v4(240, 0, 0, 0, 4), "reserved"),
];

/// The ranges inside 2000::/3 that are not public unicast.
const IPV6_INSIDE: [Special; 5] = [
    (v6(0x2001, 0, 0, 0, 32), "a Teredo tunnel"),
    (v6(0x2001, 0, 0, 0, 23), "reserved for protocol assignments"),
    (v6(0x2001, 0x0db8, 0, 0, 32), "for documentation"),
    (v6(0x2002, 0, 0, 0, 16), "a 6to4 tunnel"),
    (v6(0x3fff, 0, 0, 0, 20), "for documentation"),
];

/// Outside 2000::/3 everything is refused. These ranges only have a better name than that.
const IPV6_OUTSIDE: [Special; 12] = [
    (v6(0, 0, 0, 0, 128), "unspecified"),
    (IpNet::new_assert(IpAddr::V6(Ipv6Addr::LOCALHOST), 128), "loopback"),
    (
        IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0)), 96),
        "IPv4-mapped",
    ),
    (v6(0, 0, 0, 0, 96), "IPv4-compatible"),
    (v6(0x0064, 0xff9b, 0, 0, 96), "an IPv4 address behind NAT64"),
    (v6(0x0064, 0xff9b, 1, 0, 48), "an IPv4 address behind a local NAT64"),
    (v6(0x0100, 0, 0, 0, 64), "discard-only"),
    (v6(0x5f00, 0, 0, 0, 16), "of segment routing"),
    (v6(0xfc00, 0, 0, 0, 7), "private"),
    (v6(0xfe80, 0, 0, 0, 10), "link-local"),
    (v6(0xfec0, 0, 0, 0, 10), "site-local"),
    (v6(0xff00, 0, 0, 0, 8), "multicast"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_base_in_the_tables_has_no_bit_beyond_its_prefix() {
        for (range, _) in IPV4.into_iter().chain(IPV6_INSIDE).chain(IPV6_OUTSIDE) {
            assert_eq!(range.trunc(), range, "{range}");
        }
    }
}
