//! A traffic channel on this machine: answers `OK` and remembers what it was told.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use postback::value::Query;
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The delivery's id.
    pub id: String,
    /// The event's id, or the receipt.
    pub event: String,
    pub price: String,
}

pub struct Receiver {
    address: SocketAddr,
    told: Arc<Mutex<Vec<Told>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let all = told.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let told = all.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    told.lock()
                        .unwrap()
                        .push(read(request.uri().query().unwrap_or_default()));
                    async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"OK")))) }
                });
                // A broken connection is the other side's matter.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, told, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything it was told so far.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

fn read(query: &str) -> Told {
    let query = Query::parse(query.as_bytes()).unwrap();
    let value = |name| query.raw(name).unwrap().unwrap_or_default().to_owned();
    Told {
        id: value("id"),
        event: value("event"),
        price: value("price"),
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
