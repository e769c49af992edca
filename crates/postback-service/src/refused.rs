//! The notifications that were refused are tried again, with the secrets of now.
//!
//! A wrong secret is often mended by a reload, so the bodies wait in the store. Who posted them is
//! not asked again: whoever may call this vouches for them, and a body opens with the source's
//! secret alone. An event is stored before its body is forgotten, so that a crash in between costs
//! no more than a duplicate.

use crate::ingest::{Taken, take_in};
use crate::shared::Shared;
use postback::event::Interface;
use postback::intake::Intake;
use postback::plan::{DEFAULT_REFUSED, RefusedRow};
use postback::port::{BoxFuture, PageRequest, Purge, RefusedFilter, StoreError};
use postback::value::{OfferSourceId, RefusedId};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use thiserror::Error;
use tokio::time::{Instant, timeout};

/// The most notifications that one call takes in: each is a decision and a transaction, and
/// somebody waits. What is refused again costs little more than its decryption, so it is not
/// counted, and each call begins with the oldest.
const MAX_TAKEN: usize = 64;
/// How many rows are listed at once: as many as both rings hold.
const PAGE: u32 = 2 * DEFAULT_REFUSED;

/// What trying refused notifications again came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retried {
    /// Taken in, by this call or when they were sent again; they are kept no more.
    pub taken: usize,
    /// Refused again, and still kept.
    pub still_refused: usize,
    /// Still kept because this call had no time for them or the store did not take them: call
    /// again.
    pub remaining: usize,
}

/// Refused notifications that could not be tried again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RetryError {
    /// The source is not configured or has no secret to read notifications with.
    #[error("offer source `{0}` takes no notifications")]
    TakesNone(OfferSourceId),
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store does not answer in time, or took none of them.
    #[error("the store is not available, try again")]
    Unavailable,
}

/// Tries those of a source again. `patience` is the time for each read of the store, and for all of
/// the notifications.
pub(crate) async fn retry(shared: &Arc<Shared>, id: &OfferSourceId, patience: Duration) -> Result<Retried, RetryError> {
    let kept = kept(shared, id, patience).await?;
    let (retried, taken) = retry_all(shared, id, kept, patience).await?;
    if taken.is_empty() && retried.remaining > 0 {
        return Err(RetryError::Unavailable);
    }
    if !taken.is_empty() {
        within(patience, shared.stores.store.purge(&Purge::Refused(taken))).await?;
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
    Ok(retried)
}

/// The refused bodies of a source that are kept, newest first, without their bytes.
pub(crate) async fn kept(
    shared: &Shared,
    source: &OfferSourceId,
    patience: Duration,
) -> Result<Vec<RefusedRow>, RetryError> {
    let mut filter = RefusedFilter::of_source(source.clone());
    filter.interface = Some(Interface::Ins);
    let mut request = PageRequest::first(PAGE);
    let mut kept = Vec::new();
    loop {
        let page = within(patience, shared.stores.inspect.refused(&filter, &request)).await?;
        kept.extend(page.items);
        match page.next {
            Some(next) => request.after = next,
            None => return Ok(kept),
        }
    }
}

/// Tries these bodies, listed newest first, from the oldest on and one at a time: each may be as
/// long as a body may be. With the answer those that were taken in.
async fn retry_all(
    shared: &Arc<Shared>,
    id: &OfferSourceId,
    kept: Vec<RefusedRow>,
    patience: Duration,
) -> Result<(Retried, Vec<RefusedId>), RetryError> {
    let live = shared.live();
    let source = live.tracker.source(Some(id.as_str()));
    let source = source
        .filter(|source| live.credentials.takes_notifications(source.id()))
        .ok_or_else(|| RetryError::TakesNone(id.clone()))?;
    let until = Instant::now().checked_add(patience);
    let mut retried = Retried::default();
    let mut taken = Vec::new();
    for row in kept.into_iter().rev() {
        if taken.len() >= MAX_TAKEN || until.is_some_and(|until| Instant::now() >= until) {
            retried.remaining = retried.remaining.saturating_add(1);
            continue;
        }
        let body = match within(patience, shared.stores.inspect.refused_body(&row.id)).await {
            Ok(Some(kept)) => kept.body,
            // A newer one took its place meanwhile.
            Ok(None) => continue,
            // What was taken in before it is still to be forgotten.
            Err(error) => {
                tracing::error!(%error, "a refused notification cannot be read");
                retried.remaining = retried.remaining.saturating_add(1);
                continue;
            }
        };
        // It is received now, as if it were sent again: lists and late attribution go by the order
        // in which events could be read.
        let intake = Intake::new(source, &live.credentials, shared.received());
        let Ok(mut event) = intake.assume_authorized().ins(&body) else {
            retried.still_refused = retried.still_refused.saturating_add(1);
            continue;
        };
        // What has no time of its own happened when it came first.
        if !event.timed {
            event.at = row.at;
        }
        match take_in(shared, &live, event).await {
            Ok(Taken::Decided(_)) => taken.push(row.id),
            Ok(Taken::Journalled) | Err(_) => retried.remaining = retried.remaining.saturating_add(1),
        }
    }
    retried.taken = taken.len();
    Ok((retried, taken))
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RetryError> {
    match timeout(patience, reading).await {
        Ok(read) => Ok(read?),
        Err(_) => Err(RetryError::Unavailable),
    }
}
