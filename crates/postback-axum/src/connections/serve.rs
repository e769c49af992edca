//! Accepts connections, and ends them in order when the server stops.

use super::limits::ConnectionLimits;
use super::one::serve_one;
use super::places::{MakesRoom, Place, Places};
use super::unread::Unread;
use crate::observe::Open;
use axum::Router;
use postback_service::Service;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// The pause after a connection could not be accepted. Most likely no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often it is said at most that networks have no places left.
const SAID_EVERY: Duration = Duration::from_secs(60);

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
/// finish their requests. It does what `axum::serve` does, with limits against slow, idle and
/// greedy callers. Each request knows its caller's address. A request of HTTP/1.1 without a `Host`,
/// or any with two, is 400.
///
/// A space, a quote, `<`, `>`, a control character or a byte beyond ASCII that stands raw in a
/// request's target is read as its escape, since senders leave them so. What is no HTTP even then
/// is 400; it is counted (`postback_http_unread_total`) and logged with its reason.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) {
    let (stopping, stop) = watch::channel(false);
    tokio::pin!(shutdown);
    let limits = Arc::new(limits);
    let places = Places::new(limits.connections, limits.per_network, limits.trusted_proxies.clone());
    let mut turned_away = TurnedAway::default();
    let unread = Arc::new(Unread::default());
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.as_mut() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        while open.try_join_next().is_some() {}
        match accepted {
            Ok((connection, Some(place))) => {
                let serving = serve_one(
                    connection,
                    place,
                    router.clone(),
                    limits.clone(),
                    unread.clone(),
                    stop.clone(),
                );
                let counted = Open::new();
                open.spawn(async move {
                    serving.await;
                    drop(counted);
                });
            }
            Ok((connection, None)) => {
                drop(connection);
                turned_away.one();
            }
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "a connection was not taken");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stopping.send_replace(true);
    let drained = timeout(limits.drain, async { while open.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(connections = open.len(), "connections were cut off");
    }
}

type Accepted = ((TcpStream, SocketAddr), Option<(Place, MakesRoom)>);

/// Accepts a connection and finds a place for it. While all are in use, one connection waits here
/// and the others in the system's backlog, where they cost nothing.
async fn accept(listener: &TcpListener, places: &Arc<Places>) -> io::Result<Accepted> {
    let connection = listener.accept().await?;
    let place = places.take(connection.1.ip()).await;
    Ok((connection, place))
}

/// Connections that got no place, since their network has too many. A flood of them is one line of
/// the log, and no address stands in it.
#[derive(Default)]
struct TurnedAway {
    unsaid: u64,
    said: Option<Instant>,
}

impl TurnedAway {
    fn one(&mut self) {
        self.unsaid = self.unsaid.saturating_add(1);
        if self.said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
            let connections = self.unsaid;
            tracing::warn!(
                connections,
                "a network has all its places in use, and more was closed; name a proxy of yours as trusted"
            );
            (self.unsaid, self.said) = (0, Some(Instant::now()));
        }
    }
}
