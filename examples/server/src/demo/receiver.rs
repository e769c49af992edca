//! A traffic channel on this machine. It takes requests, answers `OK`, and remembers their first
//! line.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::SocketAddr, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::timeout,
};

pub(super) struct Receiver {
    address: SocketAddr,
    requests: Mutex<mpsc::UnboundedReceiver<String>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sender, requests) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request: Request<Incoming>| {
                        // When the demo is over, nobody listens to it any more.
                        drop(sender.send(format!("{} {}", request.method(), request.uri())));
                        async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"OK")))) }
                    });
                    // A broken connection is the client's problem.
                    drop(
                        http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service)
                            .await,
                    );
                });
            }
        });
        Ok(Self {
            address,
            requests: Mutex::new(requests),
            task,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the next request, if it comes in time.
    pub(super) async fn next(&self, patience: Duration) -> Option<String> {
        timeout(patience, async { self.requests.lock().await.recv().await })
            .await
            .ok()
            .flatten()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
