//! Addresses: an address that the standard library knows to be local is never permitted, however it
//! is written.

use postback::delivery::address::{AddressPolicy, Allowed};
use postback::value::ip_range;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Reads the bytes as addresses, as a URL and as a range.
pub fn address(bytes: &[u8]) {
    let taken = |count| {
        bytes
            .iter()
            .chain(std::iter::repeat(&0))
            .take(count)
            .copied()
            .collect::<Vec<u8>>()
    };
    version_4(Ipv4Addr::from(<[u8; 4]>::try_from(taken(4)).unwrap()));
    version_6(Ipv6Addr::from(<[u8; 16]>::try_from(taken(16)).unwrap()));
    if let Ok(text) = std::str::from_utf8(bytes) {
        url(text);
        url(&format!("https://{text}/"));
        ranges(text, bytes);
    }
}

fn is_public(address: IpAddr) -> bool {
    AddressPolicy::default().check_address(address).is_ok()
}

fn version_4(address: Ipv4Addr) {
    let public = is_public(address.into());
    let [first, second, ..] = address.octets();
    let local = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_unspecified()
        || first == 0
        || first >= 240
        || (first == 100 && second & 0xc0 == 64)
        || (first == 198 && second & 0xfe == 18);
    assert!(!(public && local), "{address}");
    let number = address.to_bits();
    let [a, b, c, d] = address.octets();
    let dotted = address.to_string();
    for text in [
        dotted.clone(),
        format!("{number}"),
        format!("{number:#x}"),
        format!("0{number:o}"),
        format!("{a:#x}.{b:#x}.0{c:o}.{d}"),
        format!("{a}.{b}.{}", number & 0xffff),
        format!("{a}.{}", number & 0x00ff_ffff),
        format!("%{:02x}{}", dotted.as_bytes()[0], &dotted[1..]),
        dotted.replace('.', "\u{3002}"),
    ] {
        answers(&text, address.into());
    }
    // An IPv6 form that carries an IPv4 address must not bypass the check.
    for address in [address.to_ipv6_mapped(), address.to_ipv6_compatible()] {
        assert!(!is_public(address.into()), "{address}");
    }
    let [a, b, c, d] = address.octets().map(u16::from);
    for address in [
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a << 8 | b, c << 8 | d),
        Ipv6Addr::new(0x2002, a << 8 | b, c << 8 | d, 0, 0, 0, 0, 1),
    ] {
        assert!(!is_public(address.into()), "{address}");
    }
}

fn version_6(address: Ipv6Addr) {
    let public = is_public(address.into());
    let local = address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.to_ipv4().is_some()
        || address.segments()[0] & 0xe000 != 0x2000;
    assert!(!(public && local), "{address}");
    let whole = address.segments().map(|group| format!("{group:04X}")).join(":");
    for text in [format!("[{address}]"), format!("[{whole}]")] {
        answers(&text, address.into());
    }
}

/// Checks that an address in a URL is judged like the address alone, in any spelling.
fn answers(host: &str, address: IpAddr) {
    let policy = AddressPolicy::default();
    let text = format!("http://{host}:8080/pb");
    let spelt = match Url::parse(&text).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(spelt)) => IpAddr::V4(spelt),
        Some(Host::Ipv6(spelt)) => IpAddr::V6(spelt),
        _ => return,
    };
    if spelt == address {
        assert_eq!(policy.check(&text).map(|_| ()), policy.check_address(address), "{text}");
        assert_eq!(
            policy.check_resolved("a.example", address),
            policy.check_address(address)
        );
    }
}

fn url(text: &str) {
    let policy = AddressPolicy::default();
    let url = match policy.check(text) {
        Ok(url) => url,
        Err(denied) => {
            assert!(!denied.to_string().chars().any(char::is_control), "{denied}");
            return;
        }
    };
    assert!(matches!(url.scheme(), "http" | "https"), "{text}");
    assert!(url.username().is_empty() && url.password().is_none(), "{text}");
    assert_eq!(policy.check_url(&url), Ok(()));
    assert_eq!(policy.check(url.as_str()).as_ref(), Ok(&url), "{text}");
    match url.host().unwrap() {
        Host::Ipv4(address) => assert!(is_public(address.into()), "{text}"),
        Host::Ipv6(address) => assert!(is_public(address.into()), "{text}"),
        Host::Domain(name) => {
            assert!(name.contains('.') && !name.ends_with('.'), "{text}");
            assert!(name.parse::<IpAddr>().is_err(), "{text}");
            for local in ["localhost", "local", "internal", "home.arpa", "onion"] {
                assert!(!name.to_ascii_lowercase().ends_with(&format!(".{local}")), "{text}");
            }
        }
    }
}

/// Checks that an allowed address prints so that it can be read back, and that a range contains
/// exactly the addresses with its prefix.
fn ranges(text: &str, bytes: &[u8]) {
    for error in [
        text.parse::<Allowed>().err().map(|error| error.to_string()),
        ip_range(text).err().map(|error| error.to_string()),
    ] {
        assert!(
            error.is_none_or(|error| !error.chars().any(char::is_control)),
            "{text:?}"
        );
    }
    if let Ok(allowed) = text.parse::<Allowed>() {
        assert_eq!(allowed.to_string().parse().as_ref(), Ok(&allowed), "{text}");
        let policy = AddressPolicy::default().allow(allowed);
        for public in ["8.8.8.8", "2606:4700::1111"] {
            assert_eq!(policy.check_address(public.parse().unwrap()), Ok(()), "{text}");
        }
    }
    let Ok(range) = ip_range(text) else { return };
    assert_eq!(ip_range(&range.to_string()).as_ref(), Ok(&range), "{text}");
    let printed = range.to_string();
    let prefix: u32 = printed
        .split_once('/')
        .map_or(128, |(_, prefix)| prefix.parse().unwrap());
    let bits = match range.addr() {
        IpAddr::V4(base) => u128::from(base.to_bits()) << 96,
        IpAddr::V6(base) => base.to_bits(),
    };
    let mut one = 1_u128;
    for byte in bytes {
        one = one.wrapping_mul(257).wrapping_add(u128::from(*byte));
    }
    // These are the base itself, the base with one bit changed, and a drawn address.
    for tried in [bits, bits ^ (1 << (one % 128)), one] {
        let (address, inside) = match range.addr() {
            IpAddr::V4(_) => (Ipv4Addr::from_bits((tried >> 96) as u32).into(), (tried >> 96) << 96),
            IpAddr::V6(_) => (IpAddr::from(Ipv6Addr::from_bits(tried)), tried),
        };
        let same = prefix == 0 || (inside ^ bits) >> (128 - prefix) == 0;
        assert_eq!(range.contains(&address), same, "{range} {address}");
    }
}
