//! Whether it lives, and its numbers.

use crate::answer::{plain, retry_later};
use crate::options::Served;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// 200 when the store answers a trivial read in time.
pub(crate) async fn healthz(State(served): State<Served>) -> Response {
    // It decodes no row, so one that cannot be read does not make a healthy store look ill.
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

/// The numbers in Prometheus' text form.
pub(crate) async fn metrics(State(served): State<Served>) -> Response {
    match &served.options().metrics {
        Some(render) => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            ([(header::CONTENT_TYPE, kind)], render()).into_response()
        }
        None => plain(StatusCode::NOT_FOUND, "no metrics are kept here\n"),
    }
}
