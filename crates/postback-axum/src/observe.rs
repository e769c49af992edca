//! Counts responses and open connections, and gives each request a span. Labels and fields are
//! routes and statuses. They are never a query, a token, a body or a value that a caller chose.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use metrics::{counter, describe_counter, describe_gauge};
use tracing::Instrument;

const RESPONSES: &str = "postback_http_responses_total";

const CONNECTIONS: &str = "postback_http_connections";

const UNREAD: &str = "postback_http_unread_total";

/// Tells whatever recorder the host has installed what is counted here.
pub(crate) fn describe() {
    describe_counter!(RESPONSES, "Responses, by `route` and `status`.");
    describe_gauge!(
        CONNECTIONS,
        "Connections that are open, where `postback_axum::serve` accepts them."
    );
    describe_counter!(
        UNREAD,
        "Requests that are no HTTP as `postback_axum::serve` reads it, by `reason`; they are in no other number."
    );
}

/// Counts a connection for as long as it is open.
#[cfg(feature = "serve")]
#[derive(Debug)]
pub(crate) struct Open(());

#[cfg(feature = "serve")]
impl Open {
    pub(crate) fn new() -> Self {
        metrics::gauge!(CONNECTIONS).increment(1.0);
        Self(())
    }
}

#[cfg(feature = "serve")]
impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!(CONNECTIONS).decrement(1.0);
    }
}

/// Counts a request that could not be read.
#[cfg(feature = "serve")]
pub(crate) fn unread(reason: &str) {
    counter!(UNREAD, "reason" => reason.to_owned()).increment(1);
}

/// Counts each response, and gives each request its span.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    // A path with a slash behind it, or with two before it, is the same route.
    let route = route.strip_suffix('/').unwrap_or(route);
    let route = route
        .strip_prefix('/')
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(route)
        .to_owned();
    let span = tracing::info_span!("request", method = method(request.method()), route = %route);
    let response = next.run(request).instrument(span).await;
    counter!(RESPONSES, "route" => route, "status" => response.status().as_u16().to_string()).increment(1);
    response
}

/// Returns the method if it is a known one, since any other is the caller's own word.
fn method(method: &http::Method) -> &'static str {
    match *method {
        http::Method::GET => "GET",
        http::Method::POST => "POST",
        http::Method::HEAD => "HEAD",
        http::Method::PUT => "PUT",
        http::Method::PATCH => "PATCH",
        http::Method::DELETE => "DELETE",
        http::Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_names_the_methods_that_are_known_and_no_word_of_a_caller() {
        for known in ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert_eq!(method(&http::Method::from_bytes(known.as_bytes()).unwrap()), known);
        }
        assert_eq!(method(&http::Method::from_bytes(b"SECRET-WORD").unwrap()), "other");
    }
}
