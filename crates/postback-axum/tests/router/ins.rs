//! `POST /ins/{offer_source}`.

use crate::support::{INS_TOKEN, NET_TOKEN, authorized, envelope, impatient, notification, tested};
use crate::watched::Mode;
use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use http_body::Frame;
use postback::plan::Ring;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

#[tokio::test]
async fn a_notification_is_taken_in_once() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    let sale = notification(&click, "SALE", "R1");
    let answer = tested.notify(&sale).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, r#"{"outcome":"applied"}"#)
    );
    let answer = tested.notify(&sale).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text()),
        (200, r#"{"outcome":"duplicate"}"#)
    );
    assert!(tested.refused().await.is_empty());
}

#[tokio::test]
async fn a_test_is_said_to_be_one() {
    let tested = tested();
    let answer = tested.notify(&notification("", "TEST_SALE", "R1")).await;
    assert_eq!(answer.json()["outcome"], "test");
}

#[tokio::test]
async fn what_stands_in_the_url_beside_the_token_is_not_judged() {
    let tested = tested();
    let body = envelope(&notification("c1", "SALE", "R1"));
    let answer = tested
        .post(&format!("/ins/clickbank?token={INS_TOKEN}&x=%zz&x=1"), body)
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn whoever_opens_the_url_is_told_that_it_is_posted_to() {
    let tested = tested();
    for token in ["", "?token=wrong", &format!("?token={INS_TOKEN}")] {
        let answer = tested.get(&format!("/ins/clickbank{token}")).await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.headers["allow"], "POST,OPTIONS");
        assert_eq!(
            answer.error(),
            "notifications are posted to this URL: ClickBank sends them, a browser cannot"
        );
    }
    let sources = tested.api("/api/sources").await.json();
    let source = sources["items"].as_array().unwrap();
    let source = source.iter().find(|source| source["id"] == "clickbank").unwrap();
    assert_eq!(source["refused_postbacks"]["since_accepted"], 3, "{source}");
    assert_eq!(tested.get("/ins/nobody").await.status, 404);
}

#[tokio::test]
async fn a_postback_at_the_url_of_notifications_is_told_its_own_and_kept_of_those_with_the_token() {
    let tested = tested();
    let told = "this is a postback, not a notification: it belongs to `/postback/..` with the name of the offer source";
    for (token, kept) in [("wrong", 0), (INS_TOKEN, 1)] {
        let url = format!("/ins/clickbank?token={token}&clickid=C&sum=5&eventid=E");
        let answer = tested.post(&url, "").await;
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, told));
        let rows = tested.refused_rows().await;
        let misdirected = rows.iter().filter(|row| row.reason.as_str() == "misdirected_postback");
        assert_eq!(misdirected.count(), kept);
    }
}

#[tokio::test]
async fn a_postback_is_kept_at_the_url_of_notifications_whatever_the_source_and_the_method() {
    let tested = tested();
    let click = tested.click("summer").await;
    let told = "this is a postback, not a notification: it belongs to `/postback/..` with the name of the offer source";
    let query = format!("clickid={click}&sum=5&eventid=E&token={NET_TOKEN}");
    let answers = [
        tested.get(&format!("/ins/net?{query}")).await,
        tested.post_form("/ins/net", &query).await,
    ];
    for answer in answers {
        assert_eq!((answer.status.as_u16(), answer.error().as_str()), (400, told));
    }
    let retried = tested
        .send(authorized("POST", "/api/refused/retry?source=net"))
        .await
        .json();
    assert_eq!(
        (retried["taken"].as_u64(), retried["still_refused"].as_u64()),
        (Some(2), Some(0))
    );
    let events = tested.events().await;
    assert_eq!(events.len(), 1, "one postback, sent twice");
    assert_eq!(tested.get("/ins/net").await.status, 404);
    assert_eq!(tested.post("/ins/net", "").await.status, 404);
}

