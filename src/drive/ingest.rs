//! Takes events in, and decides again those that wait.

use super::deciding::{decide_while, of_one_tenant};
use super::error::IngestError;
use crate::decide::{Decision, Plan, Reply};
use crate::event::Event;
use crate::plan::{Commit, ConfigurationRow, Outcome, Write};
use crate::port::{Cursor, Store, StoreError};
use crate::tracker::Tracker;
use crate::value::{Shared, Timestamp};

/// How many waiting events [`attribute`] reads at once.
const PAGE: u32 = 256;

/// Takes an event in: reads, decides and commits, in one transaction if the store offers that
/// ([`Store::transact`]). Elsewhere it does so again while another event of the same click or
/// receipt was faster. When it returns `Ok`, the event is durable. An event that is stored already
/// is a duplicate, with one exception: if it waits, and its message comes again when its click can
/// be found, it is decided now and answered with its outcome.
///
/// # Errors
/// [`IngestError`]. Sending the event again is safe in every case.
pub async fn ingest(
    tracker: &Tracker,
    store: &dyn Store,
    event: impl Into<Shared<Event>>,
    now: Timestamp,
) -> Result<Reply, IngestError> {
    ingest_with_plan(tracker, store, event, now)
        .await
        .map(|(reply, _)| reply)
}

/// Like [`ingest`], with the plan that was committed; none when the event was known already.
///
/// # Errors
/// See [`ingest`].
pub async fn ingest_with_plan(
    tracker: &Tracker,
    store: &dyn Store,
    event: impl Into<Shared<Event>>,
    now: Timestamp,
) -> Result<(Reply, Option<Plan>), IngestError> {
    let event = event.into();
    let takes = |stored| matches!(stored, None | Some(Outcome::Unattributed));
    match decide_while(takes, tracker, store, &event, now).await? {
        // The same message may say something new, if what it says was changed in the meantime.
        (reply, None) if event.uploaded || !event.timed => match renewed(tracker, store, &event).await? {
            Some(renewed) => decide_while(takes, tracker, store, &renewed.into(), now).await,
            None => Ok((reply, None)),
        },
        decided => Ok(decided),
    }
}

/// A stored event under a new id, where its message says something new.
async fn renewed(tracker: &Tracker, store: &dyn Store, event: &Event) -> Result<Option<Event>, IngestError> {
    let decision = Decision::new(tracker);
    let query = decision.needs(event);
    // Only a message that names an order, or that was uploaded, can say something new. So the facts
    // of all others are read once.
    if query.receipts.is_empty() && !event.uploaded {
        return Ok(None);
    }
    let facts = store.facts(&query).await?;
    Ok(decision.renewed(event, &facts))
}

/// The result of [`attribute`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributed {
    /// How many waiting events were looked at.
    pub seen: u64,
    /// How many events no longer wait, with those that were resolved along with them.
    pub resolved: u64,
}

/// Decides waiting events again, after clicks were recorded late or after the configuration
/// changed. With `since` it reads only those that were received then or later: a click is rarely
/// recorded an hour late, so events whose click never comes need not be decided each time. Each
/// decision is a transaction of its own, so this may be stopped and started anywhere, and may run
/// on several nodes at once.
///
/// # Errors
/// [`IngestError`]; what was resolved before stays resolved.
pub async fn attribute(
    tracker: &Tracker,
    store: &dyn Store,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Result<Attributed, IngestError> {
    let mut done = Attributed::default();
    let mut trouble = None;
    let mut after = since.map_or_else(Cursor::start, Cursor::since);
    loop {
        let page = store.orphans(&after, PAGE).await?;
        let Some(last) = page.last() else {
            return trouble.map_or(Ok(done), Err);
        };
        after = Cursor::after(last);
        for event in page {
            done.seen = done.seen.saturating_add(1);
            match attribute_one(tracker, store, &event.into(), now).await {
                Ok(resolved) => done.resolved = done.resolved.saturating_add(resolved),
                Err(error) if matches!(&error, IngestError::Store(error) if error.is_retryable()) => return Err(error),
                // An event that cannot be decided now must not keep the others waiting.
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
    }
}

/// Decides a waiting event whose click a person has chosen ([`Event::attributed_by_hand`]), with
/// all that this resolves, in one transaction. None if the event no longer waits, or would go on
/// waiting; then nothing is written.
///
/// # Errors
/// [`IngestError`].
pub async fn attribute_by_hand(
    tracker: &Tracker,
    store: &dyn Store,
    event: &Event,
    now: Timestamp,
) -> Result<Option<Plan>, IngestError> {
    let waits = |stored| stored == Some(Outcome::Unattributed);
    let (_, plan) = decide_while(waits, tracker, store, &event.into(), now).await?;
    Ok(plan)
}

/// How many events no longer wait. An event that a host has deleted since it was listed is not
/// brought back: it is decided only while it is stored as waiting, and the store refuses the commit
/// if it no longer is.
async fn attribute_one(
    tracker: &Tracker,
    store: &dyn Store,
    event: &Shared<Event>,
    now: Timestamp,
) -> Result<u64, IngestError> {
    let waits = |stored| stored == Some(Outcome::Unattributed);
    match decide_while(waits, tracker, store, event, now).await {
        Ok((_, Some(plan))) => Ok(u64::from(plan.trace.resolved).saturating_add(1)),
        Ok((_, None)) => Ok(0),
        // Its source is no longer configured, so it goes on waiting.
        Err(IngestError::UnknownSource(_)) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Stores the configuration under its fingerprint, so that every decision can be made again. Call
/// it once when a tracker is put to work.
///
/// # Errors
/// [`StoreError`].
pub async fn install(tracker: &Tracker, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    of_one_tenant(tracker, store)?;
    let row = ConfigurationRow {
        fingerprint: tracker.fingerprint().clone(),
        document: tracker.document().into(),
    };
    store
        .commit(&Commit::of(alloc::vec![Write::Configuration(row)], now))
        .await
        .map(|_| ())
}
