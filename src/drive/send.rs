//! Sends what is due.

use super::lanes::Ended;
use super::round::Round;
use crate::delivery::{
    Answer, Batch, Cause, Delivery, FillError, Filled, Judge, Judges, Sent, Settled, Settlement, Values, batch,
};
use crate::judge::Platforms;
use crate::port::http::{AnswerLimit, BrokenOff, MAX_LONG_ANSWER_BYTES, Truncated};
use crate::port::{BoxFuture, Claim, Clock, Entropy, HttpClient, Secrets, Store, StoreError};
use crate::value::{DeliveryId, Secret, SecretReference};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{future::poll_fn, task::Poll, time::Duration};

/// What sending needs: the ports, and the judges of responses.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Sender<'a> {
    /// Where deliveries are leased and settled.
    pub store: &'a dyn Store,
    /// The client that sends.
    pub http: &'a dyn HttpClient,
    /// The secrets of the holes, resolved for each attempt.
    pub secrets: &'a dyn Secrets,
    /// The source of the time.
    pub clock: &'a dyn Clock,
    /// The source of the randomness that spreads retries.
    pub entropy: &'a dyn Entropy,
    /// The judges that say what responses mean. Behind them stands [`Platforms`], which judges the
    /// conversion APIs that it knows.
    pub judges: &'a Judges,
}

impl<'a> Sender<'a> {
    /// A sender without judges of its own, so that [`Platforms`] and the rules judge.
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

    /// Sets the judges.
    #[must_use]
    pub fn with_judges(self, judges: &'a Judges) -> Self {
        Self { judges, ..self }
    }

    /// Who judges a batch; nobody where the rules do.
    fn judge(&self, batch: &Batch) -> Option<&'a dyn Judge> {
        let cause = &batch.deliveries().first()?.delivery.cause;
        let own = self.judges.of(cause);
        own.or_else(|| Platforms.is_for(cause).then_some(&Platforms as &dyn Judge))
    }
}

/// How many bytes of the response are kept: a conversion API names each row that it refuses.
fn answer_limit(batch: &Batch) -> Option<AnswerLimit> {
    let cause = &batch.deliveries().first()?.delivery.cause;
    matches!(cause, Cause::ConversionApi { .. }).then_some(AnswerLimit(MAX_LONG_ANSWER_BYTES))
}

/// What was leased, grouped into requests.
#[derive(Debug, Clone)]
pub struct Leases {
    /// The requests to be made, each by [`send`].
    pub batches: Vec<Batch>,
    /// What is known so far: what was too late, which lanes are held, and what is due next.
    pub round: Round,
}

/// Leases what is due and groups it into requests. What is too late to be sent is given up here.
/// The lease of `claim` must be longer than the client's time-out.
///
/// # Errors
/// [`StoreError`]. What was leased is leased again when its lease ends.
pub async fn lease(sender: &Sender<'_>, claim: &Claim) -> Result<Leases, StoreError> {
    let claimed = sender.store.claim(claim).await?;
    let now = sender.clock.now();
    let leased = claimed.deliveries.iter().map(|leased| &leased.delivery);
    let of_no_use: Vec<Delivery> = leased.filter(|delivery| delivery.is_late(now)).cloned().collect();
    let (batches, late) = batch(claimed.deliveries, now);
    let mut round = Round {
        requests: u64::try_from(batches.len()).unwrap_or(u64::MAX),
        next_due: claimed.next_due,
        unreadable: claimed.unreadable,
        holds: claimed.holds,
        ..Round::default()
    };
    let dead = settle(sender, &late, of_no_use.iter()).await?;
    round.late = dead.dead;
    round.add(dead);
    Ok(Leases { batches, round })
}

