//! `POST /ins/{offer_source}` with the forms of versions 1.0 to 5.0.

use crate::support::{Answer, CONFIG, INS_TOKEN, Tested, envelope, notification, options, request, routed, tested};
use axum::body::Body;
use axum::extract::ConnectInfo;
use postback::compile::compile;
use postback::event::Assurance;
use postback::plan::Ring;
use postback::tracker::MAX_FAILURES;
use postback::{CompileOptions, Document};
use postback_axum::Prometheus;
use std::net::SocketAddr;

/// A sale of version 4.0; its check is by Python's hashlib with the secret of the notifications.
pub const SALE: &str = "cnoticeversion=4.0&ctransaction=SALE&ctransreceipt=RECEIPT1&ctransrole=VENDOR&ctranstime=1760022000&cproditem=1\
    &caccountamount=3750&ctid=c1&ccustemail=CANARY-buyer%40example.com&cverify=4D937962";
/// The same sale as version 7.0 has it.
const LATER: &str = r#"{"transactionTime":"20251009T080000-0700","receipt":"RECEIPT1","transactionType":"SALE","role":"VENDOR",
    "totalAccountAmount":37.50,"lineItems":[{"itemNo":"1"}],"trackingCodes":["c1"],"version":7.0}"#;

/// A router whose source for notifications takes these versions.
fn taking(versions: &str) -> Tested {
    let tested = tested();
    take(&tested, versions);
    tested
}

