//! The account in a world of the testing kit, and the short texts that the tests compare.

use crate::account::{after, click, click_id, tracker};
use crate::{answer, block_on, line, revenue, text};
use postback::decide::{Mark, mark};
use postback::drive::attribute;
use postback::intake::Intake;
use postback::plan::{EventRow, Outcome, Reason};
use postback::port::Inspect;
use postback::testing;
use postback::{Conversion, Event, Notification, Plan, Query};
use serde_json::Value;
use std::ops::{Deref, DerefMut};

/// A world of the testing kit, with what its stories need.
pub struct World(testing::World);

impl Deref for World {
    type Target = testing::World;

    fn deref(&self) -> &testing::World {
        &self.0
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut testing::World {
        &mut self.0
    }
}

impl World {
    /// Returns the account with the clicks `c1` (to `net`), `cb` (to `clickbank`) and `foreign` (to
    /// `other`).
    pub fn new(document: &Value) -> Self {
        let world = Self::without_clicks(document);
        for id in ["c1", "cb", "foreign"] {
            world.record(&click(id));
        }
        world
    }

    pub fn without_clicks(document: &Value) -> Self {
        Self(testing::World::of(tracker(document)))
    }

    /// Returns the same store under another configuration.
    pub fn reconfigured(mut self, document: &Value) -> Self {
        self.tracker = tracker(document);
        self
    }

    /// Makes the event of a postback to `net`. `time=@60` is a minute after the click. Without a
    /// time it is the arrival, which is an hour after the click and later each time.
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

    /// Takes in a postback to `net` and returns the response: `applied`, or `ignored: duplicate`.
    pub fn postback(&self, query: &str) -> String {
        answer(self.ingest(&self.postback_event(query)).0)
    }

    /// Takes in a postback to `net` and returns its plan.
    pub fn plan(&self, query: &str) -> Plan {
        self.ingest(&self.postback_event(query)).1.unwrap()
    }

    /// Takes in a notification and returns the response.
    pub fn notify(&self, text: &str) -> String {
        answer(self.ingest(&self.notification_event(text)).0)
    }

    pub fn attribute(&self) -> u64 {
        block_on(attribute(&self.tracker, &self.store, None, after(7_200)))
            .unwrap()
            .resolved
    }

    /// Returns all conversions by time.
    pub fn conversions(&self) -> Vec<Conversion> {
        let mut items = self.0.conversions();
        items.sort_by_key(|row| (row.shown.at, row.id.clone()));
        items
    }

    /// Returns each conversion as a line: type, status, sum, revenue (in brackets if it does not
    /// count).
    pub fn told(&self) -> Vec<String> {
        self.conversions().iter().map(line).collect()
    }

    /// Returns all events by id.
    pub fn events(&self) -> Vec<EventRow> {
        let mut items = self.0.events();
        items.sort_by_key(|row| row.event.id.clone());
        items
    }

    /// Returns the outcome of the only event, or of the event with this receipt.
    pub fn outcome(&self, receipt: Option<&str>) -> (Outcome, Option<Reason>) {
        let events = self.events();
        let mut found = events.iter().filter(|row| {
            receipt.is_none_or(|wanted| row.event.receipt.as_ref().is_some_and(|r| r.as_str() == wanted))
        });
        let row = found.next().unwrap();
        assert!(found.next().is_none(), "there is more than one");
        (row.outcome, row.reason)
    }

    /// Returns the queries of the postbacks to be sent, in the order in which they were decided.
    pub fn sent(&self) -> Vec<String> {
        let rows = self.deliveries();
        let urls = rows.iter().map(|row| text(&row.delivery.outbound.url));
        urls.map(|url| url.split_once('?').unwrap().1.to_owned()).collect()
    }

    /// Returns the marks of a click's conversions by time.
    pub fn marks(&self, id: &str) -> Vec<Mark> {
        let tallies = block_on(self.store.tallies(&click_id(id))).unwrap();
        self.conversions()
            .iter()
            .filter(|row| row.click.as_str() == id)
            .map(|row| mark(row, &tallies))
            .collect()
    }

    /// Returns all revenue that counts, as an exact text.
    pub fn revenue(&self) -> String {
        revenue(&self.conversions()).to_string()
    }
}
