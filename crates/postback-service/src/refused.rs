//! Tries kept refused messages again with the present configuration and secrets, or dismisses them.
//!
//! A reload often corrects what was wrong, so that the bodies wait in the store. Their senders are
//! not checked again: whoever calls this vouches for them. There is one exception: a postback that
//! came while the source required no token is taken in together with others only as long as the
//! source requires none. If it is chosen by its id, it is taken in all the same. An event is stored
//! before its body is deleted, so that a crash in between costs no more than a duplicate.

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

/// The largest number of bodies that one call takes in, since each needs a decision and a
/// transaction, and somebody waits. A body that is refused again costs little more than reading it,
/// so that it is not counted. Each call begins with the oldest.
const MAX_TAKEN: usize = 64;
/// How many rows are listed or deleted at once.
const PAGE: u32 = 512;

/// Selects refused messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichRefused {
    /// The message with this id.
    One(RefusedId),
    /// All messages of a source.
    Source(OfferSourceId),
    /// All messages.
    All,
}

/// The outcome of trying messages again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Retried {
    /// How many were taken in, by this call or because they were sent again. They are no longer
    /// kept.
    pub taken: usize,
    /// How many were refused again. They are still kept.
    pub still_refused: usize,
    /// How many are still kept because this call had no time for them, or the store did not take
    /// them. Call again for these.
    pub remaining: usize,
}

/// Why refused messages could not be tried again or dismissed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RetryError {
    /// The source is not configured.
    #[error("offer source `{0}` is not configured")]
    UnknownSource(OfferSourceId),
    /// No message is kept under this id: it was taken in, dismissed, or replaced by a newer one.
    #[error("no refused message is kept as `{0}`")]
    Unknown(RefusedId),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store did not answer in time, or took none of the messages.
    #[error("the store is not available, try again")]
    Unavailable,
}

/// Tries messages again. `patience` is the time for each read of the store, and for the whole call.
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
        "refused messages were tried again"
    );
    Ok(retried)
}

/// Deletes messages that nobody wants to take in, and returns how many they were.
pub(crate) async fn dismiss(shared: &Shared, which: &WhichRefused, patience: Duration) -> Result<u64, RetryError> {
    let kept = kept(shared, which, patience).await?;
    let dismissed = forget(shared, kept, patience).await?;
    tracing::info!(?which, dismissed, "refused messages were dismissed");
    Ok(dismissed)
}

/// Lists the kept messages, newest first, without their bodies.
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

/// Tries these messages again, which are listed newest first. It begins with the oldest and takes
/// one at a time, since each body may be large. Returns also those that were taken in.
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
            // A newer message replaced it meanwhile.
            Ok(None) => continue,
            // The bodies of messages that were taken in before must still be deleted.
            Err(error) => {
                tracing::error!(%error, "a refused message cannot be read");
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

/// Makes the event of a message, if it is accepted now. Its time of arrival is now, as if it were
/// sent again, since lists and late attribution go by the order in which events became readable.
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
        forgotten = forgotten.saturating_add(dropped.refused);
    }
    let tracker = &shared.live().tracker;
    for source in sources.iter().filter_map(|id| tracker.source(Some(id.as_str()))) {
        keep::look(shared, source.id(), source.refused_bounds()).await;
    }
    Ok(forgotten)
}

async fn within<T>(patience: Duration, reading: BoxFuture<'_, Result<T, StoreError>>) -> Result<T, RetryError> {
    timely::read(patience, reading, RetryError::Unavailable).await
}
