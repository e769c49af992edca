//! What goes on without a request: sending deliveries, attributing late, forgetting.

use metrics::counter;
use postback::drive::{self, Round, Sender};
use postback::port::{Claim, Clock, Entropy, HttpClient, Purge, Secrets, Store, StoreError};
use postback_axum::{AppState, OsEntropy, SystemClock};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How many workers send. Each waits for the slowest answer of its round, so a few slow requests do
/// not stop the others; a long queue to one slow destination does, for as long as it takes to work
/// off.
pub(crate) const WORKERS: usize = 4;
/// How many deliveries one worker takes at once; 32 in all.
const BATCH: u32 = 8;
/// How long a lease runs: four times what one request may take.
const LEASE: Duration = Duration::from_secs(60);
/// The longest sleep: another node may have put something into the outbox.
const POLL: Duration = Duration::from_secs(1);
/// The shortest sleep after a round that found nothing to do.
const PAUSE: Duration = Duration::from_millis(20);
/// How often events that have waited for less than [`RECENT`] are decided again.
const ATTRIBUTE_EVERY: Duration = Duration::from_secs(30);
/// How long a click may take to be recorded after the event that names it.
const RECENT: Duration = Duration::from_secs(60 * 60);
/// How many rounds lie between two that decide everything that waits: six hours.
const ATTRIBUTE_ALL_EVERY: u32 = 6 * 60 * 2;
/// How often what waits in the journal is tried again.
const REPLAY_EVERY: Duration = Duration::from_secs(5);
/// How often personal values are forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(60 * 60);
const DAY: u64 = 24 * 60 * 60;

/// What the loops work with.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) state: AppState,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) private_days: u32,
}

impl Work {
    /// Sends until it is told to stop; the round that is under way is finished.
    pub(crate) async fn deliver(self, mut stop: watch::Receiver<bool>) {
        let (clock, entropy): (&dyn Clock, &dyn Entropy) = (&SystemClock, &OsEntropy);
        let sender = Sender {
            store: &*self.store,
            http: &*self.http,
            secrets: &*self.secrets,
            clock,
            entropy,
        };
        let wake = self.state.wake();
        while goes_on(&stop) {
            let round = drive::deliver_once(&sender, &Claim::new(clock.now(), LEASE, BATCH)).await;
            let wait = match &round {
                Ok(round) => {
                    self.count(round);
                    let idle = if round.requests == 0 { PAUSE } else { Duration::ZERO };
                    let next = round.next_due.map_or(POLL, |due| due.saturating_since(clock.now()));
                    next.clamp(idle, POLL)
                }
                Err(error) => {
                    failed("deliveries were not sent", error);
                    POLL
                }
            };
            if wait.is_zero() {
                // There is more than one worker takes.
                wake.notify_one();
                continue;
            }
            tokio::select! {
                // Told to stop, or the server is gone.
                _ = stop.wait_for(|stop| *stop) => return,
                () = wake.notified() => {}
                () = sleep(wait) => {}
            }
        }
    }

    fn count(&self, round: &Round) {
        for (outcome, count) in [
            ("delivered", round.delivered),
            ("retried", round.retried),
            ("dead", round.dead),
            ("lease_lost", round.lost),
        ] {
            if count > 0 {
                counter!("postback_deliveries_total", "outcome" => outcome).increment(count);
            }
        }
        if round.unreadable > 0 {
            counter!("postback_deliveries_total", "outcome" => "unreadable").increment(u64::from(round.unreadable));
            tracing::error!(
                unreadable = round.unreadable,
                "deliveries of a newer version cannot be read"
            );
        }
        if round.requests > 0 {
            let Round {
                requests,
                delivered,
                retried,
                dead,
                lost,
                ..
            } = *round;
            tracing::info!(requests, delivered, retried, dead, lost, "deliveries");
        }
    }

    /// Decides waiting events again: all of them at the start and now and then, those of the last
    /// hour more often.
    pub(crate) async fn attribute(self, stop: watch::Receiver<bool>) {
        let rounds = AtomicU32::new(0);
        every(ATTRIBUTE_EVERY, stop, || async {
            let all = rounds.load(Ordering::Relaxed).is_multiple_of(ATTRIBUTE_ALL_EVERY);
            let now = SystemClock.now();
            let since = now.checked_sub(RECENT).filter(|_| !all);
            let attributed = drive::attribute(&self.state.tracker(), &*self.store, since, now).await;
            if attributed.is_ok() {
                // A round over everything that failed is made again.
                rounds.fetch_add(1, Ordering::Relaxed);
            }
            match attributed {
                Ok(done) if done.resolved > 0 => {
                    counter!("postback_attributed_late_total").increment(done.resolved);
                    tracing::info!(seen = done.seen, resolved = done.resolved, "events were attributed");
                    self.state.wake().notify_one();
                }
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "events were not attributed"),
            }
        })
        .await;
    }

    /// Takes in what waits in the journal, at the start and from time to time.
    pub(crate) async fn replay(self, stop: watch::Receiver<bool>) {
        every(REPLAY_EVERY, stop, || async {
            match self.state.replay_journal().await {
                Ok(done) if done.unreadable > 0 => {
                    tracing::error!(
                        unreadable = done.unreadable,
                        "lines of the journal cannot be read; they are kept beside it"
                    );
                }
                Ok(done) if done.left > 0 => {
                    tracing::warn!(taken = done.taken, left = done.left, "a part of the journal waits on");
                }
                Ok(done) if done.taken > 0 => tracing::info!(taken = done.taken, "the journal was taken in"),
                Ok(_) => {}
                Err(error) => tracing::error!(kind = %error.kind(), "the journal cannot be read"),
            }
        })
        .await;
    }

    /// Forgets personal values whose time is over, at the start and from time to time.
    pub(crate) async fn purge(self, stop: watch::Receiver<bool>) {
        let kept = Duration::from_secs(u64::from(self.private_days).saturating_mul(DAY));
        every(PURGE_EVERY, stop, || async {
            let Some(before) = SystemClock.now().checked_sub(kept) else {
                return;
            };
            match self.store.purge(&Purge::PrivateBefore(before)).await {
                Ok(rows) if rows > 0 => tracing::info!(rows, "personal values were forgotten"),
                Ok(_) => {}
                Err(error) => failed("personal values were not forgotten", &error),
            }
        })
        .await;
    }
}

async fn every<F: Future<Output = ()>>(period: Duration, mut stop: watch::Receiver<bool>, mut work: impl FnMut() -> F) {
    while goes_on(&stop) {
        work().await;
        // Told to stop, or the server is gone.
        if timeout(period, stop.wait_for(|stop| *stop)).await.is_ok() {
            return;
        }
    }
}

/// Not told to stop, and the server is there.
fn goes_on(stop: &watch::Receiver<bool>) -> bool {
    !*stop.borrow() && stop.has_changed().is_ok()
}

fn failed(what: &'static str, error: &StoreError) {
    tracing::error!(kind = ?error.kind(), %error, "{what}");
}
