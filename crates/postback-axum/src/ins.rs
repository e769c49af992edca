//! `POST /ins/{offer_source}?token=`: ClickBank's notifications. There is one refusal: the same
//! status, headers and body whatever the cause.

use crate::answer::{fault, json, status, unavailable};
use crate::api::bearer;
use crate::body;
use crate::caller::CallerAddress;
use crate::options::Served;
use axum::{
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use postback::intake::Caller;
use postback_service::NotificationError;

pub(crate) async fn receive(
    State(served): State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let service = served.service();
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    // Nobody's body is read for nothing.
    if service.tracker().source(Some(&source)).is_none() {
        return refused(NotificationError::UnknownSource);
    }
    let body = match body::read(body, &served.options().limits).await {
        Ok(body) => body,
        Err(error) => return error.answer(),
    };
    let query = query.unwrap_or_default();
    match service.notification(&source, caller.0, query.as_bytes(), &body).await {
        Ok(reply) => json(&reply),
        Err(NotificationError::NotStored) => unavailable(),
        Err(error) => refused(error),
    }
}

/// A `GET`, or what else is no `POST`: somebody looks whether the URL works.
pub(crate) async fn looked_at(
    State(served): State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    let query = query.unwrap_or_default();
    let caller = Caller::new(caller.0).with_token(bearer(&headers));
    let mut response = refused(served.service().not_posted(&source, caller, query.as_bytes()).await);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = HeaderValue::from_static("POST,OPTIONS");
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

fn refused(error: NotificationError) -> Response {
    fault(status(error.status()), &error.to_string())
}
