//! A service that delivers, with its store and its tracker.

use crate::load::Failure;
use postback::compile::compile;
use postback::delivery::address::AddressPolicy;
use postback::{CompileOptions, Document, Tracker};
use postback_http::Client;
use postback_service::{FixedSecrets, Service};
use postback_sqlite::{SqliteOptions, SqliteStore};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::{sync::oneshot, task::JoinHandle};

/// A service at work.
pub(super) struct Sending {
    pub(super) service: Service,
    stop: oneshot::Sender<()>,
    runs: JoinHandle<()>,
}

impl Sending {
    pub(super) async fn start(receivers: &[SocketAddr], folder: &Path) -> Result<Self, Failure> {
        let (secrets, store) = (FixedSecrets::default(), Arc::new(open(folder)?));
        let service = Service::builder(tracker(receivers)?, store, Arc::new(client()?), Arc::new(secrets));
        let service = service.build().await?;
        let (stop, until) = oneshot::channel();
        let runs = tokio::spawn(service.clone().run(async { drop(until.await) }));
        Ok(Self { service, stop, runs })
    }

    /// Ends when the verdicts of what is in flight are written.
    pub(super) async fn stop(self) -> Result<(), Failure> {
        let Self { stop, runs, .. } = self;
        stop.send(()).map_err(|()| "the service has ended")?;
        Ok(runs.await?)
    }

    /// Ends without them, since a receiver that hangs is waited for.
    pub(super) fn abandon(self) {
        self.runs.abort();
    }
}

pub(super) fn open(folder: &Path) -> Result<SqliteStore, Failure> {
    Ok(SqliteStore::open(
        folder.join("delivery.db"),
        &SqliteOptions::new("bench".parse()?),
    )?)
}

pub(super) fn client() -> Result<Client, Failure> {
    let policy = AddressPolicy::default().allow("127.0.0.1/32".parse()?);
    Ok(Client::builder().policy(policy).build()?)
}

/// A tracker with a campaign for each receiver.
fn tracker(receivers: &[SocketAddr]) -> Result<Tracker, Failure> {
    let mut text = r#"
        version = 1
        currency = "USD"
        [[conversion_type]]
        name = "Purchase"
        default = true
        counts = "sale"
        [[offer_source]]
        id = "net"
        template = "generic"
        default = true
        default_status = "approved"
        [[offer]]
        id = "book"
        source = "net"
        url = "https://shop.example.com/?c={clickid}"
        [[traffic_channel]]
        id = "push"
    "#
    .to_owned();
    for (number, address) in receivers.iter().enumerate() {
        text.push_str(&format!(
            r#"
            [[campaign]]
            id = "to-{number}"
            channel = "push"
            path = [{{ weight = 1, offers = [{{ offer = "book", weight = 1 }}] }}]
            postback = [{{ id = "sales", url = "http://{address}/log?n={{event_id}}" }}]
            "#
        ));
    }
    Ok(compile(
        &Document::from_toml(&text)?,
        &CompileOptions::new("bench".parse()?),
    )?)
}
