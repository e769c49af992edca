//! A process: its configuration, its lanes, and what it is doing at the moment. All of it is
//! forgotten when the process ends.

use super::network::Network;
use super::setups::Setup;
use super::tale::Message;
use postback::conformance::FaultStore;
use postback::decide::Reply;
use postback::delivery::{Attempt, Batch, Lane};
use postback::drive::{
    Attributed, Ended, IngestError, LanePolicy, Lanes, Leases, Round, Sender, attribute, ingest, install, lease, send,
};
use postback::intake::Intake;
use postback::port::{Claim, Clock, Purge, Selection, Store, StoreError};
use postback::testing::{OneSecret, SeededEntropy, SettableClock};
use postback::value::DeliveryId;
use postback::{Click, Event, Notification, Query, Received, Secret, Timestamp};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How a task ended.
pub(super) enum End {
    /// A message was taken in, or not.
    Taken(usize, Result<Reply, IngestError>),
    /// Clicks were recorded, or not.
    Recorded(Vec<usize>, Result<(), StoreError>),
    Leased(Result<Leases, StoreError>),
    Sent(Lane, Result<Round, StoreError>),
    Attributed(Result<Attributed, IngestError>),
    /// Something else ended of which nothing follows; this is what failed, if it did.
    Other(Option<StoreError>),
}

/// What a process is doing.
pub(super) struct Task {
    pub(super) name: String,
    pub(super) future: Pin<Box<dyn Future<Output = End>>>,
}

/// What all processes share, and what they need for their tasks.
#[derive(Clone)]
pub(super) struct Ports {
    pub(super) store: Arc<FaultStore>,
    pub(super) network: Arc<Network>,
    pub(super) clock: Arc<SettableClock>,
    pub(super) entropy: Arc<SeededEntropy>,
}

pub(super) struct Node {
    pub(super) setup: Arc<Setup>,
    pub(super) lanes: Lanes,
    pub(super) tasks: Vec<Task>,
}

impl Node {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        // Few places, so that lanes wait for each other.
        let mut policy = LanePolicy::default();
        (policy.places, policy.share) = (4, 3);
        Self {
            setup,
            lanes: Lanes::new(policy),
            tasks: Vec::new(),
        }
    }

    fn begin(&mut self, name: String, future: impl Future<Output = End> + 'static) {
        let future = Box::pin(future);
        self.tasks.push(Task { name, future });
    }

    /// How many requests are under way.
    pub(super) fn sending(&self) -> usize {
        self.tasks.iter().filter(|task| task.name.starts_with("send")).count()
    }

    /// Lets a task go on until it waits. If it ends, it is no longer there.
    pub(super) fn go_on(&mut self, place: usize) -> Option<End> {
        let mut context = Context::from_waker(Waker::noop());
        match self.tasks[place].future.as_mut().poll(&mut context) {
            Poll::Pending => None,
            Poll::Ready(end) => {
                drop(self.tasks.remove(place));
                Some(end)
            }
        }
    }

    /// Reads a message.
    pub(super) fn event(&self, message: &Message, received: Received) -> Result<Event, String> {
        let source = self
            .setup
            .tracker
            .source(Some(message.source))
            .ok_or("no such source")?;
        let intake = Intake::new(source, &self.setup.credentials, received).assume_authorized();
        let bytes = message.text.as_bytes();
        let refused = |why: &dyn std::fmt::Display| format!("`{}` is refused: {why}", message.text);
        if message.source == "clickbank" {
            let read = Notification::parse(bytes).map_err(|error| refused(&error))?;
            return intake.message(&read).map_err(|error| refused(&error));
        }
        let query = Query::parse(bytes).map_err(|error| refused(&error))?;
        let read = intake.postback(&query).map_err(|error| refused(&error));
        read.map(|(event, _)| event)
    }

    pub(super) fn take_in(&mut self, ports: &Ports, number: usize, event: Event) {
        let (store, setup) = (ports.store.clone(), self.setup.clone());
        let now = ports.clock.now();
        self.begin(format!("take message {number} in"), async move {
            End::Taken(number, ingest(&setup.tracker, &*store, &event, now).await)
        });
    }

    pub(super) fn record(&mut self, ports: &Ports, numbers: Vec<usize>, clicks: Vec<Click>) {
        let store = ports.store.clone();
        self.begin(format!("record clicks {numbers:?}"), async move {
            End::Recorded(numbers, store.record(&clicks).await)
        });
    }

    pub(super) fn install(&mut self, ports: &Ports) {
        let (store, setup) = (ports.store.clone(), self.setup.clone());
        let now = ports.clock.now();
        self.begin("install".into(), async move {
            End::Other(install(&setup.tracker, &*store, now).await.err())
        });
    }

    pub(super) fn attribute(&mut self, ports: &Ports) {
        let (store, setup) = (ports.store.clone(), self.setup.clone());
        let now = ports.clock.now();
        self.begin("attribute".into(), async move {
            End::Attributed(attribute(&setup.tracker, &*store, None, now).await)
        });
    }

    /// Leases what the lanes have room for.
    pub(super) fn lease(&mut self, ports: &Ports) {
        if let Some(claim) = self.lanes.claim(ports.clock.now(), LEASE) {
            let ports = ports.clone();
            self.begin("lease".into(), async move { End::Leased(ports.leased(&claim).await) });
        }
    }

    pub(super) fn send(&mut self, ports: &Ports, batch: Batch) {
        let lane = batch.deliveries()[0].delivery.lane.clone();
        self.lanes.began(&lane, ports.clock.now());
        let ids: Vec<&str> = batch.deliveries().iter().map(|one| one.delivery.id.as_str()).collect();
        let name = format!("send {}", ids.join(" "));
        let ports = ports.clone();
        self.begin(name, async move {
            let round = ports.sent(&batch).await;
            End::Sent(lane, round)
        });
    }

    pub(super) fn sent(&mut self, lane: &Lane, round: Option<&Round>, now: Timestamp) {
        let how = match round {
            Some(round) if round.answered > 0 => Ended::Answered,
            Some(round) if round.unanswered > 0 => Ended::Unanswered,
            _ => Ended::Unsent,
        };
        self.lanes.ended(lane, how, now);
    }

    pub(super) fn purge(&mut self, ports: &Ports, what: Purge) {
        let store = ports.store.clone();
        self.begin(format!("purge {what:?}"), async move {
            End::Other(store.purge(&what).await.err())
        });
    }

    pub(super) fn requeue(&mut self, ports: &Ports, selection: Selection) {
        let store = ports.store.clone();
        self.begin("requeue".into(), async move {
            End::Other(store.requeue(&selection).await.err())
        });
    }

    pub(super) fn cancel(&mut self, ports: &Ports, id: DeliveryId) {
        let store = ports.store.clone();
        let attempt = Attempt::cancelled(ports.clock.now());
        self.begin(format!("cancel {id}"), async move {
            End::Other(store.cancel(&id, &attempt).await.err())
        });
    }
}

impl Ports {
    async fn leased(&self, claim: &Claim) -> Result<Leases, StoreError> {
        let secrets = secrets();
        lease(&self.sender(&secrets), claim).await
    }

    async fn sent(&self, batch: &Batch) -> Result<Round, StoreError> {
        let secrets = secrets();
        send(&self.sender(&secrets), batch).await
    }

    fn sender<'a>(&'a self, secrets: &'a OneSecret) -> Sender<'a> {
        Sender::new(&*self.store, &*self.network, secrets, &*self.clock, &*self.entropy)
    }
}

fn secrets() -> OneSecret {
    OneSecret(Secret::from("a secret of a hole"))
}
