//! A server with one source and one campaign, and callers that speak to it by hand.
#![allow(unreachable_pub)]

use bytes::Bytes;
use postback::config::Document;
use postback::port::{BoxFuture, HttpClient, HttpError, SecretError, Secrets};
use postback::value::Secret;
use postback_server::{Config, Limits, Server, Stores, serve};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

pub const CONFIG: &str = r#"
version = 1
currency = "USD"
[[conversion_type]]
name = "Purchase"
default = true
counts = "sale"
[[offer_source]]
id = "net"
template = "generic"
tokens = ["host:net"]
[[offer]]
id = "book"
source = "net"
url = "https://shop.example.com/?c={clickid}"
[[traffic_channel]]
id = "push"
[[campaign]]
id = "summer"
channel = "push"
[[campaign.path]]
weight = 1
offers = [{ offer = "book", weight = 1 }]
[[campaign.postback]]
id = "sales"
url = "https://s2s.example.com/?key={ref_id}&price={payout}"
"#;
pub const TOKEN: &str = "a-token-of-the-network";
/// Longer than anything here may take, shorter than a person waits.
pub const SOON: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct OneSecret;

impl Secrets for OneSecret {
    fn secret<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Secret, SecretError>> {
        Box::pin(async { Ok(Secret::from(TOKEN)) })
    }
}

/// Answers with a status, or with no connection.
#[derive(Debug)]
pub struct Channel {
    pub status: Option<u16>,
    pub asked: AtomicU64,
}

impl Channel {
    pub fn answering(status: Option<u16>) -> Arc<Self> {
        Arc::new(Self {
            status,
            asked: AtomicU64::new(0),
        })
    }

    pub async fn asked(&self) {
        let asked = async {
            while self.asked.load(Ordering::SeqCst) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(SOON, asked).await.expect("a delivery is sent");
    }
}

impl HttpClient for Channel {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, HttpError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            let status = self.status.ok_or(HttpError::Connect(None))?;
            Ok(http::Response::builder().status(status).body(Bytes::new()).unwrap())
        })
    }
}

pub fn config(stores: Stores, change: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::new(Document::from_toml(CONFIG).unwrap(), stores, "test".parse().unwrap());
    config.listen = "127.0.0.1:0".parse().unwrap();
    config.secrets = Arc::new(OneSecret);
    config.http = Some(Channel::answering(Some(200)));
    change(&mut config.limits);
    config
}

pub async fn started(change: impl FnOnce(&mut Limits)) -> Server {
    serve(config(Stores::memory(), change)).await.unwrap()
}

pub async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// Everything until the other side closes, or until nothing came for a while.
pub async fn read(stream: &mut TcpStream, patience: Duration) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match timeout(patience, stream.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => return String::from_utf8(text).unwrap(),
            Ok(Ok(length)) => text.extend_from_slice(&buffer[..length]),
        }
    }
}

pub async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read(&mut stream, SOON).await
}

pub async fn get(address: SocketAddr, path: &str) -> String {
    ask(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
    )
    .await
}

pub async fn closed_after(stream: &mut TcpStream) -> Duration {
    let began = Instant::now();
    let mut buffer = [0; 64];
    let read = timeout(SOON, stream.read(&mut buffer))
        .await
        .expect("the connection is closed");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    began.elapsed()
}
