//! A host service on one page: its configuration is code, ClickBank's notifications come in, and
//! the traffic channel is told.

use postback::{CompileOptions, Document, Tracker, compile, memory::MemoryStore, port::Secrets};
use postback_http::Client;
use postback_service::{EnvSecrets, Service};
use std::{error::Error, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, signal::ctrl_c};

#[cfg(test)]
mod tests;

type Failure = Box<dyn Error>;

const CONFIGURATION: &str = r#"{ "version": 1, "currency": "USD",
  "conversion_type": [{ "name": "Purchase", "default": true, "counts": "sale" }],
  "offer_source": [{ "id": "clickbank", "template": "clickbank-ins", "ins_versions": ["7.0", "8.0"],
                     "secrets": ["env:CLICKBANK_SECRET"], "tokens": ["env:CLICKBANK_TOKEN"], "events": { "SALE": "Purchase" } }],
  "offer": [{ "id": "course", "source": "clickbank", "url": "https://vendor.pay.clickbank.net/?cbitems=1&vtid={clickid}" }],
  "traffic_channel": [{ "id": "push" }],
  "campaign": [{ "id": "summer", "channel": "push",
                 "path": [{ "weight": 1, "offers": [{ "offer": "course", "weight": 1 }] }],
                 "postback": [{ "id": "sales", "url": "https://push.example.com/log?key={ref_id}&price={payout}" }] }] }"#;

/// Serves until it is interrupted.
async fn serve(tracker: Tracker, http: Client, secrets: Arc<dyn Secrets>, port: TcpListener) -> Result<(), Failure> {
    let service = Service::builder(tracker, Arc::new(MemoryStore::new()), Arc::new(http), secrets);
    let service = service.build().await?;
    let app = postback_axum::router(service.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = async { axum::serve(port, app).await } => Ok(served?),
        () = service.run(async { drop(ctrl_c().await) }) => Ok(()), // sends the postbacks
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let tracker = compile(&Document::from_json(CONFIGURATION)?, &CompileOptions::default())?;
    let port = TcpListener::bind("127.0.0.1:8080").await?;
    serve(tracker, Client::builder().build()?, Arc::new(EnvSecrets), port).await
}
