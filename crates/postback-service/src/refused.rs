//! What was refused and is kept, tried again with the configuration and the secrets of now, or
//! dismissed.
//!
//! What is wrong is often mended by a reload, so the bodies wait in the store. Who sent them is not
//! asked again: whoever may call this vouches for them. Only a postback that nobody was asked a
//! token for is taken in with others as long as its source asks nobody; by its id it is taken in
//! all the same. An event is stored before its body is forgotten, so that a crash in between costs
//! no more than a duplicate.

use crate::handle::Live;
use crate::ingest::{Taken, take_in};
use crate::keep;
use crate::shared::Shared;
use crate::timely;
use postback::Event;
use postback::event::Interface;
use postback::intake::{Caller, Intake};
use postback::plan::{RefusedBody, RefusedRow, Ring};
use postback::port::{BoxFuture, PageRequest, Purge, RefusedFilter, StoreError};
use postback::value::{OfferSourceId, RefusedId};
use serde::Serialize;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::time::Instant;

/// The most bodies that one call takes in: each is a decision and a transaction, and somebody
/// waits. What is refused again costs little more than its reading, so it is not counted, and each
/// call begins with the oldest.
const MAX_TAKEN: usize = 64;
/// How many rows are listed, or forgotten, at once.
const PAGE: u32 = 512;

/// Which of what was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichRefused {
    /// One.
    One(RefusedId),
    /// All of a source.
    Source(OfferSourceId),
    /// All.
    All,
}

/// What trying it again came to.
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

/// What was refused could not be tried again or dismissed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RetryError {
    /// The source is not configured.
    #[error("offer source `{0}` is not configured")]
    UnknownSource(OfferSourceId),
    /// Nothing is kept under this id: it was taken in, it was dismissed, or it made room.
    #[error("nothing that was refused is kept as `{0}`")]
    Unknown(RefusedId),
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store does not answer in time, or took none of them.
    #[error("the store is not available, try again")]
    Unavailable,
}

/// Tries again. `patience` is the time for each read of the store, and for all of them.
pub(crate) async fn retry(
    shared: &Arc<Shared>,
    which: &WhichRefused,
    patience: Duration,
) -> Result<Retried, RetryError> {
    let live = shared.live();
    if let WhichRefused::Source(id) = which
        && live.tracker.source(Some(id.as_str())).is_none()
    {
        return Err(RetryError::UnknownSource(id.clone()));
    }
    let kept = kept(shared, which, patience).await?;
    let vouched = matches!(which, WhichRefused::One(_));
    let (retried, taken) = retry_all(shared, &live, kept, vouched, patience).await;
    if taken.is_empty() && retried.remaining > 0 {
        return Err(RetryError::Unavailable);
    }
    forget(shared, taken, patience).await?;
    let Retried {
        taken,
        still_refused,
        remaining,
    } = retried;
    tracing::info!(
        ?which,
        taken,
        still_refused,
        remaining,
        "what was refused was tried again"
    );
    Ok(retried)
}

/// Forgets what nobody wants to take in; says how many rows.
pub(crate) async fn dismiss(shared: &Shared, which: &WhichRefused, patience: Duration) -> Result<u64, RetryError> {
    let kept = kept(shared, which, patience).await?;
    let dismissed = forget(shared, kept, patience).await?;
    tracing::info!(?which, dismissed, "what was refused was dismissed");
    Ok(dismissed)
}

/// What is kept, newest first, without bytes.
async fn kept(shared: &Shared, which: &WhichRefused, patience: Duration) -> Result<Vec<RefusedRow>, RetryError> {
    let filter = match which {
        WhichRefused::One(id) => {
            let body = within(patience, shared.stores.inspect.refused_body(id)).await?;
            return body.map_or_else(|| Err(RetryError::Unknown(id.clone())), |body| Ok(vec![body.row]));
        }
        WhichRefused::Source(id) => RefusedFilter::of_source(id.clone()),
        WhichRefused::All => RefusedFilter::default(),
    };
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

/// Tries these, listed newest first, from the oldest on and one at a time: each may be as long as a
/// body may be. With the answer those that were taken in.
async fn retry_all(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    kept: Vec<RefusedRow>,
    vouched: bool,
    patience: Duration,
) -> (Retried, Vec<RefusedRow>) {
    let until = Instant::now().checked_add(patience);
    let mut retried = Retried::default();
    let mut taken = Vec::new();
    for row in kept.into_iter().rev() {
        if taken.len() >= MAX_TAKEN || until.is_some_and(|until| Instant::now() >= until) {
            retried.remaining = retried.remaining.saturating_add(1);
            continue;
        }
        let body = match within(patience, shared.stores.inspect.refused_body(&row.id)).await {
            Ok(Some(body)) => body,
            // A newer one took its place meanwhile.
            Ok(None) => continue,
            // What was taken in before it is still to be forgotten.
            Err(error) => {
                tracing::error!(%error, "what was refused cannot be read");
                retried.remaining = retried.remaining.saturating_add(1);
                continue;
            }
        };
        let Some(event) = again(shared, live, &body, vouched) else {
            retried.still_refused = retried.still_refused.saturating_add(1);
            continue;
        };
        match take_in(shared, live, event).await {
            Ok(Taken::Decided(_)) => taken.push(row),
            Ok(Taken::Journalled) | Err(_) => retried.remaining = retried.remaining.saturating_add(1),
        }
    }
    retried.taken = taken.len();
    (retried, taken)
}

/// The event that it makes now. It is received now, as if it were sent again: lists and late
/// attribution go by the order in which events could be read.
fn again(shared: &Shared, live: &Live, body: &RefusedBody, vouched: bool) -> Option<Event> {
    let row = &body.row;
    let source = live.tracker.source(Some(row.source.as_str()))?;
    let intake = Intake::new(source, &live.credentials, shared.received());
    let nobody_was_asked = row.interface == Interface::Postback && row.ring == Ring::Doubtful;
    if nobody_was_asked && !vouched && intake.postback(&Caller::default(), &body.body).is_err() {
        return None;
    }
    intake.assume_authorized().again(body).ok()
}

async fn forget(shared: &Shared, rows: Vec<RefusedRow>, patience: Duration) -> Result<u64, RetryError> {
    let sources: BTreeSet<OfferSourceId> = rows.iter().map(|row| row.source.clone()).collect();
    let mut forgotten = 0_u64;
    for rows in rows.chunks(PAGE as usize) {
        let ids = rows.iter().map(|row| row.id.clone()).collect();
        let dropped = within(patience, shared.stores.store.purge(&Purge::Refused(ids))).await?;
        forgotten = forgotten.saturating_add(dropped);
    }
    let tracker = &shared.live().tracker;
    for source in sources.iter().filter_map(|id| tracker.source(Some(id.as_str()))) {
        keep::look(shared, source.id(), source.refused_keep()).await;
    }
    Ok(forgotten)
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RetryError> {
    timely::read(patience, reading, RetryError::Unavailable).await
}