/// Makes one request and writes its verdicts. `requests` of the result is 0, since [`lease`] has
/// counted the request.
///
/// # Errors
/// [`StoreError`]. What was sent and not settled is sent again under the same id when its lease
/// ends.
pub async fn send(sender: &Sender<'_>, batch: &Batch) -> Result<Round, StoreError> {
    let (verdicts, ended) = verdicts(sender, batch).await;
    let deliveries = batch.deliveries().iter().map(|leased| &leased.delivery);
    let mut round = settle(sender, &verdicts, deliveries).await?;
    (round.answered, round.unanswered) = match ended {
        Ended::Answered => (1, 0),
        Ended::Unanswered => (0, 1),
        Ended::Unsent => (0, 0),
    };
    Ok(round)
}

/// One round: leases what is due, sends all requests at once, and writes the verdicts of each
/// request when it ends. The host owns the loop, the sleep until `next_due` and the time-outs. A
/// round ends with its slowest request; a host that sends without rounds uses [`lease`], [`send`]
/// and [`Lanes`](super::Lanes).
///
/// # Errors
/// [`StoreError`]. What was sent and not settled is sent again under the same id when its lease
/// ends.
pub async fn deliver_once(sender: &Sender<'_>, claim: &Claim) -> Result<Round, StoreError> {
    let Leases { batches, mut round } = lease(sender, claim).await?;
    let requests = batches
        .iter()
        .map(|batch| -> BoxFuture<'_, _> { Box::pin(send(sender, batch)) });
    for sent in join(requests.collect()).await {
        round.add(sent?);
    }
    Ok(round)
}

/// Writes verdicts and counts them.
async fn settle<'a>(
    sender: &Sender<'_>,
    verdicts: &[Settlement],
    deliveries: impl Iterator<Item = &'a Delivery>,
) -> Result<Round, StoreError> {
    let mut round = Round::default();
    if verdicts.is_empty() {
        return Ok(round);
    }
    let deliveries: BTreeMap<&DeliveryId, &Delivery> = deliveries.map(|delivery| (&delivery.id, delivery)).collect();
    for (settlement, settled) in verdicts.iter().zip(sender.store.settle(verdicts).await?) {
        match settled {
            Settled::LeaseLost => round.lost = round.lost.saturating_add(1),
            Settled::Recorded => round.count(settlement, deliveries.get(&settlement.delivery).copied()),
        }
    }
    Ok(round)
}

/// How long a request may have taken that is made once more with another token: what is leased
/// together must end within its lease of 30 seconds.
const SOON: Duration = Duration::from_secs(5);

/// What a request came to.
struct Tried {
    settled: Vec<Settlement>,
    ended: Ended,
    /// Whether its token was refused and another one can be had.
    is_renewed: bool,
}

/// Makes one request and has its answer judged. One whose token was refused is made once more with
/// the token that renewed itself.
async fn verdicts(sender: &Sender<'_>, batch: &Batch) -> (Vec<Settlement>, Ended) {
    let began = sender.clock.now();
    let mut tried = tried(sender, batch).await;
    if tried.is_renewed && sender.clock.now().saturating_since(began) <= SOON {
        tried = self::tried(sender, batch).await;
    }
    (tried.settled, tried.ended)
}

async fn tried(sender: &Sender<'_>, batch: &Batch) -> Tried {
    let resolved = Resolved::of(sender, batch).await;
    let values = Values {
        secrets: &resolved.secrets,
        now: sender.clock.now(),
    };
    match filled(batch, &values) {
        // An item that cannot be filled must not take the others with it.
        Err(error) if !error.is_retryable() => {
            let (left, mut settled) = batch.sifted(&values);
            let Some(left) = left else {
                return Tried {
                    settled,
                    ended: Ended::Unsent,
                    is_renewed: false,
                };
            };
            let tried = exchange(sender, &left, &resolved, filled(&left, &values)).await;
            settled.extend(tried.settled);
            Tried { settled, ..tried }
        }
        made => exchange(sender, batch, &resolved, made).await,
    }
}

/// The secrets of a batch, and why others of them are missing.
struct Resolved {
    secrets: BTreeMap<SecretReference, Secret>,
    missing: BTreeMap<SecretReference, String>,
}

