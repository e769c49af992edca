//! A client that keeps its connection, as the servers of networks do.

use super::tracker::API_TOKEN;
use bytes::Bytes;
use http::{
    Request,
    header::{AUTHORIZATION, HOST},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The most rows of a page of the API.
const PAGE: usize = 1_000;

/// There was no answer: whether the request was taken is not known.
#[derive(Debug)]
pub struct NoAnswer;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The word under `outcome`; empty when there is none.
    pub fn outcome(&self) -> String {
        self.json()["outcome"].as_str().unwrap_or_default().to_owned()
    }
}

/// A `GET`, which has no body.
pub fn get(target: &str) -> Request<Bytes> {
    Request::get(target).body(Bytes::new()).unwrap()
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

    pub async fn send(&mut self, request: Request<Bytes>) -> Result<Answer, NoAnswer> {
        let mut request = request.map(Full::new);
        request.headers_mut().insert(HOST, "tracker.test".parse().unwrap());
        self.0.ready().await.map_err(|_| NoAnswer)?;
        let answer = self.0.send_request(request).await.map_err(|_| NoAnswer)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.map_err(|_| NoAnswer)?.to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, body })
    }

    /// A new click of a campaign.
    pub async fn click(&mut self, campaign: &str) -> Result<String, NoAnswer> {
        let answer = self.send(get(&format!("/{campaign}?ref_id=R-1&format=json"))).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        Ok(answer.json()["clickid"].as_str().unwrap().to_owned())
    }

    /// What the API answers.
    pub async fn api(&mut self, target: &str) -> Value {
        self.authorized(get(&format!("/api/{target}"))).await
    }

    /// What the API answers to a `POST`.
    pub async fn post_api(&mut self, target: &str) -> Value {
        let request = Request::post(format!("/api/{target}")).body(Bytes::new());
        self.authorized(request.unwrap()).await
    }

    async fn authorized(&mut self, mut request: Request<Bytes>) -> Value {
        let token = format!("Bearer {API_TOKEN}").parse().unwrap();
        request.headers_mut().insert(AUTHORIZATION, token);
        let answer = self.send(request).await.expect("the api answers");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// All rows of a list of the API, page by page.
    pub async fn rows(&mut self, list: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut after = String::new();
        loop {
            let mut page = self.api(&format!("{list}?limit={PAGE}&after={after}")).await;
            rows.append(page["items"].as_array_mut().unwrap());
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return rows,
            }
        }
    }
}
