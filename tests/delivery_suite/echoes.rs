//! What is noted of an answer that repeats the request.

use crate::support::{filled, get, with_hole};
use postback::delivery::Filled;
use postback::outbound::{Encoding, Hole, HoledText};

/// A request with a token and, behind it, the visitor's user agent.
fn sent(token: &str, agent: &str) -> Filled {
    let mut url = HoledText::plain("https://channel.example/pb?token=");
    url.push_hole(Hole::Secret {
        reference: "env:T".parse().unwrap(),
        encoding: Encoding::Query,
    });
    url.push_str("&ua=");
    url.push_hole(Hole::Private {
        field: "useragent".into(),
        encoding: Encoding::Query,
    });
    filled(&get(url), &[("env:T", token)], &[("useragent", agent)]).unwrap()
}

#[test]
fn an_echo_of_what_was_sent_is_noted_without_it() {
    let sent = sent("CANARY SECRET", "");
    let echo = format!("bad token CANARY SECRET in {}", sent.url());
    assert_eq!(
        sent.redact(&echo),
        "bad token *** in https://channel.example/pb?token=***&ua="
    );
    assert!(!format!("{sent:?}").contains("CANARY"));
}

/// As PHP's `json_encode`, lower-case hex, a form and an HTML page repeat it.
#[test]
fn an_echo_in_another_spelling_is_not_noted_at_all() {
    let sent = sent("EAAB/tok+en==", "Mozilla/5.0 (X11; Linux)");
    for echo in [
        r#"{"v":"EAAB\/tok+en=="}"#,
        r#"{"ua":"Mozilla\/5.0 (X11; Linux)"}"#,
        "EAAB%2ftok%2ben%3d%3d",
        "ua=Mozilla%2F5.0+%28X11%3B+Linux%29",
        "token EAAB&#x2F;tok+en==",
        "EAAB%252Ftok%252Ben%253D%253D",
        r#"EAAB\u002ftok\u002Ben=="#,
    ] {
        assert_eq!(sent.redact(echo), "", "{echo}");
    }
    assert_eq!(sent.redact("OK: conversion 17"), "OK: conversion 17");
}

#[test]
fn an_echo_in_escapes_of_single_characters_is_not_noted_either() {
    let outbound = with_hole(Hole::Private {
        field: "city".into(),
        encoding: Encoding::Query,
    });
    for (value, echoes) in [
        (
            "Zürich",
            &[r#"{"city":"Z\u00fcrich"}"#, "Z&#252;rich", "Z&#xFC;rich", "Z%C3%BCrich"][..],
        ),
        (
            "2001:db8::1",
            &[r"2001\u003adb8\u003A\u003a1", "2001&#58;db8&#58;&#x3a;1"][..],
        ),
        (
            "O'Neill 😀",
            &[r"O\u0027Neill \ud83d\ude00", "O&apos;Neill+&#128512;"][..],
        ),
    ] {
        let sent = filled(&outbound, &[], &[("city", value)]).unwrap();
        for echo in echoes {
            let shown = sent.redact(echo);
            assert!(
                !shown.contains("rich") && !shown.contains("2001") && !shown.contains("Neill"),
                "{shown}"
            );
        }
    }
}