impl Resolved {
    async fn of(sender: &Sender<'_>, batch: &Batch) -> Self {
        let (mut secrets, mut missing) = (BTreeMap::new(), BTreeMap::new());
        for reference in batch.secrets() {
            match sender.secrets.secret(reference).await {
                Ok(secret) => drop(secrets.insert(reference.clone(), secret)),
                Err(error) => drop(missing.insert(reference.clone(), error.to_string())),
            }
        }
        Self { secrets, missing }
    }

    /// Why a request cannot be made, in the words of whoever has the secrets.
    fn why(&self, error: &FillError) -> String {
        let told = match error {
            FillError::MissingSecret(reference) => self.missing.get(reference),
            _ => None,
        };
        told.cloned().unwrap_or_else(|| error.to_string())
    }

    /// Says that a receiver has refused what it was given. Returns whether another token can be
    /// had.
    fn are_refused(&self, sender: &Sender<'_>) -> bool {
        let each = self.secrets.iter();
        // Each is told of it.
        each.fold(false, |renewed, (reference, secret)| {
            sender.secrets.refused(reference, secret) || renewed
        })
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
    resolved: &Resolved,
    made: Result<(http::Request<bytes::Bytes>, Filled), FillError>,
) -> Tried {
    let judge = sender.judge(batch);
    let settle = |sent: &Sent<'_>| {
        let (now, entropy) = (sender.clock.now(), sender.entropy.next_u64());
        batch.settle_by(judge, sent, now, entropy)
    };
    let (mut request, filled) = match made {
        Ok(made) => made,
        Err(error) => {
            let why = &resolved.why(&error);
            // The secret may be set by then.
            let settled = if FillError::is_retryable(&error) {
                settle(&Sent::Held { why })
            } else {
                let (finding, retry, sent) = (why, false, false);
                settle(&Sent::Failed { finding, retry, sent })
            };
            return Tried {
                settled,
                ended: Ended::Unsent,
                is_renewed: false,
            };
        }
    };
    if let Some(limit) = answer_limit(batch) {
        request.extensions_mut().insert(limit);
    }
    match sender.http.send(request).await {
        Err(error) => {
            let settled = settle(&Sent::Failed {
                finding: &error.to_string(),
                retry: error.is_retryable(),
                sent: error.may_be_sent(),
            });
            let ended = if error.is_retryable() {
                Ended::Unanswered
            } else {
                Ended::Unsent
            };
            Tried {
                settled,
                ended,
                is_renewed: false,
            }
        }
        Ok(response) => {
            let is_renewed = response.status().as_u16() == 401 && resolved.are_refused(sender);
            // Gateways answer 502, 503 and 504 for a receiver that does not answer, and 429 asks
            // to be left alone.
            let ended = match response.status().as_u16() {
                429 | 502..=504 => Ended::Unanswered,
                _ => Ended::Answered,
            };
            let header = |name| response.headers().get(name)?.to_str().ok();
            let retry_after = header(http::header::RETRY_AFTER);
            let location = header(http::header::LOCATION).filter(|_| response.status().is_redirection());
            // What is not quoted is not searched for what was filled in: that takes long for a
            // thousand items.
            let quotes = judge.is_none_or(Judge::quotes);
            let location = location.filter(|_| quotes).and_then(|text| filled.location(text));
            let body = String::from_utf8_lossy(response.body());
            let shown = if quotes { filled.redact(&body) } else { String::new() };
            let settled = settle(&Sent::Answered(Answer {
                status: response.status().as_u16(),
                body: &body,
                shown: &shown,
                truncated: response.extensions().get::<Truncated>().is_some(),
                broken_off: response.extensions().get::<BrokenOff>().is_some(),
                retry_after,
                location: location.as_deref(),
            }));
            Tried {
                settled,
                ended,
                is_renewed,
            }
        }
    }
}

/// Runs futures side by side on one task, and returns their outputs in order.
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
