//! Sends due deliveries. A limited number of requests is in flight; each is settled when it ends.
//! No lane uses more than its share, so that a receiver that does not answer delays no other.

use crate::letters::Letters;
use crate::meter;
use crate::outgoing::Outgoing;
use crate::seldom::Seldom;
use crate::shared::Shared;
use crate::spell::Spell;
use crate::work::goes_on;
use postback::Timestamp;
use postback::delivery::{Batch, Lane, Leased};
use postback::drive::{self, Ended, Lanes, Leases, Round, Sender};
use postback::port::{Claim, Secrets, StoreError};
use postback::value::{CampaignId, PostbackId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    slice,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tracing::Instrument;

/// How long a lease lasts: four times what one request may take.
const LEASE: Duration = Duration::from_secs(60);
/// The longest wait until the next look, since another node may have added to the outbox.
const POLL: Duration = Duration::from_secs(1);
/// How long the lease of deliveries lasts that are to go together: twice what one request may take.
/// What had to wait for a place is leased again the sooner.
const LEASE_TOGETHER: Duration = Duration::from_secs(30);
/// For how long a request may wait for a place after its deliveries were leased: not long, since
/// meanwhile the lane may be held and the person's data erased. What waited longer is leased again
/// when its lease ends.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
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
    /// What is known of each request in flight.
    begun: HashMap<Id, Begun>,
    /// Requests of what was leased together and does not fit into one, until there is room for
    /// them.
    waiting: VecDeque<(Batch, Instant)>,
    /// How many deliveries each lane was given at the last look.
    given: BTreeMap<Lane, u32>,
    /// What the last look asked the store for.
    asked: Option<Claim>,
    /// The lanes that were held at the last look.
    held: BTreeSet<Lane>,
    /// What was given up.
    letters: Letters,
    /// Whether nothing can be leased.
    unleased: Spell,
}

/// A request in flight.
struct Begun {
    lane: Lane,
    /// The campaign and the postback, where it is one.
    postback: Option<(CampaignId, PostbackId)>,
    /// How often its first delivery was sent, this time included.
    attempts: u32,
    at: Instant,
}

impl Begun {
    fn new(first: &Leased) -> Self {
        let rule = first.delivery.cause.rule();
        let postback = rule.map(|(campaign, postback)| (campaign.clone(), postback.clone()));
        Self {
            lane: first.delivery.lane.clone(),
            postback,
            attempts: first.attempts.saturating_add(u32::from(first.receipt.is_none())),
            at: Instant::now(),
        }
    }
}

