//! Clients that may dial this machine, and a resolver that says what a test wants.

use bytes::Bytes;
use http::{Request, Response};
use postback::delivery::address::AddressPolicy;
use postback::port::http::{BoxFuture, HttpClient, HttpError};
use postback_http::{Builder, Client, Resolver};
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::timeout;

/// Long enough for a busy machine, short enough to tell a client that waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// Options of a client that may dial 127.0.0.1.
pub(crate) fn loopback() -> Builder {
    Client::builder().policy(AddressPolicy::default().allow("127.0.0.1/32".parse().unwrap()))
}

pub(crate) fn get(url: impl AsRef<str>) -> Request<Bytes> {
    Request::get(url.as_ref()).body(Bytes::new()).unwrap()
}

/// Sends, and fails where the client does not end by itself.
pub(crate) async fn send(client: &Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let sent = timeout(PATIENCE, client.send(request)).await;
    sent.expect("it ends by itself")
}

/// One `GET` of a client of its own.
pub(crate) async fn ask(builder: Builder, url: impl AsRef<str>) -> Result<Response<Bytes>, HttpError> {
    send(&builder.build().unwrap(), get(url)).await
}

/// Gives its answers in turn, the last one for ever, and remembers what it was asked.
#[derive(Debug)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    pub(crate) fn new<const N: usize>(answers: [&[&str]; N]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: Mutex::default(),
        })
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
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
