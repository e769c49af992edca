//! Connections on real sockets: who has a place, who makes room, and how slow a caller may be.
#![cfg(test)]
#![cfg(feature = "serve")]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use axum::{
    Router,
    extract::RawQuery,
    routing::{self, get},
};
use postback_axum::{ConnectionLimits, serve};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Longer than anything here may take.
const SOON: Duration = Duration::from_secs(60);
/// Longer than any test takes.
const NEVER: Duration = Duration::from_secs(600);
/// A time-out that a test waits for.
const SHORT: Duration = Duration::from_secs(1);
/// A network of this machine, and another one.
const HERE: &str = "127.0.0.1:0";
const ELSEWHERE: &str = "127.0.1.1:0";
const LARGE: usize = 64 * 1024 * 1024;
const ASK: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const WAIT: &str = "GET /wait HTTP/1.1\r\nhost: x\r\n\r\n";

/// A server whose `/wait` answers when a permit is given.
struct Server {
    address: SocketAddr,
    permits: Arc<Semaphore>,
    /// It has a permit for each request for `/wait` that has come.
    came: Arc<Semaphore>,
    serving: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Starts a server without any time-out but those that a test sets.
async fn server(change: impl FnOnce(&mut ConnectionLimits)) -> Server {
    let mut limits = ConnectionLimits::default();
    limits.header_timeout = NEVER;
    limits.idle_timeout = NEVER;
    limits.write_timeout = NEVER;
    change(&mut limits);
    let permits = Arc::new(Semaphore::new(0));
    let waiting = permits.clone();
    let came = Arc::new(Semaphore::new(0));
    let coming = came.clone();
    let wait = async move || {
        coming.add_permits(1);
        waiting.acquire().await.unwrap().forget();
        "waited"
    };
    let router = Router::new()
        .route("/", get(|| async { "answered" }))
        .route("/wait", get(wait))
        .route("/asked", routing::any(asked))
        .route("/large", get(|| async { vec![b'x'; LARGE] }));
    let listener = TcpListener::bind(HERE).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(listener, router, limits, std::future::pending()));
    Server {
        address,
        permits,
        came,
        serving,
    }
}

/// Says what was asked and posted.
async fn asked(RawQuery(query): RawQuery, body: String) -> String {
    format!("[{}|{body}]", query.unwrap_or_default())
}

