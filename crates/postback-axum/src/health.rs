//! Whether the server lives, whether it is ready, and its metrics.

use crate::answer::{json, plain, retry_later};
use crate::options::Served;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use postback_service::Health;

/// Answers 200 if what comes in now becomes durable: in the store, or in the journal.
pub(crate) async fn healthz(State(served): State<Served>) -> Response {
    let health = look(&served).await;
    match health.store_trouble() {
        None => plain(StatusCode::OK, "ok\n"),
        Some(_) if health.live => plain(StatusCode::OK, "ok: the journal takes what the store does not\n"),
        Some(trouble) => retry_later(plain(StatusCode::SERVICE_UNAVAILABLE, &format!("{trouble}\n"))),
    }
}

/// Answers 200 if all is well, with each check by its name.
pub(crate) async fn readyz(State(served): State<Served>) -> Response {
    let health = look(&served).await;
    let mut response = json(&health);
    if health.ready {
        return response;
    }
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    retry_later(response)
}

async fn look(served: &Served) -> Health {
    served.service().health(served.options().limits.health_timeout).await
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
