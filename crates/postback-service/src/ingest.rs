//! Takes in an event within the time that its sender waits.

use crate::durable::{self, Durable, Unstored};
use crate::handle::Live;
use crate::journal::Journal;
use crate::keep::keep_waiting;
use crate::lines::Waiting;
use crate::meter;
use crate::pulse::LATE;
use crate::replay::{Replayed, Takes, Trouble};
use crate::room::{self, Room};
use crate::seldom::Seldom;
use crate::shared::Shared;
use crate::timely::within;
use crate::unwritten;
use postback::decide::{Reply, ReplyOutcome};
use postback::drive::{self, IngestError};
use postback::plan::RefusedBounds;
use postback::port::{BoxFuture, StoreError};
use postback::tracker::Source;
use postback::value::{self, OfferSourceId};
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
    let is_sent_again = durable::is_sent_again(event.interface);
    begin(shared, live, event, is_sent_again).await
}

/// Takes in an event whose message is kept elsewhere until it is in the store. It never goes to the
/// journal, where it would stand beside its message and could be taken in a second time.
pub(crate) async fn take_in_kept(shared: &Arc<Shared>, live: &Arc<Live>, event: Event) -> Result<Taken, NotStored> {
    begin(shared, live, event, true).await
}

async fn begin(shared: &Arc<Shared>, live: &Arc<Live>, event: Event, is_sent_again: bool) -> Result<Taken, NotStored> {
    let (shared, live) = (shared.clone(), live.clone());
    let span = tracing::info_span!("ingest", source = event.source.as_str(), event = %event.id);
    let taking = async move {
        let (interface, began) = (event.interface, Instant::now());
        let taken = take(&shared, &live, event.into(), is_sent_again).await;
        meter::ingested(interface, began.elapsed());
        taken
    };
    tokio::spawn(taking.instrument(span)).await.unwrap_or(Err(NotStored))
}

/// Decides an event. While the store takes nothing, what nobody sends again goes to the journal.
async fn take(
    shared: &Arc<Shared>,
    live: &Arc<Live>,
    event: value::Shared<Event>,
    is_sent_again: bool,
) -> Result<Taken, NotStored> {
    let store = || {
        let (shared, live, event) = (shared.clone(), live.clone(), event.clone());
        async move { decide(&shared, &live, &event).await }
    };
    let journal = async |place: &Journal, why: &Unstored| journal(place, &event, why).await;
    match durable::keep_message(shared, is_sent_again, store, journal).await {
        Durable::Stored(reply) => Ok(Taken::Decided(reply)),
        Durable::Journalled => Ok(Taken::Journalled),
        Durable::Nowhere(why) => {
            meter::not_stored(&event, &why.why, why.passes);
            Err(NotStored)
        }
    }
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
/// only once, and the others give up within hours. Returns false if there is no room in it.
async fn journal(journal: &Journal, event: &Event, why: &Unstored) -> bool {
    let source = event.source.as_str();
    match journal.append_event(event).await {
        Ok(()) => {
            meter::journalled(source, &why.why);
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

async fn decide(shared: &Shared, live: &Live, event: &value::Shared<Event>) -> Result<Reply, Unstored> {
    let began = Instant::now();
    let ingest = async {
        let store = &*shared.stores.store;
        let _turn = match store.transact() {
            Some(_) => None,
            None => shared.turns.take(event).await,
        };
        let (reply, plan) = drive::ingest_with_plan(&live.tracker, store, event, shared.now()).await?;
        if let Some(plan) = &plan {
            unwritten::note(plan);
        }
        Ok(reply)
    };
    let ingested = timeout(shared.limits.store, ingest).await;
    // Even without an answer, the commit may have succeeded.
    shared.wake.notify_one();
    let Ok(ingested) = ingested else {
        shared.pulse.failed(LATE, began);
        return Err(Unstored::late());
    };
    note_ingested(shared, &ingested, began);
    let reply = ingested.map_err(|error| Unstored::new(&error, error.is_retryable()))?;
    meter::decided(event, &reply);
    Ok(reply)
}

/// Notes what taking in an event has shown of the store. Nothing was written for an event that is
/// stored already.
fn note_ingested(shared: &Shared, ingested: &Result<Reply, IngestError>, began: Instant) {
    match ingested {
        Ok(reply) if reply.outcome == ReplyOutcome::Duplicate => {}
        Ok(_) => shared.pulse.written(),
        Err(IngestError::Store(error)) => note(shared, Some(error), began),
        Err(_) => {}
    }
}

impl Takes for Shared {
    fn record<'t>(&'t self, clicks: &'t [Click]) -> BoxFuture<'t, Result<(), Trouble>> {
        Box::pin(async move {
            let began = Instant::now();
            let Some(recorded) = within(TAKE_WITHIN, self.stores.store.record(clicks)).await else {
                return Err(late(self, began));
            };
            note(self, recorded.as_ref().err(), began);
            recorded.map_err(|error| trouble(&error))
        })
    }

    fn take(&self, waiting: Waiting) -> BoxFuture<'_, Result<(), Trouble>> {
        Box::pin(async move {
            let began = Instant::now();
            let taken = within(TAKE_WITHIN, take_waiting(self, waiting)).await;
            taken.unwrap_or_else(|| Err(late(self, began)))
        })
    }

    fn room(&self) -> BoxFuture<'_, Room> {
        Box::pin(room::of_store(self))
    }

    fn write_back(&self) -> BoxFuture<'_, ()> {
        // What takes longer is no matter: the disk is looked at afterwards.
        Box::pin(async {
            let _ended = within(TAKE_WITHIN, self.stores.write_back()).await;
        })
    }

    fn knows(&self, source: &OfferSourceId) -> bool {
        self.live().tracker.source(Some(source.as_str())).is_some()
    }
}

/// Notes whether the store took something. Waiting events are tried every few seconds, so this is
/// known although nothing comes in.
fn note(shared: &Shared, failed: Option<&StoreError>, began: Instant) {
    match failed {
        None => shared.pulse.written(),
        Some(error) if error.is_retryable() => shared.pulse.failed(error, began),
        Some(_) => {}
    }
}

/// A store that does not answer takes nothing else now, either.
fn late(shared: &Shared, began: Instant) -> Trouble {
    shared.pulse.failed(LATE, began);
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
    let began = Instant::now();
    let ingested = drive::ingest(&live.tracker, &*shared.stores.store, *event, shared.now()).await;
    shared.wake.notify_one();
    note_ingested(shared, &ingested, began);
    match ingested {
        Ok(_) => Ok(()),
        Err(error) if error.is_retryable() => Err(Trouble::Away),
        // Rows that cannot be read may be repaired, or the server may be replaced by the right
        // version.
        Err(error) if !matches!(error, IngestError::UnknownSource(_)) => Err(Trouble::Later),
        // It was acknowledged, and its source may be configured again.
        Err(_) => Err(Trouble::NoSource),
    }
}
