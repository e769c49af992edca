//! Sends due deliveries. A limited number of requests is in flight; each is settled when it ends.
//! No lane uses more than its share, so that a receiver that does not answer delays no other.

use crate::letters::Letters;
use crate::meter;
use crate::shared::Shared;
use crate::work::{failed, goes_on};
use postback::Timestamp;
use postback::delivery::{Batch, Lane};
use postback::drive::{self, Ended, Lanes, Leases, Round, Sender};
use postback::port::{Claim, StoreError};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};

/// How long a lease lasts: four times what one request may take.
const LEASE: Duration = Duration::from_secs(60);
/// The longest wait until the next look, since another node may have added to the outbox.
const POLL: Duration = Duration::from_secs(1);
/// The shortest wait after a look that found nothing to do.
const PAUSE: Duration = Duration::from_millis(20);

type Done = Result<(Id, Result<Round, StoreError>), JoinError>;

/// Sends until the service is told to stop, and finishes the requests in flight.
pub(crate) async fn deliver(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    // From now on this process looks.
    shared.pulse.looked();
    let mut dispatcher = Dispatcher::new(shared.clone());
    let mut until = Instant::now();
    let mut is_time = true;
    while goes_on(&stop) {
        if is_time {
            until = wake_at(dispatcher.look().await);
        }
        tokio::select! {
            // The service was told to stop, or is gone.
            _ = stop.wait_for(|stop| *stop) => break,
            () = shared.wake.notified() => is_time = true,
            Some(done) = dispatcher.requests.join_next_with_id() => is_time = dispatcher.done(done),
            () = sleep_until(until) => is_time = true,
        }
    }
    while let Some(done) = dispatcher.requests.join_next_with_id().await {
        dispatcher.done(done);
    }
    dispatcher.letters.tell();
}

/// The end of a wait. Requests that end meanwhile do not begin it anew.
fn wake_at(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).unwrap_or(now)
}

/// The requests in flight.
struct Dispatcher {
    shared: Arc<Shared>,
    lanes: Lanes,
    requests: JoinSet<Result<Round, StoreError>>,
    /// The lane of each request in flight.
    lane_of: HashMap<Id, Lane>,
    /// How many deliveries each lane was given at the last look.
    given: BTreeMap<Lane, u32>,
    /// What the last look asked the store for.
    asked: Option<Claim>,
    /// What was given up.
    letters: Letters,
}

impl Dispatcher {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            lanes: Lanes::new(shared.limits.lanes),
            shared,
            requests: JoinSet::new(),
            lane_of: HashMap::new(),
            given: BTreeMap::new(),
            asked: None,
            letters: Letters::default(),
        }
    }

    /// Leases due deliveries for which there is room, and begins to send them. Returns how long
    /// nothing else will be due.
    async fn look(&mut self) -> Duration {
        let now = self.shared.now();
        self.letters.look(now);
        self.given.clear();
        self.asked = self.lanes.claim(now, LEASE);
        // All places are taken, so that the next look comes when a request ends.
        let Some(claim) = &self.asked else {
            self.shared.pulse.looked();
            return POLL;
        };
        match drive::lease(&sender(&self.shared), claim).await {
            Ok(Leases { batches, round }) => {
                self.shared.pulse.looked();
                meter::delivered(&round);
                self.letters.given_up(&round.given_up, now);
                let idle = if batches.is_empty() { PAUSE } else { Duration::ZERO };
                for batch in batches {
                    self.begin(batch, now);
                }
                let next = round.next_due.into_iter().chain(self.lanes.next_at(now)).min();
                let wait = next.map_or(POLL, |due| due.saturating_since(self.shared.now()));
                wait.clamp(idle, POLL)
            }
            Err(error) => {
                self.shared.pulse.not_looked(&error);
                failed("deliveries were not leased", &error);
                POLL
            }
        }
    }

    fn begin(&mut self, batch: Batch, now: Timestamp) {
        let Some(lane) = batch.deliveries().first().map(|leased| leased.delivery.lane.clone()) else {
            return;
        };
        let deliveries = u32::try_from(batch.deliveries().len()).unwrap_or(u32::MAX);
        let given = self.given.entry(lane.clone()).or_default();
        *given = given.saturating_add(deliveries);
        self.lanes.began(&lane, now);
        let shared = self.shared.clone();
        let task = self
            .requests
            .spawn(async move { drive::send(&sender(&shared), &batch).await });
        self.lane_of.insert(task.id(), lane);
    }

    /// Notes that a request has ended. Returns whether deliveries may be due that had no room
    /// before.
    fn done(&mut self, done: Done) -> bool {
        let mut may_be_due = self.one_done(done);
        while let Some(done) = self.requests.try_join_next_with_id() {
            may_be_due |= self.one_done(done);
        }
        may_be_due
    }

    fn one_done(&mut self, done: Done) -> bool {
        let (id, sent) = match done {
            Ok((id, sent)) => (
                id,
                sent.map_err(|error| failed("verdicts were not written", &error)).ok(),
            ),
            Err(error) => {
                if error.is_panic() {
                    tracing::error!("a request panicked; it is made again when its lease ends");
                }
                (error.id(), None)
            }
        };
        let Some(lane) = self.lane_of.remove(&id) else {
            return false;
        };
        let ended = match &sent {
            Some(round) if round.unanswered > 0 => Ended::Unanswered,
            Some(round) if round.answered > 0 => Ended::Answered,
            _ => Ended::Unsent,
        };
        if let Some(turn) = self.lanes.ended(&lane, ended, self.shared.now()) {
            meter::turned(&lane, turn, self.lanes.ailing().count());
        }
        let round = sent.unwrap_or_default();
        meter::delivered(&round);
        self.letters.given_up(&round.given_up, self.shared.now());
        self.had_more(&lane) || round.next_due.is_some_and(|due| due <= self.shared.now())
    }

    /// Whether more deliveries may have been due at the last look than there was room for.
    fn had_more(&self, lane: &Lane) -> bool {
        let Some(asked) = &self.asked else { return true };
        let of_lane = self.given.get(lane).copied().unwrap_or_default();
        let of_all = self.given.values().fold(0, |sum: u32, more| sum.saturating_add(*more));
        of_lane >= asked.share(lane) || of_all >= asked.limit
    }
}

fn sender(shared: &Shared) -> Sender<'_> {
    Sender::new(
        &*shared.stores.store,
        &*shared.http,
        &*shared.secrets,
        &*shared.clock,
        &*shared.entropy,
    )
    .with_judges(&shared.judges)
}
