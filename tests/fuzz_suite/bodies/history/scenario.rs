//! A history as bytes: how the account is set up, which messages come in which order, and when the
//! clicks are recorded.

use super::Draw;
use postback::compile::{CompileOptions, compile};
use postback::config::Document;
use postback::event::{Event, Kind, Received};
use postback::model::Click;
use postback::tracker::{Credentials, Tracker};
use postback::value::{Query, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

const POLICIES: [&str; 6] = [
    "create",
    "create_marked",
    "ignore",
    "edit",
    "increment",
    "ignore_event_id",
];
const UPDATES: [&str; 3] = ["first_match", "every_change", "never"];
const STATUSES: [&str; 4] = ["approved", "pending", "declined", "approved"];
pub const CLICKS: [&str; 2] = ["c1", "c2"];
/// The most messages of a history: every kind once, and a change.
const MAX_EVENTS: usize = 7;

/// When the clicks happened: 2026-04-01T00:00:00Z.
const CLICK_TIME: i64 = 1_775_001_600;

/// The time so many seconds after the clicks.
pub fn after(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(CLICK_TIME + seconds).unwrap()
}

pub fn click(id: &str) -> Click {
    let word = |text: &str| text.to_owned();
    Click::new(
        id.parse().unwrap(),
        after(0),
        word("summer").parse().unwrap(),
        word("offer").parse().unwrap(),
        word("net").parse().unwrap(),
        word("push").parse().unwrap(),
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Sale,
    Upsell,
    Rebill,
    Refund,
    Chargeback,
    Cancel,
}

const WHATS: [What; 8] = [
    What::Sale,
    What::Sale,
    What::Upsell,
    What::Rebill,
    What::Refund,
    What::Refund,
    What::Chargeback,
    What::Cancel,
];

/// One message. Receipts are 1 to 3, each but the first the child of the one before; 4 stands alone
/// and belongs to `c2`.
#[derive(Debug, Clone)]
pub struct Spec {
    pub what: What,
    pub receipt: Option<u8>,
    pub tracked: bool,
    pub at: i64,
    pub cents: i64,
    pub currency: &'static str,
    pub status: &'static str,
    pub event_id: &'static str,
}

impl Spec {
    /// Four bytes.
    fn draw(draw: &mut Draw<'_>, earlier: &[Self]) -> Self {
        let (kind, names, money) = (draw.byte(), draw.byte(), draw.byte());
        let state = draw.byte();
        let status = STATUSES[usize::from(state % 4)];
        let at = 1 + i64::from(state / 4 % 5);
        // The same message with another status and time, as a network tells that a lead was
        // approved.
        if state >= 224 && !earlier.is_empty() {
            return Self {
                status,
                at,
                ..earlier[usize::from(kind) % earlier.len()].clone()
            };
        }
        let receipt = (names % 6).checked_sub(1).map(|number| number.clamp(1, 4));
        let event_id = match ["", "a", "b"][usize::from(names / 6 % 3)] {
            // Without any id each arrival is news, so that a repeat is not one.
            "" if receipt.is_none() => "c",
            id => id,
        };
        Self {
            what: WHATS[usize::from(kind % 8)],
            receipt,
            tracked: kind & 8 == 0,
            at,
            cents: [1_000, 100, 250, 0][usize::from(money % 4)],
            currency: if money & 12 == 12 { "EUR" } else { "USD" },
            status,
            event_id,
        }
    }

    pub fn click(&self) -> &'static str {
        if self.receipt == Some(4) { "c2" } else { "c1" }
    }

    pub fn type_name(&self, one_type: bool) -> &'static str {
        match self.what {
            What::Sale => "Purchase",
            What::Upsell | What::Rebill if one_type => "Purchase",
            What::Upsell => "Upsell",
            What::Rebill => "Rebill",
            What::Refund => "Refund",
            What::Chargeback => "Chargeback",
            What::Cancel => "CancelRebill",
        }
    }

    fn event(&self, tracker: &Tracker, scenario: &Scenario, nonce: u64) -> Event {
        let mut query = format!(
            "type={}&sum={}.{:02}&currency={}&status={}&eventid={}&time={}",
            self.type_name(scenario.one_type),
            self.cents / 100,
            self.cents % 100,
            self.currency,
            self.status,
            self.event_id,
            after(self.at).unix_seconds()
        );
        if let Some(receipt) = self.receipt {
            query += &format!("&receipt=R{receipt}");
            if let Some(parent) = scenario.parent(receipt) {
                query += &format!("&parent=R{parent}");
            }
        }
        if self.tracked {
            // Two clicks in one tree of receipts are a known limit.
            let click = if scenario.tangled { CLICKS[0] } else { self.click() };
            query += &format!("&clickid={click}");
        }
        let received = Received {
            at: after(3_600 + nonce as i64),
            nonce,
        };
        let query = Query::parse(query.as_bytes()).unwrap();
        let source = tracker.source(None).unwrap();
        let mut event = source.postback(&query, received, &Credentials::default()).unwrap().0;
        if !scenario.by_type {
            event.kind = Some(match self.what {
                What::Sale => Kind::Sale,
                What::Upsell => Kind::Upsell,
                What::Rebill => Kind::Rebill,
                What::Refund => Kind::Refund,
                What::Chargeback => Kind::Chargeback,
                What::Cancel => Kind::Cancel,
            });
        }
        event
    }
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub specs: Vec<Spec>,
    pub policy: &'static str,
    /// Whether the events are what their types say, as postbacks are; else each says its kind
    /// itself.
    pub by_type: bool,
    /// Whether sales, upsells and rebills are one type.
    pub one_type: bool,
    /// Whether `Purchase` and `Upsell` are edited across types.
    pub own_edit: bool,
    pub updates: &'static str,
    /// Seconds after the click.
    pub expiration: Option<i64>,
    /// Which event comes a second time, and at which place.
    pub repeat: Option<(usize, usize)>,
    /// Before how many of the steps each click is recorded.
    pub clicks_at: [usize; 2],
    /// Whether the receipts form any graph, with loops and missing links.
    pub tangled: bool,
    /// For an order of its own, and for the graph.
    pub seed: u64,
}

