//! Takes in an event within the time that its sender waits.

use crate::handle::Live;
use crate::keep::keep_waiting;
use crate::lines::Waiting;
use crate::meter;
use crate::pulse::LATE;
use crate::replay::{Replayed, Takes, Trouble};
use crate::seldom::Seldom;
use crate::shared::Shared;
use crate::timely::within;
use postback::decide::{Reply, ReplyOutcome};
use postback::drive::{self, IngestError};
use postback::event::Interface;
use postback::plan::RefusedBounds;
use postback::port::{BoxFuture, StoreError};
use postback::tracker::Source;
use postback::value::OfferSourceId;
use postback::{Click, Event};
use std::{io, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

/// How long the store may take for what waits in the journal. Nobody waits for an answer, but while
/// the store hangs nobody else can change the journal's files.
const TAKE_WITHIN: Duration = Duration::from_secs(30);
/// When it was last said that a postback was not journalled.
static NOT_JOURNALLED: Seldom = Seldom::new();

/// The event was not stored in time, as far as is known, and the sender should send it again. If it
/// was stored after all, the repetition is a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the store is not available, try again")]
pub struct NotStored;

/// An event that is stored durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the store, and this is what it means.
    Decided(Reply),
    /// It is in the journal. It is decided when the store is available again.
    Journalled,
}

/// Takes in an event, even if its sender closes the connection: many senders do not wait for the
/// response.
pub(crate) async fn take_in(shared: &Arc<Shared>, live: &Arc<Live>, event: Event) -> Result<Taken, NotStored> {
    let (shared, live) = (shared.clone(), live.clone());
    let span = tracing::info_span!("ingest", source = event.source.as_str(), event = %event.id);
    let taken = async move {
        match decide(&shared, &live, &event).await {
            Ok(reply) => Ok(Taken::Decided(reply)),
            Err(NotStored) if event.interface == Interface::Postback && journal(&shared, event).await => {
                Ok(Taken::Journalled)
            }
            Err(NotStored) => Err(NotStored),
        }
    };
    tokio::spawn(taken.instrument(span)).await.unwrap_or(Err(NotStored))
}

/// Takes in the events that wait in the journal.
pub(crate) async fn replay(shared: &Shared) -> io::Result<Replayed> {
    let Some(journal) = &shared.journal else {
        return Ok(Replayed::default());
    };
    let done = journal.replay(shared).await;
    meter::set_aside(&journal.seen_aside());
    done
}

/// Tries the lines of the journal again that could not be read.
pub(crate) async fn retry_unreadable(shared: &Shared) -> io::Result<Replayed> {
    let Some(journal) = &shared.journal else {
        return Ok(Replayed::default());
    };
    let done = journal.retry_unreadable(shared).await?;
    tracing::info!(
        taken = done.taken,
        unreadable = done.unreadable,
        "lines of the journal that could not be read were tried again"
    );
    meter::set_aside(&journal.seen_aside());
    Ok(done)
}

/// Forgets the lines of the journal that cannot be read, and returns how many they were.
pub(crate) async fn discard_unreadable(shared: &Shared) -> io::Result<u64> {
    let Some(journal) = &shared.journal else {
        return Ok(0);
    };
    let discarded = journal.discard_unreadable().await?;
    if discarded > 0 {
        tracing::warn!(discarded, "lines of the journal that cannot be read were discarded");
    }
    Ok(discarded)
}

/// Forgets the events of a source that are set aside, and returns how many they were.
pub(crate) async fn discard(shared: &Shared, source: &OfferSourceId) -> io::Result<u64> {
    let Some(journal) = &shared.journal else {
        return Ok(0);
    };
    let discarded = journal.discard(source).await?;
    if discarded > 0 {
        tracing::warn!(
            source = source.as_str(),
            discarded,
            "events that were set aside were discarded"
        );
    }
    meter::set_aside(&journal.seen_aside());
    Ok(discarded)
}

