//! `POST /api/refused/retry?source=`: the notifications that were refused are tried again, with the secrets of now.
//!
//! A wrong secret is often mended by a restart, so the bodies wait in the store. Who posted them is not asked again: whoever has the API's token
//! vouches for them, and a body opens with the source's secret alone. An event is stored before its body is forgotten, so that a crash in
//! between costs no more than a duplicate.

use super::parameters::Parameters;
use super::{either, read};
use crate::answer::{Refusal, json, refusal, unavailable};
use crate::ingest::{Taken, take_in};
use crate::ins;
use crate::state::AppState;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};
use postback::event::Received;
use postback::port::{PageRequest, Purge};
use postback::tracker::RefusedBody;
use postback::value::OfferSourceId;
use serde::Serialize;
use tokio::time::Instant;

/// The most notifications that one call takes in: each is a decision and a transaction, and somebody waits. What is refused again costs little
/// more than its decryption, so it is not counted, and each call begins with the oldest.
const MAX_TAKEN: usize = 64;
/// How many refused bodies are read at once: each may be as long as a body may be.
const PAGE: u32 = 32;

#[derive(Debug, Default, Serialize)]
struct Retried {
    /// Taken in, by this call or when they were sent again; they are kept no more.
    taken: usize,
    /// Refused again, and still kept.
    still_refused: usize,
    /// Still kept because this call had no time for them or the store did not take them: call again.
    remaining: usize,
}

pub(crate) async fn retry(State(state): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        let id: Option<OfferSourceId> = parameters.typed("source")?;
        let id = id.ok_or_else(|| refusal(StatusCode::BAD_REQUEST, "parameter `source` is missing"))?;
        let mut kept = Vec::new();
        each_kept(&state, &id, |body| kept.push(body)).await?;
        let (retried, taken) = retry_all(&state, &id, kept).await?;
        if taken.is_empty() && retried.remaining > 0 {
            return Err(Box::new(unavailable()));
        }
        if !taken.is_empty() {
            read(&state, state.shared.store.purge(&Purge::Refused(taken))).await?;
        }
        let Retried {
            taken,
            still_refused,
            remaining,
        } = retried;
        tracing::info!(
            source = id.as_str(),
            taken,
            still_refused,
            remaining,
            "refused notifications tried again"
        );
        Ok(json(&retried))
    };
    either(answer.await)
}

/// Tries these bodies, listed newest first, from the oldest on; with the answer those that were taken in.
async fn retry_all(
    state: &AppState,
    id: &OfferSourceId,
    kept: Vec<RefusedBody>,
) -> Result<(Retried, Vec<RefusedBody>), Refusal> {
    let live = state.live();
    let source = live.tracker.source(Some(id.as_str()));
    let source = source
        .filter(|source| live.credentials.key_ring(source.id()).is_some())
        .ok_or_else(|| {
            let text = format!("offer source `{id}` takes no notifications");
            refusal(StatusCode::NOT_FOUND, &text)
        })?;
    let until = Instant::now().checked_add(state.shared.limits.api_timeout);
    let mut retried = Retried::default();
    let mut taken = Vec::new();
    for body in kept.into_iter().rev() {
        if taken.len() >= MAX_TAKEN || until.is_some_and(|until| Instant::now() >= until) {
            retried.remaining = retried.remaining.saturating_add(1);
            continue;
        }
        // It is received now, as if it were sent again: lists and late attribution go by the order in which events could be read.
        let received = Received {
            at: state.now(),
            nonce: state.random(),
        };
        let Some(event) = ins::opened(&live, source, &body.body, received) else {
            retried.still_refused = retried.still_refused.saturating_add(1);
            continue;
        };
        match take_in(state, &live, event).await {
            Ok(Taken::Decided(_)) => taken.push(body),
            Ok(Taken::Journalled) | Err(_) => retried.remaining = retried.remaining.saturating_add(1),
        }
    }
    retried.taken = taken.len();
    Ok((retried, taken))
}

/// Reads the refused bodies of a source that are kept, newest first.
pub(super) async fn each_kept(
    state: &AppState,
    source: &OfferSourceId,
    mut visit: impl FnMut(RefusedBody),
) -> Result<(), Refusal> {
    let mut request = PageRequest::first(PAGE);
    loop {
        let page = read(state, state.shared.inspect.refused(source, &request)).await?;
        page.items.into_iter().for_each(&mut visit);
        match page.next {
            Some(next) => request.after = next,
            None => return Ok(()),
        }
    }
}
