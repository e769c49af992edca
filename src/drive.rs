//! Layer 4: joins the core and the ports, with public calls only. A host that wants another order of things writes its own.

use crate::delivery::{Batch, FillError, Sent, Settled, Settlement, Values, Verdict, batch};
use crate::event::Event;
use crate::port::http::Truncated;
use crate::port::{BoxFuture, Claim, Clock, Cursor, Entropy, HttpClient, Secrets, Store, StoreError};
use crate::tracker::{
    Commit, Committed, ConfigurationRow, Outcome, Plan, Reply, ReplyOutcome, Tracker, UnknownSource, Write,
};
use crate::value::{Secret, Timestamp};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{future::poll_fn, pin::Pin, task::Poll};
use thiserror::Error;

/// How often a decision is made again because its facts changed under it. Each round another event of the same click went through, so sixteen
/// conflicts in a row mean a storm on one click, and the sender may try again.
pub const MAX_CONFLICTS: u32 = 16;

/// How many waiting events [`attribute`] reads at once.
const PAGE: u32 = 256;

/// An event that could not be taken in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The store is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The event's source is not configured.
    #[error(transparent)]
    UnknownSource(#[from] UnknownSource),
    /// Its facts changed [`MAX_CONFLICTS`] times.
    #[error("its click changed {MAX_CONFLICTS} times while it was decided")]
    Contended,
}

impl IngestError {
    /// Whether the same event may go through later.
    #[must_use]
    pub fn retry(&self) -> bool {
        match self {
            Self::Store(error) => error.retry(),
            Self::UnknownSource(_) => false,
            Self::Contended => true,
        }
    }
}

/// Takes an event in: reads, decides, commits, and again while another event of the same click or receipt was faster. When it answers `Ok`,
/// the event is durable. What is stored already is a duplicate, but for an event that waits and whose message comes again when its click can
/// be found: it is decided now, and answered with its outcome.
///
/// # Errors
/// [`IngestError`]. Sending the event again is safe in every case.
pub async fn ingest(tracker: &Tracker, store: &dyn Store, event: &Event, now: Timestamp) -> Result<Reply, IngestError> {
    ingest_with_plan(tracker, store, event, now)
        .await
        .map(|(reply, _)| reply)
}

/// As [`ingest`], with the plan that was committed; none when the event was known already.
///
/// # Errors
/// As [`ingest`].
pub async fn ingest_with_plan(
    tracker: &Tracker,
    store: &dyn Store,
    event: &Event,
    now: Timestamp,
) -> Result<(Reply, Option<Plan>), IngestError> {
    let duplicate = Reply {
        outcome: ReplyOutcome::Duplicate,
        reason: None,
    };
    for _ in 0..MAX_CONFLICTS {
        let facts = store.facts(&tracker.needs(event)).await?;
        if facts.event.is_some_and(|outcome| outcome != Outcome::Unattributed) {
            return Ok((duplicate, None));
        }
        let plan = tracker.decide(event, &facts, now)?;
        if facts.event.is_some() && plan.reply.outcome == ReplyOutcome::Unattributed {
            return Ok((duplicate, None));
        }
        match store.commit(&plan.commit).await? {
            Committed::Applied => return Ok((plan.reply, Some(plan))),
            Committed::Duplicate => return Ok((duplicate, None)),
            Committed::Conflict => {}
        }
    }
    Err(IngestError::Contended)
}

/// What [`attribute`] came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributed {
    /// How many waiting events were looked at.
    pub seen: u64,
    /// How many events wait no more, with those that one of these brought along.
    pub resolved: u64,
}

/// Decides waiting events again: after clicks were recorded late, or after the configuration changed. With `since` only those that were
/// received then or later: a click is rarely recorded an hour late, and what waits for one that never comes need not be decided each time.
/// Each one's decision is a transaction of its own, so it may be stopped and started anywhere and run on several nodes at once.
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
    let mut after = Cursor::start();
    loop {
        let page = store.orphans(&after, PAGE).await?;
        let Some(last) = page.last() else {
            return trouble.map_or(Ok(done), Err);
        };
        after = Cursor::after(&last.id);
        let recent = |event: &&Event| since.is_none_or(|since| event.received_at >= since);
        for event in page.iter().filter(recent) {
            done.seen = done.seen.saturating_add(1);
            match attribute_one(tracker, store, event, now).await {
                Ok(resolved) => done.resolved = done.resolved.saturating_add(resolved),
                Err(error) if matches!(&error, IngestError::Store(error) if error.retry()) => return Err(error),
                // One that cannot be decided now must not keep the others waiting.
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
    }
}

/// How many events wait no more.
async fn attribute_one(
    tracker: &Tracker,
    store: &dyn Store,
    event: &Event,
    now: Timestamp,
) -> Result<u64, IngestError> {
    for _ in 0..MAX_CONFLICTS {
        let facts = store.facts(&tracker.needs(event)).await?;
        if facts.event != Some(Outcome::Unattributed) {
            return Ok(0);
        }
        let plan = match tracker.decide(event, &facts, now) {
            Ok(plan) => plan,
            // Its source is no longer configured: it goes on waiting.
            Err(UnknownSource { .. }) => return Ok(0),
        };
        if plan.reply.outcome == ReplyOutcome::Unattributed {
            return Ok(0);
        }
        if store.commit(&plan.commit).await? == Committed::Applied {
            return Ok(u64::from(plan.trace.resolved).saturating_add(1));
        }
    }
    Err(IngestError::Contended)
}

/// Stores the configuration under its fingerprint, so that every decision can be made again. Call it once when a tracker is put to work.
///
/// # Errors
/// [`StoreError`].
pub async fn install(tracker: &Tracker, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    let row = ConfigurationRow {
        fingerprint: tracker.fingerprint().clone(),
        document: tracker.document().into(),
    };
    store
        .commit(&Commit::of(alloc::vec![Write::Configuration(row)], now))
        .await
        .map(|_| ())
}

/// What sending needs.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// Where deliveries are leased and settled.
    pub store: &'a dyn Store,
    /// Who sends.
    pub http: &'a dyn HttpClient,
    /// The secrets of the holes, resolved for each attempt.
    pub secrets: &'a dyn Secrets,
    /// The time.
    pub clock: &'a dyn Clock,
    /// The jitter.
    pub entropy: &'a dyn Entropy,
}

