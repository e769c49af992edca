//! Holes filled, and deliveries grouped into requests.

use crate::support::{at, filled, get, leased, one, plain, request, with_hole};
use postback::delivery::{FillError, Leased, Replaced, batch};
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Item, Outbound};

/// The URL of a filled request.
fn url(outbound: &Outbound, secrets: &[(&str, &str)], private: &[(&str, &str)]) -> String {
    filled(outbound, secrets, private).unwrap().url().to_owned()
}

fn secret(encoding: Encoding) -> Outbound {
    with_hole(Hole::Secret {
        reference: "env:T".parse().unwrap(),
        encoding,
    })
}

#[test]
fn holes_are_encoded_for_their_place() {
    let url_of = |encoding| url(&secret(encoding), &[("env:T", "a b&c=\"ü")], &[]);
    let encoded = "https://channel.example/pb?v=a%20b%26c%3D%22%C3%BC";
    assert_eq!(url_of(Encoding::Query), encoded);
    assert_eq!(url_of(Encoding::Path), encoded);
    assert_eq!(url_of(Encoding::Json), "https://channel.example/pb?v=a b&c=\\\"ü");
    assert_eq!(
        url(&with_hole(Hole::UnixTime), &[], &[]),
        "https://channel.example/pb?v=1700000000"
    );
}

fn private(encoding: Encoding) -> Hole {
    Hole::Private {
        field: "ip".into(),
        encoding,
    }
}

#[test]
fn an_expired_personal_value_is_empty() {
    let query = with_hole(private(Encoding::Query));
    assert_eq!(
        url(&query, &[], &[("ip", "2001:db8::1")]),
        "https://channel.example/pb?v=2001%3Adb8%3A%3A1"
    );
    assert_eq!(url(&query, &[], &[]), "https://channel.example/pb?v=");
}

#[test]
fn a_path_segment_is_never_empty_and_leads_nowhere_else() {
    let request = |before: &str, value: &str, after: &str| {
        let mut url = HoledText::plain(format!("https://channel.example/{before}"));
        url.push_hole(private(Encoding::Path));
        url.push_str(after);
        filled(&get(url), &[], &[("ip", value)]).map(|filled| filled.url().to_owned())
    };
    for (before, value, after) in [
        ("", "", ""),
        ("", ".", "/pb"),
        ("pb/", "..", "?v=1"),
        ("pb/.", "", "/x"),
        ("pb/.", ".", ""),
        ("pb/%2e", "", "%2E?v=/"),
    ] {
        let error = request(before, value, after).unwrap_err();
        assert_eq!(error, FillError::EmptySegment, "{before}{value}{after}");
        assert!(!error.is_retryable());
    }
    for (before, value, after) in [
        ("pb/ip-", "", "/x"),
        ("", "", "-ip?v=1"),
        ("..", ".", ""),
        ("pb/", "a", ""),
    ] {
        let sent = request(before, value, after).unwrap();
        assert_eq!(sent, format!("https://channel.example/{before}{value}{after}"));
    }
}

#[test]
fn a_missing_secret_is_named_and_tried_again() {
    for secrets in [&[][..], &[("env:T", "")][..]] {
        let error = filled(&secret(Encoding::Query), secrets, &[]).unwrap_err();
        assert_eq!(error.to_string(), "secret `env:T` is not set");
        assert!(error.is_retryable());
    }
}

fn signed(message: HoledText) -> Hole {
    Hole::Hmac {
        key: "env:K".parse().unwrap(),
        message,
    }
}

/// RFC 4231, test case 2.
const SIGNATURE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

#[test]
fn a_signature_is_the_known_hmac_sha256() {
    let outbound = with_hole(signed(HoledText::plain("what do ya want for nothing?")));
    assert_eq!(
        url(&outbound, &[("env:K", "Jefe")], &[]),
        format!("https://channel.example/pb?v={SIGNATURE}")
    );
}

#[test]
fn a_signature_covers_the_secrets_in_its_message() {
    let mut message = HoledText::plain("what do ya want ");
    message.push_hole(Hole::Secret {
        reference: "env:M".parse().unwrap(),
        encoding: Encoding::Verbatim,
    });
    let secrets = [("env:K", "Jefe"), ("env:M", "for nothing?")];
    let url = url(&with_hole(signed(message)), &secrets, &[]);
    assert!(url.ends_with(SIGNATURE), "{url}");
}

