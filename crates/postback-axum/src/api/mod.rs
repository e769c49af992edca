//! `/api` and `/metrics`: what a person and their tools look at, behind a bearer token.
//!
//! Rows are shown as they are stored, without personal values; lists are
//! `{"items": [..], "next": cursor}`, newest first.

mod again;
mod attribute;
mod explain;
mod journal;
mod lists;
mod named;
mod parameters;
mod refused;
mod reload;
mod sources;
mod upload;
mod view;

use crate::answer::{Refusal, fault, json, refusal, store_trouble, unavailable};
use crate::health;
use crate::methods::{At, get, post};
use crate::options::Served;
use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use parameters::Parameters;
use postback::port::{BoxFuture, Inspect, StoreError};
use postback::value::ClickId;
use std::str::FromStr;

/// Why the API does not answer, and what to do; by which variable or file a host is given the token
/// is the host's affair.
const CLOSED: &str = "the api is closed: whoever runs this service can open it by giving it a bearer token";

pub(crate) fn routes(served: &Served) -> Router<Served> {
    Router::new()
        .at("/api/clicks/{id}", get(click))
        .at("/api/conversions", get(lists::conversions).and_post(upload::upload))
        .at("/api/events", get(lists::events))
        .at("/api/deliveries", get(lists::deliveries))
        .at("/api/deliveries/retry", post(again::retry_many))
        .at("/api/deliveries/resend", post(again::resend_many))
        .at("/api/deliveries/{id}/retry", post(again::retry))
        .at("/api/deliveries/{id}/resend", post(again::resend))
        .at("/api/events/{id}/attribute", post(attribute::attribute))
        .at("/api/explain", get(explain::explain))
        .at("/api/sources", get(sources::sources))
        .at("/api/refused", get(refused::list).delete(refused::dismiss_all))
        .at("/api/refused/retry", post(refused::retry))
        .at("/api/refused/{id}", get(refused::one).delete(refused::dismiss))
        .at("/api/journal/discard", post(journal::discard))
        .at("/api/reload", post(reload::reload))
        .at("/metrics", get(health::metrics))
        .route_layer(middleware::from_fn_with_state(served.clone(), guard))
}

async fn guard(State(served): State<Served>, request: Request, next: Next) -> Response {
    let Some(token) = &served.options().api_token else {
        return fault(StatusCode::FORBIDDEN, CLOSED);
    };
    match bearer(request.headers()) {
        Some(presented) if token.matches(presented) => next.run(request).await,
        _ => {
            let mut response = fault(StatusCode::UNAUTHORIZED, "the bearer token is missing or wrong");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
    }
}

/// The token of `Authorization: Bearer ..`; the scheme in any case (RFC 9110, section 11.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .as_bytes()
        .split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}

/// What is stored, to be looked at.
fn inspect(served: &Served) -> &dyn Inspect {
    &*served.service().stores().inspect
}

/// A read of the store that a person waits for.
async fn read<T>(served: &Served, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, Refusal> {
    match tokio::time::timeout(served.options().limits.api_timeout, reading).await {
        Ok(read) => read.map_err(|error| Box::new(store_trouble(&error))),
        Err(_) => Err(Box::new(unavailable())),
    }
}

fn either(answer: Result<Response, Refusal>) -> Response {
    answer.unwrap_or_else(|refusal| *refusal)
}

/// The id in a path, of a type that says what is wrong with it.
fn id<T: FromStr<Err = E>, E: ToString>(path: Result<Path<String>, PathRejection>) -> Result<T, Refusal> {
    let text = path
        .map_err(|_| refusal(StatusCode::BAD_REQUEST, "the id in the path is no text"))?
        .0;
    text.parse()
        .map_err(|error: E| refusal(StatusCode::BAD_REQUEST, &error.to_string()))
}

async fn click(
    State(served): State<Served>,
    path: Result<Path<String>, PathRejection>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Response {
    let answer = async {
        Parameters::parse(query.as_deref(), &[])?;
        let id: ClickId = id(path)?;
        let click = read(&served, inspect(&served).click(&id)).await?;
        // Its personal values are not part of what is serialised.
        Ok(json(&click.ok_or_else(|| unknown_click(&id))?))
    };
    either(answer.await)
}

fn unknown_click(id: &ClickId) -> Refusal {
    refusal(StatusCode::NOT_FOUND, &format!("click `{id}` is not known"))
}
