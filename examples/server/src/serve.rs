//! A service and its router, at work on a socket until they are told to stop.

use postback_axum::{ConnectionLimits, RouterOptions, router_with, run_with};
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
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
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
        let (stop, mut until) = watch::channel(false);
        // Told to stop, or the server is gone.
        let shutdown = async move { drop(until.wait_for(|stop| *stop).await) };
        let work = tokio::spawn(run_with(service.clone(), listener, router, limits, shutdown));
        tracing::info!(%address, configuration = %service.tracker().fingerprint(), "serving");
        Ok(Self {
            address,
            service,
            stop,
            work,
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

    /// Stops in order, as [`run_with`] does, and lets go of the store. What is queued stays queued.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let _ = self.work.await;
        drop(self.service);
        tracing::info!("stopped");
    }
}
