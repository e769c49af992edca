//! The server on a real socket: time-outs, limits, starting, shutting down.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use postback::port::{ConversionFilter, EventFilter, PageRequest};
use postback_axum::{ConnectionLimits, Limits};
use postback_server::{Database, Server};
use postback_service::{ConfigureError, EnvSecrets, Journal, STORE_TIMEOUT, Service, Taken, Visitor};
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use support::tracker::{self, Config, NAMESPACE, TOKEN, configuration, memory};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);

fn config() -> Config {
    tracker::config(&configuration("", ""), memory())
}

async fn started(change: impl FnOnce(&mut ConnectionLimits)) -> Server {
    let mut config = config();
    change(&mut config.limits);
    config.serve().await.unwrap()
}

async fn routing(change: impl FnOnce(&mut Limits)) -> Server {
    let mut config = config();
    change(&mut config.router);
    config.serve().await.unwrap()
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// Everything until the other side closes, or until nothing came for a while.
async fn read(stream: &mut TcpStream, patience: Duration) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match timeout(patience, stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return String::from_utf8(text).unwrap(),
            Ok(Ok(length)) => text.extend_from_slice(&buffer[..length]),
        }
    }
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read(&mut stream, SOON).await
}

async fn closed_after(stream: &mut TcpStream) -> Duration {
    let began = Instant::now();
    let mut buffer = [0; 64];
    let read = timeout(SOON, stream.read(&mut buffer))
        .await
        .expect("the connection is closed");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    began.elapsed()
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_is_cut_off() {
    let server = started(|limits| limits.header_timeout = Duration::from_millis(300)).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap();
    let took = closed_after(&mut stream).await;
    assert!(took >= Duration::from_millis(250) && took < SOON, "{took:?}");
    server.shutdown().await;
}

#[tokio::test]
async fn an_old_connection_is_closed_even_when_it_goes_on_asking() {
    let server = started(|limits| limits.connection_age = Duration::from_millis(200)).await;
    let mut stream = connect(&server).await;
    let asking = async {
        loop {
            if stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
                .await
                .is_err()
            {
                return;
            }
            let mut buffer = [0; 512];
            if matches!(stream.read(&mut buffer).await, Ok(0) | Err(_)) {
                return;
            }
        }
    };
    timeout(SOON, asking).await.expect("the connection is closed");
    server.shutdown().await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_408() {
    let server = routing(|limits| limits.body_timeout = Duration::from_millis(300)).await;
    let began = Instant::now();
    let request = "POST /postback HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nconnection: close\r\n\r\nclickid=";
    let answer = ask(server.address(), request).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout"), "{answer}");
    assert!(
        answer.ends_with(r#"{"error":"body did not arrive in time"}"#),
        "{answer}"
    );
    assert!(began.elapsed() < SOON);
    server.shutdown().await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_413_before_it_is_sent() {
    let server = started(|_| {}).await;
    let request = "POST /postback HTTP/1.1\r\nhost: x\r\ncontent-length: 65537\r\nconnection: close\r\n\r\n";
    let answer = ask(server.address(), request).await;
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large"), "{answer}");
    server.shutdown().await;
}

#[tokio::test]
async fn a_body_in_chunks_is_413_when_it_grows_too_long() {
    let server = routing(|limits| limits.body = 10).await;
    let head = "POST /postback HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    let answer = ask(
        server.address(),
        &format!("{head}6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large"), "{answer}");
    server.shutdown().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = started(|_| {}).await;
    let long = "a".repeat(70_000);
    let request = format!("GET /postback?a={long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = ask(server.address(), &request).await;
    assert!(
        answer.starts_with("HTTP/1.1 414") || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    server.shutdown().await;
}

#[tokio::test]
async fn a_request_that_is_open_when_the_server_stops_is_answered() {
    let server = started(|_| {}).await;
    let address = server.address();
    let body = format!("token={TOKEN}&sum=8.50");
    let mut stream = open_request(&server, body.len()).await;
    let stopping = tokio::spawn(server.shutdown());
    timeout(SOON, refused(address)).await.expect("nobody new is taken");
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = read(&mut stream, SOON).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        answer.contains(r#"{"outcome":"unattributed","reason":"no_click_id"}"#),
        "{answer}"
    );
    timeout(SOON, stopping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_server_from_stopping() {
    let server = started(|limits| limits.drain = Duration::from_millis(200)).await;
    let _stream = open_request(&server, 9).await;
    timeout(SOON, server.shutdown()).await.expect("it stops");
}

/// A request whose head has arrived and whose body is waited for.
async fn open_request(server: &Server, length: usize) -> TcpStream {
    let mut stream = connect(server).await;
    let head =
        format!("POST /postback HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    timeout(SOON, stream.read_exact(&mut go_on)).await.unwrap().unwrap();
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Waits until nobody listens there.
async fn refused(address: SocketAddr) {
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Fire-and-forget senders, and pixels of visitors who leave: the request is all there is.
#[tokio::test]
async fn a_postback_whose_sender_does_not_wait_for_the_answer_is_taken_in() {
    const EACH: usize = 50;
    let config = config();
    let stores = config.stores.clone();
    let server = config.serve().await.unwrap();
    for number in 0..2 * EACH {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request =
            format!("GET /postback?clickid=c&eventid=e{number}&sum=1&token={TOKEN} HTTP/1.1\r\nhost: t\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        if number % 2 == 0 {
            stream.shutdown().await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    }
    let all = async {
        loop {
            let page = PageRequest::first(1_000);
            let stored = stores.inspect.events(&EventFilter::default(), &page).await.unwrap();
            if stored.items.len() == 2 * EACH {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, all).await.expect("every postback is stored");
}

#[tokio::test]
async fn a_server_that_is_dropped_stops() {
    let server = started(|_| {}).await;
    let address = server.address();
    drop(server);
    timeout(SOON, refused(address)).await.expect("it stops listening");
}

#[test]
fn the_limits_are_those_of_the_documents() {
    let limits = Limits::default();
    assert_eq!((limits.body, limits.body_timeout), (64 * 1024, Duration::from_secs(5)));
    assert_eq!(STORE_TIMEOUT, Duration::from_millis(2_500));
}

#[tokio::test]
async fn missing_secrets_are_named_all_at_once() {
    let mut config = config();
    config.secrets = Arc::new(EnvSecrets);
    let error = config.service().await.unwrap_err();
    assert!(matches!(error, ConfigureError::Refused(_)));
    assert_eq!(
        error.to_string(),
        "secret `env:TEST_CLICK_KEY` is not set\n\
         secret `env:TEST_INS_SECRET` is not set\n\
         secret `env:TEST_TOKEN` is not set"
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_said() {
    let server = started(|_| {}).await;
    let mut second = config();
    second.listen = server.address();
    let error = second.serve().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {}: address in use; end the program that listens there, or choose another port with \
             --listen",
            server.address()
        )
    );
    server.shutdown().await;
}

/// A service with its database and its journal in a folder.
async fn kept_in(folder: &Path) -> Service {
    let database = Database::Sqlite(folder.join("tracker.db"));
    let journal = Journal::open(database.journal()).unwrap();
    let stores = database.open(NAMESPACE.parse().unwrap()).unwrap();
    let config = tracker::config(&configuration("", ""), stores);
    let builder = Service::builder(config.tracker, config.stores, config.http, config.secrets);
    builder.journal(journal).build().await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn what_comes_after_the_database_was_removed_is_kept_in_the_journal_and_taken_in_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let service = kept_in(folder.path()).await;
    fs::remove_file(folder.path().join("tracker.db")).unwrap();
    let visitor = Visitor {
        campaign: "summer",
        query: b"ref_id=R-1",
        ..Visitor::default()
    };
    let click = service.visit(&visitor).await.unwrap().click.id;
    let sale = format!("token={TOKEN}&clickid={click}&type=Purchase&sum=8.50&eventid=E1");
    let answer = service.postback(Some("net"), None, sale.as_bytes()).await;
    assert!(matches!(answer.taken, Ok(Taken::Journalled)), "{:?}", answer.taken);
    let health = service.health(SOON).await;
    assert!(health.live && !health.ready, "{health:?}");
    let said = health.checks["writes"].text.as_deref().unwrap_or_default();
    assert!(said.contains("was removed or replaced"), "{health:?}");
    drop(service);

    let service = kept_in(folder.path()).await;
    let done = service.replay_journal().await.unwrap();
    assert_eq!((done.taken, done.clicks, done.left), (2, 1, 0));
    let page = PageRequest::first(10);
    let inspect = &service.stores().inspect;
    let conversions = inspect.conversions(&ConversionFilter::default(), &page).await.unwrap();
    assert_eq!(conversions.items.len(), 1);
}
