//! A traffic channel on this machine: answers `OK` to everything and remembers what it was asked.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// Longer than a delivery takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing may come. What must not come is never put into the outbox; this is for what is
/// sent without one.
const GRACE: Duration = Duration::from_millis(400);

pub struct Receiver {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    /// How many of the requests [`Receiver::exactly`] has answered with.
    shown: usize,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let all = requests.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let requests = all.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let line = format!("{} {}", request.method(), request.uri());
                    requests.lock().unwrap().push(line);
                    async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"OK")))) }
                });
                // A broken connection is the other side's matter.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self {
            address,
            requests,
            shown: 0,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, each as `METHOD target`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The requests since the last time, sorted: deliveries have no order. Fewer or more than
    /// `count` are a failure.
    pub async fn exactly(&mut self, count: usize) -> Vec<String> {
        let all_came = async {
            while self.requests().len() < self.shown + count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        // Those that are missing fail below.
        drop(timeout(PATIENCE, all_came).await);
        sleep(GRACE).await;
        let mut requests = self.requests().split_off(self.shown);
        assert_eq!(requests.len(), count, "{requests:?}");
        self.shown += count;
        requests.sort();
        requests
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