#[test]
fn there_is_no_signature_over_a_signature() {
    let mut message = HoledText::plain("x");
    for depth in 1..4 {
        let request = filled(&with_hole(signed(message.clone())), &[("env:K", "Jefe")], &[]);
        assert_eq!(request.is_ok(), depth == 1, "{depth} deep: {request:?}");
        if depth > 1 {
            assert_eq!(request.unwrap_err(), FillError::Malformed);
        }
        let mut outer = HoledText::default();
        outer.push_hole(signed(message));
        message = outer;
    }
}

fn item(text: &str, limit: u32) -> Outbound {
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://api.example/events"));
    let mut body = HoledText::plain("{\"data\":[");
    body.push_hole(Hole::Items);
    body.push_str("]}");
    outbound.body = Some(body);
    outbound.item = Some(Item::new(limit, HoledText::plain(text)));
    outbound
}

#[test]
fn items_of_equal_requests_go_together_up_to_the_limit() {
    let rows = ["1", "2", "3", "4", "5"].into_iter().zip("abcde".chars());
    let batches = batch(
        rows.map(|(text, last)| leased(last, &item(text, 2), 0)).collect(),
        at(0),
    )
    .0;
    let body = |batch| request(batch, &[]).unwrap().body().unwrap().to_owned();
    let bodies: Vec<String> = batches.iter().map(body).collect();
    assert_eq!(bodies, [r#"{"data":[1,2]}"#, r#"{"data":[3,4]}"#, r#"{"data":[5]}"#]);
}

#[test]
fn requests_that_differ_or_have_no_item_go_alone() {
    let mut elsewhere = item("1", 9);
    elsewhere.url = HoledText::plain("https://other.example/");
    let all = vec![
        leased('a', &plain(), 0),
        leased('b', &plain(), 0),
        leased('c', &item("1", 9), 0),
        leased('d', &elsewhere, 0),
        leased('e', &item("2", 8), 0),
    ];
    let (batches, late) = batch(all, at(0));
    assert!(late.is_empty());
    assert!(batches.iter().all(|batch| batch.deliveries().len() == 1));
    assert_eq!(batches.len(), 5);
}

/// The headers by which a request says which delivery it is.
fn ids(leased: Leased) -> Vec<(String, String)> {
    let filled = request(&one(leased), &[]).unwrap();
    let headers = filled.headers().filter(|(name, _)| name.starts_with("postback-"));
    headers.map(|(name, value)| (name.into(), value.into())).collect()
}

#[test]
fn a_request_says_which_delivery_it_is_and_in_whose_place_it_is_sent() {
    let first = leased('c', &plain(), 0);
    let id = first.delivery.id.to_string();
    assert_eq!(ids(first.clone()), [("postback-id".into(), id.clone())]);
    let mut second = leased('d', &plain(), 0);
    let delivery = first.delivery.id;
    second.delivery.replaces = Some(Box::new(Replaced { delivery, revision: 2 }));
    let own = second.delivery.id.to_string();
    assert_eq!(
        ids(second),
        [("postback-id".into(), own), ("postback-replaces".into(), id)]
    );
}

#[test]
fn a_header_of_the_requests_own_stands_in_the_place_of_the_id() {
    let mut outbound = plain();
    let own = HoledText::plain("mine");
    outbound.headers.push(("Postback-Id".into(), own));
    let filled = filled(&outbound, &[], &[]).unwrap();
    assert_eq!(filled.headers().collect::<Vec<_>>(), [("Postback-Id", "mine")]);
}

#[test]
fn what_may_be_of_several_deliveries_says_no_id() {
    let mut outbound = plain();
    outbound.item = Some(Item::new(9, HoledText::plain("1")));
    assert_eq!(ids(leased('c', &outbound, 0)), []);
    // A receipt may be that of several.
    let mut check = leased('c', &plain(), 1);
    check.delivery.check = Some(Box::new(plain()));
    check.receipt = Some("r1".into());
    assert_eq!(ids(check), []);
}
