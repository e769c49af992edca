//! A tracker in memory, with all that is around it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use super::block_on::block_on;
use super::client::RecordingClient;
use super::host::{OneSecret, SeededEntropy, SettableClock};
use crate::clickbank::envelope::seal::{iv, seal};
use crate::compile::{CompileOptions, resolve};
use crate::config::Document;
use crate::decide::{Plan, Reply};
use crate::definition::Definition;
use crate::delivery::DeliveryRow;
use crate::drive::{Sender, deliver_once, ingest_with_plan};
use crate::event::{Event, Received};
use crate::intake::{Caller, Intake, Refusal};
use crate::memory::MemoryStore;
use crate::model::{Click, Conversion};
use crate::plan::EventRow;
use crate::port::{
    Claim, Clock as _, ConversionFilter, DeliveryFilter, Entropy as _, EventFilter, Inspect, PageRequest, Store as _,
};
use crate::tracker::{Credentials, Source, Tracker};
use crate::value::{ClickId, Secret, Timestamp};
use alloc::{string::String, vec::Vec};
use core::{
    slice,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A tracker with a store in memory, a clock that is set, a client that records.
///
/// The small one of [`World::new`] has one campaign, `campaign`, that sends visitors of the channel
/// `channel` to the offer `offer` of the network `source`; a sale tells the channel by
/// `https://channel.example.com/log?key={ref_id}&price={payout}`. Its one click is
/// [`World::CLICK`], with the channel's id `R1`. [`World::clickbank`] is the same with ClickBank
/// for a network. Both can be changed:
///
/// ```
/// use postback::testing::World;
///
/// let world = World::with(|definition| {
///     let rule = &mut definition.campaigns[0].postbacks[0];
///     rule.when = vec!["payout at least 10".parse().unwrap()];
/// });
/// world.postback("clickid=c1&sum=8.50&eventid=e1");
/// assert!(world.send().is_empty(), "8.50 is too little");
/// world.postback("clickid=c1&sum=40&eventid=e2");
/// assert_eq!(world.send(), ["GET https://channel.example.com/log?key=R1&price=40"]);
/// ```
///
/// Its methods panic where something is not as a test expects it: a configuration that does not
/// compile, a message that is refused.
#[derive(Debug)]
pub struct World {
    /// The configuration at work.
    pub tracker: Tracker,
    /// The secrets of the configuration, each of which is [`World::SECRET`].
    pub credentials: Credentials,
    /// Where things are kept.
    pub store: MemoryStore,
    /// The time. It begins an hour after [`World::START`].
    pub clock: SettableClock,
    /// The HTTP client: it records what is sent.
    pub client: RecordingClient,
    /// The jitter of what is tried again, and the vectors of what is sealed.
    pub entropy: SeededEntropy,
    arrivals: AtomicU64,
}

const NETWORK: &str = r#"{"id": "source", "template": "generic", "default": true, "tokens": ["env:TOKEN"]}"#;
const CLICKBANK: &str = r#"{
    "id": "source", "template": "clickbank-ins", "default": true, "secrets": ["env:SECRET"],
    "events": {"SALE": "Purchase", "TEST_SALE": "Purchase", "BILL": "Rebill", "RFND": "Refund", "CGBK": "Refund"}
}"#;
const SMALL: &str = r#"{
    "version": 1,
    "currency": "USD",
    "conversion_type": [
        {"name": "Purchase", "default": true, "counts": "sale"},
        {"name": "Rebill", "counts": "revenue"},
        {"name": "Refund", "counts": "reversal"}
    ],
    "offer_source": [@SOURCE@],
    "offer": [{"id": "offer", "source": "source", "url": "https://offer.example.com/?subid={clickid}"}],
    "traffic_channel": [{
        "id": "channel",
        "currency": "USD",
        "parameter": [{"slot": "ref_id", "name": "ref_id", "macro": "[CLICK_ID]"}],
        "postback": {"url": "https://channel.example.com/log?key={ref_id}&price={payout}"}
    }],
    "campaign": [{
        "id": "campaign",
        "channel": "channel",
        "path": [{"offers": [{"offer": "offer"}]}],
        "postback": [{"id": "sales", "types": ["Purchase"]}]
    }]
}"#;

impl World {
    /// The click of the small worlds.
    pub const CLICK: &str = "c1";
    /// The value of every secret of the configuration, ClickBank's too.
    pub const SECRET: &str = "SECRETSECRET1234";
    /// When the click happened, in seconds since 1970: 2026-04-01T00:00:00Z.
    pub const START: i64 = 1_775_001_600;

    /// The small world, with a network of postbacks.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The small world, with ClickBank's notifications.
    #[must_use]
    pub fn clickbank() -> Self {
        Self::clickbank_with(|_| {})
    }

    /// As [`World::new`], with a change of the configuration. The ids of offer, source, campaign
    /// and channel stay: the click names them.
    pub fn with(change: impl FnOnce(&mut Definition)) -> Self {
        Self::small(NETWORK, change)
    }

    /// As [`World::clickbank`], with a change of the configuration.
    pub fn clickbank_with(change: impl FnOnce(&mut Definition)) -> Self {
        Self::small(CLICKBANK, change)
    }