pub fn take(tested: &Tested, versions: &str) {
    let document = CONFIG.replace(r#"ins_versions = ["7.0"]"#, &format!("ins_versions = [{versions}]"));
    let options = CompileOptions::new("test".parse().unwrap());
    let tracker = compile(&Document::from_toml(&document).unwrap(), &options).unwrap();
    tested.replace(tracker);
}

fn url() -> String {
    format!("/ins/clickbank?token={INS_TOKEN}")
}

async fn post_from(tested: &Tested, address: &str, body: &str) -> Answer {
    let peer: SocketAddr = format!("{address}:50000").parse().unwrap();
    let request = request("POST", &url()).extension(ConnectInfo(peer));
    tested.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn guess() -> String {
    SALE.replace("cverify=", "cverify=0")
}

#[tokio::test]
async fn a_form_is_taken_in_once_whatever_its_content_type() {
    let tested = taking(r#""4.0""#);
    let answer = tested.post(&url(), SALE).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["outcome"], "unattributed");
    let answer = tested.post_form(&url(), SALE).await;
    assert_eq!(answer.text(), r#"{"outcome":"duplicate"}"#);
    let events = tested.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.assurance, Some(Assurance::Verified32));
    assert!(tested.refused().await.is_empty());
}

#[tokio::test]
async fn the_same_sale_by_both_urls_of_the_account_is_one() {
    let tested = taking(r#""4.0", "7.0""#);
    assert_eq!(tested.post(&url(), SALE).await.status, 200);
    let answer = tested.post(&url(), envelope(LATER)).await;
    assert_eq!(answer.text(), r#"{"outcome":"duplicate"}"#);
}

#[tokio::test]
async fn the_events_of_the_api_say_how_far_they_are_to_be_believed() {
    let tested = taking(r#""4.0", "7.0""#);
    tested.post(&url(), SALE).await;
    tested.notify(&notification("c1", "SALE", "R2")).await;
    let items = tested.api("/api/events").await.json()["items"].clone();
    let mut found: Vec<&str> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["event"]["assurance"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(found, ["decrypted", "verified32"]);
}

#[tokio::test]
async fn every_refusal_is_that_of_the_later_versions_and_keeps_the_body_by_one_commit() {
    let tested = taking(r#""1.0", "2.0", "7.0""#);
    let later = tested.post(&url(), "{}").await;
    assert_eq!(
        (later.status.as_u16(), later.text()),
        (400, r#"{"error":"notification refused"}"#)
    );
    tested.store.calls();
    let wrong_version = SALE.to_owned();
    let without_version = SALE.replace("cnoticeversion=4.0&", "");
    for (class, url, body) in [
        ("no token", "/ins/clickbank".to_owned(), SALE.to_owned()),
        ("a version that is not chosen", url(), wrong_version),
        ("another rule", url(), without_version),
        ("a wrong check", url(), guess()),
        ("no form", url(), "hello".into()),
        ("a broken escape", url(), "a=%zz".into()),
        ("not utf-8", url(), "a=%ff".into()),
        ("a repeated name", url(), format!("{SALE}&ctid=c2")),
    ] {
        let answer = tested.post(&url, body.clone()).await;
        assert_eq!((answer.status, &answer.body), (later.status, &later.body), "{class}");
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&later), "{class}");
        assert_eq!(tested.store.calls(), ["commit"], "{class}");
        assert_eq!(tested.refused().await[0], body.as_bytes(), "{class}");
        let read = matches!(
            class,
            "a version that is not chosen" | "another rule" | "a wrong check" | "no form"
        );
        let ring = tested.refused_rows().await[0].ring;
        assert_eq!(ring == Ring::Probable, read, "{class}");
    }
    assert!(tested.events().await.is_empty());
}

#[tokio::test]
async fn a_source_takes_no_form_unless_it_names_a_version() {
    let tested = tested();
    assert_eq!(tested.post(&url(), SALE).await.status, 400);
    take(&tested, r#""4.0""#);
    assert_eq!(tested.post(&url(), SALE).await.status, 200);
}

#[tokio::test]
async fn whoever_guesses_too_often_is_refused_unchecked_and_nobody_else_is() {
    let tested = taking(r#""4.0", "7.0""#);
    for _ in 0..MAX_FAILURES {
        assert_eq!(post_from(&tested, "203.0.113.9", &guess()).await.status, 400);
    }
    let stopped = post_from(&tested, "203.0.113.10", SALE).await;
    assert_eq!(
        (stopped.status.as_u16(), stopped.text()),
        (400, r#"{"error":"notification refused"}"#)
    );
    // Its encrypted notifications are read as before: what 32 bits are worth is not their matter.
    let later = post_from(&tested, "203.0.113.9", &envelope(&notification("c1", "SALE", "R2"))).await;
    assert_eq!(later.status, 200);
    assert_eq!(post_from(&tested, "198.51.100.9", SALE).await.status, 200);
    let rows = tested.refused_rows().await;
    assert!(
        rows.iter().all(|row| row.ring == Ring::Probable),
        "with the right token"
    );
}

#[tokio::test]
async fn what_is_no_guess_costs_nothing() {
    let tested = taking(r#""4.0""#);
    for body in ["a=%zz", "{}", &envelope("hello")] {
        for _ in 0..=MAX_FAILURES {
            tested.post(&url(), body.to_owned()).await;
        }
    }
    // Without the token nobody gets as far as the check.
    for _ in 0..=MAX_FAILURES {
        tested.post("/ins/clickbank", guess()).await;
    }
    assert_eq!(tested.post(&url(), SALE).await.status, 200);
}

#[tokio::test]
async fn a_spent_budget_is_an_alarm_once() {
    let recorder = Prometheus::default();
    let handle = recorder.clone();
    let tested = routed(|builder| builder, options().with_metrics(move || handle.render()));
    take(&tested, r#""4.0""#);
    let _installed = metrics::set_default_local_recorder(&recorder);
    for _ in 0..MAX_FAILURES + 5 {
        tested.post(&url(), guess()).await;
    }
    let page = tested.api("/metrics").await;
    let line = r#"postback_form_callers_stopped_total{source="clickbank"} 1"#;
    assert!(page.text().lines().any(|found| found == line), "{}", page.text());
}

#[tokio::test]
async fn a_refused_form_is_tried_again_with_the_secrets_of_now() {
    let tested = tested();
    assert_eq!(tested.post(&url(), SALE).await.status, 400);
    take(&tested, r#""4.0""#);
    let retried = tested
        .send(crate::support::authorized(
            "POST",
            "/api/refused/retry?source=clickbank",
        ))
        .await;
    assert_eq!(retried.json()["taken"], 1, "{}", retried.text());
    assert_eq!(tested.events().await.len(), 1);
}

/// What 1.0 says of its time is not covered by its check, so its time is that of its arrival, and
/// that is when it came first.
#[tokio::test]
async fn a_refused_form_of_1_that_is_tried_again_is_of_the_time_when_it_came() {
    // Its check is by Python's hashlib, as that of `SALE`.
    const OF_1: &str = "ctransaction=SALE&ctransreceipt=RECEIPT1&cproditem=1&ctransamount=3750&caffitid=c1\
                        &ctranspublisher=seller&cprodtype=STANDARD&ctranstime=1260022000&cverify=6004A4C4";
    let tested = tested();
    assert_eq!(tested.post(&url(), OF_1).await.status, 400);
    let came = tested.refused_rows().await[0].at;
    take(&tested, r#""1.0""#);
    let retry = crate::support::authorized("POST", "/api/refused/retry?source=clickbank");
    assert_eq!(tested.send(retry).await.json()["taken"], 1);
    let event = &tested.events().await[0].event;
    assert_eq!(event.at, came);
    assert!(event.received_at > came);
}

#[tokio::test]
async fn a_right_check_over_what_is_no_notification_is_no_guess() {
    // Its names keep their order, so its check stays right; without a time it is no notification.
    let renamed = SALE.replace("ctranstime", "ctranstimf");
    let tested = taking(r#""4.0""#);
    for _ in 0..=MAX_FAILURES {
        assert_eq!(tested.post(&url(), renamed.clone()).await.status, 400);
    }
    assert_eq!(tested.post(&url(), SALE).await.status, 200);
}

#[tokio::test]
async fn a_configuration_with_the_same_secrets_gives_nobody_new_guesses() {
    let tested = taking(r#""4.0""#);
    for _ in 0..MAX_FAILURES {
        tested.post(&url(), guess()).await;
    }
    assert_eq!(tested.post(&url(), SALE).await.status, 400);
    take(&tested, r#""4.0", "7.0""#);
    assert_eq!(tested.post(&url(), SALE).await.status, 400);
}
