//! Taking an event in within the time that its sender waits.

use crate::meter;
use crate::state::{AppState, Live};
use postback::drive;
use postback::event::Event;
use postback::tracker::Reply;
use tokio::time::{Instant, timeout};

/// The event was not stored in time, as far as is known; the sender is to send it again. It may still be stored: then the next time is a
/// duplicate.
#[derive(Debug)]
pub(crate) struct NotStored;

/// Takes an event in. `Ok` means durable.
pub(crate) async fn take_in(state: &AppState, live: &Live, event: &Event) -> Result<Reply, NotStored> {
    let started = Instant::now();
    let ingest = drive::ingest(&live.tracker, &*state.shared.store, event, state.now());
    let ingested = timeout(state.shared.limits.store_timeout, ingest).await;
    // Without an answer the commit may have gone through all the same.
    state.committed();
    let seen = match &ingested {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(error)) => Err(Some(error)),
        Err(_) => Err(None),
    };
    meter::ingested(event, seen, started.elapsed());
    ingested.ok().and_then(Result::ok).ok_or(NotStored)
}
