//! A service and its router, at work on a socket until they are told to stop.

use postback_axum::{ConnectionLimits, RouterOptions, router_with};
use postback_service::Service;
use std::{io, net::SocketAddr};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// An address that cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {}", .error.kind())]
pub struct ListenError {
    address: SocketAddr,
    #[source]
    error: io::Error,
}

/// A server at work. Dropping it stops it without waiting; [`Server::shutdown`] waits.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    service: Service,
    accepting: (watch::Sender<bool>, JoinHandle<()>),
    working: (watch::Sender<bool>, JoinHandle<()>),
}

impl Server {
    /// Starts a server inside the running tokio runtime. Port 0 listens on any.
    ///
    /// # Errors
    /// An address that cannot be listened on; nothing is left running.
    pub async fn start(
        service: Service,
        options: RouterOptions,
        limits: ConnectionLimits,
        listen: SocketAddr,
    ) -> Result<Self, ListenError> {
        let refused = |error| ListenError { address: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let router = router_with(service.clone(), options);
        let (stop, until) = stop();
        let accepting = (
            stop,
            tokio::spawn(postback_axum::serve(listener, router, limits, until)),
        );
        let (stop, until) = self::stop();
        let working = (stop, tokio::spawn(service.clone().run(until)));
        tracing::info!(%address, configuration = %service.tracker().fingerprint(), "serving");
        Ok(Self {
            address,
            service,
            accepting,
            working,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves with, as to put another configuration to work.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Stops: takes no more connections, ends the requests that are open, then the round of
    /// deliveries that is under way, and lets go of the store. What is queued stays queued.
    pub async fn shutdown(self) {
        for (stop, task) in [self.accepting, self.working] {
            stop.send_replace(true);
            let _ = task.await;
        }
        drop(self.service);
        tracing::info!("stopped");
    }
}

/// What a task is told to stop by, and what it waits for: to be told, or the server to be gone.
fn stop() -> (watch::Sender<bool>, impl Future<Output = ()>) {
    let (stop, mut until) = watch::channel(false);
    (stop, async move { drop(until.wait_for(|stop| *stop).await) })
}
