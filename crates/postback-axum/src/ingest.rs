//! Taking an event in within the time that its sender waits.

use crate::meter;
use crate::state::{AppState, Live};
use postback::drive;
use postback::event::Event;
use postback::tracker::Reply;
use std::{
    array,
    hash::{DefaultHasher, Hash, Hasher},
};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout},
};

/// How many events of different clicks are decided at once; more wait a moment for their turn.
const TURNS: usize = 256;

/// Events of one click are decided one after the other, so that a burst of them does not conflict with itself in the store. Other processes
/// still can: this saves work, it guards nothing.
#[derive(Debug)]
pub(crate) struct Turns([Mutex<()>; TURNS]);

impl Default for Turns {
    fn default() -> Self {
        Self(array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    async fn take(&self, event: &Event) -> Option<MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        match event.clicks.first() {
            Some(click) => click.hash(&mut hasher),
            None => event.receipt.hash(&mut hasher),
        }
        let turn = hasher.finish().checked_rem(TURNS as u64)?;
        Some(self.0.get(usize::try_from(turn).ok()?)?.lock().await)
    }
}

/// The event was not stored in time, as far as is known; the sender is to send it again. It may still be stored: then the next time is a
/// duplicate.
#[derive(Debug)]
pub(crate) struct NotStored;

/// Takes an event in. `Ok` means durable.
pub(crate) async fn take_in(state: &AppState, live: &Live, event: &Event) -> Result<Reply, NotStored> {
    let started = Instant::now();
    let ingest = async {
        let _turn = state.shared.turns.take(event).await;
        drive::ingest(&live.tracker, &*state.shared.store, event, state.now()).await
    };
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
