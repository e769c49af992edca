//! `/api` and `/metrics`, for people and their tools. They require a bearer token.
//!
//! Rows are shown as they are stored, without personal values; lists are
//! `{"items": [..], "next": cursor}`, newest first.

mod again;
mod attribute;
mod conversion_apis;
mod decide;
mod erase;
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
use crate::caller::bearer;
use crate::health;
use crate::methods::{At, Route, delete, get, post};
use crate::options::Served;
use axum::{
    Router,
    extract::{FromRequestParts, Path, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::Response,
};
use parameters::Parameters;
use postback::port::{BoxFuture, Inspect, StoreError};
use postback::value::ClickId;
use std::str::FromStr;

/// Says why the API does not answer, and what to do. How the host gets the token is not said, since
/// each host decides that.
const CLOSED: &str = "the api is closed: whoever runs this service can open it by giving it a bearer token";

/// The routes behind the bearer token.
pub(crate) fn guarded(served: &Served) -> Router<Served> {
    Router::new()
        .routes(routes())
        .route_layer(middleware::from_fn_with_state(served.clone(), guard))
}

/// The same, with what each takes.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        ("/api/clicks/{id}", get(click)),
        ("/api/clicks/{id}/private", delete(erase::click)),
        ("/api/receipts/{receipt}/private", delete(erase::receipt)),
        ("/api/conversions", get(lists::conversions).and_post(upload::upload)),
        ("/api/events", get(lists::events)),
        ("/api/deliveries", get(lists::deliveries)),
        ("/api/deliveries/retry", post(again::retry_many)),
        ("/api/deliveries/resend", post(again::resend_many)),
        ("/api/deliveries/cancel", post(again::cancel_many)),
        ("/api/deliveries/{id}/retry", post(again::retry)),
        ("/api/deliveries/{id}/resend", post(again::resend)),
        ("/api/deliveries/{id}/cancel", post(again::cancel)),
        ("/api/events/decide", post(decide::decide)),
        ("/api/events/{id}/attribute", post(attribute::attribute)),
        ("/api/explain", get(explain::explain)),
        ("/api/sources", get(sources::sources)),
        ("/api/conversion-apis", get(conversion_apis::conversion_apis)),
        ("/api/refused", get(refused::list).delete(refused::dismiss_all)),
        ("/api/refused/retry", post(refused::retry)),
        ("/api/refused/{id}", get(refused::one).delete(refused::dismiss)),
        ("/api/journal", get(journal::show)),
        ("/api/journal/retry", post(journal::retry)),
        ("/api/journal/discard", post(journal::discard)),
        ("/api/reload", post(reload::reload)),
        ("/metrics", get(health::metrics)),
    ]
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

/// The contract by which people look at stored rows.
fn inspect(served: &Served) -> &dyn Inspect {
    &*served.service().stores().inspect
}

/// Reads from the store while a person waits.
async fn read<T>(served: &Served, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, Refusal> {
    match tokio::time::timeout(served.options().limits.api_timeout, reading).await {
        Ok(read) => read.map_err(|error| Box::new(store_trouble(&error))),
        Err(_) => Err(Box::new(unavailable())),
    }
}

fn either(answer: Result<Response, Refusal>) -> Response {
    answer.unwrap_or_else(|refusal| *refusal)
}

/// The id in the path of a URL without parameters. Its type says what is wrong with a text.
struct Row<T>(T);

impl<T> FromRequestParts<Served> for Row<T>
where
    T: FromStr,
    T::Err: ToString,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Response> {
        Parameters::parse(parts.uri.query(), &[]).map_err(|refusal| *refusal)?;
        let AskedRow(id) = AskedRow::from_request_parts(parts, served).await?;
        Ok(Self(id))
    }
}

/// The same for a URL whose parameters the handler reads.
struct AskedRow<T>(T);

impl<T> FromRequestParts<Served> for AskedRow<T>
where
    T: FromStr,
    T::Err: ToString,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, served: &Served) -> Result<Self, Response> {
        let bad = |text: &str| fault(StatusCode::BAD_REQUEST, text);
        let Path(text) = Path::<String>::from_request_parts(parts, served)
            .await
            .map_err(|_| bad("the id in the path is no text"))?;
        text.parse().map(Self).map_err(|error: T::Err| bad(&error.to_string()))
    }
}

async fn click(State(served): State<Served>, Row(id): Row<ClickId>) -> Response {
    let answer = async {
        let click = read(&served, inspect(&served).click(&id)).await?;
        // The click's personal values are not serialised.
        Ok(json(&click.ok_or_else(|| unknown_click(&id))?))
    };
    either(answer.await)
}

fn unknown_click(id: &ClickId) -> Refusal {
    refusal(StatusCode::NOT_FOUND, &format!("click `{id}` is not known"))
}
