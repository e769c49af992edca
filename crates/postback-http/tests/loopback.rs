//! The client against a tiny server on the loopback interface: the promises of `postback::port::http::HttpClient`, one by one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod server;

use bytes::Bytes;
use postback::delivery::address::AddressPolicy;
use postback::port::http::{BoxFuture, HttpClient, HttpError, MAX_ANSWER_BYTES, Truncated};
use postback_http::{BuildError, Builder, Client, Resolver};
use server::{Server, answer};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Long enough for a busy machine, short enough to tell a client that waits for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// Options of a client that may dial 127.0.0.1.
fn loopback() -> Builder {
    Client::builder().policy(AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap()))
}

fn get(url: impl AsRef<str>) -> http::Request<Bytes> {
    http::Request::get(url.as_ref()).body(Bytes::new()).unwrap()
}

/// Gives its answers in turn, the last one for ever, and remembers what it was asked.
#[derive(Debug)]
struct Script {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    fn new<const N: usize>(answers: [&[&str]; N]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: Mutex::default(),
        })
    }
}

impl Resolver for Script {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        };
        Box::pin(async move { next.ok_or_else(|| io::Error::other("CANARY")) })
    }
}

#[tokio::test]
async fn a_post_arrives_with_its_body_and_header_values_byte_for_byte() {
    let server = Server::answering(answer("200 OK", "x-reply: yes\r\n", b"done")).await;
    let body: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    let request = http::Request::post(server.url("/pb/%7Ea?x=%20+%26&y={z}"))
        .header("content-type", "application/json; charset=utf-8")
        .header("x-token", http::HeaderValue::from_bytes(b"a \xc3\xa9 b").unwrap())
        .body(Bytes::from(body.clone()))
        .unwrap();
    let response = loopback().build().unwrap().send(request).await.unwrap();
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
    let response = loopback().build().unwrap().send(get(server.url("/"))).await.unwrap();
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
        let response = loopback().build().unwrap().send(get(server.url("/"))).await.unwrap();
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
        let response = loopback().build().unwrap().send(get(server.url("/"))).await.unwrap();
        assert_eq!(response.body().len(), kept, "{length}");
        assert_eq!(response.extensions().get::<Truncated>(), mark, "{length}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_without_waiting_for_its_end() {
    let server = Server::streaming(b"HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4096], Duration::ZERO).await;
    let client = loopback().build().unwrap();
    let sent = tokio::time::timeout(PATIENCE, client.send(get(server.url("/"))))
        .await
        .expect("it ends by itself");
    let response = sent.unwrap();
    assert_eq!(response.body().len(), MAX_ANSWER_BYTES);
    assert_eq!(response.extensions().get::<Truncated>(), Some(&Truncated));
}

#[tokio::test]
async fn the_limit_of_an_answer_can_be_lowered_and_not_raised() {
    let server = Server::answering(answer("200 OK", "", &vec![b'a'; MAX_ANSWER_BYTES * 2])).await;
    for (limit, kept) in [(0, 0), (10, 10), (usize::MAX, MAX_ANSWER_BYTES)] {
        let client = loopback().max_answer(limit).build().unwrap();
        assert_eq!(client.send(get(server.url("/"))).await.unwrap().body().len(), kept);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let server = Server::streaming(b"", b"", Duration::from_millis(20)).await;
    let client = loopback().timeout(Duration::from_millis(300)).build().unwrap();
    let sent = tokio::time::timeout(PATIENCE, client.send(get(server.url("/"))))
        .await
        .expect("it ends by itself");
    assert_eq!(sent.unwrap_err(), HttpError::Timeout);
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_in_time_although_it_never_stops() {
    let server = Server::streaming(b"HTTP/1.1 200 OK\r\n\r\n", b"a", Duration::from_millis(20)).await;
    let client = loopback().timeout(Duration::from_millis(300)).build().unwrap();
    let sent = tokio::time::timeout(PATIENCE, client.send(get(server.url("/"))))
        .await
        .expect("it ends by itself");
    assert_eq!(sent.unwrap_err(), HttpError::Timeout);
}

#[tokio::test]
async fn an_address_in_the_url_is_refused_before_anything_is_dialled() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let client = Client::new().unwrap();
    for host in ["127.0.0.1", "0x7f.1", "2130706433", "0177.0.0.1"] {
        let url = format!("http://{host}:{}/pb?x=1", server.address().port());
        let error = client.send(get(url)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "destination refused: address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
        );
        assert!(!error.retry());
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn localhost_is_refused_by_name_without_a_look_up() {
    let resolver = Script::new([&["127.0.0.1"]]);
    let client = loopback().resolver(resolver.clone()).build().unwrap();
    let error = client.send(get("http://localhost:1/")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: host `localhost` is a local name (`localhost`); allow it explicitly if it is meant"
    );
    assert!(resolver.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn localhost_can_be_allowed_by_name() {
    let server = Server::answering(answer("200 OK", "", b"hello")).await;
    let client = Client::builder()
        .policy(AddressPolicy::default().allow("localhost".parse().unwrap()))
        .build()
        .unwrap();
    let url = format!("http://localhost:{}/", server.address().port());
    assert_eq!(client.send(get(url)).await.unwrap().body(), "hello");
}

#[tokio::test]
async fn a_public_name_that_resolves_to_loopback_is_refused_before_it_is_dialled() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let resolver = Script::new([&["127.0.0.1", "::1"]]);
    let client = Client::builder().resolver(resolver.clone()).build().unwrap();
    let error = client
        .send(get(format!("http://rebind.example.com:{}/", server.address().port())))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host resolves to a refused address: address 127.0.0.1 is loopback (127.0.0.0/8); allow it explicitly if it is meant"
    );
    assert_eq!(*resolver.asked.lock().unwrap(), ["rebind.example.com"]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn of_a_mixed_list_only_the_permitted_address_is_dialled() {
    let permitted = Server::answering(answer("200 OK", "", b"permitted")).await;
    let denied = Server::at(
        SocketAddr::from(([127, 0, 0, 2], permitted.address().port())),
        answer("200 OK", "", b""),
    )
    .await;
    let client = loopback()
        .resolver(Script::new([&["127.0.0.2", "::1", "127.0.0.1"]]))
        .build()
        .unwrap();
    let url = format!("http://mixed.example.com:{}/", permitted.address().port());
    assert_eq!(client.send(get(url)).await.unwrap().body(), "permitted");
    assert_eq!(denied.connections(), 0);
}

#[tokio::test]
async fn a_name_is_judged_again_for_every_connection() {
    let server = Server::answering(answer("200 OK", "", b"first")).await;
    let client = loopback()
        .resolver(Script::new([&["127.0.0.1"], &["127.0.0.2"]]))
        .build()
        .unwrap();
    let url = format!("http://rebind.example.com:{}/", server.address().port());
    assert_eq!(client.send(get(&url)).await.unwrap().body(), "first");
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(
        matches!(error, HttpError::ResolvedRefused(_)) && error.retry(),
        "{error}"
    );
}

#[tokio::test]
async fn a_name_without_an_address_may_have_one_later() {
    for resolver in [Script::new([&[]]), Script::new([])] {
        let client = loopback().resolver(resolver).build().unwrap();
        let error = client.send(get("http://gone.example.com/?CANARY")).await.unwrap_err();
        assert_eq!(error, HttpError::Resolve);
        assert!(error.retry());
    }
}

#[tokio::test]
async fn a_relative_url_and_one_with_a_password_are_refused() {
    let client = loopback().build().unwrap();
    let error = client.send(get("/postback?x=1")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: not an absolute URL: relative URL without a base"
    );
    let error = client.send(get("http://user:CANARY@example.com/")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "destination refused: the URL holds a user name or a password"
    );
}

#[tokio::test]
async fn a_compressed_answer_is_neither_asked_for_nor_decompressed() {
    // `printf hello | gzip -n`
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
    let server = Server::answering(answer("200 OK", "content-encoding: gzip\r\n", gzip)).await;
    let response = loopback().build().unwrap().send(get(server.url("/"))).await.unwrap();
    assert_eq!(&response.body()[..], gzip);
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(server.requests()[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn the_user_agent_is_the_requests_else_the_builders_else_our_own() {
    let server = Server::answering(answer("200 OK", "", b"")).await;
    let named = || loopback().user_agent("tracker/7").build().unwrap();
    let mut own = get(server.url("/"));
    own.headers_mut().insert("user-agent", "request/1".parse().unwrap());
    named().send(own).await.unwrap();
    named().send(get(server.url("/"))).await.unwrap();
    loopback().build().unwrap().send(get(server.url("/"))).await.unwrap();
    let seen: Vec<_> = server
        .requests()
        .iter()
        .map(|seen| seen.header("user-agent").unwrap().to_vec())
        .collect();
    assert_eq!(
        seen,
        [
            &b"request/1"[..],
            b"tracker/7",
            concat!("postback-http/", env!("CARGO_PKG_VERSION")).as_bytes()
        ]
    );
}

#[tokio::test]
async fn no_error_shows_a_path_a_query_or_a_header() {
    let closed = Server::closed_port().await;
    let silent = Server::streaming(b"", b"", Duration::from_millis(20)).await;
    let garbage = Server::answering(b"CANARY is not HTTP\r\n\r\n".to_vec()).await;
    let broken = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nCANARY".to_vec()).await;
    let client = loopback().timeout(Duration::from_millis(300)).build().unwrap();
    for (host, text) in [
        (closed.to_string(), "no connection to the host: connection refused"),
        (silent.address().to_string(), "no answer in time"),
        (
            garbage.address().to_string(),
            "the answer is not valid HTTP or broke off",
        ),
        (
            broken.address().to_string(),
            "the answer is not valid HTTP or broke off",
        ),
        (
            "10.0.0.1".to_owned(),
            "destination refused: address 10.0.0.1 is private (10.0.0.0/8); allow it explicitly if it is meant",
        ),
    ] {
        let mut request = get(format!("http://{host}/CANARY?token=CANARY"));
        request.headers_mut().insert("x-token", "CANARY".parse().unwrap());
        let sent = tokio::time::timeout(PATIENCE, client.send(request))
            .await
            .expect("it ends by itself");
        let error = sent.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(!format!("{error:?} {client:?}").contains("CANARY"), "{error:?}");
    }
}

#[tokio::test]
async fn a_request_whose_answer_breaks_off_is_sent_once() {
    let server = Server::answering(Vec::new()).await;
    let error = loopback()
        .build()
        .unwrap()
        .send(get(server.url("/")))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Protocol);
    assert!(error.retry());
    assert_eq!(server.requests().len(), 1);
}

/// The target's address, for the process that this test starts of itself.
const CHILD: &str = "POSTBACK_HTTP_TEST_TARGET";

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the environment is what is tested")]
async fn a_proxy_of_the_environment_is_not_used() {
    if let Ok(target) = std::env::var(CHILD) {
        let response = loopback()
            .build()
            .unwrap()
            .send(get(format!("http://{target}/")))
            .await
            .unwrap();
        assert_eq!(response.body(), "target");
        return;
    }
    let target = Server::answering(answer("200 OK", "", b"target")).await;
    let proxy = Server::answering(answer("200 OK", "", b"proxy")).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "a_proxy_of_the_environment_is_not_used"])
        .env(CHILD, target.address().to_string());
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        child.env(name, proxy.url("/"));
    }
    child
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD");
    let output = child.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((target.connections(), proxy.connections()), (1, 0));
}

#[tokio::test]
async fn a_certificate_counts_only_for_its_name_and_under_a_known_root() {
    let (server, root) = Server::secure("secure.example.com", answer("200 OK", "", b"secret")).await;
    let port = server.address().port();
    let builder = || loopback().resolver(Script::new([&["127.0.0.1"]]));
    let trusting = builder().root_certificate(root).build().unwrap();
    let response = trusting
        .send(get(format!("https://secure.example.com:{port}/")))
        .await
        .unwrap();
    assert_eq!(response.body(), "secret");

    let error = trusting
        .send(get(format!("https://other.example.com:{port}/?CANARY")))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Tls("the certificate is for another name"));

    let distrusting = builder().build().unwrap();
    let error = distrusting
        .send(get(format!("https://secure.example.com:{port}/?CANARY")))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Tls("the certificate is from an unknown issuer"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls_is_named_so() {
    let server = Server::answering(answer("400 Bad Request", "", b"")).await;
    let error = loopback()
        .build()
        .unwrap()
        .send(get(format!("https://{}/", server.address())))
        .await
        .unwrap_err();
    assert_eq!(error, HttpError::Tls("the host does not speak TLS"));
}

#[test]
fn an_option_that_cannot_work_is_refused_when_the_client_is_built() {
    assert_eq!(
        Client::builder().user_agent("a\nb").build().unwrap_err(),
        BuildError::UserAgent
    );
    assert_eq!(
        Client::builder().root_certificate(*b"no DER").build().unwrap_err(),
        BuildError::RootCertificate
    );
    assert_eq!(
        BuildError::UserAgent.to_string(),
        "the user agent cannot stand in a header"
    );
    assert_eq!(
        BuildError::RootCertificate.to_string(),
        "a root certificate is not a certificate in DER"
    );
}
