//! `GET` and `POST /postback[/{offer_source}]`.
//!
//! A `GET` is read from its query, a `POST` from its form body alone. What is malformed is said
//! plainly, with the id under which it is kept, since whoever pasted the URL must mend it. A
//! browser's pixel (`format=img`) gets its image whatever happened, under the status that says it.
//! `HEAD` has the status alone, and nothing is taken in.

use crate::answer::{fault, journalled, json, kept, no_store, pixel, status, unavailable};
use crate::body;
use crate::caller::CallerAddress;
use crate::options::Served;
use axum::{
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use postback_service::{PostbackAnswer, PostbackError, Taken};

const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) async fn get(served: State<Served>, caller: CallerAddress, RawQuery(query): RawQuery) -> Response {
    answer(&served, None, caller, query.unwrap_or_default().as_bytes()).await
}

pub(crate) async fn get_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
) -> Response {
    // A path that is no text names no source.
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    answer(&served, Some(&source), caller, query.unwrap_or_default().as_bytes()).await
}

pub(crate) async fn head(served: State<Served>, caller: CallerAddress, RawQuery(query): RawQuery) -> Response {
    preview(&served, None, caller, query)
}

pub(crate) async fn head_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    preview(&served, Some(&source), caller, query)
}

fn preview(served: &Served, source: Option<&str>, caller: CallerAddress, query: Option<String>) -> Response {
    let query = query.unwrap_or_default();
    let code = served.service().preview_postback(source, caller.0, query.as_bytes());
    no_store(status(code).into_response())
}

pub(crate) async fn post(served: State<Served>, caller: CallerAddress, headers: HeaderMap, body: Body) -> Response {
    from_body(&served, None, caller, &headers, body).await
}

pub(crate) async fn post_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    from_body(&served, Some(&source), caller, &headers, body).await
}

async fn from_body(
    served: &Served,
    source: Option<&str>,
    caller: CallerAddress,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let body = match is_form(headers) {
        true => body::read(body, &served.options().limits)
            .await
            .map_err(|error| error.answer()),
        false => Err(fault(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body of a postback is a form: `application/x-www-form-urlencoded`",
        )),
    };
    match body {
        Ok(body) => answer(served, source, caller, &body).await,
        Err(response) => {
            served.service().refuse_postback(source, response.status().as_u16());
            response
        }
    }
}

/// Small senders leave the type out, so that is taken as a form.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default();
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

async fn answer(served: &Served, source: Option<&str>, caller: CallerAddress, query: &[u8]) -> Response {
    let PostbackAnswer { taken, image, .. } = served.service().postback(source, caller.0, query).await;
    match taken {
        Ok(Taken::Decided(_)) if image => pixel(StatusCode::OK),
        Ok(Taken::Decided(reply)) => json(&reply),
        Ok(Taken::Journalled) if image => pixel(StatusCode::ACCEPTED),
        Ok(Taken::Journalled) => journalled(),
        Err(error) if image => pixel(status(error.status())),
        Err(PostbackError::NotStored) => unavailable(),
        Err(PostbackError::Refused(refused)) => kept(&refused),
        Err(error) => fault(status(error.status()), &error.to_string()),
    }
}
