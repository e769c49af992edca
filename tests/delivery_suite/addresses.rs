//! Which addresses are dialled.

use postback::delivery::address::{AddressPolicy, Allowed, MAX_LABEL_LENGTH};
use std::net::IpAddr;

fn refusal(policy: &AddressPolicy, text: &str) -> String {
    policy.check(text).expect_err(text).to_string()
}

fn allowing(destinations: &[&str]) -> AddressPolicy {
    destinations
        .iter()
        .map(|text| text.parse::<Allowed>().expect(text))
        .collect()
}

#[derive(serde::Deserialize)]
struct Vector {
    address: IpAddr,
    verdict: String,
    r#where: String,
}

/// The limits of every special range: its first and last address, one before and one after.
fn vectors() -> Vec<Vector> {
    let lines = include_str!("../vectors/addresses.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn every_limit_of_a_special_range_is_judged_as_the_registries_say() {
    let policy = AddressPolicy::default();
    for Vector {
        address,
        verdict,
        r#where,
    } in vectors()
    {
        match policy.check_address(address) {
            Ok(()) => assert_eq!(verdict, "public", "{address} ({where})", where = r#where),
            Err(denied) => {
                let text = format!("address {address} is {verdict}; allow it explicitly if it is meant");
                assert_eq!(denied.to_string(), text, "{where}", where = r#where);
            }
        }
    }
}

#[test]
fn an_address_in_a_url_is_judged_as_the_address_alone() {
    let policy = AddressPolicy::default();
    for Vector { address, .. } in vectors() {
        let text = match address {
            IpAddr::V4(address) => format!("https://{address}:8443/pb?a=1"),
            IpAddr::V6(address) => format!("https://[{address}]:8443/pb?a=1"),
        };
        assert_eq!(policy.check(&text).map(|_| ()), policy.check_address(address), "{text}");
    }
}

#[test]
fn odd_spellings_of_an_address_are_that_address() {
    let policy = AddressPolicy::default();
    for host in [
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
    ] {
        let text = refusal(&policy, &format!("http://{host}/pb"));
        assert_eq!(
            text, "address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant",
            "{host}"
        );
    }
    assert_eq!(policy.check("http://0x08.0x08.0x08.0x08/").map(|_| ()), Ok(()));
    assert_eq!(
        refusal(&policy, "http://[::ffff:127.0.0.1]/"),
        "address ::ffff:127.0.0.1 is IPv4-mapped (::ffff:0.0.0.0/96); allow it explicitly if it is meant"
    );
    assert_eq!(
        refusal(&policy, "http://256.256.256.256/"),
        "not an absolute URL, as in `https://example.com/path`: invalid IPv4 address"
    );
    assert_eq!(
        refusal(&policy, "http://[fe80::1%25eth0]/"),
        "not an absolute URL, as in `https://example.com/path`: invalid IPv6 address"
    );
}

#[test]
fn a_public_name_passes_with_any_port_path_and_query() {
    let policy = AddressPolicy::default();
    for text in [
        "https://s2s.example.com/pb?cid={1}&x=%0A",
        "http://us.ahows.co:8080/log?action=conversion",
        "HTTPS://WWW.EXAMPLE.COM",
        "https://bücher.example.com/",
        "https://my_tracker.example.com/",
        "https://localhost.example.com/",
        "https://notlocal.com/",
        "https://mylocal/../".replace("mylocal", "my.localhosts").as_str(),
        "https://s2s.example.com/@user:password",
    ] {
        assert_eq!(policy.check(text).map(|_| ()), Ok(()), "{text}");
    }
}

#[test]
fn only_http_and_https_pass() {
    let policy = AddressPolicy::default();
    for scheme in ["ftp", "ws", "gopher", "file", "unix"] {
        let text = format!("{scheme}://example.com/");
        assert_eq!(
            refusal(&policy, &text),
            format!("scheme `{scheme}` is neither http nor https")
        );
    }
    assert_eq!(
        refusal(&policy, "javascript:alert(1)"),
        "scheme `javascript` is neither http nor https"
    );
}

#[test]
fn a_user_name_or_a_password_is_refused() {
    let policy = AddressPolicy::default();
    for text in [
        "http://user@example.com/",
        "http://user:pw@example.com/",
        "http://:pw@example.com/",
        "http://example.com%40@evil.example/",
    ] {
        assert_eq!(
            refusal(&policy, text),
            "the URL holds a user name or a password",
            "{text}"
        );
    }
}

#[test]
fn a_control_character_is_refused_even_where_a_parser_would_drop_it() {
    let policy = AddressPolicy::default();
    for text in [
        "http://exam\tple.com/",
        "http://example.com/\r\nX-A: b",
        "\u{0}http://example.com/",
        "http://example.com/\u{7f}",
        "http://example.com/\u{85}",
    ] {
        assert_eq!(refusal(&policy, text), "the URL holds a control character", "{text:?}");
    }
}

#[test]
fn text_that_is_no_absolute_url_is_refused() {
    let policy = AddressPolicy::default();
    assert_eq!(
        refusal(&policy, "/postback?x=1"),
        "not an absolute URL, as in `https://example.com/path`: relative URL without a base"
    );
    assert_eq!(
        refusal(&policy, "//example.com/x"),
        "not an absolute URL, as in `https://example.com/path`: relative URL without a base"
    );
    assert_eq!(
        refusal(&policy, ""),
        "not an absolute URL, as in `https://example.com/path`: relative URL without a base"
    );
    assert_eq!(
        refusal(&policy, "http://"),
        "not an absolute URL, as in `https://example.com/path`: empty host"
    );
}

#[test]
fn names_that_only_a_local_network_knows_are_refused() {
    let policy = AddressPolicy::default();
    for (host, name) in [
        ("localhost", "localhost"),
        ("LocalHost", "localhost"),
        ("a.localhost", "localhost"),
        ("printer.local", "local"),
        ("metadata.google.internal", "internal"),
        ("nas.home.arpa", "home.arpa"),
        ("abcdefghij.onion", "onion"),
        ("router.lan", "lan"),
        ("box.localdomain", "localdomain"),
    ] {
        let shown = host.to_lowercase();
        assert_eq!(
            refusal(&policy, &format!("http://{host}/")),
            format!("host `{shown}` is a local name (`{name}`); allow it explicitly if it is meant")
        );
    }
    assert_eq!(
        refusal(&policy, "http://channel-stub:9000/"),
        "host `channel-stub` is a single label, which only a local network resolves; allow it explicitly if it is meant"
    );
}

#[test]
fn a_host_that_ends_in_a_dot_is_refused() {
    let policy = allowing(&["localhost"]);
    for text in [
        "http://example.com./",
        "http://localhost./",
        "http://printer.local./",
        "http://com./",
    ] {
        assert_eq!(refusal(&policy, text), "the host ends in a dot", "{text}");
    }
}

#[test]
fn a_host_that_is_no_dns_name_is_refused() {
    let policy = AddressPolicy::default();
    for host in [
        "a..example.com",
        ".example.com",
        "a*b.example.com",
        "{sub}.example.com",
        "a!b.example.com",
    ] {
        let url = format!("http://{host}/");
        assert_eq!(refusal(&policy, &url), "the host is no DNS name", "{host}");
    }
}

#[test]
fn a_label_has_at_most_63_characters_and_a_host_253() {
    let policy = AddressPolicy::default();
    let label = |length: usize| "a".repeat(length);
    for (host, ok) in [
        (format!("{}.com", label(MAX_LABEL_LENGTH - 1)), true),
        (format!("{}.com", label(MAX_LABEL_LENGTH)), true),
        (format!("{}.com", label(MAX_LABEL_LENGTH + 1)), false),
        (format!("{}.{}.{}.{}", label(63), label(63), label(63), label(60)), true),
        (format!("{}.{}.{}.{}", label(63), label(63), label(63), label(61)), true),
        (
            format!("{}.{}.{}.{}", label(63), label(63), label(63), label(62)),
            false,
        ),
    ] {
        assert_eq!(
            policy.check(&format!("http://{host}/")).is_ok(),
            ok,
            "{} characters",
            host.len()
        );
    }
}

#[test]
fn an_allowed_range_opens_itself_and_nothing_beside_it() {
    let policy = allowing(&["10.1.0.0/16", "[::1]/128"]);
    assert!(policy.check("http://10.1.0.0/").is_ok());
    assert!(policy.check("http://10.1.255.255/").is_ok());
    assert!(policy.check("http://10.0.255.255/").is_err());
    assert!(policy.check("http://10.2.0.0/").is_err());
    assert!(policy.check("http://[::1]:8080/").is_ok());
    assert!(policy.check("http://[::2]/").is_err());
    assert!(policy.check("http://[::ffff:10.1.0.1]/").is_err());
    assert!(policy.check("http://localhost/").is_err());
}

#[test]
fn an_allowed_name_opens_that_name_wherever_it_resolves_and_no_other() {
    let policy = allowing(&["LocalHost", "channel-stub"]);
    let loopback = "127.0.0.1".parse().unwrap();
    assert!(policy.check("http://LOCALHOST:9000/").is_ok());
    assert!(policy.check("http://channel-stub/").is_ok());
    assert!(policy.check("http://a.localhost/").is_err());
    assert!(policy.check("http://127.0.0.1/").is_err());
    assert_eq!(policy.check_resolved("localhost", loopback), Ok(()));
    assert_eq!(policy.check_resolved("LOCALHOST", loopback), Ok(()));
    assert_eq!(
        policy.check_resolved("rebind.example.com", loopback),
        policy.check_address(loopback)
    );
    assert!(policy.check_address(loopback).is_err());
}

#[test]
fn an_allowed_destination_prints_in_its_plain_form() {
    for (text, plain) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("127.0.0.1", "127.0.0.1/32"),
        ("127.0.0.1/32", "127.0.0.1/32"),
        ("::1", "::1/128"),
        ("[::1]", "::1/128"),
        ("[::1]/128", "::1/128"),
        ("FC00::/7", "fc00::/7"),
        ("::/0", "::/0"),
        ("LocalHost", "localhost"),
        ("db.example.internal", "db.example.internal"),
    ] {
        let allowed: Allowed = text.parse().expect(text);
        assert_eq!(allowed.to_string(), plain);
        assert_eq!(plain.parse::<Allowed>(), Ok(allowed));
    }
}

#[test]
fn a_destination_that_could_mean_something_else_is_refused() {
    let prefix = "has a prefix that is too long or not a number";
    let unknown = "is neither an address, nor a range as in `10.0.0.0/8`, nor a host name (without port)";
    for (text, problem) in [
        ("10.0.0.0/33", prefix),
        ("::/129", prefix),
        ("10.0.0.0/", prefix),
        ("10.0.0.0/+8", prefix),
        ("10.0.0.0/-1", prefix),
        ("10.0.0.0/8/8", prefix),
        ("10.0.0.0/255.0.0.0", prefix),
        ("10.0.0.1/8", "has bits beyond its prefix; the range is 10.0.0.0/8"),
        ("fe80::1/10", "has bits beyond its prefix; the range is fe80::/10"),
        ("127.0.0.1:9000", unknown),
        ("[::1]:9000", unknown),
        ("localhost:9000", unknown),
        ("[127.0.0.1]", unknown),
        ("0x7f.1", unknown),
        ("2130706433", unknown),
        ("010.0.0.0/8", unknown),
        ("*.example.com", unknown),
        ("localhost.", unknown),
        ("localhost/8", unknown),
        ("http://localhost", unknown),
        (" localhost", unknown),
        ("", unknown),
    ] {
        assert_eq!(
            text.parse::<Allowed>().expect_err(text).to_string(),
            format!("destination `{text}` {problem}")
        );
    }
}

#[test]
fn a_refusal_holds_no_path_and_no_query() {
    let policy = AddressPolicy::default();
    for text in [
        "http://127.0.0.1/CANARY?CANARY=CANARY#CANARY",
        "http://printer.local/CANARY?CANARY",
        "http://CANARY:CANARY@example.com/",
        "ftp://example.com/CANARY",
        "http://example.com./CANARY",
        "http://999.999.999.999/CANARY",
        "CANARY",
        "http://example.com/\nCANARY",
    ] {
        let denied = policy.check(text).expect_err(text);
        assert!(!format!("{denied} {denied:?}").contains("CANARY"), "{denied:?}");
    }
}
