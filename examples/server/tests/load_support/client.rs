//! A client that keeps its connection, as the servers of networks do.

use super::API_TOKEN;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1::{SendRequest, handshake},
    header::{AUTHORIZATION, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The most rows of a page of the API.
const PAGE: usize = 1_000;

/// There was no answer: whether the request was taken is not known.
#[derive(Debug)]
pub struct NoAnswer;

pub struct Answer {
    pub status: u16,
    pub json: Value,
}

impl Answer {
    /// The word under `outcome`; empty when there is none.
    pub fn outcome(&self) -> &str {
        self.json["outcome"].as_str().unwrap_or_default()
    }
}

/// A request: a `GET`, or a `POST` with a body.
#[derive(Debug, Clone)]
pub struct Message {
    pub path: String,
    pub body: Option<Bytes>,
}

pub struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub async fn open(server: SocketAddr) -> Result<Self, NoAnswer> {
        let stream = TcpStream::connect(server).await.map_err(|_| NoAnswer)?;
        stream.set_nodelay(true).map_err(|_| NoAnswer)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| NoAnswer)?;
        // It ends with the sender, or with the server.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    pub async fn send(&mut self, message: &Message) -> Result<Answer, NoAnswer> {
        let request = match &message.body {
            None => Request::get(&message.path).body(Full::default()),
            Some(body) => Request::post(&message.path).body(Full::new(body.clone())),
        };
        let mut request = request.unwrap();
        let headers = request.headers_mut();
        headers.insert(HOST, "tracker.test".parse().unwrap());
        headers.insert(AUTHORIZATION, format!("Bearer {API_TOKEN}").parse().unwrap());
        self.0.ready().await.map_err(|_| NoAnswer)?;
        let answer = self.0.send_request(request).await.map_err(|_| NoAnswer)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|_| NoAnswer)?.to_bytes();
        let json = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{status}: {body:?}"));
        Ok(Answer { status, json })
    }

    async fn get(&mut self, path: &str) -> Result<Answer, NoAnswer> {
        let path = path.to_owned();
        self.send(&Message { path, body: None }).await
    }

    /// A new click of a campaign.
    pub async fn click(&mut self, campaign: &str) -> Result<String, NoAnswer> {
        let answer = self.get(&format!("/{campaign}?ref_id=R-1&format=json")).await?;
        assert_eq!(answer.status, 200, "{}", answer.json);
        Ok(answer.json["clickid"].as_str().unwrap().to_owned())
    }

    /// All rows of a list of the API, page by page.
    pub async fn rows(&mut self, list: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/api/{list}?limit={PAGE}&after={after}");
            let mut answer = self.get(&path).await.expect("the api answers");
            assert_eq!(answer.status, 200, "{}", answer.json);
            rows.append(answer.json["items"].as_array_mut().unwrap());
            match answer.json["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return rows,
            }
        }
    }
}
