//! Taking an event in within the time that its sender waits.

use crate::meter;
use crate::state::{AppState, Live};
use postback::decide::Reply;
use postback::drive;
use postback::event::{Event, Interface};
use std::{
    array,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, timeout},
};

/// How many events of different clicks are decided at once; more wait a moment for their turn.
const TURNS: usize = 256;

/// Events of one click are decided one after the other, so that a burst of them does not conflict
/// with itself in the store. Other processes still can: this saves work, it guards nothing.
#[derive(Debug)]
pub(crate) struct Turns {
    turns: [Mutex<()>; TURNS],
    /// Drawn for each process, so that nobody can aim at the turn of a click.
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            turns: array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
        }
    }
}

impl Turns {
    /// None for an event that can conflict with no other: it has neither click nor receipt.
    async fn take(&self, event: &Event) -> Option<MutexGuard<'_, ()>> {
        let click = event.clicks.first().map(|click| click.as_str());
        let name = click.or(event.receipt.as_ref().map(|receipt| receipt.as_str()))?;
        let turn = self.hasher.hash_one(name).checked_rem(TURNS as u64)?;
        Some(self.turns.get(usize::try_from(turn).ok()?)?.lock().await)
    }
}

/// The event was not stored in time, as far as is known; the sender is to send it again. It may
/// still be stored: then the next time is a duplicate.
#[derive(Debug)]
pub(crate) struct NotStored;

/// An event that is durable.
pub(crate) enum Taken {
    /// In the store, with what it means.
    Decided(Reply),
    /// In the journal; what it means is decided when the store is back.
    Journalled,
}

/// Takes an event in, and goes on when its sender has hung up: many send a postback and do not wait
/// for the answer.
pub(crate) async fn take_in(state: &AppState, live: &Arc<Live>, event: Event) -> Result<Taken, NotStored> {
    let (state, live) = (state.clone(), live.clone());
    let task = tokio::spawn(async move {
        match decide(&state, &live, &event).await {
            Ok(reply) => Ok(Taken::Decided(reply)),
            Err(NotStored) if event.interface == Interface::Postback && journal(&state, event).await => {
                Ok(Taken::Journalled)
            }
            Err(NotStored) => Err(NotStored),
        }
    });
    task.await.unwrap_or(Err(NotStored))
}

/// Nobody sends a postback again, so it is written down while the store is in trouble. False when
/// there is no journal, or no room in it.
async fn journal(state: &AppState, event: Event) -> bool {
    let Some(journal) = state.shared.journal.clone() else {
        return false;
    };
    let source = event.source.clone();
    match tokio::task::spawn_blocking(move || journal.append(&event)).await {
        Ok(Ok(())) => {
            meter::journalled(source.as_str());
            true
        }
        Ok(Err(error)) => {
            tracing::error!(source = source.as_str(), kind = %error.kind(), "postback was not journalled");
            false
        }
        Err(_) => false,
    }
}

async fn decide(state: &AppState, live: &Live, event: &Event) -> Result<Reply, NotStored> {
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