    fn small(source: &str, change: impl FnOnce(&mut Definition)) -> Self {
        let document = Document::from_json(&SMALL.replace("@SOURCE@", source)).expect("the document is one");
        let mut definition = Definition::from_document(&document).expect("the document is a definition");
        change(&mut definition);
        let tracker = resolve(&definition, &CompileOptions::default());
        let world = Self::of(tracker.unwrap_or_else(|problems| panic!("{problems}")));
        world.record(&Self::click(Self::CLICK));
        world
    }

    /// A world of an own configuration, without clicks.
    #[must_use]
    pub fn of(tracker: Tracker) -> Self {
        let references = tracker.inbound_references();
        let secrets = references
            .into_iter()
            .map(|name| (name.clone(), Secret::from(Self::SECRET)));
        let credentials = Credentials::new(&tracker, &secrets.collect()).expect("the secrets can be used");
        Self {
            store: MemoryStore::with_namespace(tracker.namespace().clone()),
            tracker,
            credentials,
            clock: SettableClock::new(Self::after(60 * 60)),
            client: RecordingClient::new(),
            entropy: SeededEntropy::new(0),
            arrivals: AtomicU64::new(0),
        }
    }

    /// The time so many seconds after [`World::START`].
    #[must_use]
    pub fn after(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(Self::START.saturating_add(seconds)).expect("it is a time")
    }

    /// A click of the small worlds, for [`World::record`]; the channel calls it `R1`.
    #[must_use]
    pub fn click(id: &str) -> Click {
        let id = ClickId::new(id).expect("it is a click id");
        let name = "the small world's names are ids";
        let mut click = Click::new(
            id,
            Self::after(0),
            "campaign".parse().expect(name),
            "offer".parse().expect(name),
            "source".parse().expect(name),
            "channel".parse().expect(name),
        );
        click.ref_id = Some("R1".into());
        click
    }

    /// Keeps a click.
    pub fn record(&self, click: &Click) {
        block_on(self.store.record(slice::from_ref(click))).unwrap();
    }

    /// The next arrival, a second after the last one: the clock goes on by as much.
    pub fn received(&self) -> Received {
        Received {
            at: self.clock.advance(Duration::from_secs(1)),
            nonce: self.arrivals.fetch_add(1, Ordering::Relaxed).saturating_add(1),
        }
    }

    /// Takes in a postback to the default source: the query of its URL, to which the token is
    /// added.
    pub fn postback(&self, query: &str) -> Reply {
        let caller = Caller::default().with_token(Some(Self::SECRET.as_bytes()));
        self.taken(|intake| intake.postback(&caller, query.as_bytes()))
    }

    /// Takes in a notification of version 6.0 or later by its plaintext, which is sealed as
    /// ClickBank does it and posted to the default source.
    pub fn notify(&self, plaintext: &str) -> Reply {
        let vector = iv(self.entropy.next_u64());
        self.post(&seal(&Secret::from(Self::SECRET), &vector, plaintext.as_bytes()))
    }

    /// Takes in what ClickBank posts to the default source: a sealed notification, or a form.
    pub fn post(&self, body: &str) -> Reply {
        let caller = Caller::default().with_token(Some(Self::SECRET.as_bytes()));
        self.taken(|intake| intake.ins(&caller, body.as_bytes()))
    }

    fn taken(&self, read: impl FnOnce(&Intake<'_>) -> Result<Event, Refusal>) -> Reply {
        let source: &Source = self.tracker.source(None).expect("there is a default source");
        let intake = Intake::new(source, &self.credentials, self.received());
        let event = read(&intake).unwrap_or_else(|refusal| panic!("{refusal}"));
        self.ingest(&event).0
    }

    /// Decides an event and writes what follows from it; the plan is there unless the event was
    /// known.
    pub fn ingest(&self, event: &Event) -> (Reply, Option<Plan>) {
        block_on(ingest_with_plan(&self.tracker, &self.store, event, event.received_at)).unwrap()
    }

    /// Sends all that is due, and says what was sent: each request as a line of method, URL and
    /// body.
    pub fn send(&self) -> Vec<String> {
        let secrets = OneSecret(Secret::from(Self::SECRET));
        let sender = Sender::new(&self.store, &self.client, &secrets, &self.clock, &self.entropy);
        loop {
            let claim = Claim::new(self.clock.now(), Duration::from_secs(60), 100);
            if block_on(deliver_once(&sender, &claim)).unwrap().requests == 0 {
                return self.client.take_lines();
            }
        }
    }

    /// Every conversion, by when it was made.
    #[must_use]
    pub fn conversions(&self) -> Vec<Conversion> {
        let every = ConversionFilter::default();
        let mut rows = block_on(self.store.conversions(&every, &all())).unwrap().items;
        rows.reverse();
        rows
    }

    /// Every event with what became of it, by when it came.
    #[must_use]
    pub fn events(&self) -> Vec<EventRow> {
        let mut rows = block_on(self.store.events(&EventFilter::default(), &all()))
            .unwrap()
            .items;
        rows.reverse();
        rows
    }

    /// Every delivery, by when it was decided.
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryRow> {
        let every = DeliveryFilter::default();
        let mut rows = block_on(self.store.deliveries(&every, &all())).unwrap().items;
        rows.reverse();
        rows
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// More rows than a test makes.
fn all() -> PageRequest {
    PageRequest::first(10_000)
}