/// What one round of sending came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Round {
    /// How many requests were sent.
    pub requests: u64,
    /// How many deliveries were taken.
    pub delivered: u64,
    /// How many will be tried again.
    pub retried: u64,
    /// How many were given up.
    pub dead: u64,
    /// How many verdicts came too late: another worker holds the lease.
    pub lost: u64,
    /// How many could not be read: a newer version wrote them. They are tried again when their leases end.
    pub unreadable: u32,
    /// When the next delivery is due; it may lie in the past.
    pub next_due: Option<Timestamp>,
}

/// One round: leases what is due, sends it, all requests at once, and writes the verdicts. The host owns the loop, the sleep until `next_due`
/// and the time-outs; the lease of `claim` must be longer than the client's time-out.
///
/// # Errors
/// [`StoreError`]. What was sent and not settled is sent again under the same id when its lease ends.
pub async fn deliver_once(sender: &Sender<'_>, claim: &Claim) -> Result<Round, StoreError> {
    let claimed = sender.store.claim(claim).await?;
    let batches = batch(claimed.deliveries);
    let mut round = Round {
        next_due: claimed.next_due,
        unreadable: claimed.unreadable,
        ..Round::default()
    };
    round.requests = u64::try_from(batches.len()).unwrap_or(u64::MAX);
    let attempts: Vec<BoxFuture<'_, Vec<Settlement>>> = batches
        .iter()
        .map(|batch| -> BoxFuture<'_, _> { Box::pin(send(sender, batch)) })
        .collect();
    let verdicts: Vec<Settlement> = all(attempts).await.into_iter().flatten().collect();
    if verdicts.is_empty() {
        return Ok(round);
    }
    let settled = sender.store.settle(&verdicts).await?;
    for (verdict, settled) in verdicts.iter().zip(settled) {
        let counter = match (settled, verdict.verdict) {
            (Settled::LeaseLost, _) => &mut round.lost,
            (Settled::Recorded, Verdict::Delivered) => &mut round.delivered,
            (Settled::Recorded, Verdict::Retry { .. }) => &mut round.retried,
            (Settled::Recorded, Verdict::Dead) => &mut round.dead,
        };
        *counter = counter.saturating_add(1);
        if let Verdict::Retry { due_at } = verdict.verdict {
            round.next_due = Some(round.next_due.map_or(due_at, |next| next.min(due_at)));
        }
    }
    Ok(round)
}

async fn send(sender: &Sender<'_>, batch: &Batch) -> Vec<Settlement> {
    let mut secrets: BTreeMap<String, Secret> = BTreeMap::new();
    for reference in batch.secrets() {
        // A reference that leads nowhere is named by `request` below.
        if let Ok(secret) = sender.secrets.secret(reference).await {
            secrets.insert(reference.into(), secret);
        }
    }
    let failed = |finding: &str, retry: bool| {
        batch.settle(
            &Sent::Failed { finding, retry },
            sender.clock.now(),
            sender.entropy.next_u64(),
        )
    };
    let values = Values {
        secrets: &secrets,
        now: sender.clock.now(),
    };
    let filled = batch
        .request(&values)
        .and_then(|filled| Ok((filled.to_http()?, filled)));
    let (request, filled) = match filled {
        Ok(made) => made,
        Err(error) => return failed(&error.to_string(), FillError::retry(&error)),
    };
    match sender.http.send(request).await {
        Err(error) => failed(&error.to_string(), error.retry()),
        Ok(response) => {
            let retry_after = response
                .headers()
                .get(http::header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok());
            let body = String::from_utf8_lossy(response.body());
            let sent = Sent::Answered {
                status: response.status().as_u16(),
                body: &body,
                shown: &filled.redact(&body),
                truncated: response.extensions().get::<Truncated>().is_some(),
                retry_after,
            };
            batch.settle(&sent, sender.clock.now(), sender.entropy.next_u64())
        }
    }
}

/// Runs futures side by side on one task and gives their outputs in order.
async fn all<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    enum Slot<'a, T> {
        Running(Pin<Box<dyn Future<Output = T> + Send + 'a>>),
        Done(Option<T>),
    }
    let mut slots: Vec<Slot<'_, T>> = futures.into_iter().map(Slot::Running).collect();
    poll_fn(move |context| {
        let mut waiting = false;
        for slot in &mut slots {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *slot = Slot::Done(Some(output)),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            return Poll::Pending;
        }
        let outputs = slots.iter_mut().filter_map(|slot| match slot {
            Slot::Done(output) => output.take(),
            Slot::Running(_) => None,
        });
        Poll::Ready(outputs.collect())
    })
    .await
}
