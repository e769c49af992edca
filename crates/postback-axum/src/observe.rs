//! Counting answers, and a span for each request. Labels and fields are routes and statuses: never
//! a query, a token, a body or a value that a caller chose.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use metrics::counter;
use tracing::Instrument;

/// Answers by route and status.
const RESPONSES: &str = "postback_http_responses_total";

/// Counts each answer and gives each request its span.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    // A path with a slash behind it is the same route.
    let route = route.strip_suffix('/').unwrap_or(route).to_owned();
    let span = tracing::info_span!("request", method = method(request.method()), route = %route);
    let response = next.run(request).instrument(span).await;
    counter!(RESPONSES, "route" => route, "status" => response.status().as_u16().to_string()).increment(1);
    response
}

/// A method is a caller's own word, unless it is a known one.
fn method(method: &http::Method) -> &'static str {
    match *method {
        http::Method::GET => "GET",
        http::Method::POST => "POST",
        http::Method::HEAD => "HEAD",
        _ => "other",
    }
}
