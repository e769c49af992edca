//! Accepts connections, with limits on their number, the time for their headers and their age, and
//! ends them in order.

use crate::observe::Open;
use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use postback_service::Service;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// The longest head of a request, in bytes: four times the longest query.
const MAX_HEAD: usize = 64 * 1024;
/// The pause after a connection could not be accepted. Most likely no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The limits on the connections of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionLimits {
    /// How many connections may be open at the same time; others wait. 1024 by default: with a head
    /// and a body of 64 KiB each, they take at most 128 MiB.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may stay without any; 5 s
    /// by default.
    pub header_timeout: Duration,
    /// The largest age of a connection, so that a caller who never reads its responses cannot hold
    /// it for ever; 5 minutes by default.
    pub connection_age: Duration,
    /// How long open requests may take to end when the server stops; 3 s by default. A response
    /// takes at most 2.5 s.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_timeout: Duration::from_secs(5),
            connection_age: Duration::from_secs(5 * 60),
            drain: Duration::from_secs(3),
        }
    }
}

/// Serves `app`, which includes the [`router`](crate::router) of `service`, and runs the service
/// until `shutdown` ends. It uses the default limits; see [`run_with`].
pub async fn run(service: Service, listener: TcpListener, app: Router, shutdown: impl Future<Output = ()>) {
    run_with(service, listener, app, ConnectionLimits::default(), shutdown).await;
}

/// Serves `app` and runs `service` until `shutdown` ends. Then it begins no more deliveries and
/// lets those in flight end, for five seconds at most. Meanwhile it goes on accepting, since many
/// networks send a postback only once: what comes is stored, and sent after the next start. At last
/// it accepts no more connections, and open requests get their responses.
///
/// With the default limits all of this takes ten seconds at most, so that whoever stops the process
/// need not kill it.
///
/// [`serve`] describes how it treats connections, and [`Service::run`] the work that it does beside
/// them.
pub async fn run_with(
    service: Service,
    listener: TcpListener,
    app: Router,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, mut told) = watch::channel(false);
    let running = async move {
        service.run(shutdown).await;
        stop.send_replace(true);
    };
    let until = async move { drop(told.wait_for(|stop| *stop).await) };
    tokio::join!(running, serve(listener, app, limits, until));
}

/// Serves a router until `shutdown` ends. Then it accepts no more connections, and lets open ones
/// finish their requests. It does what `axum::serve` does, with limits against slow and idle
/// callers. Each request knows its caller's address.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) {
    let (stopping, stop) = watch::channel(false);
    tokio::pin!(shutdown);
    let free = Arc::new(Semaphore::new(limits.connections));
    let mut open = JoinSet::new();
    loop {
        // A place is taken first. A caller for whom there is none waits in the system's backlog,
        // and costs nothing here.
        let taken = tokio::select! {
            () = shutdown.as_mut() => break,
            taken = async {
                let place = free.clone().acquire_owned().await;
                (place, listener.accept().await)
            } => taken,
        };
        while open.try_join_next().is_some() {}
        match taken {
            (Ok(place), Ok((stream, peer))) => {
                let counted = Open::new();
                let connection = serve_one(stream, peer, router.clone(), limits, stop.clone());
                open.spawn(async move {
                    connection.await;
                    drop((place, counted));
                });
            }
            (_, Err(error)) => {
                tracing::warn!(kind = %error.kind(), "a connection was not taken");
                sleep(ACCEPT_PAUSE).await;
            }
            // The semaphore is never closed.
            (Err(_), Ok(_)) => break,
        }
    }
    drop(listener);
    stopping.send_replace(true);
    let drained = timeout(limits.drain, async { while open.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(connections = open.len(), "connections were cut off");
    }
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    // Responses are small, and should not wait for more data.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Many senders of postbacks close their side at once. What they sent is taken in all the
        // same.
        .half_close(true)
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // A connection that the caller breaks needs no report.
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => {}
        () = sleep(limits.connection_age) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.drain, connection).await;
}