/// Writes an event to the journal while the store is not available. Most networks send a postback
/// only once, and the others give up within hours. Returns false if there is no journal, or no room
/// in it.
async fn journal(shared: &Shared, event: Event) -> bool {
    let Some(journal) = &shared.journal else {
        return false;
    };
    let source = event.source.as_str();
    match journal.append_event(&event).await {
        Ok(()) => {
            meter::journalled(source);
            true
        }
        Err(error) => {
            if let Some(count) = NOT_JOURNALLED.happened() {
                tracing::error!(source, kind = %error.kind(), count, "postback was not journalled");
            }
            false
        }
    }
}

async fn decide(shared: &Shared, live: &Live, event: &Event) -> Result<Reply, NotStored> {
    let started = Instant::now();
    let ingest = async {
        let _turn = shared.turns.take(event).await;
        drive::ingest(&live.tracker, &*shared.stores.store, event, shared.now()).await
    };
    let ingested = timeout(shared.limits.store, ingest).await;
    // Even without an answer, the commit may have succeeded.
    shared.wake.notify_one();
    let seen = match &ingested {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(error)) => Err(Some(error)),
        Err(_) => Err(None),
    };
    match seen {
        // Nothing was written for an event that is stored already.
        Ok(reply) if reply.outcome == ReplyOutcome::Duplicate => {}
        Ok(_) => shared.pulse.written(),
        Err(Some(IngestError::Store(error))) if error.is_retryable() => shared.pulse.failed(error),
        Err(Some(_)) => {}
        Err(None) => shared.pulse.failed(LATE),
    }
    meter::ingested(event, seen, started.elapsed());
    ingested.ok().and_then(Result::ok).ok_or(NotStored)
}

impl Takes for Shared {
    fn record<'t>(&'t self, clicks: &'t [Click]) -> BoxFuture<'t, Result<(), Trouble>> {
        Box::pin(async move {
            let Some(recorded) = within(TAKE_WITHIN, self.stores.store.record(clicks)).await else {
                return Err(late(self));
            };
            note(self, recorded.as_ref().err());
            recorded.map_err(|error| trouble(&error))
        })
    }

    fn take(&self, waiting: Waiting) -> BoxFuture<'_, Result<(), Trouble>> {
        Box::pin(async move {
            let taken = within(TAKE_WITHIN, take_waiting(self, waiting)).await;
            taken.unwrap_or_else(|| Err(late(self)))
        })
    }

    fn knows(&self, source: &OfferSourceId) -> bool {
        self.live().tracker.source(Some(source.as_str())).is_some()
    }
}

/// Waiting events are tried every few seconds, so this also shows whether the store takes anything.
fn note(shared: &Shared, failed: Option<&StoreError>) {
    match failed {
        None => shared.pulse.written(),
        Some(error) if error.is_retryable() => shared.pulse.failed(error),
        Some(_) => {}
    }
}

/// A store that does not answer takes nothing else now, either.
fn late(shared: &Shared) -> Trouble {
    shared.pulse.failed(LATE);
    Trouble::Away
}

fn trouble(error: &StoreError) -> Trouble {
    if error.is_retryable() {
        Trouble::Away
    } else {
        Trouble::Later
    }
}

async fn take_waiting(shared: &Shared, waiting: Waiting) -> Result<(), Trouble> {
    let live = shared.live();
    let event = match waiting {
        Waiting::Event(event) => event,
        Waiting::Refused(body) => {
            let source = live.tracker.source(Some(body.row.source.as_str()));
            let bounds = source.map_or_else(RefusedBounds::default, Source::refused_bounds);
            let kept = keep_waiting(shared, body, bounds).await;
            return kept.map_err(|error| trouble(&error));
        }
    };
    let ingested = drive::ingest(&live.tracker, &*shared.stores.store, &event, shared.now()).await;
    shared.wake.notify_one();
    if let Err(IngestError::Store(error)) = &ingested {
        note(shared, Some(error));
    }
    match ingested {
        Ok(reply) => {
            if reply.outcome != ReplyOutcome::Duplicate {
                note(shared, None);
            }
            Ok(())
        }
        Err(error) if error.is_retryable() => Err(Trouble::Away),
        // Rows that cannot be read may be repaired, or the server may be replaced by the right
        // version.
        Err(error) if !matches!(error, IngestError::UnknownSource(_)) => Err(Trouble::Later),
        // It was acknowledged, and its source may be configured again.
        Err(_) => Err(Trouble::NoSource),
    }
}
