//! `GET` and `POST /postback[/{offer_source}]`.
//!
//! A `GET` is read from its query, a `POST` from its form body alone. What is malformed is said
//! plainly, since whoever pasted the URL must mend it. A browser's pixel (`format=img`) gets its
//! image whatever happened, under the status that says it.

use crate::answer::{Refusal, fault, journalled, json, pixel, refusal, unavailable};
use crate::body;
use crate::caller::CallerAddress;
use crate::ingest::{NotStored, Taken, take_in};
use crate::meter;
use crate::state::AppState;
use axum::{
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use postback::event::{Interface, Received};
use postback::intake::Caller;
use postback::network::Format;
use postback::tracker::Source;
use postback::value::Query;

const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) async fn get(state: State<AppState>, caller: CallerAddress, RawQuery(query): RawQuery) -> Response {
    answer(&state, None, caller, query.unwrap_or_default().as_bytes()).await
}

pub(crate) async fn get_from(
    state: State<AppState>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
) -> Response {
    // A path that is no text names no source.
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    answer(&state, Some(&source), caller, query.unwrap_or_default().as_bytes()).await
}

pub(crate) async fn post(state: State<AppState>, caller: CallerAddress, headers: HeaderMap, body: Body) -> Response {
    from_body(&state, None, caller, &headers, body).await
}

pub(crate) async fn post_from(
    state: State<AppState>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let source = source.map_or_else(|_| String::new(), |Path(source)| source);
    from_body(&state, Some(&source), caller, &headers, body).await
}

async fn from_body(
    state: &AppState,
    source: Option<&str>,
    caller: CallerAddress,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    if !is_form(headers) {
        let response = fault(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body of a postback is a form: `application/x-www-form-urlencoded`",
        );
        return unread(state, source, response);
    }
    match body::read(body, &state.shared.limits).await {
        Ok(body) => answer(state, source, caller, &body).await,
        Err(error) => unread(state, source, error.answer()),
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

async fn answer(state: &AppState, source: Option<&str>, caller: CallerAddress, query: &[u8]) -> Response {
    let query = match Query::parse(query) {
        Ok(query) => query,
        Err(error) => return unread(state, source, fault(StatusCode::BAD_REQUEST, &error.to_string())),
    };
    // Before the source's own names are known, or when they cannot be read, the usual name counts.
    let image = query.pairs().any(|pair| pair == ("format", "img"));
    match take(state, source, caller, &query).await {
        Ok((Taken::Decided(_), asked)) if image || asked => pixel(StatusCode::OK),
        Ok((Taken::Journalled, asked)) if image || asked => pixel(StatusCode::ACCEPTED),
        Ok((Taken::Decided(reply), _)) => json(&reply),
        Ok((Taken::Journalled, _)) => journalled(),
        Err((response, asked)) if !(image || asked) => *response,
        Err((response, _)) => pixel(response.status()),
    }
}

/// The answer to what cannot be read as parameters; it counts as refused by the source that it was
/// meant for, if there is one.
fn unread(state: &AppState, source: Option<&str>, response: Response) -> Response {
    if let Some(source) = state.live().tracker.source(source) {
        refused(state, source, response.status());
    }
    response
}

fn refused(state: &AppState, source: &Source, status: StatusCode) {
    let status = status.as_u16();
    meter::refused(source.id().as_str(), Interface::Postback, status);
    state.shared.refusals.refused(source.id(), status, state.now());
}

/// The reply or the refusal, each with whether the source's own name for `format` asks for an
/// image.
async fn take(
    state: &AppState,
    source: Option<&str>,
    caller: CallerAddress,
    query: &Query<'_>,
) -> Result<(Taken, bool), (Refusal, bool)> {
    let live = state.live();
    let no_source = match source {
        Some(_) => "there is no such offer source",
        None => "there is no default offer source: name one, as in `/postback/{offer_source}`",
    };
    let refuse = |status, text: &str, image| (refusal(status, text), image);
    let source = live
        .tracker
        .source(source)
        .ok_or_else(|| refuse(StatusCode::NOT_FOUND, no_source, false))?;
    let received = Received {
        at: state.now(),
        nonce: state.random(),
    };
    let (event, read) = source.postback(query, received, &live.credentials).map_err(|error| {
        refused(state, source, StatusCode::BAD_REQUEST);
        tracing::info!(source = source.id().as_str(), "postback is malformed");
        refuse(StatusCode::BAD_REQUEST, &error.to_string(), false)
    })?;
    let image = read.format == Some(Format::Image);
    let presented = Caller {
        address: caller.0,
        token: read.token.as_ref().map(|token| token.expose()),
        type_word: read.type_word.as_ref().map(|word| word.as_str()),
    };
    source.authorize(&presented, &live.credentials).map_err(|error| {
        refused(state, source, StatusCode::FORBIDDEN);
        tracing::warn!(source = source.id().as_str(), %error, "postback refused");
        refuse(StatusCode::FORBIDDEN, &error.to_string(), image)
    })?;
    match take_in(state, &live, event).await {
        Ok(taken) => {
            // Of an open type anybody may send one: that says nothing of those that are refused.
            if !presented.type_word.is_some_and(|word| source.is_open(word)) {
                state.shared.refusals.accepted(source.id());
            }
            Ok((taken, image))
        }
        Err(NotStored) => Err((Box::new(unavailable()), image)),
    }
}