impl Server {
    async fn connect(&self, from: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(from.parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// Connects and sends this.
    async fn send(&self, from: &str, text: &str) -> TcpStream {
        let mut stream = self.connect(from).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Waits until a request for `/wait` is under way.
    async fn is_waited_for(&self) {
        let came = timeout(SOON, self.came.acquire()).await;
        came.expect("the request comes").unwrap().forget();
    }

    /// Connects, asks, and waits for the answer.
    async fn asked(&self, from: &str) -> TcpStream {
        let mut stream = self.send(from, ASK).await;
        assert!(is_answered(&mut stream).await);
        stream
    }
}

/// Reads to the end of an answer whose body is one of those short texts; empty if the connection is
/// closed.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while !text.ends_with("answered") && !text.ends_with("waited") {
        match timeout(SOON, stream.read(&mut buffer))
            .await
            .expect("an answer or the end")
        {
            Ok(0) | Err(_) => return text,
            Ok(length) => text.push_str(std::str::from_utf8(&buffer[..length]).unwrap()),
        }
    }
    text
}

async fn is_answered(stream: &mut TcpStream) -> bool {
    answer(stream).await.starts_with("HTTP/1.1 200 OK")
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    answer(stream).await.is_empty()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn two_thousand_slow_and_idle_clients_of_one_address_keep_no_other_from_an_answer() {
    let server = server(|_| {}).await;
    let mut crowd = Vec::new();
    let mut answered = 0;
    for number in 0..2_000 {
        let mut stream = server.connect(HERE).await;
        let text = ["", "GET / HTTP/1.1\r\nho", ASK, WAIT][number % 4];
        // Whoever was turned away cannot send.
        let _ = stream.write_all(text.as_bytes()).await;
        crowd.push(stream);
        if number % 40 == 0 {
            let mut other = server.send(ELSEWHERE, ASK).await;
            answered += usize::from(is_answered(&mut other).await);
        }
    }
    let mut others = Vec::new();
    for _ in 0..50 {
        others.push(server.send(ELSEWHERE, ASK).await);
    }
    for other in &mut others {
        answered += usize::from(is_answered(other).await);
    }
    assert_eq!(answered, 100);
    drop(crowd);
}

#[tokio::test]
async fn a_network_that_uses_all_its_places_is_turned_away_until_one_is_idle() {
    let server = server(|limits| limits.per_network = 2).await;
    let mut first = server.send(HERE, WAIT).await;
    let mut second = server.asked(HERE).await;
    second.write_all(WAIT.as_bytes()).await.unwrap();
    // Those of before make room until both requests are under way.
    let turned_away = async { while !is_closed(&mut server.connect(HERE).await).await {} };
    timeout(SOON, turned_away).await.unwrap();
    server.permits.add_permits(2);
    assert!(is_answered(&mut first).await && is_answered(&mut second).await);
    server.asked(HERE).await;
}

#[tokio::test]
async fn the_connections_of_a_trusted_proxy_are_not_counted() {
    let server = server(|limits| {
        limits.per_network = 1;
        limits.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..10 {
        idle.push(server.asked(HERE).await);
    }
    for stream in &mut idle {
        stream.write_all(ASK.as_bytes()).await.unwrap();
        assert!(is_answered(stream).await);
    }
}

#[tokio::test]
async fn when_all_places_are_taken_the_longest_idle_connection_makes_room() {
    let server = server(|limits| limits.connections = 3).await;
    let mut busy = server.send(HERE, WAIT).await;
    server.is_waited_for().await;
    let mut first = server.asked(HERE).await;
    let mut second = server.asked(HERE).await;
    let mut third = server.asked(HERE).await;
    assert!(is_closed(&mut first).await);
    for stream in [&mut second, &mut third] {
        stream.write_all(ASK.as_bytes()).await.unwrap();
        assert!(is_answered(stream).await);
    }
    server.permits.add_permits(1);
    assert!(is_answered(&mut busy).await);
}

#[tokio::test]
async fn while_all_places_are_in_use_a_connection_waits_for_one_to_become_idle() {
    let server = server(|limits| limits.connections = 1).await;
    let mut first = server.asked(HERE).await;
    first.write_all(WAIT.as_bytes()).await.unwrap();
    server.is_waited_for().await;
    let mut second = server.send(HERE, ASK).await;
    server.permits.add_permits(1);
    assert!(is_answered(&mut first).await);
    assert!(is_answered(&mut second).await);
    assert!(is_closed(&mut first).await);
}

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let server = server(|limits| limits.header_timeout = SHORT).await;
    let mut stream = server.asked(HERE).await;
    sleep(2 * SHORT).await;
    stream.write_all(ASK.as_bytes()).await.unwrap();
    assert!(is_answered(&mut stream).await);
}

#[tokio::test]
async fn a_head_that_has_begun_must_end_on_a_connection_that_was_idle_too() {
    let server = server(|limits| limits.header_timeout = SHORT).await;
    let mut stream = server.asked(HERE).await;
    stream.write_all(b"GET / HTTP/1.1\r\nho").await.unwrap();
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn a_connection_without_any_head_is_closed() {
    let server = server(|limits| limits.header_timeout = SHORT).await;
    assert!(is_closed(&mut server.connect(HERE).await).await);
}

#[tokio::test]
async fn a_connection_that_is_idle_for_too_long_is_closed() {
    let server = server(|limits| limits.idle_timeout = SHORT).await;
    let mut stream = server.asked(HERE).await;
    assert!(is_closed(&mut stream).await);
}

/// The response is under way, so that its connection makes no room for the other.
#[tokio::test]
async fn a_reader_that_reads_nothing_is_cut_off() {
    let server = server(|limits| {
        limits.connections = 1;
        limits.write_timeout = SHORT;
    })
    .await;
    let mut stream = server.send(HERE, "GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    stream.readable().await.unwrap();
    let mut other = server.send(HERE, ASK).await;
    assert!(is_answered(&mut other).await);
    let mut all = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut all)).await.expect("it ends");
    assert!(all.len() < LARGE, "{}", all.len());
}

#[tokio::test]
async fn a_reader_that_goes_on_reading_gets_everything() {
    let server = server(|limits| limits.write_timeout = 3 * SHORT).await;
    let text = "GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut stream = server.send(HERE, text).await;
    let mut all = Vec::new();
    let mut part = vec![0; LARGE / 8];
    loop {
        sleep(SHORT / 2).await;
        let read = timeout(SOON, stream.read_exact(&mut part[..LARGE / 8])).await.unwrap();
        all.extend_from_slice(&part);
        if read.is_err() {
            break;
        }
    }
    assert!(all.len() > LARGE, "{}", all.len());
}

#[tokio::test]
async fn a_request_that_is_open_when_its_connection_is_too_old_is_answered() {
    let server = server(|limits| {
        limits.connection_age = SHORT;
        limits.drain = Duration::ZERO;
    })
    .await;
    let mut stream = server.send(HERE, WAIT).await;
    server.is_waited_for().await;
    sleep(2 * SHORT).await;
    server.permits.add_permits(1);
    assert!(is_answered(&mut stream).await);
    assert!(is_closed(&mut stream).await);
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = server(|_| {}).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\nconnection: close\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n", "HTTP/1.1 400"),
        ("GET http://a/ HTTP/1.1\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.0\r\nhost: a\r\nhost: b\r\n", "HTTP/1.0 400"),
        ("GET / HTTP/1.0\r\n", "HTTP/1.0 200"),
        ("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", "HTTP/1.1 200"),
        ("GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n", "HTTP/1.1 200"),
    ] {
        let mut stream = server.send(HERE, &format!("{head}\r\n")).await;
        let mut text = String::new();
        timeout(SOON, stream.read_to_string(&mut text)).await.unwrap().unwrap();
        assert!(text.starts_with(status), "{head}: {text}");
        if status.ends_with("400") {
            assert!(
                text.ends_with(r#"{"error":"exactly one `Host` header is needed"}"#),
                "{text}"
            );
        }
    }
}

/// Sends this in pieces, and reads to the end of the connection.
async fn spoken(server: &Server, pieces: &[&[u8]]) -> String {
    let mut stream = server.connect(HERE).await;
    for piece in pieces {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
        sleep(Duration::from_millis(20)).await;
    }
    let mut said = Vec::new();
    timeout(SOON, stream.read_to_end(&mut said)).await.unwrap().unwrap();
    String::from_utf8(said).unwrap()
}

/// The bodies of responses that say what was asked.
fn said(text: &str) -> Vec<&str> {
    let bodies = text.split('[').skip(1);
    bodies.map(|body| body.split_once(']').unwrap().0).collect()
}

const LAST: &[u8] = b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn what_a_sender_leaves_raw_in_a_target_is_read_as_its_escape() {
    let server = server(|_| {}).await;
    for (raw, read) in [
        (&b"sub=big sale"[..], "sub=big%20sale|"),
        (b"sub=\"<x>\"", "sub=%22%3cx%3e%22|"),
        (b"sub={x}|^`y\\", "sub={x}|^`y\\|"),
        (b"sub=\xea\xf3", "sub=%ea%f3|"),
        ("sub=é".as_bytes(), "sub=%c3%a9|"),
        (b"sub=a\tb\x7f ", "sub=a%09b%7f%20|"),
    ] {
        let pieces = [&b"GET /asked?"[..], raw, LAST];
        assert_eq!(said(&spoken(&server, &[&pieces.concat()]).await), [read]);
        assert_eq!(said(&spoken(&server, &pieces).await), [read], "in pieces");
    }
    let long = [&b"GET /asked?sub="[..], &[b' '; 9_000], LAST].concat();
    let escaped = format!("sub={}|", "%20".repeat(9_000));
    assert_eq!(said(&spoken(&server, &[&long]).await), [escaped]);
}

#[tokio::test]
async fn each_request_of_a_connection_is_read_so_and_no_body_is_touched() {
    let server = server(|_| {}).await;
    let get = b"GET /asked?a b HTTP/1.1\r\nhost: x\r\n\r\n";
    let post = b"POST /asked?c d HTTP/1.1\r\nhost: x\r\ncontent-length: 25\r\n\r\nGET /not<this> HTTP/1.1\r\n";
    let chunked = b"POST /asked?e+f HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\na b\r\n0\r\n\r\n";
    let last = [&b"GET /asked?g"[..], LAST].concat();
    let read = ["a%20b|", "c%20d|GET /not<this> HTTP/1.1\r\n", "a%20b|", "e+f|a b", "g|"];
    let together = [&get[..], post, get, chunked, &last].concat();
    assert_eq!(said(&spoken(&server, &[&together]).await), read);
    let apart: [&[u8]; 5] = [get, post, get, chunked, &last];
    assert_eq!(said(&spoken(&server, &apart).await), read);
}

#[tokio::test]
async fn what_is_no_http_even_so_is_400() {
    let server = server(|_| {}).await;
    for raw in [
        &b"GET /asked?a\rb HTTP/1.1\r\nhost: x\r\n\r\n"[..],
        b"\x16\x03\x01\r\n\r\n",
        b"GET /asked\r\n\r\n",
    ] {
        assert!(spoken(&server, &[raw]).await.starts_with("HTTP/1.1 400"));
    }
}

#[test]
fn the_limits_are_those_of_the_documents() {
    let limits = ConnectionLimits::default();
    assert_eq!((limits.connections, limits.per_network), (1_024, 64));
    let seconds = [
        limits.header_timeout,
        limits.idle_timeout,
        limits.write_timeout,
        limits.connection_age,
        limits.age_grace,
        limits.drain,
    ];
    assert_eq!(seconds.map(|time| time.as_secs()), [5, 60, 10, 300, 10, 3]);
}
