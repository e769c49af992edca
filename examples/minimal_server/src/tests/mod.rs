//! A click, a message of its sale, and the postback at the traffic channel.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

/// The repository's front page shows this file.
mod front_page;

use crate::*;
use postback::delivery::address::AddressPolicy;
use postback_service::FixedSecrets;
use postback_test::clickbank::{IV, encrypt, key, wrapper};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const SECRET: &str = "TESTSECRET123456";
/// Longer than it may take, shorter than a person waits.
const SOON: Duration = Duration::from_secs(10);

/// The answer to a request.
async fn ask(server: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let length = body.len();
    let request = format!("{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// The first line of the next request, which is answered with 200.
async fn received(channel: &TcpListener) -> String {
    let (mut stream, _) = channel.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    let request = String::from_utf8(request).unwrap();
    request.lines().next().unwrap().to_owned()
}

/// A sale of 37.50 USD as ClickBank posts it.
fn notification(click: &str) -> String {
    let sale = format!(
        r#"{{"transactionTime":"20261009T080000-0700","receipt":"R1","transactionType":"SALE","role":"VENDOR","currency":"USD","totalAccountAmount":37.50,"trackingCodes":["{click}"],"version":7.0}}"#
    );
    wrapper(IV, &encrypt(&key(SECRET), sale.as_bytes()))
}

/// Listens, and says where.
async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn compiled(configuration: &str) -> Tracker {
    compile(&Document::from_json(configuration).unwrap(), &CompileOptions::default()).unwrap()
}

/// A client that may dial this machine.
fn client() -> Client {
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap());
    Client::builder().policy(policy).build().unwrap()
}

/// A click, a sale of it that `sell` asks for, and what the channel is told.
async fn told(server: SocketAddr, channel: &TcpListener, sell: impl AsyncFn(&str) -> String) -> String {
    let answer = ask(server, "GET /summer?ref_id=R-7&format=json", "").await;
    let (_, rest) = answer.split_once(r#""clickid":""#).expect("a click");
    let (click, _) = rest.split_once('"').unwrap();
    let answer = sell(click).await;
    assert!(answer.ends_with(r#"{"outcome":"applied"}"#), "{answer}");
    timeout(SOON, received(channel)).await.expect("a postback")
}

#[tokio::test]
async fn a_notification_comes_in_and_the_postback_arrives() {
    let (channel, there) = listen().await;
    let configuration = CONFIGURATION.replace("https://push.example.com", &format!("http://{there}"));
    let secrets = FixedSecrets::from_iter([
        ("env:CLICKBANK_SECRET", SECRET),
        ("env:CLICKBANK_TOKEN", "a-long-token"),
    ]);
    let tracker = compiled(&configuration);
    let (listener, server) = listen().await;
    let using = async {
        let sell =
            async |click: &str| ask(server, "POST /ins/clickbank?token=a-long-token", &notification(click)).await;
        assert_eq!(
            told(server, &channel, sell).await,
            "GET /log?key=R-7&price=37.5 HTTP/1.1"
        );
    };
    tokio::select! {
        served = serve(tracker, client(), Arc::new(secrets), listener) => panic!("it ended: {served:?}"),
        () = using => {}
    }
}

#[tokio::test]
async fn the_service_of_the_front_page_sends_postbacks() {
    let shown = include_str!("front_page.rs");
    let page = include_str!("../../../../README.md");
    assert!(
        page.contains(&format!("```rust\n{shown}```")),
        "README.md shows another service"
    );

    let (channel, there) = listen().await;
    let configuration = format!(
        r#"{{ "version": 1, "currency": "USD",
            "conversion_type": [{{ "name": "Purchase", "default": true, "counts": "sale" }}],
            "offer_source": [{{ "id": "network", "default": true, "template": "generic", "default_status": "approved" }}],
            "offer": [{{ "id": "book", "source": "network", "url": "https://shop.example.com/?c={{clickid}}" }}],
            "traffic_channel": [{{ "id": "push" }}],
            "campaign": [{{ "id": "summer", "channel": "push",
                "path": [{{ "weight": 1, "offers": [{{ "offer": "book", "weight": 1 }}] }}],
                "postback": [{{ "id": "sales", "url": "http://{there}/log?key={{ref_id}}&price={{payout}}" }}] }}] }}"#
    );
    let tracker = compile(
        &Document::from_json(&configuration).unwrap(),
        &CompileOptions::default(),
    )
    .unwrap();
    let (listener, server) = listen().await;
    let (stop, until) = tokio::sync::oneshot::channel::<()>();
    let using = async {
        assert!(ask(server, "GET /hello", "").await.ends_with("my own service"));
        let sell = async |click: &str| ask(server, &format!("GET /postback?clickid={click}&sum=8.50"), "").await;
        assert_eq!(
            told(server, &channel, sell).await,
            "GET /log?key=R-7&price=8.5 HTTP/1.1"
        );
        stop.send(()).unwrap();
    };
    let until = async { drop(until.await) };
    let (served, ()) = tokio::join!(front_page::serve(tracker, client(), listener, until), using);
    served.unwrap();
}
