//! Sending what is due.

use crate::delivery::{
    Answer, Batch, FillError, Filled, Hold, Judges, Lane, Sent, Settled, Settlement, Values, Verdict, batch,
};
use crate::port::http::Truncated;
use crate::port::{BoxFuture, Claim, Clock, Entropy, HttpClient, Secrets, Store, StoreError};
use crate::value::{DeliveryId, Secret, SecretReference, Timestamp};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{future::poll_fn, task::Poll};

/// What sending needs.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
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
    /// Who says what answers mean.
    pub judges: &'a Judges,
}

impl<'a> Sender<'a> {
    /// A sender without judges of its own.
    #[must_use]
    pub fn new(
        store: &'a dyn Store,
        http: &'a dyn HttpClient,
        secrets: &'a dyn Secrets,
        clock: &'a dyn Clock,
        entropy: &'a dyn Entropy,
    ) -> Self {
        const NONE: &Judges = &Judges::new();
        Self {
            store,
            http,
            secrets,
            clock,
            entropy,
            judges: NONE,
        }
    }

    /// With judges.
    #[must_use]
    pub fn with_judges(self, judges: &'a Judges) -> Self {
        Self { judges, ..self }
    }
}

/// What one round of sending came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Round {
    /// How many requests were made, of checks and of those that were not sent for want of a secret
    /// too.
    pub requests: u64,
    /// How many deliveries the receivers have now.
    pub delivered: u64,
    /// How many of them were taken with a warning.
    pub warned: u64,
    /// How many of them were there already.
    pub already_there: u64,
    /// How many were taken under a receipt that is still to be checked.
    pub accepted: u64,
    /// How many will be tried again.
    pub retried: u64,
    /// How many wait because their lane stands still from now on.
    pub held: u64,
    /// How many were given up.
    pub dead: u64,
    /// How many of them were too late to be sent.
    pub late: u64,
    /// How many verdicts came too late: another worker holds the lease.
    pub lost: u64,
    /// How many could not be read: a newer version wrote them. They are tried again when their
    /// leases end.
    pub unreadable: u32,
    /// The lanes that stand still, those that this round stopped included: somebody must look at
    /// their credentials or settings.
    pub holds: Vec<Hold>,
    /// When the next delivery is due; it may lie in the past.
    pub next_due: Option<Timestamp>,
}

impl Round {
    fn count(&mut self, verdict: &Verdict) {
        let (counter, more) = match verdict {
            Verdict::Delivered => (&mut self.delivered, None),
            Verdict::DeliveredWithWarning => (&mut self.delivered, Some(&mut self.warned)),
            Verdict::AlreadyThere => (&mut self.delivered, Some(&mut self.already_there)),
            Verdict::Accepted { .. } => (&mut self.accepted, None),
            Verdict::Retry { .. } | Verdict::RetrySmaller { .. } => (&mut self.retried, None),
            Verdict::Held { .. } => (&mut self.held, None),
            Verdict::Dead => (&mut self.dead, None),
        };
        for counter in core::iter::once(counter).chain(more) {
            *counter = counter.saturating_add(1);
        }
    }

    /// Notes that a lane stands still from now on.
    fn hold(&mut self, hold: Hold) {
        match self.holds.iter_mut().find(|known| known.lane == hold.lane) {
            Some(known) => known.until = known.until.max(hold.until),
            None => self.holds.push(hold),
        }
    }
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
    let (batches, late) = batch(claimed.deliveries, sender.clock.now());
    let mut round = Round {
        next_due: claimed.next_due,
        unreadable: claimed.unreadable,
        holds: claimed.holds,
        ..Round::default()
    };
    round.requests = u64::try_from(batches.len()).unwrap_or(u64::MAX);
    let attempts: Vec<BoxFuture<'_, Vec<Settlement>>> = batches
        .iter()
        .map(|batch| -> BoxFuture<'_, _> { Box::pin(send(sender, batch)) })
        .collect();
    let sending = batches.iter().flat_map(Batch::deliveries);
    let lanes = sending.map(|leased| (&leased.delivery.id, &leased.delivery.lane));
    let lanes: BTreeMap<&DeliveryId, &Lane> = lanes.collect();
    let mut verdicts: Vec<Settlement> = join(attempts).await.into_iter().flatten().collect();
    let sent = verdicts.len();
    verdicts.extend(late);
    if verdicts.is_empty() {
        return Ok(round);
    }
    let settled = sender.store.settle(&verdicts).await?;
    for (place, (settlement, settled)) in verdicts.iter().zip(settled).enumerate() {
        if settled == Settled::LeaseLost {
            round.lost = round.lost.saturating_add(1);
            continue;
        }
        round.count(&settlement.verdict);
        round.late = round.late.saturating_add(u64::from(place >= sent));
        let change = settlement.verdict.change();
        if let (Some((why, until)), Some(lane)) = (change.hold, lanes.get(&settlement.delivery)) {
            let (lane, why) = ((*lane).clone(), why.into());
            round.hold(Hold { lane, until, why });
        }
        let next = match settlement.verdict {
            Verdict::RetrySmaller { .. } => Some(settlement.attempt.at),
            _ => change.due_at,
        };
        round.next_due = round.next_due.into_iter().chain(next).min();
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
    let values = Values {
        secrets: &secrets,
        now: sender.clock.now(),
    };
    match filled(batch, &values) {
        // An item that cannot be filled takes nobody with it.
        Err(error) if !error.is_retryable() => {
            let (left, mut settled) = batch.sifted(&values);
            if let Some(left) = left {
                settled.extend(exchange(sender, &left, filled(&left, &values)).await);
            }
            settled
        }
        made => exchange(sender, batch, made).await,
    }
}

fn filled(batch: &Batch, values: &Values<'_>) -> Result<(http::Request<bytes::Bytes>, Filled), FillError> {
    let filled = batch.request(values)?;
    Ok((filled.to_http()?, filled))
}

/// Sends the request of a batch, if it could be made, and has the answer judged.
async fn exchange(
    sender: &Sender<'_>,
    batch: &Batch,
    made: Result<(http::Request<bytes::Bytes>, Filled), FillError>,
) -> Vec<Settlement> {
    let settle = |sent: &Sent<'_>| {
        let (now, entropy) = (sender.clock.now(), sender.entropy.next_u64());
        batch.settle(sender.judges, sent, now, entropy)
    };
    let (request, filled) = match made {
        Ok(made) => made,
        Err(error) => {
            let why = &error.to_string();
            // A secret may be set by then.
            return if FillError::is_retryable(&error) {
                settle(&Sent::Held { why })
            } else {
                let (finding, retry) = (why, false);
                settle(&Sent::Failed { finding, retry })
            };
        }
    };
    match sender.http.send(request).await {
        Err(error) => settle(&Sent::Failed {
            finding: &error.to_string(),
            retry: error.is_retryable(),
        }),
        Ok(response) => {
            let header = |name| response.headers().get(name)?.to_str().ok();
            let retry_after = header(http::header::RETRY_AFTER);
            let location = header(http::header::LOCATION).filter(|_| response.status().is_redirection());
            let location = location.and_then(|text| filled.location(text));
            let body = String::from_utf8_lossy(response.body());
            settle(&Sent::Answered(Answer {
                status: response.status().as_u16(),
                body: &body,
                shown: &filled.redact(&body),
                truncated: response.extensions().get::<Truncated>().is_some(),
                retry_after,
                location: location.as_deref(),
            }))
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
