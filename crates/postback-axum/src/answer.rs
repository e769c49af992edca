//! The responses that several routes share.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use postback::port::{StoreError, StoreErrorKind};
use postback_service::{RefusedPostback, WantedAnswer};
use serde::Serialize;

/// The `Retry-After` of a response after a failure of the store, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// The smallest transparent image: GIF89a, one pixel, one colour, transparent.
pub(crate) const PIXEL: &[u8] = &[
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02,
    0x02, 0x44, 0x01, 0x00, 0x3b,
];

#[derive(Serialize)]
struct Fault<'a> {
    error: &'a str,
}

#[derive(Serialize)]
struct Journalled {
    outcome: &'static str,
}

/// An error as JSON: `{"error": ".."}`.
pub(crate) fn fault(status: StatusCode, text: &str) -> Response {
    no_store((status, Json(Fault { error: text })).into_response())
}

/// The response to a postback that was refused and kept: `{"error", "reason", "parameter",
/// "kept"}`.
pub(crate) fn kept(status: StatusCode, refused: &RefusedPostback) -> Response {
    no_store((status, Json(refused)).into_response())
}

/// The response that a source wants. A browser shows it as what its `Content-Type` says.
pub(crate) fn wanted(status: StatusCode, answer: WantedAnswer) -> Response {
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    // A type that no header can hold is a problem of the configuration.
    if let Ok(kind) = HeaderValue::from_str(&answer.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    no_store(response)
}

/// An error response that a function returns. It is boxed, so that `Result`s stay small.
pub(crate) type Refusal = Box<Response>;

/// As [`fault`], for returning as an error.
pub(crate) fn refusal(status: StatusCode, text: &str) -> Refusal {
    Box::new(fault(status, text))
}

/// An error as plain text, for a person with a browser.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response {
    no_store((status, text.to_owned()).into_response())
}

/// A response with a value of ours as JSON.
pub(crate) fn json(value: &impl Serialize) -> Response {
    no_store(Json(value).into_response())
}

/// The response to a postback that waits in the journal.
pub(crate) fn journalled() -> Response {
    let mut response = json(&Journalled { outcome: "journalled" });
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// Converts an HTTP status that the service names.
pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A transparent image, of which a browser shows nothing.
pub(crate) fn pixel(status: StatusCode) -> Response {
    no_store(
        (
            status,
            [(header::CONTENT_TYPE, HeaderValue::from_static("image/gif"))],
            PIXEL,
        )
            .into_response(),
    )
}

/// The response to a caller who may try again. What was requested may or may not have happened.
pub(crate) fn unavailable() -> Response {
    retry_later(fault(
        StatusCode::SERVICE_UNAVAILABLE,
        "the store is not available, try again",
    ))
}

pub(crate) fn retry_later(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

/// Forbids caches to store the response, since no response of a tracker is for another visitor.
pub(crate) fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The response to a failed read. It gives details only of what the caller did wrong.
pub(crate) fn store_trouble(error: &StoreError) -> Response {
    match error.kind() {
        StoreErrorKind::ApiMisuse => fault(StatusCode::BAD_REQUEST, &error.to_string()),
        kind if error.is_retryable() => {
            tracing::error!(?kind, error = %error, "the store failed");
            unavailable()
        }
        kind => {
            tracing::error!(?kind, error = %error, "the store failed");
            fault(
                StatusCode::INTERNAL_SERVER_ERROR,
                "what is stored cannot be read: the server's log names it; a newer version wrote it, or it is damaged",
            )
        }
    }
}
