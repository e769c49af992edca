//! Decides the events that are set aside in the journal, because a person asks for it. The journal
//! takes them in by itself as soon as their source is configured; asked for, it does so at once,
//! and a dry run says what they would become.

use crate::decide::{DecideAgain, DecideError, DecidedAgain, DecidedEvent, MOST_DECIDED};
use crate::ingest;
use crate::lines::Waiting;
use crate::shared::Shared;
use postback::Event;
use postback::drive::{self, IngestError};
use std::time::Duration;
use tokio::time::timeout;

pub(crate) async fn decide(
    shared: &Shared,
    again: &DecideAgain,
    patience: Duration,
) -> Result<DecidedAgain, DecideError> {
    let mut done = DecidedAgain::default();
    let Some(journal) = &shared.journal else {
        return Ok(done);
    };
    let source = again.source.clone();
    let is_chosen = move |waiting: &Waiting| source.as_ref().is_none_or(|source| waiting.source() == source);
    for waiting in journal.aside(MOST_DECIDED, is_chosen).await? {
        if let Waiting::Event(event) = waiting {
            foresee(shared, &event, &mut done, patience).await?;
        }
    }
    if !again.dry_run && done.changed > 0 {
        ingest::replay(shared).await?;
    }
    Ok(done)
}

/// Says what an event would become.
async fn foresee(
    shared: &Shared,
    event: &Event,
    done: &mut DecidedAgain,
    patience: Duration,
) -> Result<(), DecideError> {
    let live = shared.live();
    let foreseen = drive::preview(&live.tracker, &*shared.stores.store, event, shared.now());
    match timeout(patience, foreseen).await {
        Ok(Ok(Some(plan))) => {
            done.changed = done.changed.saturating_add(1);
            done.events.extend(DecidedEvent::of(&event.id, None, &plan));
        }
        // It was taken in before the process ended, and only its line is still there.
        Ok(Ok(None)) => done.same = done.same.saturating_add(1),
        Ok(Err(IngestError::Store(error))) => return Err(error.into()),
        Ok(Err(error)) => done.refuse(&event.id, &error),
        Err(_) => return Err(DecideError::Unavailable),
    }
    Ok(())
}
