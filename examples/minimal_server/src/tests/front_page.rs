use axum::{Router, routing::get};
use postback::{CompileOptions, Document, Tracker, compile, memory::MemoryStore};
use postback_http::Client;
use postback_service::{EnvSecrets, Service, stop_signal};
use std::{error::Error, sync::Arc};
use tokio::net::TcpListener;

/// Serves until `stop` ends; then open requests get their answers, and what is being sent is sent.
pub async fn serve(
    tracker: Tracker,
    client: Client,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), Box<dyn Error>> {
    let store = Arc::new(MemoryStore::new()); // or postback_sqlite::SqliteStore::open(path, &options)?
    let service = Service::builder(tracker, store, Arc::new(client), Arc::new(EnvSecrets));
    let service = service.build().await?;
    let app = Router::new()
        .route("/hello", get(|| async { "my own service" }))
        // /{campaign}, /postback, /ins, /api, /healthz, /metrics (`.nest` it if you have these)
        .merge(postback_axum::router(service.clone()));
    postback_axum::run(service, listener, app, stop).await; // sends the postbacks too
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let document = Document::from_toml(&std::fs::read_to_string("tracker.toml")?)?;
    let tracker = compile(&document, &CompileOptions::default())?;
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    serve(tracker, Client::builder().build()?, listener, stop_signal()?).await
}
