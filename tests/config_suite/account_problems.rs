//! Problems of what belongs to the account as a whole: domains, defaults, rates, statuses, time
//! zones, names of routes.

use crate::support::{problem, problems, tracker};
use postback::setup::Setup;

#[test]
fn a_domain_is_an_origin_and_its_fallback_any_url() {
    for url in [
        "https://trk.example.com/a",
        "https://trk.example.com/?a",
        "ftp://trk.example.com",
        "https://u@trk.example.com",
        "https://trk.example.com#a",
    ] {
        let said = format!("domain[0].url: `{url}` is not the URL of a domain, as in `https://trk.example.com`");
        assert_eq!(problem("https://trk.example.com", url), said);
    }
    assert_eq!(
        problem("id = \"main\"", "id = \"main\"\nfallback = \"/home\""),
        "domain[0].fallback: `/home` is not an absolute http or https URL"
    );
    let sound = tracker(&[("https://trk.example.com", "https://TRK.example.com:8443/")]);
    let source = sound.source(None).unwrap();
    assert_eq!(
        Setup::new(&sound).ins_url(source).unwrap(),
        "https://trk.example.com:8443/ins/network"
    );
}

#[test]
fn there_is_one_default_type() {
    assert_eq!(
        problem("default = true", ""),
        "conversion_type: no type has `default = true`; conversions without a type need one"
    );
    assert_eq!(
        problem("counts = \"step\"", "counts = \"step\"\ndefault = true"),
        "conversion_type[2].default: a type before this one is the default already"
    );
}

#[test]
fn of_several_sources_one_is_the_default() {
    let second = "[[offer_source]]\nid = \"second\"";
    assert_eq!(
        problem("#source", second),
        "offer_source: none of them has `default = true`; a bare `/postback` needs one; write it in one of `network`, `second`"
    );
    assert_eq!(
        problems(&[("#source", &format!("default = true\n{second}\ndefault = true"))]),
        ["offer_source[1].default: a source before this one is the default already"]
    );
    let chosen = tracker(&[("#source", &format!("{second}\ndefault = true"))]);
    assert_eq!(chosen.source(None).unwrap().id().as_str(), "second");
    assert_eq!(tracker(&[]).source(None).unwrap().id().as_str(), "network");
}

#[test]
fn a_campaign_is_not_called_like_a_route() {
    for route in [
        "postback", "ins", "api", "healthz", "readyz", "metrics", "track.js", "view", "click", "clickupd", "imp",
    ] {
        assert_eq!(
            problem("id = \"summer\"", &format!("id = \"{route}\"")),
            format!("campaign[0].id: `{route}` is the name of a route, so no click would reach the campaign")
        );
    }
}

#[test]
fn a_rate_is_dated_positive_and_between_two_currencies() {
    let rate = |from: &str, rate: &str, since: &str| {
        format!("[[rate]]\nfrom = \"{from}\"\nto = \"USD\"\nrate = \"{rate}\"\nsince = \"{since}\"\n")
    };
    for (text, said) in [
        (
            rate("USD", "1", "2026-01-01"),
            "rate[0].to: a rate from USD to itself is always 1",
        ),
        (rate("EUR", "0", "2026-01-01"), "rate[0].rate: is zero"),
        (rate("EUR", "-1.1", "2026-01-01"), "rate[0].rate: `-1.1` is negative"),
        (
            rate("EUR", "1.1", "2026-01-01").repeat(2),
            "rate[1].since: there are two rates from EUR to USD since 2026-01-01T00:00:00Z",
        ),
        (
            rate("EUR", "1.1", "yesterday"),
            "rate[0].since: `yesterday` is not a time: it is not written like `2026-04-24T00:16:10Z` or `20260424T001610-0700`",
        ),
    ] {
        assert_eq!(problem("#root", &text), said);
    }
    tracker(&[(
        "#root",
        "[[rate]]\nfrom = \"EUR\"\nto = \"USD\"\nrate = \"1.1\"\nsince = 2026-01-01",
    )]);
}

#[test]
fn statuses_and_time_zones_are_checked() {
    assert_eq!(
        problem("#root", "revenue_statuses = [\"aproved\"]"),
        "revenue_statuses[0]: `aproved` is not a status; there are approved, pending, declined, other; did you mean `approved`?"
    );
    assert_eq!(
        problem("#root", "timezone = \"America/\""),
        "timezone: `America/` is not the name of a time zone, as in `America/Los_Angeles`"
    );
    tracker(&[("#root", "timezone = \"America/Port-au-Prince\"\nrevenue_statuses = []")]);
}
