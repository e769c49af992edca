//! What keeps a request from its answer, and what its error says.

use crate::server::Server;
use crate::support::{ask, get, loopback, send};
use postback::port::http::{BrokenOff, HttpError};
use std::net::SocketAddr;
use std::time::Duration;

/// The time for a request that does not end by itself.
const SHORT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let server = Server::streaming(b"", b"", Duration::from_millis(20)).await;
    let sent = ask(loopback().timeout(SHORT), server.url("/")).await;
    assert_eq!(sent.unwrap_err(), HttpError::Timeout);
}

#[tokio::test]
async fn a_body_that_does_not_end_is_kept_as_far_as_it_came_in_time() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n";
    for drip in [b"a".as_slice(), b""] {
        let server = Server::streaming(head, drip, Duration::from_millis(20)).await;
        let answer = ask(loopback().timeout(SHORT), server.url("/")).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.extensions().get::<BrokenOff>().is_some());
        assert!(answer.body().iter().all(|byte| *byte == b'a'));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_kept_as_far_as_it_came() {
    let broken = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec();
    let answer = ask(loopback(), Server::answering(broken).await.url("/")).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.body()[..]),
        (200, b"half".as_slice())
    );
    assert!(answer.extensions().get::<BrokenOff>().is_some());
}

#[tokio::test]
async fn a_request_whose_answer_breaks_off_is_sent_once() {
    let server = Server::answering(Vec::new()).await;
    let error = ask(loopback(), server.url("/")).await.unwrap_err();
    assert_eq!(error, HttpError::Protocol);
    assert!(error.is_retryable());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn no_error_shows_a_path_a_query_or_a_header() {
    let closed = Server::closed_port().await;
    let silent = Server::streaming(b"", b"", Duration::from_millis(20)).await;
    let garbage = Server::answering(b"CANARY is not HTTP\r\n\r\n".to_vec()).await;
    let broken = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()).await;
    let not_http = "the answer is not valid HTTP or broke off";
    for (host, builder, text) in [
        (closed, loopback(), "no connection to the host: connection refused"),
        (silent.address(), loopback().timeout(SHORT), "no answer in time"),
        (garbage.address(), loopback(), not_http),
        (broken.address(), loopback(), not_http),
        (
            SocketAddr::from(([10, 0, 0, 1], 80)),
            loopback(),
            "destination refused: address 10.0.0.1 is private (10.0.0.0/8); allow it explicitly if it is meant",
        ),
    ] {
        let mut request = get(format!("http://{host}/CANARY?token=CANARY"));
        request.headers_mut().insert("x-token", "CANARY".parse().unwrap());
        let client = builder.build().unwrap();
        let error = send(&client, request).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(!format!("{error:?} {client:?}").contains("CANARY"), "{error:?}");
    }
}
