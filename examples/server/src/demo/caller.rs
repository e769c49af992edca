//! A client of the server. It acts as the visitor, as the network, and as a user of the API.

use super::{Failure, unexpected};
use bytes::Bytes;
use http::{Request, StatusCode};
use postback::delivery::address::AddressPolicy;
use postback::port::HttpClient;
use postback_http::Client;
use serde_json::Value;
use std::{net::SocketAddr, time::Duration};

/// A client whose calls name their step of the demo. A step fails unless the response is 200 with
/// JSON.
pub(super) struct Caller {
    client: Client,
    base: String,
    authorization: String,
}

impl Caller {
    pub(super) fn new(server: SocketAddr, api_token: &str) -> Result<Self, Failure> {
        let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
        Ok(Self {
            client: Client::builder().policy(policy).build()?,
            base: format!("http://{server}"),
            authorization: format!("Bearer {api_token}"),
        })
    }

    pub(super) async fn get(&self, step: &str, path: &str) -> Result<Value, Failure> {
        let request = Request::get(format!("{}{path}", self.base));
        self.send(step, request.body(Bytes::new())?).await
    }

    pub(super) async fn api(&self, step: &str, path: &str) -> Result<Value, Failure> {
        let request = Request::get(format!("{}/api/{path}", self.base)).header("authorization", &self.authorization);
        self.send(step, request.body(Bytes::new())?).await
    }

    pub(super) async fn post(&self, step: &str, path: &str, body: &[u8]) -> Result<Value, Failure> {
        let request = Request::post(format!("{}{path}", self.base));
        self.send(step, request.body(Bytes::copy_from_slice(body))?).await
    }

    async fn send(&self, step: &str, request: Request<Bytes>) -> Result<Value, Failure> {
        let answer = self.client.send(request).await?;
        if answer.status() == StatusCode::OK {
            return Ok(serde_json::from_slice(answer.body())?);
        }
        let got = format!("{}: {}", answer.status(), String::from_utf8_lossy(answer.body()));
        Err(unexpected(step, StatusCode::OK.to_string(), got))
    }

    /// Returns the explanation of a click when its delivery is settled. The receiver has the
    /// delivery a moment before the store knows of it.
    pub(super) async fn delivered(&self, click: &str) -> Result<Value, Failure> {
        let mut explained = Value::Null;
        for _ in 0..100 {
            explained = self.api("the explanation", &format!("explain?clickid={click}")).await?;
            if explained.pointer("/deliveries/0/state") == Some(&Value::from("delivered")) {
                return Ok(explained);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let got = explained.pointer("/deliveries").map(Value::to_string);
        Err(unexpected("the delivery", "one, delivered", got.unwrap_or_default()))
    }
}
