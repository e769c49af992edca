//! Serves one connection.

use super::limits::ConnectionLimits;
use super::paced::Paced;
use super::places::{MakesRoom, Place};
use super::unread::Unread;
use crate::answer;
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, StatusCode, Version, header},
    response::Response,
};
use hyper::{
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    future::pending,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// The longest head of a request, in bytes: four times the longest query.
const MAX_HEAD: usize = 64 * 1024;

/// Serves a connection until it ends, makes room, is too old, or the server stops.
pub(crate) async fn serve_one(
    (stream, peer): (TcpStream, SocketAddr),
    (place, mut makes_room): (Place, MakesRoom),
    router: Router,
    limits: Arc<ConnectionLimits>,
    unread: Arc<Unread>,
    mut stop: watch::Receiver<bool>,
) {
    // Responses are small, and should not wait for more data.
    let _ = stream.set_nodelay(true);
    let place = Arc::new(place);
    let paced = Paced::new(stream, Arc::clone(&place), &limits);
    let hostless = Arc::clone(&unread);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        answered(Arc::clone(&place), router.clone(), Arc::clone(&hostless), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Many senders of postbacks close their side at once. What they sent is taken in all the
        // same.
        .half_close(true)
        // The stream keeps both times by itself. With this one hyper reads on at once when a
        // response is done, and the idle time runs.
        .header_read_timeout(limits.idle_timeout.saturating_add(limits.header_timeout))
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(paced), service);
    tokio::pin!(connection);
    let patience = tokio::select! {
        biased;
        _ = &mut makes_room => return,
        ended = connection.as_mut() => return unread.ended(&ended),
        _ = stop.wait_for(|stop| *stop) => limits.drain,
        () = sleep(limits.connection_age) => limits.age_grace,
    };
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        biased;
        _ = makes_room => {}
        ended = timeout(patience, connection) => {
            if let Ok(ended) = ended {
                unread.ended(&ended);
            }
        }
    }
}

async fn answered(
    place: Arc<Place>,
    router: Router,
    unread: Arc<Unread>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    if !place.begin() {
        // The connection has made room, and ends before anything was done.
        return pending().await;
    }
    let under_way = UnderWay(place);
    let response = if names_its_host(&request) {
        router.oneshot(request.map(Body::new)).await?
    } else {
        unread.one("not exactly one `Host`");
        without_host()
    };
    Ok(response.map(|body| Answer {
        body,
        _under_way: under_way,
    }))
}

/// Whether a request says which host it means, once (RFC 9112, section 3.2).
fn names_its_host<B>(request: &hyper::Request<B>) -> bool {
    match request.headers().get_all(header::HOST).iter().count() {
        0 => request.version() < Version::HTTP_11,
        1 => true,
        _ => false,
    }
}

fn without_host() -> Response {
    let mut response = answer::fault(StatusCode::BAD_REQUEST, "exactly one `Host` header is needed");
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A request that is under way until this is dropped.
struct UnderWay(Arc<Place>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.rest();
    }
}

/// The body of a response, until whose end the request is under way.
struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl hyper::body::Body for Answer {
    type Data = bytes::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
