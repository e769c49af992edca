//! A click, a message of its sale, and the postback at the traffic channel.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

/// The repository's front page shows this file.
#[allow(
    dead_code,
    reason = "the tests serve on ports of their own, and do not call its `main`"
)]
#[allow(clippy::disallowed_methods, reason = "a program reads its file")]
mod front_page;

use crate::*;
use postback::delivery::address::AddressPolicy;
use postback::{Document, compile};
use postback_service::FixedSecrets;
use postback_test::clickbank::posted;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const SECRET: &str = "TESTSECRET123456";
/// Longer than it may take, shorter than a person waits.
const SOON: Duration = Duration::from_secs(30);

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
    posted(SECRET, &sale)
}

/// Listens, and says where.
async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
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
    let mut definition = definition().unwrap();
    let request = &mut definition.campaigns[0].postbacks[0].request;
    let url = request
        .url
        .as_ref()
        .unwrap()
        .replace("https://push.example.com", &format!("http://{there}"));
    request.url = Some(url);
    let tracker = resolve(&definition, &CompileOptions::default()).unwrap();
    let secrets = FixedSecrets::from_iter([
        ("env:CLICKBANK_SECRET", SECRET),
        ("env:CLICKBANK_TOKEN", "a-long-token"),
    ]);
    let service = Service::builder(
        tracker,
        Arc::new(MemoryStore::new()),
        Arc::new(client()),
        Arc::new(secrets),
    );
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
        served = serve(service, listener) => panic!("it ended: {served:?}"),
        () = using => {}
    }
}

#[test]
fn the_program_fits_on_a_page() {
    let lines = include_str!("../main.rs").lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    assert!(code.count() <= 40);
}

#[tokio::test]
async fn the_service_of_the_front_page_sends_postbacks() {
    let shown = include_str!("front_page.rs");
    let page = include_str!("../../../../README.md");
    assert!(
        page.contains(&format!("```rust,no_run\n{shown}```")),
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
    let serving = front_page::serve(tracker, client(), listener, async { drop(until.await) });
    let using = async {
        assert!(ask(server, "GET /hello", "").await.ends_with("my own service"));
        let sell = async |click: &str| ask(server, &format!("GET /postback?clickid={click}&sum=8.50"), "").await;
        assert_eq!(
            told(server, &channel, sell).await,
            "GET /log?key=R-7&price=8.5 HTTP/1.1"
        );
        let answer = asked_while_it_stops(server, "sum=9.50&eventid=E-2", || stop.send(()).unwrap()).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    };
    // The server may end in the same moment in which the answer arrives. Had it ended before, there
    // would be no answer.
    let (served, ()) = timeout(SOON, async { tokio::join!(serving, using) })
        .await
        .expect("it ends");
    served.unwrap();
}

/// The answer to a form whose body comes after `stop`.
async fn asked_while_it_stops(server: SocketAddr, form: &str, stop: impl FnOnce()) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let head = format!(
        "POST /postback HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        form.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The body is waited for: the request is open.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stop();
    // Long enough for a server to end that does not wait.
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.write_all(form.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
