//! `POST /api/refused/retry?source=`: the notifications that were refused are tried again, with the
//! secrets of now.
//!
//! A wrong secret is often mended by a restart, so the bodies wait in the store. Who posted them is
//! not asked again: whoever has the API's token vouches for them, and a body opens with the
//! source's secret alone. An event is stored before its body is forgotten, so that a crash in
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
use postback::plan::{MAX_REFUSED, RefusedRow};
use postback::port::{PageRequest, Purge};
use postback::value::{OfferSourceId, RefusedId};
use serde::Serialize;
use tokio::time::Instant;

/// The most notifications that one call takes in: each is a decision and a transaction, and
/// somebody waits. What is refused again costs little more than its decryption, so it is not
/// counted, and each call begins with the oldest.
const MAX_TAKEN: usize = 64;
/// How many rows are listed at once: as many as both rings hold.
const PAGE: u32 = 2 * MAX_REFUSED;

#[derive(Debug, Default, Serialize)]
struct Retried {
    /// Taken in, by this call or when they were sent again; they are kept no more.
    taken: usize,
    /// Refused again, and still kept.
    still_refused: usize,
    /// Still kept because this call had no time for them or the store did not take them: call
    /// again.
    remaining: usize,
}

pub(crate) async fn retry(State(state): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let answer = async {
        let parameters = Parameters::parse(query.as_deref(), &["source"])?;
        let id: Option<OfferSourceId> = parameters.typed("source")?;
        let id = id.ok_or_else(|| refusal(StatusCode::BAD_REQUEST, "parameter `source` is missing"))?;
        let kept = kept(&state, &id).await?;
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

/// Tries these bodies, listed newest first, from the oldest on and one at a time: each may be as
/// long as a body may be. With the answer those that were taken in.
async fn retry_all(
    state: &AppState,
    id: &OfferSourceId,
    kept: Vec<RefusedRow>,
) -> Result<(Retried, Vec<RefusedId>), Refusal> {
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
    for row in kept.into_iter().rev() {
        if taken.len() >= MAX_TAKEN || until.is_some_and(|until| Instant::now() >= until) {
            retried.remaining = retried.remaining.saturating_add(1);
            continue;
        }
        let body = match read(state, state.shared.inspect.refused_body(&row.id)).await {
            Ok(Some(body)) => body,
            // A newer one took its place meanwhile.
            Ok(None) => continue,
            // What was taken in before it is still to be forgotten.
            Err(_) => {
                retried.remaining = retried.remaining.saturating_add(1);
                continue;
            }
        };
        // It is received now, as if it were sent again: lists and late attribution go by the order
        // in which events could be read.
        let received = Received {
            at: state.now(),
            nonce: state.random(),
        };
        let Ok(mut event) = ins::opened(&live, source, &body, received) else {
            retried.still_refused = retried.still_refused.saturating_add(1);
            continue;
        };
        // What has no time of its own happened when it came first.
        if !event.timed {
            event.at = row.at;
        }
        match take_in(state, &live, event).await {
            Ok(Taken::Decided(_)) => taken.push(row.id),
            Ok(Taken::Journalled) | Err(_) => retried.remaining = retried.remaining.saturating_add(1),
        }
    }
    retried.taken = taken.len();
    Ok((retried, taken))
}

/// The refused bodies of a source that are kept, newest first, without their bytes.
pub(super) async fn kept(state: &AppState, source: &OfferSourceId) -> Result<Vec<RefusedRow>, Refusal> {
    let mut request = PageRequest::first(PAGE);
    let mut kept = Vec::new();
    loop {
        let page = read(state, state.shared.inspect.refused(source, &request)).await?;
        kept.extend(page.items);
        match page.next {
            Some(next) => request.after = next,
            None => return Ok(kept),
        }
    }
}
