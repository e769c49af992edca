//! Sending what is due.

use crate::delivery::{Batch, FillError, Sent, Settled, Settlement, Values, Verdict, batch};
use crate::port::http::Truncated;
use crate::port::{BoxFuture, Claim, Clock, Entropy, HttpClient, Secrets, Store, StoreError};
use crate::value::{Secret, SecretReference, Timestamp};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{future::poll_fn, task::Poll};

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
    /// How many could not be read: a newer version wrote them. They are tried again when their
    /// leases end.
    pub unreadable: u32,
    /// When the next delivery is due; it may lie in the past.
    pub next_due: Option<Timestamp>,
}

/// One round: leases what is due, sends it, all requests at once, and writes the verdicts. The host
/// owns the loop, the sleep until `next_due` and the time-outs; the lease of `claim` must be longer
/// than the client's time-out.
///
/// # Errors
/// [`StoreError`]. What was sent and not settled is sent again under the same id when its lease
/// ends.
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
    let verdicts: Vec<Settlement> = join(attempts).await.into_iter().flatten().collect();
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
    let mut secrets: BTreeMap<SecretReference, Secret> = BTreeMap::new();
    for reference in batch.secrets() {
        // A reference that leads nowhere is named by `request` below.
        if let Ok(secret) = sender.secrets.secret(reference).await {
            secrets.insert(reference.clone(), secret);
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
        Err(error) => return failed(&error.to_string(), FillError::is_retryable(&error)),
    };
    match sender.http.send(request).await {
        Err(error) => failed(&error.to_string(), error.is_retryable()),
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

/// Drives futures side by side on one task and gives their outputs in order.
pub(crate) async fn join<T>(futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(Some).collect();
    let mut outputs: Vec<Option<T>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if let Some(Poll::Ready(value)) = future.as_mut().map(|future| future.as_mut().poll(context)) {
                (*future, *output) = (None, Some(value));
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
