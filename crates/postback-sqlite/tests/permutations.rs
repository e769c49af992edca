//! In whatever order the same events come, the file ends with the same conversions, and with those that the store in memory has.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod common;

use common::{at, block_on, folder, open};
use postback::config::Document;
use postback::drive::{attribute, ingest};
use postback::event::{Event, Received};
use postback::memory::MemoryStore;
use postback::model::{Click, Conversion};
use postback::port::{ConversionFilter, DeliveryFilter, EventFilter, Inspect, PageRequest, Store};
use postback::tracker::{Credentials, Mark, Options, Outcome, Slot, Tracker, compile, mark};
use postback::value::{ClickId, ConversionId, DeliveryId, EventId, Query};
use std::collections::{BTreeMap, BTreeSet};

const POLICIES: [&str; 6] = [
    "create",
    "create_marked",
    "ignore",
    "edit",
    "increment",
    "ignore_event_id",
];
const CLICKS: [&str; 2] = ["c1", "c2"];

fn tracker(policy: &str) -> Tracker {
    let document = r#"{
        "version": 1,
        "rate": [
            {"from": "EUR", "to": "USD", "rate": "1.5", "since": "SINCE"},
            {"from": "EUR", "to": "USD", "rate": "2", "since": "LATER"}
        ],
        "conversion_type": [
            {"name": "Purchase", "default": true},
            {"name": "Upsell", "counts": "revenue"},
            {"name": "Refund", "counts": "reversal"}
        ],
        "offer_source": [{"id": "net", "duplicates": "POLICY", "names": {"time": "time"}}],
        "offer": [{"id": "offer", "source": "net", "url": "https://offer.example/?s={clickid}"}],
        "traffic_channel": [{"id": "push"}],
        "campaign": [{
            "id": "summer",
            "channel": "push",
            "path": [{"offers": [{"offer": "offer"}]}],
            "postback": [
                {"id": "all", "url": "https://push.example/?p={payout}&d={payout_delta}", "updates": "every_change"},
                {"id": "paid", "url": "https://push.example/?p={payout}", "statuses": ["approved"]}
            ]
        }]
    }"#;
    let document = document
        .replace("POLICY", policy)
        .replace("SINCE", &at(1).to_string())
        .replace("LATER", &at(3).to_string());
    let document = Document::from_json(&document).unwrap();
    compile(&document, &Options::new("test".parse().unwrap())).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A small generator of numbers, so that every run tries the same.
struct Numbers(u64);

impl Numbers {
    /// One below `limit` (xorshift, Marsaglia 2003).
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
        items
    }
}

fn event(tracker: &Tracker, numbers: &mut Numbers, arrival: u64) -> Event {
    let query = format!(
        "type={}&sum={}&currency={}&status={}&eventid={}&time={}&{}{}",
        numbers.one(&["Purchase", "Purchase", "Upsell", "Refund"]),
        numbers.one(&["1", "2.5", "10"]),
        numbers.one(&["USD", "USD", "EUR"]),
        numbers.one(&["approved", "pending", "declined"]),
        numbers.one(&["a", "b"]),
        at(numbers.below(5) as i64).unix_seconds(),
        numbers.one(&["", "clickid=c1", "clickid=c1"]),
        numbers.one(&["", "&receipt=R1", "&receipt=R2&parent=R1"]),
    );
    let query = Query::parse(query.as_bytes()).unwrap();
    let received = Received {
        at: at(100),
        nonce: arrival,
    };
    let source = tracker.source(None).unwrap();
    source.postback(&query, received, &Credentials::default()).unwrap().0
}

fn click(id: &str) -> Click {
    let id = ClickId::new(id).unwrap();
    let (campaign, offer, source, channel) = ("summer", "offer", "net", "push");
    let (campaign, offer) = (campaign.parse().unwrap(), offer.parse().unwrap());
    Click::new(
        id,
        at(0),
        campaign,
        offer,
        source.parse().unwrap(),
        channel.parse().unwrap(),
    )
}

/// What every order must agree on.
#[derive(Debug, PartialEq)]
struct End {
    conversions: BTreeMap<ConversionId, (Conversion, Mark)>,
    clicks: BTreeMap<EventId, Option<ClickId>>,
}

/// What two stores must agree on after the same order.
#[derive(Debug, PartialEq)]
struct Details {
    slots: Vec<Slot>,
    outcomes: BTreeMap<EventId, Outcome>,
    deliveries: BTreeSet<DeliveryId>,
}

fn run<S: Store + Inspect>(store: &S, tracker: &Tracker, events: &[Event], clicks_last: bool) -> (End, Details) {
    let record = || block_on(store.record(&CLICKS.map(click))).unwrap();
    if !clicks_last {
        record();
    }
    for event in events {
        block_on(ingest(tracker, store, event, at(200))).unwrap();
    }
    if clicks_last {
        record();
        block_on(attribute(tracker, store, None, at(300))).unwrap();
    }
    let page = PageRequest::first(1_000);
    let conversions = block_on(store.conversions(&ConversionFilter::default(), &page))
        .unwrap()
        .items;
    let events = block_on(store.events(&EventFilter::default(), &page)).unwrap().items;
    let deliveries = block_on(store.deliveries(&DeliveryFilter::default(), &page))
        .unwrap()
        .items;
    let slots_of = |id| block_on(store.slots(&ClickId::new(id).unwrap())).unwrap();
    let mut slots: Vec<Slot> = CLICKS.into_iter().flat_map(slots_of).collect();
    slots.sort_by_key(|slot| (slot.click.clone(), slot.key.clone()));
    let marked = conversions
        .into_iter()
        .map(|row| (row.id.clone(), (row.clone(), mark(&row, &slots))));
    let end = End {
        conversions: marked.collect(),
        clicks: events
            .iter()
            .map(|row| (row.event.id.clone(), row.click.clone()))
            .collect(),
    };
    let details = Details {
        slots,
        outcomes: events.iter().map(|row| (row.event.id.clone(), row.outcome)).collect(),
        deliveries: deliveries.into_iter().map(|row| row.delivery.id).collect(),
    };
    (end, details)
}

/// One scenario of a policy: three shuffled orders of up to six events, one of which comes twice.
fn check(policy: &str, seed: u64) {
    let tracker = tracker(policy);
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
    let clicks_last = numbers.below(3) == 0;
    let mut known = BTreeSet::new();
    let mut events: Vec<Event> = (0..6).map(|arrival| event(&tracker, &mut numbers, arrival)).collect();
    events.retain(|event| known.insert(event.id.clone()));
    let mut first: Option<End> = None;
    for _ in 0..3 {
        let mut order = numbers.shuffled(&events);
        order.push(order[0].clone());
        let folder = folder();
        let in_file = run(&open(&folder), &tracker, &order, clicks_last);
        let in_memory = run(&MemoryStore::new(), &tracker, &order, clicks_last);
        assert_eq!(in_file, in_memory, "{policy} {seed}");
        let first = first.get_or_insert(in_memory.0);
        assert_eq!(*first, in_file.0, "{policy} {seed}");
    }
}

#[test]
fn every_order_ends_in_the_same_conversions_and_in_those_of_the_store_in_memory() {
    for policy in POLICIES {
        for seed in 0..5 {
            check(policy, seed);
        }
    }
}
