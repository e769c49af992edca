//! What an answer becomes, and how much of it is read.

use crate::server::{Server, answer};
use crate::support::{ask, loopback, send};
use bytes::Bytes;
use postback::port::http::{AnswerLimit, MAX_ANSWER_BYTES, MAX_LONG_ANSWER_BYTES, Truncated};
use std::time::Duration;

#[tokio::test]
async fn a_post_arrives_with_its_body_and_header_values_byte_for_byte() {
    let server = Server::answering(answer("200 OK", "x-reply: yes\r\n", b"done")).await;
    let body: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let request = http::Request::post(server.url("/pb/%7Ea?x=%20+%26&y={z}"))
        .header("content-type", "application/json; charset=utf-8")
        .header("x-token", http::HeaderValue::from_bytes(b"a \xc3\xa9 b").unwrap())
        .body(Bytes::from(body.clone()))
        .unwrap();
    let response = send(&loopback().build().unwrap(), request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-reply"], "yes");
    assert_eq!(response.body(), "done");
    assert_eq!(response.extensions().get::<Truncated>(), None);
    let seen = server.requests();
    assert_eq!(seen[0].line, "POST /pb/%7Ea?x=%20+%26&y={z} HTTP/1.1");
    assert_eq!(
        seen[0].header("content-type"),
        Some(&b"application/json; charset=utf-8"[..])
    );
    assert_eq!(seen[0].header("x-token"), Some(&b"a \xc3\xa9 b"[..]));
    assert_eq!(seen[0].header("content-length"), Some(&b"10000"[..]));
    assert_eq!(seen[0].body, body);
}

#[tokio::test]
async fn a_status_of_500_is_an_answer_and_is_asked_for_once() {
    let server = Server::answering(answer("500 Internal Server Error", "", b"no")).await;
    let response = ask(loopback(), server.url("/")).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (500, &b"no"[..]));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let target = Server::answering(answer("200 OK", "", b"")).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let server = Server::answering(answer(status, &format!("location: {}\r\n", target.url("/next")), b"")).await;
        let response = ask(loopback(), server.url("/")).await.unwrap();
        assert!(status.starts_with(response.status().as_str()), "{status}");
        assert_eq!(response.headers()["location"], target.url("/next"));
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_longer_answer_than_64_kib_is_cut_and_marked() {
    for (length, kept, mark) in [
        (MAX_ANSWER_BYTES - 1, MAX_ANSWER_BYTES - 1, None),
        (MAX_ANSWER_BYTES, MAX_ANSWER_BYTES, None),
        (MAX_ANSWER_BYTES + 1, MAX_ANSWER_BYTES, Some(&Truncated)),
    ] {
        let server = Server::answering(answer("200 OK", "", &vec![b'a'; length])).await;
        let response = ask(loopback(), server.url("/")).await.unwrap();
        assert_eq!(response.body().len(), kept, "{length}");
        assert_eq!(response.extensions().get::<Truncated>(), mark, "{length}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_without_waiting_for_its_end() {
    let server = Server::streaming(b"HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4096], Duration::ZERO).await;
    let response = ask(loopback(), server.url("/")).await.unwrap();
    assert_eq!(response.body().len(), MAX_ANSWER_BYTES);
    assert_eq!(response.extensions().get::<Truncated>(), Some(&Truncated));
}

#[tokio::test]
async fn the_limit_of_an_answer_can_be_lowered_and_not_raised() {
    let server = Server::answering(answer("200 OK", "", &vec![b'a'; MAX_ANSWER_BYTES * 2])).await;
    for (limit, kept) in [(0, 0), (10, 10), (usize::MAX, MAX_ANSWER_BYTES)] {
        let response = ask(loopback().max_answer(limit), server.url("/")).await.unwrap();
        assert_eq!(response.body().len(), kept);
    }
}

#[tokio::test]
async fn a_request_may_ask_for_a_longer_answer_and_a_client_for_a_shorter_one() {
    let server = Server::answering(answer("200 OK", "", &vec![b'a'; MAX_LONG_ANSWER_BYTES + 1])).await;
    for (asked, most, kept) in [
        (MAX_LONG_ANSWER_BYTES, usize::MAX, MAX_LONG_ANSWER_BYTES),
        (usize::MAX, usize::MAX, MAX_LONG_ANSWER_BYTES),
        (100_000, usize::MAX, 100_000),
        (usize::MAX, 10, 10),
        (5, usize::MAX, 5),
    ] {
        let mut request = http::Request::get(server.url("/")).body(Bytes::new()).unwrap();
        request.extensions_mut().insert(AnswerLimit(asked));
        let response = send(&loopback().max_answer(most).build().unwrap(), request)
            .await
            .unwrap();
        assert_eq!(response.body().len(), kept, "{asked}, {most}");
        assert_eq!(response.extensions().get::<Truncated>(), Some(&Truncated));
    }
}

#[tokio::test]
async fn a_compressed_answer_is_neither_asked_for_nor_decompressed() {
    // `printf hello | gzip -n`
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
    let server = Server::answering(answer("200 OK", "content-encoding: gzip\r\n", gzip)).await;
    let response = ask(loopback(), server.url("/")).await.unwrap();
    assert_eq!(&response.body()[..], gzip);
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(server.requests()[0].header("accept-encoding"), None);
}