/// Every class of refusal: what is posted where.
pub fn refusals() -> Vec<(&'static str, String, String)> {
    let right = format!("/ins/clickbank?token={INS_TOKEN}");
    let sale = notification("c1", "SALE", "R1");
    let good = envelope(&sale);
    // Three more blocks in front.
    let changed = format!(r#""notification":"{}"#, "A".repeat(64));
    let changed = good.replacen(r#""notification":""#, &changed, 1);
    vec![
        ("no token", "/ins/clickbank".into(), good.clone()),
        ("a wrong token", "/ins/clickbank?token=wrong".into(), good.clone()),
        ("two tokens", format!("{right}&token=b"), good.clone()),
        ("a token that cannot be read", "/ins/clickbank?token=%zz".into(), good),
        ("no body", right.clone(), String::new()),
        ("a body that is no envelope", right.clone(), "hello".into()),
        (
            "a wrong iv",
            right.clone(),
            r#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"AAAA"}"#.into(),
        ),
        (
            "another secret",
            right.clone(),
            r#"{"notification":"AAAAAAAAAAAAAAAAAAAAAA==","iv":"MjAwQkFGNjYyNkNCMkMxMg=="}"#.into(),
        ),
        ("a changed ciphertext", right.clone(), changed),
        ("a text that is no JSON", right.clone(), envelope("hello")),
        ("a text that is no notification", right.clone(), envelope("{}")),
        (
            "a key given twice",
            right.clone(),
            envelope(&sale.replacen('{', r#"{"receipt":"R1","#, 1)),
        ),
        (
            "a version that is not chosen",
            right.clone(),
            envelope(&sale.replace("7.0", "8.0")),
        ),
        (
            "an amount that is none",
            right,
            envelope(&sale.replace("37.50", r#""x""#)),
        ),
    ]
}

fn without_date(mut headers: HeaderMap) -> HeaderMap {
    headers.remove("date");
    headers
}

#[tokio::test]
async fn every_refusal_is_the_same_and_keeps_the_body_by_one_commit() {
    let tested = tested();
    let mut first: Option<(StatusCode, HeaderMap, Vec<u8>)> = None;
    for (number, (class, url, body)) in refusals().into_iter().enumerate() {
        let answer = tested.post(&url, body.clone()).await;
        assert_eq!(tested.store.calls(), ["commit"], "{class}");
        assert_eq!(tested.refused().await[0], body.as_bytes(), "{class}");
        assert_eq!(tested.refused().await.len(), number + 1, "{class}");
        let seen = (answer.status, without_date(answer.headers), answer.body);
        assert_eq!(first.get_or_insert_with(|| seen.clone()), &seen, "{class}");
    }
    let (status, headers, body) = first.unwrap();
    assert_eq!(status, 400);
    assert_eq!(body, br#"{"error":"notification refused"}"#);
    assert_eq!(headers["content-type"], "application/json");
    assert!(tested.events().await.is_empty());
}

#[tokio::test]
async fn a_refused_body_that_cannot_be_kept_is_503() {
    let tested = impatient();
    for mode in [Mode::Fails, Mode::Hangs] {
        tested.store.set(mode);
        for (class, url, body) in refusals() {
            let answer = tested.post(&url, body).await;
            assert_eq!(answer.status, 503, "{class}");
            assert_eq!(answer.error(), "the store is not available, try again");
        }
    }
}

#[tokio::test]
async fn trouble_of_the_store_is_503_so_that_it_is_sent_again() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    tested.store.set(Mode::Fails);
    let sale = notification(&click, "SALE", "R1");
    assert_eq!(tested.notify(&sale).await.status, 503);
    tested.store.set(Mode::Works);
    assert_eq!(tested.notify(&sale).await.text(), r#"{"outcome":"applied"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_costs_two_and_a_half_seconds() {
    let tested = tested();
    tested.store.set(Mode::Hangs);
    let began = tokio::time::Instant::now();
    let answer = tested.notify(&notification("c", "SALE", "R1")).await;
    assert_eq!(answer.status, 503);
    let took = began.elapsed();
    assert!(
        took >= Duration::from_millis(2_500) && took < Duration::from_millis(2_600),
        "{took:?}"
    );
}

/// A body of which nothing comes.
struct Stalled;

impl HttpBody for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_408() {
    let tested = tested();
    let began = tokio::time::Instant::now();
    let answer = tested
        .post(&format!("/ins/clickbank?token={INS_TOKEN}"), Body::new(Stalled))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (408, "body did not arrive in time")
    );
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn a_body_of_more_than_64_kib_is_413() {
    let tested = tested();
    let url = format!("/ins/clickbank?token={INS_TOKEN}");
    for (length, status) in [(64 * 1024 - 1, 400), (64 * 1024, 400), (64 * 1024 + 1, 413)] {
        assert_eq!(tested.post(&url, "a".repeat(length)).await.status, status, "{length}");
    }
    assert_eq!(tested.refused().await.len(), 2);
}

#[tokio::test]
async fn a_source_that_takes_no_notifications_is_404() {
    let tested = tested();
    for url in ["/ins/nobody", "/ins/net", "/ins/%FF"] {
        let answer = tested.post(url, "{}").await;
        assert_eq!(answer.status, 404, "{url}");
        assert_eq!(answer.error(), "no offer source takes notifications here", "{url}");
    }
    assert!(tested.store.calls().is_empty());
}

#[tokio::test]
async fn other_url_parameters_change_nothing() {
    let tested = tested();
    let click = tested.click("bare-one").await;
    let url = format!("/ins/clickbank?clickid=other&sum=999&token={INS_TOKEN}&type=Refund");
    let answer = tested.post(&url, envelope(&notification(&click, "SALE", "R1"))).await;
    assert_eq!(answer.text(), r#"{"outcome":"applied"}"#);
}

#[tokio::test]
async fn a_body_is_probable_when_its_caller_is_authorised_and_its_wrapper_can_be_read() {
    let tested = tested();
    for (class, url, body) in refusals() {
        tested.post(&url, body).await;
        let doubtful = [
            "no token",
            "a wrong token",
            "two tokens",
            "a token that cannot be read",
            "a wrong iv",
        ];
        let expected = if doubtful.contains(&class) {
            Ring::Doubtful
        } else {
            Ring::Probable
        };
        assert_eq!(tested.refused_rows().await[0].ring, expected, "{class}");
    }
}

#[tokio::test]
async fn what_strangers_post_evicts_nothing_of_the_sources_own_callers() {
    let tested = tested();
    let right = format!("/ins/clickbank?token={INS_TOKEN}");
    tested.post(&right, envelope("hello")).await;
    for number in 0..257 {
        // Without the token, and with it what is no wrapper.
        tested.post("/ins/clickbank", envelope(&number.to_string())).await;
        tested.post(&right, format!("{{\"number\":{number}}}")).await;
    }
    let rows = tested.refused_rows().await;
    let probable = rows.iter().filter(|row| row.ring == Ring::Probable);
    assert_eq!((probable.count(), rows.len()), (1, 257));
    assert_eq!(tested.refused().await[256], envelope("hello").as_bytes());
}

#[tokio::test]
async fn the_ring_keeps_the_newest_256() {
    let tested = tested();
    for number in 0..258 {
        tested.post("/ins/clickbank", format!("body {number}")).await;
    }
    let kept = tested.refused().await;
    assert_eq!(kept.len(), 256);
    assert_eq!(kept[0], b"body 257");
    assert_eq!(kept[255], b"body 2");
}

#[tokio::test]
async fn only_post_is_answered() {
    let answer = tested().get("/ins/clickbank").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("allow")),
        (405, Some("POST,OPTIONS"))
    );
}
