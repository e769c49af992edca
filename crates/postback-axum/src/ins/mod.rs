//! `POST /ins/{offer_source}?token=`: ClickBank's notifications.
//!
//! There is one refusal: the same status, headers, body, log line, metric and the same one commit,
//! whether the token is missing, the address is not allowed, the body is neither envelope nor form,
//! the secret is wrong, the text is not a notification, its version is not chosen or its caller has
//! guessed too often. The body is kept as it came, in one of two bounded rings, so that a wrong
//! secret loses nothing and strangers evict nothing; which one shows nowhere but in the API. Only
//! when even that fails the answer is 503, and ClickBank tries again.

mod form;

use crate::answer::{fault, json, unavailable};
use crate::body;
use crate::caller::CallerAddress;
use crate::ingest::{Taken, take_in};
use crate::meter;
use crate::state::{AppState, Live};
use axum::{
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use postback::clickbank::envelope::Envelope;
use postback::event::{Event, Interface, Received};
use postback::intake::Caller;
use postback::plan::{Commit, RefusedBody, Ring, Write};
use postback::tracker::Source;
use postback::value::{Query, Timestamp, cut};

/// The name of the token in the pasted URL.
const TOKEN: &str = "token";
/// The most names of other URL parameters that one log line has.
const MAX_NAMES: usize = 8;
/// The longest name that is logged, in characters.
const MAX_NAME: usize = 32;

pub(crate) async fn receive(
    State(state): State<AppState>,
    source: Result<Path<String>, PathRejection>,
    caller: CallerAddress,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let live = state.live();
    let named = source.ok().and_then(|Path(source)| live.tracker.source(Some(&source)));
    let Some(source) = named.filter(|source| live.credentials.key_ring(source.id()).is_some()) else {
        return fault(StatusCode::NOT_FOUND, "no offer source takes notifications here");
    };
    let body = match body::read(body, &state.shared.limits).await {
        Ok(body) => body,
        Err(error) => return error.answer(),
    };
    let query = query.unwrap_or_default();
    // A query that cannot be read presents no token.
    let query = Query::parse(query.as_bytes()).unwrap_or_default();
    name_others(source, &query);
    let now = state.now();
    match event(
        &state,
        &live,
        source,
        caller,
        &query,
        &body,
        Received {
            at: now,
            nonce: state.random(),
        },
    ) {
        Ok(event) => match take_in(&state, &live, event).await {
            Ok(Taken::Decided(reply)) => json(&reply),
            // A notification is never journalled: ClickBank sends it again.
            Ok(Taken::Journalled) | Err(_) => unavailable(),
        },
        Err(ring) => refuse(&state, source, &body, ring, now).await,
    }
}

/// The event of a notification that may and can be read, or the ring of its body. Why not is
/// nobody's to know; the body is kept, so that a person can find out with
/// [`KeyRing::diagnose`](postback::clickbank::envelope::KeyRing::diagnose).
fn event(
    state: &AppState,
    live: &Live,
    source: &Source,
    caller: CallerAddress,
    query: &Query<'_>,
    body: &[u8],
    received: Received,
) -> Result<Event, Ring> {
    let presented = Caller {
        address: caller.0,
        token: query.raw(TOKEN).ok().flatten().map(str::as_bytes),
        type_word: None,
    };
    source
        .authorize(&presented, &live.credentials)
        .map_err(|_| Ring::Doubtful)?;
    if form::is_one(body) {
        return form::within_budget(state, caller, live, source, body, received);
    }
    opened(live, source, body, received)
}

/// The event of a body, whoever posted it, or the ring of a body that the source's own caller
/// posted.
pub(crate) fn opened(live: &Live, source: &Source, body: &[u8], received: Received) -> Result<Event, Ring> {
    if form::is_one(body) {
        return form::opened(live, source, body, received);
    }
    let envelope = Envelope::parse(body).map_err(|_| Ring::Doubtful)?;
    let event = || {
        let notification = live.credentials.key_ring(source.id())?.open(&envelope).ok()?;
        source.event(&notification, received, &live.credentials).ok()
    };
    event().ok_or(Ring::Probable)
}

async fn refuse(state: &AppState, source: &Source, body: &[u8], ring: Ring, at: Timestamp) -> Response {
    let kept = RefusedBody::new(source.id().clone(), at, ring, body.to_vec());
    let commit = Commit::of(vec![Write::Refused(kept)], at);
    let kept = tokio::time::timeout(state.shared.limits.store_timeout, state.shared.store.commit(&commit)).await;
    let source = source.id().as_str();
    match kept {
        Ok(Ok(_)) => {
            meter::refused(source, Interface::Ins, 400);
            tracing::warn!(source, "notification refused");
            fault(StatusCode::BAD_REQUEST, "notification refused")
        }
        Ok(Err(_)) | Err(_) => {
            meter::refused(source, Interface::Ins, 503);
            tracing::error!(source, "a refused notification was not kept");
            unavailable()
        }
    }
}

/// Names what else stands in the URL: most likely it was pasted from another tracker. A name
/// without a value may be the token itself, so it is not shown.
fn name_others(source: &Source, query: &Query<'_>) {
    let others = query
        .pairs()
        .filter(|(name, value)| *name != TOKEN && !value.is_empty());
    let names: Vec<String> = others
        .take(MAX_NAMES)
        .map(|(name, _)| cut(name, MAX_NAME).to_string())
        .collect();
    if !names.is_empty() {
        tracing::info!(source = source.id().as_str(), ignored = ?names, "url parameters are ignored");
    }
}
