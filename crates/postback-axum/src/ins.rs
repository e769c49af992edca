//! `POST /ins/{offer_source}?token=`: receives ClickBank's notifications. Every refusal has the
//! same status, headers and body, whatever the cause.

use crate::answer::{fault, json, status, unavailable};
use crate::body;
use crate::caller::{Called, CallerAddress};
use crate::options::Served;
use crate::source_name::SourceName;
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use postback_service::NotificationError;

pub(crate) async fn receive(
    State(served): State<Served>,
    source: SourceName,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let service = served.service();
    let source = source.named();
    // The body is not read if there is no such source.
    if service.tracker().source(Some(source)).is_none() {
        return refused(NotificationError::UnknownSource);
    }
    let body = match body::read(body, &served.options().limits).await {
        Ok(body) => body,
        Err(error) => return error.answer(),
    };
    let query = query.unwrap_or_default();
    match service.notification(source, caller.0, query.as_bytes(), &body).await {
        Ok(reply) => json(&reply),
        Err(NotificationError::NotStored) => unavailable(),
        Err(error) => refused(error),
    }
}

/// Answers a `GET`, or another method that is not `POST`: somebody checks whether the URL works.
pub(crate) async fn looked_at(
    State(served): State<Served>,
    source: SourceName,
    called: Called,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let looked = served
        .service()
        .not_posted(source.named(), called.caller(), query.as_bytes());
    let mut response = refused(looked.await);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = HeaderValue::from_static("POST,OPTIONS");
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

fn refused(error: NotificationError) -> Response {
    fault(status(error.status()), &error.to_string())
}
