//! Requests that are signed as Standard Webhooks says.

use crate::support::{at, filled, leased, one, plain, request};
use postback::delivery::{FillError, Filled, Leased, batch};
use postback::model::Method;
use postback::outbound::{HoledText, Item, Outbound};

const KEY: (&str, &str) = ("env:K", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
const OTHER: (&str, &str) = ("env:L", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ");

fn signed(keys: &[&str]) -> Outbound {
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://own.example/hook"));
    outbound.body = Some(HoledText::plain(r#"{"test": 2432232314}"#));
    outbound.sign = keys.iter().map(|key| key.parse().unwrap()).collect();
    outbound
}

/// The headers whose names begin with `webhook-`.
fn headers(filled: &Filled) -> Vec<(String, String)> {
    let headers = filled
        .headers()
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with("webhook-"));
    headers.map(|(name, value)| (name.into(), value.into())).collect()
}

/// Made by Python's `hmac` of `2222222222222222222222222c.1700000000.{"test": 2432232314}`.
const BY_KEY: &str = "v1,+iM7rPeOxOmUSpwPDZIQYIVHOTUSYO1wf3rbibiCqhE=";
const BY_OTHER: &str = "v1,4Oij9qv3ZI/vWjjkAzPK7GGt0m2dVfDTI3RzDaex8bc=";

#[test]
fn a_signed_request_says_its_id_the_time_and_the_signature() {
    let filled = filled(&signed(&["env:K"]), &[KEY], &[]).unwrap();
    let id = format!("{}c", "2".repeat(25));
    let expected = [
        ("webhook-id", id.as_str()),
        ("webhook-timestamp", "1700000000"),
        ("webhook-signature", BY_KEY),
    ];
    assert_eq!(
        headers(&filled),
        expected.map(|(name, value)| (name.into(), value.into()))
    );
    let postback_id = filled.headers().find(|(name, _)| *name == "postback-id");
    assert_eq!(postback_id, Some(("postback-id", id.as_str())));
}

#[test]
fn while_a_key_is_rotated_both_sign() {
    let filled = filled(&signed(&["env:L", "env:K"]), &[KEY, OTHER], &[]).unwrap();
    let both = format!("{BY_OTHER} {BY_KEY}");
    assert_eq!(headers(&filled)[2], ("webhook-signature".into(), both));
    for signature in [BY_KEY, BY_OTHER] {
        assert_eq!(filled.redact(&format!("got {signature}")), "got ***");
    }
}

#[test]
fn a_key_that_is_missing_or_cannot_sign_is_named_and_waited_for() {
    for (secrets, said) in [
        (&[][..], "secret `env:K` is not set"),
        (
            &[("env:K", "CANARY!")][..],
            "secret `env:K` cannot be used where the request needs it",
        ),
    ] {
        let error = filled(&signed(&["env:K"]), secrets, &[]).unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(error.is_retryable());
    }
    let needed = one(leased('c', &signed(&["env:K", "env:L"]), 0));
    let needed: Vec<String> = needed.secrets().into_iter().map(ToString::to_string).collect();
    assert_eq!(needed, ["env:K", "env:L"]);
}

#[test]
fn a_header_of_the_requests_own_does_not_stand_in_the_place_of_a_signature() {
    let mut outbound = signed(&["env:K"]);
    let own = HoledText::plain("mine");
    outbound.headers.push(("Webhook-Id".into(), own));
    let filled = filled(&outbound, &[KEY], &[]).unwrap();
    assert_eq!(headers(&filled).len(), 3);
}

#[test]
fn a_request_that_is_not_signed_has_no_such_header() {
    assert_eq!(headers(&filled(&plain(), &[KEY], &[]).unwrap()), []);
}

#[test]
fn signed_requests_go_alone() {
    let item = |last, sign: &[&str]| -> Leased {
        let mut outbound = signed(sign);
        let text = HoledText::plain("1");
        outbound.item = Some(Item::new(9, text));
        leased(last, &outbound, 0)
    };
    let batches = |sign: &[&str]| batch(vec![item('a', sign), item('b', sign)], at(0)).0.len();
    assert_eq!((batches(&[]), batches(&["env:K"])), (1, 2));
}

#[test]
fn a_row_holds_references_to_keys_and_reads_as_it_was_written() {
    let row = serde_json::to_string(&signed(&["env:K"])).unwrap();
    assert!(row.ends_with(r#","sign":["env:K"]}"#), "{row}");
    assert_eq!(serde_json::from_str::<Outbound>(&row).unwrap(), signed(&["env:K"]));
    let before = serde_json::to_string(&signed(&[])).unwrap();
    assert!(!before.contains("sign"), "{before}");
}

#[test]
fn a_signature_is_of_the_moment_of_sending() {
    let batch = one(leased('c', &signed(&["env:K"]), 3));
    let known = headers(&request(&batch, &[KEY]).unwrap());
    let secrets = crate::support::secrets(&[KEY]);
    let later = postback::delivery::Values {
        secrets: &secrets,
        now: at(1_700_000_300),
    };
    let again: Result<Filled, FillError> = batch.request(&later);
    let again = headers(&again.unwrap());
    assert_eq!(again[0], known[0]);
    assert_eq!(again[1].1, "1700000300");
    assert_ne!(again[2], known[2]);
}
