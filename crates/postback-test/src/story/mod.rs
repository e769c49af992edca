//! Stories: a few messages under one policy, the account that receives them, and the results that
//! [`model`] computes from the set of messages alone.

pub mod drawn;
mod end;
pub mod life;
pub mod model;
mod spec;

pub use end::{CLICKS, End, end, tallies};
pub use spec::{Spec, What};

use crate::account::{after, tracker, with};
use postback::intake::Intake;
use postback::{Credentials, Event, Query, Received, Tracker};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const POLICIES: [&str; 6] = [
    "create",
    "create_marked",
    "ignore",
    "edit",
    "increment",
    "ignore_event_id",
];
pub const UPDATES: [&str; 3] = ["first_match", "every_change", "never"];

#[derive(Debug, Clone)]
pub struct Story {
    pub specs: Vec<Spec>,
    pub policy: &'static str,
    /// Whether the events are what their types say, as postbacks are. Otherwise each event says its
    /// kind itself.
    pub by_type: bool,
    /// Whether sales, upsells and rebills have the same type.
    pub one_type: bool,
    /// Whether `Purchase` and `Upsell` edit each other across types.
    pub own_edit: bool,
    pub updates: &'static str,
    /// How long a click counts, in seconds.
    pub expiration: Option<i64>,
    /// Which event comes a second time, and at which place.
    pub repeat: Option<(usize, usize)>,
    /// Lets the receipts form any graph, with loops and missing links. The number chooses which.
    pub tangled: Option<u64>,
}

impl Story {
    pub fn document(&self) -> Value {
        with(|d| {
            d["offer_source"][0]["duplicates"] = self.policy.into();
            d["rate"] = json!([
                {"from": "EUR", "to": "USD", "rate": "1.5", "since": after(3).to_string()},
                {"from": "EUR", "to": "USD", "rate": "2", "since": after(5).to_string()},
            ]);
            if let Some(seconds) = self.expiration {
                d["offer_source"][0]["click_expiration"] = format!("{seconds}s").into();
            }
            if self.own_edit {
                d["conversion_type"][0]["duplicates"] = "edit".into();
                d["conversion_type"][2]["duplicates"] = "edit".into();
            }
            d["campaign"][0]["postback"] = json!([
                {"id": "all", "url": "https://push.example/log?p={payout}&d={payout_delta}", "updates": self.updates, "negative": "send"},
                {"id": "paid", "url": "https://push.example/log?p={payout}", "types": ["Purchase"], "statuses": ["approved"]},
            ]);
        })
    }

    pub fn tracker(&self) -> Tracker {
        tracker(&self.document())
    }

    /// Returns the events, each identity once: of two messages with the same identity only the
    /// first can count.
    pub fn events(&self, tracker: &Tracker) -> (Vec<Spec>, Vec<Event>) {
        let mut known = BTreeSet::new();
        let numbered = self.specs.iter().zip(1_u64..);
        let events = numbered.map(|(spec, nonce)| (spec.clone(), self.event(spec, tracker, nonce)));
        events.filter(|(_, event)| known.insert(event.id.clone())).unzip()
    }

    /// Returns the postback's query.
    pub fn query(&self, spec: &Spec) -> String {
        let mut query = spec.query(self.one_type);
        if let Some(receipt) = spec.receipt {
            query += &format!("&receipt=R{receipt}");
            if let Some(parent) = self.parent(receipt) {
                query += &format!("&parent=R{parent}");
            }
        }
        if spec.tracked {
            // Two clicks in one tree of receipts are a known limit.
            let click = if self.tangled.is_some() {
                CLICKS[0]
            } else {
                spec.click()
            };
            query += &format!("&clickid={click}");
        }
        query
    }

    fn event(&self, spec: &Spec, tracker: &Tracker, nonce: u64) -> Event {
        let query = self.query(spec);
        let received = Received {
            at: after(3_600 + nonce as i64),
            nonce,
        };
        let query = Query::parse(query.as_bytes()).unwrap();
        let source = tracker.source(None).unwrap();
        let mut event = Intake::new(source, &Credentials::default(), received)
            .assume_authorized()
            .postback(&query)
            .unwrap()
            .0;
        if !self.by_type {
            event.kind = Some(spec.what.kind());
        }
        event
    }

    /// Returns the receipt above another one: none, or one of the three others.
    fn parent(&self, receipt: u8) -> Option<u8> {
        let Some(graph) = self.tangled else {
            return (2..=3).contains(&receipt).then(|| receipt - 1);
        };
        let apart = u8::try_from(graph >> (2 * (receipt - 1)) & 3).unwrap();
        (apart > 0).then(|| (receipt - 1 + apart) % 4 + 1)
    }
}
