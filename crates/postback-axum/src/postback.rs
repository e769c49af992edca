//! `GET` and `POST /postback[/{offer_source}]`.
//!
//! A `GET` is read from its query, a `POST` from its query and its body together: a form, a JSON
//! object, or nothing. The token may stand in either, or in `Authorization`. What is malformed is
//! said plainly, with the id under which it is kept, since whoever pasted the URL must mend it. A
//! browser's pixel (`format=img`) gets its image whatever happened, under the status that says it.
//! `HEAD` has the status alone, and nothing is taken in.

use crate::answer::{fault, journalled, json, kept, no_store, pixel, status, unavailable, wanted};
use crate::api::bearer;
use crate::body;
use crate::caller::CallerAddress;
use crate::options::Served;
use axum::{
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use postback::decide::Reply;
use postback::intake::{Caller, PostedPostback};
use postback_service::{PostbackError, Taken};
use serde::Serialize;

/// What a sender is told of a postback that was taken in.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    reply: Reply,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
}

pub(crate) async fn get(
    served: State<Served>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    answer(&served, None, caller, &headers, &PostedPostback::new(query.as_bytes())).await
}

pub(crate) async fn get_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    // A path that is no text names no source.
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    let query = query.unwrap_or_default();
    let posted = PostedPostback::new(query.as_bytes());
    answer(&served, Some(&source), caller, &headers, &posted).await
}

pub(crate) async fn head(
    served: State<Served>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    preview(&served, None, Caller::new(caller.0).with_token(bearer(&headers)), query)
}

pub(crate) async fn head_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    let caller = Caller::new(caller.0).with_token(bearer(&headers));
    preview(&served, Some(&source), caller, query)
}

fn preview(served: &Served, source: Option<&str>, caller: Caller<'_>, query: Option<String>) -> Response {
    let query = query.unwrap_or_default();
    let code = served.service().preview_postback(source, caller, query.as_bytes());
    no_store(status(code).into_response())
}

pub(crate) async fn post(
    served: State<Served>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    from_body(&served, None, caller, (query, headers), body).await
}

pub(crate) async fn post_from(
    served: State<Served>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    from_body(&served, Some(&source), caller, (query, headers), body).await
}

async fn from_body(
    served: &Served,
    source: Option<&str>,
    caller: CallerAddress,
    parts: (Option<String>, HeaderMap),
    body: Body,
) -> Response {
    let (query, headers) = parts;
    let query = query.unwrap_or_default();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match body::read(body, &served.options().limits).await {
        Ok(body) => {
            let posted = PostedPostback::new(query.as_bytes()).with_body(kind, &body);
            answer(served, source, caller, &headers, &posted).await
        }
        Err(error) => {
            let response = error.answer();
            let caller = Caller::new(caller.0).with_token(bearer(&headers));
            let (service, status) = (served.service(), response.status().as_u16());
            service.unread_postback(source, caller, query.as_bytes(), status).await;
            response
        }
    }
}

async fn answer(
    served: &Served,
    source: Option<&str>,
    caller: CallerAddress,
    headers: &HeaderMap,
    posted: &PostedPostback<'_>,
) -> Response {
    let caller = Caller::new(caller.0).with_token(bearer(headers));
    let answer = served.service().posted(source, caller, posted).await;
    let code = status(answer.status);
    if answer.image {
        return pixel(code);
    }
    if let Some(answer) = answer.wanted {
        return wanted(code, answer);
    }
    let (ignored, hints) = (answer.ignored, answer.hints);
    match answer.taken {
        Ok(Taken::Decided(reply)) => json(&Told { reply, ignored, hints }),
        Ok(Taken::Journalled) => journalled(),
        Err(PostbackError::NotStored) => unavailable(),
        Err(PostbackError::Refused(refused)) => kept(code, &refused),
        Err(error) => fault(code, &error.to_string()),
    }
}
