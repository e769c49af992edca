//! From a leased delivery to a request, and from an answer to a verdict.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

use postback::delivery::{
    Batch, Delivery, FillError, Lane, Leased, MAX_EXCERPT, MAX_RETRY_AFTER, RetryPolicy, Sent, SuccessRule, Values,
    Verdict, batch,
};
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Item, Outbound};
use postback::value::{ConversionId, DeliveryId, Pii, Secret, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: char) -> T {
    format!("{}{last}", "2".repeat(25)).parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

/// A delivery as a store gives it back. Its type is made by the core alone, so it is read from a payload.
fn leased(last: char, outbound: &Outbound, attempts: u32) -> Leased {
    let json = serde_json::json!({
        "id": id::<DeliveryId>(last),
        "lane": Lane::new("https://channel.example"),
        "conversion": id::<ConversionId>('a'),
        "click": "click",
        "event": id::<DeliveryId>('b').as_str(),
        "campaign": "campaign",
        "postback": "postback",
        "created_at": at(0),
        "outbound": outbound,
        "success": SuccessRule::default(),
        "retry": RetryPolicy::default(),
    });
    let delivery: Delivery = serde_json::from_value(json).unwrap();
    Leased {
        delivery,
        attempts,
        fence: 7,
    }
}

fn one(leased: Leased) -> Batch {
    let mut batches = batch(vec![leased]);
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

fn get(url: HoledText) -> Outbound {
    Outbound::new(Method::Get, url)
}

fn with_hole(hole: Hole) -> Outbound {
    let mut url = HoledText::plain("https://channel.example/pb?v=");
    url.push_hole(hole);
    get(url)
}

fn filled(outbound: &Outbound, secrets: &[(&str, &str)], private: &[(&str, &str)]) -> Result<String, FillError> {
    let mut leased = leased('c', outbound, 0);
    leased.delivery.private = private
        .iter()
        .map(|(name, value)| ((*name).to_string(), Pii::new(*value)))
        .collect();
    let secrets: BTreeMap<String, Secret> = secrets
        .iter()
        .map(|(name, value)| ((*name).to_string(), Secret::from(*value)))
        .collect();
    let filled = one(leased).request(&Values {
        secrets: &secrets,
        now: at(1_700_000_000),
    })?;
    Ok(filled.url().to_string())
}

#[test]
fn holes_are_encoded_for_their_place() {
    let secret = |encoding| {
        with_hole(Hole::Secret {
            reference: "env:T".into(),
            encoding,
        })
    };
    let value = [("env:T", "a b&c=\"ü")];
    let url = |encoding| filled(&secret(encoding), &value, &[]).unwrap();
    assert_eq!(
        url(Encoding::Query),
        "https://channel.example/pb?v=a%20b%26c%3D%22%C3%BC"
    );
    assert_eq!(
        url(Encoding::Path),
        "https://channel.example/pb?v=a%20b%26c%3D%22%C3%BC"
    );
    assert_eq!(url(Encoding::Json), "https://channel.example/pb?v=a b&c=\\\"ü");
    assert_eq!(
        filled(&with_hole(Hole::UnixTime), &[], &[]).unwrap(),
        "https://channel.example/pb?v=1700000000"
    );
}

#[test]
fn an_expired_personal_value_is_empty_but_never_an_empty_path_segment() {
    let private = |encoding| {
        with_hole(Hole::Private {
            field: "ip".into(),
            encoding,
        })
    };
    let query = private(Encoding::Query);
    assert_eq!(
        filled(&query, &[], &[("ip", "2001:db8::1")]).unwrap(),
        "https://channel.example/pb?v=2001%3Adb8%3A%3A1"
    );
    assert_eq!(filled(&query, &[], &[]).unwrap(), "https://channel.example/pb?v=");
    for value in ["", ".", ".."] {
        let error = filled(&private(Encoding::Path), &[], &[("ip", value)]).unwrap_err();
        assert_eq!(error, FillError::EmptySegment);
        assert!(!error.retry());
    }
}

#[test]
fn a_missing_secret_is_named_and_tried_again() {
    let outbound = with_hole(Hole::Secret {
        reference: "env:T".into(),
        encoding: Encoding::Query,
    });
    for secrets in [&[][..], &[("env:T", "")][..]] {
        let error = filled(&outbound, secrets, &[]).unwrap_err();
        assert_eq!(error.to_string(), "secret `env:T` is not set");
        assert!(error.retry());
    }
}

/// RFC 4231, test case 2.
#[test]
fn a_signature_is_the_known_hmac_sha256() {
    let message = HoledText::plain("what do ya want for nothing?");
    let outbound = with_hole(Hole::Hmac {
        key: "env:K".into(),
        message,
    });
    assert_eq!(
        filled(&outbound, &[("env:K", "Jefe")], &[]).unwrap(),
        "https://channel.example/pb?v=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn a_signature_covers_the_secrets_in_its_message_and_nests_no_deeper() {
    let mut message = HoledText::plain("what do ya want ");
    message.push_hole(Hole::Secret {
        reference: "env:M".into(),
        encoding: Encoding::Verbatim,
    });
    let signed = |message| Hole::Hmac {
        key: "env:K".into(),
        message,
    };
    let secrets = [("env:K", "Jefe"), ("env:M", "for nothing?")];
    let url = filled(&with_hole(signed(message)), &secrets, &[]).unwrap();
    assert!(
        url.ends_with("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        "{url}"
    );
    let mut nested = HoledText::plain("x");
    for _ in 0..3 {
        let mut outer = HoledText::default();
        outer.push_hole(signed(nested));
        nested = outer;
    }
    let mut deep = get(HoledText::plain("https://channel.example/?"));
    deep.url.0.extend(nested.0);
    assert_eq!(filled(&deep, &secrets, &[]).unwrap_err(), FillError::Malformed);
}

fn item(text: &str, limit: u32) -> Outbound {
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://api.example/events"));
    let mut body = HoledText::plain("{\"data\":[");
    body.push_hole(Hole::Items);
    body.push_str("]}");
    outbound.body = Some(body);
    outbound.item = Some(Item {
        limit,
        text: HoledText::plain(text),
    });
    outbound
}

#[test]
fn items_of_equal_requests_go_together_up_to_the_limit() {
    let rows = ["1", "2", "3", "4", "5"].into_iter().zip("abcde".chars());
    let batches = batch(rows.map(|(text, last)| leased(last, &item(text, 2), 0)).collect());
    let secrets = BTreeMap::new();
    let bodies: Vec<String> = batches
        .iter()
        .map(|batch| {
            batch
                .request(&Values {
                    secrets: &secrets,
                    now: at(0),
                })
                .unwrap()
                .body()
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(bodies, [r#"{"data":[1,2]}"#, r#"{"data":[3,4]}"#, r#"{"data":[5]}"#]);
}

#[test]
fn requests_that_differ_or_have_no_item_go_alone() {
    let plain = get(HoledText::plain("https://channel.example/"));
    let mut elsewhere = item("1", 9);
    elsewhere.url = HoledText::plain("https://other.example/");
    let batches = batch(vec![
        leased('a', &plain, 0),
        leased('b', &plain, 0),
        leased('c', &item("1", 9), 0),
        leased('d', &elsewhere, 0),
        leased('e', &item("2", 8), 0),
    ]);
    assert!(batches.iter().all(|batch| batch.deliveries().len() == 1));
    assert_eq!(batches.len(), 5);
}

fn verdict(rule: SuccessRule, status: u16, body: &str, truncated: bool) -> (Verdict, String) {
    let mut leased = leased('a', &get(HoledText::plain("https://channel.example/")), 0);
    leased.delivery.success = rule;
    let sent = Sent::Answered {
        status,
        body,
        shown: body,
        truncated,
        retry_after: None,
    };
    let settled = one(leased).settle(&sent, at(1_000), 0).remove(0);
    assert_eq!(settled.fence, 7);
    (settled.verdict, settled.attempt.finding)
}

#[test]
fn statuses_are_success_again_or_final() {
    let kind = |status| match verdict(SuccessRule::default(), status, "", false).0 {
        Verdict::Delivered => "delivered",
        Verdict::Retry { .. } => "retry",
        Verdict::Dead => "dead",
    };
    for status in [200, 204, 299] {
        assert_eq!(kind(status), "delivered", "{status}");
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        assert_eq!(kind(status), "retry", "{status}");
    }
    for status in [199, 300, 301, 302, 400, 401, 403, 404, 410, 600] {
        assert_eq!(kind(status), "dead", "{status}");
    }
}

/// RichPush answers 200 to a call without its parameters, ExoClick `ERROR: ..` (redtrack-and-channels facts 3.4 and 4.2).
#[test]
fn the_body_decides_where_the_rule_says_so() {
    let mut excludes = SuccessRule::default();
    excludes.body_excludes = Some("Required url parameters are not present".into());
    let (told, finding) = verdict(excludes.clone(), 200, "Required url parameters are not present", false);
    assert_eq!(told, Verdict::Dead);
    assert_eq!(
        finding,
        "HTTP 200 (body holds what means failure): `Required url parameters are not present`"
    );
    assert_eq!(verdict(excludes, 200, "", false).0, Verdict::Delivered);
    let mut includes = SuccessRule::default();
    includes.body_includes = Some("OK".into());
    assert_eq!(verdict(includes.clone(), 200, "OK", false).0, Verdict::Delivered);
    assert_eq!(
        verdict(includes.clone(), 200, "ERROR: goal invalid", false).0,
        Verdict::Dead
    );
    let (told, finding) = verdict(includes, 200, "", true);
    assert_eq!(told, Verdict::Dead);
    assert_eq!(finding, "HTTP 200 (body is too long to be searched for success)");
}

fn wait(attempts: u32, entropy: u64, retry_after: Option<&str>) -> Option<Duration> {
    let leased = leased('a', &get(HoledText::plain("https://channel.example/")), attempts);
    let sent = Sent::Answered {
        status: 503,
        body: "",
        shown: "",
        truncated: false,
        retry_after,
    };
    match one(leased).settle(&sent, at(1_000), entropy).remove(0).verdict {
        Verdict::Retry { due_at } => Some(due_at.saturating_since(at(1_000))),
        Verdict::Dead => None,
        Verdict::Delivered => panic!("503 is no success"),
    }
}

#[test]
fn waits_double_up_to_the_longest_and_are_shortened_by_at_most_half() {
    let seconds = |attempts| wait(attempts, 0, None).unwrap().as_secs();
    assert_eq!([0, 1, 2, 3].map(seconds), [15, 30, 60, 120]);
    assert_eq!(seconds(10), 3 * 60 * 60);
    for entropy in [0, 1, 15_000, u64::MAX, 0x0123_4567_89ab_cdef] {
        let wait = wait(0, entropy, None).unwrap();
        assert!(
            (Duration::from_secs(15)..=Duration::from_secs(30)).contains(&wait),
            "{wait:?}"
        );
    }
}

#[test]
fn the_twelfth_attempt_is_the_last() {
    assert!(wait(10, 0, None).is_some());
    assert_eq!(wait(11, 0, None), None);
    assert_eq!(wait(u32::MAX, 0, None), None);
}

#[test]
fn a_receiver_may_ask_for_a_longer_wait_of_at_most_a_day() {
    let asked = |text| wait(0, 0, Some(text)).unwrap();
    assert_eq!(asked("120"), Duration::from_secs(120));
    assert_eq!(asked("0"), Duration::from_secs(15));
    assert_eq!(asked("86399"), MAX_RETRY_AFTER - Duration::from_secs(1));
    assert_eq!(asked("86400"), MAX_RETRY_AFTER);
    assert_eq!(asked("86401"), MAX_RETRY_AFTER);
    assert_eq!(asked("99999999999999999999999"), MAX_RETRY_AFTER);
    // 1000 seconds after the epoch is 00:16:40.
    assert_eq!(asked("Thu, 01 Jan 1970 00:20:00 GMT"), Duration::from_secs(200));
    for text in ["", "soon", "-5", "1.5", "Thu, 01 Jan 1960 00:20:00 GMT"] {
        assert_eq!(asked(text), Duration::from_secs(15), "{text}");
    }
}

#[test]
fn what_was_not_answered_is_tried_again_unless_that_cannot_help() {
    let settle = |retry| {
        let batch = one(leased('a', &get(HoledText::plain("https://channel.example/")), 0));
        batch
            .settle(
                &Sent::Failed {
                    finding: "no answer in time",
                    retry,
                },
                at(0),
                0,
            )
            .remove(0)
    };
    assert!(matches!(settle(true).verdict, Verdict::Retry { .. }));
    assert_eq!(settle(false).verdict, Verdict::Dead);
    assert_eq!(settle(false).attempt.finding, "no answer in time");
    assert_eq!(settle(false).attempt.status, None);
}

#[test]
fn an_echo_of_what_was_sent_is_noted_without_it() {
    let mut url = HoledText::plain("https://channel.example/pb?token=");
    url.push_hole(Hole::Secret {
        reference: "env:T".into(),
        encoding: Encoding::Query,
    });
    let secrets = BTreeMap::from([("env:T".to_string(), Secret::from("CANARY SECRET"))]);
    let filled = one(leased('a', &get(url), 0))
        .request(&Values {
            secrets: &secrets,
            now: at(0),
        })
        .unwrap();
    let echo = format!("bad token CANARY SECRET in {}", filled.url());
    assert_eq!(
        filled.redact(&echo),
        "bad token *** in https://channel.example/pb?token=***"
    );
    assert!(!format!("{filled:?}").contains("CANARY"));
}

/// As PHP's `json_encode`, lower-case hex, a form and an HTML page repeat it.
#[test]
fn an_echo_in_another_spelling_is_not_noted_at_all() {
    let mut url = HoledText::plain("https://channel.example/pb?token=");
    url.push_hole(Hole::Secret {
        reference: "env:T".into(),
        encoding: Encoding::Query,
    });
    url.push_str("&ua=");
    url.push_hole(Hole::Private {
        field: "useragent".into(),
        encoding: Encoding::Query,
    });
    let mut leased = leased('a', &get(url), 0);
    leased.delivery.private = BTreeMap::from([("useragent".to_string(), Pii::new("Mozilla/5.0 (X11; Linux)"))]);
    let secrets = BTreeMap::from([("env:T".to_string(), Secret::from("EAAB/tok+en=="))]);
    let filled = one(leased)
        .request(&Values {
            secrets: &secrets,
            now: at(0),
        })
        .unwrap();
    for echo in [
        r#"{"v":"EAAB\/tok+en=="}"#,
        r#"{"ua":"Mozilla\/5.0 (X11; Linux)"}"#,
        "EAAB%2ftok%2ben%3d%3d",
        "ua=Mozilla%2F5.0+%28X11%3B+Linux%29",
        "token EAAB&#x2F;tok+en==",
        "EAAB%252Ftok%252Ben%253D%253D",
        r#"EAAB\u002ftok\u002Ben=="#,
    ] {
        assert_eq!(filled.redact(echo), "", "{echo}");
    }
    assert_eq!(filled.redact("OK: conversion 17"), "OK: conversion 17");
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
        let mut leased = leased('a', &outbound, 0);
        leased.delivery.private = BTreeMap::from([("city".to_string(), Pii::new(value))]);
        let secrets = BTreeMap::new();
        let values = Values {
            secrets: &secrets,
            now: at(0),
        };
        let filled = one(leased).request(&values).unwrap();
        for echo in echoes {
            let shown = filled.redact(echo);
            assert!(
                !shown.contains("rich") && !shown.contains("2001") && !shown.contains("Neill"),
                "{shown}"
            );
        }
    }
}

#[test]
fn a_finding_keeps_the_beginning_of_a_body_without_control_characters() {
    let (_, finding) = verdict(
        SuccessRule::default(),
        500,
        &format!("a\r\nb{}", "x".repeat(500)),
        false,
    );
    let body = finding
        .strip_prefix("HTTP 500 (status is no success): `")
        .unwrap()
        .strip_suffix('`')
        .unwrap();
    assert_eq!(body.chars().count(), MAX_EXCERPT);
    assert!(body.starts_with("a  bxxx"), "{body}");
}
