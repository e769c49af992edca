//! An account with a store in memory.

use crate::account::{after, click, click_id, tracker};
use crate::{answer, block_on, clickbank, line, revenue, text};
use postback::decide::{Mark, Reply, mark};
use postback::delivery::DeliveryRow;
use postback::drive::{attribute, ingest_with_plan};
use postback::intake::Intake;
use postback::memory::MemoryStore;
use postback::plan::{EventRow, Outcome, Reason};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::{Click, Conversion, Credentials, Event, Notification, Plan, Query, Received, Secret, Tracker};
use serde_json::Value;
use std::cell::Cell;

/// A tracker with its store.
pub struct World {
    pub tracker: Tracker,
    pub store: MemoryStore,
    pub credentials: Credentials,
    arrivals: Cell<u64>,
}

impl World {
    /// The account with the clicks `c1` (to `net`), `cb` (to `clickbank`) and `foreign` (to
    /// `other`).
    pub fn new(document: &Value) -> Self {
        let world = Self::without_clicks(document);
        for id in ["c1", "cb", "foreign"] {
            world.record(&click(id));
        }
        world
    }

    pub fn without_clicks(document: &Value) -> Self {
        let tracker = tracker(document);
        let secrets = tracker.inbound_references();
        let secrets = secrets
            .into_iter()
            .map(|name| (name.clone(), Secret::from(clickbank::SECRET)));
        let credentials = Credentials::new(&tracker, &secrets.collect()).unwrap();
        Self {
            store: MemoryStore::with_namespace(tracker.namespace().clone()),
            tracker,
            credentials,
            arrivals: Cell::new(0),
        }
    }

    /// The same store under another configuration.
    pub fn reconfigured(self, document: &Value) -> Self {
        Self {
            tracker: tracker(document),
            ..self
        }
    }

    pub fn record(&self, click: &Click) {
        block_on(self.store.record(std::slice::from_ref(click))).unwrap();
    }

    /// What a postback to `net` makes. `time=@60` is a minute after the click; without a time it is
    /// the arrival, an hour after the click and later each time.
    pub fn postback_event(&self, query: &str) -> Event {
        self.postback_to("net", query)
    }

    pub fn postback_to(&self, source: &str, query: &str) -> Event {
        let query = match query.split_once("time=@") {
            Some((head, tail)) => {
                let (seconds, rest) = tail.split_at(tail.find('&').unwrap_or(tail.len()));
                format!("{head}time={}{rest}", after(seconds.parse().unwrap()).unix_seconds())
            }
            None => query.to_owned(),
        };
        let source = self.tracker.source(Some(source)).unwrap();
        let query = Query::parse(query.as_bytes()).unwrap();
        Intake::new(source, &self.credentials, self.received())
            .assume_authorized()
            .postback(&query)
            .unwrap()
            .0
    }

    pub fn notification_event(&self, text: &str) -> Event {
        let notification = Notification::parse(text.as_bytes()).unwrap();
        let source = self.tracker.source(Some("clickbank")).unwrap();
        Intake::new(source, &self.credentials, self.received())
            .assume_authorized()
            .message(&notification)
            .unwrap()
    }

    /// The next arrival, a second after the last one.
    pub fn received(&self) -> Received {
        let nonce = self.arrivals.get() + 1;
        self.arrivals.set(nonce);
        Received {
            at: after(3_600 + nonce as i64),
            nonce,
        }
    }

    pub fn ingest(&self, event: &Event) -> (Reply, Option<Plan>) {
        block_on(ingest_with_plan(&self.tracker, &self.store, event, event.received_at)).unwrap()
    }

    /// Takes a postback to `net` in and says what is answered: `applied`, or `ignored: duplicate`.
    pub fn postback(&self, query: &str) -> String {
        answer(self.ingest(&self.postback_event(query)).0)
    }

    /// Takes a postback to `net` in and gives its plan.
    pub fn plan(&self, query: &str) -> Plan {
        self.ingest(&self.postback_event(query)).1.unwrap()
    }

    /// Takes a notification in and says what is answered.
    pub fn notify(&self, text: &str) -> String {
        answer(self.ingest(&self.notification_event(text)).0)
    }

    pub fn attribute(&self) -> u64 {
        block_on(attribute(&self.tracker, &self.store, None, after(7_200)))
            .unwrap()
            .resolved
    }

    /// Every conversion by time.
    pub fn conversions(&self) -> Vec<Conversion> {
        let page = block_on(
            self.store
                .conversions(&ConversionFilter::default(), &PageRequest::first(1_000)),
        )
        .unwrap();
        let mut items = page.items;
        items.sort_by_key(|row| (row.shown.at, row.id.clone()));
        items
    }

    /// Every conversion in a line: type, status, sum, revenue (in brackets what does not count).
    pub fn told(&self) -> Vec<String> {
        self.conversions().iter().map(line).collect()
    }

    /// Every event by id.
    pub fn events(&self) -> Vec<EventRow> {
        let page = block_on(self.store.events(&EventFilter::default(), &PageRequest::first(1_000))).unwrap();
        let mut items = page.items;
        items.sort_by_key(|row| row.event.id.clone());
        items
    }

    /// The outcome of the only event, or of the one with a receipt.
    pub fn outcome(&self, receipt: Option<&str>) -> (Outcome, Option<Reason>) {
        let events = self.events();
        let mut found = events.iter().filter(|row| {
            receipt.is_none_or(|wanted| row.event.receipt.as_ref().is_some_and(|r| r.as_str() == wanted))
        });
        let row = found.next().unwrap();
        assert!(found.next().is_none(), "there is more than one");
        (row.outcome, row.reason)
    }

    pub fn deliveries(&self) -> Vec<DeliveryRow> {
        let page = block_on(
            self.store
                .deliveries(&DeliveryFilter::default(), &PageRequest::first(1_000)),
        )
        .unwrap();
        let mut items = page.items;
        items.reverse();
        items
    }

    /// The queries of the postbacks to be sent, in the order in which they were decided.
    pub fn sent(&self) -> Vec<String> {
        let rows = self.deliveries();
        let urls = rows.iter().map(|row| text(&row.delivery.outbound.url));
        urls.map(|url| url.split_once('?').unwrap().1.to_owned()).collect()
    }

    /// The marks of a click's conversions by time.
    pub fn marks(&self, id: &str) -> Vec<Mark> {
        let tallies = block_on(self.store.tallies(&click_id(id))).unwrap();
        self.conversions()
            .iter()
            .filter(|row| row.click.as_str() == id)
            .map(|row| mark(row, &tallies))
            .collect()
    }

    /// All revenue that counts, as an exact text.
    pub fn revenue(&self) -> String {
        revenue(&self.conversions()).to_string()
    }
}