/// What a configuration depends on.
type Setup = (&'static str, &'static str, Option<i64>, bool);

static TRACKERS: Mutex<BTreeMap<Setup, Arc<Tracker>>> = Mutex::new(BTreeMap::new());

impl Scenario {
    /// Six bytes, and four for each message.
    pub fn draw(draw: &mut Draw<'_>) -> Self {
        let policy = *draw.pick(&POLICIES);
        let flags = draw.byte();
        let updates = *draw.pick(&UPDATES);
        let clicks = draw.byte();
        let (again, seed) = (draw.byte(), draw.byte());
        let mut specs: Vec<Spec> = Vec::new();
        while specs.is_empty() || (specs.len() < MAX_EVENTS && !draw.is_empty()) {
            let spec = Spec::draw(draw, &specs);
            specs.push(spec);
        }
        Self {
            specs,
            policy,
            by_type: flags & 1 != 0,
            one_type: flags & 2 != 0,
            own_edit: flags & 12 == 12,
            updates,
            expiration: (flags & 48 == 48).then_some(2),
            repeat: (again != 0).then_some((usize::from(again % 8), usize::from(again / 8 % 8))),
            clicks_at: [usize::from(clicks % 8), usize::from(clicks / 8 % 8)],
            tangled: flags & 192 == 192,
            seed: seed.into(),
        }
    }

    /// The receipt above one, which is none, or one of the three others.
    fn parent(&self, receipt: u8) -> Option<u8> {
        if !self.tangled {
            return (2..=3).contains(&receipt).then(|| receipt - 1);
        }
        let apart = u8::try_from(self.seed >> (2 * (receipt - 1)) & 3).unwrap();
        (apart > 0).then(|| (receipt - 1 + apart) % 4 + 1)
    }

    /// The events, each identity once: of two messages with one identity only the first can count.
    pub fn events(&self, tracker: &Tracker) -> (Vec<Spec>, Vec<Event>) {
        let mut known = BTreeSet::new();
        let numbered = self.specs.iter().zip(1_u64..);
        let specs = numbered.map(|(spec, nonce)| (spec.clone(), spec.event(tracker, self, nonce)));
        specs.filter(|(_, event)| known.insert(event.id.clone())).unzip()
    }

    pub fn tracker(&self) -> Arc<Tracker> {
        let setup = (self.policy, self.updates, self.expiration, self.own_edit);
        let mut trackers = TRACKERS.lock().unwrap();
        trackers
            .entry(setup)
            .or_insert_with(|| Arc::new(self.compiled()))
            .clone()
    }

    fn compiled(&self) -> Tracker {
        let mut document = document();
        let source = &mut document["offer_source"][0];
        source["duplicates"] = self.policy.into();
        if let Some(seconds) = self.expiration {
            source["click_expiration"] = format!("{seconds}s").into();
        }
        if self.own_edit {
            for place in [0, 1] {
                document["conversion_type"][place]["duplicates"] = "edit".into();
            }
        }
        document["campaign"][0]["postback"][0]["updates"] = self.updates.into();
        let document = Document::from_json(&document.to_string()).unwrap();
        compile(&document, &CompileOptions::default()).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

fn document() -> Value {
    json!({
        "version": 1,
        "currency": "USD",
        "rate": [
            {"from": "EUR", "to": "USD", "rate": "1.5", "since": after(3).to_string()},
            {"from": "EUR", "to": "USD", "rate": "2", "since": after(5).to_string()},
        ],
        "conversion_type": [
            {"name": "Purchase", "default": true, "counts": "sale"},
            {"name": "Upsell", "counts": "revenue"},
            {"name": "Rebill", "counts": "revenue"},
            {"name": "Refund", "counts": "reversal"},
            {"name": "Chargeback", "counts": "reversal"},
            {"name": "CancelRebill", "counts": "info"},
        ],
        "offer_source": [{"id": "net", "default": true, "names": {"time": "time"}}],
        "offer": [{"id": "offer", "source": "net", "url": "https://offer.example/?subid={clickid}"}],
        "traffic_channel": [{"id": "push", "currency": "USD"}],
        "campaign": [{
            "id": "summer",
            "channel": "push",
            "path": [{"offers": [{"offer": "offer"}]}],
            "postback": [
                {"id": "all", "url": "https://push.example/log?p={payout}&d={payout_delta}", "negative": "send", "require": []},
                {"id": "paid", "url": "https://push.example/log?p={payout}", "types": ["Purchase"], "statuses": ["approved"], "require": []},
            ],
        }],
    })
}
