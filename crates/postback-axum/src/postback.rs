//! `GET` and `POST /postback[/{offer_source}]`.
//!
//! A `GET` is read from its query, a `POST` from its query and its body together: a form, a JSON
//! object, or nothing. The token may stand in either, or in `Authorization`. The response says
//! plainly what is malformed, with the id under which the postback is kept, since whoever pasted
//! the URL must correct it. A browser's pixel (`format=img`) gets its image whatever the outcome,
//! with the HTTP status of the outcome. `HEAD` gets only the status, and nothing is taken in.

use crate::answer::{fault, journalled, json, kept, no_store, pixel, status, unavailable, wanted};
use crate::body;
use crate::caller::Called;
use crate::options::Served;
use crate::source_name::SourceName;
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use postback::decide::Reply;
use postback::intake::PostedPostback;
use postback_service::{PostbackError, Taken};
use serde::Serialize;

/// The response to a postback that was taken in.
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
    source: SourceName,
    called: Called,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    answer(&served, &source, &called, &PostedPostback::new(query.as_bytes())).await
}

pub(crate) async fn head(
    served: State<Served>,
    source: SourceName,
    called: Called,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let code = served
        .service()
        .preview_postback(source.as_deref(), called.caller(), query.as_bytes());
    no_store(status(code).into_response())
}

pub(crate) async fn post(
    served: State<Served>,
    source: SourceName,
    called: Called,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let query = query.unwrap_or_default();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match body::read(body, &served.options().limits).await {
        Ok(body) => {
            let posted = PostedPostback::new(query.as_bytes()).with_body(kind, &body);
            answer(&served, &source, &called, &posted).await
        }
        Err(error) => {
            let response = error.answer();
            let (service, status) = (served.service(), response.status().as_u16());
            service
                .unread_postback(source.as_deref(), called.caller(), query.as_bytes(), status)
                .await;
            response
        }
    }
}

async fn answer(served: &Served, source: &SourceName, called: &Called, posted: &PostedPostback<'_>) -> Response {
    let answer = served
        .service()
        .posted(source.as_deref(), called.caller(), posted)
        .await;
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
