//! Whether the server is healthy, and its metrics.

use crate::answer::{plain, retry_later};
use crate::options::Served;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Answers 200 if the store answers a trivial read in time.
pub(crate) async fn healthz(State(served): State<Served>) -> Response {
    // The read decodes no row, so that a row that cannot be read does not make a healthy store look
    // broken.
    let tracker = served.service().tracker();
    let read = served.service().stores().inspect.configuration(tracker.fingerprint());
    match tokio::time::timeout(served.options().limits.health_timeout, read).await {
        Ok(Ok(_)) => plain(StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::error!(kind = ?error.kind(), error = %error, "the store failed");
            retry_later(plain(StatusCode::SERVICE_UNAVAILABLE, "the store failed\n"))
        }
        Err(_) => retry_later(plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "the store does not answer in time\n",
        )),
    }
}

/// Returns the metrics in Prometheus' text format.
pub(crate) async fn metrics(State(served): State<Served>) -> Response {
    match &served.options().metrics {
        Some(render) => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], render()).into_response()
        }
        None => plain(StatusCode::NOT_FOUND, "no metrics are kept here\n"),
    }
}