impl Dispatcher {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            lanes: Lanes::new(shared.limits.lanes),
            shared,
            requests: JoinSet::new(),
            begun: HashMap::new(),
            waiting: VecDeque::new(),
            given: BTreeMap::new(),
            asked: None,
            held: BTreeSet::new(),
            letters: Letters::default(),
            unleased: Spell::default(),
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
        match drive::lease(&sender(&self.shared, &*self.shared.secrets), claim).await {
            Ok(Leases { batches, round }) => {
                self.shared.pulse.looked();
                if let Some(news) = self.unleased.well() {
                    meter::leasing(news, None);
                }
                meter::delivered(&round);
                self.hold(&round);
                self.letters.given_up(&round.given_up, now);
                let idle = if batches.is_empty() { PAUSE } else { Duration::ZERO };
                for batch in batches {
                    self.learn(slice::from_ref(&batch));
                    self.begin(batch, now);
                }
                let batched = self.look_for_batches(now).await;
                let idle = if self.given.is_empty() { idle } else { Duration::ZERO };
                let next = round
                    .next_due
                    .into_iter()
                    .chain(batched)
                    .chain(self.lanes.next_at(now))
                    .min();
                let wait = next.map_or(POLL, |due| due.saturating_since(self.shared.now()));
                wait.clamp(idle, POLL)
            }
            Err(error) => {
                self.shared.pulse.not_looked(&error);
                if let Some(news) = self.unleased.failed() {
                    meter::leasing(news, Some(&error));
                }
                POLL
            }
        }
    }

    /// Leases for the lanes whose requests hold many deliveries. Returns when more of them is due.
    async fn look_for_batches(&mut self, now: Timestamp) -> Option<Timestamp> {
        let mut next_due = None;
        for claim in self.lanes.batches(now, LEASE_TOGETHER) {
            let is_waited_for = |(batch, _): &(Batch, Instant)| batch.lane() == claim.lane.as_ref();
            if self.waiting.iter().any(is_waited_for) {
                continue;
            }
            match drive::lease(&sender(&self.shared, &*self.shared.secrets), &claim).await {
                Ok(Leases { batches, round }) => {
                    meter::delivered(&round);
                    self.letters.given_up(&round.given_up, now);
                    next_due = next_due.into_iter().chain(round.next_due).min();
                    self.learn(&batches);
                    let since = Instant::now();
                    self.waiting.extend(batches.into_iter().map(|batch| (batch, since)));
                }
                Err(error) => {
                    self.shared.pulse.not_looked(&error);
                    break;
                }
            }
        }
        self.begin_waiting(now);
        next_due
    }

    /// Notes into how many requests the deliveries that were leased of a lane went.
    fn learn(&mut self, batches: &[Batch]) {
        let Some((first, lane)) = batches.first().and_then(|first| Some((first, first.lane()?))) else {
            return;
        };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let deliveries = batches.iter().map(|batch| batch.deliveries().len()).sum();
        self.lanes
            .leased(lane, count(deliveries), count(batches.len()), first.limit());
    }

    /// Begins the requests that wait and have room. One that has waited too long is forgotten: its
    /// deliveries are leased again when their leases end.
    fn begin_waiting(&mut self, now: Timestamp) {
        let waiting = std::mem::take(&mut self.waiting);
        // A half of what is free is left to the other lanes.
        let mut places = self.lanes.free().div_ceil(2);
        for (batch, since) in waiting {
            if since.elapsed() >= LONGEST_WAIT {
                continue;
            }
            let room = batch.lane().map_or(0, |lane| self.lanes.room(lane, now));
            if room.min(places) > 0 {
                places = places.saturating_sub(1);
                self.begin(batch, now);
            } else {
                self.waiting.push_back((batch, since));
            }
        }
    }

    fn begin(&mut self, batch: Batch, now: Timestamp) {
        let Some(first) = batch.deliveries().first() else {
            return;
        };
        let begun = Begun::new(first);
        let deliveries = u32::try_from(batch.deliveries().len()).unwrap_or(u32::MAX);
        let given = self.given.entry(begun.lane.clone()).or_default();
        *given = given.saturating_add(deliveries);
        self.lanes.began(&begun.lane, now);
        let span = tracing::info_span!("deliver", delivery = %first.delivery.id, lane = %begun.lane, deliveries);
        let shared = self.shared.clone();
        let sending = async move {
            let secrets = Outgoing(&shared);
            drive::send(&sender(&shared, &secrets), &batch).await
        };
        let task = self.requests.spawn(sending.instrument(span));
        self.begun.insert(task.id(), begun);
    }

    /// Records the lanes that are held from now on, and those that are not any more.
    fn hold(&mut self, round: &Round) {
        let held: BTreeSet<Lane> = round.holds.iter().map(|hold| hold.lane.clone()).collect();
        for lane in self.held.symmetric_difference(&held) {
            meter::held(lane, held.contains(lane));
        }
        self.held = held;
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
            Ok((id, sent)) => (id, sent.map_err(|error| unwritten(&error)).ok()),
            Err(error) => {
                if error.is_panic() {
                    tracing::error!("a request panicked; it is made again when its lease ends");
                }
                (error.id(), None)
            }
        };
        let Some(begun) = self.begun.remove(&id) else {
            return false;
        };
        let lane = begun.lane;
        let (ended, answer) = match &sent {
            Some(round) if round.unanswered > 0 => (Ended::Unanswered, "unanswered"),
            Some(round) if round.answered > 0 => (Ended::Answered, "answered"),
            _ => (Ended::Unsent, "unsent"),
        };
        if let Some(turn) = self.lanes.ended(&lane, ended, self.shared.now()) {
            meter::turned(&lane, turn, self.lanes.ailing().count());
        }
        let round = sent.unwrap_or_default();
        if round.held > 0 {
            self.waiting.retain(|(batch, _)| batch.lane() != Some(&lane));
        }
        meter::delivered(&round);
        meter::requested(&round, answer, begun.at.elapsed(), begun.attempts);
        if let Some((campaign, postback)) = &begun.postback {
            meter::told(campaign, postback, &round);
        }
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

/// Many requests may end while the store takes nothing.
fn unwritten(error: &StoreError) {
    static TOLD: Seldom = Seldom::new();
    if let Some(count) = TOLD.happened() {
        tracing::error!(kind = ?error.kind(), %error, count, "verdicts were not written, so these deliveries are made again when their leases end");
    }
}

fn sender<'a>(shared: &'a Shared, secrets: &'a dyn Secrets) -> Sender<'a> {
    Sender::new(
        &*shared.stores.store,
        &*shared.http,
        secrets,
        &*shared.clock,
        &*shared.entropy,
    )
    .with_judges(&shared.judges)
}
