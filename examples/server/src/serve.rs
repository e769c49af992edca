//! Runs a service and its router on a socket until they are told to stop.

use postback_axum::{ConnectionLimits, RouterOptions, router_with, run_with};
use postback_service::Service;
use std::{io, net::SocketAddr, time::Duration};
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, task::spawn_blocking, time::timeout};

/// How long the store may take to close its files; serving ends in eight seconds, and all in ten.
const CLOSING: Duration = Duration::from_secs(1);

/// The error for an address on which the server cannot listen.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {}{}", .error.kind(), hint(.error.kind()))]
pub struct ListenError {
    address: SocketAddr,
    #[source]
    error: io::Error,
}

/// What to do about it, where that is clear.
fn hint(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse => "; end the program that listens there, or choose another port with --listen",
        io::ErrorKind::AddrNotAvailable => "; this machine has no such address, choose another with --listen",
        io::ErrorKind::PermissionDenied => "; choose a port from 1024 on with --listen, and put a proxy before it",
        _ => "",
    }
}

/// A running server. Dropping it stops it without waiting; [`Server::shutdown`] waits.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    service: Service,
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Server {
    /// Starts a server inside the running tokio runtime. With port 0 it listens on any free port.
    ///
    /// # Errors
    /// An address on which it cannot listen. Nothing is left running then.
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
        // The server was told to stop, or is gone.
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

    /// Returns the address on which it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the service, for example to activate another configuration.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Stops in order, as [`run_with`] does, and drops the store. Queued deliveries stay queued. A
    /// store whose disk hangs is not waited for: what it acknowledged is on the disk.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let _ = self.work.await;
        if !dropped(self.service, CLOSING).await {
            tracing::warn!("the store did not close its files in time");
        }
        tracing::info!("stopped");
    }
}

/// Drops a value beside the runtime, since that may wait for a disk. Returns whether it was quick
/// enough.
async fn dropped<T: Send + 'static>(value: T, within: Duration) -> bool {
    timeout(within, spawn_blocking(move || drop(value))).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    struct Hangs(Receiver<()>);

    impl Drop for Hangs {
        fn drop(&mut self) {
            // It ends when the other end is gone.
            let _released = self.0.recv();
        }
    }

    #[tokio::test]
    async fn what_hangs_when_it_is_dropped_is_not_waited_for() {
        let (release, released) = channel();
        assert!(!dropped(Hangs(released), Duration::from_millis(10)).await);
        drop(release);
        assert!(dropped((), Duration::from_secs(60)).await);
    }
}
